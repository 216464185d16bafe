//! Why a text is not a name, one variant for each rule.

/// Why a text is not a name for a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DomainNameError {
    /// Nothing was entered.
    #[error("no domain name was given")]
    Empty,
    /// An e-mail address was entered.
    #[error("this is an e-mail address; give the domain name alone, such as example.com")]
    Email,
    /// A web address was entered.
    #[error("this is a web address; give the domain name alone, without protocol, path or port")]
    Url,
    /// An IP address was entered.
    #[error("IP addresses cannot be used here; give a domain name")]
    IpAddress,
    /// The last label is a number, so the name can only be mistaken for an address.
    #[error("a domain name does not end in a number")]
    NumericSuffix,
    /// An underscore, which host names may not contain (BR 7.1.4.2.1).
    #[error("underscores are not allowed in the name of a certificate")]
    Underscore,
    /// A character that host names may not contain.
    #[error("the character {character:?} is not allowed in a domain name")]
    BadCharacter {
        /// The first such character.
        character: char,
    },
    /// A single label, such as `localhost`.
    #[error("the domain name has no dot; give the full name, such as www.example.com")]
    NoDot,
    /// Two dots in a row or a leading dot.
    #[error("the domain name has an empty part between dots")]
    EmptyLabel,
    /// A label of more than 63 octets.
    #[error("a part of the domain name is longer than 63 characters: {label}")]
    LabelTooLong {
        /// The label.
        label: String,
    },
    /// A name of more than 253 octets.
    #[error("the domain name has {length} characters; at most 253 are allowed")]
    TooLong {
        /// Its length as A-labels.
        length: usize,
    },
    /// A label that begins or ends with a hyphen.
    #[error("a part of the domain name begins or ends with a hyphen: {label}")]
    EdgeHyphen {
        /// The label.
        label: String,
    },
    /// A reserved label with hyphens in places three and four other than `xn--` (RFC 5890 2.3.1).
    #[error("a part of the domain name has two hyphens in a reserved place: {label}")]
    ReservedHyphens {
        /// The label.
        label: String,
    },
    /// An `xn--` label that does not decode.
    #[error("a part of the domain name is not valid Punycode: {label}")]
    BadPunycode {
        /// The label.
        label: String,
    },
    /// Unicode text that UTS #46 does not allow.
    #[error("the domain name has characters that international names may not contain")]
    BadUnicode,
    /// A wildcard elsewhere than in the first label.
    #[error("the wildcard * may only be the first part of the name, such as *.example.com")]
    WildcardNotLeftmost,
    /// A first label with a wildcard and other characters.
    #[error("the wildcard * must stand alone as the first part of the name, such as *.example.com")]
    WildcardPartial,
    /// More than one wildcard.
    #[error("a name can have only one wildcard *")]
    SeveralWildcards,
    /// A wildcard that would cover a whole public suffix (BR 3.2.2.6).
    #[error("a wildcard directly under {suffix} would cover the domains of other people")]
    WildcardOnPublicSuffix {
        /// The suffix.
        suffix: String,
    },
    /// The name is itself a public suffix, such as `co.uk`.
    #[error("the name is a public suffix, under which other people register their domains")]
    PublicSuffix,
}

impl DomainNameError {
    /// A stable code for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "name-empty",
            Self::Email => "name-email",
            Self::Url => "name-url",
            Self::IpAddress => "name-ip-address",
            Self::NumericSuffix => "name-numeric-suffix",
            Self::Underscore => "name-underscore",
            Self::BadCharacter { .. } => "name-bad-character",
            Self::NoDot => "name-no-dot",
            Self::EmptyLabel => "name-empty-label",
            Self::LabelTooLong { .. } => "name-label-too-long",
            Self::TooLong { .. } => "name-too-long",
            Self::EdgeHyphen { .. } => "name-edge-hyphen",
            Self::ReservedHyphens { .. } => "name-reserved-hyphens",
            Self::BadPunycode { .. } => "name-bad-punycode",
            Self::BadUnicode => "name-bad-unicode",
            Self::WildcardNotLeftmost => "name-wildcard-not-leftmost",
            Self::WildcardPartial => "name-wildcard-partial",
            Self::SeveralWildcards => "name-several-wildcards",
            Self::WildcardOnPublicSuffix { .. } => "name-wildcard-on-public-suffix",
            Self::PublicSuffix => "name-public-suffix",
        }
    }
}
