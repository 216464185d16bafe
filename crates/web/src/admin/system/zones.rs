//! DNS zones that take updates (RFC 2136): validation records in them are published and removed without a person.

use axum::response::Response;
use domain::id::{AccountId, ZoneId};
use engine::zones::{NewZone, ZoneView};
use httpkit::{Failure, Flash, Form, Tone, params::Posted};
use maud::{Markup, html};
use secrecy::SecretString;

use crate::{
    admin::pieces::dash,
    components::{
        badge::badge,
        card::card,
        dialog::{self, Question},
        field::{self, Field, Kind},
        head::Head,
        icon::Icon,
        table::{self, Column, Table},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{AdministratorVisit, At},
};

const PATH: &str = "/admin/zones";
const FIELDS: [&str; 5] = ["name", "server", "key_name", "secret", "account"];

/// The routes of zones.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator)
        .get(PATH, list)
        .post(PATH, add)
        .post("/admin/zones/{id}/remove", remove)
}

async fn list(visit: AdministratorVisit) -> Result<Response, Failure> {
    let markup = gathered(&visit, &Form::default()).await?;
    Ok(visit.page(markup))
}

async fn add(visit: AdministratorVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let new = NewZone {
        account: account(&visit, &mut form).await?,
        name: form.required("name", 253),
        server: form.required("server", 100),
        key_name: form.required("key_name", 253),
        secret: SecretString::from(form.required("secret", 1_000)),
    };
    if !form.has_problems() {
        match visit.engine.zones().add(&visit.actor, new).await {
            Ok(_) => return Ok(visit.done(PATH, &Flash::done(i18n::key!("zones-added")))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let markup = gathered(&visit, &form).await?;
    Ok(visit.rejected(markup))
}

async fn remove(visit: AdministratorVisit, At(id): At<ZoneId>) -> Result<Response, Failure> {
    visit.engine.zones().remove(&visit.actor, id).await?;
    Ok(visit.done(PATH, &Flash::done(i18n::key!("zones-removed"))))
}

/// The account whose names the zone is for, by its number.
async fn account(visit: &AdministratorVisit, form: &mut Form) -> Result<Option<AccountId>, Failure> {
    let typed = form.value("account").trim().to_uppercase();
    if typed.is_empty() {
        return Ok(None);
    }
    let number = typed.trim_start_matches("A-").parse::<i64>();
    let found = match number {
        Ok(number) => visit.engine.accounts().find_by_number(&visit.actor, number).await,
        Err(_) => Err(engine::Error::NotFound),
    };
    match found {
        Ok(account) => Ok(Some(account.id)),
        Err(engine::Error::NotFound) => {
            form.reject("account", "choice");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

async fn gathered(visit: &AdministratorVisit, form: &Form) -> Result<Markup, Failure> {
    let zones = visit.engine.zones().list(&visit.actor).await?;
    let mut accounts = Vec::new();
    for account in zones.iter().filter_map(|zone| zone.account) {
        let shown = visit.engine.accounts().show(&visit.actor, account).await?;
        accounts.push((account, shown.name));
    }
    Ok(page(&visit.view, &zones, &accounts, form))
}

/// The page.
#[must_use]
pub fn page(view: &View, zones: &[ZoneView], accounts: &[(AccountId, String)], form: &Form) -> Markup {
    let title = view.t("nav-zones");
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::new(view.t("column-name")),
            Column::new(view.t("zones-server")),
            Column::new(view.t("zones-key")),
            Column::new(view.t("column-account")),
            Column::new(view.t("column-state")),
            Column::actions(view),
        ],
        rows: zones.iter().map(|zone| row(view, zone, accounts)).collect(),
        sorting: None,
        empty: table::empty(
            Icon::Globe,
            &view.t("zones-empty-title"),
            &view.t("zones-empty-text"),
            &html! {},
        ),
    };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("zones-text")).render(view))
            (table.render())
            (card("zone-new", &view.t("zones-add"), &html! {
                (field::summary(view, form, &FIELDS))
                form.form method="post" action=(PATH) {
                    div.row-fields {
                        (Field::new("name", view.t("zones-name"), Kind::Text).autocomplete("off").placeholder("example.com").render(view, form))
                        (Field::new("server", view.t("zones-server"), Kind::Text).autocomplete("off").placeholder("192.0.2.53:53").hint(view.t("zones-server-hint")).render(view, form))
                    }
                    div.row-fields {
                        (Field::new("key_name", view.t("zones-key"), Kind::Text).autocomplete("off").hint(view.t("zones-key-hint")).render(view, form))
                        (Field::new("secret", view.t("zones-secret"), Kind::NewPassword).autocomplete("off").hint(view.t("zones-secret-hint")).render(view, form))
                    }
                    (Field::new("account", view.t("column-account"), Kind::Text).optional().autocomplete("off").placeholder("A-1001").hint(view.t("zones-account-hint")).render(view, form))
                    p.muted { (view.t("zones-tried")) }
                    div.actions { button.button.primary type="submit" { (view.t("zones-add")) } }
                }
            }))
        },
    )
}

fn row(view: &View, zone: &ZoneView, accounts: &[(AccountId, String)]) -> Vec<Markup> {
    let account = accounts
        .iter()
        .find(|(id, _)| Some(*id) == zone.account)
        .map(|(_, name)| name);
    vec![
        html! { @if zone.name == "." { (view.t("zones-every-name")) } @else { (zone.name) } },
        html! { code { (zone.server) } },
        html! { code { (zone.key_name) } },
        html! { @match account { Some(account) => (account), None => (dash()) } },
        html! {
            @match &zone.problem {
                Some(problem) => { (badge(Tone::Bad, &view.t("zones-problem"))) span.sub { (problem) } }
                None => (badge(Tone::Good, &view.t("zones-good"))),
            }
            @if let Some(at) = zone.checked_at { span.sub title=(view.instant(at)) { (view.ago(at)) } }
        },
        html! {
            div.actions {
                (dialog::confirm(view, &Question {
                    id: &format!("remove-{}", zone.id),
                    title: view.t("action-delete"),
                    text: view.t("zones-remove-text"),
                    action: format!("{PATH}/{}/remove", zone.id),
                    fields: html! {},
                    class: "danger small",
                }))
            }
        },
    ]
}
