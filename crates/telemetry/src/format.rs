//! The forms of a line. Every event is one line: line breaks and control characters in texts are written as escapes, so that
//! no outside text can forge a line.

use std::fmt::Write as _;

use domain::mask;
use jiff::{Timestamp, tz::TimeZone};

use crate::Level;

/// How lines are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// For people and grep: `2026-03-05T11:20:31.000000Z INFO pmleadertelecom:3 client: placing the order names=3`.
    Text,
    /// One JSON object a line.
    Json,
    /// As BILLmanager writes: `Mar  5 11:20:31 [4711:1] client INFO placing the order`, in local time.
    Billmanager {
        /// The machine's time zone.
        zone: TimeZone,
        /// Whether levels are coloured (`SET color=on`).
        color: Color,
    },
}

/// Whether terminal colours are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// With ANSI sequences.
    On,
    /// Plain.
    Off,
}

/// An event on its way to a line; all texts are masked already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) at: Timestamp,
    pub(crate) level: Level,
    pub(crate) log: &'a str,
    /// The place in the code, without the prefix of our crates.
    pub(crate) place: &'a str,
    pub(crate) file: Option<&'a str>,
    pub(crate) line: Option<u32>,
    pub(crate) message: &'a str,
    pub(crate) operation: Option<&'a str>,
    pub(crate) fields: &'a [(&'static str, String)],
    pub(crate) context: &'a [(&'static str, String)],
}

impl Format {
    /// The line with its line break.
    pub(crate) fn line(&self, entry: &Entry<'_>) -> String {
        let mut line = match self {
            Self::Text => text(entry),
            Self::Json => json(entry),
            Self::Billmanager { zone, color } => billmanager(entry, zone, *color),
        };
        line.push('\n');
        line
    }
}

/// The text form, which capture uses too.
pub(crate) fn text(entry: &Entry<'_>) -> String {
    let mut line = String::with_capacity(160);
    let _ = write!(line, "{:.6} {} ", entry.at, entry.level.name());
    push_escaped(&mut line, entry.log);
    if entry.place != entry.log {
        let _ = write!(line, " {}", entry.place);
    }
    line.push_str(": ");
    push_escaped(&mut line, entry.message);
    push_fields(&mut line, entry);
    line
}

fn json(entry: &Entry<'_>) -> String {
    let object = |fields: &[(&'static str, String)]| -> serde_json::Map<String, serde_json::Value> {
        fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
            .collect()
    };
    let mut document = serde_json::json!({
        "time": entry.at.to_string(),
        "level": entry.level.digit(),
        "name": entry.level.name(),
        "log": entry.log,
        "place": entry.place,
        "message": entry.message,
    });
    if let Some(operation) = entry.operation {
        document["operation"] = operation.into();
    }
    for (name, fields) in [("fields", entry.fields), ("context", entry.context)] {
        if !fields.is_empty() {
            document[name] = object(fields).into();
        }
    }
    document.to_string()
}

/// The line of BILLmanager's own programs; the part is the last segment of the place.
fn billmanager(entry: &Entry<'_>, zone: &TimeZone, color: Color) -> String {
    /// By level, as the vendor's programs colour them.
    const COLORS: [&str; 10] = [
        "34", "1;34", "1;31", "1;31", "1;35", "1;32", "1;36", "36", "1", "1;33",
    ];
    let mut line = String::with_capacity(160);
    let there = entry.at.to_zoned(zone.clone());
    let part = entry.place.rsplit("::").next().unwrap_or(entry.place);
    let thread = format!("{:?}", std::thread::current().id());
    let thread: String = thread.chars().filter(char::is_ascii_digit).collect();
    let _ = write!(
        line,
        "{} [{}:{thread}] {part} ",
        there.strftime("%b %e %H:%M:%S"),
        std::process::id()
    );
    let code = COLORS
        .get(usize::from(entry.level.digit()))
        .filter(|_| color == Color::On);
    if let Some(code) = code {
        let _ = write!(line, "\u{1b}[{code}m");
    }
    let _ = write!(line, "{} ", entry.level.name());
    if let (Level::DEBUG, Some(file), Some(number)) = (entry.level, entry.file, entry.line) {
        let _ = write!(line, "{}:{number} ", file.rsplit('/').next().unwrap_or(file));
    }
    push_escaped(&mut line, entry.message);
    push_fields(&mut line, entry);
    if code.is_some() {
        line.push_str("\u{1b}[0m");
    }
    line
}

fn push_fields(line: &mut String, entry: &Entry<'_>) {
    for (name, value) in entry.fields {
        push_field(line, name, value);
    }
    if let Some(operation) = entry.operation {
        push_field(line, "operation", operation);
    }
    for (name, value) in entry.context {
        push_field(line, name, value);
    }
}

/// ` name=value`; quoted where it would not be clear where the value ends.
fn push_field(line: &mut String, name: &str, value: &str) {
    let _ = write!(line, " {name}=");
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '"' | '=');
    if value == mask::MASK || (!value.is_empty() && value.chars().all(is_plain)) {
        line.push_str(value);
        return;
    }
    line.push('"');
    for c in value.chars() {
        if c == '"' {
            line.push('\\');
        }
        push_char(line, c);
    }
    line.push('"');
}

fn push_escaped(line: &mut String, text: &str) {
    text.chars().for_each(|c| push_char(line, c));
}

fn push_char(line: &mut String, c: char) {
    // Also line separators, and marks that turn the direction of what follows.
    let is_treacherous = c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if is_treacherous && c != '\t' {
        line.extend(c.escape_default());
    } else {
        line.push(c);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry<'a>(message: &'a str, fields: &'a [(&'static str, String)]) -> Entry<'a> {
        Entry {
            at: "2026-03-05T11:20:31Z".parse().unwrap(),
            level: Level::DEBUG,
            log: "pmleadertelecom:3",
            place: "connectors::leadertelecom::client",
            file: Some("crates/connectors/src/client.rs"),
            line: Some(42),
            message,
            operation: Some("O-311"),
            fields,
            context: &[],
        }
    }

    #[test]
    fn text_is_one_line_with_its_fields() {
        let fields = [
            ("names", "3".to_owned()),
            ("error", "timed \"out\"\n".to_owned()),
            ("empty", String::new()),
        ];
        assert_eq!(
            Format::Text.line(&entry("placing\nthe order", &fields)),
            "2026-03-05T11:20:31.000000Z DEBUG pmleadertelecom:3 connectors::leadertelecom::client: \
             placing\\nthe order names=3 error=\"timed \\\"out\\\"\\n\" empty=\"\" operation=O-311\n"
        );
    }

    #[test]
    fn json_is_one_object_a_line() {
        let fields = [("names", "3".to_owned())];
        let line = Format::Json.line(&entry("a\n\"b\"", &fields));
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!(
            read,
            serde_json::json!({
                "time": "2026-03-05T11:20:31Z", "level": 9, "name": "DEBUG", "log": "pmleadertelecom:3",
                "place": "connectors::leadertelecom::client", "message": "a\n\"b\"", "operation": "O-311",
                "fields": {"names": "3"},
            })
        );
    }

    #[test]
    fn billmanager_lines_look_like_those_of_its_own_programs() {
        let plain = Format::Billmanager {
            zone: TimeZone::fixed(jiff::tz::offset(3)),
            color: Color::Off,
        };
        let line = plain.line(&entry("run with: --command open", &[]));
        let (start, rest) = line.split_once(" [").unwrap();
        assert_eq!(start, "Mar  5 14:20:31");
        let (process, rest) = rest.split_once("] ").unwrap();
        assert!(process.starts_with(&format!("{}:", std::process::id())));
        assert_eq!(
            rest,
            "client DEBUG client.rs:42 run with: --command open operation=O-311\n"
        );

        let colored = Format::Billmanager {
            zone: TimeZone::UTC,
            color: Color::On,
        };
        let line = colored.line(&entry("x", &[]));
        assert!(
            line.ends_with("client \u{1b}[1;33mDEBUG client.rs:42 x operation=O-311\u{1b}[0m\n"),
            "{line:?}"
        );
    }

    proptest! {
        #[test]
        fn no_text_from_outside_makes_a_second_line(message in any::<String>(), value in any::<String>()) {
            let fields = [("value", value)];
            let billmanager = Format::Billmanager { zone: TimeZone::UTC, color: Color::Off };
            for format in [Format::Text, Format::Json, billmanager] {
                let line = format.line(&entry(&message, &fields));
                prop_assert_eq!(line.matches(['\n', '\r']).count(), 1);
                prop_assert!(line.ends_with('\n'));
            }
        }
    }
}
