//! The command line that BILLmanager gives to a processing module (protocol facts §4.3), read as the vendor's own parser reads it.
//!
//! Two rules differ, as newer hosts need it: an option nobody knows is ignored and reported, and an unknown command is not the
//! parser's business.

mod options;

use std::{collections::BTreeMap, fmt::Write as _};

pub use self::options::Key;
use self::options::{OPTIONS, Spec, Takes, required};

/// What `-T` prints: the vendor's probe expects this very text.
pub const PROBE_ANSWER: &str = "(c) ISPsystem.com";

/// What `--version` prints: the version of the protocol, as all modules of the vendor's base say it.
pub const VERSION_ANSWER: &str = "1.0\n";

/// What `--help` prints, and what follows a wrong command line.
pub const USAGE: &str = "\nprocessing module\n\nUsage: binaryname --command <command>\n\n";

/// What a command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// `-T`.
    Probe,
    /// `--help`.
    Help,
    /// `--version`.
    Version,
    /// A command with everything that it needs.
    Run(Arguments),
    /// Something is missing or wrong; one fault per option.
    Wrong(Vec<Fault>),
}

/// The options of a command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    values: BTreeMap<Key, Option<String>>,
    /// Options that nobody knows, as they came.
    pub ignored: Vec<String>,
}

/// What is wrong with an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The option's long name.
    pub option: &'static str,
    /// In what way.
    pub kind: FaultKind,
}

/// In what way an option is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The command needs it.
    Missed,
    /// It came last, without a value.
    WithoutValue,
    /// It is no number.
    Invalid,
}

impl Fault {
    /// The line on standard error, as the vendor's parser writes it.
    #[must_use]
    pub fn line(self) -> String {
        let name = format!("\u{1b}[1;31m{}\u{1b}[0m", self.option);
        match self.kind {
            FaultKind::Missed => format!("\tMissed argument {name}"),
            FaultKind::WithoutValue => format!("\tArgument {name} require value"),
            FaultKind::Invalid => format!("\tArgument {name} has invalid value"),
        }
    }
}

impl Request {
    /// Reads the tokens after the program's name.
    pub fn read(tokens: impl IntoIterator<Item = String>) -> Self {
        let arguments = Arguments::scan(tokens.into_iter().collect());
        if arguments.has(Key::Probe) {
            return Self::Probe;
        }
        if arguments.has(Key::Help) {
            return Self::Help;
        }
        if arguments.has(Key::Version) {
            return Self::Version;
        }
        let faults = arguments.faults();
        if faults.is_empty() {
            Self::Run(arguments)
        } else {
            Self::Wrong(faults)
        }
    }
}

impl Arguments {
    fn scan(tokens: Vec<String>) -> Self {
        let mut found = Self::default();
        let mut tokens = tokens.into_iter();
        while let Some(token) = tokens.next() {
            match token.find(|c| c != '-') {
                // Positional, or dashes alone: `-` and `--` are positional, more of them an option nobody knows.
                Some(0) => {}
                None if token.len() < 3 => {}
                Some(1) => found.short(token, &mut tokens),
                _ => found.long(token, &mut tokens),
            }
        }
        found
    }

    /// A repeated long option overwrites the one before.
    fn long(&mut self, token: String, rest: &mut impl Iterator<Item = String>) {
        let name = token.strip_prefix("--").unwrap_or_default();
        let Some(spec) = OPTIONS
            .iter()
            .find(|spec| !spec.long.is_empty() && spec.long == name)
        else {
            self.ignored.push(token);
            return;
        };
        let value = if spec.takes == Takes::Nothing {
            None
        } else {
            rest.next()
        };
        self.values.insert(spec.key, value);
    }

    /// Every known letter in the token counts, once; the last one of the token takes the next token as its value.
    fn short(&mut self, token: String, rest: &mut impl Iterator<Item = String>) {
        let last = token.chars().next_back();
        let is_new = |spec: &&Spec| {
            spec.short
                .is_some_and(|letter| token.contains(letter) && !self.values.contains_key(&spec.key))
        };
        let found: Vec<&Spec> = OPTIONS.iter().filter(is_new).collect();
        for spec in &found {
            let takes_value = spec.takes != Takes::Nothing && spec.short == last;
            let value = if takes_value { rest.next() } else { None };
            self.values.insert(spec.key, value);
        }
        if found.is_empty() {
            self.ignored.push(token);
        }
    }

    fn faults(&self) -> Vec<Fault> {
        let required = required(self.text(Key::Command), self.text(Key::Subcommand));
        let fault = |spec: &Spec| {
            let kind = match (self.values.get(&spec.key), spec.takes) {
                (None, _) if required.contains(&spec.key) => FaultKind::Missed,
                (None, _) | (Some(_), Takes::Nothing) => return None,
                (Some(None), _) => FaultKind::WithoutValue,
                (Some(Some(value)), Takes::Number) if number(value).is_none() => FaultKind::Invalid,
                _ => return None,
            };
            Some(Fault {
                option: spec.long,
                kind,
            })
        };
        OPTIONS.iter().filter_map(fault).collect()
    }

    /// Whether the option was given.
    #[must_use]
    pub fn has(&self, key: Key) -> bool {
        self.values.contains_key(&key)
    }

    /// The option's value; empty when it was not given.
    #[must_use]
    pub fn text(&self, key: Key) -> &str {
        self.values
            .get(&key)
            .and_then(Option::as_deref)
            .unwrap_or_default()
    }

    /// The option's number; 0 and absence are nothing, for the vendor's parser reads both alike.
    #[must_use]
    pub fn number(&self, key: Key) -> Option<u64> {
        number(self.text(key)).filter(|number| *number > 0)
    }

    /// The line as it was understood, for the log.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut line = String::new();
        for spec in OPTIONS {
            let Some(value) = self.values.get(&spec.key) else {
                continue;
            };
            let space = if line.is_empty() { "" } else { " " };
            let _ = write!(line, "{space}--{}", spec.long);
            match value {
                Some(_) if spec.key == Key::Password => line.push_str(" ***"),
                Some(value) => {
                    let _ = write!(line, " {value}");
                }
                None => {}
            }
        }
        line
    }
}

fn number(text: &str) -> Option<u64> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Request {
        Request::read(line.split(' ').map(str::to_owned))
    }

    fn run(line: &str) -> Arguments {
        match read(line) {
            Request::Run(arguments) => arguments,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn long_options_take_the_next_token_whatever_it_looks_like() {
        let arguments = run("--command open --item 5 --runningoperation 7");
        assert_eq!(arguments.text(Key::Command), "open");
        assert_eq!(arguments.number(Key::Item), Some(5));
        assert_eq!(run("--command --help").text(Key::Command), "--help");
        assert_eq!(run("--command open --item 5 --item 6").number(Key::Item), Some(6));
        assert_eq!(
            run("--command=x --command open --item 1").ignored,
            ["--command=x"]
        );
    }

    #[test]
    fn short_options_may_be_bundled_and_the_last_takes_the_value() {
        let arguments = run("-c open -i 5");
        assert_eq!(arguments.number(Key::Item), Some(5));
        assert_eq!(arguments.text(Key::Command), "open");
        assert_eq!(read("-hc x"), Request::Help);
        assert_eq!(read("-ih 5"), Request::Help);
        // A letter that was seen already is skipped; repeated alone it is unknown.
        assert_eq!(run("-c open -i 5 -i 6").ignored, ["-i"]);
        assert_eq!(run("-c open -i 5 -i 6").number(Key::Item), Some(5));
    }

    #[test]
    fn dashes_alone_and_free_words_are_positional() {
        for line in ["--command features - -- word", "--command features "] {
            assert!(run(line).ignored.is_empty(), "{line}");
        }
        assert_eq!(run("--command features ---").ignored, ["---"]);
    }

    #[test]
    fn the_probe_comes_before_help_and_help_before_version() {
        assert_eq!(read("--help -T --nonsense"), Request::Probe);
        assert_eq!(read("--version --help"), Request::Help);
        assert_eq!(read("-V"), Request::Version);
    }

    #[test]
    fn options_that_nobody_knows_are_ignored_with_their_values() {
        let arguments = run("--command sync_item --item 5 --colour red --userid 3");
        assert_eq!(arguments.ignored, ["--colour"]);
        assert_eq!(arguments.number(Key::UserId), Some(3));
    }

    #[test]
    fn what_a_command_needs_is_missed() {
        let lines = |line: &str| match read(line) {
            Request::Wrong(faults) => faults
                .iter()
                .map(|fault| {
                    fault
                        .line()
                        .replace("\u{1b}[1;31m", "<")
                        .replace("\u{1b}[0m", ">")
                })
                .collect::<Vec<_>>(),
            other => panic!("{line}: {other:?}"),
        };
        let table: &[(&str, &[&str])] = &[
            ("", &["\tMissed argument <command>"]),
            ("--command open", &["\tMissed argument <item>"]),
            ("--command", &["\tArgument <command> require value"]),
            (
                "--command open --item x",
                &["\tArgument <item> has invalid value"],
            ),
            (
                "--command open --item -5",
                &["\tArgument <item> has invalid value"],
            ),
            (
                "--command approver --module 3",
                &["\tMissed argument <intname>", "\tMissed argument <domain>"],
            ),
            (
                "--command import_pricelist --module 3 --subcommand pricelist",
                &["\tMissed argument <id>"],
            ),
            (
                "--command open --item 99999999999999999999999",
                &["\tArgument <item> has invalid value"],
            ),
        ];
        for (line, expected) in table {
            assert_eq!(&lines(line), expected, "{line}");
        }
    }

    #[test]
    fn commands_without_a_dependency_run_with_nothing() {
        for command in [
            "reopen",
            "sync_item",
            "stat",
            "cancel_prolong",
            "getbalance",
            "nonsense",
        ] {
            assert_eq!(run(&format!("--command {command}")).number(Key::Item), None);
        }
    }

    #[test]
    fn the_line_in_the_log_shows_no_password() {
        let shown = run("-c open -i 5 --password hunter2 --zzz").shown();
        assert_eq!(shown, "--command open --item 5 --password ***");
    }
}
