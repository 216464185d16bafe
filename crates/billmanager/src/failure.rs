//! What a command fails with, and the document that tells it (protocol facts §6).

use std::{error::Error as StdError, fmt};

use ca::{CaError, CheckCause, CheckOutcome, CheckReport, Class};

use crate::xml::Element;

/// Longest value in a document, in characters: it is shown to people and kept by the host.
const LONGEST: usize = 1_000;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// The type of an error document; each has a text in the plugin description (`msg_error_<type>`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// Every type.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The type as it stands in the document.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

kinds! {
    /// Standard input is not the XML that the command reads.
    BadInput = "failed to parse input xml",
    /// No such service or connection.
    Missed = "missed",
    /// A value is missing or wrong.
    Value = "value",
    /// The connection belongs to another executable.
    UnsupportedModule = "unsupported_module",
    /// Certificates have no such command.
    UnsupportedCommand = "unsupported command",
    /// Nobody knows this command.
    UnknownCommand = "unknown command",
    /// The approver addresses cannot be had.
    Approver = "approver",
    /// The CA understood and said no.
    Api = "api_error",
    /// The CA refuses user name or password.
    Login = "invalid_login_or_passwd",
    /// The CA refuses either the credentials or our address and does not say which.
    LoginOrAddress = "login_or_address",
    /// The CA takes no calls from our address.
    Address = "address_not_permitted",
    /// The CA's host name has no address.
    Name = "name_not_resolved",
    /// No connection to the CA, or no answer.
    Unreachable = "not_reachable",
    /// No TLS session with the CA.
    Tls = "tls",
    /// The CA's answer is not understood.
    NotUnderstood = "not_understood",
    /// The CA asks to wait.
    RateLimited = "rate_limited",
    /// Sign-in refused during an operation: a problem of the connection.
    Auth = "auth",
    /// No answer during an operation: a problem of the connection.
    Client = "client",
    /// The host's client program failed, or the host refused a call.
    Process = "process",
    /// The host's database cannot be read.
    Database = "db",
    /// An encrypted parameter cannot be read.
    Crypt = "crypt",
    /// Another run works on the same service.
    Busy = "busy",
    /// Nobody knows yet whether the CA has the order.
    PurchaseUnknown = "purchase_unknown",
    /// A person must say which order at the CA is ours.
    PurchaseManual = "purchase_manual",
    /// A person gave the purchase up.
    PurchaseAbandoned = "purchase_abandoned",
    /// The certificate that the CA delivered is not what was ordered.
    WrongCertificate = "wrong_certificate",
    /// A person must reissue at the CA, and the host makes no task of it.
    ManualReissue = "manual_reissue",
    /// A fault of the module itself.
    Internal = "internal_error",
}

/// A command's failure. It carries no secret: texts of the CA are masked where they are read.
#[derive(Debug)]
pub struct Failure {
    /// The type.
    pub kind: Kind,
    /// With what, in the protocol's words.
    pub object: String,
    /// The value at fault, or what was said.
    pub value: String,
    /// Named texts for the message.
    pub params: Vec<(&'static str, String)>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    /// A failure of this type.
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            object: String::new(),
            value: String::new(),
            params: Vec::new(),
            source: None,
        }
    }

    /// No such service or connection.
    #[must_use]
    pub fn missed(object: &str) -> Self {
        Self::new(Kind::Missed).about(object)
    }

    /// A value is missing or wrong.
    #[must_use]
    pub fn value(object: &str, value: impl Into<String>) -> Self {
        Self::new(Kind::Value).about(object).saying(value)
    }

    /// The same, about this.
    #[must_use]
    pub fn about(mut self, object: impl Into<String>) -> Self {
        self.object = object.into();
        self
    }

    /// The same, with this value or text.
    #[must_use]
    pub fn saying(mut self, value: impl Into<String>) -> Self {
        self.value = cut(&value.into());
        self
    }

    /// The same, with a named text for the message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.params.push((name, cut(&value.into())));
        self
    }

    /// The same, with what caused it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Whether the host is told that the connection has a problem (protocol facts §5.3).
    #[must_use]
    pub const fn is_of_connection(&self) -> bool {
        matches!(self.kind, Kind::Client | Kind::Auth)
    }

    /// The finding of a connection check that failed; `None` when none did.
    #[must_use]
    pub fn of_check(report: &CheckReport) -> Option<Self> {
        let finding = report.failure()?;
        let CheckOutcome::Failed { causes, detail } = &finding.outcome else {
            return None;
        };
        let kind = match causes.as_slice() {
            [
                CheckCause::CredentialsRefused,
                CheckCause::AddressNotPermitted,
                ..,
            ]
            | [
                CheckCause::AddressNotPermitted,
                CheckCause::CredentialsRefused,
                ..,
            ] => Kind::LoginOrAddress,
            [CheckCause::CredentialsRefused, ..] => Kind::Login,
            [CheckCause::AddressNotPermitted, ..] => Kind::Address,
            [CheckCause::NameNotResolved, ..] => Kind::Name,
            [CheckCause::Tls, ..] => Kind::Tls,
            [CheckCause::NotUnderstood, ..] => Kind::NotUnderstood,
            [CheckCause::NotReachable, ..] | [] => Kind::Unreachable,
        };
        let outgoing = report
            .outgoing
            .map_or_else(String::new, |address| address.to_string());
        Some(
            Self::new(kind)
                .about(finding.step.word())
                .saying(detail.as_str())
                .with("address", report.address.as_str())
                .with("outgoing", outgoing),
        )
    }

    /// The error's frames, the outermost first: what was being done, and because of what it failed.
    #[must_use]
    pub fn frames(&self) -> Vec<String> {
        let mut frames = vec![self.to_string()];
        let mut cause = self.source();
        while let Some(error) = cause {
            frames.push(domain::mask::text(&error.to_string()).into_owned());
            cause = error.source();
        }
        frames
    }

    /// The `error` element: type, object and value as attributes, named texts as children. The value stands there too, for hosts that
    /// read it as the vendor's Python modules write it.
    #[must_use]
    pub fn element(&self) -> Element {
        let mut error = Element::new("error")
            .with("type", self.kind.word())
            .with("object", self.object.as_str())
            .with("value", self.value.as_str());
        if !self.value.is_empty() {
            error.push(
                Element::new("param")
                    .with("name", "value")
                    .text(self.value.as_str()),
            );
        }
        for (name, value) in &self.params {
            error.push(Element::new("param").with("name", *name).text(value.as_str()));
        }
        // The text of this type has a mark for it, and the host would show a mark that nothing fills.
        if self.kind == Kind::Value && self.params.iter().all(|(name, _)| *name != "problem") {
            error.push(Element::new("param").with("name", "problem"));
        }
        error
    }

    /// The document for standard output.
    #[must_use]
    pub fn document(&self) -> Element {
        Element::doc().child(self.element())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.word())?;
        if !self.object.is_empty() {
            write!(f, " ({})", self.object)?;
        }
        if !self.value.is_empty() {
            write!(f, ": {}", self.value)?;
        }
        Ok(())
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

/// What a failed call to the CA means to the host: no answer and refused credentials are problems of the connection.
impl From<CaError> for Failure {
    fn from(error: CaError) -> Self {
        let (kind, object) = match error.class {
            Class::Unreachable => (Kind::Client, "open"),
            Class::Unauthorized => (Kind::Auth, "login"),
            Class::ForbiddenAddress => (Kind::Auth, "address"),
            Class::RateLimited => (Kind::RateLimited, ""),
            Class::Rejected => (Kind::Api, ""),
            Class::Protocol => (Kind::Client, "bad_response"),
            Class::Unsupported => (Kind::Api, "unsupported"),
        };
        Self::new(kind)
            .about(object)
            .saying(error.detail.as_str())
            .with("doing", error.doing)
            .because(error)
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use ca::{CheckFinding, CheckStep};

    use super::*;

    #[test]
    fn a_document_has_the_vendors_shape() {
        let failure = Failure::value("certificate", "csr").with("hint", "<none>");
        insta::assert_snapshot!(failure.document().pretty(), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <doc>
          <error type="value" object="certificate" value="csr">
            <param name="value">csr</param>
            <param name="hint">&lt;none&gt;</param>
            <param name="problem"/>
          </error>
        </doc>
        "#);
    }

    #[test]
    fn every_class_of_the_port_has_its_type() {
        let kinds: Vec<_> = Class::ALL
            .iter()
            .map(|class| {
                let failure = Failure::from(CaError::new(*class, "x", "do it", "detail"));
                (class.word(), failure.kind.word(), failure.is_of_connection())
            })
            .collect();
        assert_eq!(
            kinds,
            [
                ("unreachable", "client", true),
                ("unauthorized", "auth", true),
                ("forbidden_address", "auth", true),
                ("rate_limited", "rate_limited", false),
                ("rejected", "api_error", false),
                ("protocol", "client", true),
                ("unsupported", "api_error", false),
            ]
        );
    }

    #[test]
    fn a_check_that_failed_names_cause_step_and_our_address() {
        let outgoing: IpAddr = "192.0.2.7".parse().unwrap();
        for (causes, kind) in [
            (
                vec![CheckCause::CredentialsRefused, CheckCause::AddressNotPermitted],
                Kind::LoginOrAddress,
            ),
            (vec![CheckCause::CredentialsRefused], Kind::Login),
            (
                vec![CheckCause::NotReachable, CheckCause::AddressNotPermitted],
                Kind::Unreachable,
            ),
            (vec![CheckCause::NameNotResolved], Kind::Name),
            (vec![CheckCause::Tls], Kind::Tls),
            (vec![], Kind::Unreachable),
        ] {
            let report = CheckReport {
                findings: vec![CheckFinding {
                    step: CheckStep::SignIn,
                    outcome: CheckOutcome::Failed {
                        causes,
                        detail: "401".to_owned(),
                    },
                }],
                address: "ca.test:443".to_owned(),
                outgoing: Some(outgoing),
            };
            let failure = Failure::of_check(&report).unwrap();
            assert_eq!((failure.kind, failure.object.as_str()), (kind, "sign_in"));
            assert!(failure.params.contains(&("outgoing", "192.0.2.7".to_owned())));
        }
    }
}
