//! Placing orders and preorders: money, records and the first certificate.

use std::sync::Arc;

use domain::{
    Money,
    term::{PaidTerm, Years},
};
use rust_decimal::Decimal;

use crate::{
    catalogue,
    faults::{ActiveFaults, Fault},
    order_form,
    record::{
        Certificate, CertificateRequest, CertificateStatus, Charge, ChargeKind, Order, OrderItem, Payment,
        Preorder,
    },
    refusal::Refusal,
    shared::{Change, Shared, SimulatorError},
    state::Entry,
};

/// One checked product of an order that is not placed yet.
#[derive(Debug)]
pub(crate) struct PlacedItem {
    pub(crate) request: CertificateRequest,
    pub(crate) years: Years,
    pub(crate) price: Money,
}

/// A checked preorder that is not placed yet.
#[derive(Debug)]
pub(crate) struct PlacedPreorder {
    pub(crate) nomenclature_id: i64,
    pub(crate) years: Years,
    pub(crate) domain_name: domain::DomainName,
    pub(crate) standard_domains_count: u32,
    pub(crate) wildcard_domains_count: u32,
    pub(crate) price: Money,
}

impl Shared {
    /// Charges an order and makes its certificates, all or nothing. The API never notices duplicates.
    pub(crate) fn place_order(
        &self,
        items: Vec<PlacedItem>,
        faults: &ActiveFaults,
    ) -> Result<Arc<Order>, Refusal> {
        let order = self.change(|change| {
            let currency = self.currency();
            let sum = items
                .iter()
                .try_fold(Money::zero(currency), |sum, item| sum.plus(item.price))
                .map_err(SimulatorError::from)?;
            let is_covered = self.held(change).covers(sum).map_err(SimulatorError::from)?;
            if !is_covered && !faults.has(&Fault::InvoiceMode) {
                return Err(Refusal::insufficient_funds());
            }
            let first_item = change.next_item_id();
            let order = Order {
                id: change.next_order_id(),
                sum,
                created_at: self.clock.now(),
                payment: Payment::Unpaid,
                items: (first_item..)
                    .zip(items)
                    .map(|(id, item)| OrderItem {
                        id,
                        request: item.request,
                        years: item.years,
                        price: item.price,
                        certificate_id: None,
                        preorder_id: None,
                    })
                    .collect(),
            };
            if is_covered {
                return Ok(self.pay(change, order)?);
            }
            let order = Arc::new(order);
            change.put(Entry::Order(Arc::clone(&order)));
            Ok(order)
        })?;
        self.nudge_order(&order);
        Ok(order)
    }

    /// Pays an order that waited for money.
    pub(crate) fn pay_order(&self, id: i64) -> Result<Arc<Order>, SimulatorError> {
        let order = self.change(|change| {
            let order = change
                .order(id)
                .cloned()
                .ok_or(SimulatorError::NoSuchOrder { id })?;
            if order.payment != Payment::Unpaid {
                return Ok(order);
            }
            if !self.held(change).covers(order.sum)? {
                return Err(SimulatorError::BalanceTooLow { price: order.sum });
            }
            self.pay(change, Order::clone(&order))
        })?;
        self.nudge_order(&order);
        Ok(order)
    }

    /// Buys the right to a certificate.
    pub(crate) fn place_preorder(&self, placed: PlacedPreorder) -> Result<Arc<Preorder>, Refusal> {
        self.change(|change| {
            let balance = self.held(change);
            if !balance.covers(placed.price).map_err(SimulatorError::from)? {
                return Err(Refusal::insufficient_funds());
            }
            let preorder = Arc::new(Preorder {
                id: change.next_preorder_id(),
                nomenclature_id: placed.nomenclature_id,
                years: placed.years,
                domain_name: placed.domain_name,
                standard_domains_count: placed.standard_domains_count,
                wildcard_domains_count: placed.wildcard_domains_count,
                price: placed.price,
                created_at: self.clock.now(),
                cancelled: false,
                certificate_id: None,
            });
            change.put(Entry::Charge(Charge {
                id: change.next_charge_id(),
                at: self.clock.now(),
                kind: ChargeKind::Purchase,
                amount: placed.price,
                balance: balance.minus(placed.price).map_err(SimulatorError::from)?,
                order_id: None,
                preorder_id: Some(preorder.id),
                domain_name: Some(preorder.domain_name.clone()),
                nomenclature_id: Some(preorder.nomenclature_id),
                days: Some(preorder.years.days()),
                unique_value: None,
            }));
            change.put(Entry::Preorder(Arc::clone(&preorder)));
            Ok(preorder)
        })
    }

    /// Makes the certificate of a preorder; it was paid before.
    pub(crate) fn issue_preorder(
        &self,
        id: i64,
        request: CertificateRequest,
    ) -> Result<Arc<Certificate>, Refusal> {
        let certificate = self.change(|change| {
            let preorder = change.preorder(id).cloned().ok_or_else(Refusal::not_found)?;
            if preorder.certificate_id.is_some() {
                return Err(Refusal::conflict("Already issued"));
            }
            if preorder.cancelled {
                return Err(Refusal::conflict("Cancelled"));
            }
            let standard = u32::try_from(request.names.standard_count()).unwrap_or(u32::MAX);
            let wildcards = u32::try_from(request.names.wildcard_count()).unwrap_or(u32::MAX);
            if standard > preorder.standard_domains_count.max(1)
                || wildcards > preorder.wildcard_domains_count
            {
                return Err(Refusal::unprocessable("more names than the preorder has"));
            }
            let item = OrderItem {
                id: change.next_item_id(),
                request,
                years: preorder.years,
                price: preorder.price,
                certificate_id: None,
                preorder_id: Some(id),
            };
            let order_id = change.next_order_id();
            let certificate = self.first_certificate(change, order_id, &item)?;
            let order = Order {
                id: order_id,
                sum: Money::zero(self.currency()),
                created_at: self.clock.now(),
                items: vec![OrderItem {
                    certificate_id: Some(certificate.id),
                    ..item
                }],
                payment: Payment::Paid,
            };
            change.put(Entry::Order(Arc::new(order)));
            let mut issued = Preorder::clone(&preorder);
            issued.certificate_id = Some(certificate.id);
            change.put(Entry::Preorder(Arc::new(issued)));
            Ok::<_, Refusal>(certificate)
        })?;
        self.nudge(certificate.id);
        Ok(certificate)
    }

    /// What a product for these counts costs, with a fault's difference.
    pub(crate) fn price_of(
        &self,
        product: &catalogue::Product,
        years: Years,
        counts: (u32, u32),
        faults: &ActiveFaults,
    ) -> Result<Money, SimulatorError> {
        let price = product.price(years, counts.0, counts.1, self.currency());
        let percent = faults.find(|fault| match fault {
            Fault::PriceMismatch { percent } => Some(*percent),
            _ => None,
        });
        match percent {
            None => Ok(price),
            Some(percent) => Ok(price.times(Decimal::new(percent.saturating_add(100), 2))?),
        }
    }

    pub(crate) fn currency(&self) -> domain::Currency {
        self.config.balance.currency()
    }

    pub(crate) fn held(&self, change: &Change<'_>) -> Money {
        change.balance().unwrap_or(self.config.balance)
    }

    /// Charges the sum and makes the certificates; the balance was checked.
    fn pay(&self, change: &mut Change<'_>, mut order: Order) -> Result<Arc<Order>, SimulatorError> {
        let first = order.items.first();
        let purchase = Charge {
            id: change.next_charge_id(),
            at: self.clock.now(),
            kind: ChargeKind::Purchase,
            amount: order.sum,
            balance: self.held(change).minus(order.sum)?,
            order_id: Some(order.id),
            preorder_id: None,
            domain_name: first.map(|item| item.request.names.main().clone()),
            nomenclature_id: first.map(|item| item.request.nomenclature_id),
            days: first.map(|item| item.years.days()),
            unique_value: first.and_then(|item| item.request.unique_value.clone()),
        };
        change.put(Entry::Charge(purchase));
        order.payment = Payment::Paid;
        for index in 0..order.items.len() {
            let Some(item) = order.items.get(index) else { break };
            let certificate = self.first_certificate(change, order.id, item)?;
            if let Some(item) = order.items.get_mut(index) {
                item.certificate_id = Some(certificate.id);
            }
        }
        let order = Arc::new(order);
        change.put(Entry::Order(Arc::clone(&order)));
        Ok(order)
    }

    fn first_certificate(
        &self,
        change: &mut Change<'_>,
        order_id: i64,
        item: &OrderItem,
    ) -> Result<Arc<Certificate>, SimulatorError> {
        let term = PaidTerm::from_acceptance(self.clock.today(), item.years);
        let product = catalogue::find(item.request.nomenclature_id)
            .ok_or(SimulatorError::NoSuchOrder { id: order_id })?;
        Ok(self.add_certificate(
            change,
            Certificate {
                id: change.next_certificate_id(),
                order_id,
                preorder_id: item.preorder_id,
                control: order_form::control_of(&item.request, product),
                request: item.request.clone(),
                status: CertificateStatus::Pending,
                reason: None,
                status_word: None,
                organisation_verified_at: None,
                years: item.years,
                term,
                created_at: self.clock.now(),
                issuer_order_number: self.random.issuer_order_number(),
                issued: None,
                replaces: None,
            },
        ))
    }

    /// Adds a certificate record, breaks the pending one whose request token it repeats, and sends the mails.
    pub(crate) fn add_certificate(
        &self,
        change: &mut Change<'_>,
        certificate: Certificate,
    ) -> Arc<Certificate> {
        let original = certificate
            .token_key()
            .and_then(|key| change.token_user(&key).cloned())
            .filter(|original| original.status.is_open() && original.id != certificate.id);
        if let Some(original) = original {
            // Sectigo: "if the same CSR is reused with an identical token, the original order will fail".
            let mut broken = Certificate::clone(&original);
            broken.status = CertificateStatus::Rejected;
            broken.reason = Some("the request token was used again by another order".to_owned());
            change.put(Entry::Certificate(Arc::new(broken)));
        }
        let certificate = Arc::new(certificate);
        change.put(Entry::Certificate(Arc::clone(&certificate)));
        self.send_approval_mails(change, &certificate);
        certificate
    }

    fn nudge_order(&self, order: &Order) {
        for id in order.items.iter().filter_map(|item| item.certificate_id) {
            self.nudge(id);
        }
    }
}
