//! Orders that somebody else makes at the CA, with requests that nobody here knows.

use std::{sync::Arc, time::Duration};

use ca::{
    CaOrderRef, ConnectContext, Mode, NameValidation, OrderRequest, Placed, ProductId, Settings,
    ValidationChoice,
};
use domain::NameSet;
use engine::BusinessClock;
use pki::KeyChoice;

use crate::{TestWorld, world::contact};

/// Longer than anything takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// Between two looks at something that other tasks change.
const LOOK: Duration = Duration::from_millis(20);

impl TestWorld {
    /// Somebody orders at the CA for a term of days and gets the certificate; returns its id there.
    ///
    /// # Panics
    /// When the CA does not take the order or does not issue it.
    pub async fn order_at_ca(&self, product: &str, names: &[&str], days: u32) -> CaOrderRef {
        let registration = connectors::registration("leadertelecom").expect("the connector");
        let settings = Settings::parse(registration.descriptor, self.settings()).expect("settings");
        let context = ConnectContext::new(Arc::new(BusinessClock::real()), Mode::Simulated);
        let connector = (registration.connect)(&settings, context).expect("a connector");
        let names =
            NameSet::from_names(names.iter().map(|name| name.parse().expect("a name"))).expect("names");
        let key = pki::PrivateKey::make(KeyChoice::P256).expect("a key");
        let csr = pki::csr::make(&key, &names, &pki::Subject::default()).expect("a request");
        let order = OrderRequest {
            product: ProductId(product.to_owned()),
            days,
            validations: names
                .iter()
                .map(|name| NameValidation {
                    name: name.clone(),
                    choice: ValidationChoice::Dns,
                })
                .collect(),
            names,
            csr: ca::Csr::from_der(csr.der().to_vec()),
            unique_value: seal::random::alphanumeric(12).parse().expect("a unique value"),
            contact: contact(),
            organisation: None,
            price_ceiling: None,
        };
        let before = self.simulator.certificates().len();
        let placed = connector.place_order(&order).await.expect("the CA answers");
        assert!(matches!(placed, Placed::Accepted { .. }), "{placed:?}");
        let made = self
            .simulator
            .certificates()
            .get(before)
            .cloned()
            .expect("a certificate");
        self.simulator.take_for_proven(made.id).expect("it is open");
        let issuing = async {
            while self
                .simulator
                .certificate(made.id)
                .is_ok_and(|one| one.issued.is_none())
            {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, issuing)
            .await
            .expect("the CA issues");
        CaOrderRef(made.id.to_string())
    }
}
