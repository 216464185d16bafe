//! The names that a request asks for, and whether they are those ordered.

use std::net::IpAddr;

use domain::name::{DomainName, DomainNameError, NameSet};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::cri_attributes::ExtensionRequest;
use x509_parser::extensions::{GeneralName, ParsedExtension, SubjectAlternativeName, X509Extension};
use x509_parser::prelude::FromDer;

use super::ExpectedNames;
use super::problem::CsrProblem;
use crate::{der, subject};

/// The most names that CAs take in one certificate.
const MAX_NAMES: usize = 100;
/// X.520 ub-common-name.
const MAX_COMMON_NAME: usize = 64;
/// What an extension or an attribute other than the names may take.
const MAX_ATTRIBUTE: usize = 4096;
/// The object identifier 1.2.840.113549.1.9.14 (RFC 2985 5.4.2), encoded.
const EXTENSION_REQUEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e];
/// The object identifier 1.3.6.1.4.1.311.2.1.14 (`szOID_CERT_EXTENSIONS`), encoded.
const MICROSOFT_EXTENSIONS: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0e];

/// Collects the names; the common name, if any, is the main one, else the first alternative name.
pub(super) fn collect(
    request: &X509CertificationRequest<'_>,
    problems: &mut Vec<CsrProblem>,
) -> Option<NameSet> {
    let alternative = alternative_names(request, problems);
    let common = common_name(request, problems);
    if let (Some(common), Some(listed)) = (&common, &alternative)
        && !listed.contains(common)
        // A list that could not be read in full says nothing of what is missing.
        && problems.is_empty()
    {
        problems.push(CsrProblem::CommonNameNotListed { name: common.clone() });
    }
    let names = NameSet::from_names(common.into_iter().chain(alternative.unwrap_or_default()));
    if names.is_none() && problems.is_empty() {
        problems.push(CsrProblem::NoNames);
    }
    names
}

/// Compares with the names ordered.
pub(super) fn compare(names: &NameSet, expected: ExpectedNames<'_>, problems: &mut Vec<CsrProblem>) {
    let ordered = match expected {
        ExpectedNames::Any => return,
        ExpectedNames::Within(ordered) | ExpectedNames::Exactly(ordered) => ordered,
    };
    if names.main() != ordered.main() {
        problems.push(CsrProblem::WrongMainName {
            found: names.main().clone(),
            wanted: ordered.main().clone(),
        });
    }
    let extra = names
        .missing_from(ordered)
        .into_iter()
        .filter(|name| name != names.main());
    problems.extend(extra.map(|name| CsrProblem::NameNotOrdered { name }));
    if matches!(expected, ExpectedNames::Exactly(_)) {
        let missing = ordered
            .missing_from(names)
            .into_iter()
            .filter(|name| name != ordered.main());
        problems.extend(missing.map(|name| CsrProblem::NameMissing { name }));
    }
}

fn common_name(request: &X509CertificationRequest<'_>, problems: &mut Vec<CsrProblem>) -> Option<DomainName> {
    let mut names = subject::common_names(&request.certification_request_info.subject).into_iter();
    let name = names.next()?;
    if names.next().is_some() {
        problems.push(CsrProblem::SeveralCommonNames);
    }
    let length = name.chars().count();
    if length > MAX_COMMON_NAME {
        problems.push(CsrProblem::CommonNameTooLong { length });
    }
    if name.parse::<IpAddr>().is_ok() {
        problems.push(CsrProblem::IpCommonName);
        return None;
    }
    parse_name(&name, problems)
}

/// The DNS names of the extension for alternative names; `None` if there is no such extension.
fn alternative_names(
    request: &X509CertificationRequest<'_>,
    problems: &mut Vec<CsrProblem>,
) -> Option<Vec<DomainName>> {
    let extensions = requested_extensions(request, problems);
    let mut lists = Vec::new();
    for extension in &extensions {
        match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(list) => lists.push(list),
            ParsedExtension::ParseError { .. } => problems.push(CsrProblem::Malformed),
            _ if extension.value.len() > MAX_ATTRIBUTE => problems.push(CsrProblem::OversizedAttribute),
            _ => {}
        }
    }
    if lists.len() > 1 {
        problems.push(CsrProblem::RepeatedExtensions);
    }
    let SubjectAlternativeName { general_names } = lists.first()?;
    if general_names.len() > MAX_NAMES {
        problems.push(CsrProblem::TooManyNames {
            count: general_names.len(),
        });
        return None;
    }
    Some(
        general_names
            .iter()
            .filter_map(|name| dns_name(name, problems))
            .collect(),
    )
}

/// The extensions in the attribute of PKCS#9 or in that of older Microsoft tools.
fn requested_extensions<'a>(
    request: &X509CertificationRequest<'a>,
    problems: &mut Vec<CsrProblem>,
) -> Vec<X509Extension<'a>> {
    let Some(attributes) = der::request_attributes(request.certification_request_info.raw) else {
        problems.push(CsrProblem::Malformed);
        return Vec::new();
    };
    let mut requests = Vec::new();
    for (kind, values) in attributes {
        match kind {
            EXTENSION_REQUEST | MICROSOFT_EXTENSIONS => match ExtensionRequest::from_der(values) {
                Ok(([], ExtensionRequest { extensions })) => requests.push(extensions),
                _ => problems.push(CsrProblem::Malformed),
            },
            _ if values.len() > MAX_ATTRIBUTE => problems.push(CsrProblem::OversizedAttribute),
            _ => {}
        }
    }
    if requests.len() > 1 {
        problems.push(CsrProblem::RepeatedExtensions);
    }
    requests.into_iter().next().unwrap_or_default()
}

fn dns_name(name: &GeneralName<'_>, problems: &mut Vec<CsrProblem>) -> Option<DomainName> {
    let problem = match name {
        GeneralName::DNSName(text) => return parse_name(text, problems),
        GeneralName::IPAddress(_) => CsrProblem::IpName,
        GeneralName::RFC822Name(_) => CsrProblem::EmailName,
        GeneralName::URI(_) => CsrProblem::UriName,
        GeneralName::Invalid(..) => CsrProblem::Malformed,
        _ => CsrProblem::OtherName,
    };
    if !problems.contains(&problem) {
        problems.push(problem);
    }
    None
}

fn parse_name(text: &str, problems: &mut Vec<CsrProblem>) -> Option<DomainName> {
    let shown = || text.chars().take(80).collect::<String>();
    match DomainName::parse(text) {
        Ok(_) if text.ends_with('.') => problems.push(CsrProblem::TrailingDot { name: shown() }),
        Ok(name) => return Some(name),
        Err(problem) => {
            let problem = CsrProblem::BadName {
                name: shown(),
                problem: shortened(problem),
            };
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    None
}

/// A label from outside may be long; messages are not.
fn shortened(problem: DomainNameError) -> DomainNameError {
    let cut = |label: String| label.chars().take(80).collect();
    match problem {
        DomainNameError::LabelTooLong { label } => DomainNameError::LabelTooLong { label: cut(label) },
        DomainNameError::BadPunycode { label } => DomainNameError::BadPunycode { label: cut(label) },
        DomainNameError::EdgeHyphen { label } => DomainNameError::EdgeHyphen { label: cut(label) },
        DomainNameError::ReservedHyphens { label } => DomainNameError::ReservedHyphens { label: cut(label) },
        other => other,
    }
}
