//! Validation tokens that a CA derives from the hash of a request, as Sectigo does.
//!
//! The rules are those of `docs.sectigo.com/sps/domain-control-validation/request-token`: MD5 and SHA-256 of the **DER** form (the PEM text has
//! many spellings), and a unique value that keeps the token from being used for two orders. If one request with one token is
//! ordered twice, the first order fails: use a fresh [`UniqueValue`] for every order and every reissue.
//!
//! These tokens hold for CAs that use them. Others hand out random values; then what the CA says is the token.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use domain::name::DomainName;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use crate::csr::Csr;

/// The zone in which the records of CNAME validation point.
const ZONE: &str = "sectigo.com";
/// The folder for validation files (BR 3.2.2.4.18).
const FOLDER: &str = "/.well-known/pki-validation/";

/// A value that makes a token unique: 1 to 20 ASCII letters and digits, case kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UniqueValue(String);

impl UniqueValue {
    /// The most characters that a CA takes.
    pub const MAX_LENGTH: usize = 20;

    /// The value as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UniqueValue {
    type Err = NotAUniqueValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let good =
            (1..=Self::MAX_LENGTH).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAUniqueValue)
        }
    }
}

impl TryFrom<String> for UniqueValue {
    type Error = NotAUniqueValue;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<UniqueValue> for String {
    fn from(value: UniqueValue) -> Self {
        value.0
    }
}

impl fmt::Display for UniqueValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not 1 to 20 ASCII letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a unique value has 1 to 20 letters and digits")]
pub struct NotAUniqueValue;

/// The token of one request, from which records and files are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestToken {
    md5: [u8; 16],
    sha256: String,
    unique: Option<UniqueValue>,
}

impl RequestToken {
    /// Makes the token of a request.
    pub fn new(csr: &Csr, unique: Option<UniqueValue>) -> Self {
        Self::from_der(csr.der(), unique)
    }

    /// Makes the token of a request in DER form.
    pub fn from_der(csr_der: &[u8], unique: Option<UniqueValue>) -> Self {
        Self {
            md5: md5(csr_der),
            sha256: hex::encode(digest(&SHA256, csr_der)),
            unique,
        }
    }

    /// The unique value in the token.
    pub fn unique_value(&self) -> Option<&UniqueValue> {
        self.unique.as_ref()
    }

    /// Where the CNAME record stands for an authorization domain name (the wildcard is dropped), without the root dot.
    pub fn cname_host(&self, authorization_domain: &DomainName) -> String {
        format!(
            "_{}.{}",
            hex::encode(self.md5),
            authorization_domain.without_wildcard()
        )
    }

    /// What the CNAME record points to, without the root dot.
    pub fn cname_target(&self) -> String {
        // A label has at most 63 octets, so the hash is cut in two.
        let (left, right) = self.sha256.split_at(32);
        match &self.unique {
            Some(unique) => format!("{left}.{right}.{unique}.{ZONE}"),
            None => format!("{left}.{right}.{ZONE}"),
        }
    }

    /// The path of the validation file. Its name is upper-case, and most servers tell cases apart.
    pub fn file_path(&self) -> String {
        format!("{FOLDER}{}.txt", hex::encode_upper(self.md5))
    }

    /// What the validation file contains: lines ended by LF, the last without.
    pub fn file_content(&self) -> String {
        let sha256 = self.sha256.to_ascii_uppercase();
        match &self.unique {
            Some(unique) => format!("{sha256}\n{ZONE}\n{unique}"),
            None => format!("{sha256}\n{ZONE}"),
        }
    }

    /// Whether a CNAME target is the one wanted: DNS compares without case, and the root dot is optional.
    pub fn accepts_cname_target(&self, found: &str) -> bool {
        found
            .strip_suffix('.')
            .unwrap_or(found)
            .eq_ignore_ascii_case(&self.cname_target())
    }

    /// Whether the content of a fetched file is the one wanted: the hash in either case, lines ended by LF or CRLF,
    /// white space around it ignored, the unique value in its exact case.
    pub fn accepts_file_content(&self, found: &str) -> bool {
        let mut lines = found.trim().lines().map(str::trim);
        let hash_fits = lines
            .next()
            .is_some_and(|line| line.eq_ignore_ascii_case(&self.sha256));
        let zone_fits = lines.next().is_some_and(|line| line.eq_ignore_ascii_case(ZONE));
        hash_fits
            && zone_fits
            && lines.next() == self.unique.as_ref().map(UniqueValue::as_str)
            && lines.next().is_none()
    }
}

/// MD5 of bytes: a label that CAs ask for, not a protection of anything.
pub(crate) fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] = include_bytes!("../tests/fixtures/good/token-vector.pem");
    const SHA256_LEFT: &str = "e9dac4dbb04deb58789aa8d0c1ffea80";
    const SHA256_RIGHT: &str = "5516bc823073d9690a1b02f1e3cba81e";

    fn token(unique: Option<&str>) -> RequestToken {
        let csr = Csr::parse(REQUEST).unwrap();
        assert_eq!(csr.der().len(), 319);
        RequestToken::new(&csr, unique.map(|text| text.parse().unwrap()))
    }

    #[test]
    fn agrees_with_the_vector_made_by_openssl() {
        let name = DomainName::parse("*.example.com").unwrap();
        let plain = token(None);
        assert_eq!(
            plain.cname_host(&name),
            "_eecf41901ddaff0680aed4bca725338d.example.com"
        );
        assert_eq!(
            plain.cname_target(),
            format!("{SHA256_LEFT}.{SHA256_RIGHT}.sectigo.com")
        );

        let unique = token(Some("Ab3kZ9q0Lm"));
        assert_eq!(
            unique.cname_target(),
            format!("{SHA256_LEFT}.{SHA256_RIGHT}.Ab3kZ9q0Lm.sectigo.com")
        );
        assert_eq!(
            unique.file_path(),
            "/.well-known/pki-validation/EECF41901DDAFF0680AED4BCA725338D.txt"
        );
        assert_eq!(
            unique.file_content(),
            "E9DAC4DBB04DEB58789AA8D0C1FFEA805516BC823073D9690A1B02F1E3CBA81E\nsectigo.com\nAb3kZ9q0Lm"
        );
    }

    #[test]
    fn accepts_the_spellings_seen_in_the_field() {
        let unique = token(Some("Ab3kZ9q0Lm"));
        let plain = token(None);
        let hash = format!("{SHA256_LEFT}{SHA256_RIGHT}");
        let files = [
            (&unique, unique.file_content(), true),
            (&unique, format!("{hash}\r\nsectigo.com\r\nAb3kZ9q0Lm\r\n"), true),
            (&unique, format!("{hash}\nsectigo.com\nab3kz9q0lm\n"), false),
            (&unique, format!("{hash}\nsectigo.com\n"), false),
            (&unique, format!("{hash}\ncomodoca.com\nAb3kZ9q0Lm\n"), false),
            (&plain, format!("{hash}\nsectigo.com\n"), true),
            (&plain, format!("{hash}\nsectigo.com\nAb3kZ9q0Lm\n"), false),
            (&plain, String::new(), false),
        ];
        for (token, content, wanted) in files {
            assert_eq!(token.accepts_file_content(&content), wanted, "{content:?}");
        }
        assert!(unique.accepts_cname_target(&format!("{}.", unique.cname_target().to_uppercase())));
        assert!(!unique.accepts_cname_target(&plain.cname_target()));
    }

    #[test]
    fn a_unique_value_is_short_and_plain() {
        for bad in ["", "has space", "umlautä", "a_b", "123456789012345678901"] {
            assert_eq!(bad.parse::<UniqueValue>(), Err(NotAUniqueValue), "{bad}");
        }
        assert!("12345678901234567890".parse::<UniqueValue>().is_ok());
    }
}
