//! What certbroker keeps as the id of a CA order: a certificate's number where LeaderSSL told it, else the order's.

use ca::{CaError, CaOrderRef, Class};

use super::KIND;

/// One of LeaderSSL's three kinds of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    /// `120044`: everything can be asked about it.
    Certificate(String),
    /// `order-55021`: the answer to the order named no certificate; the list will.
    Order(String),
    /// `preorder-90017`: bought without a CSR, in the client area or by another program.
    Preorder(String),
}

impl Reference {
    pub(super) fn parse(text: &CaOrderRef, doing: &'static str) -> Result<Self, CaError> {
        let kind = |prefix: &str| text.as_str().strip_prefix(prefix).map(str::to_owned);
        let reference = match (kind("order-"), kind("preorder-")) {
            (Some(id), _) => Self::Order(id),
            (_, Some(id)) => Self::Preorder(id),
            _ => Self::Certificate(text.as_str().to_owned()),
        };
        let (Self::Certificate(id) | Self::Order(id) | Self::Preorder(id)) = &reference;
        let is_id =
            !id.is_empty() && id.len() <= 40 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if is_id {
            return Ok(reference);
        }
        Err(CaError::new(
            Class::Rejected,
            KIND,
            doing,
            format!("`{text}` is no id of LeaderTelecom"),
        ))
    }
}

impl From<Reference> for CaOrderRef {
    fn from(reference: Reference) -> Self {
        match reference {
            Reference::Certificate(id) => Self(id),
            Reference::Order(id) => Self(format!("order-{id}")),
            Reference::Preorder(id) => Self(format!("preorder-{id}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_survive_storage_and_keep_paths_clean() {
        for text in ["120044", "order-55021", "preorder-90017"] {
            let reference = Reference::parse(&text.into(), "test").unwrap();
            assert_eq!(CaOrderRef::from(reference).as_str(), text);
        }
        for text in ["", "order-", "../users", "1/2", "1?x=1", "order-a b"] {
            assert!(Reference::parse(&text.into(), "test").is_err(), "{text}");
        }
    }
}
