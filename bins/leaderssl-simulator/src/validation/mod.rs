//! The CA's side of domain control: looks at DNS and web servers until every name is proven, then issues.
//!
//! Paced by the runtime's monotonic time, never by business time. A new or changed certificate is looked at at once,
//! then ever more seldom, every five seconds in the end.

mod caa;
mod resolver;
mod web;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use domain::DomainName;
use futures_util::{StreamExt as _, stream};
use pki::RequestToken;
use tokio::{
    sync::{Semaphore, mpsc::UnboundedReceiver},
    task::JoinSet,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use self::{caa::Verdict, resolver::Resolver, web::WebFetcher};
use crate::{
    config::{Config, ValidationMode},
    faults::Fault,
    record::{Approval, Certificate, CertificateStatus, DcvType},
    shared::{Shared, SimulatorError},
    state::Entry,
};

/// How long automatic validation takes, so that a client sees a pending order first.
const AUTO_DELAY: Duration = Duration::from_millis(150);
/// Certificates looked at at the same time.
const CERTIFICATES_AT_ONCE: usize = 32;
/// Names of one certificate looked at at the same time.
const NAMES_AT_ONCE: usize = 8;

/// The validating half of the CA.
pub(crate) struct Validator {
    shared: Arc<Shared>,
    resolver: Resolver,
    web: WebFetcher,
}

/// Whether a certificate is to be looked at again without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Later,
    WhenNudged,
}

impl Validator {
    pub(crate) fn new(shared: Arc<Shared>, config: &Config) -> Result<Self, SimulatorError> {
        let resolver = Resolver::new(config.resolver)?;
        let web = WebFetcher::new(&resolver, config)?;
        Ok(Self {
            shared,
            resolver,
            web,
        })
    }

    /// Looks at certificates as they become due, until stopped.
    pub(crate) async fn run(self, mut nudges: UnboundedReceiver<i64>, stop: CancellationToken) {
        let validator = Arc::new(self);
        let permits = Arc::new(Semaphore::new(CERTIFICATES_AT_ONCE));
        let mut agenda = Agenda::default();
        let mut running: JoinSet<(i64, Next)> = JoinSet::new();
        let open: Vec<i64> = validator.shared.state.lock().open_certificates().collect();
        for id in open {
            agenda.nudge(id, Instant::now());
        }
        loop {
            let due = agenda.first_due();
            tokio::select! {
                () = stop.cancelled() => return,
                nudge = nudges.recv() => match nudge {
                    Some(id) => agenda.nudge(id, Instant::now() + validator.first_delay()),
                    None => return,
                },
                Some(done) = running.join_next() => {
                    if let Ok((id, next)) = done {
                        agenda.finish(id, next, Instant::now());
                    }
                }
                () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    while let Some(id) = agenda.take_due(Instant::now()) {
                        let (validator, permits) = (Arc::clone(&validator), Arc::clone(&permits));
                        running.spawn(async move {
                            let _permit = permits.acquire_owned().await;
                            (id, validator.look(id).await)
                        });
                    }
                }
            }
        }
    }

    fn first_delay(&self) -> Duration {
        match self.shared.config.validation {
            ValidationMode::Auto => AUTO_DELAY,
            ValidationMode::Real | ValidationMode::Off => Duration::ZERO,
        }
    }

    async fn look(&self, id: i64) -> Next {
        match self.advance(id).await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(
                    certificate.id = id,
                    error = &error as &dyn std::error::Error,
                    "validation failed"
                );
                Next::Later
            }
        }
    }

    /// Takes one certificate as far as it goes now.
    async fn advance(&self, id: i64) -> Result<Next, SimulatorError> {
        let certificate = self.shared.certificate(id)?;
        if !certificate.status.is_open() {
            return Ok(Next::WhenNudged);
        }
        let mode = self.shared.config.validation;
        if certificate.status == CertificateStatus::Pending {
            match mode {
                ValidationMode::Real => self.prove_names(&certificate).await?,
                ValidationMode::Auto => self.take_all(id)?,
                ValidationMode::Off => {}
            }
        }
        let certificate = self.shared.certificate(id)?;
        if !certificate.status.is_open() {
            return Ok(Next::WhenNudged);
        }
        if !certificate.names_are_proven() {
            return Ok(if mode == ValidationMode::Real {
                Next::Later
            } else {
                Next::WhenNudged
            });
        }
        if mode == ValidationMode::Real {
            match self.check_caa(&certificate).await {
                Verdict::Allowed => {}
                Verdict::Unknown => return Ok(Next::Later),
                Verdict::Forbidden(reason) => {
                    self.shared.reject(id, &reason)?;
                    return Ok(Next::WhenNudged);
                }
            }
        }
        if self.waits_for_organisation(&certificate) {
            self.shared.edit_open(id, |certificate| {
                certificate.status = CertificateStatus::Validation;
            })?;
            return Ok(Next::WhenNudged);
        }
        let shared = Arc::clone(&self.shared);
        // Signing, and above all making RSA keys for the first chain, takes long.
        match tokio::task::spawn_blocking(move || shared.issue(id)).await {
            Ok(issued) => issued?,
            Err(stopped) => tracing::error!(certificate.id = id, error = %stopped, "signing stopped"),
        }
        Ok(Next::WhenNudged)
    }

    fn waits_for_organisation(&self, certificate: &Certificate) -> bool {
        let needs_it = certificate
            .product()
            .is_some_and(|product| product.level.needs_organisation());
        let is_verified = certificate
            .organisation_verified_at
            .is_some_and(|at| self.shared.organisation_is_fresh(at));
        needs_it && !is_verified
    }

    fn take_all(&self, id: i64) -> Result<(), SimulatorError> {
        let now = self.shared.clock.now();
        self.shared.edit_open(id, |certificate| {
            certificate.organisation_verified_at = Some(now);
            for control in &mut certificate.control {
                control.proven_at.get_or_insert(now);
            }
        })
    }

    /// Looks for the proof of every name that is not proven and keeps what it finds.
    async fn prove_names(&self, certificate: &Certificate) -> Result<(), SimulatorError> {
        let waiting = certificate
            .control
            .iter()
            .filter(|control| control.proven_at.is_none());
        let looks: Vec<_> = waiting
            .map(|control| self.proven(certificate, control.approval.clone()))
            .collect();
        let proven: Vec<Approval> = stream::iter(looks)
            .buffer_unordered(NAMES_AT_ONCE)
            .filter_map(std::future::ready)
            .collect()
            .await;
        if proven.is_empty() {
            return Ok(());
        }
        let now = self.shared.clock.now();
        self.shared.change(|change| {
            let Some(current) = change
                .certificate(certificate.id)
                .filter(|current| current.status.is_open())
                .cloned()
            else {
                return Ok(());
            };
            let mut updated = Certificate::clone(&current);
            // A method changed while we looked makes what we found worthless.
            for control in updated
                .control
                .iter_mut()
                .filter(|control| proven.contains(&control.approval))
            {
                control.proven_at.get_or_insert(now);
            }
            change.put(Entry::Certificate(Arc::new(updated)));
            Ok(())
        })
    }

    async fn proven(&self, certificate: &Certificate, approval: Approval) -> Option<Approval> {
        self.is_proven(certificate, &approval).await.then_some(approval)
    }

    async fn is_proven(&self, certificate: &Certificate, approval: &Approval) -> bool {
        let token = certificate.request.token();
        match approval.dcv_type {
            // Proven when the code comes back.
            DcvType::Email => false,
            DcvType::Cname => self.has_cname(&token, &approval.name).await,
            DcvType::Http | DcvType::Https => {
                let body = self
                    .web
                    .fetch(approval.dcv_type, &approval.name, &token.file_path())
                    .await;
                body.is_some_and(|body| token.accepts_file_content(&self.read_legacy_zone(body)))
            }
        }
    }

    /// Looks at every authorization domain name, from the name itself up to its base domain.
    async fn has_cname(&self, token: &RequestToken, name: &DomainName) -> bool {
        for adn in name.authorization_candidates() {
            let owner = token.cname_host(&adn);
            let Some(found) = self.resolver.cname(&owner).await else {
                continue;
            };
            if token.accepts_cname_target(&self.read_legacy_zone(found)) {
                return true;
            }
            tracing::debug!(owner, "CNAME with another target");
        }
        false
    }

    /// Under [`Fault::LegacyComodoca`], the issuer's former name counts as the present one.
    fn read_legacy_zone(&self, found: String) -> String {
        if self.shared.faults.stands(&Fault::LegacyComodoca) {
            return found.replace("comodoca.com", "sectigo.com");
        }
        found
    }

    async fn check_caa(&self, certificate: &Certificate) -> Verdict {
        let Some(product) = certificate.product() else {
            return Verdict::Unknown;
        };
        for control in &certificate.control {
            let verdict = caa::check(
                &self.resolver,
                &control.approval.name,
                product.brand.caa_issuers(),
            )
            .await;
            if verdict != Verdict::Allowed {
                tracing::debug!(
                    certificate.id = certificate.id,
                    ?verdict,
                    "CAA does not allow issuance now"
                );
                return verdict;
            }
        }
        Verdict::Allowed
    }
}

/// Which certificate is to be looked at when.
#[derive(Debug, Default)]
struct Agenda {
    due: BTreeSet<(Instant, i64)>,
    slots: HashMap<i64, Slot>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    looks: u32,
    state: SlotState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SlotState {
    Due(Instant),
    Running,
    /// Nudged while running: to be looked at again at once.
    RunningAgain,
}

impl Agenda {
    fn nudge(&mut self, id: i64, at: Instant) {
        let state = match self.slots.get(&id).map(|slot| slot.state) {
            Some(SlotState::Running | SlotState::RunningAgain) => SlotState::RunningAgain,
            Some(SlotState::Due(before)) => {
                self.due.remove(&(before, id));
                SlotState::Due(before.min(at))
            }
            None => SlotState::Due(at),
        };
        if let SlotState::Due(at) = state {
            self.due.insert((at, id));
        }
        self.slots.insert(id, Slot { looks: 0, state });
    }

    fn first_due(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    fn take_due(&mut self, now: Instant) -> Option<i64> {
        let (at, id) = *self.due.first()?;
        if at > now {
            return None;
        }
        self.due.remove(&(at, id));
        if let Some(slot) = self.slots.get_mut(&id) {
            slot.state = SlotState::Running;
        }
        Some(id)
    }

    fn finish(&mut self, id: i64, next: Next, now: Instant) {
        let Some(slot) = self.slots.get_mut(&id) else {
            return;
        };
        let wait = match (slot.state, next) {
            (SlotState::RunningAgain, _) => Duration::ZERO,
            (_, Next::Later) => pause_after(slot.looks),
            (_, Next::WhenNudged) => {
                self.slots.remove(&id);
                return;
            }
        };
        slot.looks += 1;
        slot.state = SlotState::Due(now + wait);
        self.due.insert((now + wait, id));
    }
}

/// A tenth of a second at first, a second after ten looks, five seconds after a minute or so.
fn pause_after(looks: u32) -> Duration {
    match looks {
        0..4 => Duration::from_millis(100),
        4..10 => Duration::from_millis(250),
        10..60 => Duration::from_secs(1),
        _ => Duration::from_secs(5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agenda_runs_each_certificate_once_at_a_time_and_again_when_nudged() {
        let mut agenda = Agenda::default();
        let now = Instant::now();
        agenda.nudge(1, now);
        agenda.nudge(1, now + Duration::from_secs(9));
        assert_eq!(agenda.take_due(now), Some(1));
        assert_eq!(agenda.take_due(now), None);
        agenda.nudge(1, now);
        assert_eq!(agenda.take_due(now), None, "it is running");
        agenda.finish(1, Next::WhenNudged, now);
        assert_eq!(agenda.take_due(now), Some(1), "it was nudged meanwhile");
        agenda.finish(1, Next::Later, now);
        assert_eq!(agenda.take_due(now), None);
        assert_eq!(agenda.take_due(now + Duration::from_secs(1)), Some(1));
        agenda.finish(1, Next::WhenNudged, now);
        assert!(agenda.first_due().is_none() && agenda.slots.is_empty());
    }
}
