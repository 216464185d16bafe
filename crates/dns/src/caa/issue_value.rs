//! The value of `issue` and `issuewild` (RFC 8659 §4.2 with erratum 7139, parameters of RFC 8657).

use serde::Serialize;

/// Who may issue, and under which conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssueValue {
    /// The CA's domain in lower case; `None` means nobody.
    pub issuer: Option<String>,
    /// Conditions after the semicolon, in their order; tags in lower case.
    pub parameters: Vec<Parameter>,
}

/// One condition, such as `validationmethods=dns-01`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Left of the equals sign.
    pub tag: String,
    /// Right of it.
    pub value: String,
}

impl IssueValue {
    /// Reads a value; one that breaks the grammar counts as naming nobody (RFC 8659 §4.2), which gives `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let (issuer, parameters) = text.split_once(';').unwrap_or((text, ""));
        let issuer = trim(issuer).to_ascii_lowercase();
        let issuer = match issuer.as_str() {
            "" => None,
            name if name.split('.').all(is_token) => Some(issuer),
            _ => return None,
        };
        let pieces = parameters.split(';').map(trim);
        // A semicolon at the end is common and harmless.
        let parameters = pieces
            .filter(|piece| !piece.is_empty())
            .map(parameter)
            .collect::<Option<_>>()?;
        Some(Self { issuer, parameters })
    }

    /// The CA accounts that alone may issue (RFC 8657 §3); empty when any may.
    pub fn account_uris(&self) -> impl Iterator<Item = &str> {
        self.values_of("accounturi")
    }

    /// The validation methods that alone may be used (RFC 8657 §4), `ca-tbr-7` being CNAME and `ca-tbr-18` a file;
    /// `None` when any may.
    pub fn validation_methods(&self) -> Option<Vec<&str>> {
        let mut lists = self.values_of("validationmethods").peekable();
        lists.peek()?;
        Some(
            lists
                .flat_map(|list| list.split(','))
                .filter(|method| !method.is_empty())
                .collect(),
        )
    }

    fn values_of(&self, tag: &'static str) -> impl Iterator<Item = &str> {
        self.parameters
            .iter()
            .filter(move |parameter| parameter.tag == tag)
            .map(|it| it.value.as_str())
    }
}

fn parameter(piece: &str) -> Option<Parameter> {
    let (tag, value) = piece.split_once('=')?;
    let (tag, value) = (trim(tag), trim(value));
    let is_visible = |byte: u8| byte.is_ascii_graphic() && byte != b';';
    let is_valid = is_token(tag) && value.bytes().all(is_visible);
    is_valid.then(|| Parameter {
        tag: tag.to_ascii_lowercase(),
        value: value.to_owned(),
    })
}

/// Letters and digits, with hyphens inside.
fn is_token(text: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_inside) && !text.starts_with('-') && !text.ends_with('-')
}

/// White space of the grammar is blank and tab only.
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_issuers_and_conditions() {
        let value = IssueValue::parse(
            " Sectigo.com ; validationmethods=ca-tbr-7,ca-tbr-18 ;accounturi=acct:a@b.example;; x = 1 ;",
        )
        .unwrap();
        assert_eq!(value.issuer.as_deref(), Some("sectigo.com"));
        assert_eq!(value.validation_methods(), Some(vec!["ca-tbr-7", "ca-tbr-18"]));
        assert_eq!(value.account_uris().collect::<Vec<_>>(), ["acct:a@b.example"]);
        assert_eq!(
            value
                .parameters
                .last()
                .map(|it| (it.tag.as_str(), it.value.as_str())),
            Some(("x", "1"))
        );
    }

    #[test]
    fn reads_values_that_name_nobody() {
        for text in [";", "", "  ", " ; ", "; x=1"] {
            assert_eq!(IssueValue::parse(text).unwrap().issuer, None, "{text:?}");
        }
    }

    #[test]
    fn refuses_what_breaks_the_grammar() {
        for text in [
            "%%%%%",
            "a b.com",
            "sectigo..com",
            "-a.com",
            "sectigo.com x=1",
            "a.com; x",
            "a.com; =1",
            "a.com; x=a b",
        ] {
            assert_eq!(IssueValue::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn no_methods_differs_from_an_empty_list() {
        assert_eq!(IssueValue::parse("a.com").unwrap().validation_methods(), None);
        assert_eq!(
            IssueValue::parse("a.com; validationmethods=")
                .unwrap()
                .validation_methods(),
            Some(vec![])
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,200}") {
            let _ = IssueValue::parse(&text);
        }

        #[test]
        fn an_issuer_is_found_whatever_follows(issuer in "[a-z0-9]{1,8}(\\.[a-z0-9]{1,8}){1,3}", value in "[!-:<-~]{0,20}") {
            let text = format!("{issuer}; p={value}");
            let parsed = IssueValue::parse(&text);
            prop_assert_eq!(parsed.and_then(|it| it.issuer), Some(issuer));
        }
    }
}
