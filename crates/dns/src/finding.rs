//! How findings are told: a code that the translations know, its arguments, and one piece of advice.

use std::fmt::Display;

/// What a check found. `Display` is English for logs; people see the translation of [`Finding::code`].
pub trait Finding: Display {
    /// Key of the translated sentence that says what was seen; stable.
    fn code(&self) -> &'static str;

    /// Values that the translated sentence uses, by name.
    fn arguments(&self) -> Vec<(&'static str, Argument)>;

    /// The one thing to do next.
    fn advice(&self) -> Advice;

    /// Whether the CA can be told to look now.
    fn is_good(&self) -> bool;
}

/// One value in a translated sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// Shown as it is: a name, an address, what a server said.
    Text(String),
    /// A code, to be translated in its turn; those of errors take no arguments.
    Code(&'static str),
}

impl Argument {
    pub(crate) fn shown(value: impl Display) -> Self {
        Self::Text(value.to_string())
    }
}

macro_rules! advice {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $text:literal;)*) => {
        /// One next step for whoever looks at a finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum Advice {
            $($(#[$doc])* $variant,)*
        }

        impl Advice {
            /// Every piece of advice, so that a test can ask for all translations.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Key of the translated sentence; stable.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }
        }

        impl Display for Advice {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    $(Self::$variant => $text,)*
                })
            }
        }
    };
}

advice! {
    /// All is well.
    LetTheCaLook = "dns-advice-let-the-ca-look", "Nothing to do: the CA can check now.";
    /// The record is missing.
    CreateRecord = "dns-advice-create-record", "Create the record exactly as shown, then check again.";
    /// Another value stands there.
    CorrectRecord = "dns-advice-correct-record", "Replace the value by the one shown.";
    /// The DNS panel appended the zone's name.
    RemoveDoubledZone = "dns-advice-remove-doubled-zone", "Your DNS panel appends the domain by itself: enter the name without it, or end it with a dot.";
    /// Some servers lag.
    WaitForServers = "dns-advice-wait-for-servers", "Wait until all name servers have taken the change over; if one stays behind, ask your DNS provider.";
    /// No server answers.
    RepairServers = "dns-advice-repair-servers", "Ask your DNS provider to repair the name servers of the domain.";
    /// The domain is not delegated.
    CheckRegistration = "dns-advice-check-registration", "Check that the domain is registered and its name servers are entered at the registrar.";
    /// DNSSEC signatures are wrong.
    RepairDnssec = "dns-advice-repair-dnssec", "Ask your DNS provider to repair DNSSEC, or remove the DS record at the registrar.";
    /// Our side could not look.
    TryLater = "dns-advice-try-later", "Check again in a few minutes.";
    /// A CAA record forbids issue.
    ChangeCaa = "dns-advice-change-caa", "Add a CAA record that allows this CA, or remove the one shown.";
    /// The file is missing or wrong.
    PutFile = "dns-advice-put-file", "Put the file with exactly the content shown at the address shown.";
    /// The host points to a private address.
    PublishAddress = "dns-advice-publish-address", "Let the name point to a public address only.";
    /// The host has no address.
    CreateAddress = "dns-advice-create-address", "Create an address record (A or AAAA) for the name.";
    /// The web server does not answer.
    OpenPort = "dns-advice-open-port", "Let the web server answer on this port from everywhere, without address or country filters.";
    /// The redirect leads nowhere a CA follows.
    RemoveRedirect = "dns-advice-remove-redirect", "Serve the file without a redirect.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_advice_has_a_code_of_its_own() {
        let codes: BTreeSet<_> = Advice::ALL.iter().map(|advice| advice.code()).collect();
        assert_eq!(codes.len(), Advice::ALL.len());
    }
}
