//! Tariff plans: what is offered, at which prices, through which modules.

mod model;
mod view;

pub use model::{NewPrice, NewTariff, Offer, PlanModule, PriceView, TariffChange, TariffLine, TariffView};

use domain::{
    Currency, Money,
    contact::FieldProblem,
    id::{AccountId, ModuleId, ProductId, TariffPlanId},
    price::MarginRule,
    product::ProductKind,
    term::Years,
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::json;
use store::{
    Json,
    catalogue::Product,
    tariff::{self, TariffModule, TariffPlan, TariffPrice},
};

use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::{require, see},
};

/// Longest name.
const LONGEST_NAME: usize = 80;

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
    /// Only staff sees plans; clients see [`Tariffs::offers`].
    pub async fn list(&self, actor: &Actor) -> Result<Vec<TariffLine>> {
        require(actor, Permission::SeeModules)?;
        view::lines(self.0, actor).await
    }

    /// A plan's page.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn show(&self, actor: &Actor, id: TariffPlanId) -> Result<TariffView> {
        require(actor, Permission::SeeModules)?;
        let plan = self.own(actor, id).await?;
        view::page(self.0, actor, plan).await
    }

    /// Makes a plan of a product and connects the product's module.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub async fn create(&self, actor: &Actor, new: NewTariff) -> Result<TariffPlanId> {
        require(actor, Permission::ManageTariffs)?;
        let engine = self.0;
        check_name(&new.name)?;
        check_margin(new.margin)?;
        let product = self.product(actor, new.product).await?;
        let now = engine.now();
        let plan = TariffPlan {
            id: engine.new_id(),
            seller_id: actor.seller,
            name: new.name.trim().to_owned(),
            note: new.note,
            brand: product.brand.clone(),
            product_name: product.name.clone(),
            level: product.level,
            kind: product.kind,
            included_names: product.included_names,
            most_names: product.most_names,
            methods: product.methods.clone(),
            margin_percent: new.margin.map(|rule| rule.percent),
            margin_round_up_to: new.margin.map(|rule| rule.round_up_to),
            is_active: new.is_active,
            sort: new.sort,
            created_at: now,
            updated_at: now,
            archived_at: None,
            version: 1,
        };
        let tx = engine.store().begin().await?;
        tariff::insert(&tx, &plan).await?;
        tariff::connect(&tx, &connection(&plan, &product, now)).await?;
        audit::append(
            &tx,
            engine,
            actor,
            "tariff.created",
            &plan.id,
            json!({ "name": plan.name }),
        );
        tx.commit().await?;
        Ok(plan.id)
    }

    /// Changes a plan.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::Conflict`].
    pub async fn edit(&self, actor: &Actor, id: TariffPlanId, change: TariffChange) -> Result<()> {
        require(actor, Permission::ManageTariffs)?;
        let engine = self.0;
        let mut plan = self.own(actor, id).await?;
        check_name(&change.name)?;
        check_margin(change.margin)?;
        if change.methods.is_empty() {
            return Err(Error::field("methods", "required"));
        }
        if plan.version != change.version {
            return Err(Error::Conflict);
        }
        change.name.trim().clone_into(&mut plan.name);
        plan.note = change.note;
        plan.methods = Json(change.methods);
        plan.most_names = match plan.kind {
            ProductKind::MultiDomain => i32::try_from(change.most_names.clamp(1, 250)).unwrap_or(250),
            ProductKind::Single | ProductKind::Wildcard => 1,
        };
        plan.margin_percent = change.margin.map(|rule| rule.percent);
        plan.margin_round_up_to = change.margin.map(|rule| rule.round_up_to);
        plan.sort = change.sort;
        plan.is_active = change.is_active;
        plan.updated_at = engine.now();
        let tx = engine.store().begin().await?;
        tariff::update(&tx, &mut plan).await?;
        audit::append(
            &tx,
            engine,
            actor,
            "tariff.changed",
            &id,
            json!({ "name": plan.name, "active": plan.is_active }),
        );
        tx.commit().await?;
        Ok(())
    }

    /// Sets the price of a term in a currency from an instant on.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub async fn set_price(&self, actor: &Actor, id: TariffPlanId, price: NewPrice) -> Result<()> {
        require(actor, Permission::ManageTariffs)?;
        let engine = self.0;
        self.own(actor, id).await?;
        let now = engine.now();
        let row = priced(engine, id, &price, now)?;
        let tx = engine.store().begin().await?;
        tariff::insert_prices(&tx, &[row]).await?;
        let details =
            json!({ "years": price.years, "currency": price.currency, "period": price.period.to_string() });
        audit::append(&tx, engine, actor, "tariff.price_set", &id, details);
        tx.commit().await?;
        Ok(())
    }

    /// Offers a term no longer in a currency.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn withdraw_price(
        &self,
        actor: &Actor,
        id: TariffPlanId,
        years: Years,
        currency: Currency,
    ) -> Result<()> {
        require(actor, Permission::ManageTariffs)?;
        let engine = self.0;
        self.own(actor, id).await?;
        let now = engine.now();
        let price = NewPrice {
            years,
            currency,
            period: Decimal::ZERO,
            extra_name: Decimal::ZERO,
            extra_wildcard: Decimal::ZERO,
            valid_from: None,
        };
        let row = TariffPrice {
            is_withdrawn: true,
            ..priced(engine, id, &price, now)?
        };
        let tx = engine.store().begin().await?;
        tariff::insert_prices(&tx, &[row]).await?;
        let details = json!({ "years": years, "currency": currency });
        audit::append(&tx, engine, actor, "tariff.price_withdrawn", &id, details);
        tx.commit().await?;
        Ok(())
    }

    /// Connects the module of this product; connects again what was disconnected.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the product is of another kind or level than the plan.
    pub async fn connect(&self, actor: &Actor, id: TariffPlanId, product: ProductId) -> Result<()> {
        require(actor, Permission::ManageTariffs)?;
        let engine = self.0;
        let plan = self.own(actor, id).await?;
        let product = self.product(actor, product).await?;
        if (product.kind, product.level) != (plan.kind, plan.level) {
            return Err(Error::field("product", "other-kind-of-product"));
        }
        let tx = engine.store().begin().await?;
        let known = tariff::modules(&tx, id)
            .await?
            .into_iter()
            .find(|known| known.module_id == product.module_id);
        match known {
            Some(mut known) => {
                known.product_id = product.id;
                known.is_active = true;
                tariff::update_connection(&tx, &known).await?;
            }
            None => tariff::connect(&tx, &connection(&plan, &product, engine.now())).await?,
        }
        let details = json!({ "module": product.module_id, "product": product.name });
        audit::append(&tx, engine, actor, "tariff.module_connected", &id, details);
        tx.commit().await?;
        Ok(())
    }

    /// Disconnects a module for new orders.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn disconnect(&self, actor: &Actor, id: TariffPlanId, module: ModuleId) -> Result<()> {
        self.change_connections(actor, id, "tariff.module_disconnected", |connection| {
            if connection.module_id == module {
                connection.is_active = false;
            }
        })
        .await
    }

    /// Sets the order in which the modules are tried for this plan; an empty list goes back to the modules' own sort.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn order_modules(&self, actor: &Actor, id: TariffPlanId, modules: Vec<ModuleId>) -> Result<()> {
        self.change_connections(actor, id, "tariff.modules_ordered", |connection| {
            let place = modules.iter().position(|module| *module == connection.module_id);
            connection.position = match place {
                Some(place) => i32::try_from(place).ok(),
                None if modules.is_empty() => None,
                // What is not listed comes after what is.
                None => Some(i32::MAX),
            };
        })
        .await
    }

    /// Sets every term's price by the plan's margin rule over the first module's prices; says how many terms were
    /// priced.
    ///
    /// # Errors
    /// [`Error::Refused`] with `no-margin-rule`, `no-cost`, or `no-rate` when the CA charges in another currency and no
    /// exchange rate is known.
    pub async fn price_from_margin(
        &self,
        actor: &Actor,
        id: TariffPlanId,
        currency: Currency,
    ) -> Result<usize> {
        require(actor, Permission::ManageTariffs)?;
        let engine = self.0;
        let plan = self.own(actor, id).await?;
        let rule = margin_of(&plan).ok_or(Error::refused("no-margin-rule"))?;
        let terms = view::first_terms(engine, &plan).await?;
        let first = terms.first().ok_or(Error::refused("no-cost"))?;
        let rate = view::rate(engine, actor, first.currency, currency)
            .await?
            .ok_or(Error::refused("no-rate"))?;
        let now = engine.now();
        let price_for = |cost: Option<Money>| -> Result<Decimal> {
            let Some(cost) = cost else {
                return Ok(Decimal::ZERO);
            };
            let converted = Money::new(cost.amount() * rate, currency);
            Ok(rule.price_for(converted)?.amount())
        };
        let mut rows = Vec::new();
        for term in &terms {
            let price = NewPrice {
                years: term.years,
                currency,
                period: price_for(Some(term.price()))?,
                extra_name: price_for(term.extra_name())?,
                extra_wildcard: price_for(term.extra_wildcard())?,
                valid_from: None,
            };
            rows.push(priced(engine, id, &price, now)?);
        }
        let tx = engine.store().begin().await?;
        tariff::insert_prices(&tx, &rows).await?;
        let details =
            json!({ "currency": currency, "terms": rows.len(), "percent": rule.percent.to_string() });
        audit::append(&tx, engine, actor, "tariff.priced_by_margin", &id, details);
        tx.commit().await?;
        Ok(rows.len())
    }

    /// What an account can order, in its currency.
    ///
    /// # Errors
    /// [`Error::Invalid`] when staff names no account.
    pub async fn offers(&self, actor: &Actor, account: Option<AccountId>) -> Result<Vec<Offer>> {
        require(actor, Permission::SeeServices)?;
        let engine = self.0;
        let account = actor
            .account()
            .or(account)
            .ok_or_else(|| Error::field("account", "required"))?;
        let reader = engine.store().reader();
        let account = store::account::find(reader, account)
            .await?
            .ok_or(Error::NotFound)?;
        see(actor, account.seller_id, Some(account.id))?;
        let plans = tariff::all(reader, account.seller_id).await?;
        let prices = tariff::prices_at(reader, None, Some(account.currency), engine.now()).await?;
        let rules = engine.dated_rules();
        let today = engine.today();
        Ok(plans
            .into_iter()
            .filter(|plan| plan.is_active)
            .filter_map(|plan| {
                let terms: Vec<_> = prices
                    .iter()
                    .filter(|price| price.tariff_plan_id == plan.id)
                    .map(|price| (price.years, price.amounts()))
                    .collect();
                (!terms.is_empty()).then(|| Offer {
                    plan: plan.id,
                    name: plan.name,
                    brand: plan.brand,
                    level: plan.level,
                    kind: plan.kind,
                    included_names: u32::try_from(plan.included_names).unwrap_or(0),
                    most_names: u32::try_from(plan.most_names).unwrap_or(0),
                    methods: plan
                        .methods
                        .0
                        .into_iter()
                        .filter(|method| rules.allows(*method, today))
                        .collect(),
                    terms,
                })
            })
            .collect())
    }

    /// A plan that the actor may see.
    pub(crate) async fn own(&self, actor: &Actor, id: TariffPlanId) -> Result<TariffPlan> {
        let plan = tariff::find(self.0.store().reader(), id)
            .await?
            .filter(|plan| plan.archived_at.is_none() && plan.seller_id == actor.seller);
        plan.ok_or(Error::NotFound)
    }

    async fn product(&self, actor: &Actor, id: ProductId) -> Result<Product> {
        let product = store::catalogue::product(self.0.store().reader(), id).await?;
        let product = product.ok_or_else(|| Error::field("product", "unknown-product"))?;
        self.0.modules().own(actor, product.module_id).await?;
        Ok(product)
    }

    async fn change_connections(
        &self,
        actor: &Actor,
        id: TariffPlanId,
        what: &'static str,
        change: impl Fn(&mut TariffModule),
    ) -> Result<()> {
        require(actor, Permission::ManageTariffs)?;
        let engine = self.0;
        let plan = self.own(actor, id).await?;
        let tx = engine.store().begin().await?;
        for mut connection in tariff::modules(&tx, id).await? {
            change(&mut connection);
            tariff::update_connection(&tx, &connection).await?;
        }
        audit::append(&tx, engine, actor, what, &id, json!({ "name": plan.name }));
        tx.commit().await?;
        Ok(())
    }
}

/// The margin rule of a plan.
pub(crate) fn margin_of(plan: &TariffPlan) -> Option<MarginRule> {
    Some(MarginRule {
        percent: plan.margin_percent?,
        round_up_to: plan.margin_round_up_to.unwrap_or_default(),
    })
}

pub(crate) use view::{first_terms, rate};

fn connection(plan: &TariffPlan, product: &Product, now: Timestamp) -> TariffModule {
    TariffModule {
        tariff_plan_id: plan.id,
        module_id: product.module_id,
        product_id: product.id,
        position: None,
        is_active: true,
        connected_at: now,
    }
}

fn priced(engine: &Engine, plan: TariffPlanId, price: &NewPrice, now: Timestamp) -> Result<TariffPrice> {
    let mut problems = Vec::new();
    let mut minor = |field: &str, amount: Decimal| {
        let money = Money::new(amount, price.currency);
        match money.minor() {
            Ok(minor) if minor >= 0 && amount <= Decimal::from(1_000_000_000) => minor,
            _ => {
                problems.push(FieldProblem {
                    field: field.to_owned(),
                    code: "amount",
                });
                0
            }
        }
    };
    let (period, name, wildcard) = (
        minor("period", price.period),
        minor("extra_name", price.extra_name),
        minor("extra_wildcard", price.extra_wildcard),
    );
    if price.valid_from.is_some_and(|from| from < now) {
        problems.push(FieldProblem {
            field: "valid_from".to_owned(),
            code: "in-the-past",
        });
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    Ok(TariffPrice {
        id: engine.new_id::<ProductId>().into(),
        tariff_plan_id: plan,
        years: price.years,
        period_minor: period,
        extra_name_minor: name,
        extra_wildcard_minor: wildcard,
        currency: price.currency,
        valid_from: price.valid_from.unwrap_or(now),
        is_withdrawn: false,
        created_at: now,
    })
}

fn check_name(name: &str) -> Result<()> {
    let name = name.trim();
    match () {
        () if name.is_empty() => Err(Error::field("name", "required")),
        () if name.chars().count() > LONGEST_NAME => Err(Error::field("name", "too-long")),
        () if name.chars().any(char::is_control) => Err(Error::field("name", "control-characters")),
        () => Ok(()),
    }
}

fn check_margin(margin: Option<MarginRule>) -> Result<()> {
    let Some(rule) = margin else { return Ok(()) };
    let is_sane = rule.percent > Decimal::from(-100)
        && rule.percent <= Decimal::from(10_000)
        && rule.round_up_to >= Decimal::ZERO
        && rule.round_up_to <= Decimal::from(1_000_000);
    if is_sane {
        Ok(())
    } else {
        Err(Error::field("margin", "amount"))
    }
}
