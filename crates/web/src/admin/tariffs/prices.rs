//! The prices of a tariff plan: set, withdrawn, set by the margin rule; each beside what the CA asks.

use axum::response::Response;
use domain::{Currency, Money, id::TariffPlanId, product::ProductKind, term::Years};
use engine::tariffs::{NewPrice, PriceView, TariffView};
use httpkit::{Failure, Flash, Form, Tone, params::Posted};
use jiff::{Timestamp, civil::Date};
use maud::{Markup, html};
use rust_decimal::Decimal;

use super::{
    address,
    list::{is_loss, years},
    show,
};
use crate::{
    admin::pieces::{self, dash},
    components::{
        badge::badge,
        card::{card, framed},
        dialog::{self, Question},
        field::{self, Field, Kind},
        icon::Icon,
        table::{self, Column, Table},
    },
    routes::{Audience, Routes},
    view::View,
    visit::{AdministratorVisit, At},
};

const FIELDS: [&str; 6] = [
    "years",
    "currency",
    "period",
    "extra_name",
    "extra_wildcard",
    "valid_from",
];
/// The longest term that is sold.
const MOST_YEARS: u32 = 10;

/// The routes of prices.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator)
        .post("/admin/tariffs/{id}/prices", set)
        .post("/admin/tariffs/{id}/prices/withdraw", withdraw)
        .post("/admin/tariffs/{id}/prices/margin", by_margin)
}

/// The form of a price before anything was typed.
#[must_use]
pub fn proposed(plan: &TariffView) -> Form {
    Form::default()
        .with("years", "1")
        .with("currency", currencies(plan).remove(0).to_string())
}

async fn set(
    visit: AdministratorVisit,
    At(id): At<TariffPlanId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let shown = super::shown(&visit, id).await?;
    let mut form = Form::from(posted);
    if let Some(price) = read(&visit, &mut form) {
        match visit.engine.tariffs().set_price(&visit.actor, id, price).await {
            Ok(()) => {
                return Ok(visit.done(&address(id), &Flash::done(i18n::key!("tariffs-price-set"))));
            }
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(show::page(&visit.view, &shown, &form)))
}

async fn withdraw(
    visit: AdministratorVisit,
    At(id): At<TariffPlanId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let years = posted.read_as("years").and_then(|count| Years::new(count).ok());
    let (Some(years), Some(currency)) = (years, posted.read_as::<Currency>("currency")) else {
        return Err(Failure::of_status(axum::http::StatusCode::BAD_REQUEST));
    };
    visit
        .engine
        .tariffs()
        .withdraw_price(&visit.actor, id, years, currency)
        .await?;
    Ok(visit.done(&address(id), &Flash::done(i18n::key!("tariffs-price-withdrawn"))))
}

async fn by_margin(
    visit: AdministratorVisit,
    At(id): At<TariffPlanId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let Some(currency) = posted.read_as::<Currency>("currency") else {
        return Err(Failure::of_status(axum::http::StatusCode::BAD_REQUEST));
    };
    match visit
        .engine
        .tariffs()
        .price_from_margin(&visit.actor, id, currency)
        .await
    {
        Ok(count) => {
            let flash = Flash::done(i18n::key!("tariffs-prices-set")).with("count", count.to_string());
            Ok(visit.done(&address(id), &flash))
        }
        Err(error @ engine::Error::Refused(_)) => {
            let shown = super::shown(&visit, id).await?;
            let mut form = proposed(&shown.plan);
            visit.into_form(&mut form, error)?;
            Ok(visit.rejected(show::page(&visit.view, &shown, &form)))
        }
        Err(error) => Err(error.into()),
    }
}

fn read(visit: &AdministratorVisit, form: &mut Form) -> Option<NewPrice> {
    let years = form
        .number::<u32>("years")
        .and_then(|count| Years::new(count).ok());
    if years.is_none() {
        form.reject("years", "choice");
    }
    let currency = form.choice::<Currency>("currency");
    let period = pieces::decimal(form, "period");
    if period.is_none() && form.problems_of("period").is_empty() {
        form.reject("period", "required");
    }
    let extra_name = pieces::decimal(form, "extra_name").unwrap_or(Decimal::ZERO);
    let extra_wildcard = pieces::decimal(form, "extra_wildcard").unwrap_or(Decimal::ZERO);
    let valid_from = valid_from(visit, form);
    if form.has_problems() {
        return None;
    }
    Some(NewPrice {
        years: years?,
        currency: currency?,
        period: period?,
        extra_name,
        extra_wildcard,
        valid_from,
    })
}

/// The first instant of the day in the seller's zone; of today it is now.
fn valid_from(visit: &AdministratorVisit, form: &mut Form) -> Option<Timestamp> {
    let day = form.optional_choice::<Date>("valid_from")?;
    let view = &visit.view;
    if day == view.today() {
        return None;
    }
    let Ok(start) = day.to_zoned(view.zone.clone()) else {
        form.reject("valid_from", "out-of-range");
        return None;
    };
    Some(start.timestamp())
}

/// The prices in force, and the form of another.
#[must_use]
pub fn present(view: &View, plan: &TariffView, form: &Form, base: &str) -> Markup {
    let table = Table {
        caption: view.t("tariffs-prices"),
        columns: vec![
            Column::new(view.t("tariffs-period")),
            Column::numbers(view.t("column-price")),
            Column::numbers(view.t("tariffs-extra-name")),
            Column::numbers(view.t("tariffs-extra-wildcard")),
            Column::numbers(view.t("services-cost")),
            Column::numbers(view.t("services-margin")),
            Column::fit(view.t("tariffs-valid-from")),
            Column::actions(view),
        ],
        rows: plan
            .line
            .prices
            .iter()
            .map(|price| row(view, price, base))
            .collect(),
        sorting: None,
        empty: table::empty(
            Icon::Money,
            &view.t("tariffs-no-price"),
            &view.t("tariffs-no-price-text"),
            &html! {},
        ),
    };
    framed(
        "prices",
        &view.t("tariffs-prices"),
        &html! {},
        &html! {
            (table.render())
            @if pieces::is_administrator(view) { div.card-body { (price_form(view, plan, form, base)) } }
        },
    )
}

fn row(view: &View, price: &PriceView, base: &str) -> Vec<Markup> {
    let money = |amount: Option<Money>| match amount {
        Some(amount) => html! { (view.money(amount)) },
        None => dash(),
    };
    let withdraw = html! {
        @if pieces::is_administrator(view) {
            (dialog::confirm(view, &Question {
                id: &format!("withdraw-{}-{}", price.years.count(), price.currency),
                title: view.t("tariffs-withdraw"),
                text: view.t("tariffs-withdraw-text"),
                action: format!("{base}/prices/withdraw"),
                fields: html! {
                    input type="hidden" name="years" value=(price.years.count());
                    input type="hidden" name="currency" value=(price.currency);
                },
                class: "danger small",
            }))
        }
    };
    vec![
        html! { (years(view, price)) " · " (price.currency) },
        money(Some(price.amounts.period)),
        money(Some(price.amounts.extra_name)),
        money(Some(price.amounts.extra_wildcard)),
        money(price.cost),
        html! { (money(price.margin)) @if is_loss(price) { " " (badge(Tone::Bad, &view.t("tariffs-loss"))) } },
        html! { (view.day_of(price.valid_from)) },
        withdraw,
    ]
}

fn price_form(view: &View, plan: &TariffView, form: &Form, base: &str) -> Markup {
    let terms: Vec<(String, String)> = (1..=MOST_YEARS)
        .map(|count| {
            (
                count.to_string(),
                view.t_args("services-years", &[("count", count.into())]),
            )
        })
        .collect();
    html! {
        h3 { (view.t("tariffs-set-price")) }
        (field::summary(view, form, &FIELDS))
        form.form.full method="post" action={ (base) "/prices" } {
            div.row-fields {
                (Field::new("years", view.t("tariffs-period"), Kind::Text).select(view, form, &terms))
                (Field::new("currency", view.t("tariffs-currency"), Kind::Text).autocomplete("off").render(view, form))
                (Field::new("period", view.t("column-price"), Kind::Money).autocomplete("off").render(view, form))
            }
            @if plan.line.kind == ProductKind::MultiDomain {
                div.row-fields {
                    (Field::new("extra_name", view.t("tariffs-extra-name"), Kind::Money).optional().autocomplete("off").render(view, form))
                    (Field::new("extra_wildcard", view.t("tariffs-extra-wildcard"), Kind::Money).optional().autocomplete("off").render(view, form))
                }
            }
            (Field::new("valid_from", view.t("tariffs-valid-from"), Kind::Day).optional().hint(view.t("tariffs-valid-from-hint")).render(view, form))
            div.actions { button.button.primary type="submit" { (view.t("tariffs-set-price")) } }
        }
    }
}

/// The margin rule, and setting the prices by it.
#[must_use]
pub fn margin(view: &View, plan: &TariffView, base: &str) -> Markup {
    let text = plan.margin.as_ref().map_or_else(
        || view.t("tariffs-no-margin-rule"),
        |rule| {
            let values = [
                ("percent", rule.percent.normalize().to_string().into()),
                ("step", rule.round_up_to.normalize().to_string().into()),
            ];
            view.t_args("tariffs-margin-rule-line", &values)
        },
    );
    let options: Vec<Currency> = currencies(plan);
    card(
        "margin",
        &view.t("tariffs-margin-rule"),
        &html! {
            p { (text) }
            p.muted { (view.t("tariffs-margin-text")) }
            @if plan.margin.is_some() && pieces::is_administrator(view) {
                div.actions {
                    (dialog::confirm(view, &Question {
                        id: "by-margin",
                        title: view.t("tariffs-apply-margin"),
                        text: view.t("tariffs-apply-margin-text"),
                        action: format!("{base}/prices/margin"),
                        fields: html! {
                            div.field {
                                label for="margin-currency" { (view.t("tariffs-currency")) }
                                select id="margin-currency" name="currency" {
                                    @for currency in &options { option value=(currency) { (currency) } }
                                }
                            }
                        },
                        class: "small",
                    }))
                }
            }
        },
    )
}

/// Every price ever set, those to come among them.
#[must_use]
pub fn history(view: &View, plan: &TariffView) -> Markup {
    card(
        "history",
        &view.t("tariffs-history"),
        &html! {
            @if plan.history.is_empty() { p.muted { (view.t("tariffs-no-history")) } }
            ul.plain-list {
                @for price in &plan.history {
                    li {
                        (view.instant(price.valid_from)) " · " (years(view, price)) " · " (price.currency) ": "
                        @if price.is_withdrawn { (view.t("tariffs-withdrawn")) } @else { (view.money(price.amounts.period)) }
                        @if price.valid_from > view.now { " " (badge(Tone::Info, &view.t("tariffs-to-come"))) }
                    }
                }
            }
        },
    )
}

/// The currencies of the plan's prices, then those that are usual; never empty.
fn currencies(plan: &TariffView) -> Vec<Currency> {
    let mut all: Vec<Currency> = plan.line.prices.iter().map(|price| price.currency).collect();
    all.extend([Currency::EUR, Currency::USD, Currency::RUB]);
    let mut distinct: Vec<Currency> = Vec::new();
    for currency in all {
        if !distinct.contains(&currency) {
            distinct.push(currency);
        }
    }
    distinct
}
