//! Orders a chain from a bag of certificates.
//!
//! CAs and resellers deliver bundles reversed, with the root, with expired cross-signs, with certificates of other chains, or twice. So the order
//! of the bag is never trusted: an issuer is found by name, key identifier, dates and signature.

use std::collections::{HashSet, VecDeque};

use jiff::Timestamp;

use crate::certificate::Certificate;
use crate::fingerprint::{CertificateFingerprint, KeyFingerprint};

/// A chain in the order in which servers send it, without anything that does not belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    leaf: Certificate,
    intermediates: Vec<Certificate>,
    root: Option<Certificate>,
}

/// Why no chain could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// The bag has no certificate of a server, or none with the key.
    #[error("the bundle does not contain the certificate of the server")]
    NoLeaf,
    /// The bag has several certificates of servers, and no key says which is meant.
    #[error("the bundle contains the certificates of {count} servers")]
    SeveralLeaves {
        /// How many.
        count: usize,
    },
    /// Nothing in the bag issued the certificate and is valid now.
    #[error("the bundle does not contain a valid certificate of the issuer {issuer}")]
    NoIssuer {
        /// The issuer that is missing.
        issuer: String,
    },
    /// The chain does not end at any of the trusted roots.
    #[error("the chain ends at {top}, which is not trusted")]
    NotTrusted {
        /// The subject of the last certificate.
        top: String,
    },
}

impl ChainError {
    /// A stable code for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoLeaf => "chain-no-leaf",
            Self::SeveralLeaves { .. } => "chain-several-leaves",
            Self::NoIssuer { .. } => "chain-no-issuer",
            Self::NotTrusted { .. } => "chain-not-trusted",
        }
    }
}

impl Chain {
    /// Finds the server's certificate in a bag (by its key, else the only one that is not of a CA) and builds its chain.
    ///
    /// # Errors
    /// There is no such certificate or more than one, or [`Chain::build`] fails.
    pub fn from_bag(
        bag: &[Certificate],
        key: Option<KeyFingerprint>,
        now: Timestamp,
    ) -> Result<Self, ChainError> {
        let mut seen = HashSet::new();
        let fits = |certificate: &&Certificate| match key {
            Some(key) => certificate.key_fingerprint() == key,
            None => !certificate.is_ca(),
        };
        let leaves: Vec<_> = bag
            .iter()
            .filter(fits)
            .filter(|leaf| seen.insert(leaf.fingerprint()))
            .collect();
        match leaves.as_slice() {
            [] => Err(ChainError::NoLeaf),
            [leaf] => Self::build((*leaf).clone(), bag, &[], now),
            several => Err(ChainError::SeveralLeaves { count: several.len() }),
        }
    }

    /// Builds the shortest chain from the leaf to one of the anchors; without anchors, to a self-signed root in the bag; without such a
    /// root, as far as the bag goes. Issuers that are not valid now are passed over; the dates of the leaf are not looked at.
    ///
    /// # Errors
    /// The issuer of the leaf is missing, or none of the anchors given is reached.
    pub fn build(
        leaf: Certificate,
        bag: &[Certificate],
        anchors: &[Certificate],
        now: Timestamp,
    ) -> Result<Self, ChainError> {
        let trusted: HashSet<_> = anchors.iter().map(Certificate::fingerprint).collect();
        let steps = climb(&leaf, anchors.iter().chain(bag), now);
        let is_root = |step: &&Step<'_>| {
            step.certificate.is_self_issued() && step.certificate.is_issued_by(step.certificate)
        };
        let is_anchor = |step: &&Step<'_>| trusted.contains(&step.certificate.fingerprint());

        let Some(farthest) = steps.last() else {
            return Err(ChainError::NoIssuer {
                issuer: leaf.issuer_text().to_owned(),
            });
        };
        // Steps come in the order of distance.
        let top = if anchors.is_empty() {
            steps.iter().find(is_root).unwrap_or(farthest)
        } else {
            let top = || farthest.certificate.subject_text().to_owned();
            steps
                .iter()
                .find(is_anchor)
                .ok_or_else(|| ChainError::NotTrusted { top: top() })?
        };

        let mut intermediates = path_to(top, &steps);
        let ends_at_root = is_anchor(&top) || is_root(&top);
        let root = if ends_at_root { intermediates.pop() } else { None };
        Ok(Self {
            leaf,
            intermediates,
            root,
        })
    }

    /// The certificate of the server.
    pub fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// The issuers between leaf and root, each signed by the next.
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// The root, which servers do not send; `None` if the bag did not have it.
    pub fn root(&self) -> Option<&Certificate> {
        self.root.as_ref()
    }

    /// What a server sends: the leaf and the intermediates.
    pub fn served(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.leaf).chain(&self.intermediates)
    }
}

/// An issuer reached on the way up.
struct Step<'a> {
    certificate: &'a Certificate,
    /// The step below, `None` for issuers of the leaf.
    below: Option<usize>,
}

/// All issuers above the leaf, nearest first, each once: its shortest way up.
fn climb<'a>(
    leaf: &'a Certificate,
    bag: impl Iterator<Item = &'a Certificate>,
    now: Timestamp,
) -> Vec<Step<'a>> {
    let mut seen: HashSet<CertificateFingerprint> = HashSet::from([leaf.fingerprint()]);
    let mut candidates: Vec<&Certificate> = bag
        .filter(|certificate| certificate.is_valid_at(now) && seen.insert(certificate.fingerprint()))
        .collect();
    let mut steps: Vec<Step<'_>> = Vec::new();
    let mut queue = VecDeque::from([(leaf, None)]);
    while let Some((child, below)) = queue.pop_front() {
        // Every candidate leaves the list when reached, so a bag made to have many ways up costs no more than its square.
        let (issuers, others) = candidates
            .into_iter()
            .partition(|candidate| child.is_issued_by(candidate));
        candidates = others;
        for certificate in Vec::<&Certificate>::from_iter(issuers) {
            queue.push_back((certificate, Some(steps.len())));
            steps.push(Step { certificate, below });
        }
    }
    steps
}

fn path_to(top: &Step<'_>, steps: &[Step<'_>]) -> Vec<Certificate> {
    let mut path = vec![top.certificate.clone()];
    let mut below = top.below;
    while let Some(step) = below.and_then(|index| steps.get(index)) {
        path.push(step.certificate.clone());
        below = step.below;
    }
    path.reverse();
    path
}
