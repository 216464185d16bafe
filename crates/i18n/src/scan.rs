//! Which keys a Rust source uses; for the tests that prove that they exist.
//!
//! Found are literals in calls of `t`, `t_args`, `exists` (as the first or second argument, free or as a method) and in `key!`. Comments
//! are skipped. A key that is put together at run time cannot be found; it is written with `key!` where it is born.

use std::{fs, io, path::Path};

use crate::{Locale, exists};

/// A key in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedKey {
    /// The key.
    pub key: String,
    /// Its line, counted from 1.
    pub line: usize,
}

/// All keys that the source uses, in order.
#[must_use]
pub fn keys_in(source: &str) -> Vec<UsedKey> {
    let code = without_comments(source);
    let mut keys = Vec::new();
    for (at, _) in code.match_indices(['(']) {
        let before = code.get(..at).unwrap_or_default();
        if is_lookup(before)
            && let Some(key) = literal_argument(code.get(at + 1..).unwrap_or_default())
        {
            keys.push(UsedKey {
                key,
                line: before.matches('\n').count() + 1,
            });
        }
    }
    keys
}

/// One line `path:line: key` for every key under the folder that some language has no text for.
///
/// # Errors
/// When a folder or file cannot be read.
pub fn unknown_keys(folder: &Path) -> io::Result<Vec<String>> {
    let mut unknown = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            unknown.extend(unknown_keys(&path)?);
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let used = keys_in(&fs::read_to_string(&path)?).into_iter();
        let missing = used.filter(|used| !Locale::ALL.iter().all(|locale| exists(*locale, &used.key)));
        unknown.extend(missing.map(|used| format!("{}:{}: {}", path.display(), used.line, used.key)));
    }
    unknown.sort();
    Ok(unknown)
}

/// Whether the text before a parenthesis ends in the name of a look-up.
fn is_lookup(before: &str) -> bool {
    const NAMES: [&str; 4] = ["t", "t_args", "exists", "key!"];
    let start = before
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '!'))
        .map_or(0, |offset| {
            offset + before[offset..].chars().next().map_or(1, char::len_utf8)
        });
    let name = before.get(start..).unwrap_or_default();
    let is_definition = before.get(..start).unwrap_or_default().trim_end().ends_with("fn");
    NAMES.contains(&name) && !is_definition
}

/// The literal that is the first or the second argument.
fn literal_argument(arguments: &str) -> Option<String> {
    let first = arguments.trim_start();
    literal(first).or_else(|| literal(first.get(end_of_argument(first)? + 1..)?.trim_start()))
}

/// A whole argument that is one plain literal.
fn literal(argument: &str) -> Option<String> {
    let body = argument.strip_prefix('"')?;
    let (text, rest) = body.split_once('"')?;
    let is_whole = rest.trim_start().starts_with([',', ')']);
    (is_whole && !text.contains(['\\', '\n'])).then(|| text.to_owned())
}

/// The offset of the comma after the first argument; `None` when there is no second one.
fn end_of_argument(arguments: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, c) in arguments.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => return Some(offset),
            ';' | '"' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// Blanks out line and block comments; texts stay as they are, line breaks too.
fn without_comments(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '/' if rest.starts_with("//") => {
                rest = rest
                    .get(rest.find('\n').unwrap_or(rest.len())..)
                    .unwrap_or_default();
                continue;
            }
            '/' if rest.starts_with("/*") => {
                let end = rest.find("*/").map_or(rest.len(), |offset| offset + 2);
                code.extend(rest.get(..end).unwrap_or_default().chars().filter(|c| *c == '\n'));
                rest = rest.get(end..).unwrap_or_default();
                continue;
            }
            '"' => text_length(rest),
            '\'' if rest.starts_with("'\"'") => 3,
            _ => c.len_utf8(),
        };
        code.push_str(rest.get(..length).unwrap_or(rest));
        rest = rest.get(length..).unwrap_or_default();
    }
    code
}

/// The length of a quoted text with both its quotes.
fn text_length(text: &str) -> usize {
    let mut escaped = false;
    for (offset, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return offset + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(source: &str) -> Vec<String> {
        keys_in(source).into_iter().map(|used| used.key).collect()
    }

    #[test]
    fn finds_keys_where_they_are_looked_up() {
        for (source, keys) in [
            (r#"t(locale, "a-b")"#, vec!["a-b"]),
            (r#"i18n::t(page.locale(), "a-b")"#, vec!["a-b"]),
            (r#"t_args(self.locale, "a", &[("name", x.into())])"#, vec!["a"]),
            ("t_args(\n    locale,\n    \"a\",\n    &[],\n)", vec!["a"]),
            (r#"page.t("a") page.t_args("b", &[])"#, vec!["a", "b"]),
            (r#"let k = key!("a"); t(l, k)"#, vec!["a"]),
            (r#"h1 { (t(l, "a")) } p { (t(l, "b")) }"#, vec!["a", "b"]),
            ("// t(l, \"a\")\n/* t(l, \"b\")\n */ t(l, \"c\")", vec!["c"]),
            (r#"let url = "https://x"; t(l, "a")"#, vec!["a"]),
        ] {
            assert_eq!(found(source), keys, "{source}");
        }
    }

    #[test]
    fn takes_nothing_else_for_a_key() {
        for source in [
            r#"format("a", "b")"#,
            r#"insert(locale, "a")"#,
            r#"fn t(locale: Locale, key: &str) {} x("a")"#,
            "t(locale, key)",
            r#"t(locale, &format!("state-{state}"))"#,
            r#"assert(x, "a")"#,
            r#"t(locale, "a".len())"#,
        ] {
            assert!(found(source).is_empty(), "{source}: {:?}", found(source));
        }
    }

    #[test]
    fn says_the_line() {
        assert_eq!(
            keys_in("\n\nt(l, \"a\")"),
            [UsedKey {
                key: "a".to_owned(),
                line: 3
            }]
        );
    }

    proptest! {
        #[test]
        fn reads_any_text_without_panic(source in any::<String>(), parts in prop::collection::vec(prop::sample::select(vec![
            "t(", "t_args(", "key!(", "\"", "\\", ",", ")", "//", "/*", "*/", "'", "\n", "é", "l",
        ]), 0..20)) {
            let _ = keys_in(&source);
            let _ = keys_in(&parts.concat());
        }
    }
}
