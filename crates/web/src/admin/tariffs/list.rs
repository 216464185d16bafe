//! The list of tariff plans.

use std::cmp::Reverse;

use domain::product::{ProductKind, ValidationLevel};
use engine::tariffs::{PriceView, TariffLine};
use httpkit::{Params, Tone};
use maud::{Markup, html};

use super::Rows;
use crate::{
    admin::pieces,
    components::{
        badge::{self, Active, badge, tag},
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

/// Leaves the rows that the query asks for, in its order. There are few, so all of them are at hand.
pub fn narrow(lines: &mut Vec<TariffLine>, query: &Params) {
    let text = query.text("q").trim().to_lowercase();
    lines.retain(|line| {
        let is_found = text.is_empty()
            || [&line.name, &line.product, &line.brand]
                .iter()
                .any(|field| field.to_lowercase().contains(&text));
        let is_wanted = match query.text("state") {
            "on" => line.is_active,
            "off" => !line.is_active,
            _ => true,
        };
        let is_kind = query
            .read_as::<ProductKind>("kind")
            .is_none_or(|kind| kind == line.kind);
        let is_level = query
            .read_as::<ValidationLevel>("level")
            .is_none_or(|level| level == line.level);
        is_found && is_wanted && is_kind && is_level
    });
    let (word, is_descending) = match query.text("sort").strip_prefix('-') {
        Some(word) => (word, true),
        None => (query.text("sort"), false),
    };
    match word {
        "name" => lines.sort_by_key(|line| line.name.to_lowercase()),
        "product" => lines.sort_by_key(|line| line.product.to_lowercase()),
        "state" => lines.sort_by_key(|line| Reverse(line.is_active)),
        // By sort, as the engine gives them.
        _ => {}
    }
    if is_descending {
        lines.reverse();
    }
}

/// The list.
#[must_use]
pub fn page(view: &View, query: &Params, lines: &[TariffLine], are: Rows, pager: &Pager) -> Markup {
    let title = view.t("nav-tariffs");
    let add = html! {
        @if pieces::is_administrator(view) {
            a.button.primary href="/admin/tariffs/new" { (icon(Icon::Plus)) (view.t("action-add")) }
        }
    };
    let empty = match are {
        Rows::None => table::empty(
            Icon::Tag,
            &view.t("tariffs-empty-title"),
            &view.t("tariffs-empty-text"),
            &add,
        ),
        Rows::Some => table::empty(
            Icon::Search,
            &view.t("services-nothing-title"),
            &view.t("services-nothing-text"),
            &html! {},
        ),
    };
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::numbers(view.t("column-sort")).sorted_by("sort"),
            Column::new(view.t("column-name")).sorted_by("name"),
            Column::new(view.t("tariffs-product")).sorted_by("product"),
            Column::new(view.t("tariffs-kind")),
            Column::new(view.t("nav-modules")),
            Column::new(view.t("tariffs-prices")),
            Column::new(view.t("column-state")).sorted_by("state"),
        ],
        rows: lines.iter().map(|line| row(view, line)).collect(),
        sorting: Some((query, "sort")),
        empty,
    };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("tariffs-text")).actions(add.clone()).render(view))
            @if are == Rows::Some { (list::filters(view, query, &filters(view))) }
            (table.render())
            (list::pager(view, query, pager))
        },
    )
}

fn filters(view: &View) -> [Filter; 4] {
    let kinds = ProductKind::ALL
        .iter()
        .map(|kind| (kind.word().to_owned(), view.word("product-kind", kind.word())));
    let levels = ValidationLevel::ALL.iter().map(|level| {
        (
            level.word().to_owned(),
            view.word("validation-level", level.word()),
        )
    });
    let states = ["on", "off"].map(|word| (word.to_owned(), view.word("state", word)));
    [
        Filter::Search {
            name: "q",
            label: view.t("action-search"),
        },
        Filter::Choice {
            name: "kind",
            label: view.t("tariffs-kind"),
            options: kinds.collect(),
        },
        Filter::Choice {
            name: "level",
            label: view.t("tariffs-level"),
            options: levels.collect(),
        },
        Filter::Choice {
            name: "state",
            label: view.t("column-state"),
            options: states.to_vec(),
        },
    ]
}

fn row(view: &View, line: &TariffLine) -> Vec<Markup> {
    vec![
        html! { (line.sort) },
        html! { a href={ "/admin/tariffs/" (line.id) } { (line.name) } },
        html! { (line.product) span.sub { (line.brand) } },
        html! { (tag(&line.level.word().to_uppercase())) " " (view.word("product-kind", line.kind.word())) },
        html! {
            @if line.modules.is_empty() { (badge(Tone::Warn, &view.t("tariffs-no-module"))) }
            @else { (line.modules.join(", ")) }
        },
        html! {
            @if line.prices.is_empty() { (badge(Tone::Warn, &view.t("tariffs-no-price"))) }
            @for price in &line.prices {
                div.number {
                    (years(view, price)) ": " (view.money(price.amounts.period))
                    @if is_loss(price) { " " (badge(Tone::Bad, &view.t("tariffs-loss"))) }
                }
            }
        },
        badge::active(view, Active::from(line.is_active)),
    ]
}

/// The term of a price.
#[must_use]
pub fn years(view: &View, price: &PriceView) -> String {
    view.t_args("services-years", &[("count", price.years.count().into())])
}

/// Whether a price is below what the CA asks.
#[must_use]
pub fn is_loss(price: &PriceView) -> bool {
    price
        .margin
        .is_some_and(|margin| margin.amount().is_sign_negative() && !margin.amount().is_zero())
}
