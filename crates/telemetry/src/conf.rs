//! The `debug.conf` syntax.
//!
//! ```text
//! # one rule per line: <log>[.<part>] <level>
//! pmleadertelecom.* 9
//! pmleadertelecom:3.client 6
//! certbroker.store 7
//! sqlx 5
//! SET color=off
//! ```
//!
//! - `<log>` is the name of a module's log (`pmleadertelecom`, or one processing module of that kind: `pmleadertelecom:3`), of the
//!   program itself, or of a library (`sqlx`). `<part>` is a segment of the place in the code. `*` stands for any text in both; a
//!   missing part is `*`. A log of only `*` means all logs but those of libraries.
//! - The more specific rule wins: first by log, then by part; of equal ones the later.
//! - Lines of `SET`, and conditions after the level, are of the host and are left alone; what is not understood is reported and changes nothing.

use std::fmt::Write as _;

use crate::Level;

/// How far a file is read; beyond it is no configuration.
const LINES: usize = 10_000;

/// A rule of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    log: String,
    part: String,
    /// The threshold.
    pub level: Level,
}

/// The rules of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conf {
    rules: Vec<Rule>,
    /// One sentence per line that was not understood.
    pub faults: Vec<String>,
}

/// Whose message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// This product: rules of `*` count.
    Ours,
    /// A library: only rules that name it count.
    Library,
}

impl Conf {
    /// Reads the text of a file.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut conf = Self::default();
        for (index, line) in text.lines().take(LINES).enumerate() {
            match Rule::parse(line) {
                Ok(Some(rule)) => conf.rules.push(rule),
                Ok(None) => {}
                Err(why) => conf.faults.push(format!("line {}: {why}", index + 1)),
            }
        }
        conf
    }

    /// The threshold for a log and the segments of a place in the code, when a rule says one.
    #[must_use]
    pub fn threshold<'a>(
        &self,
        owner: Owner,
        log: &str,
        parts: &(impl Iterator<Item = &'a str> + Clone),
    ) -> Option<Level> {
        let mut best = None;
        for rule in &self.rules {
            let Some(weight) = rule.weight(owner, log, parts.clone()) else {
                continue;
            };
            if best.is_none_or(|(heaviest, _)| weight >= heaviest) {
                best = Some((weight, rule.level));
            }
        }
        best.map(|(_, level)| level)
    }

    /// The highest threshold of any rule.
    #[must_use]
    pub fn highest(&self) -> Option<Level> {
        self.rules.iter().map(|rule| rule.level).max()
    }
}

impl Rule {
    /// `None` for empty lines, comments and lines of the host.
    fn parse(line: &str) -> Result<Option<Self>, &'static str> {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_ascii_whitespace();
        let Some(pattern) = words.next() else {
            return Ok(None);
        };
        if pattern.eq_ignore_ascii_case("SET") {
            return Ok(None);
        }
        let level = words
            .next()
            .ok_or("a level from 0 to 9 is expected after the name")?;
        let level = level
            .parse()
            .map_err(|_| "the level is not a digit from 0 to 9")?;
        let (log, part) = pattern.split_once('.').unwrap_or((pattern, "*"));
        if log.is_empty() || part.is_empty() {
            return Err("a name is expected on both sides of the point");
        }
        Ok(Some(Self {
            log: log.to_owned(),
            part: part.to_owned(),
            level,
        }))
    }

    /// How specific the rule is for this message; `None` when it does not apply.
    fn weight<'a>(
        &self,
        owner: Owner,
        log: &str,
        mut parts: impl Iterator<Item = &'a str>,
    ) -> Option<(u8, u8)> {
        let kind = log.split(':').next().unwrap_or(log);
        let by_log = if self.log == log {
            3
        } else if self.log == kind {
            2
        } else if self.log == "*" && owner == Owner::Ours {
            0
        } else if self.log != "*" && (matches(&self.log, log) || matches(&self.log, kind)) {
            1
        } else {
            return None;
        };
        if self.part == "*" {
            return Some((by_log, 0));
        }
        parts
            .any(|part| matches(&self.part, part))
            .then_some((by_log, if self.part.contains('*') { 1 } else { 2 }))
    }
}

/// The text of a file in which the whole log has this level; `None` takes its rule out.
///
/// Comments, rules for parts and all other lines stay as they are.
#[must_use]
pub fn with_level(text: &str, log: &str, level: Option<Level>) -> String {
    let mut edited = String::with_capacity(text.len() + 32);
    let mut rule = level.map(|level| format!("{log}.* {level}\n"));
    for line in text.lines() {
        let is_ours = matches!(Rule::parse(line), Ok(Some(found)) if found.log == log && found.part == "*");
        if !is_ours {
            let _ = writeln!(edited, "{line}");
        } else if let Some(rule) = rule.take() {
            edited.push_str(&rule);
        }
    }
    edited.push_str(&rule.unwrap_or_default());
    edited
}

/// Whether a name with `*` for any text fits.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(start) else {
        return false;
    };
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return name.ends_with(piece);
        }
        let Some(found) = name.find(piece) else {
            return false;
        };
        name = name.get(found + piece.len()..).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn threshold(text: &str, log: &str, parts: &[&str]) -> Option<u8> {
        Conf::parse(text)
            .threshold(Owner::Ours, log, &parts.iter().copied())
            .map(Level::digit)
    }

    #[test]
    fn the_line_of_the_documentation_gives_full_detail() {
        assert_eq!(
            threshold("pmleadertelecom.* 9", "pmleadertelecom", &["client"]),
            Some(9)
        );
        assert_eq!(
            threshold("pmleadertelecom.* 9", "pmleadertelecom:3", &["client"]),
            Some(9)
        );
        assert_eq!(threshold("pmleadertelecom.* 9", "certbroker", &["client"]), None);
    }

    #[test]
    fn the_more_specific_rule_wins_and_the_later_of_equals() {
        let text = "pmleadertelecom 6 # all of the kind\n*.* 9\n*.conn 3\npmleadertelecom:3.* 8\npm*.client 7\n\
                    pmleadertelecom.client 5\npmleadertelecom.client 4\n";
        for (log, part, level) in [
            ("certbroker", "engine", 9),
            ("certbroker", "conn", 3),
            ("pmleadertelecom", "conn", 6),
            ("pmleadertelecom", "client", 4),
            ("pmleadertelecom:3", "client", 8),
            ("pmother", "client", 7),
            ("pmother", "wire", 9),
        ] {
            assert_eq!(
                threshold(text, log, &["connectors", part]),
                Some(level),
                "{log} {part}"
            );
        }
    }

    #[test]
    fn libraries_speak_only_when_named() {
        let conf = Conf::parse("*.* 9\nsqlx.query 6\nh* 7");
        let library = |log, part| {
            conf.threshold(Owner::Library, log, &[part].into_iter())
                .map(Level::digit)
        };
        assert_eq!(library("sqlx", "query"), Some(6));
        assert_eq!(library("sqlx", "pool"), None);
        assert_eq!(library("hyper", "client"), Some(7));
        assert_eq!(library("rustls", "client"), None);
    }

    #[test]
    fn lines_that_are_not_understood_are_reported_and_change_nothing() {
        let conf = Conf::parse(
            "# comment\n\nSET color=on\nset x.max_log_size=1\na.b 12\na.\n.b 3\na\nc.* 5 sometimes\n",
        );
        assert_eq!(conf.faults.len(), 4, "{:?}", conf.faults);
        assert!(conf.faults[0].starts_with("line 5: "));
        assert_eq!(conf.highest(), Some(Level::INFO));
    }

    #[test]
    fn editing_replaces_the_rule_in_its_place_and_leaves_the_rest() {
        let text = "# mine\nSET color=on\na.* 3\nb 4\na.part 7\na 5";
        assert_eq!(
            with_level(text, "a", Some(Level::DEBUG)),
            "# mine\nSET color=on\na.* 9\nb 4\na.part 7\n"
        );
        assert_eq!(
            with_level(text, "a", None),
            "# mine\nSET color=on\nb 4\na.part 7\n"
        );
        assert_eq!(with_level("", "a:3", Some(Level::OFF)), "a:3.* 0\n");
        assert_eq!(with_level("b 1\n", "a", None), "b 1\n");
    }

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, name, fits) in [
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            ("a*b*c", "axxbyc", true),
            ("a*c", "ab", false),
            ("ab*ab", "ab", false),
            ("**", "x", true),
            ("a", "ab", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn any_file_is_read_and_edited_without_panic(text in any::<String>(), name in "[a-z*]{1,6}") {
            let conf = Conf::parse(&text);
            let _ = conf.threshold(Owner::Ours, &name, &[name.as_str()].into_iter());
        }

        #[test]
        fn a_level_that_was_set_is_the_level_in_force(rules in prop::collection::vec("(a|b|a:1|\\*)(\\.(x|\\*))? [0-9]", 0..8), digit in 0_u8..=9) {
            let level = Level::try_from(digit).unwrap();
            let edited = with_level(&rules.join("\n"), "a:1", Some(level));
            prop_assert_eq!(Conf::parse(&edited).threshold(Owner::Ours, "a:1", &["other"].into_iter()), Some(level));
        }
    }
}
