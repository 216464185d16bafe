//! Sign-in and tokens.

use jiff::SignedDuration;
use secrecy::ExposeSecret as _;

use crate::{
    faults::{ActiveFaults, Fault},
    record::Session,
    refusal::Refusal,
    shared::{Shared, SimulatorError},
    state::Entry,
};

/// The account's user id in answers.
pub(crate) const USER_ID: i64 = 4711;

impl Shared {
    /// Makes a token for the right login and password.
    pub(crate) fn sign_in(
        &self,
        login: &str,
        password: &str,
        faults: &ActiveFaults,
    ) -> Result<String, Refusal> {
        let is_known = login.eq_ignore_ascii_case(&self.config.user);
        if !is_known || password != self.config.password.expose_secret() {
            return Err(Refusal::unauthorized("Invalid login or password"));
        }
        let token = self.random.token();
        let ends_others = faults.has(&Fault::TokenSingle) || self.faults.stands(&Fault::TokenSingle);
        self.change(|change| {
            if ends_others {
                change.put(Entry::SessionsForgotten);
            }
            change.put(Entry::Session(Session {
                token: token.clone(),
                at: self.clock.now(),
            }));
            Ok::<_, SimulatorError>(())
        })?;
        Ok(token)
    }

    /// Whether a token opens the API.
    pub(crate) fn check_token(&self, token: Option<&str>, faults: &ActiveFaults) -> Result<(), Refusal> {
        let refused = || Refusal::unauthorized("Invalid auth token");
        let session = token
            .and_then(|token| self.state.lock().session(token).cloned())
            .ok_or_else(refused)?;
        let life = faults.find(|fault| match fault {
            Fault::TokenExpiry { seconds } => Some(SignedDuration::from_secs(*seconds)),
            _ => None,
        });
        let age = self.clock.now().duration_since(session.at);
        if life.is_some_and(|life| age >= life) {
            return Err(refused());
        }
        Ok(())
    }

    /// Ends every session: the next call with an old token is refused.
    pub(crate) fn forget_sessions(&self) -> Result<(), SimulatorError> {
        self.change(|change| {
            change.put(Entry::SessionsForgotten);
            Ok(())
        })
    }
}
