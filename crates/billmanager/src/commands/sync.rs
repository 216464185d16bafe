//! Looking at the CA: state, certificate, dates, and the reissue that is due (protocol facts §12.9, §16.2).
//!
//! A certificate is saved after it was verified, and every step is skipped that was done before, so that a run which was killed is gone on
//! with by the next.

use std::pin::Pin;

use ca::{CaOrderRef, CaState, OrderSnapshot};
use domain::{
    name::{DomainName, NameSet},
    product::ValidationLevel,
    rules::{DatedRules, Lead, Product},
    term::{PaidTerm, shown_dates},
};
use jiff::civil::Date;
use pki::{
    Certificate,
    issued::{Ordered, verify_issued},
};

use super::{buying, order, reissuing};
use crate::{
    Failure, Kind,
    connection::DateField,
    filed::{Filed, Purpose},
    lock::ItemLock,
    run::{Account, Session},
    service::{ORDER, Service, date, status},
    template::Flag,
    texts::TaskText,
};

/// How often a look follows an order that took the place of another.
const MOST_STEPS: usize = 3;

/// Looks at the CA for one service.
pub(super) async fn sync_item(session: &Session) -> Result<(), Failure> {
    let item = session.item()?;
    let _lock = ItemLock::take(&session.root, session.module, &*session.records, item).await?;
    let service = Service::read(&*session.records, item).await?;
    if service.order().is_none() && service.filed()?.is_none() {
        tracing::info!(item, "the service was never ordered");
        return Ok(());
    }
    let account = session.account(service.row.connection).await?;
    look(session, &account, item).await
}

/// Looks at the CA; the caller has the service's lock.
pub(super) fn look<'a>(session: &'a Session, account: &'a Account, item: u64) -> Looking<'a> {
    Box::pin(look_on(session, account, item))
}

/// On the heap: a look is a large future, and commands hold it among others.
type Looking<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + 'a>>;

async fn look_on(session: &Session, account: &Account, item: u64) -> Result<(), Failure> {
    for _ in 0..MOST_STEPS {
        let mut look = Look {
            session,
            account,
            service: Service::read(&*session.records, item).await?,
        };
        if look.step().await? == Next::Nothing {
            return Ok(());
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Nothing,
    /// The service has another order now.
    LookAgain,
}

struct Look<'a> {
    session: &'a Session,
    account: &'a Account,
    service: Service,
}

impl Look<'_> {
    async fn step(&mut self) -> Result<Next, Failure> {
        let filed = self.service.filed()?;
        self.take_over(filed.as_ref()).await?;
        let Some(order) = self.service.order() else {
            return Ok(Next::Nothing);
        };
        let snapshot = self.account.connector.order_state(&order).await?;
        tracing::info!(item = self.service.id(), %order, state = snapshot.state.word(), raw = snapshot.raw_status, "the CA's order");
        if !snapshot.ca_order.as_str().is_empty() && snapshot.ca_order != order {
            buying::save(self.session, &mut self.service, ORDER, snapshot.ca_order.as_str()).await?;
        }
        match &snapshot.state {
            CaState::Issued => self.issued(filed.as_ref(), &snapshot).await,
            CaState::Replaced => self.replaced(&snapshot).await,
            CaState::Expired => self.reissue_if_due(filed.as_ref(), &snapshot.ca_order).await,
            CaState::Rejected | CaState::Cancelled | CaState::Revoked => self.ended(filed, &snapshot).await,
            CaState::Pending | CaState::Validation | CaState::AwaitingPayment | CaState::Unknown(_) => {
                if self.service.status() != status::WAITING {
                    self.set_status(status::WAITING).await?;
                }
                buying::tell_validations(self.session, self.account, &mut self.service, &snapshot.ca_order)
                    .await?;
                Ok(Next::Nothing)
            }
        }
    }

    /// An order that the CA has taken is the service's, though the run that made it was killed before it could say so. Its operation goes on
    /// by itself.
    async fn take_over(&mut self, filed: Option<&Filed>) -> Result<(), Failure> {
        let Some((filed, order)) = filed.and_then(|filed| Some((filed, filed.order()?))) else {
            return Ok(());
        };
        let is_ours = self.service.order().is_none() || self.service.order() == filed.former;
        if !filed.is_done && is_ours && self.service.order().as_ref() != Some(order) {
            buying::adopt(self.session, self.account, &mut self.service, order).await?;
        }
        Ok(())
    }

    async fn issued(&mut self, filed: Option<&Filed>, snapshot: &OrderSnapshot) -> Result<Next, Failure> {
        let stored = Certificate::parse(self.service.certificate.crt.as_bytes()).ok();
        let is_told_known = stored
            .as_ref()
            .is_some_and(|stored| self.is_told(stored, snapshot));
        let is_known = self.service.status() == status::ISSUED && is_told_known;
        if !is_known && !self.fetch(filed, stored.as_ref(), &snapshot.ca_order).await? {
            return Ok(Next::Nothing);
        }
        self.deliver(filed, snapshot).await?;
        self.service = Service::read(&*self.session.records, self.service.id()).await?;
        let filed = self.service.filed()?;
        self.reissue_if_due(filed.as_ref(), &snapshot.ca_order).await
    }

    /// Whether the CA tells of the certificate that is stored: then it need not be fetched every day.
    fn is_told(&self, stored: &Certificate, snapshot: &OrderSnapshot) -> bool {
        let ends = self.account.clock.day_of(stored.not_after());
        let serial = |text: &str| -> String {
            let digits = text.chars().filter(char::is_ascii_hexdigit);
            let digits: String = digits.flat_map(char::to_uppercase).collect();
            digits.trim_start_matches('0').to_owned()
        };
        snapshot.valid_to == Some(ends)
            && snapshot
                .serial
                .as_deref()
                .is_some_and(|told| serial(told) == serial(stored.serial()))
    }

    /// Fetches, verifies and saves. False when the CA still shows the certificate before a reissue.
    async fn fetch(
        &mut self,
        filed: Option<&Filed>,
        stored: Option<&Certificate>,
        order: &CaOrderRef,
    ) -> Result<bool, Failure> {
        let fetched = self.account.connector.fetch_certificate(order).await?;
        let wrong = |why: String| Failure::new(Kind::WrongCertificate).saying(why);
        let leaf = Certificate::from_der(&fetched.leaf).map_err(|error| wrong(error.to_string()))?;
        let is_stored = stored.is_some_and(|stored| stored.fingerprint() == leaf.fingerprint());
        if is_stored {
            let waits = filed.is_some_and(|filed| {
                let is_reissue = matches!(filed.purpose, Purpose::Reissue | Purpose::Reopen);
                is_reissue && filed.order() == Some(order) && !has_brought(filed, &leaf)
            });
            if waits && self.service.status() != status::WAITING {
                self.set_status(status::WAITING).await?;
            }
            return Ok(!waits);
        }
        let bag: Vec<Certificate> = fetched
            .bag
            .iter()
            .filter_map(|der| Certificate::from_der(der).ok())
            .collect();
        let (key, names) = self.ordered(filed, order)?;
        let extras = twins(&names);
        let ordered = Ordered {
            key,
            names: &names,
            declared_extras: &extras,
        };
        let now = domain::Clock::now(&self.account.clock);
        let verified = verify_issued(&leaf, &bag, ordered, &[], now)
            .map_err(|error| wrong(error.to_string()).about(error.code()).because(error))?;
        let pem: String = verified.chain.served().map(Certificate::to_pem).collect();
        self.session
            .host
            .save_certificate(self.service.id(), &pem)
            .await?;
        self.service.certificate.crt = pem;
        Ok(true)
    }

    /// Key and names of what was ordered: as they were then, for the host's may have been changed by a reissue that is to come.
    fn ordered(
        &self,
        filed: Option<&Filed>,
        order: &CaOrderRef,
    ) -> Result<(pki::KeyFingerprint, NameSet), Failure> {
        let of_order = filed.filter(|filed| filed.order() == Some(order));
        if let Some(filed) = of_order {
            let csr = pki::Csr::parse(filed.purchase.csr().der())
                .map_err(|_| Failure::value("certificate", "csr"))?;
            return Ok((csr.key().fingerprint(), filed.purchase.names().clone()));
        }
        let csr = self.service.csr()?;
        let kind = order::kind(&self.session.templates(), &self.service);
        let names = self.service.names(&csr, kind)?;
        Ok((csr.key().fingerprint(), names))
    }

    /// Dates, status, activation.
    async fn deliver(&mut self, filed: Option<&Filed>, snapshot: &OrderSnapshot) -> Result<(), Failure> {
        let leaf = Certificate::parse(self.service.certificate.crt.as_bytes())
            .map_err(|error| Failure::new(Kind::WrongCertificate).saying(error.to_string()))?;
        let end_date = self.account.clock.day_of(leaf.not_after());
        self.write_dates(filed, snapshot, end_date).await?;
        let item = self.service.id();
        if self.service.status() != status::ISSUED {
            // The status last: as long as it is another, the next run comes here again.
            self.session.host.post("certificate.open", item).await?;
            buying::finish(self.session, item).await?;
            self.set_status(status::ISSUED).await?;
        }
        Ok(())
    }

    async fn write_dates(
        &mut self,
        filed: Option<&Filed>,
        snapshot: &OrderSnapshot,
        end_date: Date,
    ) -> Result<(), Failure> {
        let fields = self.account.parameters.date_fields()?;
        self.write_date(&fields.end_date, Some(end_date)).await?;
        let stored = self.read_date(&fields.paid_till);
        let Some(term) = self.term(filed, stored, snapshot) else {
            return Ok(());
        };
        // Once it was shown to be a subscription it stays one, until the next term.
        let dates = shown_dates(term, Some(end_date), stored == Some(term.end));
        self.write_date(&fields.paid_till, dates.paid_till).await
    }

    fn term(
        &self,
        filed: Option<&Filed>,
        paid_till: Option<Date>,
        snapshot: &OrderSnapshot,
    ) -> Option<PaidTerm> {
        let day_of = |at| self.account.clock.day_of(at);
        let mut term = self.service.term(paid_till, filed, day_of)?;
        if let Some(end) = snapshot.term_to.filter(|end| *end > term.start) {
            // A CA counts 365 days for a year; a day or two of drift is none of the client's loss.
            if (end - term.end).get_days().abs() > 3 {
                term.end = end;
            }
        }
        Some(term)
    }

    fn read_date(&self, field: &DateField) -> Option<Date> {
        match field {
            DateField::ExpireDate => date(&self.service.row.expire_date),
            DateField::Parameter(name) => date(self.service.param(name)),
            DateField::Nowhere => None,
        }
    }

    async fn write_date(&mut self, field: &DateField, day: Option<Date>) -> Result<(), Failure> {
        if self.read_date(field) == day {
            return Ok(());
        }
        let item = self.service.id();
        let host = &self.session.host;
        match (field, day) {
            (DateField::Nowhere, _) | (DateField::ExpireDate, None) => {}
            (DateField::ExpireDate, Some(day)) => {
                host.set_expire_date(item, day).await?;
                self.service.row.expire_date = day.to_string();
            }
            (DateField::Parameter(name), Some(day)) => {
                host.save_param(item, name, &day.to_string()).await?;
                self.service.params.insert(name.clone(), day.to_string());
            }
            (DateField::Parameter(name), None) => {
                host.drop_param(item, name).await?;
                self.service.params.remove(name);
            }
        }
        Ok(())
    }

    async fn set_status(&mut self, status: u8) -> Result<(), Failure> {
        self.session.host.set_status(self.service.id(), status).await?;
        self.service
            .params
            .insert("service_status".to_owned(), status.to_string());
        Ok(())
    }

    /// Another order took its place at the CA: a person reissued there, or the CA did by itself.
    async fn replaced(&mut self, snapshot: &OrderSnapshot) -> Result<Next, Failure> {
        let Some(next) = &snapshot.replaced_by else {
            tracing::warn!(
                item = self.service.id(),
                "the order was replaced, and the CA does not say by which"
            );
            return Ok(Next::Nothing);
        };
        buying::save(self.session, &mut self.service, ORDER, next.as_str()).await?;
        Ok(Next::LookAgain)
    }

    /// The CA will not issue. A reissue that it refused is no end of the service: the certificate before it is still good.
    async fn ended(&mut self, filed: Option<Filed>, snapshot: &OrderSnapshot) -> Result<Next, Failure> {
        let reissue = filed.filter(|filed| matches!(filed.purpose, Purpose::Reissue | Purpose::Reopen));
        let former = reissue.as_ref().and_then(|filed| {
            let is_of_reissue = filed.order() == Some(&snapshot.ca_order);
            filed
                .former
                .clone()
                .filter(|former| is_of_reissue && *former != snapshot.ca_order)
        });
        if let Some(former) = former {
            let values = [
                ("state", snapshot.raw_status.as_str()),
                ("order", snapshot.ca_order.as_str()),
            ];
            let text = TaskText::ReissueRefused.say(self.session.language(), &values);
            let present = Certificate::parse(self.service.certificate.crt.as_bytes());
            let end_date = present.map_or(Date::MIN, |leaf| self.account.clock.day_of(leaf.not_after()));
            reissuing::hand_over(self.session, &mut self.service, end_date, &text).await?;
            buying::save(self.session, &mut self.service, ORDER, former.as_str()).await?;
            buying::finish(self.session, self.service.id()).await?;
            self.set_status(status::ISSUED).await?;
            return Ok(Next::Nothing);
        }
        if self.service.status() != status::FAILED {
            self.session
                .host
                .post("certificate.failed", self.service.id())
                .await?;
            self.set_status(status::FAILED).await?;
        }
        Ok(Next::Nothing)
    }

    /// Issues again when the plan of the service wants it.
    async fn reissue_if_due(&mut self, filed: Option<&Filed>, order: &CaOrderRef) -> Result<Next, Failure> {
        let Ok(leaf) = Certificate::parse(self.service.certificate.crt.as_bytes()) else {
            return Ok(Next::Nothing);
        };
        let clock = &self.account.clock;
        let (issued_on, end_date) = (clock.day_of(leaf.not_before()), clock.day_of(leaf.not_after()));
        let is_under_way = filed.is_some_and(|filed| filed.belongs_to(Purpose::Reissue, None));
        let fields = self.account.parameters.date_fields()?;
        let stored = self.read_date(&fields.paid_till);
        let term = self.service.term(stored, filed, |at| clock.day_of(at));
        let is_due = term.is_some_and(|term| self.is_due(term, issued_on, end_date));
        if !is_due && !is_under_way {
            return Ok(Next::Nothing);
        }
        let (session, account) = (self.session, self.account);
        if reissuing::by_itself(session, account, &mut self.service, order, end_date).await? {
            return Ok(Next::LookAgain);
        }
        Ok(Next::Nothing)
    }

    fn is_due(&self, term: PaidTerm, issued_on: Date, end_date: Date) -> bool {
        let today = self.account.clock.date();
        let rules = DatedRules::baseline();
        let usual = rules.lead();
        let lead = match self.account.parameters.reissue_days() {
            Some(days) => Lead {
                most_days: days,
                part: 1,
                ..usual.clone()
            },
            None => usual.clone(),
        };
        let starts = lead.next_reissue_on(term, issued_on, end_date);
        if starts.is_none_or(|starts| starts > today) {
            return false;
        }
        // Only when the new certificate would end later than the present one.
        let terms = rules.ca_terms(self.product(), today);
        let last_day = terms.last_day(today, term, Some(end_date));
        last_day.is_some_and(|last_day| last_day > end_date)
    }

    fn product(&self) -> Product<'_> {
        let templates = self.session.templates();
        let has_organisation = templates
            .template(&self.service.row.template)
            .is_some_and(|template| template.flags.contains(&Flag::OrgInfo));
        Product {
            connector: self.session.module.connector.descriptor.kind,
            brand: "",
            level: if has_organisation {
                ValidationLevel::Ov
            } else {
                ValidationLevel::Dv
            },
            kind: order::kind(&templates, &self.service),
        }
    }
}

/// Whether a reissue has brought this certificate: it has the key that was asked for and is younger than the intent to have it, or as
/// old as a CA backdates.
fn has_brought(filed: &Filed, leaf: &Certificate) -> bool {
    let day = jiff::SignedDuration::from_hours(24);
    let earliest = filed.record.intent.intended_at.checked_sub(day);
    let key = pki::Csr::parse(filed.purchase.csr().der()).map(|csr| csr.key().fingerprint());
    key.is_ok_and(|key| key == leaf.key_fingerprint())
        && earliest.is_ok_and(|earliest| leaf.not_before() >= earliest)
}

/// Names that a CA may add by itself: the www twin of a name, the base of a wildcard.
fn twins(names: &NameSet) -> Vec<DomainName> {
    let of = |name: &DomainName| {
        let text = name.as_str();
        let base = text.strip_prefix("*.").or_else(|| text.strip_prefix("www."));
        let www = (!name.is_wildcard()).then(|| format!("www.{text}"));
        [base.map(str::to_owned), www]
    };
    names
        .iter()
        .flat_map(of)
        .flatten()
        .filter_map(|text| text.parse().ok())
        .collect()
}
