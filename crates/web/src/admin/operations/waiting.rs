//! Why an operation waits, in one sentence.

use domain::{DomainName, id::NumberKind};
use engine::operations::{Turn, Waiting, Why};
use jiff::Timestamp;
use maud::{Markup, html};

use super::error_class;
use crate::view::View;

/// The sentence, with the task that says more.
#[must_use]
pub fn part(view: &View, waiting: &Waiting) -> Markup {
    html! {
        p { (sentence(view, &waiting.why)) }
        @if let Some((id, number)) = waiting.task {
            p { a href={ "/admin/tasks/" (id) } { (view.t_args("waiting-task", &[("task", NumberKind::Task.show(number).into())])) } }
        }
    }
}

/// Why it waits.
#[must_use]
pub fn sentence(view: &View, why: &Why) -> String {
    let when = |at: &Timestamp| ("when", view.ago(*at).into());
    match why {
        Why::Running => view.t("waiting-running"),
        Why::Due => view.t("waiting-due"),
        Why::ModuleBusy { module, most } => view.t_args(
            "waiting-module-busy",
            &[
                ("module", module.as_str().into()),
                ("most", i64::from(*most).into()),
            ],
        ),
        Why::Retry {
            class,
            attempt,
            most,
            at,
        } => view.t_args(
            "waiting-retry",
            &[
                ("class", error_class(view, class).trim_end_matches('.').into()),
                ("attempt", i64::from(*attempt).into()),
                ("most", i64::from(*most).into()),
                when(at),
            ],
        ),
        Why::CaAway { class, at } => view.t_args(
            "waiting-ca-away",
            &[("class", error_class(view, class).into()), when(at)],
        ),
        Why::ModuleRests { module, until } => view.t_args(
            "waiting-module-rests",
            &[
                ("module", module.as_str().into()),
                ("at", view.instant(*until).into()),
            ],
        ),
        Why::Proof { names, turn, at } => {
            let names: Vec<String> = names.iter().map(DomainName::unicode).collect();
            let names = ("names", names.join(", ").into());
            match turn {
                Turn::Client => view.t_args("waiting-proof-client", &[names]),
                Turn::Us => view.t_args("waiting-proof-us", &[names]),
                Turn::Ca => view.t_args("waiting-proof-ca", &[names, when(at)]),
            }
        }
        Why::AtCa { at } => view.t_args("waiting-at-ca", &[when(at)]),
        Why::PurchasesOff { at } => view.t_args("waiting-purchases-off", &[when(at)]),
        Why::NoModule { at } => view.t_args("waiting-no-module", &[when(at)]),
        Why::Outcome { at } => view.t_args("waiting-outcome", &[when(at)]),
        Why::Approval => view.t("waiting-approval"),
        Why::Decision => view.t("waiting-decision"),
        Why::ManualMode => view.t("waiting-manual-mode"),
        Why::Person { class, text } => {
            let reason = if text.is_empty() {
                error_class(view, class)
            } else {
                text.clone()
            };
            view.t_args("waiting-person", &[("reason", reason.into())])
        }
        Why::Later { class, at } => view.t_args(
            "waiting-later",
            &[("reason", error_class(view, class).into()), when(at)],
        ),
        Why::Scheduled { at } => view.t_args("waiting-scheduled", &[("at", view.instant(*at).into())]),
    }
}
