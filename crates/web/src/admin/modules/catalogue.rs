//! What a CA sells, as last imported, and what the last imports changed.

use domain::{Money, id::ModuleId};
use engine::catalogue::{CatalogueChange, ImportReport, ProductView};
use httpkit::{Params, Tone};
use maud::{Markup, html};

use crate::{
    admin::pieces::{self, dash},
    components::{
        badge::{badge, tag},
        card::card,
        field,
        head::Head,
        icon::{Icon, icon},
        list::{self, Filter, Pager},
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// Rows of one page.
pub const PAGE: usize = 50;
/// Terms in years that have a column.
const YEARS: [u8; 3] = [1, 2, 3];

/// The catalogue of a module.
#[must_use]
pub fn page(
    view: &View,
    module: (ModuleId, &str),
    query: &Params,
    products: &[ProductView],
    pager: &Pager,
    imports: &[ImportReport],
) -> Markup {
    let title = view.t("modules-catalogue");
    let base = super::address(module.0);
    let text = imports.first().map_or_else(
        || view.t("modules-catalogue-none"),
        |last| {
            view.t_args(
                "modules-catalogue-line",
                &[
                    ("when", view.instant(last.imported_at).into()),
                    ("changes", changes_line(view, last).into()),
                ],
            )
        },
    );
    let head = Head::new(title.clone())
        .under(view.t("nav-modules"), "/admin/modules")
        .under(module.1, base.clone())
        .text(text)
        .actions(html! {
            @if pieces::is_administrator(view) {
                (field::action(&format!("{base}/import"), "", &html! { (icon(Icon::Download)) (view.t("modules-catalogue-import")) }))
            }
        });
    let filters = [
        Filter::Search {
            name: "q",
            label: view.t("modules-catalogue-search"),
        },
        Filter::Choice {
            name: "removed",
            label: view.t("modules-catalogue-removed"),
            options: vec![("yes".into(), view.t("answer-yes"))],
        },
    ];
    layout::staff(
        view,
        &title,
        &html! {
            (head.render(view))
            (list::filters(view, query, &filters))
            (table(view, products))
            (list::pager(view, query, pager))
            (history(view, imports))
        },
    )
}

fn table(view: &View, products: &[ProductView]) -> Markup {
    let year = |count: u8| Column::numbers(view.t_args("modules-column-years", &[("count", count.into())]));
    let mut columns = vec![
        Column::new(view.t("modules-column-product")),
        Column::new(view.t("modules-column-level")),
        Column::new(view.t("column-names")),
    ];
    columns.extend(YEARS.map(year));
    columns.push(Column::numbers(view.t("modules-column-extra-name")));
    Table {
        caption: view.t("modules-catalogue"),
        columns,
        rows: products.iter().map(|product| row(view, product)).collect(),
        sorting: None,
        empty: table::empty(Icon::List, &view.t("modules-catalogue-nothing"), "", &html! {}),
    }
    .render()
}

fn row(view: &View, product: &ProductView) -> Vec<Markup> {
    let money = |amount: Option<Money>| match amount {
        Some(amount) => html! { (view.money(amount)) },
        None => dash(),
    };
    let price = |years: u8| {
        let term = product.terms.iter().find(|term| term.years.count() == years);
        term.map(|term| term.price)
    };
    let names = [
        ("included", product.included_names.into()),
        ("most", product.most_names.into()),
    ];
    let mut cells = vec![
        html! {
            (product.name)
            @if !product.is_on_sale { " " (badge(Tone::Neutral, &view.t("modules-catalogue-gone"))) }
            span.sub { (product.brand) @if !product.code.is_empty() { " · " code { (product.code) } } }
        },
        tag(&product.level.word().to_uppercase()),
        html! {
            (view.word("product-kind", product.kind.word()))
            @if product.most_names > 1 { span.sub { (view.t_args("modules-names-included", &names)) } }
        },
    ];
    cells.extend(YEARS.map(|years| money(price(years))));
    cells.push(money(product.terms.iter().find_map(|term| term.extra_name)));
    cells
}

fn history(view: &View, imports: &[ImportReport]) -> Markup {
    html! {
        @if !imports.is_empty() {
            (card("imports", &view.t("modules-catalogue-imports"), &html! {
                ul.plain-list {
                    @for import in imports {
                        li {
                            (view.instant(import.imported_at)) ": " (changes_line(view, import))
                            @if !import.changes.is_empty() {
                                details.more {
                                    summary { (view.t("column-detail")) }
                                    ul { @for change in &import.changes { li { (change_line(view, change)) } } }
                                }
                            }
                        }
                    }
                }
            }))
        }
    }
}

/// What an import changed, in one line.
#[must_use]
pub fn changes_line(view: &View, import: &ImportReport) -> String {
    let (mut added, mut removed, mut repriced) = (0_usize, 0_usize, 0_usize);
    for change in &import.changes {
        match change {
            CatalogueChange::Added { .. } => added += 1,
            CatalogueChange::Removed { .. } => removed += 1,
            CatalogueChange::Repriced { .. } => repriced += 1,
        }
    }
    view.t_args(
        "modules-catalogue-diff",
        &[
            ("added", added.into()),
            ("removed", removed.into()),
            ("repriced", repriced.into()),
        ],
    )
}

fn change_line(view: &View, change: &CatalogueChange) -> String {
    let money = |amount: &Option<Money>| amount.map_or_else(|| "—".to_owned(), |amount| view.money(amount));
    match change {
        CatalogueChange::Added { product } => {
            view.t_args("modules-change-added", &[("product", product.as_str().into())])
        }
        CatalogueChange::Removed { product } => {
            view.t_args("modules-change-removed", &[("product", product.as_str().into())])
        }
        CatalogueChange::Repriced {
            product,
            years,
            before,
            now,
        } => view.t_args(
            "modules-change-repriced",
            &[
                ("product", product.as_str().into()),
                ("count", years.count().into()),
                ("before", money(before).into()),
                ("now", money(now).into()),
            ],
        ),
    }
}
