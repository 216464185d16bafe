//! What comes until the paid term ends: the certificates that were and that come, and how their names will be proven.

use domain::{
    name::DomainName,
    plan::{Need, Piece, Whom},
    rules::RevokesFormer,
};
use engine::services::{CertificateView, NameMethod, PlanView, ServiceView};
use httpkit::{Form, Tone};
use maud::{Markup, html};

use super::validation::{self, Ways};
use crate::{
    components::{
        badge::{badge, tag},
        card::card_with,
        field::{self, Field, Kind},
        note::sentence,
        timeline::{self, Event, Stretch, StretchKind},
    },
    view::View,
};

/// Certificates to come that are listed at once; the others unfold.
const LISTED: usize = 4;

/// The card with drawing and list; nothing before the CA accepted the order. `base` is the service's address.
#[must_use]
pub fn card(view: &View, service: &ServiceView, base: &str) -> Markup {
    let Some(plan) = &service.plan else {
        return html! {};
    };
    let actions = html! {
        @if plan.may_set_method && !plan.pieces.is_empty() {
            a.button.small href={ (base) "/method" } { (view.t("plan-set-method")) }
        }
    };
    let mut former = delivered(view, service);
    let mut listed: Vec<Event> = former.pop().into_iter().collect();
    let mut later: Vec<Event> = plan.pieces.iter().map(|piece| coming(view, piece)).collect();
    listed.extend(later.drain(..later.len().min(LISTED)));
    card_with(
        "plan",
        &view.t("plan-title"),
        &actions,
        &html! {
            p.muted { (summary(view, plan)) }
            (endings(view, plan))
            (timeline::stretches(view, &view.t("plan-drawing"), &stretches(view, service, plan), plan.today))
            @if !former.is_empty() {
                details.more {
                    summary { (view.t_args("plan-former", &[("count", former.len().into())])) }
                    (timeline::timeline(&former))
                }
            }
            @if !listed.is_empty() { (timeline::timeline(&listed)) }
            @if !later.is_empty() {
                details.more {
                    summary { (view.t_args("plan-later", &[("count", later.len().into())])) }
                    (timeline::timeline(&later))
                }
            }
            @if let Some(text) = revoking(view, plan) { p.muted.small { (text) } }
        },
    )
}

fn summary(view: &View, plan: &PlanView) -> String {
    if plan.pieces.is_empty() {
        return view.t("plan-nothing");
    }
    view.t_args(
        "plan-summary",
        &[
            ("count", plan.pieces.len().into()),
            ("validations", plan.validations.into()),
            ("date", view.date(plan.term.end).into()),
        ],
    )
}

/// A warning for every method that ends before the paid term does.
fn endings(view: &View, plan: &PlanView) -> Markup {
    let mut ending: Vec<&NameMethod> = plan
        .names
        .iter()
        .filter(|name| name.ends_on.is_some_and(|end| end <= plan.term.end))
        .collect();
    ending.sort_by_key(|name| name.method);
    ending.dedup_by_key(|name| name.method);
    html! {
        @if !plan.pieces.is_empty() {
            @for name in ending {
                @if let Some(end) = name.ends_on {
                    @let method = view.word("validation-method", name.method.word());
                    (sentence(Tone::Warn, &view.t_args("plan-method-ends", &[("method", method.into()), ("date", view.date(end).into())])))
                }
            }
        }
    }
}

/// The certificates that were, the one that was delivered last at the end.
fn delivered(view: &View, service: &ServiceView) -> Vec<Event> {
    let mut certificates: Vec<&CertificateView> = service
        .certificates
        .iter()
        .filter(|one| one.delivered_at.is_some())
        .collect();
    certificates.sort_by_key(|one| one.delivered_at);
    certificates
        .into_iter()
        .map(|one| {
            let (tone, said) = if one.is_current {
                (Tone::Good, "plan-in-use")
            } else {
                (Tone::Neutral, "plan-replaced")
            };
            Event {
                tone,
                when: view.t_args("plan-since", &[("date", view.day_of(one.not_before).into())]),
                title: view.t_args("plan-until", &[("date", view.date(one.end_date).into())]),
                body: html! { span.muted.small { (view.t(said)) } },
            }
        })
        .collect()
}

fn coming(view: &View, piece: &Piece) -> Event {
    let tone = if piece.is_unattended() {
        Tone::Info
    } else {
        Tone::Warn
    };
    Event {
        tone,
        when: view.t_args("plan-starts", &[("date", view.date(piece.starts_on).into())]),
        title: view.t_args(
            "plan-piece",
            &[
                ("date", view.date(piece.end_date).into()),
                ("count", piece.days.into()),
            ],
        ),
        body: html! {
            @if piece.is_unattended() { span.muted.small { (view.t("plan-by-itself")) } }
            @else {
                ul.plain-list { @for need in &piece.needs { li { (whom(view, need)) span.small { (self::need(view, need)) } } } }
            }
        },
    }
}

fn whom(view: &View, need: &Need) -> Markup {
    let is_staff = view.signed.as_ref().is_some_and(|signed| signed.role.is_staff());
    let text = match need.whom() {
        Whom::Client if !is_staff => view.t("plan-whom-you"),
        whom => view.word("plan-whom", whom.word()),
    };
    badge(Tone::Warn, &text)
}

fn need(view: &View, need: &Need) -> String {
    let method = |method: &domain::product::ValidationMethod| view.word("validation-method", method.word());
    let key = format!("plan-need-{}", need.word().replace('_', "-"));
    match need {
        Need::ProveNames { names, method: by } => view.t_args(
            &key,
            &[("names", listed(names).into()), ("method", method(by).into())],
        ),
        Need::ChooseMethod {
            names,
            method: by,
            ends_on,
        } => view.t_args(
            &key,
            &[
                ("names", listed(names).into()),
                ("method", method(by).into()),
                ("date", view.date(*ends_on).into()),
            ],
        ),
        Need::ReissueByHand => view.t(&key),
        Need::VerifyOrganisation { asked_on } => view.t_args(&key, &[("date", view.date(*asked_on).into())]),
    }
}

fn listed(names: &[DomainName]) -> String {
    names
        .iter()
        .map(DomainName::unicode)
        .collect::<Vec<_>>()
        .join(", ")
}

fn stretches(view: &View, service: &ServiceView, plan: &PlanView) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = service
        .certificates
        .iter()
        .filter(|one| one.delivered_at.is_some())
        .map(|one| {
            let from = one.not_before.to_zoned(view.zone.clone()).date();
            Stretch {
                from,
                to: one.end_date,
                kind: if one.is_current {
                    StretchKind::Present
                } else {
                    StretchKind::Past
                },
                title: format!("{} – {}", view.date(from), view.date(one.end_date)),
            }
        })
        .collect();
    all.sort_by_key(|one| one.from);
    all.extend(plan.pieces.iter().map(|piece| Stretch {
        from: piece.issued_on,
        to: piece.end_date,
        kind: if piece.is_unattended() {
            StretchKind::Coming
        } else {
            StretchKind::NeedsSomebody
        },
        title: format!("{} – {}", view.date(piece.issued_on), view.date(piece.end_date)),
    }));
    all
}

fn revoking(view: &View, plan: &PlanView) -> Option<String> {
    if plan.pieces.is_empty() {
        return None;
    }
    Some(match plan.revokes_former {
        RevokesFormer::Never => view.t("plan-revokes-never"),
        RevokesFormer::OnNameRemoval { .. } => view.t("plan-revokes-on-name-removal"),
        RevokesFormer::Always { after_hours } => {
            view.t_args("plan-revokes-always", &[("count", after_hours.into())])
        }
    })
}

/// The form that sets the method for the reissues that come. `base` is the service's address.
#[must_use]
pub fn method_form(view: &View, service: &ServiceView, ways: &Ways, form: &Form, base: &str) -> Markup {
    let names: &[NameMethod] = service.plan.as_ref().map_or(&[], |plan| &plan.names);
    let mut options = vec![(String::new(), view.t("client-all-names"))];
    options.extend(names.iter().map(|one| (one.name.to_string(), one.name.unicode())));
    let with_wildcard = service.names.iter().any(DomainName::is_wildcard);
    html! {
        (field::summary(view, form, &["name", "method", "approver"]))
        section.card { div.card-body {
            p.muted { (view.t("plan-set-method-text")) }
            ul.plain-list {
                @for one in names { li { span.breakable { (one.name.unicode()) } (tag(&view.word("validation-method", one.method.word()))) } }
            }
            form.form method="post" action={ (base) "/method" } {
                @if options.len() > 2 { (Field::new("name", view.t("client-for-name"), Kind::Text).select(view, form, &options)) }
                (validation::methods(view, form, "method", &ways.methods, with_wildcard))
                div data-shown-by="method=email" { (validation::approver(view, form, "approver", &validation::addresses(ways))) }
                div.actions {
                    button.button.primary type="submit" { (view.t("action-save")) }
                    a.button href=(base) { (view.t("action-cancel")) }
                }
            }
        } }
    }
}
