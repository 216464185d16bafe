//! Services that depend on a method of validation that ends, with the way to another one; for clients and staff.

use domain::id::NumberKind;
use engine::services::MethodLine;
use httpkit::Params;
use maud::{Markup, html};

use crate::{
    client::services::list::day,
    components::{
        badge::tag,
        head::Head,
        icon::Icon,
        list::{self, Pager},
        note::note,
        table::{self, Column, Table},
    },
    routes::Audience,
    view::View,
};

/// Rows of one page.
pub const PAGE: u32 = 25;

/// Where the page is, for whom.
#[must_use]
pub const fn address(audience: Audience) -> &'static str {
    match audience {
        Audience::Client | Audience::Everybody => "/methods-ending",
        Audience::Staff | Audience::Administrator => "/admin/methods-ending",
    }
}

/// What the page holds.
#[must_use]
pub fn body(view: &View, query: &Params, lines: &[MethodLine], pager: &Pager, audience: Audience) -> Markup {
    let title = view.t("methods-title");
    let mut columns = vec![
        Column::fit(view.t("column-number")),
        Column::new(view.t("column-name")),
    ];
    if is_staff(audience) {
        columns.push(Column::new(view.t("column-account")));
    }
    columns.extend([
        Column::new(view.t("methods-method")),
        Column::fit(view.t("column-end-date")),
        Column::fit(view.t("column-paid-till")),
        Column::fit(view.t("methods-first")),
        Column::actions(view),
    ]);
    let table = Table {
        caption: title.clone(),
        columns,
        rows: lines.iter().map(|line| row(view, line, audience)).collect(),
        sorting: None,
        empty: table::empty(
            Icon::Check,
            &view.t("methods-none"),
            &view.t("methods-none-text"),
            &html! {},
        ),
    };
    html! {
        (Head::new(title.clone()).text(view.t("methods-text")).render(view))
        (table.render())
        (list::pager(view, query, pager))
    }
}

fn is_staff(audience: Audience) -> bool {
    matches!(audience, Audience::Staff | Audience::Administrator)
}

fn row(view: &View, found: &MethodLine, audience: Audience) -> Vec<Markup> {
    let line = &found.line;
    let base = if is_staff(audience) {
        format!("/admin/services/{}", line.id)
    } else {
        format!("/services/{}", line.id)
    };
    let mut cells = vec![
        html! { a href=(base) { (NumberKind::Service.show(line.number)) } },
        html! { span.breakable { (line.main_name.unicode()) } },
    ];
    if is_staff(audience) {
        cells.push(html! { a href={ "/admin/accounts/" (line.account) } { (line.account_name) } });
    }
    let first = found.first_without.as_ref();
    cells.extend([
        html! {
            @for (method, end) in &found.ends {
                div { (tag(&view.word("validation-method", method.word()))) span.sub { (view.t_args("methods-until", &[("date", view.date(*end).into())])) } }
            }
        },
        day(view, line.dates.end_date),
        day(view, line.dates.paid_till),
        html! { @match first { Some(piece) => (view.date(piece.starts_on)), None => span.muted { (view.t("methods-covered")) } } },
        html! { a.button.small href={ (base) "/method" } { (view.t("plan-set-method")) } },
    ]);
    cells
}

/// A word for start pages when there are such services.
#[must_use]
pub fn warning(view: &View, count: i64, audience: Audience) -> Markup {
    if count == 0 {
        return html! {};
    }
    // Beyond a thousand they are not counted.
    let most = store::service_methods::MOST_WARNED;
    let text = if count > most {
        view.t_args("methods-warning-many", &[("count", most.into())])
    } else {
        view.t_args("methods-warning", &[("count", count.into())])
    };
    note(
        httpkit::Tone::Warn,
        &html! { p { (text) " " a href=(address(audience)) { (view.t("methods-show")) } } },
    )
}
