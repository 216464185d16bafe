//! Orders: price, request, approvers, the order itself.

mod model;

pub use model::{
    Approvers, CodedProblem, JudgedCsr, Margin, MethodView, NamePlan, NewOrder, OrderPlaced, Quote,
    QuoteRequest, RequestSource, ValidationPlan,
};

use domain::id::TariffPlanId;

use crate::{Actor, Engine, Error, Result};

/// Use cases around orders.
#[derive(Debug, Clone, Copy)]
pub struct Orders<'a>(&'a Engine);

impl Engine {
    /// Orders: price, request, approvers, the order itself.
    #[must_use]
    pub const fn orders(&self) -> Orders<'_> {
        Orders(self)
    }
}

impl Orders<'_> {
    /// What an order would cost, and whether it can be paid.
    ///
    /// # Errors
    /// As every use case.
    pub async fn quote(&self, actor: &Actor, request: QuoteRequest) -> Result<Quote> {
        let _ = (self.0, actor, request);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Reads a certificate signing request and says everything that is wrong with it.
    ///
    /// # Errors
    /// As every use case.
    pub async fn judge_csr(&self, actor: &Actor, text: &str) -> Result<JudgedCsr> {
        let _ = (self.0, actor, text);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// The addresses that may approve each name by mail, read live from the CA that would get the order.
    ///
    /// # Errors
    /// As every use case.
    pub async fn approvers(
        &self,
        actor: &Actor,
        plan: TariffPlanId,
        names: &[String],
    ) -> Result<Vec<Approvers>> {
        let _ = (self.0, actor, plan, names);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// The methods of validation of a plan, with the day on which each ends.
    ///
    /// # Errors
    /// As every use case.
    pub async fn methods(&self, actor: &Actor, plan: TariffPlanId) -> Result<Vec<MethodView>> {
        let _ = (self.0, actor, plan);
        Err(Error::Internal("not built yet".to_owned()))
    }

    /// Takes an order: reserves the money and starts the operation that opens the service.
    ///
    /// # Errors
    /// As every use case.
    pub async fn place(&self, actor: &Actor, order: NewOrder) -> Result<OrderPlaced> {
        let _ = (self.0, actor, order);
        Err(Error::Internal("not built yet".to_owned()))
    }
}
