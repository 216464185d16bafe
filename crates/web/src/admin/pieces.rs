//! Little pieces that several pages of staff show, and what several of them look up.

use std::str::FromStr;

use domain::{Currency, id::DepartmentId, state::Role};
use engine::modules::BalanceView;
use httpkit::{Failure, Form, Tone};
use jiff::civil::Date;
use maud::{Markup, html};
use rust_decimal::Decimal;

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

/// Whether who looks may change what only administrators change. What they may not is not offered.
#[must_use]
pub fn is_administrator(view: &View) -> bool {
    let role = view.signed.as_ref().map(|signed| signed.role);
    role == Some(Role::Administrator)
}

/// An amount without a currency of its own, or nothing.
pub fn decimal(form: &mut Form, field: &str) -> Option<Decimal> {
    decimal_or(form, field, "money")
}

/// A number that is no amount and must be there.
pub fn required_decimal(form: &mut Form, field: &str) -> Option<Decimal> {
    form.required(field, 40);
    decimal_or(form, field, "decimal")
}

/// A calendar day that must be there.
pub fn required_day(form: &mut Form, field: &str) -> Option<Date> {
    read_or(form, field, "day")
}

/// A currency that must be there.
pub fn required_currency(form: &mut Form, field: &str) -> Option<Currency> {
    read_or(form, field, "currency")
}

fn read_or<T: FromStr>(form: &mut Form, field: &str, code: &str) -> Option<T> {
    let typed = form.required(field, 40);
    if typed.is_empty() {
        return None;
    }
    let read = typed.parse().ok();
    if read.is_none() {
        form.reject(field, code);
    }
    read
}

fn decimal_or(form: &mut Form, field: &str, code: &str) -> Option<Decimal> {
    let typed: String = form
        .value(field)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if c == ',' { '.' } else { c })
        .collect();
    if typed.is_empty() {
        return None;
    }
    let read = typed.parse().ok();
    if read.is_none() {
        form.reject(field, code);
    }
    read
}

/// Why something did not work, for staff: what a CA said is added in its own words.
#[must_use]
pub fn reason(view: &View, error: engine::Error) -> String {
    let detail = match &error {
        engine::Error::Ca(error) => format!(" {error}"),
        _ => String::new(),
    };
    Failure::from(error).sentence(view.locale) + &detail
}
