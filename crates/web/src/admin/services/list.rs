//! All services, with the columns, filters and search that an administrator works with.

use domain::{id::NumberKind, state::ServiceState};
use engine::services::{ServiceLine, ServiceQuery};
use httpkit::Params;
use i18n::Value;
use maud::{Markup, html};

use crate::{
    admin::pieces::{dash, day},
    client,
    components::{
        badge,
        head::Head,
        icon::{Icon, icon},
        list::{self, Filter, Pager},
        table::{self, Column, Table},
    },
    layout,
    view::View,
};

/// What the filters offer: value and text.
#[derive(Debug, Clone, Default)]
pub struct Offered {
    /// Tariff plans.
    pub plans: Vec<(String, String)>,
    /// Processing modules.
    pub modules: Vec<(String, String)>,
    /// The account that the list is limited to.
    pub account: Option<(String, String)>,
}

/// Rows of one page.
pub const PAGE: u32 = 50;

/// Days of the filter "ends within".
pub const ENDINGS: [i64; 4] = [7, 14, 30, 60];

/// What the query of the address asks for.
#[must_use]
pub fn asked(query: &Params) -> ServiceQuery {
    ServiceQuery {
        account: query.read_as("account"),
        plan: query.read_as("plan"),
        module: query.read_as("module"),
        ends_from: query.read_as("from"),
        ends_to: query.read_as("to"),
        ..client::services::list::asked(query)
    }
}

/// The list.
#[must_use]
pub fn page(view: &View, query: &Params, lines: &[ServiceLine], offered: &Offered, pager: &Pager) -> Markup {
    let title = view.t("nav-services");
    let mut head = Head::new(title.clone());
    if let Some((id, name)) = &offered.account {
        head = head.under(name, format!("/admin/accounts/{id}")).text(name);
    }
    layout::staff(
        view,
        &title,
        &html! {
            (head.actions(export_button(view, query, "/admin/services/export")).render(view))
            (list::filters(view, query, &filters(view, offered)))
            @if lines.is_empty() {
                (table(view, query, lines, &title))
            } @else {
                form.stack method="get" action="/admin/replacements/new" {
                    @for (name, value) in query.without(&["sort", "after"]).without_empty().pairs() {
                        input type="hidden" name=(name) value=(value);
                    }
                    (ticked_table(view, query, lines, &title))
                    div.actions {
                        button.button type="submit" { (icon(Icon::Refresh)) (view.t("replace-these")) }
                        span.muted.small { (view.t("replace-these-hint")) }
                    }
                }
            }
            (list::pager(view, query, pager))
        },
    )
}

/// The link to the same list as a file.
#[must_use]
pub fn export_button(view: &View, query: &Params, address: &str) -> Markup {
    html! { a.button href={ (address) (query.without(&["after"]).query()) } download { (icon(Icon::Download)) (view.t("action-export")) } }
}

fn filters(view: &View, offered: &Offered) -> Vec<Filter> {
    let states = ServiceState::ALL
        .iter()
        .map(|state| (state.word().to_owned(), view.word("service-state", state.word())));
    let endings = ENDINGS.iter().map(|days| {
        let text = view.t_args("services-ends-within-days", &[("count", Value::from(*days))]);
        (days.to_string(), text)
    });
    let choice = |name, label, options| Filter::Choice { name, label, options };
    let mut filters = vec![
        Filter::Search {
            name: "q",
            label: view.t("services-search"),
        },
        choice("state", view.t("column-state"), states.collect()),
        choice("plan", view.t("column-tariff"), offered.plans.clone()),
        choice("module", view.t("column-module"), offered.modules.clone()),
        choice("ends", view.t("services-ends-within"), endings.collect()),
        Filter::Day {
            name: "from",
            label: view.t("services-ends-from"),
        },
        Filter::Day {
            name: "to",
            label: view.t("services-ends-to"),
        },
    ];
    if let Some(account) = &offered.account {
        filters.push(choice("account", view.t("column-account"), vec![account.clone()]));
    }
    filters
}

/// The table; the page of an account shows the same.
#[must_use]
pub fn table(view: &View, query: &Params, lines: &[ServiceLine], caption: &str) -> Markup {
    whole(view, query, lines, caption).render()
}

/// The table with a box to tick beside each service.
fn ticked_table(view: &View, query: &Params, lines: &[ServiceLine], caption: &str) -> Markup {
    let mut table = whole(view, query, lines, caption);
    table.columns.insert(0, Column::fit(view.t("services-tick")));
    for (cells, line) in table.rows.iter_mut().zip(lines) {
        let number = NumberKind::Service.show(line.number);
        let label = view.t_args("services-tick-one", &[("number", number.as_str().into())]);
        cells.insert(
            0,
            html! { input type="checkbox" name="service" value=(number) aria-label=(label); },
        );
    }
    table.render()
}

fn whole<'a>(view: &View, query: &'a Params, lines: &[ServiceLine], caption: &str) -> Table<'a> {
    let empty = if query.without(&["sort", "after"]).without_empty().is_empty() {
        table::empty(
            Icon::Shield,
            &view.t("services-empty-title"),
            &view.t("services-empty-text"),
            &html! {},
        )
    } else {
        table::empty(
            Icon::Search,
            &view.t("services-nothing-title"),
            &view.t("services-nothing-text"),
            &html! {},
        )
    };
    Table {
        caption: caption.to_owned(),
        columns: vec![
            Column::fit(view.t("column-number")).sorted_by("number"),
            Column::new(view.t("services-column-name")).sorted_by("name"),
            Column::new(view.t("column-account")),
            Column::new(view.t("column-tariff")),
            Column::new(view.t("column-module")),
            Column::fit(view.t("column-created")).sorted_by("created"),
            Column::fit(view.t("column-end-date")).sorted_by("end_date"),
            Column::fit(view.t("column-paid-till")),
            Column::new(view.t("column-state")),
            Column::numbers(view.t("column-price")),
        ],
        rows: lines.iter().map(|line| row(view, line)).collect(),
        sorting: Some((query, "-number")),
        empty,
    }
}

fn row(view: &View, line: &ServiceLine) -> Vec<Markup> {
    vec![
        html! { a href={ "/admin/services/" (line.id) } { (NumberKind::Service.show(line.number)) } },
        html! {
            span.breakable { (line.main_name.unicode()) }
            @if line.names > 1 { span.sub { (view.t_args("services-more-names", &[("count", Value::from(line.names - 1))])) } }
        },
        html! { a href={ "/admin/accounts/" (line.account) } { (line.account_name) } },
        html! { (line.plan_name) },
        html! { @match &line.module_name { Some(name) => (name), None => (dash()) } },
        html! { (view.day_of(line.created_at)) },
        day(view, line.dates.end_date),
        day(view, line.dates.paid_till),
        badge::service_state(view, line.state),
        html! { (view.money(line.gross)) },
    ]
}
