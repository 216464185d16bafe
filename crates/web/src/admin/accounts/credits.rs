//! Credits that wait for a second person.

use axum::response::Response;
use httpkit::{Failure, Flash, Tone};
use maud::{Markup, html};
use store::credit_request::CreditRequest;
use uuid::Uuid;

use crate::{
    admin::{answers::after, people::People},
    components::{
        badge::badge,
        dialog::{self, Question},
        head::Head,
        icon::Icon,
        table::{self, Column, Table},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{At, StaffVisit},
};

pub(super) fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/credits", list_page)
        .post("/admin/credits/{id}/approve", approve)
        .post("/admin/credits/{id}/refuse", refuse)
}

/// A credit that waits.
#[derive(Debug, Clone)]
pub struct Row {
    /// The request.
    pub request: CreditRequest,
    /// The account's name.
    pub account: String,
}

async fn list_page(visit: StaffVisit) -> Result<Response, Failure> {
    let waiting = visit.engine.money().credit_requests(&visit.actor).await?;
    let people = People::find(&visit, waiting.iter().map(|request| request.asked_by).collect()).await?;
    let mut rows = Vec::new();
    for request in waiting {
        let account = visit
            .engine
            .accounts()
            .show(&visit.actor, request.account_id)
            .await?;
        rows.push(Row {
            request,
            account: account.name,
        });
    }
    Ok(visit.page(page(&visit.view, &rows, &people)))
}

async fn approve(visit: StaffVisit, At(id): At<Uuid>) -> Result<Response, Failure> {
    let result = visit.engine.money().approve_credit(&visit.actor, id).await;
    after(&visit, "/admin/credits", &Flash::done("credits-approved"), result)
}

async fn refuse(visit: StaffVisit, At(id): At<Uuid>) -> Result<Response, Failure> {
    let result = visit.engine.money().refuse_credit(&visit.actor, id).await;
    after(&visit, "/admin/credits", &Flash::done("credits-refused"), result)
}

/// The list.
#[must_use]
pub fn page(view: &View, rows: &[Row], people: &People) -> Markup {
    let title = view.t("nav-credits");
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::fit(view.t("column-when")),
            Column::new(view.t("column-account")),
            Column::numbers(view.t("column-amount")),
            Column::new(view.t("accounts-what-for")),
            Column::new(view.t("credits-asked-by")),
            Column::actions(view),
        ],
        rows: rows.iter().map(|row| line(view, row, people)).collect(),
        sorting: None,
        empty: table::empty(
            Icon::Money,
            &view.t("credits-empty-title"),
            &view.t("credits-empty-text"),
            &html! {},
        ),
    };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("credits-text")).render(view))
            (table.render())
        },
    )
}

fn line(view: &View, row: &Row, people: &People) -> Vec<Markup> {
    let request = &row.request;
    vec![
        html! { (view.instant(request.asked_at)) },
        html! { a href=(super::address(request.account_id)) { (row.account) } },
        html! { (view.money(request.amount())) },
        html! { (request.note) },
        html! { (people.name(request.asked_by)) },
        decision(view, row),
    ]
}

/// The two answers; whoever asked has none.
fn decision(view: &View, row: &Row) -> Markup {
    let request = &row.request;
    if view.signed.as_ref().map(|signed| signed.user) == Some(request.asked_by) {
        return badge(Tone::Warn, &view.t("credits-waits"));
    }
    let approve = Question {
        id: &format!("approve-{}", request.id),
        title: view.t("credits-approve"),
        text: view.t_args(
            "credits-approve-text",
            &[
                ("amount", view.money(request.amount()).into()),
                ("account", row.account.as_str().into()),
            ],
        ),
        action: format!("/admin/credits/{}/approve", request.id),
        fields: html! {},
        class: "primary small",
    };
    let refuse = Question {
        id: &format!("refuse-{}", request.id),
        title: view.t("credits-refuse"),
        text: view.t("credits-refuse-text"),
        action: format!("/admin/credits/{}/refuse", request.id),
        fields: html! {},
        class: "danger small",
    };
    html! { div.actions { (dialog::confirm(view, &approve)) (dialog::confirm(view, &refuse)) } }
}
