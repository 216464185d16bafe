//! Balance, statement, documents.

use axum::response::Response;
use domain::id::{AccountId, DocumentId, NumberKind};
use engine::money::{Balance, DocumentView};
use httpkit::{Failure, Params};
use maud::{Markup, html};
use store::{
    document::{Document, DocumentFilter, Party},
    ledger::StatementLine,
};

use crate::{
    components::{
        card::{Tile, framed, tiles},
        head::Head,
        icon::Icon,
        list::{self, Pager},
        table::{self, Column, Table},
        tabs::tabs,
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{At, ClientVisit},
};

/// Lines of one page of the statement.
const PAGE: u32 = 50;
/// Documents of one page of theirs.
const DOCUMENTS: u32 = 25;

/// The routes of money.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Client)
        .get("/money", money_page)
        .get("/money/documents", documents_page)
        .get("/money/documents/{id}", document_page)
}

/// The account that the visitor acts in.
pub(super) fn account(visit: &ClientVisit) -> Result<AccountId, Failure> {
    visit.actor.account().ok_or_else(Failure::forbidden)
}

async fn money_page(visit: ClientVisit) -> Result<Response, Failure> {
    let account = account(&visit)?;
    let money = visit.engine.money();
    let balance = money.balance(&visit.actor, account).await?;
    let found = money
        .statement(&visit.actor, account, &visit.list_page(PAGE))
        .await?;
    let pager = Pager {
        total: None,
        next: found.next.map(|next| next.to_string()),
    };
    Ok(visit.page(page(&visit.view, &visit.query, &balance, &found.rows, &pager)))
}

async fn documents_page(visit: ClientVisit) -> Result<Response, Failure> {
    let filter = DocumentFilter {
        account: Some(account(&visit)?),
        ..DocumentFilter::default()
    };
    let found = visit
        .engine
        .money()
        .documents(&visit.actor, filter, &visit.list_page(DOCUMENTS))
        .await?;
    let pager = Pager {
        total: None,
        next: found.next.map(|next| next.to_string()),
    };
    Ok(visit.page(documents(&visit.view, &visit.query, &found.rows, &pager)))
}

async fn document_page(visit: ClientVisit, At(id): At<DocumentId>) -> Result<Response, Failure> {
    let shown = visit.engine.money().document(&visit.actor, id).await?;
    Ok(visit.page(document(&visit.view, &shown)))
}

/// The page.
#[must_use]
pub fn page(
    view: &View,
    query: &Params,
    balance: &Balance,
    lines: &[StatementLine],
    pager: &Pager,
) -> Markup {
    let title = view.t("nav-money");
    let figure_of = |label: String, figure: String| Tile {
        label,
        figure,
        detail: String::new(),
        link: String::new(),
        tone: httpkit::Tone::Neutral,
    };
    let mut figures = vec![
        figure_of(view.t("column-balance"), view.money(balance.balance)),
        figure_of(view.t("client-reserved"), view.money(balance.reserved)),
        figure_of(view.t("client-spendable"), view.money(balance.spendable)),
    ];
    if !balance.credit_limit.is_zero() {
        figures.push(figure_of(
            view.t("client-credit-limit"),
            view.money(balance.credit_limit),
        ));
    }
    layout::client(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("client-money-text")).render(view))
            (tabs_of(view, "/money"))
            (tiles(&figures))
            (framed("statement", &view.t("client-statement"), &html! {}, &statement(view, lines)))
            (list::pager(view, query, pager))
        },
    )
}

/// The pages about money.
fn tabs_of(view: &View, current: &str) -> Markup {
    let entries = [
        (view.t("client-statement"), "/money".to_owned()),
        (view.t("client-documents"), "/money/documents".to_owned()),
    ];
    tabs(&view.t("nav-money"), current, &entries)
}

/// The receipts, invoices and credit notes, newest first.
#[must_use]
pub fn documents(view: &View, query: &Params, documents: &[Document], pager: &Pager) -> Markup {
    let title = view.t("client-documents");
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::fit(view.t("column-number")),
            Column::new(view.t("column-kind")),
            Column::fit(view.t("column-day")),
            Column::new(view.t("column-service")),
            Column::numbers(view.t("column-amount")),
        ],
        rows: documents.iter().map(|one| document_row(view, one)).collect(),
        sorting: None,
        empty: table::empty(
            Icon::Money,
            &view.t("client-no-documents"),
            &view.t("client-no-bookings-text"),
            &html! {},
        ),
    };
    layout::client(
        view,
        &title,
        &html! {
            (Head::new(view.t("nav-money")).text(view.t("client-documents-text")).render(view))
            (tabs_of(view, "/money/documents"))
            (table.render())
            (list::pager(view, query, pager))
        },
    )
}

fn document_row(view: &View, document: &Document) -> Vec<Markup> {
    vec![
        html! { a href={ "/money/documents/" (document.id) } { (document.shown_number()) } },
        html! { (view.word("client-document-kind", document.kind.word())) },
        html! { (view.date(document.issued_on)) },
        html! {
            @match document.service_id {
                Some(service) => a href={ "/services/" (service) } { (view.t("column-service")) },
                None => span.muted { "—" }
            }
        },
        html! { (view.money(document.money(document.gross))) },
    ]
}

fn statement(view: &View, lines: &[StatementLine]) -> Markup {
    Table {
        caption: view.t("client-bookings"),
        columns: vec![
            Column::fit(view.t("column-when")),
            Column::new(view.t("client-booking")),
            Column::new(view.t("client-document")),
            Column::numbers(view.t("column-amount")),
            Column::numbers(view.t("column-balance")),
        ],
        rows: lines.iter().map(|line| row(view, line)).collect(),
        sorting: None,
        empty: table::empty(
            Icon::Money,
            &view.t("client-no-bookings"),
            &view.t("client-no-bookings-text"),
            &html! {},
        ),
    }
    .render()
}

fn row(view: &View, line: &StatementLine) -> Vec<Markup> {
    let entry = &line.entry;
    vec![
        html! { (view.instant(entry.at)) },
        html! {
            (view.word("client-entry", entry.kind.word()))
            @if !entry.note.is_empty() { span.sub { (entry.note) } }
            @if let Some(service) = entry.service_id { span.sub { a href={ "/services/" (service) } { (view.t("column-service")) } } }
        },
        html! {
            @match entry.document_id {
                Some(document) => a href={ "/money/documents/" (document) } { (view.t("action-show")) },
                None => span.muted { "—" }
            }
        },
        html! { (view.money(line.amount)) },
        html! { (view.money(line.balance_after)) },
    ]
}

/// A document, to be printed or saved by the browser.
#[must_use]
pub fn document(view: &View, shown: &DocumentView) -> Markup {
    let document = &shown.document;
    let title = format!(
        "{} {}",
        view.word("client-document-kind", document.kind.word()),
        document.shown_number()
    );
    layout::client(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-money"), "/money").text(view.date(document.issued_on)).render(view))
            (document_body(view, shown))
        },
    )
}

/// What a document says.
#[must_use]
pub fn document_body(view: &View, shown: &DocumentView) -> Markup {
    let document = &shown.document;
    html! {
        section.card { div.card-body {
            div.grid-2 { (party(view, &view.t("client-seller"), &document.seller.0)) (party(view, &view.t("client-buyer"), &document.buyer.0)) }
            (document_lines(view, shown))
            @if let Some(charge) = &shown.refers_to { p { (view.t_args("client-refers-to", &[("number", charge.shown_number().into())])) } }
            @if !document.note.is_empty() { p { (document.note) } }
            p.muted.small { (view.t("client-print-hint")) }
        } }
    }
}

fn party(view: &View, role: &str, party: &Party) -> Markup {
    html! {
        div {
            h2 { (role) }
            p { (party.name) }
            @if !party.country.is_empty() { p { (party.country) } }
            @if !party.tax_number.is_empty() { p { (view.t_args("client-tax-number", &[("number", party.tax_number.as_str().into())])) } }
            @if let Some(number) = party.number { p { (NumberKind::Account.show(number)) } }
        }
    }
}

fn document_lines(view: &View, shown: &DocumentView) -> Markup {
    let document = &shown.document;
    let money = |minor: i64| view.money(document.money(minor));
    let mut rows: Vec<Vec<Markup>> = shown
        .lines
        .iter()
        .map(|line| {
            vec![
                html! { (view.word("client-price", &line.kind)) },
                html! { (line.quantity) },
                html! { (money(line.net)) },
                html! { (money(line.tax)) " (" (view.percent(line.tax_rate)) ")" },
                html! { (money(line.gross)) },
            ]
        })
        .collect();
    rows.push(vec![
        html! { strong { (view.t("client-total")) } },
        html! {},
        html! { (money(document.net)) },
        html! { (money(document.tax)) },
        html! { strong { (money(document.gross)) } },
    ]);
    Table {
        caption: view.t("client-document-lines"),
        columns: vec![
            Column::new(view.t("client-line")),
            Column::numbers(view.t("client-quantity")),
            Column::numbers(view.t("client-net")),
            Column::numbers(view.t("client-tax")),
            Column::numbers(view.t("client-total")),
        ],
        rows,
        sorting: None,
        empty: html! {},
    }
    .render()
}
