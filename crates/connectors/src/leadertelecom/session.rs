//! The sign-in: lazy, once for all callers who wait for it, and never in a loop (reference §2.3).

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ca::{CaError, Class};
use secrecy::SecretString;
use tokio::sync::Mutex;

use super::KIND;

/// A token and the number of the sign-in that brought it.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) secret: Arc<SecretString>,
    pub(super) sign_in: u64,
}

/// The session of one account, shared by all calls.
#[derive(Default)]
pub(super) struct Session {
    state: Mutex<State>,
    /// Sign-ins ended so far, successful or not. Whoever came before one ended shares its outcome.
    ended: AtomicU64,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    failure: Option<Refused>,
}

/// What a failed sign-in left behind for those who waited for the same one.
struct Refused {
    sign_in: u64,
    class: Class,
    detail: String,
    retry_after: Option<Duration>,
}

impl Session {
    /// The token in force; signs in when there is none, or when it is the `stale` one that the CA refused. Callers who come while a
    /// sign-in is under way get its outcome, also when it fails: a hundred waiting calls make one attempt.
    pub(super) async fn token(
        &self,
        stale: Option<u64>,
        sign_in: impl Future<Output = Result<SecretString, CaError>>,
    ) -> Result<Token, CaError> {
        let seen = self.ended.load(Ordering::SeqCst);
        let mut held = self.state.lock().await;
        if let Some(token) = held.token.as_ref().filter(|token| Some(token.sign_in) != stale) {
            return Ok(token.clone());
        }
        if let Some(failure) = held.failure.as_ref().filter(|failure| failure.sign_in > seen) {
            return Err(
                CaError::new(failure.class, KIND, "sign in", failure.detail.clone())
                    .with_retry_after(failure.retry_after),
            );
        }
        let number = self.ended.load(Ordering::SeqCst) + 1;
        held.token = None;
        let outcome = sign_in.await;
        self.ended.store(number, Ordering::SeqCst);
        match outcome {
            Ok(secret) => {
                let token = Token {
                    secret: Arc::new(secret),
                    sign_in: number,
                };
                held.token = Some(token.clone());
                held.failure = None;
                Ok(token)
            }
            Err(error) => {
                held.failure = Some(Refused {
                    sign_in: number,
                    class: error.class,
                    detail: error.detail.clone(),
                    retry_after: error.retry_after,
                });
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures_util::future::join_all;
    use secrecy::ExposeSecret;
    use tokio::sync::Semaphore;

    use super::*;

    async fn many(
        session: &Session,
        stale: Option<u64>,
        works: Result<&str, Class>,
    ) -> (Vec<Result<Token, CaError>>, usize) {
        let count = AtomicUsize::new(0);
        let open = Semaphore::new(0);
        let callers = join_all((0..50).map(|_| {
            session.token(stale, async {
                count.fetch_add(1, Ordering::SeqCst);
                // Every caller stands in line before the sign-in ends.
                let _permit = open.acquire().await;
                works
                    .map(SecretString::from)
                    .map_err(|class| CaError::new(class, KIND, "sign in", "no"))
            })
        }));
        let opener = async {
            tokio::task::yield_now().await;
            open.add_permits(100);
        };
        let (tokens, ()) = futures_util::future::join(callers, opener).await;
        (tokens, count.load(Ordering::SeqCst))
    }

    #[tokio::test]
    async fn many_callers_sign_in_once() {
        let session = Session::default();
        let (tokens, sign_ins) = many(&session, None, Ok("one")).await;
        assert_eq!(sign_ins, 1);
        assert!(
            tokens
                .iter()
                .all(|token| token.as_ref().unwrap().secret.expose_secret() == "one")
        );

        let (tokens, sign_ins) = many(&session, Some(1), Ok("two")).await;
        assert_eq!(sign_ins, 1, "a refused token is renewed once for all");
        assert!(tokens.iter().all(|token| token.as_ref().unwrap().sign_in == 2));
    }

    #[tokio::test]
    async fn a_failed_sign_in_is_shared_and_not_repeated_by_those_who_waited() {
        let session = Session::default();
        let (tokens, sign_ins) = many(&session, None, Err(Class::Unauthorized)).await;
        assert_eq!(sign_ins, 1);
        assert!(
            tokens
                .iter()
                .all(|token| token.as_ref().err().unwrap().class == Class::Unauthorized)
        );
        let (_, sign_ins) = many(&session, None, Ok("late")).await;
        assert_eq!(sign_ins, 1, "a later caller may try again");
    }
}
