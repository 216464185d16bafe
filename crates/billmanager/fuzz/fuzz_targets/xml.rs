//! What may stand on standard input or come from the host: no panic, and what was read is written so that it is read as the same.
#![no_main]

use certbroker_billmanager::xml::Element;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let Ok(document) = Element::parse(input) else { return };
    // Control characters have no form in XML: writing puts a mark in their place, once.
    let once = Element::parse(&document.compact()).expect("a document that was written is read");
    let twice = Element::parse(&once.compact()).expect("a document that was written twice is read");
    assert_eq!(once, twice);
    let pretty = Element::parse(&once.pretty()).expect("also when it is pretty");
    assert_eq!(without_spaces_between(once), without_spaces_between(pretty));
});

/// Pretty documents have white space between elements.
fn without_spaces_between(mut element: Element) -> Element {
    use certbroker_billmanager::xml::Node;
    let has_elements = element.children().next().is_some();
    let is_blank = |node: &Node| matches!(node, Node::Text(text) if text.trim().is_empty());
    if has_elements && element.nodes.iter().all(|node| matches!(node, Node::Element(_)) || is_blank(node)) {
        element.nodes.retain(|node| !is_blank(node));
    }
    for node in &mut element.nodes {
        if let Node::Element(child) = node {
            *child = without_spaces_between(std::mem::take(child));
        }
    }
    element
}
