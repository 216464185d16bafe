//! Little pieces that several pages of staff show, and what several of them look up.

use domain::id::DepartmentId;
use engine::modules::BalanceView;
use httpkit::{Failure, Tone};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::{components::badge::badge, view::View, visit::StaffVisit};

/// The departments that take tasks: id and name.
///
/// # Errors
/// When the database does not answer.
pub async fn departments(visit: &StaffVisit) -> Result<Vec<(DepartmentId, String)>, Failure> {
    let all = visit.engine.departments().list(&visit.actor).await?;
    Ok(all
        .into_iter()
        .map(|view| (view.department.id, view.department.name))
        .collect())
}

/// The name of a department, or nothing.
#[must_use]
pub fn department_name(departments: &[(DepartmentId, String)], id: DepartmentId) -> String {
    let found = departments.iter().find(|(given, _)| *given == id);
    found.map(|(_, name)| name.clone()).unwrap_or_default()
}

/// A day, or a dash where there is none.
#[must_use]
pub fn day(view: &View, day: Option<Date>) -> Markup {
    html! { @match day { Some(day) => (view.date(day)), None => (dash()) } }
}

/// Where there is nothing to show.
#[must_use]
pub fn dash() -> Markup {
    html! { span.muted { "—" } }
}

/// A balance at a CA with the time of reading and its warning.
#[must_use]
pub fn balance(view: &View, balance: &BalanceView) -> Markup {
    html! {
        @match balance.balance.zip(balance.read_at) {
            Some((amount, at)) => {
                span.number { (view.money(amount)) }
                @if balance.is_low { " " (badge(Tone::Warn, &view.t("modules-balance-low"))) }
                span.sub title=(view.instant(at)) { (view.ago(at)) }
            }
            None => (dash())
        }
        @if balance.problem.is_some() { " " (badge(Tone::Warn, &view.t("modules-balance-unreadable"))) }
    }
}
