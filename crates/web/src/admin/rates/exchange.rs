//! Exchange rates: what a CA's currency is worth in the currency of the prices, each from a day on.

use axum::response::Response;
use domain::id::ExchangeRateId;
use engine::money::rates::{Dated, NewExchangeRate, Standing};
use httpkit::{Failure, Flash, Form, Params, params::Posted};
use maud::{Markup, html};
use rust_decimal::Decimal;
use store::rate::ExchangeRate;

use super::{PAGE, framed, standing};
use crate::{
    admin::{answers::after, pieces},
    components::{
        card::card,
        dialog::{self, Question},
        field::{self, Field, Kind},
        icon::Icon,
        list::{self, Pager, leave_page},
        table::{self, Column, Table},
    },
    routes::{Audience, Routes},
    view::View,
    visit::{AdministratorVisit, At, StaffVisit},
};

pub(super) const PATH: &str = "/admin/rates/exchange";
const FIELDS: [&str; 5] = ["from", "to", "rate", "source", "valid_on"];

pub(super) fn routes() -> Routes {
    let seen = Routes::of(Audience::Staff).get(PATH, list_page);
    let entered = Routes::of(Audience::Administrator)
        .post(PATH, add)
        .post("/admin/rates/exchange/{id}/remove", remove);
    seen.merge(entered)
}

async fn list_page(visit: StaffVisit) -> Result<Response, Failure> {
    let form = proposed(&visit.view);
    let markup = gathered(&visit, &form).await?;
    Ok(visit.page(markup))
}

async fn add(visit: AdministratorVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    if let Some(new) = read(&mut form) {
        match visit.engine.money().add_exchange_rate(&visit.actor, new).await {
            Ok(_) => return Ok(visit.done(PATH, &Flash::done(i18n::key!("rates-exchange-added")))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let markup = gathered(&visit, &form).await?;
    Ok(visit.rejected(markup))
}

async fn remove(visit: AdministratorVisit, At(id): At<ExchangeRateId>) -> Result<Response, Failure> {
    let removed = visit.engine.money().remove_exchange_rate(&visit.actor, id).await;
    let done = Flash::done(i18n::key!("rates-exchange-removed"));
    after(&visit, PATH, &done, removed)
}

/// The form of a rate before anything was typed.
#[must_use]
pub fn proposed(view: &View) -> Form {
    Form::default().with("valid_on", view.today().to_string())
}

fn read(form: &mut Form) -> Option<NewExchangeRate> {
    let from = pieces::required_currency(form, "from");
    let to = pieces::required_currency(form, "to");
    let rate = pieces::required_decimal(form, "rate");
    let source = form.required("source", 200);
    let valid_on = pieces::required_day(form, "valid_on");
    if form.has_problems() {
        return None;
    }
    Some(NewExchangeRate {
        from: from?,
        to: to?,
        rate: rate?,
        source,
        valid_on: valid_on?,
    })
}

async fn gathered(visit: &StaffVisit, form: &Form) -> Result<Markup, Failure> {
    let mut rates = visit.engine.money().exchange_rates(&visit.actor).await?;
    let pager = leave_page(&mut rates, &visit.query, PAGE);
    Ok(page(&visit.view, &visit.query, &rates, form, &pager))
}

/// The page.
#[must_use]
pub fn page(
    view: &View,
    query: &Params,
    rates: &[Dated<ExchangeRate>],
    form: &Form,
    pager: &Pager,
) -> Markup {
    let table = Table {
        caption: view.t("rates-tab-exchange"),
        columns: vec![
            Column::fit(view.t("rates-valid-from")),
            Column::fit(view.t("rates-currencies")),
            Column::numbers(view.t("rates-rate-column")),
            Column::new(view.t("rates-source")),
            Column::fit(view.t("column-state")),
            Column::actions(view),
        ],
        rows: rates.iter().map(|rate| row(view, rate)).collect(),
        sorting: None,
        empty: table::empty(
            Icon::Money,
            &view.t("rates-exchange-empty-title"),
            &view.t("rates-exchange-empty-text"),
            &html! {},
        ),
    };
    framed(
        view,
        PATH,
        view.t("rates-exchange-text"),
        &html! {
            (table.render())
            (list::pager(view, query, pager))
            @if pieces::is_administrator(view) { (card("rate-new", &view.t("rates-exchange-add"), &entry(view, form))) }
        },
    )
}

fn row(view: &View, dated: &Dated<ExchangeRate>) -> Vec<Markup> {
    let rate = &dated.rate;
    vec![
        html! { (view.date(rate.valid_on)) },
        html! { (rate.from_currency) " → " (rate.to_currency) },
        html! { (view.decimal(rate.rate)) },
        html! { (rate.source) },
        standing(view, dated.standing),
        html! {
            @if dated.standing == Standing::ToCome && pieces::is_administrator(view) { (removal(view, rate)) }
        },
    ]
}

fn removal(view: &View, rate: &ExchangeRate) -> Markup {
    let said = [
        ("from", rate.from_currency.code().into()),
        ("to", rate.to_currency.code().into()),
        ("rate", view.decimal(rate.rate).into()),
        ("day", view.date(rate.valid_on).into()),
    ];
    let question = Question {
        id: &format!("remove-{}", rate.id),
        title: view.t("action-delete"),
        text: view.t_args("rates-exchange-remove-text", &said),
        action: format!("{PATH}/{}/remove", rate.id),
        fields: html! {},
        class: "danger small",
    };
    html! { div.actions { (dialog::confirm(view, &question)) } }
}

fn entry(view: &View, form: &Form) -> Markup {
    let typed = |name, label, kind| Field::new(name, label, kind).autocomplete("off");
    html! {
        (field::summary(view, form, &FIELDS))
        form.form method="post" action=(PATH) {
            div.row-fields {
                (typed("from", view.t("rates-from"), Kind::Text).placeholder("USD").render(view, form))
                (typed("to", view.t("rates-to"), Kind::Text).placeholder("EUR").render(view, form))
                (typed("rate", view.t("rates-rate"), Kind::Money).placeholder(view.decimal(Decimal::new(92, 2))).hint(view.t("rates-rate-hint")).render(view, form))
            }
            div.row-fields {
                (typed("source", view.t("rates-source"), Kind::Text).hint(view.t("rates-source-hint")).render(view, form))
                (Field::new("valid_on", view.t("rates-valid-from"), Kind::Day).hint(view.t("rates-valid-from-hint")).render(view, form))
            }
            div.actions { button.button.primary type="submit" { (view.t("rates-exchange-add")) } }
        }
    }
}
