//! Names that a TLS certificate may carry, parsed once and trusted afterwards.
//!
//! A [`DomainName`] is lower-case A-label text (RFC 5890) that a public CA can accept: the rules are those of
//! Baseline Requirements 7.1.4.2 and 3.2.2.4 as CAs apply them. Only the ICANN section of the Public Suffix List counts, as BR
//! 3.2.2.6 asks for wildcards. A suffix that the list does not know is accepted, since the list may be older than the suffix and the reserved
//! ones (RFC 6761) serve demonstrations; see [`DomainName::suffix_is_known`].

mod error;
mod set;

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use psl::{List, Psl, Type};
use serde::{Deserialize, Serialize};

pub use self::error::DomainNameError;
pub use self::set::{NameSet, NoNames};

/// The longest name in octets, without the root dot (RFC 1035 2.3.4).
const MAX_NAME: usize = 253;
/// The longest label in octets (RFC 1035 2.3.4).
const MAX_LABEL: usize = 63;

/// A host name or a wildcard name (`*.example.com`) for a certificate, as lower-case A-labels.
///
/// ```
/// use certbroker_domain::name::DomainName;
///
/// let name: DomainName = "*.Bücher.Example.com.".parse()?;
/// assert_eq!(name.as_str(), "*.xn--bcher-kva.example.com");
/// assert_eq!(name.unicode(), "*.bücher.example.com");
/// assert_eq!(name.base_domain().as_str(), "example.com");
/// # Ok::<(), certbroker_domain::name::DomainNameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DomainName(String);

impl DomainName {
    /// Parses what a person typed or a request carries: white space around it and one trailing dot are dropped, letters are
    /// lower-cased, Unicode becomes A-labels by UTS #46 (non-transitional).
    ///
    /// # Errors
    /// Says which rule the text breaks; every rule has its own variant and code.
    pub fn parse(text: &str) -> Result<Self, DomainNameError> {
        let text = text.trim();
        let text = text.strip_suffix('.').unwrap_or(text);
        refuse_other_things(text)?;
        refuse_ascii_outside_names(text)?;

        let lower = text.to_ascii_lowercase();
        let (is_wildcard, host) = split_wildcard(&lower)?;
        let ascii = to_a_labels(host)?;
        check_labels(&ascii)?;

        let length = ascii.len() + if is_wildcard { 2 } else { 0 };
        if length > MAX_NAME {
            return Err(DomainNameError::TooLong { length });
        }
        if ascii
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(DomainNameError::NumericSuffix);
        }
        let is_suffix = icann_suffix(&ascii).0 == ascii;
        match (is_wildcard, is_suffix) {
            (true, true) => Err(DomainNameError::WildcardOnPublicSuffix { suffix: ascii }),
            (false, _) if !ascii.contains('.') => Err(DomainNameError::NoDot),
            (false, true) => Err(DomainNameError::PublicSuffix),
            (true, false) => Ok(Self(format!("*.{ascii}"))),
            (false, false) => Ok(Self(ascii)),
        }
    }

    /// The name as A-labels: what certificates, DNS and the wire carry.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name for people, with U-labels. A label that mixes Latin letters with Cyrillic or Greek ones stays an A-label, because it
    /// may have been made to look like another name.
    pub fn unicode(&self) -> String {
        let (host, prefix) = match self.0.strip_prefix("*.") {
            Some(host) => (host, "*."),
            None => (self.as_str(), ""),
        };
        let (shown, _) = Uts46::new().to_user_interface(
            host.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::Allow,
            |label, _, _| !mixes_lookalike_scripts(label),
        );
        format!("{prefix}{shown}")
    }

    /// Whether the first label is the wildcard.
    pub fn is_wildcard(&self) -> bool {
        self.0.starts_with("*.")
    }

    /// The name under which control is shown: `*.example.com` gives `example.com`, other names themselves.
    #[must_use]
    pub fn without_wildcard(&self) -> Self {
        Self(self.host().to_owned())
    }

    /// Whether the Public Suffix List (ICANN section) knows the suffix. If not, warn and let the CA decide: no public CA
    /// issues for a suffix that does not exist, but the list built into this program may be older than the suffix.
    pub fn suffix_is_known(&self) -> bool {
        icann_suffix(self.host()).1
    }

    /// The registrable domain: the public suffix and one label more.
    #[must_use]
    pub fn base_domain(&self) -> Self {
        let host = self.host();
        let (suffix, _) = icann_suffix(host);
        let above = host
            .strip_suffix(suffix)
            .and_then(|rest| rest.strip_suffix('.'))
            .unwrap_or_default();
        let label_at = above.rfind('.').map_or(0, |dot| dot + 1);
        Self(host.get(label_at..).unwrap_or(host).to_owned())
    }

    /// The authorization domain names at which control of this name may be shown, from the name itself (without the
    /// wildcard) up to the base domain (BR 1.6.1).
    pub fn authorization_candidates(&self) -> Vec<Self> {
        let base = self.base_domain();
        let mut candidates = vec![self.without_wildcard()];
        while let Some(last) = candidates.last().filter(|last| **last != base) {
            let Some((_, parent)) = last.0.split_once('.') else {
                break;
            };
            candidates.push(Self(parent.to_owned()));
        }
        candidates
    }

    fn host(&self) -> &str {
        self.0.strip_prefix("*.").unwrap_or(&self.0)
    }
}

impl FromStr for DomainName {
    type Err = DomainNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for DomainName {
    type Error = DomainNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<DomainName> for String {
    fn from(name: DomainName) -> Self {
        name.0
    }
}

impl AsRef<str> for DomainName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DomainName({})", self.0)
    }
}

/// Recognises what people paste in place of a name, so that the message can say it.
fn refuse_other_things(text: &str) -> Result<(), DomainNameError> {
    if text.is_empty() {
        return Err(DomainNameError::Empty);
    }
    if text.contains("://") {
        return Err(DomainNameError::Url);
    }
    if text.contains('@') {
        return Err(DomainNameError::Email);
    }
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<IpAddr>().is_ok() {
        return Err(DomainNameError::IpAddress);
    }
    if text.contains(['/', ':', '?', '#']) {
        return Err(DomainNameError::Url);
    }
    Ok(())
}

fn refuse_ascii_outside_names(text: &str) -> Result<(), DomainNameError> {
    match text
        .chars()
        .find(|&c| c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.' | '*'))
    {
        None => Ok(()),
        Some('_') => Err(DomainNameError::Underscore),
        Some(character) => Err(DomainNameError::BadCharacter { character }),
    }
}

fn split_wildcard(text: &str) -> Result<(bool, &str), DomainNameError> {
    let (first, rest) = text.split_once('.').unwrap_or((text, ""));
    match text.matches('*').count() {
        0 => Ok((false, text)),
        1 if rest.contains('*') => Err(DomainNameError::WildcardNotLeftmost),
        1 if first != "*" => Err(DomainNameError::WildcardPartial),
        1 if rest.is_empty() => Err(DomainNameError::NoDot),
        1 => Ok((true, rest)),
        _ => Err(DomainNameError::SeveralWildcards),
    }
}

/// Converts to A-labels; checks the Punycode of labels that already are.
fn to_a_labels(host: &str) -> Result<String, DomainNameError> {
    let convert = |text: &str| {
        Uts46::new()
            .to_ascii(
                text.as_bytes(),
                AsciiDenyList::STD3,
                Hyphens::Allow,
                DnsLength::Ignore,
            )
            .map(std::borrow::Cow::into_owned)
    };
    let bad_label = host
        .split('.')
        .find(|label| label.starts_with("xn--") && convert(label).is_err());
    if let Some(label) = bad_label {
        return Err(DomainNameError::BadPunycode {
            label: label.to_owned(),
        });
    }
    let ascii = convert(host).map_err(|_| DomainNameError::BadUnicode)?;
    // An ideographic full stop at the end has become a root dot.
    Ok(ascii.strip_suffix('.').map(str::to_owned).unwrap_or(ascii))
}

fn check_labels(host: &str) -> Result<(), DomainNameError> {
    if host.is_empty() {
        return Err(DomainNameError::Empty);
    }
    for label in host.split('.') {
        let owned = || label.to_owned();
        if label.is_empty() {
            return Err(DomainNameError::EmptyLabel);
        }
        if label.len() > MAX_LABEL {
            return Err(DomainNameError::LabelTooLong { label: owned() });
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(DomainNameError::EdgeHyphen { label: owned() });
        }
        if label.get(2..4) == Some("--") && !label.starts_with("xn--") {
            return Err(DomainNameError::ReservedHyphens { label: owned() });
        }
    }
    Ok(())
}

/// The public suffix of a host by the ICANN section, and whether the list knows it; an unknown one is the last label.
fn icann_suffix(host: &str) -> (&str, bool) {
    let mut rest = host;
    loop {
        let info = List.find(rest.rsplit('.').map(str::as_bytes));
        let suffix = rest
            .len()
            .checked_sub(info.len)
            .and_then(|at| rest.get(at..))
            .unwrap_or(rest);
        match (info.typ, suffix.split_once('.')) {
            // A private suffix lies under an ICANN one.
            (Some(Type::Private), Some((_, parent))) => rest = parent,
            (typ, _) => return (suffix, typ == Some(Type::Icann)),
        }
    }
}

fn mixes_lookalike_scripts(label: &[char]) -> bool {
    let latin = label.iter().any(char::is_ascii_alphabetic);
    let lookalike = label
        .iter()
        .any(|c| matches!(c, '\u{370}'..='\u{52f}' | '\u{1f00}'..='\u{1fff}'));
    latin && lookalike
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> DomainName {
        DomainName::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn accepts_and_normalises_names() {
        let long = format!("{}.com", "a".repeat(63));
        let table = [
            ("Example.COM", "example.com"),
            ("  www.example.com. ", "www.example.com"),
            ("*.example.com", "*.example.com"),
            ("*.example.co.uk", "*.example.co.uk"),
            ("bücher.de", "xn--bcher-kva.de"),
            ("straße.de", "xn--strae-oqa.de"),
            ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
            ("XN--BCHER-KVA.de", "xn--bcher-kva.de"),
            ("例え。jp", "xn--r8jz45g.jp"),
            ("shop.test", "shop.test"),
            ("shop.example", "shop.example"),
            ("db.internal", "db.internal"),
            ("1.2.3.4.example.com", "1.2.3.4.example.com"),
            ("github.io", "github.io"),
            ("*.github.io", "*.github.io"),
            (&long, &long),
        ];
        for (text, wanted) in table {
            assert_eq!(name(text).as_str(), wanted);
        }
    }

    #[test]
    fn each_broken_rule_has_its_own_code() {
        let long_label = format!("{}.com", "a".repeat(64));
        let long_name = format!("{}com", "abcdefghi.".repeat(26));
        let table = [
            ("", "name-empty"),
            (" . ", "name-empty"),
            ("admin@example.com", "name-email"),
            ("https://example.com", "name-url"),
            ("https://me@example.com/", "name-url"),
            ("example.com/path", "name-url"),
            ("example.com:443", "name-url"),
            ("192.0.2.1", "name-ip-address"),
            ("2001:db8::1", "name-ip-address"),
            ("[2001:db8::1]", "name-ip-address"),
            ("300.1.2.3", "name-numeric-suffix"),
            ("_dmarc.example.com", "name-underscore"),
            ("exa mple.com", "name-bad-character"),
            ("a.example.com, b.example.com", "name-bad-character"),
            ("localhost", "name-no-dot"),
            ("com", "name-no-dot"),
            ("*", "name-no-dot"),
            ("www..example.com", "name-empty-label"),
            (".example.com", "name-empty-label"),
            (&long_label, "name-label-too-long"),
            (&long_name, "name-too-long"),
            ("-a.example.com", "name-edge-hyphen"),
            ("a-.example.com", "name-edge-hyphen"),
            ("ab--c.example.com", "name-reserved-hyphens"),
            ("xn--a.example.com", "name-bad-punycode"),
            ("xn--.example.com", "name-bad-punycode"),
            ("ex\u{ff3f}ample.com", "name-bad-unicode"),
            ("\u{200b}\u{fffd}.com", "name-bad-unicode"),
            ("www.*.example.com", "name-wildcard-not-leftmost"),
            ("w*.example.com", "name-wildcard-partial"),
            ("*.*.example.com", "name-several-wildcards"),
            ("*.com", "name-wildcard-on-public-suffix"),
            ("*.co.uk", "name-wildcard-on-public-suffix"),
            ("*.test", "name-wildcard-on-public-suffix"),
            ("co.uk", "name-public-suffix"),
        ];
        for (text, code) in table {
            let error = DomainName::parse(text).expect_err(text);
            assert_eq!(error.code(), code, "{text}: {error}");
        }
    }

    #[test]
    fn base_domain_follows_the_icann_section_only() {
        let table = [
            ("a.b.example.com", "example.com", true),
            ("*.a.example.co.uk", "example.co.uk", true),
            ("me.github.io", "github.io", true),
            ("a.b.www.ck", "www.ck", true),
            ("x.y.shop.test", "shop.test", false),
        ];
        for (text, base, known) in table {
            let name = name(text);
            assert_eq!(name.base_domain().as_str(), base);
            assert_eq!(name.suffix_is_known(), known, "{text}");
        }
    }

    #[test]
    fn authorization_candidates_climb_to_the_base_domain() {
        let candidates = |text| {
            name(text)
                .authorization_candidates()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            candidates("a.b.example.com"),
            ["a.b.example.com", "b.example.com", "example.com"]
        );
        assert_eq!(candidates("*.example.com"), ["example.com"]);
        assert_eq!(candidates("*.w.shop.test"), ["w.shop.test", "shop.test"]);
    }

    #[test]
    fn shows_unicode_unless_scripts_are_mixed() {
        assert_eq!(name("*.xn--bcher-kva.de").unicode(), "*.bücher.de");
        assert_eq!(name("пример.рф").unicode(), "пример.рф");
        let lookalike = name("раypal.com");
        assert_eq!(lookalike.unicode(), lookalike.as_str());
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_stable(text in "\\PC{0,80}") {
            if let Ok(parsed) = DomainName::parse(&text) {
                prop_assert_eq!(DomainName::parse(parsed.as_str()), Ok(parsed.clone()));
                prop_assert!(parsed.as_str().is_ascii());
                prop_assert!(parsed.authorization_candidates().last() == Some(&parsed.base_domain()));
            }
        }

        #[test]
        fn ordinary_names_parse_and_their_unicode_parses_back(
            labels in prop::collection::vec("[a-zа-яäöü0-9]{1,12}", 1..4),
            wildcard: bool,
        ) {
            let text = format!("{}{}.com", if wildcard { "*." } else { "" }, labels.join("."));
            if let Ok(parsed) = DomainName::parse(&text) {
                prop_assert_eq!(DomainName::parse(&parsed.unicode()), Ok(parsed.clone()));
                prop_assert_eq!(parsed.is_wildcard(), wildcard);
                prop_assert!(!parsed.without_wildcard().is_wildcard());
            }
        }
    }
}
