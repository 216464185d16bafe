//! What goes into and comes out of [`Tariffs`](super::Tariffs).

use domain::{
    Currency, Money,
    id::{ModuleId, ProductId, TariffPlanId},
    price::{MarginRule, PeriodPrice},
    product::{ProductKind, ValidationLevel, ValidationMethod},
    term::Years,
};
use jiff::Timestamp;
use rust_decimal::Decimal;

/// A new tariff plan, made from a product of a catalogue.
#[derive(Debug, Clone)]
pub struct NewTariff {
    /// What clients read.
    pub name: String,
    /// What staff read.
    pub note: String,
    /// The product that gives level, kind, names and methods; its module is connected at once.
    pub product: ProductId,
    /// Prices follow the CA's by this rule.
    pub margin: Option<MarginRule>,
    /// Place in lists.
    pub sort: i32,
    /// Whether clients are offered it at once.
    pub is_active: bool,
}

/// A change of a tariff plan.
#[derive(Debug, Clone)]
pub struct TariffChange {
    /// The version that was seen.
    pub version: i64,
    /// What clients read.
    pub name: String,
    /// What staff read.
    pub note: String,
    /// Methods of validation that clients may choose; a part of those the product takes.
    pub methods: Vec<ValidationMethod>,
    /// Names at most.
    pub most_names: u32,
    /// Prices follow the CA's by this rule.
    pub margin: Option<MarginRule>,
    /// Place in lists.
    pub sort: i32,
    /// Whether clients are offered it.
    pub is_active: bool,
}

/// A price to be set for a term in a currency.
#[derive(Debug, Clone)]
pub struct NewPrice {
    /// For which term.
    pub years: Years,
    /// In which currency.
    pub currency: Currency,
    /// With the included names, net.
    pub period: Decimal,
    /// Each further name, net, for the whole term.
    pub extra_name: Decimal,
    /// Each further wildcard name, net, for the whole term.
    pub extra_wildcard: Decimal,
    /// From when on; now when empty. Not in the past.
    pub valid_from: Option<Timestamp>,
}

/// A tariff plan as a row of the list.
#[derive(Debug, Clone)]
pub struct TariffLine {
    /// Its id.
    pub id: TariffPlanId,
    /// What clients read.
    pub name: String,
    /// Brand of the product.
    pub brand: String,
    /// Name of the product.
    pub product: String,
    /// What is verified.
    pub level: ValidationLevel,
    /// Which names it takes.
    pub kind: ProductKind,
    /// Whether clients are offered it.
    pub is_active: bool,
    /// Place in lists.
    pub sort: i32,
    /// The modules that serve it, in the order in which they are tried.
    pub modules: Vec<String>,
    /// The prices in force.
    pub prices: Vec<PriceView>,
}

/// A price in force or to come.
#[derive(Debug, Clone)]
pub struct PriceView {
    /// For which term.
    pub years: Years,
    /// In which currency.
    pub currency: Currency,
    /// The three net amounts.
    pub amounts: PeriodPrice,
    /// From when on.
    pub valid_from: Timestamp,
    /// From then on the term is not offered.
    pub is_withdrawn: bool,
    /// What the first module that sells it asks; for staff.
    pub cost: Option<Money>,
    /// What is left of the period price; for staff, when cost and price have one currency or a rate is known.
    pub margin: Option<Money>,
}

/// A module that serves a plan.
#[derive(Debug, Clone)]
pub struct PlanModule {
    /// The module.
    pub module: ModuleId,
    /// Its name.
    pub name: String,
    /// What is ordered there.
    pub product: ProductId,
    /// The product's name at the CA.
    pub product_name: String,
    /// Whether the CA still sells it.
    pub is_on_sale: bool,
    /// Whether the connection is in use.
    pub is_active: bool,
    /// The module's own sort.
    pub sort: i32,
    /// The place for this plan, when it was ordered by hand.
    pub position: Option<i32>,
}

/// A tariff plan's page.
#[derive(Debug, Clone)]
pub struct TariffView {
    /// The row of the list.
    pub line: TariffLine,
    /// Its version, for a change.
    pub version: i64,
    /// What staff read.
    pub note: String,
    /// Ordinary names in the price.
    pub included_names: u32,
    /// Names at most.
    pub most_names: u32,
    /// Methods of validation that clients may choose.
    pub methods: Vec<ValidationMethod>,
    /// Prices follow the CA's by this rule.
    pub margin: Option<MarginRule>,
    /// The modules, in the order in which they are tried.
    pub modules: Vec<PlanModule>,
    /// Every price ever set, newest first within term and currency.
    pub history: Vec<PriceView>,
}

/// What a client can order.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The plan.
    pub plan: TariffPlanId,
    /// Its name.
    pub name: String,
    /// Brand of the product.
    pub brand: String,
    /// What is verified.
    pub level: ValidationLevel,
    /// Which names it takes.
    pub kind: ProductKind,
    /// Ordinary names in the price.
    pub included_names: u32,
    /// Names at most.
    pub most_names: u32,
    /// Methods of validation to choose from.
    pub methods: Vec<ValidationMethod>,
    /// Terms and their net prices in the client's currency, shortest first.
    pub terms: Vec<(Years, PeriodPrice)>,
}
