//! A CSR as the CA takes it in and keeps it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::{Csr, RequestToken, UniqueValue};
use serde::{Deserialize, Serialize};
use x509_parser::{
    certification_request::X509CertificationRequest, oid_registry::OID_PKCS1_RSAENCRYPTION,
    prelude::FromDer as _,
};

use crate::record::KeyFamily;

/// The DER of a CSR that was judged and found good; base64 where it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeptCsr(Vec<u8>);

/// The public key that a certificate is to carry.
pub(crate) struct CertifiedKey {
    /// The key as `SubjectPublicKeyInfo` DER.
    pub(crate) der: Vec<u8>,
    pub(crate) family: KeyFamily,
}

/// Why a CSR is refused: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("csr is invalid: {0}")]
pub(crate) struct CsrRefused(String);

/// Judges a CSR as a CA does.
pub(crate) fn judge(text: &str) -> Result<Csr, CsrRefused> {
    Csr::parse(text.as_bytes()).map_err(|problems| {
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        CsrRefused(texts.join("; "))
    })
}

impl KeptCsr {
    /// The request token for a unique value.
    pub fn token(&self, unique: Option<UniqueValue>) -> RequestToken {
        RequestToken::from_der(&self.0, unique)
    }

    /// The DER, over which hashes are made.
    pub fn der(&self) -> &[u8] {
        &self.0
    }

    /// The key to certify; none when what was kept is not what was judged.
    pub(crate) fn certified_key(&self) -> Option<CertifiedKey> {
        let (_, request) = X509CertificationRequest::from_der(&self.0).ok()?;
        let info = &request.certification_request_info.subject_pki;
        let family = if info.algorithm.algorithm == OID_PKCS1_RSAENCRYPTION {
            KeyFamily::Rsa
        } else {
            KeyFamily::Ec
        };
        Some(CertifiedKey {
            der: info.raw.to_vec(),
            family,
        })
    }
}

impl From<&Csr> for KeptCsr {
    fn from(csr: &Csr) -> Self {
        Self(csr.der().to_vec())
    }
}

impl From<KeptCsr> for String {
    fn from(csr: KeptCsr) -> Self {
        STANDARD.encode(csr.0)
    }
}

impl TryFrom<String> for KeptCsr {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        STANDARD.decode(text).map(Self)
    }
}
