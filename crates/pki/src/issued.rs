//! Checks a certificate that a CA delivered against what was ordered, before anybody installs it.

use std::time::Duration;

use domain::name::{DomainName, NameSet};
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::certificate::Certificate;
use crate::chain::{Chain, ChainError};
use crate::fingerprint::KeyFingerprint;

/// What was ordered.
#[derive(Debug, Clone, Copy)]
pub struct Ordered<'a> {
    /// The key of the request.
    pub key: KeyFingerprint,
    /// All names ordered.
    pub names: &'a NameSet,
    /// Names that the CA may add, such as the form with `www`.
    pub declared_extras: &'a [DomainName],
}

/// A certificate that is what was ordered, with its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The chain in order.
    pub chain: Chain,
    /// The declared extra names that the CA did add.
    pub extras: Vec<DomainName>,
}

/// In what way a certificate differs from what was ordered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The certificate has the key of another request.
    #[error("the certificate has another key than the request (found {found}, ordered {ordered})")]
    WrongKey {
        /// The key of the certificate.
        found: KeyFingerprint,
        /// The key of the request.
        ordered: KeyFingerprint,
    },
    /// Names that were ordered and are not there.
    #[error("the certificate lacks names that were ordered: {}", list(.names))]
    NamesMissing {
        /// The names.
        names: Vec<DomainName>,
    },
    /// Names that nobody ordered.
    #[error("the certificate has names that were not ordered: {}", .names.join(", "))]
    NamesUnexpected {
        /// The names, or what stands in their place.
        names: Vec<String>,
    },
    /// The first instant of validity is not before the last.
    #[error("the certificate ends at {not_after}, before it begins at {not_before}")]
    NoLifetime {
        /// First instant.
        not_before: Timestamp,
        /// Last instant.
        not_after: Timestamp,
    },
    /// It begins in the future.
    #[error("the certificate is not valid before {not_before}")]
    NotYetValid {
        /// First instant.
        not_before: Timestamp,
    },
    /// It has ended.
    #[error("the certificate ended at {not_after}")]
    Expired {
        /// Last instant.
        not_after: Timestamp,
    },
    /// It is the certificate of a CA.
    #[error("this is the certificate of a certificate authority, not of a server")]
    IsCa,
    /// The bundle does not lead to a root.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A rule of RFC 5280 other than those above.
    #[error("the chain is not acceptable to TLS clients")]
    Path(#[source] webpki::Error),
}

impl VerifyError {
    /// A stable code for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongKey { .. } => "issued-wrong-key",
            Self::NamesMissing { .. } => "issued-names-missing",
            Self::NamesUnexpected { .. } => "issued-names-unexpected",
            Self::NoLifetime { .. } => "issued-no-lifetime",
            Self::NotYetValid { .. } => "issued-not-yet-valid",
            Self::Expired { .. } => "issued-expired",
            Self::IsCa => "issued-is-ca",
            Self::Chain(error) => error.code(),
            Self::Path(_) => "issued-path",
        }
    }
}

/// Checks key, names, dates and the whole chain as a TLS client does.
///
/// With anchors, the chain must end at one of them. Without, it must lead to the self-signed root in the bag, or as far as the bag
/// goes; that shows that the bundle is whole, not that anybody trusts it.
///
/// # Errors
/// The first difference found, those that mean another order's certificate first.
pub fn verify_issued(
    leaf: &Certificate,
    bag: &[Certificate],
    ordered: Ordered<'_>,
    anchors: &[Certificate],
    now: Timestamp,
) -> Result<Verified, VerifyError> {
    if leaf.is_ca() {
        return Err(VerifyError::IsCa);
    }
    if leaf.key_fingerprint() != ordered.key {
        return Err(VerifyError::WrongKey {
            found: leaf.key_fingerprint(),
            ordered: ordered.key,
        });
    }
    let extras = compare_names(leaf, ordered)?;
    check_dates(leaf, now)?;
    let chain = Chain::build(leaf.clone(), bag, anchors, now)?;
    check_path(&chain, now)?;
    Ok(Verified { chain, extras })
}

fn compare_names(leaf: &Certificate, ordered: Ordered<'_>) -> Result<Vec<DomainName>, VerifyError> {
    let found = leaf.names().map(NameSet::as_slice).unwrap_or_default();
    let missing: Vec<_> = ordered
        .names
        .iter()
        .filter(|name| !found.contains(name))
        .cloned()
        .collect();
    if !missing.is_empty() {
        return Err(VerifyError::NamesMissing { names: missing });
    }
    let extra = found.iter().filter(|name| !ordered.names.contains(name)).cloned();
    let (declared, undeclared): (Vec<_>, Vec<_>) =
        extra.partition(|name| ordered.declared_extras.contains(name));
    let unexpected: Vec<_> = undeclared
        .iter()
        .map(ToString::to_string)
        .chain(leaf.other_names().iter().cloned())
        .collect();
    if unexpected.is_empty() {
        Ok(declared)
    } else {
        Err(VerifyError::NamesUnexpected { names: unexpected })
    }
}

fn check_dates(leaf: &Certificate, now: Timestamp) -> Result<(), VerifyError> {
    let (not_before, not_after) = (leaf.not_before(), leaf.not_after());
    if not_after <= not_before {
        return Err(VerifyError::NoLifetime {
            not_before,
            not_after,
        });
    }
    if now < not_before {
        return Err(VerifyError::NotYetValid { not_before });
    }
    if now > not_after {
        return Err(VerifyError::Expired { not_after });
    }
    Ok(())
}

/// Key usages, constraints of the path and of names, critical extensions: everything that a chain of signatures does not show.
fn check_path(chain: &Chain, now: Timestamp) -> Result<(), VerifyError> {
    let leaf = CertificateDer::from(chain.leaf().der());
    let intermediates: Vec<_> = chain
        .intermediates()
        .iter()
        .map(|issuer| CertificateDer::from(issuer.der()))
        .collect();
    let top = chain
        .root()
        .or(chain.intermediates().last())
        .unwrap_or(chain.leaf());
    let top = CertificateDer::from(top.der());
    let anchor = anchor_from_trusted_cert(&top).map_err(VerifyError::Path)?;
    let time = UnixTime::since_unix_epoch(Duration::from_secs(
        u64::try_from(now.as_second()).unwrap_or_default(),
    ));

    let end_entity = EndEntityCert::try_from(&leaf).map_err(VerifyError::Path)?;
    end_entity
        .verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &[anchor],
            &intermediates,
            time,
            KeyUsage::server_auth(),
            None,
            None,
        )
        .map(|_| ())
        .map_err(VerifyError::Path)
}

fn list(names: &[DomainName]) -> String {
    names
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
