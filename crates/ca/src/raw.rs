//! Raw answers of a CA, kept for 90 days with their secrets masked (design §8), so that the first contact with a real API can turn
//! what is assumed into what is known.

use serde::{Deserialize, Serialize};

/// Longest answer kept, in bytes; the rest is cut with a note.
pub const MOST_KEPT: usize = 64 * 1024;

/// An answer as the CA sent it, without its secrets. Text only: a binary body is described, not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawAnswer {
    /// HTTP status, when the CA speaks HTTP.
    pub status: Option<u16>,
    /// The media type the CA declared.
    pub content_type: Option<String>,
    /// The masked text.
    pub body: String,
}

impl RawAnswer {
    /// Masks and cuts a body. `secrets` are values that must not be found in it whatever key they hide under.
    #[must_use]
    pub fn new(status: Option<u16>, content_type: Option<String>, body: &[u8], secrets: &[&str]) -> Self {
        let body = match std::str::from_utf8(body) {
            Ok(text) => mask(cut(text), secrets),
            Err(_) => format!("({} bytes that are not text)", body.len()),
        };
        Self {
            status,
            content_type,
            body,
        }
    }

    /// For people: the first `most` characters with HTML tags and line breaks taken out.
    #[must_use]
    pub fn excerpt(&self, most: usize) -> String {
        excerpt(&self.body, most)
    }
}

/// The first `most` characters of a text for people, with HTML tags and runs of white space taken out.
#[must_use]
pub fn excerpt(text: &str, most: usize) -> String {
    let mut plain = String::new();
    let mut is_in_tag = false;
    for c in text.chars().take(most.saturating_mul(20)) {
        match c {
            '<' => is_in_tag = true,
            '>' if is_in_tag => {
                is_in_tag = false;
                plain.push(' ');
            }
            _ if is_in_tag => {}
            c if c.is_control() => plain.push(' '),
            c => plain.push(c),
        }
    }
    let words: Vec<_> = plain.split_whitespace().collect();
    words.join(" ").chars().take(most).collect()
}

/// Hides secrets: those that stand under a name, a scheme or in a PEM block, and these values wherever they stand.
#[must_use]
pub fn mask(text: &str, secrets: &[&str]) -> String {
    let mut masked = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        masked = masked.replace(secret, domain::mask::MASK);
    }
    domain::mask::text(&masked).into_owned()
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(MOST_KEPT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_by_name_and_by_value() {
        assert_eq!(
            mask(r#"{"auth_token":"q0Zr8tV5"}"#, &[]),
            r#"{"auth_token":"***"}"#
        );
        assert_eq!(
            mask("say hunter2 twice: hunter2", &["hunter2", ""]),
            "say *** twice: ***"
        );
    }

    #[test]
    fn a_long_or_binary_answer_is_cut_or_described() {
        let long = RawAnswer::new(None, None, "é".repeat(MOST_KEPT).as_bytes(), &[]);
        assert!(long.body.len() <= MOST_KEPT);
        assert_eq!(
            RawAnswer::new(None, None, &[0xff, 0xfe], &[]).body,
            "(2 bytes that are not text)"
        );
    }

    #[test]
    fn an_excerpt_is_plain_text() {
        let html = "<html><head><title>502 Bad\r\nGateway</title></head><body>x</body>";
        assert_eq!(excerpt(html, 100), "502 Bad Gateway x");
        assert_eq!(excerpt("abcdef", 3), "abc");
    }
}
