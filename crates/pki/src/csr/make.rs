//! Makes requests.

use domain::name::{DomainName, NameSet};
use rcgen::string::{Ia5String, PrintableString};
use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, SanType};

use super::{Csr, CsrProblem};
use crate::key::PrivateKey;
use crate::subject::{Subject, SubjectProblem};

/// X.520 ub-common-name.
const MAX_COMMON_NAME: usize = 64;
/// `postalCode` (X.520 2.5.4.17).
const POSTAL_CODE: &[u64] = &[2, 5, 4, 17];
/// `streetAddress` (X.520 2.5.4.9).
const STREET: &[u64] = &[2, 5, 4, 9];

/// Why no request could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MakeCsrError {
    /// The subject breaks a rule.
    #[error("the subject cannot be used: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Subject(Vec<SubjectProblem>),
    /// A character that the field cannot hold.
    #[error("a field cannot be written into a certificate signing request")]
    Encoding(#[source] rcgen::Error),
    /// The finished request breaks a rule of its own, such as too many names.
    #[error("the finished request is not acceptable: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<CsrProblem>),
}

/// Makes and signs a request for the names. The main name becomes the common name, unless it is longer than the 64 characters that fit;
/// all names become alternative names.
///
/// RSA signatures depend on nothing but key and content: the same arguments give the same bytes, and so the same validation token. Send a
/// fresh [`UniqueValue`](crate::token::UniqueValue) with every order.
///
/// # Errors
/// The subject breaks a rule, or the request would be refused by [`judge`](super::judge).
pub fn make(key: &PrivateKey, names: &NameSet, subject: &Subject) -> Result<Csr, MakeCsrError> {
    subject.check().map_err(MakeCsrError::Subject)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = distinguished_name(names.main(), subject).map_err(MakeCsrError::Encoding)?;
    for name in names {
        let text = Ia5String::try_from(name.as_str()).map_err(MakeCsrError::Encoding)?;
        params.subject_alt_names.push(SanType::DnsName(text));
    }
    let request = params.serialize_request(key).map_err(MakeCsrError::Encoding)?;
    Csr::parse(request.der()).map_err(MakeCsrError::Refused)
}

fn distinguished_name(main: &DomainName, subject: &Subject) -> Result<DistinguishedName, rcgen::Error> {
    let mut name = DistinguishedName::new();
    if let Some(country) = &subject.country {
        name.push(
            DnType::CountryName,
            DnValue::PrintableString(PrintableString::try_from(country.as_str())?),
        );
    }
    let fields = [
        (DnType::StateOrProvinceName, &subject.state),
        (DnType::LocalityName, &subject.locality),
        (DnType::CustomDnType(STREET.to_vec()), &subject.street),
        (DnType::CustomDnType(POSTAL_CODE.to_vec()), &subject.postal_code),
        (DnType::OrganizationName, &subject.organization),
    ];
    for (kind, value) in fields {
        if let Some(text) = value {
            name.push(kind, DnValue::Utf8String(text.clone()));
        }
    }
    if main.as_str().len() <= MAX_COMMON_NAME {
        name.push(DnType::CommonName, DnValue::Utf8String(main.to_string()));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyChoice;

    fn names(main: &str, more: &[&str]) -> NameSet {
        let parse = |text: &str| DomainName::parse(text).unwrap();
        NameSet::new(parse(main), more.iter().map(|text| parse(text)))
    }

    #[test]
    fn a_request_says_what_was_asked_for() {
        let subject = Subject {
            organization: Some("Пример ООО".into()),
            street: Some("Main Street 1".into()),
            locality: Some("Amsterdam".into()),
            state: Some("Noord-Holland".into()),
            postal_code: Some("1000 AA".into()),
            country: Some("NL".into()),
        };
        for choice in [KeyChoice::P256, KeyChoice::P384, KeyChoice::Rsa2048] {
            let key = PrivateKey::make(choice).unwrap();
            let wanted = names("*.bücher.example.com", &["bücher.example.com", "shop.test"]);
            let csr = make(&key, &wanted, &subject).unwrap();
            assert_eq!(csr.names(), &wanted);
            assert_eq!(csr.subject(), &subject);
            assert_eq!(csr.key().kind(), key.kind());
            assert_eq!(csr.key().fingerprint(), key.fingerprint());
        }
    }

    #[test]
    fn a_long_main_name_stays_out_of_the_common_name() {
        let key = PrivateKey::make(KeyChoice::P256).unwrap();
        let long = format!("{0}.{0}.example.com", "a".repeat(40));
        let csr = make(&key, &names(&long, &[]), &Subject::default()).unwrap();
        assert_eq!(csr.names().main().as_str(), long);
        assert_eq!(csr.common_name(), None);
    }

    #[test]
    fn refuses_a_subject_that_no_ca_takes() {
        let key = PrivateKey::make(KeyChoice::P256).unwrap();
        let subject = Subject {
            country: Some("Holland".into()),
            ..Subject::default()
        };
        assert!(matches!(
            make(&key, &names("a.com", &[]), &subject),
            Err(MakeCsrError::Subject(_))
        ));
    }
}
