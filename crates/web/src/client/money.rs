//! Balance, statement, documents.

use axum::response::Response;
use domain::id::{AccountId, DocumentId, NumberKind};
use engine::money::{Balance, DocumentView};
use httpkit::{Failure, Params};
use maud::{Markup, html};
use store::{document::Party, ledger::StatementLine};

use crate::{
    components::{
        card::{Tile, framed, tiles},
        head::Head,
        icon::Icon,
        list::{self, Pager},
        table::{self, Column, Table},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{At, ClientVisit},
};

/// Lines of one page of the statement.
const PAGE: u32 = 50;

/// The routes of money.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Client)
        .get("/money", money_page)
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
            (tiles(&figures))
            (framed("statement", &view.t("client-statement"), &html! {}, &statement(view, lines)))
            (list::pager(view, query, pager))
        },
    )
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
    html! {
        div.table-wrap tabindex="0" role="region" aria-label=(view.t("client-document-lines")) {
            table {
                caption.visually-hidden { (view.t("client-document-lines")) }
                thead { tr {
                    th scope="col" { (view.t("client-line")) }
                    th.end scope="col" { (view.t("client-quantity")) }
                    th.end scope="col" { (view.t("client-net")) }
                    th.end scope="col" { (view.t("client-tax")) }
                    th.end scope="col" { (view.t("client-total")) }
                } }
                tbody {
                    @for line in &shown.lines {
                        tr {
                            td { (view.word("client-price", &line.kind)) }
                            td.end { (line.quantity) }
                            td.end { (money(line.net)) }
                            td.end { (money(line.tax)) " (" (line.tax_rate.normalize()) "%)" }
                            td.end { (money(line.gross)) }
                        }
                    }
                    tr {
                        td { strong { (view.t("client-total")) } }
                        td {}
                        td.end { (money(document.net)) }
                        td.end { (money(document.tax)) }
                        td.end { strong { (money(document.gross)) } }
                    }
                }
            }
        }
    }
}
