//! Writing.

use quick_xml::escape::escape;

use super::{Element, Node};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

impl Element {
    /// The document in one line, with its declaration and a line feed.
    #[must_use]
    pub fn compact(&self) -> String {
        let mut text = String::from(DECLARATION);
        self.write(&mut text, None);
        text.push('\n');
        text
    }

    /// The document with an element per line, as the vendor's modules print it.
    #[must_use]
    pub fn pretty(&self) -> String {
        let mut text = String::from(DECLARATION);
        self.write(&mut text, Some(0));
        text.push('\n');
        text
    }

    fn write(&self, text: &mut String, depth: Option<usize>) {
        text.push('<');
        text.push_str(&self.name);
        for (name, value) in &self.attributes {
            text.push(' ');
            text.push_str(name);
            text.push_str("=\"");
            // A line break in an attribute would be read as a space.
            let value = escape(clean(value)).replace('\n', "&#10;").replace('\t', "&#9;");
            text.push_str(&value);
            text.push('"');
        }
        if self.nodes.is_empty() {
            text.push_str("/>");
            return;
        }
        text.push('>');
        // White space may be added only where there is no text.
        let inner = depth.filter(|_| self.nodes.iter().all(|node| matches!(node, Node::Element(_))));
        for node in &self.nodes {
            if let Some(depth) = inner {
                new_line(text, depth + 1);
            }
            match node {
                Node::Element(child) => child.write(text, inner.map(|depth| depth + 1)),
                Node::Text(content) => text.push_str(&escape(clean(content))),
                Node::Cdata(content) => {
                    text.push_str("<![CDATA[");
                    text.push_str(&clean(content).replace("]]>", "]]]]><![CDATA[>"));
                    text.push_str("]]>");
                }
            }
        }
        if let Some(depth) = inner {
            new_line(text, depth);
        }
        text.push_str("</");
        text.push_str(&self.name);
        text.push('>');
    }
}

fn new_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
}

/// XML 1.0 has no way to say most control characters; a mark stands in their place. Readers would turn a carriage return into a line feed.
fn clean(text: &str) -> String {
    let replaced = |c: char| match c {
        '\t' | '\n' => c,
        '\r' => '\n',
        c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => '\u{fffd}',
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_written_pretty_and_compact() {
        let doc = Element::doc().child(
            Element::new("error")
                .with("type", "a\"<\n")
                .child(Element::new("param").text("x & y"))
                .child(Element::new("log").cdata("a]]>b")),
        );
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<doc>\n  <error type=\"a&quot;&lt;&#10;\">\n    \
                        <param>x &amp; y</param>\n    <log><![CDATA[a]]]]><![CDATA[>b]]></log>\n  </error>\n</doc>\n";
        assert_eq!(doc.pretty(), expected);
        assert_eq!(Element::parse(&doc.compact()).unwrap().attributes, doc.attributes);
        assert_eq!(
            Element::doc().compact(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<doc/>\n"
        );
    }

    #[test]
    fn control_characters_cannot_break_a_document() {
        let doc = Element::doc().text("a\0b\u{1b}c\r\nd");
        let read = Element::parse(&doc.compact()).unwrap();
        assert_eq!(read.content(), "a\u{fffd}b\u{fffd}c\nd");
    }
}
