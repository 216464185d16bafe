//! Reading.

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesStart, Event},
};

use super::{Element, Node};

/// Longest document read, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;
/// Elements within elements.
const DEEPEST: usize = 64;
/// Elements and texts in a document.
const MOST_NODES: usize = 100_000;

/// Why a text is no document of the protocol.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum XmlError {
    /// Not well-formed.
    #[error("the text is not well-formed XML")]
    Syntax(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No root, a second one, or an end that is missing.
    #[error("the document has not exactly one whole root element")]
    Root,
    /// An element or an attribute without a name, or with one that is none.
    #[error("an element or an attribute has no proper name")]
    Name,
    /// Longer, deeper or fuller than any document of the host.
    #[error("the document is too large")]
    TooLarge,
    /// A document type: nothing of the protocol has one, and it could define entities.
    #[error("the document declares a document type")]
    DocType,
}

impl Element {
    /// Reads a document.
    ///
    /// # Errors
    /// [`XmlError`].
    pub fn parse(text: &str) -> Result<Self, XmlError> {
        if text.len() > LONGEST {
            return Err(XmlError::TooLarge);
        }
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim());
        let mut builder = Builder::default();
        loop {
            match reader.read_event().map_err(syntax)? {
                Event::Start(start) => builder.open(&start)?,
                Event::Empty(start) => {
                    builder.open(&start)?;
                    builder.close()?;
                }
                Event::End(_) => builder.close()?,
                Event::Text(text) => builder.text(&text.xml10_content())?,
                Event::CData(text) => builder.add(Node::Cdata(text.xml10_content().into_owned()))?,
                Event::GeneralRef(reference) => {
                    let entity = format!("&{};", &*reference.xml10_content());
                    builder.text(&unescape(&entity).map_err(syntax)?)?;
                }
                Event::DocType(_) => return Err(XmlError::DocType),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                Event::Eof => return builder.finish(),
            }
        }
    }
}

fn syntax(error: impl std::error::Error + Send + Sync + 'static) -> XmlError {
    XmlError::Syntax(Box::new(error))
}

/// The reader takes any text for a name.
fn name(text: &str) -> Result<&str, XmlError> {
    let starts_well = |c: char| c.is_alphabetic() || matches!(c, '_' | ':');
    let is_good = |c: char| starts_well(c) || c.is_numeric() || matches!(c, '-' | '.' | '\u{b7}');
    if text.starts_with(starts_well) && text.chars().all(is_good) {
        Ok(text)
    } else {
        Err(XmlError::Name)
    }
}

/// The tree while it grows.
#[derive(Default)]
struct Builder {
    open: Vec<Element>,
    root: Option<Element>,
    nodes: usize,
}

impl Builder {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), XmlError> {
        if self.open.len() >= DEEPEST {
            return Err(XmlError::TooLarge);
        }
        if self.root.is_some() {
            return Err(XmlError::Root);
        }
        self.count()?;
        let mut element = Element::new(name(start.name().as_ref())?);
        for attribute in start.attributes() {
            let attribute = attribute.map_err(syntax)?;
            let value = unescape(&attribute.value).map_err(syntax)?;
            element = element.with(name(attribute.key.as_ref())?, value);
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlError> {
        let element = self.open.pop().ok_or(XmlError::Root)?;
        match self.open.last_mut() {
            Some(parent) => parent.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    /// Text in pieces (around references) becomes one node.
    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        if let Some(Node::Text(before)) = self.open.last_mut().and_then(|open| open.nodes.last_mut()) {
            before.push_str(text);
            return Ok(());
        }
        self.add(Node::Text(text.to_owned()))
    }

    fn add(&mut self, node: Node) -> Result<(), XmlError> {
        self.count()?;
        match self.open.last_mut() {
            Some(open) => open.nodes.push(node),
            None if is_blank(&node) => {}
            None => return Err(XmlError::Root),
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), XmlError> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(XmlError::TooLarge);
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, XmlError> {
        if !self.open.is_empty() {
            return Err(XmlError::Root);
        }
        self.root.ok_or(XmlError::Root)
    }
}

fn is_blank(node: &Node) -> bool {
    matches!(node, Node::Text(text) if text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_the_host_is_read() {
        let text = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- form -->\n<doc lang=\"en\" func=\"a&amp;b\">\
                    <url>https://ca.test/?a=1&amp;b=&#50;</url><empty/><c><![CDATA[<x>]]></c></doc>\n";
        let doc = Element::parse(text).unwrap();
        assert_eq!(doc.attribute("func"), Some("a&b"));
        assert_eq!(doc.content_of("url").unwrap(), "https://ca.test/?a=1&b=2");
        assert_eq!(doc.content_of("empty").unwrap(), "");
        assert_eq!(doc.content_of("c").unwrap(), "<x>");
        assert_eq!(doc.content_of("absent"), None);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(65), "</a>".repeat(65));
        for text in [
            "",
            "hello",
            "<doc>",
            "</doc>",
            "<doc/><doc/>",
            "<doc/>x",
            "<a></b>",
            "<doc a=1/>",
            "<doc a=\"1\" a=\"2\"/>",
            "<doc>&nbsp;</doc>",
            "<doc>< /></doc>",
            "<1/>",
            "<a <b=\"1\"/>",
            "<!DOCTYPE d [<!ENTITY e \"x\">]><doc>&e;</doc>",
            deep.as_str(),
        ] {
            assert!(Element::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_huge_document_is_refused_before_it_is_read() {
        let text = format!("<doc>{}</doc>", "x".repeat(LONGEST));
        assert!(matches!(Element::parse(&text), Err(XmlError::TooLarge)));
        let text = format!("<doc>{}</doc>", "<a/>".repeat(MOST_NODES));
        assert!(matches!(Element::parse(&text), Err(XmlError::TooLarge)));
    }
}
