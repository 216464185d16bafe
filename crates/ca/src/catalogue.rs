//! Products and prices of a CA at one moment.

use domain::{
    Currency, Money,
    price::ExtraNames,
    product::{ProductKind, ValidationLevel, ValidationMethod},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::request::ProductId;

/// Everything a CA sells to us, with what it costs us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The products, by id.
    pub products: Vec<CatalogueProduct>,
    /// Lines of the answer that were left out, each with its reason: not a TLS certificate, no price, no id.
    pub left_out: Vec<String>,
    /// When it was read.
    pub as_of: Timestamp,
}

/// One product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueProduct {
    /// Id at the CA.
    pub id: ProductId,
    /// The CA's code, such as `Sectigo:PositiveSSL`.
    pub code: Option<String>,
    /// Name for people.
    pub name: String,
    /// The brand, when known.
    pub brand: Option<String>,
    /// What the CA verifies.
    pub level: ValidationLevel,
    /// Which names it takes.
    pub kind: ProductKind,
    /// Names that the price includes.
    pub included_names: u32,
    /// Most names that an order may have.
    pub max_names: u32,
    /// Methods of validation that this product takes.
    pub methods: Vec<ValidationMethod>,
    /// Terms on sale, shortest first.
    pub terms: Vec<TermPrice>,
    /// The currency of all prices.
    pub currency: Currency,
}

/// What one term costs us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermPrice {
    /// Length in days (n years are n × 365).
    pub days: u32,
    /// The price with the included names.
    pub price: Money,
    /// Each standard name beyond the included ones, for the whole term; `None` when none may be added.
    pub extra_name: Option<Money>,
    /// Each wildcard name, for the whole term; `None` when none may be added.
    pub extra_wildcard: Option<Money>,
}

impl Catalogue {
    /// The product with this id.
    #[must_use]
    pub fn product(&self, id: &ProductId) -> Option<&CatalogueProduct> {
        self.products.iter().find(|product| &product.id == id)
    }
}

impl CatalogueProduct {
    /// The price of this term.
    #[must_use]
    pub fn term(&self, days: u32) -> Option<&TermPrice> {
        self.terms.iter().find(|term| term.days == days)
    }

    /// Names beyond the included ones; a wildcard name is never among the included.
    #[must_use]
    pub const fn extra_names(&self, standard_names: u32, wildcard_names: u32) -> ExtraNames {
        ExtraNames::beyond(standard_names, self.included_names, wildcard_names, 0)
    }

    /// What an order of this term with so many names costs; `None` when it is not on sale or too large to count.
    #[must_use]
    pub fn price(&self, days: u32, standard_names: u32, wildcard_names: u32) -> Option<Money> {
        let term = self.term(days)?;
        if self.kind != ProductKind::MultiDomain {
            return Some(term.price);
        }
        let extra = self.extra_names(standard_names, wildcard_names);
        let of = |unit: Option<Money>, count: u32| match (unit, count) {
            (_, 0) => Some(Money::zero(self.currency)),
            (Some(unit), count) => unit.times(count.into()).ok(),
            (None, _) => None,
        };
        let names = of(term.extra_name, extra.standard)?;
        let wildcards = of(term.extra_wildcard, extra.wildcard)?;
        term.price.plus(names).ok()?.plus(wildcards).ok()
    }
}
