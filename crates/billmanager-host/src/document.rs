//! XML as modules and the host exchange it: elements, attributes, text. Nothing else of XML is needed.

use std::fmt::Write as _;

use quick_xml::{
    Reader,
    escape::{escape, resolve_predefined_entity},
    events::{BytesRef, BytesStart, Event},
};

/// Deeper than any honest document.
const DEEPEST: usize = 64;

/// An element with everything in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Attributes in their order.
    pub attributes: Vec<(String, String)>,
    /// Text directly in it, joined.
    pub text: String,
    /// Elements in it.
    pub children: Vec<Element>,
}

/// A text that is no document.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is not XML.
    #[error("not well-formed")]
    Malformed(#[from] quick_xml::Error),
    /// An attribute is not XML.
    #[error("an attribute is not well-formed")]
    Attribute(#[from] quick_xml::events::attributes::AttrError),
    /// There is no element, or more than one at the top.
    #[error("not exactly one element at the top")]
    NotOne,
    /// The end is missing.
    #[error("it ends before its elements do")]
    Unfinished,
    /// An entity nobody declared.
    #[error("unknown entity &{0};")]
    Entity(String),
    /// Nested beyond reason.
    #[error("nested too deeply")]
    TooDeep,
}

impl Element {
    /// An element without anything in it.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// The same with a text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// The same with one more attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// The same with one more element in it.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// Reads a document.
    ///
    /// # Errors
    /// When it is no XML document with one element at the top.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Self> = Vec::new();
        let mut root = None;
        loop {
            let event = reader.read_event()?;
            match event {
                Event::Start(start) => {
                    if open.len() >= DEEPEST {
                        return Err(DocumentError::TooDeep);
                    }
                    open.push(opened(&start)?);
                }
                Event::Empty(start) => close(opened(&start)?, &mut open, &mut root)?,
                Event::End(_) => {
                    let element = open.pop().ok_or(DocumentError::NotOne)?;
                    close(element, &mut open, &mut root)?;
                }
                Event::Text(text) => push_text(&mut open, &text.xml10_content()),
                Event::CData(data) => push_text(&mut open, &data.xml10_content()),
                Event::GeneralRef(reference) => push_text(&mut open, &resolved(&reference)?),
                Event::Eof => break,
                _ => {}
            }
        }
        if !open.is_empty() {
            return Err(DocumentError::Unfinished);
        }
        root.ok_or(DocumentError::NotOne)
    }

    /// The document, with a declaration.
    pub fn to_xml(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut out);
        out.push('\n');
        out
    }

    /// The first element of that name in it.
    pub fn find(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All elements of that name in it.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The value of an attribute.
    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            // Writing into a string cannot fail.
            let _ = write!(out, " {name}=\"{}\"", escape(value.as_str()));
        }
        if self.text.is_empty() && self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        out.push_str(&escape(self.text.as_str()));
        for child in &self.children {
            child.write(out);
        }
        let _ = write!(out, "</{}>", self.name);
    }
}

fn opened(start: &BytesStart<'_>) -> Result<Element, DocumentError> {
    let mut element = Element::new(start.name().as_ref().to_owned());
    for attribute in start.attributes() {
        let attribute = attribute?;
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0)?;
        element
            .attributes
            .push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(element)
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), DocumentError> {
    match (open.last_mut(), root.is_some()) {
        (Some(parent), _) => parent.children.push(element),
        (None, false) => *root = Some(element),
        (None, true) => return Err(DocumentError::NotOne),
    }
    Ok(())
}

/// White space around elements is layout, and text outside of every element is noise that a reader of XML must refuse.
fn push_text(open: &mut [Element], text: &str) {
    let Some(element) = open.last_mut() else { return };
    if text.trim().is_empty() && element.text.is_empty() {
        return;
    }
    element.text.push_str(text);
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, DocumentError> {
    if let Some(character) = reference.resolve_char_ref()? {
        return Ok(character.to_string());
    }
    let name = reference.xml10_content();
    resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| DocumentError::Entity(name.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_and_written_back() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<doc lang=\"en\"><a x=\"1 &amp; 2\">&lt;b&gt; &#1084;ир</a>\n <c/><d><![CDATA[<x>]]></d></doc>";
        let document = Element::parse(text).unwrap();
        let a = document.find("a").unwrap();
        assert_eq!((a.attr("x"), a.text.as_str()), (Some("1 & 2"), "<b> мир"));
        assert_eq!(document.find("d").unwrap().text, "<x>");
        assert_eq!(Element::parse(&document.to_xml()).unwrap(), document);
    }

    #[test]
    fn anything_but_one_element_is_refused() {
        for text in [
            "",
            "plain words",
            "<a/><b/>",
            "<a>",
            "</a>",
            "<a>&nobody;</a>",
            "<a b=c/>",
        ] {
            assert!(Element::parse(text).is_err(), "{text}");
        }
        assert!(Element::parse(&"<a>".repeat(100)).is_err());
    }
}
