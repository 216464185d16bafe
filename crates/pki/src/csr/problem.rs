//! Every reason for which a request is refused before it costs anything.

use domain::name::{DomainName, DomainNameError};

use crate::public_key::KeyProblem;
use crate::signature::SignatureFault;
use crate::subject::SubjectProblem;

/// Why a CA would refuse a request, or why it does not fit the order. No variant carries key material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CsrProblem {
    /// Nothing was pasted.
    #[error("no certificate signing request was given")]
    Empty,
    /// More than 128 KiB.
    #[error("the text is too long for a certificate signing request")]
    TooLarge,
    /// The text holds nothing that looks like a request.
    #[error("this is not a certificate signing request; it begins with -----BEGIN CERTIFICATE REQUEST-----")]
    NoRequest,
    /// The last line is missing, or the Base64 between the lines is damaged.
    #[error(
        "the certificate signing request is damaged or incomplete; copy it again with its first and last line"
    )]
    Damaged,
    /// More than one request.
    #[error("there are {count} certificate signing requests in this text; give one")]
    SeveralRequests {
        /// How many were found.
        count: usize,
    },
    /// A private key, which must be regarded as disclosed.
    #[error(
        "this is a private key: never give it to anybody; make a new key and paste the certificate signing request"
    )]
    PrivateKeyPasted,
    /// A certificate or a bundle of them.
    #[error("this is a certificate, not a certificate signing request")]
    CertificatePasted,
    /// A public key.
    #[error("this is a public key, not a certificate signing request")]
    PublicKeyPasted,
    /// Another kind of PEM file.
    #[error("this file is a {label}, not a certificate signing request")]
    OtherFile {
        /// The words between `BEGIN` and the dashes.
        label: String,
    },
    /// Not the structure of RFC 2986.
    #[error("the certificate signing request cannot be read")]
    Malformed,
    /// Bytes after the end of the structure.
    #[error("the certificate signing request has extra bytes after its end")]
    TrailingData,
    /// A version other than 1 (RFC 2986 4.1).
    #[error("the certificate signing request has an unknown version")]
    UnknownVersion,
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyProblem),
    /// The signature does not fit, so the sender has not shown that he holds the key.
    #[error("the signature of the certificate signing request is not valid")]
    BadSignature,
    /// Signed with a hash that is no longer safe.
    #[error("the certificate signing request is signed with {hash}; make it again with SHA-256")]
    WeakHash {
        /// The hash.
        hash: &'static str,
    },
    /// Signed with RSASSA-PSS.
    #[error(
        "the certificate signing request is signed with RSA-PSS, which certificate authorities do not accept; make it again with SHA-256"
    )]
    PssSignature,
    /// Signed with another algorithm.
    #[error("the certificate signing request is signed with an unknown algorithm ({algorithm})")]
    UnknownSignature {
        /// Its object identifier.
        algorithm: String,
    },
    /// An attribute of more than a few kilobytes.
    #[error("the certificate signing request has an attribute that is too large")]
    OversizedAttribute,
    /// Extensions or alternative names are given twice.
    #[error("the certificate signing request gives its extensions more than once")]
    RepeatedExtensions,
    /// A subject field.
    #[error(transparent)]
    Subject(#[from] SubjectProblem),
    /// No name at all.
    #[error("the certificate signing request has no domain name")]
    NoNames,
    /// More than 100 names.
    #[error("the certificate signing request has {count} names; at most 100 are allowed")]
    TooManyNames {
        /// How many.
        count: usize,
    },
    /// More than one common name.
    #[error("the certificate signing request has more than one common name")]
    SeveralCommonNames,
    /// A common name of more than 64 characters (RFC 5280, ub-common-name).
    #[error("the common name has {length} characters; at most 64 are allowed")]
    CommonNameTooLong {
        /// How many.
        length: usize,
    },
    /// Alternative names are given and the common name is not one of them (BR 7.1.4.3).
    #[error("the common name {name} is missing among the alternative names")]
    CommonNameNotListed {
        /// The common name.
        name: DomainName,
    },
    /// An IP address as common name.
    #[error("the common name is an IP address; give a domain name")]
    IpCommonName,
    /// An alternative name that is an IP address.
    #[error("the certificate signing request asks for an IP address; only domain names are supported")]
    IpName,
    /// An alternative name that is an e-mail address.
    #[error("the certificate signing request asks for an e-mail address; only domain names are supported")]
    EmailName,
    /// An alternative name that is a URI.
    #[error("the certificate signing request asks for a URI; only domain names are supported")]
    UriName,
    /// An alternative name of another kind.
    #[error("the certificate signing request has an alternative name that is not a domain name")]
    OtherName,
    /// A name that breaks a rule for names.
    #[error("the name {name:?} cannot be used: {problem}")]
    BadName {
        /// The name as the request has it, shortened.
        name: String,
        /// The rule. It is part of the message, not its source, so that people see it.
        problem: DomainNameError,
    },
    /// A name with the root dot, which certificates do not have.
    #[error("the name {name:?} ends with a dot; make the request without it")]
    TrailingDot {
        /// The name as the request has it, shortened.
        name: String,
    },
    /// The main name is not the one ordered.
    #[error("the certificate signing request is for {found}; the order is for {wanted}")]
    WrongMainName {
        /// The main name of the request.
        found: DomainName,
        /// The main name of the order.
        wanted: DomainName,
    },
    /// A name that was not ordered.
    #[error("the certificate signing request has the name {name}, which is not part of the order")]
    NameNotOrdered {
        /// The name.
        name: DomainName,
    },
    /// An ordered name that the request lacks.
    #[error("the certificate signing request lacks the name {name}, which is part of the order")]
    NameMissing {
        /// The name.
        name: DomainName,
    },
}

impl CsrProblem {
    /// A stable code for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "csr-empty",
            Self::TooLarge => "csr-too-large",
            Self::NoRequest => "csr-no-request",
            Self::Damaged => "csr-damaged",
            Self::SeveralRequests { .. } => "csr-several-requests",
            Self::PrivateKeyPasted => "csr-private-key-pasted",
            Self::CertificatePasted => "csr-certificate-pasted",
            Self::PublicKeyPasted => "csr-public-key-pasted",
            Self::OtherFile { .. } => "csr-other-file",
            Self::Malformed => "csr-malformed",
            Self::TrailingData => "csr-trailing-data",
            Self::UnknownVersion => "csr-unknown-version",
            Self::Key(problem) => problem.code(),
            Self::BadSignature => "csr-bad-signature",
            Self::WeakHash { .. } => "csr-weak-hash",
            Self::PssSignature => "csr-pss-signature",
            Self::UnknownSignature { .. } => "csr-unknown-signature",
            Self::OversizedAttribute => "csr-oversized-attribute",
            Self::RepeatedExtensions => "csr-repeated-extensions",
            Self::Subject(problem) => problem.code(),
            Self::NoNames => "csr-no-names",
            Self::TooManyNames { .. } => "csr-too-many-names",
            Self::SeveralCommonNames => "csr-several-common-names",
            Self::CommonNameTooLong { .. } => "csr-common-name-too-long",
            Self::CommonNameNotListed { .. } => "csr-common-name-not-listed",
            Self::IpCommonName => "csr-ip-common-name",
            Self::IpName => "csr-ip-name",
            Self::EmailName => "csr-email-name",
            Self::UriName => "csr-uri-name",
            Self::OtherName => "csr-other-name",
            Self::BadName { problem, .. } => problem.code(),
            Self::TrailingDot { .. } => "name-trailing-dot",
            Self::WrongMainName { .. } => "csr-wrong-main-name",
            Self::NameNotOrdered { .. } => "csr-name-not-ordered",
            Self::NameMissing { .. } => "csr-name-missing",
        }
    }
}

impl From<SignatureFault> for CsrProblem {
    fn from(fault: SignatureFault) -> Self {
        match fault {
            SignatureFault::WeakHash(hash) => Self::WeakHash { hash },
            SignatureFault::Pss => Self::PssSignature,
            SignatureFault::Unsupported(algorithm) => Self::UnknownSignature { algorithm },
            SignatureFault::Invalid => Self::BadSignature,
        }
    }
}
