//! Delivery by SMTP.

use std::{error::Error as _, net::IpAddr, time::Duration};

use async_trait::async_trait;
use domain::mask;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        PoolConfig,
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{DeliveryError, Letter, Mailer, Recipient};

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Security {
    /// TLS from the first byte (RFC 8314; port 465).
    Tls,
    /// STARTTLS, required (port 587 or 25).
    StartTls,
    /// None; only to this machine.
    None,
}

/// A mail server and how we appear to it.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way is protected.
    pub security: Security,
    /// Name and password, when it wants them.
    pub sign_in: Option<(String, SecretString)>,
    /// Who letters come from.
    pub from: Recipient,
    /// How long to wait for each answer.
    pub timeout: Duration,
}

/// Why a mail server cannot be used as configured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SmtpSettingsError {
    /// Letters hold links that let in who has them.
    #[error("mail to `{host}` must go over TLS; only a server on this machine may do without")]
    Unprotected {
        /// The host of the settings.
        host: String,
    },
    /// TLS cannot be set up for this host.
    #[error("preparing TLS to `{host}`")]
    Tls {
        /// The host of the settings.
        host: String,
        /// Why.
        #[source]
        source: lettre::transport::smtp::Error,
    },
    /// The sender's address cannot stand in a header.
    #[error("the sender's address cannot be used")]
    Sender,
}

/// Hands letters to one mail server, over a few kept connections.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// The right side of Message-IDs.
    domain: String,
}

impl SmtpMailer {
    /// Prepares the way; connects at the first letter. Needs a running tokio.
    ///
    /// # Errors
    /// [`SmtpSettingsError`].
    pub fn new(settings: &SmtpSettings) -> Result<Self, SmtpSettingsError> {
        let host = settings.host.trim();
        let tls = match settings.security {
            Security::None if !is_this_machine(host) => {
                return Err(SmtpSettingsError::Unprotected {
                    host: host.to_owned(),
                });
            }
            Security::None => Tls::None,
            Security::Tls => Tls::Wrapper(tls(host)?),
            Security::StartTls => Tls::Required(tls(host)?),
        };
        let from = mailbox(&settings.from).ok_or(SmtpSettingsError::Sender)?;
        let domain = from.email.domain().to_owned();
        let pool = PoolConfig::new()
            .max_size(4)
            .idle_timeout(Duration::from_secs(30));
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(settings.timeout))
            .hello_name(ClientId::Domain(domain.clone()))
            .pool_config(pool);
        if let Some((name, password)) = &settings.sign_in {
            builder = builder.credentials(Credentials::new(
                name.clone(),
                password.expose_secret().to_owned(),
            ));
        }
        Ok(Self {
            transport: builder.build(),
            from,
            domain,
        })
    }

    /// Connects and signs in without sending anything, for the settings page.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn check(&self) -> Result<(), DeliveryError> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(DeliveryError::Unreachable(
                "the server closed the connection".to_owned(),
            )),
            Err(error) => Err(failure(&error)),
        }
    }

    fn message(&self, letter: &Letter) -> Result<Message, DeliveryError> {
        let to = mailbox(&letter.to)
            .ok_or_else(|| DeliveryError::Letter("the address cannot be used".to_owned()))?;
        let id: String = letter
            .id
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
            .collect();
        // RFC 3834: no out-of-office answers to this.
        let automatic = HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        );
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.content.subject.clone())
            .date(letter.at.into())
            .message_id(Some(format!("<{id}@{}>", self.domain)))
            .raw_header(automatic)
            .multipart(MultiPart::alternative_plain_html(
                letter.content.text.clone(),
                letter.content.html.clone(),
            ))
            .map_err(|error| DeliveryError::Letter(error.to_string()))
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn deliver(&self, letter: &Letter) -> Result<(), DeliveryError> {
        let message = self.message(letter)?;
        match self.transport.send(message).await {
            Ok(_) => {
                tracing::debug!(
                    exchange = "smtp",
                    letter = letter.id,
                    "the mail server took the letter"
                );
                Ok(())
            }
            Err(error) => Err(failure(&error)),
        }
    }
}

fn tls(host: &str) -> Result<TlsParameters, SmtpSettingsError> {
    TlsParameters::new(host.to_owned()).map_err(|source| SmtpSettingsError::Tls {
        host: host.to_owned(),
        source,
    })
}

fn is_this_machine(host: &str) -> bool {
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn mailbox(who: &Recipient) -> Option<Mailbox> {
    Some(Mailbox::new(
        who.name().map(str::to_owned),
        who.address().parse().ok()?,
    ))
}

fn failure(error: &lettre::transport::smtp::Error) -> DeliveryError {
    /// RFC 4954 §6: the answers that are about our sign-in and not about the letter.
    const SIGN_IN: [u16; 5] = [432, 530, 534, 535, 538];
    let why = describe(error);
    let is_sign_in = error
        .status()
        .is_some_and(|code| SIGN_IN.contains(&u16::from(code)));
    if is_sign_in {
        DeliveryError::SignIn(why)
    } else if error.is_permanent() {
        DeliveryError::Refused(why)
    } else if error.is_transient() {
        DeliveryError::Later(why)
    } else {
        DeliveryError::Unreachable(why)
    }
}

/// The error with its causes, on one line, without secrets.
fn describe(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // The transport repeats its cause in its own text.
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    mask::text(&crate::mail::one_line(&text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_be_talked_to_without_tls() {
        for host in ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]", "LOCALHOST"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "mail.example.com",
            "10.0.0.1",
            "localhost.example.com",
            "0.0.0.0",
            "",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
