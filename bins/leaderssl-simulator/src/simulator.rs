//! The running simulator and its handle.

use std::{net::SocketAddr, sync::Arc};

use domain::{DomainName, Money};
use jiff::{SignedDuration, Timestamp};
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    api::{
        self,
        line::{CuttableListener, Line},
    },
    config::Config,
    desk::{Decision, Refund},
    faults::FaultRule,
    management,
    record::{Certificate, Charge, ChargeKind, KeyFamily, Mail, Order},
    shared::{Shared, SimulatorError},
    state::Entry,
    validation::Validator,
};

/// A running simulator: its listeners, its validation, and direct access to what it knows.
///
/// Dropping it stops it at once; [`Simulator::shutdown`] waits until it has stopped.
pub struct Simulator {
    shared: Arc<Shared>,
    management_address: SocketAddr,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Simulator {
    /// Opens the state, binds both listeners and begins to validate.
    ///
    /// # Errors
    /// When a port is taken, the state file cannot be used, or the system's resolver configuration cannot be read.
    pub async fn start(config: Config) -> Result<Self, SimulatorError> {
        let api_listener = bind(config.listen).await?;
        let management_listener = bind(config.management).await?;
        let api_address = address_of(&api_listener, config.listen)?;
        let management_address = address_of(&management_listener, config.management)?;

        let (agenda, nudges) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::open(config.clone(), api_address, agenda)?);
        let validator = Validator::new(Arc::clone(&shared), &config)?;

        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let api = api::router(Arc::clone(&shared)).into_make_service_with_connect_info::<Line>();
        let management = management::router(Arc::clone(&shared));
        let token = stop.clone();
        tasks.spawn(async move {
            let serving = axum::serve(CuttableListener(api_listener), api);
            tokio::select! {
                () = token.cancelled() => {}
                result = serving => log_end("API", result),
            }
        });
        let token = stop.clone();
        tasks.spawn(async move {
            let serving = axum::serve(management_listener, management);
            tokio::select! {
                () = token.cancelled() => {}
                result = serving => log_end("management", result),
            }
        });
        tasks.spawn(validator.run(nudges, stop.clone()));
        Ok(Self {
            shared,
            management_address,
            stop,
            tasks,
        })
    }

    /// Base URL of the API, `http://127.0.0.1:PORT/api/v1`.
    pub fn api_url(&self) -> String {
        format!("http://{}{}", self.shared.api_address, api::BASE_PATH)
    }

    /// URL of the management listener, without a slash at the end.
    pub fn management_url(&self) -> String {
        format!("http://{}", self.management_address)
    }

    /// Stops listening and validating, and waits for both.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }

    /// Every movement of money, oldest first.
    pub fn ledger(&self) -> Vec<Charge> {
        self.shared.state.lock().ledger().to_vec()
    }

    /// Purchases only, oldest first.
    pub fn purchases(&self) -> Vec<Charge> {
        let state = self.shared.state.lock();
        state
            .ledger()
            .iter()
            .filter(|charge| charge.kind == ChargeKind::Purchase)
            .cloned()
            .collect()
    }

    /// Every order, oldest first.
    pub fn orders(&self) -> Vec<Arc<Order>> {
        self.shared.state.lock().orders().cloned().collect()
    }

    /// Every certificate record, oldest first.
    pub fn certificates(&self) -> Vec<Arc<Certificate>> {
        self.shared.state.lock().certificates().cloned().collect()
    }

    /// One certificate record.
    ///
    /// # Errors
    /// When there is none.
    pub fn certificate(&self, id: i64) -> Result<Arc<Certificate>, SimulatorError> {
        self.shared.certificate(id)
    }

    /// Waits until a certificate is as wanted, however long that takes.
    ///
    /// # Errors
    /// When there is no such certificate.
    pub async fn wait_for(
        &self,
        id: i64,
        is_wanted: impl Fn(&Certificate) -> bool,
    ) -> Result<Arc<Certificate>, SimulatorError> {
        let mut changes = self.shared.changes.subscribe();
        loop {
            let certificate = self.shared.certificate(id)?;
            if is_wanted(&certificate) {
                return Ok(certificate);
            }
            if changes.changed().await.is_err() {
                return Ok(certificate);
            }
        }
    }

    /// The mails that the CA sent, oldest first.
    pub fn mailbox(&self) -> Vec<Arc<Mail>> {
        self.shared.state.lock().mails().cloned().collect()
    }

    /// Empties the mailbox; codes of mails that are gone confirm nothing.
    ///
    /// # Errors
    /// When the state cannot be kept.
    pub fn clear_mailbox(&self) -> Result<(), SimulatorError> {
        self.shared.change(|change| {
            change.put(Entry::MailboxCleared);
            Ok(())
        })
    }

    /// Does what opening a mail's link does; returns the names approved.
    ///
    /// # Errors
    /// [`SimulatorError::BadCode`] for a code that is unknown or too old.
    pub fn confirm_mail(&self, code: &str) -> Result<Vec<DomainName>, SimulatorError> {
        self.shared.confirm_mail(code)
    }

    /// Business time.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Moves business time on and returns it.
    ///
    /// # Errors
    /// When asked to go back or too far, or the state cannot be kept.
    pub fn advance_clock(&self, by: SignedDuration) -> Result<Timestamp, SimulatorError> {
        self.shared.advance_clock(by)
    }

    /// Sets business time to an instant that is not in its past.
    ///
    /// # Errors
    /// As [`Simulator::advance_clock`].
    pub fn set_clock(&self, to: Timestamp) -> Result<Timestamp, SimulatorError> {
        self.shared.set_clock(to)
    }

    /// What the account holds.
    pub fn balance(&self) -> Money {
        self.shared.balance()
    }

    /// Sets what the account holds; unpaid orders it covers are paid.
    ///
    /// # Errors
    /// For another currency than the account's, and when the state cannot be kept.
    pub fn set_balance(&self, to: Money) -> Result<Money, SimulatorError> {
        self.shared.set_balance(to)
    }

    /// Adds to what the account holds; unpaid orders it covers are paid.
    ///
    /// # Errors
    /// As [`Simulator::set_balance`].
    pub fn add_balance(&self, amount: Money) -> Result<Money, SimulatorError> {
        self.shared.add_balance(amount)
    }

    /// Pays an order that waits for money.
    ///
    /// # Errors
    /// When there is none or the balance does not cover it.
    pub fn pay_order(&self, id: i64) -> Result<(), SimulatorError> {
        self.shared.pay_order(id).map(drop)
    }

    /// Switches a fault on; returns the rule's id.
    ///
    /// # Errors
    /// For a rule that cannot be.
    pub fn inject_fault(&self, rule: FaultRule) -> Result<u64, SimulatorError> {
        self.shared.add_fault(rule)
    }

    /// The fault rules in force.
    pub fn faults(&self) -> Vec<FaultRule> {
        self.shared.faults.rules()
    }

    /// Switches every fault off.
    ///
    /// # Errors
    /// When the state cannot be kept.
    pub fn clear_faults(&self) -> Result<(), SimulatorError> {
        self.shared.remove_faults(None).map(drop)
    }

    /// The tokens in force, to be looked for where none may be.
    pub fn session_tokens(&self) -> Vec<String> {
        self.shared
            .state
            .lock()
            .session_tokens()
            .map(str::to_owned)
            .collect()
    }

    /// Ends every session, as if all tokens had expired.
    ///
    /// # Errors
    /// When the state cannot be kept.
    pub fn forget_sessions(&self) -> Result<(), SimulatorError> {
        self.shared.forget_sessions()
    }

    /// Takes every name of a certificate for proven, whatever the world says.
    ///
    /// # Errors
    /// When it is not open.
    pub fn take_for_proven(&self, certificate_id: i64) -> Result<(), SimulatorError> {
        self.shared.take_for_proven(certificate_id)
    }

    /// Decides on a certificate that waits for it.
    ///
    /// # Errors
    /// When it is not open.
    pub fn decide(&self, certificate_id: i64, decision: Decision) -> Result<(), SimulatorError> {
        self.shared.decide(certificate_id, decision)
    }

    /// Cancels the order of a certificate.
    ///
    /// # Errors
    /// When there is none.
    pub fn cancel(&self, certificate_id: i64, refund: Refund) -> Result<(), SimulatorError> {
        self.shared.cancel(certificate_id, refund)
    }

    /// Revokes an issued certificate.
    ///
    /// # Errors
    /// When it was not issued.
    pub fn revoke(&self, certificate_id: i64, reason: &str) -> Result<(), SimulatorError> {
        self.shared.revoke(certificate_id, reason)
    }

    /// The CA reissues by itself: a new certificate record of the same order, issued at once.
    ///
    /// # Errors
    /// When nothing was issued or the paid term is over.
    pub fn reissue_by_itself(&self, certificate_id: i64) -> Result<Arc<Certificate>, SimulatorError> {
        self.shared.reissue_by_itself(certificate_id)
    }

    /// Puts a word in place of a certificate's status; none brings the real one back.
    ///
    /// # Errors
    /// When there is no such certificate.
    pub fn set_status_word(&self, certificate_id: i64, word: Option<String>) -> Result<(), SimulatorError> {
        self.shared.set_status_word(certificate_id, word)
    }

    /// Both roots as PEM, EC first. The first call makes RSA keys and takes a moment.
    ///
    /// # Errors
    /// When keys cannot be made or kept.
    pub fn root_pem(&self) -> Result<String, SimulatorError> {
        let [_, ec] = self.shared.chain(KeyFamily::Ec)?;
        let [_, rsa] = self.shared.chain(KeyFamily::Rsa)?;
        Ok(ec + &rsa)
    }

    /// The root of one key family as PEM.
    ///
    /// # Errors
    /// As [`Simulator::root_pem`].
    pub fn root_pem_of(&self, family: KeyFamily) -> Result<String, SimulatorError> {
        let [_, root] = self.shared.chain(family)?;
        Ok(root)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, SimulatorError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| SimulatorError::Listen { address, source })
}

fn address_of(listener: &TcpListener, asked: SocketAddr) -> Result<SocketAddr, SimulatorError> {
    listener.local_addr().map_err(|source| SimulatorError::Listen {
        address: asked,
        source,
    })
}

fn log_end(listener: &str, result: std::io::Result<()>) {
    if let Err(error) = result {
        tracing::error!(%error, listener, "listener ended");
    }
}
