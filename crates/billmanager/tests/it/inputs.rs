//! 100,000 inputs each, in every run of the tests; the fuzz targets beside this crate go on where these end.
//!
//! Inputs are drawn by a small generator with a fixed seed, so that so many take a second and a failure comes again.

use certbroker_billmanager::{
    arguments::{Key, Request},
    xml::{Element, Node},
};

const INPUTS: usize = 100_000;

/// `SplitMix64`.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or_default()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// Any characters, many of them those that mean something.
    fn text(&mut self, most: usize) -> String {
        const LETTERS: &[char] = &['a', 'b', 'c', 'h', 'i', 'm', 'x', 'V'];
        const SPECIAL: &[char] = &[
            '-', '=', '<', '>', '&', ';', '"', '\'', '/', '!', '[', ']', '#', ' ', '\n', '\r', '\t', '\0',
            '\u{1b}', 'é', '\u{feff}', '\u{2028}', '\u{fffe}',
        ];
        let length = self.below(most + 1);
        (0..length)
            .map(|_| match self.below(3) {
                0 => SPECIAL[self.below(SPECIAL.len())],
                1 => LETTERS[self.below(LETTERS.len())],
                _ => {
                    let point = u32::try_from(self.below(0x11_0000)).unwrap_or_default();
                    char::from_u32(point).unwrap_or('x')
                }
            })
            .collect()
    }
}

/// Tokens as hosts write them, and as they do not.
fn tokens(draw: &mut Draw) -> Vec<String> {
    const OPTIONS: &[&str] = &[
        "--command",
        "-c",
        "--item",
        "-i",
        "--module",
        "-m",
        "--help",
        "-h",
        "-V",
        "-T",
        "--runningoperation",
        "--param",
        "--value",
        "--domain",
        "--intname",
        "--subcommand",
        "--id",
        "--itemtype",
        "-",
        "--",
        "---",
        "",
        "--x=y",
        "-ci",
        "-hT",
        "--password",
    ];
    const VALUES: &[&str] = &[
        "open",
        "features",
        "approver",
        "import_pricelist",
        "pricelist",
        "5",
        "0",
        "-5",
        "x",
        "99999999999999999999",
    ];
    let count = draw.below(8);
    (0..count)
        .map(|_| match draw.below(8) {
            0..=3 => draw.one(OPTIONS).to_owned(),
            4..=6 => draw.one(VALUES).to_owned(),
            _ => draw.text(6),
        })
        .collect()
}

#[test]
fn any_command_line_is_read_by_the_rules() {
    let mut draw = Draw(1);
    let mut runs = 0;
    for _ in 0..INPUTS {
        let tokens = tokens(&mut draw);
        match Request::read(tokens.clone()) {
            Request::Run(arguments) => {
                runs += 1;
                assert!(arguments.has(Key::Command), "{tokens:?}");
                assert!(
                    !arguments.has(Key::Probe) && !arguments.has(Key::Help),
                    "{tokens:?}"
                );
                if arguments.text(Key::Command) == "open" {
                    assert!(arguments.text(Key::Item).parse::<u64>().is_ok(), "{tokens:?}");
                }
                for ignored in &arguments.ignored {
                    assert!(ignored.starts_with('-') && tokens.contains(ignored), "{tokens:?}");
                }
                assert!(arguments.shown().starts_with("--command"), "{tokens:?}");
            }
            Request::Wrong(faults) => {
                assert!(!faults.is_empty(), "{tokens:?}");
                assert!(
                    faults.iter().all(|fault| fault.line().starts_with('\t')),
                    "{tokens:?}"
                );
            }
            Request::Probe => {
                let is_asked = |token: &String| token.starts_with('-') && token.contains('T');
                assert!(tokens.iter().any(is_asked), "{tokens:?}");
            }
            Request::Help | Request::Version => {}
        }
    }
    assert!(runs > 1_000, "only {runs} lines ran");
}

/// Text that is nearly XML.
fn nearly_xml(draw: &mut Draw) -> String {
    const PIECES: &[&str] = &[
        "<doc>",
        "</doc>",
        "<a>",
        "</a>",
        "<a b=\"1\">",
        "<a b='x'/>",
        "<a/>",
        "text",
        "&amp;",
        "&#x41;",
        "&#0;",
        "&nbsp;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?xml version=\"1.0\"?>",
        "<!DOCTYPE a>",
        "<",
        ">",
        "&",
        "\"",
        " ",
        "</",
        "/>",
    ];
    let count = draw.below(9);
    let mut text = String::new();
    for _ in 0..count {
        match draw.below(7) {
            0 => text.push_str(&draw.text(4)),
            _ => text.push_str(draw.one(PIECES)),
        }
    }
    // Half of them are whole on the outside.
    if draw.below(2) == 0 {
        format!("<doc>{text}</doc>")
    } else {
        text
    }
}

#[test]
fn any_text_is_a_document_or_none() {
    let mut draw = Draw(2);
    let mut documents = 0;
    for _ in 0..INPUTS {
        let text = nearly_xml(&mut draw);
        let Ok(document) = Element::parse(&text) else {
            continue;
        };
        documents += 1;
        let written = document.compact();
        let again =
            Element::parse(&written).unwrap_or_else(|error| panic!("{text:?} became {written:?}: {error}"));
        assert_eq!(again.content(), cleaned(&document).content(), "{text:?}");
    }
    assert!(documents > 1_000, "only {documents} documents");
}

fn element(draw: &mut Draw, depth: usize) -> Element {
    let mut element = Element::new(draw.one(&["doc", "error", "param", "x-y"]));
    for name in ["name", "type"] {
        if draw.below(2) == 0 {
            let value = draw.text(6);
            element = element.with(name, value);
        }
    }
    if depth == 0 || draw.below(3) == 0 {
        let text = draw.text(6);
        return element.text(text.trim());
    }
    for _ in 0..draw.below(3) {
        element.push(self::element(draw, depth - 1));
    }
    element
}

/// Control characters have no form in XML; a mark stands for them.
fn cleaned(element: &Element) -> Element {
    let clean = |text: &str| -> String {
        text.replace("\r\n", "\n")
            .chars()
            .map(|c| match c {
                '\r' => '\n',
                '\n' | '\t' => c,
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => '\u{fffd}',
                c => c,
            })
            .collect()
    };
    let node = |node: &Node| match node {
        Node::Element(child) => Node::Element(cleaned(child)),
        Node::Text(text) | Node::Cdata(text) => Node::Text(clean(text)),
    };
    Element {
        name: element.name.clone(),
        attributes: element
            .attributes
            .iter()
            .map(|(name, value)| (name.clone(), clean(value)))
            .collect(),
        nodes: element.nodes.iter().map(node).collect(),
    }
}

#[test]
fn any_document_that_is_written_is_read_as_the_same() {
    let mut draw = Draw(3);
    for _ in 0..INPUTS {
        let element = element(&mut draw, 2);
        let written = element.compact();
        let read = Element::parse(&written).unwrap_or_else(|error| panic!("{written:?}: {error}"));
        assert_eq!(read, cleaned(&element), "{written:?}");
    }
}
