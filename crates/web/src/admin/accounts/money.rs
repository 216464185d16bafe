//! The whole statement and every document of an account.

use axum::response::Response;
use domain::id::{AccountId, DocumentId};
use engine::money::DocumentView;
use httpkit::{Failure, Params};
use maud::{Markup, html};
use store::{
    account::Account,
    document::{Document, DocumentFilter, DocumentKind},
    ledger::StatementLine,
};

use crate::{
    admin::pieces::dash,
    client,
    components::{
        head::Head,
        icon::Icon,
        list::{self, Filter, Pager},
        table::{self, Column, Table},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{At, StaffVisit},
};

/// Rows of one page.
const PAGE: u32 = 50;

pub(super) fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/accounts/{id}/statement", statement_page)
        .get("/admin/accounts/{id}/documents", documents_page)
        .get("/admin/documents/{id}", document_page)
}

async fn statement_page(visit: StaffVisit, At(id): At<AccountId>) -> Result<Response, Failure> {
    let account = visit.engine.accounts().show(&visit.actor, id).await?;
    let found = visit
        .engine
        .money()
        .statement(&visit.actor, id, &visit.list_page(PAGE))
        .await?;
    let pager = Pager {
        total: None,
        next: found.next.map(|next| next.to_string()),
    };
    let table = statement(&visit.view, &found.rows);
    Ok(visit.page(page(
        &visit.view,
        &visit.query,
        &account,
        &[],
        &visit.view.t("accounts-statement"),
        &table,
        &pager,
    )))
}

async fn documents_page(visit: StaffVisit, At(id): At<AccountId>) -> Result<Response, Failure> {
    let account = visit.engine.accounts().show(&visit.actor, id).await?;
    let filter = DocumentFilter {
        account: Some(id),
        kind: visit.query.read_as("kind"),
        ..DocumentFilter::default()
    };
    let found = visit
        .engine
        .money()
        .documents(&visit.actor, filter, &visit.list_page(PAGE))
        .await?;
    let pager = Pager {
        total: None,
        next: found.next.map(|next| next.to_string()),
    };
    let view = &visit.view;
    let kinds = DocumentKind::ALL.iter().map(|kind| {
        (
            kind.word().to_owned(),
            view.word("client-document-kind", kind.word()),
        )
    });
    let filters = [Filter::Choice {
        name: "kind",
        label: view.t("column-kind"),
        options: kinds.collect(),
    }];
    let table = documents(view, &found.rows);
    Ok(visit.page(page(
        view,
        &visit.query,
        &account,
        &filters,
        &view.t("accounts-documents"),
        &table,
        &pager,
    )))
}

async fn document_page(visit: StaffVisit, At(id): At<DocumentId>) -> Result<Response, Failure> {
    let shown = visit.engine.money().document(&visit.actor, id).await?;
    let account = visit
        .engine
        .accounts()
        .show(&visit.actor, shown.document.account_id)
        .await?;
    Ok(visit.page(document(&visit.view, &account, &shown)))
}

fn page(
    view: &View,
    query: &Params,
    account: &Account,
    filters: &[Filter],
    title: &str,
    table: &Markup,
    pager: &Pager,
) -> Markup {
    layout::staff(
        view,
        title,
        &html! {
            (under(view, account, title).render(view))
            @if !filters.is_empty() { (list::filters(view, query, filters)) }
            (table)
            (list::pager(view, query, pager))
        },
    )
}

fn under(view: &View, account: &Account, title: &str) -> Head {
    Head::new(title)
        .under(view.t("nav-accounts"), "/admin/accounts")
        .under(account.name.clone(), super::address(account.id))
}

/// The bookings of a statement.
#[must_use]
pub fn statement(view: &View, lines: &[StatementLine]) -> Markup {
    Table {
        caption: view.t("accounts-statement"),
        columns: vec![
            Column::fit(view.t("column-when")),
            Column::new(view.t("column-kind")),
            Column::new(view.t("accounts-what-for")),
            Column::numbers(view.t("column-amount")),
            Column::numbers(view.t("column-balance")),
        ],
        rows: lines.iter().map(|line| booking(view, line)).collect(),
        sorting: None,
        empty: table::empty(Icon::Money, &view.t("accounts-no-bookings"), "", &html! {}),
    }
    .render()
}

fn booking(view: &View, line: &StatementLine) -> Vec<Markup> {
    let entry = &line.entry;
    let is_bare = entry.note.is_empty() && entry.document_id.is_none() && entry.service_id.is_none();
    vec![
        html! { (view.instant(entry.at)) },
        html! { (view.word("client-entry", entry.kind.word())) },
        html! {
            (entry.note)
            @if let Some(service) = entry.service_id { span.sub { a href={ "/admin/services/" (service) } { (view.t("column-service")) } } }
            @if let Some(document) = entry.document_id { span.sub { a href={ "/admin/documents/" (document) } { (view.t("accounts-document")) } } }
            @if is_bare { (dash()) }
        },
        html! { (view.money(line.amount)) },
        html! { (view.money(line.balance_after)) },
    ]
}

/// The documents of an account.
#[must_use]
pub fn documents(view: &View, documents: &[Document]) -> Markup {
    let row = |document: &Document| {
        vec![
            html! { a href={ "/admin/documents/" (document.id) } { (document.shown_number()) } },
            html! { (view.word("client-document-kind", document.kind.word())) },
            html! { (view.date(document.issued_on)) },
            html! { (view.money(document.gross())) },
        ]
    };
    Table {
        caption: view.t("accounts-documents"),
        columns: vec![
            Column::fit(view.t("column-number")),
            Column::new(view.t("column-kind")),
            Column::fit(view.t("column-day")),
            Column::numbers(view.t("column-amount")),
        ],
        rows: documents.iter().map(row).collect(),
        sorting: None,
        empty: table::empty(Icon::Log, &view.t("accounts-no-documents"), "", &html! {}),
    }
    .render()
}

/// A document, to be printed or saved by the browser.
#[must_use]
pub fn document(view: &View, account: &Account, shown: &DocumentView) -> Markup {
    let document = &shown.document;
    let title = format!(
        "{} {}",
        view.word("client-document-kind", document.kind.word()),
        document.shown_number()
    );
    let head = under(view, account, &title).text(view.date(document.issued_on));
    layout::staff(
        view,
        &title,
        &html! { (head.render(view)) (client::money::document_body(view, shown)) },
    )
}
