//! Orders: price, request, approvers, the order itself.

mod approvers;
mod form;
mod model;
mod place;
pub(crate) mod request;

pub use model::{
    Approvers, CodedProblem, JudgedCsr, Margin, MethodView, NamePlan, NewOrder, OrderPlaced, Quote,
    QuoteRequest, RequestSource, ValidationPlan,
};

use domain::{
    Money,
    id::{AccountId, TariffPlanId},
    name::NameSet,
    price::{ExtraNames, PeriodPrice, Price},
    term::Years,
};
use rust_decimal::Decimal;
use store::{account::Account, tariff::TariffPlan};

use crate::{
    Actor, Engine, Error, Permission, Result,
    authority::{may, require},
    money,
};

pub(crate) use approvers::{KnownApprovers, check as check_approvers, of_module as approvers_of_module};
pub(crate) use form::{
    check_choice, check_people, extra_names, names as checked_names, validations as checked_validations,
};
pub(crate) use place::price_lines;
pub(crate) use request::key_place;

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
    /// [`Error::Invalid`] names every wrong field.
    pub async fn quote(&self, actor: &Actor, request: QuoteRequest) -> Result<Quote> {
        require(actor, Permission::Order)?;
        let engine = self.0;
        let account = self.account(actor, request.account).await?;
        let plan = self.plan(actor, request.plan).await?;
        let names = form::names(&plan, &request.names)?;
        let sale = self.sale(&account, &plan, request.years, &names).await?;
        let available = money::balance_of(engine.store().reader(), &account)
            .await?
            .spendable;
        let missing = if available.covers(sale.price.gross)? {
            None
        } else {
            Some(sale.price.gross.minus(available)?)
        };
        let margin = if may(actor, Permission::SeeCosts) {
            self.margin(actor, &plan, request.years, sale.extra, sale.price.net)
                .await?
        } else {
            None
        };
        Ok(Quote {
            names,
            extra: sale.extra,
            price: sale.price,
            available,
            missing,
            margin,
        })
    }

    /// Reads a certificate signing request and says everything that is wrong with it.
    ///
    /// # Errors
    /// Only whoever may order.
    #[expect(clippy::unused_async, reason = "every use case is awaited")]
    pub async fn judge_csr(&self, actor: &Actor, text: &str) -> Result<JudgedCsr> {
        require(actor, Permission::Order)?;
        Ok(request::judged(text))
    }

    /// The addresses that may approve each name by mail, read live from the CA that would get the order.
    ///
    /// # Errors
    /// [`Error::Refused`] with `no-module` when no module serves the plan, [`Error::Ca`] when the CA does not answer.
    pub async fn approvers(
        &self,
        actor: &Actor,
        plan: TariffPlanId,
        names: &[String],
    ) -> Result<Vec<Approvers>> {
        require(actor, Permission::Order)?;
        let plan = self.plan(actor, plan).await?;
        let names = form::names(&plan, names)?;
        approvers::of_plan(self.0, &plan, &names).await
    }

    /// The methods of validation of a plan, with the day on which each ends.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn methods(&self, actor: &Actor, plan: TariffPlanId) -> Result<Vec<MethodView>> {
        require(actor, Permission::SeeServices)?;
        let plan = self.plan(actor, plan).await?;
        let rules = self.0.dated_rules();
        let today = self.0.today();
        Ok(plan
            .methods
            .0
            .iter()
            .filter(|method| rules.allows(**method, today))
            .map(|method| MethodView {
                method: *method,
                takes_wildcards: method.takes_wildcards(),
                forbidden_from: rules.method_end(*method),
            })
            .collect())
    }

    /// Takes an order: reserves the money and starts the operation that opens the service.
    ///
    /// # Errors
    /// [`Error::Invalid`] names every wrong field; [`Error::Refused`] with `not-enough-money`, `price-changed`.
    pub async fn place(&self, actor: &Actor, order: NewOrder) -> Result<OrderPlaced> {
        place::place(self.0, actor, order).await
    }

    /// Who pays.
    async fn account(&self, actor: &Actor, wanted: Option<AccountId>) -> Result<Account> {
        let id = actor
            .account()
            .or(wanted)
            .ok_or_else(|| Error::field("account", "required"))?;
        if wanted.is_some_and(|wanted| wanted != id) {
            return Err(Error::NotFound);
        }
        money::visible_account(self.0.store().reader(), actor, id).await
    }

    /// A plan that is on offer.
    async fn plan(&self, actor: &Actor, id: TariffPlanId) -> Result<TariffPlan> {
        let plan = self.0.tariffs().own(actor, id).await?;
        if plan.is_active {
            Ok(plan)
        } else {
            Err(Error::field("plan", "not-on-offer"))
        }
    }

    /// What names cost today for a term.
    pub(crate) async fn sale(
        &self,
        account: &Account,
        plan: &TariffPlan,
        years: Years,
        names: &NameSet,
    ) -> Result<Sale> {
        let (amounts, tax) = self.prices(account, plan, years).await?;
        let extra = form::extra_names(plan, names);
        Ok(Sale {
            extra,
            price: Price::of(amounts, extra, tax)?,
        })
    }

    /// Today's prices of a plan for a term in the account's currency, and its tax in percent.
    pub(crate) async fn prices(
        &self,
        account: &Account,
        plan: &TariffPlan,
        years: Years,
    ) -> Result<(PeriodPrice, Decimal)> {
        let engine = self.0;
        let reader = engine.store().reader();
        let prices =
            store::tariff::prices_at(reader, Some(plan.id), Some(account.currency), engine.now()).await?;
        let price = prices
            .into_iter()
            .find(|price| price.years == years)
            .ok_or_else(|| Error::field("years", "not-on-offer"))?;
        let tax = money::tax_percent(engine, reader, account).await?;
        Ok((price.amounts(), tax))
    }

    async fn margin(
        &self,
        actor: &Actor,
        plan: &TariffPlan,
        years: Years,
        extra: ExtraNames,
        net: Money,
    ) -> Result<Option<Margin>> {
        let terms = crate::tariffs::first_terms(self.0, plan).await?;
        let Some(term) = terms.iter().find(|term| term.years == years) else {
            return Ok(None);
        };
        let cost = cost_of(term, extra)?;
        let rate = crate::tariffs::rate(self.0, actor, cost.currency(), net.currency()).await?;
        Ok(Some(Margin {
            cost,
            left: domain::price::margin(net, cost, rate),
        }))
    }
}

/// What is sold at which price.
pub(crate) struct Sale {
    /// Names beyond those that the price includes.
    pub(crate) extra: ExtraNames,
    /// The price with its lines.
    pub(crate) price: Price,
}

/// What a CA charges for a term with so many further names.
pub(crate) fn cost_of(term: &store::catalogue::ProductTerm, extra: ExtraNames) -> Result<Money> {
    let none = Money::zero(term.currency);
    let amounts = PeriodPrice {
        period: term.price(),
        extra_name: term.extra_name().unwrap_or(none),
        extra_wildcard: term.extra_wildcard().unwrap_or(none),
    };
    Ok(Price::of(amounts, extra, Decimal::ZERO)?.net)
}
