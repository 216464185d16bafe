//! The subject of requests and certificates: the fields that organisation- and extended-validated certificates carry.

use serde::{Deserialize, Serialize};
use x509_parser::asn1_rs::Tag;
use x509_parser::oid_registry::{
    OID_X509_COMMON_NAME, OID_X509_COUNTRY_NAME, OID_X509_LOCALITY_NAME, OID_X509_ORGANIZATION_NAME,
    OID_X509_POSTAL_CODE, OID_X509_STATE_OR_PROVINCE_NAME, OID_X509_STREET_ADDRESS, Oid,
};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// The fields of a subject beside the names. Lengths count characters (BR 7.1.4.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The organisation's legal name, at most 64 characters.
    pub organization: Option<String>,
    /// Street and number, at most 128 characters.
    pub street: Option<String>,
    /// City, at most 128 characters.
    pub locality: Option<String>,
    /// State, province or region, at most 128 characters.
    pub state: Option<String>,
    /// Postal code, at most 40 characters.
    pub postal_code: Option<String>,
    /// Country by its two letters (ISO 3166-1), in upper case.
    pub country: Option<String>,
}

/// A subject field that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubjectProblem {
    /// More characters than X.520 and the CAs allow.
    #[error("the field {field} has more than {limit} characters")]
    TooLong {
        /// The short name of the field, as tools write it.
        field: &'static str,
        /// The most characters it may have.
        limit: usize,
    },
    /// The country is not two capital letters.
    #[error("the country must be given by the two capital letters of ISO 3166-1, such as NL")]
    BadCountry,
}

impl SubjectProblem {
    /// A stable code for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "subject-too-long",
            Self::BadCountry => "subject-bad-country",
        }
    }
}

impl Subject {
    /// Checks lengths and the country.
    ///
    /// # Errors
    /// Lists every field that breaks its rule.
    pub fn check(&self) -> Result<(), Vec<SubjectProblem>> {
        let limits = [
            ("O", &self.organization, 64),
            ("street", &self.street, 128),
            ("L", &self.locality, 128),
            ("ST", &self.state, 128),
            ("postalCode", &self.postal_code, 40),
        ];
        let mut problems: Vec<SubjectProblem> = limits
            .into_iter()
            .filter(|(_, value, limit)| value.as_ref().is_some_and(|text| text.chars().count() > *limit))
            .map(|(field, _, limit)| SubjectProblem::TooLong { field, limit })
            .collect();
        if let Some(country) = &self.country
            && (country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()))
        {
            problems.push(SubjectProblem::BadCountry);
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    pub(crate) fn of(name: &X509Name<'_>) -> Self {
        let first = |oid: Oid<'static>| values(name, &oid).into_iter().next();
        Self {
            organization: first(OID_X509_ORGANIZATION_NAME),
            street: first(OID_X509_STREET_ADDRESS),
            locality: first(OID_X509_LOCALITY_NAME),
            state: first(OID_X509_STATE_OR_PROVINCE_NAME),
            postal_code: first(OID_X509_POSTAL_CODE),
            country: first(OID_X509_COUNTRY_NAME),
        }
    }
}

/// The common names in a distinguished name, empty ones left out.
pub(crate) fn common_names(name: &X509Name<'_>) -> Vec<String> {
    values(name, &OID_X509_COMMON_NAME)
}

fn values(name: &X509Name<'_>, oid: &Oid<'static>) -> Vec<String> {
    name.iter_attributes()
        .filter(|attribute| attribute.attr_type() == oid)
        .filter_map(text)
        .collect()
}

/// The text of an attribute in any of the encodings of `DirectoryString` (RFC 5280 4.1.2.4), trimmed; `None` if empty.
fn text(attribute: &AttributeTypeAndValue<'_>) -> Option<String> {
    let value = attribute.attr_value();
    let bytes: &[u8] = value.data;
    let text = match value.tag() {
        Tag::BmpString => {
            let (pairs, _) = bytes.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            String::from_utf16_lossy(&units)
        }
        Tag::UniversalString => {
            let (quads, _) = bytes.as_chunks::<4>();
            quads
                .iter()
                .map(|quad| char::from_u32(u32::from_be_bytes(*quad)).unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        // In practice this is Latin-1.
        Tag::T61String => bytes.iter().copied().map(char::from).collect(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_characters_and_the_country_is_two_capitals() {
        let good = Subject {
            organization: Some("ä".repeat(64)),
            postal_code: Some("1".repeat(40)),
            country: Some("NL".into()),
            ..Subject::default()
        };
        assert_eq!(good.check(), Ok(()));
        let bad = Subject {
            organization: Some("ä".repeat(65)),
            country: Some("nl".into()),
            ..Subject::default()
        };
        assert_eq!(
            bad.check(),
            Err(vec![
                SubjectProblem::TooLong {
                    field: "O",
                    limit: 64
                },
                SubjectProblem::BadCountry
            ])
        );
    }
}
