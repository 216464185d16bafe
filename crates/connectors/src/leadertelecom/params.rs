//! Request parameters as the shipped PHP client forms them: flat pairs with bracketed names, RFC 3986 percent-encoding, absent
//! values left out, list indices written out.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters (RFC 3986 §2.3), as `PHP_QUERY_RFC3986` does.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Parameters in the order in which they are sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds a parameter. An empty value is left out, as the PHP client leaves out what is null.
    pub(super) fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.0.push((name.into(), value));
        }
        self
    }

    pub(super) fn with_all(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The same parameters as fields of a root: under `order`, `days` becomes `order[days]` and `a[b]` becomes `order[a][b]`.
    pub(super) fn under(self, root: &str) -> Self {
        let nested = self
            .0
            .into_iter()
            .map(|(name, value)| match name.split_once('[') {
                Some((first, rest)) => (format!("{root}[{first}][{rest}"), value),
                None => (format!("{root}[{name}]"), value),
            });
        Self(nested.collect())
    }

    /// For the query and for a form body alike: the encoding of the one is valid in the other.
    pub(super) fn encoded(&self) -> String {
        let pairs = self
            .0
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// For logs: not encoded, secrets masked.
    pub(super) fn shown(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| {
            let is_secret = domain::mask::is_secret_name(name);
            format!(
                "{name}={}",
                if is_secret {
                    domain::mask::MASK
                } else {
                    value.as_str()
                }
            )
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    #[cfg(test)]
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_encoded_as_php_does() {
        let item = Params::new()
            .with("nomenclature_id", "296")
            .with(
                "additional_validation_emails[shop.example.net]",
                "admin@example.net",
            )
            .with("fax", "")
            .with("csr", "-----BEGIN\nA+/=");
        let company = Params::new().with("company", "Müller & Söhne");
        let order = company.under("order").with_all(item.under("order[items][0]"));
        assert_eq!(
            order.encoded(),
            "order%5Bcompany%5D=M%C3%BCller%20%26%20S%C3%B6hne\
             &order%5Bitems%5D%5B0%5D%5Bnomenclature_id%5D=296\
             &order%5Bitems%5D%5B0%5D%5Badditional_validation_emails%5D%5Bshop.example.net%5D=admin%40example.net\
             &order%5Bitems%5D%5B0%5D%5Bcsr%5D=-----BEGIN%0AA%2B%2F%3D"
        );
    }

    #[test]
    fn secrets_are_not_shown() {
        let sign_in = Params::new()
            .with("login", "a@b.test")
            .with("password", "hunter2");
        assert_eq!(sign_in.shown(), "login=a@b.test&password=***");
    }
}
