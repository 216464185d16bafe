//! The client's services, with filters and search.

use domain::{id::NumberKind, state::ServiceState};
use engine::services::{Direction, ServiceLine, ServiceQuery, ServiceSort};
use httpkit::Params;
use i18n::Value;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::{
    admin::services::list::export_button,
    components::{
        badge,
        head::Head,
        icon::{Icon, icon},
        list::{self, Filter, Pager},
        table::{self, Column, Table},
    },
    layout, methods,
    routes::Audience,
    view::View,
};

/// Rows of one page.
pub const PAGE: u32 = 25;

/// Days of the filter "ends within".
const ENDINGS: [i64; 3] = [14, 30, 60];

/// What the query of the address asks for.
#[must_use]
pub fn asked(query: &Params) -> ServiceQuery {
    let (word, direction) = match query.text("sort").strip_prefix('-') {
        Some(word) => (word, Direction::Descending),
        None if query.text("sort").is_empty() => ("number", Direction::Descending),
        None => (query.text("sort"), Direction::Ascending),
    };
    let sort = match word {
        "name" => ServiceSort::Name,
        "end_date" => ServiceSort::EndDate,
        "created" => ServiceSort::Created,
        _ => ServiceSort::Number,
    };
    let search = query.text("q").trim();
    ServiceQuery {
        states: query.read_as("state").into_iter().collect(),
        ends_within: query.read_as("ends"),
        search: (!search.is_empty()).then(|| search.to_owned()),
        sort,
        direction,
        ..ServiceQuery::default()
    }
}

/// The list; `ending_methods` services depend on a method of validation that ends.
#[must_use]
pub fn page(
    view: &View,
    query: &Params,
    lines: &[ServiceLine],
    pager: &Pager,
    ending_methods: i64,
) -> Markup {
    let title = view.t("nav-services");
    layout::client(
        view,
        &title,
        &html! {
            (Head::new(title.clone())
                .actions(html! { (export_button(view, query, "/services/export")) (order_button(view)) })
                .render(view))
            (methods::warning(view, ending_methods, Audience::Client))
            (list::filters(view, query, &filters(view)))
            (table(view, query, lines))
            (list::pager(view, query, pager))
        },
    )
}

fn order_button(view: &View) -> Markup {
    html! { a.button.primary href="/order" { (icon(Icon::Plus)) (view.t("client-order-certificate")) } }
}

fn filters(view: &View) -> Vec<Filter> {
    let states = ServiceState::ALL
        .iter()
        .map(|state| (state.word().to_owned(), view.word("service-state", state.word())));
    let endings = ENDINGS.iter().map(|days| {
        (
            days.to_string(),
            view.t_args("client-within-days", &[("count", Value::from(*days))]),
        )
    });
    vec![
        Filter::Search {
            name: "q",
            label: view.t("client-search"),
        },
        Filter::Choice {
            name: "state",
            label: view.t("column-state"),
            options: states.collect(),
        },
        Filter::Choice {
            name: "ends",
            label: view.t("client-ends-within"),
            options: endings.collect(),
        },
    ]
}

fn table(view: &View, query: &Params, lines: &[ServiceLine]) -> Markup {
    let empty = if query.without(&["sort", "after"]).without_empty().is_empty() {
        table::empty(
            Icon::Shield,
            &view.t("client-no-services"),
            &view.t("client-no-services-text"),
            &order_button(view),
        )
    } else {
        table::empty(
            Icon::Search,
            &view.t("client-nothing-found"),
            &view.t("client-nothing-found-text"),
            &html! {},
        )
    };
    Table {
        caption: view.t("nav-services"),
        columns: vec![
            Column::fit(view.t("column-number")).sorted_by("number"),
            Column::new(view.t("column-name")).sorted_by("name"),
            Column::new(view.t("client-product")),
            Column::new(view.t("column-state")),
            Column::fit(view.t("column-end-date")).sorted_by("end_date"),
            Column::fit(view.t("column-paid-till")),
            Column::numbers(view.t("column-price")),
        ],
        rows: lines.iter().map(|line| row(view, line)).collect(),
        sorting: Some((query, "-number")),
        empty,
    }
    .render()
}

fn row(view: &View, line: &ServiceLine) -> Vec<Markup> {
    vec![
        html! { a href={ "/services/" (line.id) } { (NumberKind::Service.show(line.number)) } },
        html! {
            span.breakable { (line.main_name.unicode()) }
            @if line.names > 1 { span.sub { (view.t_args("client-more-names", &[("count", Value::from(line.names - 1))])) } }
        },
        html! { (line.plan_name) },
        badge::service_state(view, line.state),
        day(view, line.dates.end_date),
        day(view, line.dates.paid_till),
        html! { (view.money(line.gross)) },
    ]
}

/// A day, or a dash where there is none.
#[must_use]
pub fn day(view: &View, day: Option<Date>) -> Markup {
    html! { @match day { Some(day) => (view.date(day)), None => span.muted { "—" } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_of_the_address_is_read_and_nonsense_is_left_out() {
        let given = asked(&Params::from([
            ("sort", "end_date"),
            ("state", "active"),
            ("ends", "14"),
            ("q", " shop "),
        ]));
        assert_eq!(
            (given.sort, given.direction),
            (ServiceSort::EndDate, Direction::Ascending)
        );
        assert_eq!(given.states, [ServiceState::Active]);
        assert_eq!(
            (given.ends_within, given.search.as_deref()),
            (Some(14), Some("shop"))
        );
        let nonsense = asked(&Params::from([
            ("sort", "-what"),
            ("state", "x"),
            ("ends", "-1"),
            ("q", " "),
        ]));
        assert_eq!(nonsense.sort, ServiceSort::Number);
        assert!(nonsense.states.is_empty() && nonsense.ends_within.is_none() && nonsense.search.is_none());
    }
}
