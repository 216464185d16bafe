//! Calls without an answer: what the chain of transport errors says about the cause, and whether the CA can have acted.

use std::{error::Error, io};

use ca::{CaError, CheckCause, Class};

use super::KIND;

/// A call that brought no whole answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The request certainly never reached the CA's program.
    NotSent(CaError),
    /// The request may have been carried out.
    Lost(CaError),
}

impl Failure {
    pub(super) fn into_error(self) -> CaError {
        match self {
            Self::NotSent(error) | Self::Lost(error) => error,
        }
    }
}

/// A transport error without its URL, which may hold a token.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub(super) struct TransportError {
    /// The cause in the words of a connection check.
    pub(super) cause: CheckCause,
    text: String,
}

impl TransportError {
    pub(super) fn of(error: reqwest::Error) -> Self {
        let cause = cause_of(&error);
        let text = chain_text(&error.without_url());
        Self { cause, text }
    }
}

/// What a failed request means. A failure while connecting (name, TCP, TLS) came before the first byte of the request.
pub(super) fn of_request(error: reqwest::Error, doing: &'static str) -> Failure {
    let is_before_request = error.is_connect() || error.is_dns() || error.is_builder();
    let error = with_source(TransportError::of(error), doing);
    if is_before_request {
        Failure::NotSent(error)
    } else {
        Failure::Lost(error)
    }
}

/// An answer that broke off or grew too large: the call was carried out, in all likelihood.
pub(super) fn of_answer(error: reqwest::Error, doing: &'static str) -> Failure {
    Failure::Lost(with_source(TransportError::of(error), doing))
}

fn with_source(error: TransportError, doing: &'static str) -> CaError {
    CaError::new(Class::Unreachable, KIND, doing, error.to_string()).with_source(error)
}

/// The cause that a failed call names, if its transport failed.
pub(super) fn transport_cause(error: &CaError) -> Option<CheckCause> {
    error
        .source()?
        .downcast_ref::<TransportError>()
        .map(|error| error.cause)
}

fn cause_of(error: &reqwest::Error) -> CheckCause {
    if error.is_dns() {
        return CheckCause::NameNotResolved;
    }
    if is_tls(error) {
        CheckCause::Tls
    } else {
        CheckCause::NotReachable
    }
}

/// Whether TLS is the reason: rustls says so somewhere in the chain, or its words do where a layer hides the type, or the peer hung up
/// during the handshake.
fn is_tls(error: &reqwest::Error) -> bool {
    const WORDS: &[&str] = &[
        "tls handshake eof",
        "invalid peer certificate",
        "received corrupt message",
        "received fatal alert",
    ];
    let says = |link: &(dyn Error + 'static)| {
        let text = link.to_string();
        WORDS.iter().any(|word| text.contains(word))
    };
    chain(error).any(|link| link.is::<rustls::Error>() || (error.is_connect() && says(link)))
}

/// The error and all its causes. An I/O error's cause skips the error that it wraps, so that one is looked into.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |link: &&'a (dyn Error + 'static)| {
        let wrapped = link.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        match wrapped {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => (*link).source(),
        }
    })
}

/// The whole chain in one line, each text once.
fn chain_text(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for link in chain(error) {
        let text = ca::raw::mask(&link.to_string(), &[]);
        if !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}
