//! Tax rates by the client's country and by who the client is, each from a day on.

use axum::response::Response;
use domain::id::TaxRateId;
use engine::money::rates::{Dated, NewTaxRate, Standing};
use httpkit::{Failure, Flash, Form, Params, params::Posted};
use maud::{Markup, html};
use store::{account::AccountKind, rate::TaxRate};

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

pub(super) const PATH: &str = "/admin/rates";
const FIELDS: [&str; 4] = ["country", "kind", "percent", "valid_from"];

pub(super) fn routes() -> Routes {
    let seen = Routes::of(Audience::Staff).get(PATH, list_page);
    let entered = Routes::of(Audience::Administrator)
        .post(PATH, add)
        .post("/admin/rates/{id}/remove", remove);
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
        match visit.engine.money().add_tax_rate(&visit.actor, new).await {
            Ok(_) => return Ok(visit.done(PATH, &Flash::done(i18n::key!("rates-tax-added")))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let markup = gathered(&visit, &form).await?;
    Ok(visit.rejected(markup))
}

async fn remove(visit: AdministratorVisit, At(id): At<TaxRateId>) -> Result<Response, Failure> {
    let removed = visit.engine.money().remove_tax_rate(&visit.actor, id).await;
    let done = Flash::done(i18n::key!("rates-tax-removed"));
    after(&visit, PATH, &done, removed)
}

/// The form of a rate before anything was typed.
#[must_use]
pub fn proposed(view: &View) -> Form {
    Form::default().with("valid_from", view.today().to_string())
}

fn read(form: &mut Form) -> Option<NewTaxRate> {
    let country = form.optional("country", 2);
    let account_kind = form.choice::<AccountKind>("kind");
    let percent = pieces::required_decimal(form, "percent");
    let valid_from = pieces::required_day(form, "valid_from");
    if form.has_problems() {
        return None;
    }
    Some(NewTaxRate {
        country,
        account_kind: account_kind?,
        percent: percent?,
        valid_from: valid_from?,
    })
}

async fn gathered(visit: &StaffVisit, form: &Form) -> Result<Markup, Failure> {
    let mut rates = visit.engine.money().tax_rates(&visit.actor).await?;
    let pager = leave_page(&mut rates, &visit.query, PAGE);
    Ok(page(&visit.view, &visit.query, &rates, form, &pager))
}

/// The page.
#[must_use]
pub fn page(view: &View, query: &Params, rates: &[Dated<TaxRate>], form: &Form, pager: &Pager) -> Markup {
    let table = Table {
        caption: view.t("rates-tab-taxes"),
        columns: vec![
            Column::new(view.t("rates-country")),
            Column::new(view.t("rates-kind")),
            Column::numbers(view.t("rates-percent-column")),
            Column::fit(view.t("rates-valid-from")),
            Column::fit(view.t("column-state")),
            Column::actions(view),
        ],
        rows: rates.iter().map(|rate| row(view, rate)).collect(),
        sorting: None,
        empty: table::empty(
            Icon::Percent,
            &view.t("rates-taxes-empty-title"),
            &view.t("rates-taxes-empty-text"),
            &html! {},
        ),
    };
    framed(
        view,
        PATH,
        view.t("rates-taxes-text"),
        &html! {
            (table.render())
            (list::pager(view, query, pager))
            @if pieces::is_administrator(view) { (card("rate-new", &view.t("rates-tax-add"), &entry(view, form))) }
        },
    )
}

fn row(view: &View, dated: &Dated<TaxRate>) -> Vec<Markup> {
    let rate = &dated.rate;
    vec![
        html! { (country(view, &rate.country)) },
        html! { (kind(view, rate.account_kind)) },
        html! { (view.percent(rate.percent)) },
        html! { (view.date(rate.valid_from)) },
        standing(view, dated.standing),
        html! {
            @if dated.standing == Standing::ToCome && pieces::is_administrator(view) { (removal(view, rate)) }
        },
    ]
}

fn removal(view: &View, rate: &TaxRate) -> Markup {
    let said = [
        ("country", country(view, &rate.country).into()),
        ("kind", kind(view, rate.account_kind).into()),
        ("percent", view.percent(rate.percent).into()),
        ("day", view.date(rate.valid_from).into()),
    ];
    let question = Question {
        id: &format!("remove-{}", rate.id),
        title: view.t("action-delete"),
        text: view.t_args("rates-tax-remove-text", &said),
        action: format!("{PATH}/{}/remove", rate.id),
        fields: html! {},
        class: "danger small",
    };
    html! { div.actions { (dialog::confirm(view, &question)) } }
}

fn entry(view: &View, form: &Form) -> Markup {
    let countries: Vec<(String, String)> = i18n::countries(view.locale)
        .into_iter()
        .map(|(code, name)| (code.to_owned(), name))
        .collect();
    let kinds =
        [AccountKind::Company, AccountKind::Person].map(|one| (one.word().to_owned(), kind(view, one)));
    html! {
        (field::summary(view, form, &FIELDS))
        form.form method="post" action=(PATH) {
            div.row-fields {
                (Field::new("country", view.t("rates-country"), Kind::Text).optional()
                    .placeholder(view.t("rates-every-other")).hint(view.t("rates-country-hint")).select(view, form, &countries))
                (Field::new("kind", view.t("rates-kind"), Kind::Text).select(view, form, &kinds))
            }
            div.row-fields {
                (Field::new("percent", view.t("rates-percent"), Kind::Money).autocomplete("off").unit("%").render(view, form))
                (Field::new("valid_from", view.t("rates-valid-from"), Kind::Day).hint(view.t("rates-valid-from-hint")).render(view, form))
            }
            div.actions { button.button.primary type="submit" { (view.t("rates-tax-add")) } }
        }
    }
}

/// The country in the reader's language; none: every other country.
fn country(view: &View, code: &str) -> String {
    if code.is_empty() {
        view.t("rates-every-other")
    } else {
        i18n::country(view.locale, code)
    }
}

fn kind(view: &View, kind: AccountKind) -> String {
    view.word("rates-kind", kind.word())
}
