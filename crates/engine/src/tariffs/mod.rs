//! Tariff plans: what is offered, at which prices, through which modules.

mod model;

pub use model::{NewPrice, NewTariff, Offer, PlanModule, PriceView, TariffChange, TariffLine, TariffView};

use domain::{
    Currency,
    id::{AccountId, ModuleId, ProductId, TariffPlanId},
    term::Years,
};

use crate::{Actor, Engine, Error, Result};

/// Use cases around tariff plans.
#[derive(Debug, Clone, Copy)]
pub struct Tariffs<'a>(&'a Engine);

impl Engine {
    /// Tariff plans: what is offered, at which prices, through which modules.
    #[must_use]
    pub const fn tariffs(&self) -> Tariffs<'_> {
        Tariffs(self)
    }
}

impl Tariffs<'_> {
    /// Every plan that is not archived.
    ///
    /// # Errors
    /// As every use case.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<TariffLine>> {
        let _ = (self.0, actor);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// A plan's page.
    ///
    /// # Errors
    /// As every use case.
    pub async fn show(&self, actor: &Actor, id: TariffPlanId) -> Result<TariffView> {
        let _ = (self.0, actor, id);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Makes a plan of a product and connects the product's module.
    ///
    /// # Errors
    /// As every use case.
    pub async fn create(&self, actor: &Actor, new: NewTariff) -> Result<TariffPlanId> {
        let _ = (self.0, actor, new);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Changes a plan.
    ///
    /// # Errors
    /// As every use case.
    pub async fn edit(&self, actor: &Actor, id: TariffPlanId, change: TariffChange) -> Result<()> {
        let _ = (self.0, actor, id, change);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Sets the price of a term in a currency from an instant on.
    ///
    /// # Errors
    /// As every use case.
    pub async fn set_price(&self, actor: &Actor, id: TariffPlanId, price: NewPrice) -> Result<()> {
        let _ = (self.0, actor, id, price);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Offers a term no longer in a currency.
    ///
    /// # Errors
    /// As every use case.
    pub async fn withdraw_price(
        &self,
        actor: &Actor,
        id: TariffPlanId,
        years: Years,
        currency: Currency,
    ) -> Result<()> {
        let _ = (self.0, actor, id, years, currency);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Connects the module of this product; connects again what was disconnected.
    ///
    /// # Errors
    /// As every use case.
    pub async fn connect(&self, actor: &Actor, id: TariffPlanId, product: ProductId) -> Result<()> {
        let _ = (self.0, actor, id, product);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Disconnects a module for new orders.
    ///
    /// # Errors
    /// As every use case.
    pub async fn disconnect(&self, actor: &Actor, id: TariffPlanId, module: ModuleId) -> Result<()> {
        let _ = (self.0, actor, id, module);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Sets the order in which the modules are tried for this plan; an empty list goes back to the modules' own sort.
    ///
    /// # Errors
    /// As every use case.
    pub async fn order_modules(&self, actor: &Actor, id: TariffPlanId, modules: Vec<ModuleId>) -> Result<()> {
        let _ = (self.0, actor, id, modules);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Sets every term's price by the plan's margin rule over the first module's prices; says how many terms were priced.
    ///
    /// # Errors
    /// As every use case.
    pub async fn price_from_margin(
        &self,
        actor: &Actor,
        id: TariffPlanId,
        currency: Currency,
    ) -> Result<usize> {
        let _ = (self.0, actor, id, currency);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// What an account can order, in its currency.
    ///
    /// # Errors
    /// As every use case.
    pub async fn offers(&self, actor: &Actor, account: Option<AccountId>) -> Result<Vec<Offer>> {
        let _ = (self.0, actor, account);
        Err(Error::Internal("not built yet".to_owned()))
    }
}
