//! Services with everything that belongs to them, some thousands at a time.

use std::ops::RangeInclusive;

use domain::{
    Currency,
    contact::{Contact, Organisation},
    id::{AccountId, CaOrderId, CertificateId, CsrId, ModuleId, OperationId, ServiceId},
    name::DomainName,
    plan::next_reissue_on,
    price::PriceLineKind,
    product::{ProductKind, ValidationMethod},
    state::{
        AttemptOutcome, IssueReason, KeyCustody, OperationKind, OperationState, ServiceState, ValidationState,
    },
    term::{PaidTerm, Years, covers},
};
use jiff::{Span, Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;
use store::{
    Json, Store,
    ca_order::CaOrder,
    certificate::Certificate,
    operation::{Attempt, Operation},
    request::Csr,
    service::{PriceLineRow, Service, ServiceName},
    validation::Validation,
};

use super::{
    market::{Market, Plan},
    names,
};
use crate::random::Random;

/// How far the history goes back.
const HISTORY_DAYS: u32 = 3 * 365;
/// The longest a certificate is valid now, less a day (`domain::rules`).
const LONGEST_DAYS: i64 = 199;
/// Services of the last days wait for something.
const WAITING_DAYS: i64 = 4;
/// Bytes of a DV certificate with two names and a P-256 key.
const LEAF: usize = 1_150;
/// Bytes of a request for it.
const REQUEST: usize = 420;

/// Rows that are written together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) services: Vec<Service>,
    pub(super) names: Vec<ServiceName>,
    csrs: Vec<Csr>,
    lines: Vec<PriceLineRow>,
    ca_orders: Vec<CaOrder>,
    validations: Vec<Validation>,
    pub(super) certificates: Vec<Certificate>,
    pub(super) operations: Vec<Operation>,
    attempts: Vec<Attempt>,
}

impl Batch {
    /// Writes all of it in one transaction.
    ///
    /// # Errors
    /// The database fails.
    pub(super) async fn write(&self, store: &Store) -> store::Result<()> {
        let tx = store.begin().await?;
        store::service::insert_many(&tx, &self.services, &self.names).await?;
        store::request::insert_csrs(&tx, &self.csrs).await?;
        store::service::insert_lines(&tx, &self.lines).await?;
        store::ca_order::insert_many(&tx, &self.ca_orders).await?;
        store::validation::insert(&tx, &self.validations).await?;
        store::certificate::insert_many(&tx, &self.certificates).await?;
        store::operation::insert_many(&tx, &self.operations, &self.attempts).await?;
        tx.commit().await
    }
}

/// Makes batches, one after the other.
pub(super) struct Maker {
    market: Market,
    random: Random,
    total: u64,
    now: Timestamp,
    today: Date,
    operations: i64,
    chain: Vec<u8>,
}

/// A service while it is made.
struct Draft {
    id: ServiceId,
    number: i64,
    account: AccountId,
    at: Timestamp,
    state: ServiceState,
    years: Years,
    term: PaidTerm,
    end_date: Option<Date>,
    module: ModuleId,
    names: Vec<DomainName>,
    csr: CsrId,
}

impl Maker {
    pub(super) fn new(market: Market, seed: u64, total: u64, now: Timestamp) -> Self {
        let mut random = Random::of(seed);
        let intermediate = random.hex(1_700);
        Self {
            chain: format!("-----BEGIN CERTIFICATE-----\n{intermediate}\n-----END CERTIFICATE-----\n")
                .into_bytes(),
            market,
            random,
            total,
            now,
            today: now.to_zoned(TimeZone::UTC).date(),
            operations: 0,
        }
    }

    /// The services with these numbers.
    pub(super) fn batch(&mut self, numbers: RangeInclusive<u64>) -> Batch {
        let mut batch = Batch::default();
        for number in numbers {
            self.add(&mut batch, number);
        }
        batch
    }

    fn add(&mut self, batch: &mut Batch, number: u64) {
        let plan = self.market.plan(&mut self.random).clone();
        let draft = self.draft(number, &plan);
        let method = *self.random.pick(&[
            ValidationMethod::Dns,
            ValidationMethod::Dns,
            ValidationMethod::Http,
            ValidationMethod::Email,
        ]);
        let opening = self.operation(batch, &draft, OperationKind::Open, draft.at);
        self.request(batch, &draft);
        let net = lines(batch, &draft, &plan, opening);
        let certificate = self.at_the_ca(batch, &draft, method);
        for (name, position) in draft.names.iter().zip(0..) {
            batch.names.push(ServiceName::new(
                draft.id,
                draft.account,
                1,
                position,
                name.clone(),
                method,
                None,
            ));
        }
        let service = self.service(&draft, &plan, method, certificate, net);
        batch.services.push(service);
    }

    /// What happened to a service follows from when it was ordered: early numbers lie three years back.
    fn draft(&mut self, number: u64, plan: &Plan) -> Draft {
        let random = &mut self.random;
        let later = (self.total - number).min(self.total);
        let minutes = u64::from(HISTORY_DAYS) * 24 * 60 * later / self.total + random.below(60);
        let age_minutes = i64::try_from(minutes).unwrap_or_default();
        let at = self.now.checked_sub(age_minutes.minutes()).unwrap_or(self.now);
        let years = match random.below(100) {
            0..=79 => Years::ONE,
            80..=89 => Years::new(2).unwrap_or(Years::ONE),
            _ => Years::new(3).unwrap_or(Years::ONE),
        };
        let term = PaidTerm::from_acceptance(at.to_zoned(TimeZone::UTC).date(), years);
        let state = state(random, age_minutes / (24 * 60), term, self.today);
        let has_certificate = matches!(
            state,
            ServiceState::Active | ServiceState::Suspended | ServiceState::Closed
        );
        let end_date = has_certificate.then(|| certificate_end(term, self.today));
        Draft {
            id: random.id(at),
            number: i64::try_from(number).unwrap_or(i64::MAX),
            account: self.market.buyer(random),
            at,
            state,
            years,
            term,
            end_date,
            module: self.market.module(random),
            names: service_names(random, number, plan.kind),
            csr: random.id(at),
        }
    }

    fn service(
        &mut self,
        draft: &Draft,
        plan: &Plan,
        method: ValidationMethod,
        certificate: Option<CertificateId>,
        net_minor: i64,
    ) -> Service {
        let has_order = draft.state != ServiceState::Opening;
        let is_over = draft.state.is_final();
        let later = |days: i64| draft.at.checked_add((24 * days).hours()).unwrap_or(draft.at);
        Service {
            id: draft.id,
            number: draft.number,
            seller_id: self.market.seller,
            account_id: draft.account,
            tariff_plan_id: plan.id,
            module_id: has_order.then_some(draft.module),
            main_name: draft.names[0].clone(),
            names_version: 1,
            names_count: i32::try_from(draft.names.len()).unwrap_or(1),
            state: draft.state,
            years: draft.years,
            end_date: draft.end_date,
            term_start: has_order.then_some(draft.term.start),
            term_end: has_order.then_some(draft.term.end),
            is_subscription: draft.end_date.is_some_and(|end| !covers(end, draft.term.end)),
            custody: *self
                .random
                .pick(&[KeyCustody::Client, KeyCustody::Stored, KeyCustody::NotStored]),
            method,
            external_ref: self
                .random
                .happens(20)
                .then(|| format!("invoice-{}", draft.number)),
            csr_id: Some(draft.csr),
            certificate_id: certificate,
            contact: Json(contact(draft)),
            organisation: plan
                .level
                .needs_organisation()
                .then(|| Json(organisation(&mut self.random))),
            prolong_years: self.random.happens(60).then_some(draft.years),
            net_minor,
            gross_minor: net_minor,
            currency: Currency::EUR,
            failure_code: (draft.state == ServiceState::Failed).then(|| "rejected".to_owned()),
            failure: (draft.state == ServiceState::Failed).then(|| "The CAA record forbids it.".to_owned()),
            language: "en".to_owned(),
            created_at: draft.at,
            accepted_at: has_order.then_some(draft.at),
            issued_at: certificate.map(|_| draft.at),
            closed_at: is_over.then(|| later(30)),
            reissue_on: draft
                .end_date
                .filter(|_| draft.state == ServiceState::Active)
                .and_then(|end| next_reissue_on(draft.term, draft.term.start, end)),
            renew_on: None,
            version: 4,
        }
    }

    fn request(&mut self, batch: &mut Batch, draft: &Draft) {
        batch.csrs.push(Csr {
            id: draft.csr,
            service_id: draft.id,
            der: self.random.bytes(REQUEST),
            fingerprint: self.random.hex(64),
            key_fingerprint: self.random.hex(64),
            key_kind: "p256".to_owned(),
            key_id: None,
            created_at: draft.at,
        });
    }

    /// The CA order with what must be proven, and the certificate.
    fn at_the_ca(
        &mut self,
        batch: &mut Batch,
        draft: &Draft,
        method: ValidationMethod,
    ) -> Option<CertificateId> {
        if draft.state == ServiceState::Opening {
            return None;
        }
        let order: CaOrderId = self.random.id(draft.at);
        let (state, raw_state) = match draft.state {
            ServiceState::Active | ServiceState::Suspended => ("issued", "active"),
            ServiceState::Closed => ("expired", "expired"),
            ServiceState::Failed => ("rejected", "rejected"),
            _ => ("pending", "processing"),
        };
        batch.ca_orders.push(CaOrder {
            id: order,
            service_id: draft.id,
            module_id: draft.module,
            purchase_id: None,
            ca_ref: format!("{}", 4_000_000 + draft.number),
            round: 0,
            state: state.to_owned(),
            raw_state: raw_state.to_owned(),
            accepted_at: draft.at,
            looked_at: Some(draft.at),
            valid_from: Some(draft.term.start),
            valid_to: draft.end_date,
            term_end: Some(draft.term.end),
            charged_minor: Some(500),
            charged_currency: Some(Currency::EUR),
            raw: format!(
                "{{\"id\":{},\"status\":\"{raw_state}\"}}",
                4_000_000 + draft.number
            ),
            closed_at: None,
            version: 3,
        });
        if matches!(
            draft.state,
            ServiceState::WaitingForValidation | ServiceState::WaitingForIssue
        ) {
            self.validations(batch, draft, order, method);
        }
        let end_date = draft.end_date?;
        if draft.years.count() > 1 && self.random.happens(60) {
            self.operation(batch, draft, OperationKind::Reissue, draft.at);
        }
        Some(self.certificate(batch, draft, order, end_date))
    }

    fn validations(&mut self, batch: &mut Batch, draft: &Draft, order: CaOrderId, method: ValidationMethod) {
        for (name, position) in draft.names.iter().zip(0..) {
            batch.validations.push(Validation {
                id: self.random.id(draft.at),
                ca_order_id: order,
                round: 0,
                service_id: draft.id,
                position,
                name: name.clone(),
                method,
                state: ValidationState::Waiting,
                place: format!("_{}.{name}", self.random.hex(32)),
                content: format!("{}.comodoca.com", self.random.hex(32)),
                approver: None,
                proven_at: None,
                looked_at: Some(draft.at),
                seen_at: None,
                seen: None,
                version: 1,
            });
        }
    }

    fn certificate(
        &mut self,
        batch: &mut Batch,
        draft: &Draft,
        order: CaOrderId,
        end_date: Date,
    ) -> CertificateId {
        let id = self.random.id(draft.at);
        let end = end_date
            .to_zoned(TimeZone::UTC)
            .map_or(draft.at, |zoned| zoned.timestamp());
        batch.certificates.push(Certificate {
            id,
            service_id: draft.id,
            ca_order_id: order,
            csr_id: draft.csr,
            reason: IssueReason::Open,
            serial: self.random.hex(32),
            fingerprint: self.random.hex(64),
            key_fingerprint: self.random.hex(64),
            issuer: "Sectigo RSA Domain Validation Secure Server CA".to_owned(),
            names: Json(draft.names.clone()),
            not_before: end.checked_sub((24 * LONGEST_DAYS).hours()).unwrap_or(end),
            not_after: end,
            end_date,
            leaf: self.random.bytes(LEAF),
            chain: self.chain.clone(),
            mismatch: None,
            fetched_at: draft.at,
            delivered_at: Some(draft.at),
        });
        id
    }

    /// An operation with its attempts: done, or waiting for a day that is far.
    fn operation(
        &mut self,
        batch: &mut Batch,
        draft: &Draft,
        kind: OperationKind,
        at: Timestamp,
    ) -> OperationId {
        self.operations += 1;
        let id = self.random.id(at);
        let is_open = draft.state.is_before_issue();
        let state = match draft.state {
            _ if is_open => OperationState::Waiting,
            ServiceState::Failed => OperationState::Failed,
            _ => OperationState::Done,
        };
        let far = self.now.checked_add((24 * 365).hours()).unwrap_or(self.now);
        batch.operations.push(Operation {
            id,
            number: self.operations,
            seller_id: self.market.seller,
            kind,
            service_id: draft.id,
            module_id: Some(draft.module),
            state,
            step: if is_open { "prove" } else { "end" }.to_owned(),
            outputs: Json(serde_json::json!({})),
            attempts: 0,
            next_run_at: is_open.then_some(far),
            postponed: 0,
            lease_owner: None,
            lease_until: None,
            fence: 2,
            close_wanted_by: None,
            let_run_by: None,
            error_class: None,
            error: None,
            started_by: "system:load".to_owned(),
            created_at: at,
            finished_at: (!is_open).then_some(at),
            version: 3,
        });
        for number in 1..=2 {
            let is_last = number == 2;
            batch.attempts.push(Attempt {
                operation_id: id,
                number,
                step: "prove".to_owned(),
                started_at: at,
                finished_at: at,
                outcome: if is_last && !is_open {
                    AttemptOutcome::Done
                } else {
                    AttemptOutcome::Waits
                },
                error_class: None,
                error: None,
                log: Json(vec!["the CA has not seen the record yet".to_owned()]),
            });
        }
        id
    }
}

/// The price lines; returns their net sum.
fn lines(batch: &mut Batch, draft: &Draft, plan: &Plan, operation: OperationId) -> i64 {
    let extra = match plan.kind {
        ProductKind::MultiDomain => i32::try_from(draft.names.len()).unwrap_or(3) - 3,
        _ => 0,
    };
    let years = i64::from(draft.years.count());
    let mut sum = 0;
    for (kind, quantity, unit, position) in [
        (PriceLineKind::Period, 1, plan.cents * years, 0),
        (PriceLineKind::ExtraNames, extra, plan.cents / 4 * years, 1),
    ] {
        if quantity <= 0 {
            continue;
        }
        let net = unit * i64::from(quantity);
        sum += net;
        batch.lines.push(PriceLineRow {
            service_id: draft.id,
            operation_id: operation,
            position,
            kind,
            quantity,
            unit_net_minor: unit,
            net_minor: net,
            tax_rate: Decimal::ZERO,
            tax_minor: 0,
            gross_minor: net,
            currency: Currency::EUR,
        });
    }
    sum
}

fn state(random: &mut Random, age_days: i64, term: PaidTerm, today: Date) -> ServiceState {
    if term.end < today {
        return ServiceState::Closed;
    }
    if age_days < WAITING_DAYS {
        return *random.pick(&[
            ServiceState::Opening,
            ServiceState::WaitingForValidation,
            ServiceState::WaitingForValidation,
            ServiceState::WaitingForIssue,
            ServiceState::Active,
            ServiceState::Active,
        ]);
    }
    match random.below(1_000) {
        0..=19 => ServiceState::Failed,
        20..=29 => ServiceState::Closed,
        30..=32 => ServiceState::Suspended,
        33..=37 => ServiceState::WaitingForValidation,
        _ => ServiceState::Active,
    }
}

/// The last day of the certificate that is in use today: certificates follow one another until the term ends.
fn certificate_end(term: PaidTerm, today: Date) -> Date {
    let days = term
        .start
        .until(today)
        .map_or(0, |span| i64::from(span.get_days()));
    let end = (days.max(0) / LONGEST_DAYS + 1) * LONGEST_DAYS;
    term.start
        .checked_add(Span::new().days(end))
        .map_or(term.end, |end| end.min(term.end))
}

fn service_names(random: &mut Random, number: u64, kind: ProductKind) -> Vec<DomainName> {
    let domain = names::domain(number, random);
    let texts: Vec<String> = match kind {
        ProductKind::Wildcard => vec![format!("*.{domain}")],
        ProductKind::MultiDomain => {
            let count = 3 + usize::try_from(random.below(6)).unwrap_or(0);
            (0..count).map(|place| names::host(place, &domain)).collect()
        }
        ProductKind::Single if random.happens(50) => vec![domain],
        ProductKind::Single => vec![names::host(
            usize::try_from(random.below(6)).unwrap_or(0),
            &domain,
        )],
    };
    texts.iter().map(|text| names::parsed(text)).collect()
}

fn contact(draft: &Draft) -> Contact {
    Contact {
        first_name: "Ada".to_owned(),
        last_name: "Example".to_owned(),
        title: "Head of IT".to_owned(),
        email: format!("it{}@client.example", draft.number % 10_000),
        phone: "+31 20 1234567".to_owned(),
    }
}

fn organisation(random: &mut Random) -> Organisation {
    Organisation {
        name: names::company(random),
        country: "NL".to_owned(),
        region: "Noord-Holland".to_owned(),
        city: "Amsterdam".to_owned(),
        street: "Example Street 1".to_owned(),
        postal_code: "1000 AA".to_owned(),
        phone: "+31 20 7654321".to_owned(),
        registration_number: format!("{:08}", random.below(100_000_000)),
    }
}
