//! What reaches a mail server, and what its answers mean.

use std::time::Duration;

use certbroker_notify::{
    DeliveryClass, DeliveryError, Letter, Mailbox, Mailer as _, Recipient, Rendered, Security, SmtpMailer,
    SmtpSettings,
};

use crate::server::{Behaviour, Server};

fn letter() -> Letter {
    Letter {
        id: "ntc_0192000000007000800000000000002a".to_owned(),
        at: "2020-10-20T10:30:00Z".parse().unwrap(),
        to: Recipient::parse("ann@example.org").unwrap().named("Энн, \"A\""),
        content: Rendered {
            subject: "Сертификат выпущен\r\nBcc: all@example.com".to_owned(),
            text: "Hello\n.\n.dot\n".to_owned(),
            html: "<p>Hello</p>".to_owned(),
        },
    }
}

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::None,
        sign_in: None,
        from: Recipient::parse("panel@example.com")
            .unwrap()
            .named("Example Hosting"),
        timeout: Duration::from_secs(10),
    }
}

async fn deliver(
    behaviour: Behaviour,
    adapt: impl FnOnce(&mut SmtpSettings),
) -> (Result<(), DeliveryError>, Vec<String>) {
    let server = Server::start(behaviour).await;
    let mut settings = settings(server.address.port());
    adapt(&mut settings);
    let outcome = SmtpMailer::new(&settings).unwrap().deliver(&letter()).await;
    (outcome, server.letters())
}

#[tokio::test]
async fn a_letter_arrives_with_its_headers_and_both_forms() {
    let (outcome, letters) = deliver(Behaviour::Accept, |_| {}).await;
    outcome.unwrap();
    let [raw] = letters.as_slice() else {
        panic!("one letter, not {}", letters.len())
    };
    let (headers, body) = raw.split_once("\n\n").unwrap();
    for header in [
        "From: \"Example Hosting\" <panel@example.com>",
        "Date: Tue, 20 Oct 2020 10:30:00 +0000",
        "Message-ID: <ntc_0192000000007000800000000000002a@example.com>",
        "Auto-Submitted: auto-generated",
        "Content-Type: multipart/alternative;",
    ] {
        assert!(headers.contains(header), "{header} in\n{headers}");
    }
    assert!(headers.contains("<ann@example.org>"));
    assert!(headers.lines().all(|line| !line.starts_with("Bcc")), "{headers}");
    assert!(
        body.contains("text/plain; charset=utf-8") && body.contains("text/html; charset=utf-8"),
        "{body}"
    );
    // A line of one dot would end the letter; SMTP doubles it (RFC 5321 §4.5.2).
    assert!(body.contains("\n..\n..dot\n"), "{body}");
}

#[tokio::test]
async fn answers_of_the_server_have_their_class() {
    use Behaviour::{Answer, HangUp};
    for (behaviour, class, part) in [
        (
            Answer("RCPT", "550 no such user"),
            DeliveryClass::Permanent,
            "no such user",
        ),
        (
            Answer("RCPT", "450 mailbox busy"),
            DeliveryClass::Temporary,
            "mailbox busy",
        ),
        (
            Answer("MAIL", "421 shutting down"),
            DeliveryClass::Temporary,
            "shutting down",
        ),
        (
            Answer("MAIL", "530 authentication required"),
            DeliveryClass::Temporary,
            "sign-in",
        ),
        (Answer("DATA", "554 spam"), DeliveryClass::Permanent, "spam"),
        (Answer("EHLO", "hello?"), DeliveryClass::Temporary, "reaching"),
        (HangUp("DATA"), DeliveryClass::Temporary, "reaching"),
    ] {
        let (outcome, letters) = deliver(behaviour, |_| {}).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.class(), class, "{behaviour:?}: {error}");
        assert!(error.to_string().contains(part), "{behaviour:?}: {error}");
        assert!(letters.is_empty());
    }
}

#[tokio::test]
async fn a_refused_sign_in_is_our_fault_and_no_secret_shows() {
    let sign_in = |settings: &mut SmtpSettings| {
        settings.sign_in = Some(("panel".to_owned(), "hunter2".to_owned().into()));
        assert!(!format!("{settings:?}").contains("hunter2"));
    };
    let (outcome, _) = deliver(Behaviour::Answer("AUTH", "535 wrong, password=hunter2"), sign_in).await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, DeliveryError::SignIn(_)), "{error}");
    assert_eq!(error.class(), DeliveryClass::Temporary);
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");

    let (outcome, letters) = deliver(Behaviour::Accept, sign_in).await;
    outcome.unwrap();
    assert_eq!(letters.len(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_or_speaks_no_tls_is_temporary() {
    let port = {
        // Bound and closed again: nobody listens there.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let error = SmtpMailer::new(&settings(port))
        .unwrap()
        .deliver(&letter())
        .await
        .unwrap_err();
    assert_eq!(error.class(), DeliveryClass::Temporary, "{error}");

    for security in [Security::Tls, Security::StartTls] {
        let (outcome, letters) = deliver(Behaviour::Accept, |settings| settings.security = security).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.class(), DeliveryClass::Temporary, "{security:?}: {error}");
        assert!(letters.is_empty(), "nothing is sent in the clear");
    }
}

#[tokio::test]
async fn the_settings_can_be_checked_without_sending() {
    let server = Server::start(Behaviour::Accept).await;
    SmtpMailer::new(&settings(server.address.port()))
        .unwrap()
        .check()
        .await
        .unwrap();
    assert!(server.letters().is_empty());
    let server = Server::start(Behaviour::HangUp("EHLO")).await;
    let error = SmtpMailer::new(&settings(server.address.port()))
        .unwrap()
        .check()
        .await
        .unwrap_err();
    assert_eq!(error.class(), DeliveryClass::Temporary, "{error}");
}

#[tokio::test]
async fn other_machines_are_talked_to_over_tls_only() {
    let mut settings = settings(25);
    settings.host = "mail.example.com".to_owned();
    let error = SmtpMailer::new(&settings).err().unwrap();
    assert!(error.to_string().contains("mail.example.com"), "{error}");
    settings.security = Security::StartTls;
    assert!(SmtpMailer::new(&settings).is_ok());
}

#[tokio::test]
async fn the_mailbox_keeps_letters_and_fails_when_told() {
    let mailbox = Mailbox::default();
    mailbox.fail_next(DeliveryError::Later("busy".to_owned()));
    assert_eq!(
        mailbox.deliver(&letter()).await.unwrap_err().class(),
        DeliveryClass::Temporary
    );
    mailbox.deliver(&letter()).await.unwrap();
    assert_eq!(mailbox.letters(), [letter()]);
    assert_eq!(mailbox.to("ann@example.org").len(), 1);
    assert!(mailbox.to("bob@example.org").is_empty());
}
