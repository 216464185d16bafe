//! Certificates (RFC 5280): what one says, without any judgement; for that see [`crate::issued`].

use std::fmt;

use domain::name::{DomainName, NameSet};
use jiff::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, KeyUsage, ParsedExtension};
use x509_parser::prelude::FromDer;

use crate::der;
use crate::fingerprint::{CertificateFingerprint, KeyFingerprint};
use crate::pem::{self, LineEnd};
use crate::signature;
use crate::subject::{self, Subject};

/// More than any bundle of a CA; what is longer is not one.
const MAX_INPUT: usize = 512 * 1024;
/// The most certificates read from one bag.
const MAX_BAG: usize = 64;

/// A parsed certificate of a server or of a CA.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    serial: String,
    names: Option<NameSet>,
    other_names: Vec<String>,
    common_name: Option<String>,
    subject: Subject,
    subject_text: String,
    issuer_text: String,
    not_before: Timestamp,
    not_after: Timestamp,
    key: KeyFingerprint,
    is_ca: bool,
    key_usage: Vec<&'static str>,
    extended_key_usage: Vec<&'static str>,
    link: Link,
}

/// What ties a certificate to its issuer: bytes, since BR 7.1.4.1 has them equal.
#[derive(Clone, PartialEq, Eq)]
struct Link {
    subject: Vec<u8>,
    issuer: Vec<u8>,
    subject_key_id: Option<Vec<u8>>,
    authority_key_id: Option<Vec<u8>>,
    may_sign_certificates: bool,
}

/// Why bytes are not a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// More than 512 KiB, or more than 64 certificates.
    #[error("the file is too long for certificates")]
    TooLarge,
    /// There is none in the file.
    #[error("there is no certificate in this file")]
    None,
    /// The Base64 or the structure is damaged.
    #[error("a certificate is damaged or incomplete")]
    Malformed,
}

impl CertificateError {
    /// A stable code for translation and for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "certificate-too-large",
            Self::None => "certificate-none",
            Self::Malformed => "certificate-malformed",
        }
    }
}

impl Certificate {
    /// Parses the first certificate of a PEM text, or a DER file.
    ///
    /// # Errors
    /// There is none, or the first is damaged.
    pub fn parse(input: &[u8]) -> Result<Self, CertificateError> {
        Self::parse_bag(input)?
            .into_iter()
            .next()
            .ok_or(CertificateError::None)
    }

    /// Parses every certificate of a PEM text (also of PKCS#7 blocks in it), or a DER file with one certificate or a PKCS#7 bundle. The order
    /// is that of the file, which means nothing; see [`crate::chain`].
    ///
    /// # Errors
    /// There is none, or one of them is damaged.
    pub fn parse_bag(input: &[u8]) -> Result<Vec<Self>, CertificateError> {
        if input.len() > MAX_INPUT {
            return Err(CertificateError::TooLarge);
        }
        if der::is_binary(input) {
            return from_file(input);
        }
        let text = pem::text_of(input);
        let scan = pem::scan(&text);
        let mut certificates = Vec::new();
        for block in &scan.blocks {
            if !matches!(block.label, "CERTIFICATE" | "X509 CERTIFICATE" | "PKCS7" | "CMS") {
                continue;
            }
            let der = block.decode().ok_or(CertificateError::Malformed)?;
            certificates.extend(from_file(&der)?);
            if certificates.len() > MAX_BAG {
                return Err(CertificateError::TooLarge);
            }
        }
        if scan
            .unfinished
            .is_some_and(|label| label.ends_with("CERTIFICATE"))
        {
            return Err(CertificateError::Malformed);
        }
        if certificates.is_empty() {
            Err(CertificateError::None)
        } else {
            Ok(certificates)
        }
    }

    /// Parses one certificate in DER form with nothing after it.
    ///
    /// # Errors
    /// It is damaged.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| CertificateError::Malformed)?;
        if !rest.is_empty() {
            return Err(CertificateError::Malformed);
        }
        read(der, &parsed).ok_or(CertificateError::Malformed)
    }

    /// The DER form.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as PEM with LF.
    pub fn to_pem(&self) -> String {
        self.to_pem_with(LineEnd::Lf)
    }

    /// The certificate as PEM with the line ends wanted.
    pub fn to_pem_with(&self, line_end: LineEnd) -> String {
        pem::encode("CERTIFICATE", &self.der, line_end)
    }

    /// The serial number in upper-case hexadecimal, as `openssl x509 -serial` shows it.
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The DNS names: the common name first if it is one of them. `None` for certificates of CAs.
    pub fn names(&self) -> Option<&NameSet> {
        self.names.as_ref()
    }

    /// Alternative names that are not names a service can have: addresses, mailboxes, broken names.
    pub fn other_names(&self) -> &[String] {
        &self.other_names
    }

    /// The common name of the subject.
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// The organisation and its address.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The whole subject for people, such as `CN=example.com`.
    pub fn subject_text(&self) -> &str {
        &self.subject_text
    }

    /// The whole issuer for people.
    pub fn issuer_text(&self) -> &str {
        &self.issuer_text
    }

    /// The first instant of validity.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last second of validity, itself included (RFC 5280 4.1.2.5).
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether an instant lies within the validity.
    pub fn is_valid_at(&self, instant: Timestamp) -> bool {
        self.not_before <= instant && instant <= self.not_after
    }

    /// SHA-256 of the certificate.
    pub fn fingerprint(&self) -> CertificateFingerprint {
        CertificateFingerprint::of(&self.der)
    }

    /// SHA-256 of the public key, the same as that of the request and the private key.
    pub fn key_fingerprint(&self) -> KeyFingerprint {
        self.key
    }

    /// Whether it is the certificate of a CA.
    pub fn is_ca(&self) -> bool {
        self.is_ca
    }

    /// Whether subject and issuer are the same, as in a root.
    pub fn is_self_issued(&self) -> bool {
        self.link.subject == self.link.issuer
    }

    /// What the key may do, by the names of RFC 5280 4.2.1.3.
    pub fn key_usage(&self) -> &[&'static str] {
        &self.key_usage
    }

    /// What the certificate may be used for, by the names of RFC 5280 4.2.1.12; unknown purposes are left out.
    pub fn extended_key_usage(&self) -> &[&'static str] {
        &self.extended_key_usage
    }

    /// Whether `issuer` signed this certificate: names and key identifiers agree, it is a CA that may sign, and the signature fits. Dates
    /// are not looked at.
    pub fn is_issued_by(&self, issuer: &Self) -> bool {
        let key_ids_agree = match (&self.link.authority_key_id, &issuer.link.subject_key_id) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => true,
        };
        self.link.issuer == issuer.link.subject
            && key_ids_agree
            && issuer.is_ca
            && issuer.link.may_sign_certificates
            && signature_fits(&self.der, &issuer.der)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject_text)
            .field("issuer", &self.issuer_text)
            .field("serial", &self.serial)
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

fn from_file(input: &[u8]) -> Result<Vec<Certificate>, CertificateError> {
    match der::pkcs7_certificates(input) {
        Some(list) if list.len() > MAX_BAG => Err(CertificateError::TooLarge),
        Some(list) => list.into_iter().map(Certificate::from_der).collect(),
        None => Ok(vec![Certificate::from_der(input)?]),
    }
}

fn read(der: &[u8], parsed: &X509Certificate<'_>) -> Option<Certificate> {
    let mut certificate = Certificate {
        der: der.to_vec(),
        serial: serial_text(parsed.raw_serial()),
        names: None,
        other_names: Vec::new(),
        common_name: subject::common_names(parsed.subject()).into_iter().next(),
        subject: Subject::of(parsed.subject()),
        subject_text: parsed.subject().to_string(),
        issuer_text: parsed.issuer().to_string(),
        not_before: Timestamp::from_second(parsed.validity().not_before.timestamp()).ok()?,
        not_after: Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()?,
        key: KeyFingerprint::of(parsed.public_key().raw),
        is_ca: false,
        key_usage: Vec::new(),
        extended_key_usage: Vec::new(),
        link: Link {
            subject: parsed.subject().as_raw().to_vec(),
            issuer: parsed.issuer().as_raw().to_vec(),
            subject_key_id: None,
            authority_key_id: None,
            may_sign_certificates: true,
        },
    };
    for extension in parsed.extensions() {
        read_extension(&mut certificate, extension.parsed_extension());
    }
    Some(certificate)
}

fn read_extension(certificate: &mut Certificate, extension: &ParsedExtension<'_>) {
    match extension {
        ParsedExtension::BasicConstraints(basic) => certificate.is_ca = basic.ca,
        ParsedExtension::SubjectAlternativeName(list) => read_names(certificate, &list.general_names),
        ParsedExtension::SubjectKeyIdentifier(id) => certificate.link.subject_key_id = Some(id.0.to_vec()),
        ParsedExtension::AuthorityKeyIdentifier(id) => {
            certificate.link.authority_key_id = id.key_identifier.as_ref().map(|id| id.0.to_vec());
        }
        ParsedExtension::KeyUsage(usage) => {
            certificate.link.may_sign_certificates = usage.key_cert_sign();
            certificate.key_usage = key_usages(*usage);
        }
        ParsedExtension::ExtendedKeyUsage(usage) => {
            let purposes = [
                (usage.any, "anyExtendedKeyUsage"),
                (usage.server_auth, "serverAuth"),
                (usage.client_auth, "clientAuth"),
                (usage.code_signing, "codeSigning"),
                (usage.email_protection, "emailProtection"),
                (usage.time_stamping, "timeStamping"),
                (usage.ocsp_signing, "OCSPSigning"),
            ];
            certificate.extended_key_usage = set_ones(&purposes);
        }
        _ => {}
    }
}

fn read_names(certificate: &mut Certificate, list: &[GeneralName<'_>]) {
    let mut names = Vec::new();
    for name in list {
        match name {
            GeneralName::DNSName(text) => match DomainName::parse(text) {
                Ok(name) => names.push(name),
                Err(_) => certificate.other_names.push((*text).to_owned()),
            },
            other => certificate.other_names.push(other.to_string()),
        }
    }
    let common = certificate
        .common_name
        .as_deref()
        .and_then(|name| DomainName::parse(name).ok());
    let main = common.filter(|name| names.contains(name));
    certificate.names = NameSet::from_names(main.into_iter().chain(names));
}

fn key_usages(usage: KeyUsage) -> Vec<&'static str> {
    set_ones(&[
        (usage.digital_signature(), "digitalSignature"),
        (usage.non_repudiation(), "nonRepudiation"),
        (usage.key_encipherment(), "keyEncipherment"),
        (usage.data_encipherment(), "dataEncipherment"),
        (usage.key_agreement(), "keyAgreement"),
        (usage.key_cert_sign(), "keyCertSign"),
        (usage.crl_sign(), "cRLSign"),
    ])
}

fn set_ones(flags: &[(bool, &'static str)]) -> Vec<&'static str> {
    flags
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, name)| *name)
        .collect()
}

fn serial_text(raw: &[u8]) -> String {
    // The leading zero only says that the number is positive.
    hex::encode_upper(match raw {
        [0, rest @ ..] if !rest.is_empty() => rest,
        _ => raw,
    })
}

fn signature_fits(child: &[u8], issuer: &[u8]) -> bool {
    let (Ok((_, child)), Ok((_, issuer))) = (
        X509Certificate::from_der(child),
        X509Certificate::from_der(issuer),
    ) else {
        return false;
    };
    let message = child.tbs_certificate.as_ref();
    signature::verify(
        issuer.public_key(),
        &child.signature_algorithm,
        &child.signature_value.data,
        message,
    )
    .is_ok()
}
