//! Certificate signing requests (PKCS#10, RFC 2986): judged as a CA would judge them, before anything is paid for.

mod input;
mod make;
mod names;
mod problem;

use std::fmt;

use domain::name::NameSet;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Version;

pub use self::make::{MakeCsrError, make};
pub use self::problem::CsrProblem;
use crate::fingerprint::CsrFingerprint;
use crate::pem::{self, LineEnd};
use crate::public_key::PublicKey;
use crate::signature;
use crate::subject::{self, Subject};
use crate::token;

/// A request that has passed every check made here.
#[derive(Clone, PartialEq, Eq)]
pub struct Csr {
    der: Vec<u8>,
    names: NameSet,
    common_name: Option<String>,
    subject: Subject,
    key: PublicKey,
    key_info: Vec<u8>,
}

/// Which names a request must have.
#[derive(Debug, Clone, Copy)]
pub enum ExpectedNames<'a> {
    /// Nothing has been ordered yet.
    Any,
    /// The main name is that of the order, and all others are part of it; missing ones travel beside the request, as with CAs that
    /// take the additional names as parameters.
    Within(&'a NameSet),
    /// All names of the order and no others, with the same main name.
    Exactly(&'a NameSet),
}

/// Judges a request in PEM or DER: text around it, either label, CR LF, byte order marks and a missing first and last line are accepted.
///
/// Not judged, because it needs lists or the network: Debian's weak keys of 2008, keys known to be compromised, CAA.
///
/// # Errors
/// Lists everything that a CA would object to. What cannot be read at all gives one problem.
pub fn judge(input: &[u8], expected: ExpectedNames<'_>) -> Result<Csr, Vec<CsrProblem>> {
    let der = input::find_request(input).map_err(|problem| vec![problem])?;
    let (rest, request) =
        X509CertificationRequest::from_der(&der).map_err(|_| vec![CsrProblem::Malformed])?;
    if !rest.is_empty() {
        return Err(vec![CsrProblem::TrailingData]);
    }
    let info = &request.certification_request_info;

    let mut problems = Vec::new();
    if info.version != X509Version::V1 {
        problems.push(CsrProblem::UnknownVersion);
    }
    let names = names::collect(&request, &mut problems);
    if let Some(names) = names.as_ref().filter(|_| problems.is_empty()) {
        names::compare(names, expected, &mut problems);
    }
    let subject = Subject::of(&info.subject);
    problems.extend(
        subject
            .check()
            .err()
            .into_iter()
            .flatten()
            .map(CsrProblem::Subject),
    );
    let key = judge_key_and_signature(&request, &mut problems);

    match (names, key) {
        (Some(names), Some(key)) if problems.is_empty() => {
            let common_name = subject::common_names(&info.subject).into_iter().next();
            Ok(Csr {
                der: der.clone(),
                names,
                common_name,
                subject,
                key,
                key_info: info.subject_pki.raw.to_vec(),
            })
        }
        _ => Err(problems),
    }
}

impl Csr {
    /// Judges a request without comparing its names; see [`judge`].
    ///
    /// # Errors
    /// Lists everything that a CA would object to.
    pub fn parse(input: &[u8]) -> Result<Self, Vec<CsrProblem>> {
        judge(input, ExpectedNames::Any)
    }

    /// The canonical form, over which hashes are made.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The request as PEM with LF.
    pub fn to_pem(&self) -> String {
        pem::encode("CERTIFICATE REQUEST", &self.der, LineEnd::Lf)
    }

    /// The names: the common name first, or the first alternative name if there is none.
    pub fn names(&self) -> &NameSet {
        &self.names
    }

    /// The common name as the request spells it.
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// The fields about the organisation.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The public key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The `SubjectPublicKeyInfo` in DER, for whoever certifies it.
    pub fn public_key_info(&self) -> &[u8] {
        &self.key_info
    }

    /// MD5 of the DER form, as validation tokens use it.
    pub fn md5(&self) -> [u8; 16] {
        token::md5(&self.der)
    }

    /// SHA-256 of the DER form.
    pub fn sha256(&self) -> CsrFingerprint {
        CsrFingerprint::of(&self.der)
    }
}

impl fmt::Debug for Csr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Csr")
            .field("names", &self.names)
            .field("key", &self.key)
            .field("sha256", &self.sha256())
            .finish_non_exhaustive()
    }
}

fn judge_key_and_signature(
    request: &X509CertificationRequest<'_>,
    problems: &mut Vec<CsrProblem>,
) -> Option<PublicKey> {
    let info = &request.certification_request_info;
    let key = match PublicKey::judge(&info.subject_pki) {
        Ok(key) => key,
        // The signature of a key that cannot be used says nothing more.
        Err(problem) => {
            problems.push(problem.into());
            return None;
        }
    };
    let signature = &request.signature_value.data;
    match signature::verify(
        &info.subject_pki,
        &request.signature_algorithm,
        signature,
        info.raw,
    ) {
        Ok(()) => Some(key),
        Err(fault) => {
            problems.push(fault.into());
            None
        }
    }
}
