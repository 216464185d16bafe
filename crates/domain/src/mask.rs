//! Removes secrets from text that is going to be logged, stored beside an error or shown to staff.
//!
//! One scanner serves every border: log lines, transport errors with URLs in them, raw answers of a CA, command lines.
//! It knows secrets by the *name* they travel under (`password=…`, `"auth_token":"…"`, `X-AUTH-TOKEN: …`,
//! `<password>…</password>`, `--password …`), by shape (`https://user:secret@host`, `Bearer …`) and by PEM labels of
//! private keys. Where it cannot tell how far a secret reaches, it masks more, never less. A JSON document stays one:
//! secret members become the text `"***"`.
//!
//! A secret that stands in free text without a name cannot be seen; such text must not be made in the first place.

use std::borrow::Cow;

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// Names that are secret as a whole word, written in lower case with `_` between words.
const SECRET_WORDS: &[&str] = &[
    "authorization",
    "cookie",
    "otp",
    "pass",
    "pwd",
    "token",
    "totp",
    "x_api_key",
];

/// Parts that make any name secret, wherever they stand in it.
const SECRET_PARTS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "private_key",
    "privatekey",
    "api_key",
    "apikey",
    "credential",
];

/// Endings that make a name secret: `auth_token`, `public_token`, `X-AUTH-TOKEN`, `set-cookie`.
const SECRET_ENDINGS: &[&str] = &[
    "_token",
    "_authorization",
    "_cookie",
    "authtoken",
    "accesstoken",
    "_pwd",
    "_pass",
];

/// Header names whose value runs to the end of its line.
const LINE_HEADERS: &[&str] = &[
    "authorization",
    "proxy_authorization",
    "cookie",
    "set_cookie",
    "x_auth_token",
];

/// Says whether a value under this name (field, parameter, header, setting) must never be shown.
///
/// Case, `-` and `_` make no difference.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = canonical(name);
    SECRET_WORDS.contains(&name.as_str())
        || SECRET_PARTS.iter().any(|part| name.contains(part))
        || SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Returns the text with every secret in it replaced by [`MASK`].
///
/// Borrows when there is nothing to hide. Masking twice changes nothing more.
#[must_use]
pub fn text(input: &str) -> Cow<'_, str> {
    let mut scan = Scanner {
        input,
        at: 0,
        copied: 0,
        output: String::new(),
    };
    while scan.at < input.len() {
        if let Some(secret) = scan.secret_here() {
            scan.replace(&secret);
        }
    }
    scan.finish()
}

/// Returns the value as it may be shown under this name: [`MASK`] for a secret name, else the masked text.
#[must_use]
pub fn value<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    if is_secret_name(name) && !value.is_empty() {
        return Cow::Borrowed(MASK);
    }
    text(value)
}

/// A stretch of the input and what replaces it.
struct Secret {
    start: usize,
    end: usize,
    replacement: &'static str,
}

impl Secret {
    fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end,
            replacement: MASK,
        }
    }
}

struct Scanner<'a> {
    input: &'a str,
    /// Byte offset of what is looked at next; always a character border.
    at: usize,
    /// Everything before this offset is in `output` already.
    copied: usize,
    output: String,
}

impl<'a> Scanner<'a> {
    /// Looks for a secret at the present place and moves on.
    fn secret_here(&mut self) -> Option<Secret> {
        let rest = rest(self.input, self.at);
        if rest.starts_with("-----BEGIN ") {
            return self.private_key(rest);
        }
        if rest.starts_with("://") {
            let start = self.at;
            self.at += 3;
            return user_info(self.input, start + 3);
        }
        let word_length = rest.bytes().take_while(|byte| is_word(*byte)).count();
        if word_length == 0 {
            self.at += rest.chars().next().map_or(1, char::len_utf8);
            return None;
        }
        let start = self.at;
        self.at += word_length;
        let word = self.input.get(start..self.at)?;
        self.named(start, word)
            .or_else(|| scheme_token(self.input, start, word))
    }

    /// A PEM block whose label says that it is a private key; without its end line everything that follows is masked.
    fn private_key(&mut self, rest: &str) -> Option<Secret> {
        const BEGIN: &str = "-----BEGIN ";
        const END: &str = "-----END ";
        let label_start = self.at + BEGIN.len();
        self.at = label_start;
        let label = rest.get(BEGIN.len()..)?.split("-----").next()?;
        if label.len() > 64 || !label.ends_with("PRIVATE KEY") {
            return None;
        }
        let body = label_start + label.len() + 5;
        let end = find(self.input, body, END).unwrap_or(self.input.len());
        Some(Secret::new(body.min(self.input.len()), end))
    }

    /// A value that follows a secret name.
    fn named(&mut self, start: usize, word: &str) -> Option<Secret> {
        let after_percent = start > 0 && self.input.as_bytes().get(start - 1) == Some(&b'%');
        let name = if after_percent { strip_hex(word) } else { word };
        let name = name.trim_start_matches('-');
        if name.is_empty() || !is_secret_name(name) {
            return None;
        }
        let input = self.input;
        if word.starts_with("--") && rest(input, self.at).starts_with([' ', '\t']) {
            let value = skip_blanks(input, self.at);
            return bare_value(input, value);
        }
        let (quote, after_name) = closing_of_name(input, self.at);
        if let Some(secret) = element(input, start, self.at) {
            return Some(secret);
        }
        if let Some(secret) = attribute(input, after_name, quote.is_some()) {
            return Some(secret);
        }
        let value = separator(input, after_name)?;
        self.at = value;
        value_at(input, value, quote.is_some(), name)
    }

    fn replace(&mut self, secret: &Secret) {
        self.at = self.at.max(secret.end);
        if self
            .input
            .get(secret.start..secret.end)
            .is_none_or(|old| old.is_empty() || old == secret.replacement)
        {
            return;
        }
        self.output
            .push_str(self.input.get(self.copied..secret.start).unwrap_or_default());
        self.output.push_str(secret.replacement);
        self.copied = secret.end;
    }

    fn finish(mut self) -> Cow<'a, str> {
        if self.copied == 0 && self.output.is_empty() {
            return Cow::Borrowed(self.input);
        }
        self.output.push_str(rest(self.input, self.copied));
        Cow::Owned(self.output)
    }
}

fn canonical(name: &str) -> String {
    name.chars()
        .map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() })
        .collect()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn rest(input: &str, at: usize) -> &str {
    input.get(at..).unwrap_or_default()
}

fn find(input: &str, from: usize, needle: &str) -> Option<usize> {
    rest(input, from).find(needle).map(|offset| from + offset)
}

fn skip_blanks(input: &str, at: usize) -> usize {
    at + rest(input, at)
        .bytes()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}

/// `user%5Bpassword%5D`: the two digits of the escape before the word are not part of the name.
fn strip_hex(word: &str) -> &str {
    match word.as_bytes() {
        [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => word.get(2..).unwrap_or_default(),
        _ => word,
    }
}

/// Passes what may close a name (`]`, `%5D`, a quote, an escaped quote) and says whether it was quoted.
fn closing_of_name(input: &str, mut at: usize) -> (Option<usize>, usize) {
    let mut quote = None;
    loop {
        let rest = rest(input, at);
        let slashes = rest.bytes().take_while(|byte| *byte == b'\\').count();
        match rest.as_bytes().get(slashes) {
            Some(b'"' | b'\'') if quote.is_none() => {
                quote = Some(slashes);
                at += slashes + 1;
            }
            Some(b']') if slashes == 0 => at += 1,
            Some(b'%') if rest.get(..3).is_some_and(|s| s.eq_ignore_ascii_case("%5D")) => at += 3,
            _ => return (quote, at),
        }
    }
}

/// Passes `=`, `:`, `=>` or an escaped form of `=` with blanks around it; the offset of the value.
fn separator(input: &str, at: usize) -> Option<usize> {
    let at = skip_space(input, at);
    let rest = rest(input, at);
    let length = if rest.starts_with("=>") {
        2
    } else if rest.starts_with(['=', ':']) {
        1
    } else if rest.get(..3).is_some_and(|s| s.eq_ignore_ascii_case("%3D")) {
        3
    } else {
        return None;
    };
    Some(skip_space(input, at + length))
}

fn skip_space(input: &str, at: usize) -> usize {
    at + rest(input, at)
        .bytes()
        .take_while(u8::is_ascii_whitespace)
        .count()
}

fn value_at(input: &str, at: usize, json_name: bool, name: &str) -> Option<Secret> {
    let rest_of = rest(input, at);
    let slashes = rest_of.bytes().take_while(|byte| *byte == b'\\').count();
    match rest_of.as_bytes().get(slashes) {
        Some(quote @ (b'"' | b'\'')) => {
            let start = at + slashes + 1;
            Some(Secret::new(start, end_of_quoted(input, start, *quote, slashes)))
        }
        Some(b'{' | b'[') if slashes == 0 => Some(Secret {
            start: at,
            end: end_of_nested(input, at),
            replacement: "\"***\"",
        }),
        Some(_) if json_name => json_scalar(input, at),
        Some(_) if LINE_HEADERS.contains(&canonical(name).as_str()) => Some(header_line(input, at)),
        Some(_) => bare_value(input, at),
        None => None,
    }
}

/// The end of a quoted text whose opening quote stood behind `depth` backslashes (JSON inside a JSON text has one).
fn end_of_quoted(input: &str, start: usize, quote: u8, depth: usize) -> usize {
    let mut run = 0;
    for (offset, byte) in rest(input, start).bytes().enumerate() {
        if byte == b'\\' {
            run += 1;
            continue;
        }
        if byte == quote && closes(run, depth) {
            return start + offset - if depth == 0 { 0 } else { run.min(depth) };
        }
        run = 0;
    }
    input.len()
}

/// Whether a quote behind `run` backslashes ends a text that was opened behind `depth` of them.
fn closes(run: usize, depth: usize) -> bool {
    if depth == 0 || run.is_multiple_of(2) {
        return run.is_multiple_of(2);
    }
    closes(run / 2, depth / 2)
}

/// The end of an object or list, brackets in texts not counted; the end of input when it never closes.
fn end_of_nested(input: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    let mut in_text = false;
    let mut escaped = false;
    for (offset, byte) in rest(input, start).bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => {
                depth -= 1;
                if depth == 0 {
                    return start + offset + 1;
                }
            }
            _ => {}
        }
    }
    input.len()
}

/// A number after a quoted name becomes a text, so that the document stays JSON; `null` and truth values hide nothing.
fn json_scalar(input: &str, at: usize) -> Option<Secret> {
    let scalar = rest(input, at);
    let length = scalar
        .find(|c: char| c.is_ascii_whitespace() || matches!(c, ',' | '}' | ']'))
        .unwrap_or(scalar.len());
    if length == 0 || matches!(scalar.get(..length), Some("null" | "true" | "false")) {
        return None;
    }
    Some(Secret {
        start: at,
        end: at + length,
        replacement: "\"***\"",
    })
}

/// A header's value: to the end of the line (also a line break written as `\n` or `\r`) or of the quoted text around it.
fn header_line(input: &str, at: usize) -> Secret {
    let line = rest(input, at);
    let is_digest = line
        .get(..7)
        .is_some_and(|word| word.eq_ignore_ascii_case("digest "));
    let stop = |(offset, c): (usize, char)| match c {
        '\n' | '\r' => Some(offset),
        '"' if !is_digest => Some(offset),
        '\\' if line
            .get(offset..offset + 2)
            .is_some_and(|s| matches!(s, "\\n" | "\\r" | "\\\""))
            && !is_digest =>
        {
            Some(offset)
        }
        _ => None,
    };
    let length = line.char_indices().find_map(stop).unwrap_or(line.len());
    Secret::new(at, at + length)
}

/// A value without quotes ends at a blank, a quote, `&` or a bracket of markup.
fn bare_value(input: &str, at: usize) -> Option<Secret> {
    let value = rest(input, at);
    let length = value
        .find(|c: char| c.is_whitespace() || matches!(c, '&' | '"' | '<' | '>'))
        .unwrap_or(value.len());
    (length > 0).then(|| Secret::new(at, at + length))
}

/// `<password>…</password>`, with attributes or without.
fn element(input: &str, name_start: usize, name_end: usize) -> Option<Secret> {
    let opened = name_start > 0 && input.as_bytes().get(name_start - 1) == Some(&b'<');
    if !opened || !rest(input, name_end).starts_with(['>', ' ', '\t', '\n', '\r']) {
        return None;
    }
    let close = find(input, name_end, ">")?;
    if input.get(..close)?.ends_with('/') {
        return None;
    }
    element_text(input, close + 1)
}

/// `<param name="password">…</param>` and `<param name="password" value="…"/>`.
fn attribute(input: &str, after_name: usize, quoted: bool) -> Option<Secret> {
    if !quoted {
        return None;
    }
    let rest_of = rest(input, after_name);
    if rest_of.starts_with('>') {
        return element_text(input, after_name + 1);
    }
    let tag = rest_of.get(..rest_of.find('>')?)?;
    let value = tag.find("value=").filter(|_| tag.starts_with([' ', '\t']))?;
    let start = after_name + value + "value=".len();
    match input.as_bytes().get(start) {
        Some(quote @ (b'"' | b'\'')) => {
            Some(Secret::new(start + 1, end_of_quoted(input, start + 1, *quote, 0)))
        }
        _ => bare_value(input, start),
    }
}

fn element_text(input: &str, start: usize) -> Option<Secret> {
    let body = rest(input, start);
    let end = if body.starts_with("<![CDATA[") {
        body.find("]]>").map_or(body.len(), |offset| offset + 3)
    } else {
        body.find('<').unwrap_or(body.len())
    };
    (!body.get(..end)?.trim().is_empty()).then(|| Secret::new(start, start + end))
}

/// `https://user:secret@host`: the part between the first colon and the last `@` of the authority.
fn user_info(input: &str, authority: usize) -> Option<Secret> {
    let rest_of = rest(input, authority);
    let length = rest_of
        .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '<' | '>'))
        .unwrap_or(rest_of.len());
    let authority_text = rest_of.get(..length)?;
    let at_sign = authority_text.rfind('@')?;
    let colon = authority_text.get(..at_sign)?.find(':')?;
    Some(Secret::new(authority + colon + 1, authority + at_sign))
}

/// `Bearer …` and `Basic …` outside a header.
fn scheme_token(input: &str, start: usize, word: &str) -> Option<Secret> {
    if !word.eq_ignore_ascii_case("bearer") && !word.eq_ignore_ascii_case("basic") {
        return None;
    }
    let end = start + word.len();
    let token = rest(input, end).strip_prefix(' ')?;
    let length = token
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=*".contains(byte))
        .count();
    // Shorter words are prose: "Basic constraints", "bearer of".
    (length >= 12).then(|| Secret::new(end + 1, end + 1 + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hides_secrets_by_name_in_every_notation() {
        let cases = [
            (
                "https://api.example/ssl_certificates?auth_token=abc123&page=2",
                "https://api.example/ssl_certificates?auth_token=***&page=2",
            ),
            (
                "username=ann&password=a%26b,c;d'e HTTP/1.1",
                "username=ann&password=*** HTTP/1.1",
            ),
            (
                "user[password]=x&user%5Bpassword%5D=y&a=1",
                "user[password]=***&user%5Bpassword%5D=***&a=1",
            ),
            (
                r#"{"user":{"email":"a@b","password":"p\"q"},"n":1}"#,
                r#"{"user":{"email":"a@b","password":"***"},"n":1}"#,
            ),
            (
                r#"{"auth_token": 12345, "next": true}"#,
                r#"{"auth_token": "***", "next": true}"#,
            ),
            (
                r#"{"auth_token":null,"password_expired":false}"#,
                r#"{"auth_token":null,"password_expired":false}"#,
            ),
            (r#"{"secrets":["a","]b"],"x":1}"#, r#"{"secrets":"***","x":1}"#),
            (
                r#"body: "{\"public_token\":\"tok\",\"id\":1}""#,
                r#"body: "{\"public_token\":\"***\",\"id\":1}""#,
            ),
            (
                "X-AUTH-TOKEN: abc def\r\nAccept: */*",
                "X-AUTH-TOKEN: ***\r\nAccept: */*",
            ),
            (
                "authorization: Bearer abc.def-ghi\nHost: x",
                "authorization: ***\nHost: x",
            ),
            (
                r#"{"x-auth-token": "abc", "accept": "a"}"#,
                r#"{"x-auth-token": "***", "accept": "a"}"#,
            ),
            ("Cookie: session=1; theme=dark", "Cookie: ***"),
            (
                r#"Settings { user: "ann", password: "pw", port: 1 }"#,
                r#"Settings { user: "ann", password: "***", port: 1 }"#,
            ),
            (
                "run with: --user ann --password hunter2 --port 1",
                "run with: --user ann --password *** --port 1",
            ),
            ("--password=hunter2 --x", "--password=*** --x"),
            (
                "<password>pw</password><a>b</a>",
                "<password>***</password><a>b</a>",
            ),
            (
                r#"<param name="password">pw</param>"#,
                r#"<param name="password">***</param>"#,
            ),
            (
                r#"<param name="password" value="pw"/>"#,
                r#"<param name="password" value="***"/>"#,
            ),
            (
                "postgres://app:pa:ss@db.example/x",
                "postgres://app:***@db.example/x",
            ),
            ("sent Bearer eyJhbGciOiJIUzI1NiJ9 to it", "sent Bearer *** to it"),
            ("'password' => 'pw', 'id' => 1", "'password' => '***', 'id' => 1"),
            ("password = \"hunter 2\"", "password = \"***\""),
        ];
        for (input, expected) in cases {
            assert_eq!(text(input), expected, "for {input}");
        }
    }

    #[test]
    fn hides_private_keys_but_not_certificates() {
        let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        for label in [
            "PRIVATE KEY",
            "RSA PRIVATE KEY",
            "EC PRIVATE KEY",
            "ENCRYPTED PRIVATE KEY",
        ] {
            let input =
                format!("{certificate}-----BEGIN {label}-----\nMIIE\nabc\n-----END {label}-----\nafter");
            let expected = format!("{certificate}-----BEGIN {label}-----***-----END {label}-----\nafter");
            assert_eq!(text(&input), expected);
        }
        assert_eq!(
            text("-----BEGIN PRIVATE KEY-----\\nMIIE cut off"),
            "-----BEGIN PRIVATE KEY-----***"
        );
    }

    #[test]
    fn leaves_harmless_text_alone() {
        let cases = [
            "",
            "Basic constraints missing",
            "the password is wrong",
            "token",
            "tokens: 3",
            "a=1&b=2",
            "https://host:8080/x@y",
            r#"{"name":"example.org","unique_value":"abc123"}"#,
            "<password/>",
            "passenger=7",
            "Zertifikat für münchen.example",
        ];
        for input in cases {
            assert!(
                matches!(text(input), Cow::Borrowed(same) if same == input),
                "for {input}: {}",
                text(input)
            );
        }
    }

    #[test]
    fn names_are_judged_without_case_and_dash() {
        for name in [
            "password",
            "Password",
            "api-key",
            "X-AUTH-TOKEN",
            "auth_token",
            "clientSecret",
            "PRIVATE-KEY",
            "Set-Cookie",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "username",
            "unique_value",
            "compass",
            "keyword",
            "passenger",
            "tokenizer",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn a_value_is_judged_by_its_name_first() {
        assert_eq!(value("password", "x"), MASK);
        assert_eq!(value("password", ""), "");
        assert_eq!(value("url", "http://h/?token=x"), "http://h/?token=***");
    }

    proptest! {
        #[test]
        fn never_panics_and_masks_once(input in any::<String>()) {
            let once = text(&input).into_owned();
            prop_assert_eq!(text(&once).into_owned(), once);
        }

        #[test]
        fn soup_of_markers_never_panics(parts in prop::collection::vec(prop::sample::select(vec![
            "password", "\"", "\\", "'", "=", ":", "{", "[", "}", "]", "%5B", "%5D", "--", " ", "\n", "<", ">", "/>", "://", "@", "é",
            "-----BEGIN ", "PRIVATE KEY-----", "-----END ", "Bearer ", "abcdefghijklmnop", "authorization", "name=", "value=", "Digest ", "***",
        ]), 0..24)) {
            let _ = text(&parts.concat());
        }

        #[test]
        fn no_notation_lets_a_secret_through(secret in "[A-Za-z0-9_.~-]{6,40}", name in prop::sample::select(vec![
            "auth_token", "password", "public_token", "X-AUTH-TOKEN", "Authorization", "passphrase", "private_key", "client_secret",
        ])) {
            prop_assume!(!secret.starts_with('-'));
            let secret = format!("Zq{secret}");
            for input in [
                format!("https://h/p?a=1&{name}={secret}&b=2"),
                format!("https://h/p?{name}={secret}"),
                format!("{{\"{name}\":\"{secret}\"}}"),
                format!("{{\"{name}\" : [\"{secret}\"]}}"),
                format!("\"{{\\\"{name}\\\":\\\"{secret}\\\"}}\""),
                format!("GET / HTTP/1.1\r\n{name}: {secret}\r\nHost: h\r\n"),
                format!("--{name} {secret}"),
                format!("<{name}>{secret}</{name}>"),
                format!("user%5B{name}%5D={secret}"),
                format!("S {{ {name}: \"{secret}\" }}"),
            ] {
                prop_assert!(!text(&input).contains(&secret), "{} gave {}", input, text(&input));
            }
        }

        #[test]
        fn json_stays_json(secret in any::<String>(), number in any::<i64>(), other in "[a-z ]{0,12}") {
            let document = serde_json::json!({"password": secret, "auth_token": number, "list": [{"secret": [1, "}"]}], "other": other});
            let masked = text(&document.to_string()).into_owned();
            let parsed: serde_json::Value = serde_json::from_str(&masked).expect("masked JSON parses");
            prop_assert_eq!(&parsed["other"], &document["other"]);
            prop_assert_eq!(&parsed["auth_token"], "***");
            prop_assert_eq!(parsed["password"].as_str().map(str::len), Some(if secret.is_empty() { 0 } else { 3 }));
        }
    }
}
