//! XML documents as small trees: read from the host with limits, written for it. Nothing is ever fetched or expanded but the five
//! predefined entities and character references.

mod read;
mod write;

pub use self::read::XmlError;

/// An element with its attributes and what stands in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Its attributes, in their order.
    pub attributes: Vec<(String, String)>,
    /// What stands in it, in its order.
    pub nodes: Vec<Node>,
}

/// What may stand in an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text.
    Text(String),
    /// Text that is written as a CDATA section.
    Cdata(String),
}

impl Element {
    /// An empty element.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// The root of every document of the protocol.
    #[must_use]
    pub fn doc() -> Self {
        Self::new("doc")
    }

    /// With an attribute.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// With text after what stands in it.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.nodes.push(Node::Text(text));
        }
        self
    }

    /// With a CDATA section after what stands in it.
    #[must_use]
    pub fn cdata(mut self, text: impl Into<String>) -> Self {
        self.nodes.push(Node::Cdata(text.into()));
        self
    }

    /// With an element after what stands in it.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.push(child);
        self
    }

    /// Adds an element.
    pub fn push(&mut self, child: Self) {
        self.nodes.push(Node::Element(child));
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The elements in it.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The first element of this name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&Self> {
        self.children().find(|child| child.name == name)
    }

    /// All text directly in it, without white space around.
    #[must_use]
    pub fn content(&self) -> String {
        let mut content = String::new();
        for node in &self.nodes {
            if let Node::Text(text) | Node::Cdata(text) = node {
                content.push_str(text);
            }
        }
        content.trim().to_owned()
    }

    /// The text of the first element of this name; `None` when there is none.
    #[must_use]
    pub fn content_of(&self, name: &str) -> Option<String> {
        self.first(name).map(Self::content)
    }

    /// Takes the elements of a name out.
    pub fn remove(&mut self, name: &str) {
        self.nodes
            .retain(|node| !matches!(node, Node::Element(element) if element.name == name));
    }
}
