//! What the staff of the CA and of the reseller do: decide, cancel, revoke, reissue, move money.

use std::sync::Arc;

use domain::Money;
use jiff::{Timestamp, civil::Date};

use crate::{
    catalogue,
    faults::FaultRule,
    order_form,
    record::{
        Certificate, CertificateRequest, CertificateStatus, Charge, ChargeKind, NameOrigin, Order, Payment,
    },
    shared::{Change, Shared, SimulatorError},
    state::Entry,
};

/// Decision on an organisation (OV and EV) or, as a refusal, on any open certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The organisation is verified; issue follows when the names are proven.
    Approve,
    /// The CA refuses.
    Reject {
        /// Why.
        reason: String,
    },
}

/// Whether the money comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refund {
    /// The order's sum goes back to the account.
    Full,
    /// Nothing goes back.
    Nothing,
}

impl Shared {
    /// Decides on a certificate that waits for it.
    pub(crate) fn decide(&self, id: i64, decision: Decision) -> Result<(), SimulatorError> {
        match decision {
            Decision::Reject { reason } => self.reject(id, &reason),
            Decision::Approve => {
                let now = self.clock.now();
                self.edit_open(id, |certificate| {
                    certificate.organisation_verified_at = Some(now);
                })?;
                self.nudge(id);
                Ok(())
            }
        }
    }

    /// Refuses an open certificate.
    pub(crate) fn reject(&self, id: i64, reason: &str) -> Result<(), SimulatorError> {
        self.edit_open(id, |certificate| {
            certificate.status = CertificateStatus::Rejected;
            certificate.reason = Some(reason.to_owned());
        })
    }

    /// Takes every name of an open certificate for proven, whatever the world says.
    pub(crate) fn take_for_proven(&self, id: i64) -> Result<(), SimulatorError> {
        let now = self.clock.now();
        self.edit_open(id, |certificate| {
            for control in &mut certificate.control {
                control.proven_at.get_or_insert(now);
            }
        })?;
        self.nudge(id);
        Ok(())
    }

    /// Cancels the order of a certificate: open ones end, issued ones are revoked.
    pub(crate) fn cancel(&self, id: i64, refund: Refund) -> Result<(), SimulatorError> {
        self.change(|change| {
            let order_id = certificate_in(change, id)?.order_id;
            let order = change
                .order(order_id)
                .cloned()
                .ok_or(SimulatorError::NoSuchOrder { id: order_id })?;
            if order.payment == Payment::Cancelled {
                return Ok(());
            }
            let certificates: Vec<Arc<Certificate>> = change.certificates_of(order_id).cloned().collect();
            for certificate in certificates {
                let status = match certificate.status {
                    CertificateStatus::Issued | CertificateStatus::Replaced => CertificateStatus::Revoked,
                    CertificateStatus::Pending | CertificateStatus::Validation => {
                        CertificateStatus::Cancelled
                    }
                    _ => continue,
                };
                let mut ended = Certificate::clone(&certificate);
                ended.status = status;
                ended.reason = Some("the order was cancelled".to_owned());
                change.put(Entry::Certificate(Arc::new(ended)));
            }
            if refund == Refund::Full && order.payment == Payment::Paid {
                self.give_back(change, &order)?;
            }
            let mut cancelled = Order::clone(&order);
            cancelled.payment = Payment::Cancelled;
            change.put(Entry::Order(Arc::new(cancelled)));
            Ok(())
        })
    }

    /// Revokes an issued certificate.
    pub(crate) fn revoke(&self, id: i64, reason: &str) -> Result<(), SimulatorError> {
        self.change(|change| {
            let certificate = certificate_in(change, id)?;
            if !matches!(
                certificate.status,
                CertificateStatus::Issued | CertificateStatus::Replaced
            ) {
                return Err(SimulatorError::NotIssued {
                    id,
                    status: certificate.status,
                });
            }
            let mut revoked = Certificate::clone(&certificate);
            revoked.status = CertificateStatus::Revoked;
            revoked.reason = Some(reason.to_owned());
            change.put(Entry::Certificate(Arc::new(revoked)));
            Ok(())
        })
    }

    /// Asks for another certificate of the same order within the paid term; the old one stands until the new one
    /// is issued.
    pub(crate) fn reissue(
        &self,
        id: i64,
        request: CertificateRequest,
    ) -> Result<Arc<Certificate>, SimulatorError> {
        let certificate = self.change(|change| {
            let old = self.reissuable(change, id)?;
            let next = self.successor(change, &old, request)?;
            Ok::<_, SimulatorError>(self.add_certificate(change, next))
        })?;
        self.nudge(certificate.id);
        Ok(certificate)
    }

    /// The CA reissues by itself: same CSR, same names, proven by what it knows, issued at once.
    pub(crate) fn reissue_by_itself(&self, id: i64) -> Result<Arc<Certificate>, SimulatorError> {
        let now = self.clock.now();
        let certificate = self.change(|change| {
            let old = self.reissuable(change, id)?;
            let mut request = old.request.clone();
            // Sectigo adds a unique value of its own when a key is used again.
            request.unique_value = self.random.unique_value();
            let mut next = self.successor(change, &old, request)?;
            next.organisation_verified_at = next.organisation_verified_at.or(Some(now));
            for control in &mut next.control {
                let stood = old
                    .issued
                    .as_ref()
                    .is_some_and(|issued| issued.names.contains(&control.approval.name));
                if stood || control.origin == NameOrigin::Ordered {
                    control.proven_at = Some(now);
                }
            }
            let next = Arc::new(next);
            change.put(Entry::Certificate(Arc::clone(&next)));
            Ok::<_, SimulatorError>(next)
        })?;
        self.issue(certificate.id)?;
        self.certificate(certificate.id)
    }

    /// Puts a word in place of a certificate's real status; nothing takes it away again.
    pub(crate) fn set_status_word(&self, id: i64, word: Option<String>) -> Result<(), SimulatorError> {
        self.change(|change| {
            let mut certificate = Certificate::clone(&*certificate_in(change, id)?);
            certificate.status_word = word;
            change.put(Entry::Certificate(Arc::new(certificate)));
            Ok(())
        })
    }

    /// Cancels a preorder that was not issued, with the money back.
    pub(crate) fn cancel_preorder(&self, id: i64) -> Result<(), SimulatorError> {
        self.change(|change| {
            let preorder = change
                .preorder(id)
                .cloned()
                .ok_or(SimulatorError::NoSuchPreorder { id })?;
            if preorder.cancelled || preorder.certificate_id.is_some() {
                return Ok(());
            }
            let mut cancelled = crate::record::Preorder::clone(&preorder);
            cancelled.cancelled = true;
            let charge = Charge {
                domain_name: Some(preorder.domain_name.clone()),
                nomenclature_id: Some(preorder.nomenclature_id),
                preorder_id: Some(id),
                ..self.movement(change, ChargeKind::Refund, preorder.price)?
            };
            change.put(Entry::Charge(charge));
            change.put(Entry::Preorder(Arc::new(cancelled)));
            Ok(())
        })
    }

    /// Sets the balance, with a movement in the ledger for the difference; unpaid orders it covers are paid.
    pub(crate) fn set_balance(&self, to: Money) -> Result<Money, SimulatorError> {
        let difference = to.minus(self.balance())?;
        self.add_balance(difference)
    }

    /// Adds to the balance (or takes away); unpaid orders it covers are paid, oldest first.
    pub(crate) fn add_balance(&self, amount: Money) -> Result<Money, SimulatorError> {
        let unpaid: Vec<i64> = self.change(|change| {
            let (kind, size) = if amount.is_negative() {
                (ChargeKind::Withdrawal, amount.negated())
            } else {
                (ChargeKind::TopUp, amount)
            };
            let charge = self.movement(change, kind, size)?;
            change.put(Entry::Charge(charge));
            let unpaid = change
                .orders()
                .filter(|order| order.payment == Payment::Unpaid)
                .map(|order| order.id);
            Ok::<_, SimulatorError>(unpaid.collect())
        })?;
        for id in unpaid {
            match self.pay_order(id) {
                Ok(_) | Err(SimulatorError::BalanceTooLow { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.balance())
    }

    /// Moves business time on.
    pub(crate) fn advance_clock(&self, by: jiff::SignedDuration) -> Result<Timestamp, SimulatorError> {
        let offset = self.clock.advance(by)?;
        self.keep_offset(offset)
    }

    /// Sets business time to an instant that is not in its past.
    pub(crate) fn set_clock(&self, to: Timestamp) -> Result<Timestamp, SimulatorError> {
        let offset = self.clock.set(to)?;
        self.keep_offset(offset)
    }

    /// Adds a fault rule and returns its id.
    pub(crate) fn add_fault(&self, rule: FaultRule) -> Result<u64, SimulatorError> {
        let id = self.faults.add(rule)?;
        self.keep_faults()?;
        Ok(id)
    }

    /// Removes one fault rule, or all; returns how many went.
    pub(crate) fn remove_faults(&self, id: Option<u64>) -> Result<usize, SimulatorError> {
        let removed = self.faults.remove(id);
        self.keep_faults()?;
        Ok(removed)
    }

    /// Keeps the fault rules as they now are.
    pub(crate) fn keep_faults(&self) -> Result<(), SimulatorError> {
        self.change(|change| {
            change.put(Entry::Faults(self.faults.rules()));
            Ok(())
        })
    }

    /// One certificate.
    pub(crate) fn certificate(&self, id: i64) -> Result<Arc<Certificate>, SimulatorError> {
        self.state
            .lock()
            .certificate(id)
            .cloned()
            .ok_or(SimulatorError::NoSuchCertificate { id })
    }

    /// Changes a certificate that is still open.
    pub(crate) fn edit_open(
        &self,
        id: i64,
        edit: impl FnOnce(&mut Certificate),
    ) -> Result<(), SimulatorError> {
        self.change(|change| {
            let certificate = certificate_in(change, id)?;
            if !certificate.status.is_open() {
                return Err(SimulatorError::NotOpen {
                    id,
                    status: certificate.status,
                });
            }
            let mut edited = Certificate::clone(&certificate);
            edit(&mut edited);
            change.put(Entry::Certificate(Arc::new(edited)));
            Ok(())
        })
    }

    /// Whether an organisation verified then may still be relied on (BR 4.2.1: 825 days, 398 since 2026-03-15).
    pub(crate) fn organisation_is_fresh(&self, verified_at: Timestamp) -> bool {
        let today = self.clock.today();
        let reuse_days = if today < jiff::civil::date(2026, 3, 15) {
            825
        } else {
            398
        };
        self.clock.now().duration_since(verified_at) <= jiff::SignedDuration::from_hours(24 * reuse_days)
    }

    fn keep_offset(&self, offset: i64) -> Result<Timestamp, SimulatorError> {
        self.change(|change| {
            change.put(Entry::ClockOffset(offset));
            Ok::<_, SimulatorError>(())
        })?;
        Ok(self.clock.now())
    }

    fn reissuable(&self, change: &Change<'_>, id: i64) -> Result<Arc<Certificate>, SimulatorError> {
        let old = certificate_in(change, id)?;
        let stands = matches!(
            old.status,
            CertificateStatus::Issued | CertificateStatus::Replaced
        );
        let term_runs = self.today() < old.term.end;
        if !stands || !term_runs {
            return Err(SimulatorError::NotIssued {
                id,
                status: old.status,
            });
        }
        Ok(old)
    }

    fn today(&self) -> Date {
        self.clock.today()
    }

    fn successor(
        &self,
        change: &Change<'_>,
        old: &Certificate,
        request: CertificateRequest,
    ) -> Result<Certificate, SimulatorError> {
        let product = catalogue::find(request.nomenclature_id)
            .ok_or(SimulatorError::NoSuchCertificate { id: old.id })?;
        // The newest certificate of the order stands; it is the one that is replaced.
        let standing = change
            .certificates_of(old.order_id)
            .filter(|certificate| certificate.status == CertificateStatus::Issued)
            .last()
            .map_or(old.id, |certificate| certificate.id);
        let same_organisation = request.organisation == old.request.organisation;
        Ok(Certificate {
            id: change.next_certificate_id(),
            control: order_form::control_of(&request, product),
            organisation_verified_at: old.organisation_verified_at.filter(|_| same_organisation),
            request,
            status: CertificateStatus::Pending,
            reason: None,
            status_word: None,
            created_at: self.clock.now(),
            issuer_order_number: self.random.issuer_order_number(),
            issued: None,
            replaces: Some(standing),
            order_id: old.order_id,
            preorder_id: old.preorder_id,
            years: old.years,
            term: old.term,
        })
    }

    fn give_back(&self, change: &mut Change<'_>, order: &Order) -> Result<(), SimulatorError> {
        let paid_before = order
            .items
            .iter()
            .find_map(|item| item.preorder_id.map(|id| (id, item.price)));
        let (preorder_id, amount) = match paid_before {
            Some((id, price)) => (Some(id), price),
            None => (None, order.sum),
        };
        let first = order.items.first();
        let refund = Charge {
            order_id: Some(order.id),
            preorder_id,
            domain_name: first.map(|item| item.request.names.main().clone()),
            nomenclature_id: first.map(|item| item.request.nomenclature_id),
            ..self.movement(change, ChargeKind::Refund, amount)?
        };
        change.put(Entry::Charge(refund));
        Ok(())
    }

    /// A movement of money with nothing else in it.
    fn movement(
        &self,
        change: &Change<'_>,
        kind: ChargeKind,
        amount: Money,
    ) -> Result<Charge, SimulatorError> {
        let held = self.held(change);
        let balance = match kind {
            ChargeKind::Purchase | ChargeKind::Withdrawal => held.minus(amount)?,
            ChargeKind::Opening | ChargeKind::Refund | ChargeKind::TopUp => held.plus(amount)?,
        };
        Ok(Charge {
            id: change.next_charge_id(),
            at: self.clock.now(),
            kind,
            amount,
            balance,
            order_id: None,
            preorder_id: None,
            domain_name: None,
            nomenclature_id: None,
            days: None,
            unique_value: None,
        })
    }
}

fn certificate_in(change: &Change<'_>, id: i64) -> Result<Arc<Certificate>, SimulatorError> {
    change
        .certificate(id)
        .cloned()
        .ok_or(SimulatorError::NoSuchCertificate { id })
}
