//! What a CA sells, in words that hold for every CA.

/// A closed list of words that are stored, shown and sent by their word.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every value, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable word that is stored, sent and used in translation keys.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::product::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err($crate::product::UnknownWord { kind: stringify!($name), word: text.chars().take(40).collect() }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(crate) use words;

/// A word that is not on the list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a {kind}")]
pub struct UnknownWord {
    /// The list it was looked up in.
    pub kind: &'static str,
    /// The word as it came.
    pub word: String,
}

words! {
    /// How much of the subscriber the CA verifies.
    ValidationLevel {
        /// Domain control only.
        Dv = "dv",
        /// Domain control and organisation.
        Ov = "ov",
        /// Extended validation.
        Ev = "ev",
    }
}

words! {
    /// Which names a product takes.
    ProductKind {
        /// One name (often with its www twin).
        Single = "single",
        /// One `*.` name.
        Wildcard = "wildcard",
        /// Several names, counted (LeaderSSL's `ucc`).
        MultiDomain = "multi_domain",
    }
}

words! {
    /// How control over a name is proven (BR 3.2.2.4).
    ValidationMethod {
        /// CNAME record (BR 3.2.2.4.7).
        Dns = "dns",
        /// File over HTTP (BR 3.2.2.4.18).
        Http = "http",
        /// File over HTTPS (BR 3.2.2.4.18).
        Https = "https",
        /// Mail to a constructed address (BR 3.2.2.4.4, not after 2028-03-15).
        Email = "email",
    }
}

impl ValidationMethod {
    /// Files prove one exact name and never a wildcard (BR 3.2.2.4.18).
    #[must_use]
    pub const fn takes_wildcards(self) -> bool {
        matches!(self, Self::Dns | Self::Email)
    }
}

impl ValidationLevel {
    /// Whether the CA needs the organisation's data.
    #[must_use]
    pub const fn needs_organisation(self) -> bool {
        matches!(self, Self::Ov | Self::Ev)
    }
}
