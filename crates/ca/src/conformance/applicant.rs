//! Somebody who applies for certificates: makes keys, requests and orders, and remembers what was asked.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use domain::{
    contact::{Contact, Organisation},
    name::{DomainName, NameSet},
    product::{ProductKind, ValidationLevel, ValidationMethod},
};
use pki::{KeyChoice, KeyFingerprint, PrivateKey, Subject};

use super::world::{Setup, World};
use crate::{
    CaError, CaOrderRef, CatalogueProduct, Class, Connector, Csr, Fingerprint, NameValidation, OrderRequest,
    Placed, Purchase, ReissueRequest, UniqueValue, ValidationChoice,
    connector::{Exchange, Observer},
};

/// Years are sold as 365 days.
const ONE_YEAR: u32 = 365;

/// The applicant of one behaviour: a connector, and the exchanges that it made.
pub(super) struct Applicant<'a> {
    pub(super) world: &'a dyn World,
    pub(super) connector: Arc<dyn Connector>,
    pub(super) witness: Arc<Witness>,
}

impl<'a> Applicant<'a> {
    /// With a connector that is set up right.
    pub(super) fn new(world: &'a dyn World) -> Self {
        Self::with(world, Setup::default())
    }

    pub(super) fn with(world: &'a dyn World, setup: Setup) -> Self {
        let witness = Arc::new(Witness::default());
        let observer: Arc<dyn Observer> = Arc::clone(&witness) as Arc<dyn Observer>;
        let connector = world.connect(Setup {
            observer: Some(observer),
            ..setup
        });
        Self {
            world,
            connector,
            witness,
        }
    }

    /// With a connector that gives up on orders soon.
    pub(super) fn impatient(world: &'a dyn World) -> Self {
        let mut setup = Setup::default();
        setup.timeouts.order = Duration::from_millis(300);
        Self::with(world, setup)
    }

    /// The cheapest product of a level and kind that is validated by this method and sold for a year.
    pub(super) async fn product(
        &self,
        level: ValidationLevel,
        kind: ProductKind,
        method: ValidationMethod,
    ) -> CatalogueProduct {
        let catalogue = self.connector.products().await.expect("the catalogue is read");
        let fitting = catalogue.products.into_iter().filter(|product| {
            product.level == level && product.kind == kind && product.methods.contains(&method)
        });
        let cheapest = fitting
            .filter_map(|product| Some((product.term(ONE_YEAR)?.price.amount(), product)))
            .min_by(|(one, _), (other, _)| one.cmp(other));
        let Some((_, product)) = cheapest else {
            panic!("the CA sells a product {level} {kind} validated by {method}")
        };
        product
    }

    /// An order for one name, validated by DNS.
    pub(super) async fn order(&self, name: &str) -> OrderRequest {
        self.order_by(name, &ValidationChoice::Dns).await
    }

    /// An order for one name, validated by mail to an approver that the CA named.
    pub(super) async fn order_by_mail(&self, name: &str) -> OrderRequest {
        let approver = self.approver(name).await;
        self.order_by(name, &ValidationChoice::Email { approver }).await
    }

    pub(super) async fn order_by(&self, name: &str, choice: &ValidationChoice) -> OrderRequest {
        let product = self
            .product(ValidationLevel::Dv, ProductKind::Single, choice.method())
            .await;
        order_of(&product, &[name], choice)
    }

    /// The first address that may approve a name.
    pub(super) async fn approver(&self, name: &str) -> String {
        let approvers = self
            .connector
            .approver_emails(&domain_name(name))
            .await
            .expect("approvers are read");
        approvers.into_iter().next().expect("somebody may approve")
    }

    /// Places an order and expects that the CA takes it.
    pub(super) async fn placed(&self, request: &OrderRequest) -> CaOrderRef {
        accepted(self.connector.place_order(request).await)
    }

    /// An accepted order for one name, validated by DNS, not issued yet.
    pub(super) async fn open(&self, name: &str) -> (OrderRequest, CaOrderRef) {
        let request = self.order(name).await;
        let order = self.placed(&request).await;
        (request, order)
    }

    /// An issued order for one name.
    pub(super) async fn issued(&self, name: &str) -> (OrderRequest, CaOrderRef) {
        let (request, order) = self.open(name).await;
        self.world.issue(&order).await;
        (request, order)
    }

    /// Calls that could cost money, as seen on the wire.
    pub(super) fn purchase_calls(&self) -> usize {
        self.witness.count(|exchange| self.world.is_purchase(exchange))
    }

    /// Sign-ins, as seen on the wire.
    pub(super) fn sign_ins(&self) -> usize {
        self.witness.count(|exchange| self.world.is_sign_in(exchange))
    }

    /// How often the account was charged.
    pub(super) async fn purchases(&self) -> usize {
        self.world.purchases().await.len()
    }

    /// What this order is looked for with; the intent is as old as this moment.
    pub(super) fn fingerprint(&self, request: &OrderRequest) -> Fingerprint {
        Purchase::Order(Box::new(request.clone())).fingerprint(self.world.now(), Vec::new())
    }
}

/// Remembers every exchange.
#[derive(Default)]
pub(super) struct Witness(Mutex<Vec<Exchange>>);

impl Observer for Witness {
    fn exchanged(&self, exchange: Exchange) {
        self.0.lock().expect("no test panics in between").push(exchange);
    }
}

impl Witness {
    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.0.lock().expect("no test panics in between").clone()
    }

    pub(super) fn count(&self, which: impl Fn(&Exchange) -> bool) -> usize {
        self.exchanges().iter().filter(|exchange| which(exchange)).count()
    }
}

/// An order of a year for these names, all proven in the same way.
pub(super) fn order_of(
    product: &CatalogueProduct,
    names: &[&str],
    choice: &ValidationChoice,
) -> OrderRequest {
    let names = name_set(names);
    let (csr, _) = csr(&names, KeyChoice::P256);
    OrderRequest {
        product: product.id.clone(),
        days: ONE_YEAR,
        validations: validations(&names, choice),
        csr,
        unique_value: unique_value(),
        contact: contact(),
        organisation: product.level.needs_organisation().then(organisation),
        price_ceiling: None,
        names,
    }
}

/// A reissue of an order with a new key and a new unique value.
pub(super) fn reissue_of(request: &OrderRequest) -> ReissueRequest {
    ReissueRequest {
        names: request.names.clone(),
        csr: csr(&request.names, KeyChoice::P256).0,
        unique_value: unique_value(),
        validations: request.validations.clone(),
    }
}

pub(super) fn csr(names: &NameSet, choice: KeyChoice) -> (Csr, KeyFingerprint) {
    let key = PrivateKey::make(choice).expect("a key is made");
    let csr = pki::csr::make(&key, names, &Subject::default()).expect("a request is made");
    (Csr::from_der(csr.der()), key.fingerprint())
}

/// The key that a request asks a certificate for.
pub(super) fn key_of(csr: &Csr) -> KeyFingerprint {
    pki::Csr::parse(csr.der())
        .expect("our own request")
        .key()
        .fingerprint()
}

pub(super) fn validations(names: &NameSet, choice: &ValidationChoice) -> Vec<NameValidation> {
    names
        .iter()
        .map(|name| NameValidation {
            name: name.clone(),
            choice: choice.clone(),
        })
        .collect()
}

pub(super) fn domain_name(text: &str) -> DomainName {
    DomainName::parse(text).expect("a name")
}

pub(super) fn name_set(texts: &[&str]) -> NameSet {
    NameSet::from_names(texts.iter().map(|text| domain_name(text))).expect("at least one name")
}

pub(super) fn organisation() -> Organisation {
    Organisation {
        name: "Simulated Example BV".to_owned(),
        country: "NL".to_owned(),
        region: "Utrecht".to_owned(),
        city: "Utrecht".to_owned(),
        street: "Oudegracht 1".to_owned(),
        postal_code: "3511 AA".to_owned(),
        phone: "+31 30 0000000".to_owned(),
        registration_number: "00000000".to_owned(),
    }
}

fn contact() -> Contact {
    Contact {
        first_name: "Ada".to_owned(),
        last_name: "Example".to_owned(),
        title: "Operator".to_owned(),
        email: "ops@example.net".to_owned(),
        phone: "+31 30 0000000".to_owned(),
    }
}

/// No two requests of a suite have the same.
fn unique_value() -> UniqueValue {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("Conf{number:08}").parse().expect("letters and digits")
}

/// The id of an accepted order.
pub(super) fn accepted(placed: Result<Placed, CaError>) -> CaOrderRef {
    match placed {
        Ok(Placed::Accepted { ca_order, .. }) => ca_order,
        other => panic!("the CA takes it: {other:?}"),
    }
}

/// Why a call was refused, and the field it is about.
pub(super) fn refused(placed: Result<Placed, CaError>) -> (String, Option<String>) {
    match placed {
        Ok(Placed::Rejected { why, field, .. }) => {
            assert!(!why.is_empty(), "a refusal says why");
            (why, field)
        }
        other => panic!("the CA says no: {other:?}"),
    }
}

/// Fails unless nobody can know whether the order exists.
pub(super) fn unknown(placed: Result<Placed, CaError>) {
    match placed {
        Ok(Placed::Unknown { why, .. }) => assert!(!why.is_empty(), "it says what was observed"),
        other => panic!("nobody can know: {other:?}"),
    }
}

/// The error of a call that brings no result, of one of these classes.
pub(super) fn failed<T: std::fmt::Debug>(result: Result<T, CaError>, classes: &[Class]) -> CaError {
    match result {
        Ok(value) => panic!("this call cannot bring a result: {value:?}"),
        Err(error) => {
            assert!(classes.contains(&error.class), "one of {classes:?}: {error}");
            error
        }
    }
}
