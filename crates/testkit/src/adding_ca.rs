//! A CA that takes further names for a running order, which LeaderTelecom does not: it replaces the order by a new one
//! at its full price. All else is the simulator of LeaderTelecom with all its faults.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use ca::{
    AddNamesRequest, Balance, CaOrderRef, Capabilities, Capability, Catalogue, CheckReport, ConnectContext,
    Connector, Descriptor, FindOutcome, Fingerprint, IssuedCertificate, NameValidation, OrderRequest,
    OrderSnapshot, Placed, ProductId, Registration, ReissueRequest, Result, Settings, Validation,
};
use domain::{Money, name::DomainName, product::ProductKind};
use futures_util::stream::BoxStream;

use crate::world::contact;

/// The only product of several names that a test of this CA sells.
const PRODUCT: &str = "311";
const DAYS: u32 = 365;

static DESCRIPTOR: LazyLock<Descriptor> = LazyLock::new(|| {
    let real = connectors::REGISTRATIONS[0].descriptor;
    Descriptor {
        kind: "addingca",
        title: "A CA that adds names",
        capabilities: Capabilities {
            calls: &[
                Capability::Balance,
                Capability::Products,
                Capability::ApproverEmails,
                Capability::ListOrders,
                Capability::AddNames,
            ],
            automatic_reissue: &[ProductKind::MultiDomain],
            validation_methods: real.capabilities.validation_methods,
        },
        ..*real
    }
});

static REGISTRATIONS: LazyLock<Vec<Registration>> = LazyLock::new(|| {
    let ours = Registration {
        descriptor: &DESCRIPTOR,
        connect,
    };
    std::iter::once(ours)
        .chain(connectors::REGISTRATIONS.iter().copied())
        .collect()
});

/// This CA, and after it those of the product.
#[must_use]
pub fn registry() -> &'static [Registration] {
    &REGISTRATIONS
}

fn connect(settings: &Settings, context: ConnectContext) -> Result<Arc<dyn Connector>> {
    let inner = (connectors::REGISTRATIONS[0].connect)(settings, context)?;
    Ok(Arc::new(AddingCa(inner)))
}

struct AddingCa(Arc<dyn Connector>);

impl AddingCa {
    async fn price(&self, names: usize) -> Result<Option<Money>> {
        let catalogue = self.0.products().await?;
        let product = catalogue.product(&ProductId(PRODUCT.to_owned()));
        Ok(product.and_then(|product| product.price(DAYS, u32::try_from(names).ok()?, 0)))
    }
}

#[async_trait]
impl Connector for AddingCa {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    async fn add_names(&self, _: &CaOrderRef, request: &AddNamesRequest) -> Result<Placed> {
        let AddNamesRequest { reissue, .. } = request;
        let order = OrderRequest {
            product: ProductId(PRODUCT.to_owned()),
            days: DAYS,
            names: reissue.names.clone(),
            csr: reissue.csr.clone(),
            unique_value: reissue.unique_value.clone(),
            validations: reissue.validations.clone(),
            contact: contact(),
            organisation: None,
            price_ceiling: request.price_ceiling,
        };
        self.0.place_order(&order).await
    }

    async fn find_order(&self, fingerprint: &Fingerprint) -> Result<FindOutcome> {
        // The order that replaces another is a new one.
        let anew = Fingerprint {
            ca_order: None,
            product: Some(ProductId(PRODUCT.to_owned())),
            ..fingerprint.clone()
        };
        let mut found = self.0.find_order(&anew).await?;
        if let FindOutcome::Found { charged, .. } = &mut found
            && fingerprint.ca_order.is_some()
        {
            // Its list tells what an order has cost.
            *charged = self.price(fingerprint.names.len()).await?;
        }
        Ok(found)
    }

    async fn check_connection(&self) -> CheckReport {
        self.0.check_connection().await
    }

    async fn balance(&self) -> Result<Balance> {
        self.0.balance().await
    }

    async fn products(&self) -> Result<Catalogue> {
        self.0.products().await
    }

    async fn approver_emails(&self, name: &DomainName) -> Result<Vec<String>> {
        self.0.approver_emails(name).await
    }

    async fn place_order(&self, request: &OrderRequest) -> Result<Placed> {
        self.0.place_order(request).await
    }

    async fn reissue(&self, ca_order: &CaOrderRef, request: &ReissueRequest) -> Result<Placed> {
        self.0.reissue(ca_order, request).await
    }

    fn list_orders(&self) -> BoxStream<'_, Result<OrderSnapshot>> {
        self.0.list_orders()
    }

    async fn order_state(&self, ca_order: &CaOrderRef) -> Result<OrderSnapshot> {
        self.0.order_state(ca_order).await
    }

    async fn validations(&self, ca_order: &CaOrderRef) -> Result<Vec<Validation>> {
        self.0.validations(ca_order).await
    }

    async fn change_validation(&self, ca_order: &CaOrderRef, change: &NameValidation) -> Result<()> {
        self.0.change_validation(ca_order, change).await
    }

    async fn fetch_certificate(&self, ca_order: &CaOrderRef) -> Result<IssuedCertificate> {
        self.0.fetch_certificate(ca_order).await
    }
}
