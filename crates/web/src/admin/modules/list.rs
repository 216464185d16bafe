//! The list of processing modules.

use std::cmp::Reverse;

use domain::state::ConnectionState;
use engine::modules::ModuleLine;
use httpkit::{Params, Tone};
use maud::{Markup, html};

use crate::{
    admin::pieces,
    components::{
        badge::{self, Active, badge},
        head::Head,
        icon::{Icon, icon},
        list::{self, Filter, Pager},
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// Whether there is any module at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modules {
    /// There is.
    Some,
    /// There is none yet.
    None,
}

impl From<bool> for Modules {
    fn from(is_empty: bool) -> Self {
        if is_empty { Self::None } else { Self::Some }
    }
}

/// Rows of one page.
pub const PAGE: usize = 50;

/// Leaves the rows that the query asks for, in its order. There are few, so all of them are at hand.
pub fn narrow(lines: &mut Vec<ModuleLine>, query: &Params) {
    let text = query.text("q").trim().to_lowercase();
    lines.retain(|line| {
        let is_found = text.is_empty()
            || [&line.name, &line.connector_title, &line.department_name]
                .iter()
                .any(|field| field.to_lowercase().contains(&text));
        let is_wanted = match query.text("state") {
            "on" => line.is_active,
            "off" => !line.is_active,
            "broken" => line.connection == ConnectionState::Broken,
            "low" => line.balance.is_low,
            _ => true,
        };
        is_found && is_wanted
    });
    let (word, is_descending) = match query.text("sort").strip_prefix('-') {
        Some(word) => (word, true),
        None => (query.text("sort"), false),
    };
    match word {
        "name" => lines.sort_by_key(|line| line.name.to_lowercase()),
        "connector" => lines.sort_by_key(|line| line.connector_title.clone()),
        "department" => lines.sort_by_key(|line| line.department_name.to_lowercase()),
        "usage" => lines.sort_by_key(|line| line.services),
        "balance" => lines.sort_by_key(|line| line.balance.balance.map(|balance| balance.amount())),
        "state" => lines.sort_by_key(|line| Reverse(line.is_active)),
        // By sort and age, as the engine gives them.
        _ => {}
    }
    if is_descending {
        lines.reverse();
    }
}

/// The list.
#[must_use]
pub fn page(view: &View, query: &Params, lines: &[ModuleLine], are: Modules, pager: &Pager) -> Markup {
    let title = view.t("nav-modules");
    let add = html! {
        @if pieces::is_administrator(view) {
            a.button.primary href="/admin/modules/new" { (icon(Icon::Plus)) (view.t("action-add")) }
        }
    };
    let empty = match are {
        Modules::None => table::empty(
            Icon::Plug,
            &view.t("modules-empty-title"),
            &view.t("modules-empty-text"),
            &add,
        ),
        Modules::Some => table::empty(
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
            Column::new(view.t("modules-column-connector")).sorted_by("connector"),
            Column::new(view.t("column-department")).sorted_by("department"),
            Column::numbers(view.t("modules-column-usage")).sorted_by("usage"),
            Column::numbers(view.t("column-balance")).sorted_by("balance"),
            Column::new(view.t("modules-column-connection")),
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
            (Head::new(title.clone()).text(view.t("modules-text")).actions(add.clone()).render(view))
            @if are == Modules::Some { (list::filters(view, query, &filters(view))) }
            (table.render())
            (list::pager(view, query, pager))
        },
    )
}

fn filters(view: &View) -> [Filter; 2] {
    let states = [
        ("on", "state-on"),
        ("off", "state-off"),
        ("broken", "modules-connection-broken"),
        ("low", "modules-balance-low"),
    ];
    [
        Filter::Search {
            name: "q",
            label: view.t("action-search"),
        },
        Filter::Choice {
            name: "state",
            label: view.t("column-state"),
            options: states
                .into_iter()
                .map(|(word, key)| (word.to_owned(), view.t(key)))
                .collect(),
        },
    ]
}

fn row(view: &View, line: &ModuleLine) -> Vec<Markup> {
    vec![
        html! { (line.sort) },
        html! { a href={ "/admin/modules/" (line.id) } { (line.name) } },
        html! { (line.connector_title) },
        html! { (line.department_name) },
        html! { a href={ "/admin/services?module=" (line.id) } { (view.number(line.services)) } },
        pieces::balance(view, &line.balance),
        connection(view, line),
        state(view, line),
    ]
}

/// What the last check showed, and whether the module rests.
#[must_use]
pub fn connection(view: &View, line: &ModuleLine) -> Markup {
    html! {
        @match line.connection {
            ConnectionState::Unknown => (badge(Tone::Neutral, &view.t("modules-connection-unknown"))),
            ConnectionState::Connected => (badge(Tone::Good, &view.t("modules-connection-works"))),
            ConnectionState::Broken => (badge(Tone::Bad, &view.t("modules-connection-broken"))),
        }
        @if let Some(until) = line.rests_until { span.sub { (view.t_args("modules-rests", &[("when", view.ago(until).into())])) } }
    }
}

/// Whether the module is used.
#[must_use]
pub fn state(view: &View, line: &ModuleLine) -> Markup {
    html! {
        (badge::active(view, Active::from(line.is_active)))
        @if line.is_manual { " " (badge(Tone::Warn, &view.t("modules-manual-mode"))) }
        @if line.are_purchases_blocked { " " (badge(Tone::Warn, &view.t("modules-purchases-off"))) }
    }
}
