//! Secrets stay where they are: in no error, no answer that is kept, no log line and nothing that a connector prints.

use std::error::Error;

use super::{
    applicant::Applicant,
    log::Log,
    world::{Address, At, Password, Setup, Times, Trouble, World},
};

/// Errors of every kind, with all their causes.
pub async fn no_error_shows_a_secret(world: &dyn World) {
    let applicant = Applicant::new(world);
    applicant.connector.balance().await.expect("it works");
    let mut texts = Vec::new();
    for trouble in every_trouble() {
        world.trouble(At::EveryCall, trouble, Times::Always).await;
        if let Err(error) = applicant.connector.balance().await {
            texts.push(with_causes(&error));
        }
        world.calm().await;
    }
    for setup in strange_setups() {
        let connector = Applicant::with(world, setup).connector;
        let error = connector.balance().await.expect_err("nothing is right here");
        texts.push(with_causes(&error));
        texts.push(format!("{:?}", connector.check_connection().await));
    }
    assert!(texts.len() > 8, "{texts:?}");
    nothing_in(world, &texts);
}

/// Answers that are kept for people.
pub async fn no_kept_answer_shows_a_secret(world: &dyn World) {
    let applicant = Applicant::new(world);
    whole_life(&applicant).await;
    let exchanges = applicant.witness.exchanges();
    assert!(exchanges.len() > 5);
    assert!(exchanges.iter().any(|exchange| world.is_sign_in(exchange)));
    nothing_in(world, &[format!("{exchanges:?}")]);
}

/// Log lines at every level.
pub async fn no_log_line_shows_a_secret(world: &dyn World) {
    let log = Log::default();
    let listening = tracing::subscriber::set_default(log.clone());
    let applicant = Applicant::new(world);
    whole_life(&applicant).await;
    for trouble in every_trouble() {
        world.trouble(At::EveryCall, trouble, Times::Always).await;
        let _ = applicant.connector.balance().await;
        world.calm().await;
    }
    drop(listening);
    let text = log.text();
    assert!(text.lines().count() > 10, "something is logged: {text}");
    nothing_in(world, &[text]);
}

/// Every exchange is shown to the observer, with what was sent and what came back.
pub async fn every_exchange_is_shown(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order("shop.test").await;
    applicant.placed(&request).await;
    world
        .trouble(At::Balance, Trouble::LoseRequest, Times::Once)
        .await;
    let _ = applicant.connector.balance().await;
    let exchanges = applicant.witness.exchanges();
    for exchange in &exchanges {
        assert!(
            !exchange.call.is_empty() && !exchange.call.contains('?'),
            "{}",
            exchange.call
        );
        assert!(
            exchange.answer.is_some() != exchange.failure.is_some(),
            "{exchange:?}"
        );
    }
    let order = exchanges
        .iter()
        .find(|exchange| world.is_purchase(exchange))
        .expect("the order");
    assert!(order.request.contains("shop.test"), "what was sent is shown");
    assert!(
        exchanges
            .last()
            .is_some_and(|exchange| exchange.failure.is_some()),
        "a failure is shown too"
    );
}

/// Uses every read and write once.
async fn whole_life(applicant: &Applicant<'_>) {
    let connector = &applicant.connector;
    connector.check_connection().await;
    let (_, order) = applicant.issued("shop.test").await;
    connector.order_state(&order).await.expect("the state is read");
    connector.validations(&order).await.expect("validations are read");
    connector
        .fetch_certificate(&order)
        .await
        .expect("it is delivered");
    applicant.world.end_sessions().await;
    connector.balance().await.expect("it works");
}

fn every_trouble() -> Vec<Trouble> {
    vec![
        Trouble::LoseRequest,
        Trouble::Error,
        Trouble::Page(200),
        Trouble::Page(502),
        Trouble::Empty,
        Trouble::Refusal("no"),
        Trouble::RateLimit(5),
        Trouble::ForbiddenAddress,
        Trouble::NotSignedIn,
        Trouble::Redirect("http://127.0.0.1:9/?auth_token=a".to_owned()),
    ]
}

fn strange_setups() -> Vec<Setup> {
    let addresses = [
        Address::ClosedPort,
        Address::NoTls,
        Address::StrangeCertificate,
        Address::WebSite,
    ];
    let mut setups: Vec<Setup> = addresses
        .into_iter()
        .map(|address| Setup {
            address,
            ..Setup::default()
        })
        .collect();
    setups.push(Setup {
        password: Password::Wrong,
        ..Setup::default()
    });
    setups
}

fn with_causes(error: &crate::CaError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(link) = cause {
        text = format!("{text} {link} {link:?}");
        cause = link.source();
    }
    text
}

fn nothing_in(world: &dyn World, texts: &[String]) {
    let secrets = world.secrets();
    assert!(secrets.len() > 1, "the world names the password and a token");
    for text in texts {
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "a secret is shown in {text}");
        }
    }
}
