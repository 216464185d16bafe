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

/// The options once more, from the table of the protocol facts (§4.1, §4.2): name, letter, whether it takes a value, whether that is a number.
const TABLE: &[(Key, &str, Option<char>, bool, bool)] = &[
    (Key::Command, "command", Some('c'), true, false),
    (Key::Subcommand, "subcommand", None, true, false),
    (Key::Id, "id", None, true, false),
    (Key::Item, "item", Some('i'), true, true),
    (Key::Lang, "lang", Some('l'), true, false),
    (Key::Module, "module", Some('m'), true, true),
    (Key::ItemType, "itemtype", Some('t'), true, false),
    (Key::Intname, "intname", None, true, false),
    (Key::Param, "param", None, true, false),
    (Key::Value, "value", None, true, false),
    (Key::RunningOperation, "runningoperation", None, true, true),
    (Key::Level, "level", None, true, true),
    (Key::Addon, "addon", Some('a'), true, false),
    (Key::Domain, "domain", None, true, false),
    (Key::Emails, "emails", None, true, false),
    (Key::Email, "email", None, true, false),
    (Key::Tld, "tld", None, true, false),
    (Key::SearchString, "searchstring", None, true, false),
    (Key::UserId, "userid", None, true, false),
    (Key::Password, "password", None, true, false),
    (Key::Help, "help", Some('h'), false, false),
    (Key::Version, "version", Some('V'), false, false),
    (Key::Probe, "", Some('T'), false, false),
];

/// What a command line means by the rules of §4.3, told step by step as they stand there: the measure for the reader.
struct Meaning {
    given: Vec<(Key, Option<String>)>,
    unknown: Vec<String>,
}

impl Meaning {
    fn of(tokens: &[String]) -> Self {
        let mut meaning = Self {
            given: Vec::new(),
            unknown: Vec::new(),
        };
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            let dashes = token.chars().take_while(|c| *c == '-').count();
            let is_dashes_alone = dashes == token.chars().count();
            match dashes {
                0 => {}
                1 | 2 if is_dashes_alone => {}
                1 => {
                    let mut is_known = false;
                    let mut takes_next = None;
                    for (key, _, letter, takes, _) in TABLE {
                        let is_in = letter.is_some_and(|letter| token.contains(letter));
                        if !is_in || meaning.has(*key) {
                            continue;
                        }
                        is_known = true;
                        meaning.give(*key, None);
                        if *takes && token.chars().last() == *letter {
                            takes_next = Some(*key);
                        }
                    }
                    if let (Some(key), Some(value)) = (takes_next, tokens.get(at)) {
                        meaning.give(key, Some(value.clone()));
                        at += 1;
                    }
                    if !is_known {
                        meaning.unknown.push(token.clone());
                    }
                }
                _ => {
                    let named = TABLE
                        .iter()
                        .find(|(_, name, ..)| !name.is_empty() && format!("--{name}") == *token);
                    match named {
                        None => meaning.unknown.push(token.clone()),
                        Some((key, _, _, false, _)) => meaning.give(*key, None),
                        Some((key, ..)) => {
                            meaning.give(*key, tokens.get(at).cloned());
                            at += 1;
                        }
                    }
                }
            }
        }
        meaning
    }

    fn give(&mut self, key: Key, value: Option<String>) {
        self.given.retain(|(known, _)| *known != key);
        self.given.push((key, value));
    }

    fn has(&self, key: Key) -> bool {
        self.given.iter().any(|(known, _)| *known == key)
    }

    fn value(&self, key: Key) -> Option<&str> {
        let given = self.given.iter().find(|(known, _)| *known == key);
        given.and_then(|(_, value)| value.as_deref())
    }

    fn is_required(&self, key: Key) -> bool {
        let command = self.value(Key::Command).unwrap_or_default();
        let of = |commands: &str| commands.split(' ').any(|one| one == command);
        match key {
            Key::Command => true,
            Key::Subcommand => of("import_pricelist"),
            Key::Id => self.value(Key::Subcommand) == Some("pricelist"),
            Key::Item => {
                of("open resume suspend close prolong setparam check_param gen_key update_ns transfer")
            }
            Key::Module => of(
                "sync_pricelist sync_server sync_iplist get_server_config import import_pricelist approver",
            ),
            Key::ItemType => of("import"),
            Key::Intname | Key::Domain => of("approver"),
            Key::Param => of("check_param tune_service_profile"),
            _ => false,
        }
    }

    /// The lines on standard error.
    fn faults(&self) -> Vec<String> {
        let fault = |(key, name, _, takes, is_number): &(Key, &str, Option<char>, bool, bool)| {
            let name = format!("\u{1b}[1;31m{name}\u{1b}[0m");
            if !self.has(*key) {
                return self
                    .is_required(*key)
                    .then(|| format!("\tMissed argument {name}"));
            }
            let Some(value) = self.value(*key) else {
                return takes.then(|| format!("\tArgument {name} require value"));
            };
            let is_good = !value.is_empty() && value.chars().all(|c| c.is_ascii_digit()) && value.len() < 20;
            (*is_number && !is_good).then(|| format!("\tArgument {name} has invalid value"))
        };
        TABLE.iter().filter_map(fault).collect()
    }
}

#[test]
fn any_command_line_is_read_by_the_rules() {
    let mut draw = Draw(1);
    let (mut runs, mut wrong) = (0, 0);
    for _ in 0..INPUTS {
        let tokens = tokens(&mut draw);
        let meaning = Meaning::of(&tokens);
        match Request::read(tokens.clone()) {
            Request::Probe => assert!(meaning.has(Key::Probe), "{tokens:?}"),
            Request::Help => assert!(meaning.has(Key::Help) && !meaning.has(Key::Probe), "{tokens:?}"),
            Request::Version => {
                let is_asked_first = !meaning.has(Key::Probe) && !meaning.has(Key::Help);
                assert!(meaning.has(Key::Version) && is_asked_first, "{tokens:?}");
            }
            read => {
                for key in [Key::Probe, Key::Help, Key::Version] {
                    assert!(!meaning.has(key), "{tokens:?}");
                }
                let faults = meaning.faults();
                match read {
                    Request::Run(arguments) => {
                        runs += 1;
                        assert_eq!(faults, [""; 0], "{tokens:?}");
                        assert_eq!(arguments.ignored, meaning.unknown, "{tokens:?}");
                        for (key, ..) in TABLE {
                            assert_eq!(arguments.has(*key), meaning.has(*key), "{tokens:?}");
                            let value = meaning.value(*key).unwrap_or_default();
                            assert_eq!(arguments.text(*key), value, "{tokens:?}");
                        }
                        assert!(arguments.shown().starts_with("--command"), "{tokens:?}");
                    }
                    Request::Wrong(found) => {
                        wrong += 1;
                        let lines: Vec<String> = found.iter().map(|fault| fault.line()).collect();
                        assert_eq!(lines, faults, "{tokens:?}");
                        assert!(!lines.is_empty(), "{tokens:?}");
                    }
                    _ => unreachable!("taken above"),
                }
            }
        }
    }
    assert!(
        runs > 1_000 && wrong > 1_000,
        "only {runs} lines ran, {wrong} were wrong"
    );
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
