//! One service as staff see it: dates, names, certificates, CA orders, validations, operations with their log, money.

use domain::{id::NumberKind, name::DomainName, state::OperationState};
use engine::services::{CaOrderView, CertificateView, KeyView, OperationView, ServiceView};
use httpkit::{Form, Tone};
use maud::{Markup, html};

use crate::{
    admin::{
        operations,
        people::People,
        pieces::{dash, day},
    },
    client::services::{
        plan,
        show::price_lines,
        validation::{self, Ways},
    },
    components::{
        badge::{self, badge},
        card::{card, framed},
        dialog::{self, Question},
        facts::Facts,
        field::{self, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        note::note,
        table::{Column, Table},
    },
    layout,
    view::View,
};

/// The page; `seen` is what was seen at the servers just now, for browsers without script.
#[must_use]
pub fn page(view: &View, service: &ServiceView, people: &People, seen: &Markup) -> Markup {
    let number = NumberKind::Service.show(service.line.number);
    let title = format!("{number} · {}", service.line.main_name.unicode());
    layout::staff(view, &title, &live(view, service, people, seen))
}

/// What the page holds; asked for again while the service is on its way.
#[must_use]
pub fn live(view: &View, service: &ServiceView, people: &People, seen: &Markup) -> Markup {
    let base = address(service);
    let is_on_its_way = service.line.state.is_before_issue();
    let poll = is_on_its_way.then(|| format!("{base}/live"));
    let number = NumberKind::Service.show(service.line.number);
    let head = Head::new(service.line.main_name.unicode())
        .under(view.t("nav-services"), "/admin/services")
        .badges(badge::service_state(view, service.line.state))
        .text(format!(
            "{number} · {} · {}",
            service.line.plan_name, service.line.account_name
        ))
        .actions(actions(view, service, &base));
    html! {
        div.stack id="live" hx-get=[poll.as_ref()] hx-trigger=[poll.as_ref().map(|_| "every 3s")] hx-swap=[poll.as_ref().map(|_| "outerMorph")] {
            (head.render(view))
            (failure(view, service))
            div.split {
                div.stack {
                    @if is_on_its_way && !service.validations.is_empty() {
                        (validation::card(view, service, &base))
                        // What was seen stays while the page around it is renewed.
                        div id="seen" aria-live="polite" hx-morph-skip { (seen) }
                    }
                    (plan::card(view, service, &base))
                    (certificates(view, service, &base))
                    (operations_card(view, &service.operations, people))
                    (ca_orders(view, &service.ca_orders))
                }
                div.stack { (dates(view, service, &base)) (money(view, service)) (contact(view, service)) (key(view, &service.key)) }
            }
        }
    }
}

fn address(service: &ServiceView) -> String {
    format!("/admin/services/{}", service.line.id)
}

/// The page that changes the method of validation.
#[must_use]
pub fn change_page(view: &View, service: &ServiceView, ways: &Ways, form: &Form) -> Markup {
    let base = address(service);
    let title = view.t("client-change-method");
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone())
                .under(view.t("nav-services"), "/admin/services")
                .under(service.line.main_name.unicode(), base.clone())
                .render(view))
            (validation::change_form(view, service, ways, form, &base))
        },
    )
}

/// The page that sets the method for the reissues that come.
#[must_use]
pub fn method_page(view: &View, service: &ServiceView, ways: &Ways, form: &Form) -> Markup {
    let base = address(service);
    let title = view.t("plan-set-method");
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone())
                .under(view.t("nav-services"), "/admin/services")
                .under(service.line.main_name.unicode(), base.clone())
                .render(view))
            (plan::method_form(view, service, ways, form, &base))
        },
    )
}

fn actions(view: &View, service: &ServiceView, base: &str) -> Markup {
    let may = service.may;
    html! {
        @if may.retry {
            (field::action(&format!("{base}/retry"), "", &html! { (icon(Icon::Play)) (view.t("operations-retry")) }))
        }
        @if may.finish_by_hand { a.button href={ (base) "/finish" } { (view.t("services-finish")) } }
        @if may.reissue { a.button href={ (base) "/reissue" } { (view.t("action-reissue")) } }
        @if may.resume {
            (field::action(&format!("{base}/resume"), "", &html! { (icon(Icon::Play)) (view.t("services-resume")) }))
        }
        @if may.suspend {
            (dialog::confirm(view, &Question {
                id: "suspend",
                title: view.t("services-suspend"),
                text: view.t("services-suspend-text"),
                action: format!("{base}/suspend"),
                fields: Field::new("why", view.t("services-suspend-why"), Kind::Text).optional().render(view, &Form::default()),
                class: "",
            }))
        }
        @if may.close {
            @let (title, text) = match service.refundable_until {
                Some(last) => (
                    view.t("services-cancel"),
                    view.t_args("services-cancel-text", &[("last_day", view.date(last).into())]),
                ),
                None => (view.t("services-close"), view.t("services-close-text")),
            };
            (dialog::confirm(view, &Question {
                id: "close",
                title,
                text,
                action: format!("{base}/close"),
                fields: html! {},
                class: "danger",
            }))
        }
    }
}

fn failure(view: &View, service: &ServiceView) -> Markup {
    html! {
        @if let Some(failure) = &service.failure {
            (note(Tone::Bad, &html! {
                p { strong { (view.word("failure", &failure.code)) } }
                @if let Some(text) = &failure.text { p { (text) } }
            }))
        }
        @for operation in service.operations.iter().filter(|operation| operation.state == OperationState::Manual) {
            (note(Tone::Warn, &html! {
                p {
                    strong { (view.t("services-needs-person")) } " "
                    a href={ "/admin/operations/" (operation.id) } { (NumberKind::Operation.show(operation.number)) }
                }
                @if let Some(error) = &operation.error { p { (error.text) } }
            }))
        }
    }
}

fn dates(view: &View, service: &ServiceView, base: &str) -> Markup {
    let line = &service.line;
    let paid_till = match line.dates.paid_till {
        Some(date) => html! { (view.date(date)) },
        None if line.dates.end_date.is_some() => {
            html! { span.muted { (view.t("services-paid-till-empty")) } }
        }
        None => dash(),
    };
    let facts = Facts::new()
        .markup(view.t("column-end-date"), day(view, line.dates.end_date))
        .markup(view.t("column-paid-till"), paid_till)
        .text(view.t("services-term"), term(view, service))
        .text(view.t("column-created"), view.instant(line.created_at))
        .maybe(
            view.t("services-accepted"),
            service.accepted_at.map(|at| view.instant(at)),
        )
        .maybe(
            view.t("services-issued"),
            service.issued_at.map(|at| view.instant(at)),
        )
        .maybe(
            view.t("services-closed"),
            service.closed_at.map(|at| view.instant(at)),
        )
        .markup(
            view.t("column-account"),
            html! { a href={ "/admin/accounts/" (line.account) } { (line.account_name) } },
        )
        .markup(
            view.t("column-tariff"),
            html! { a href={ "/admin/tariffs/" (line.plan) } { (line.plan_name) } },
        )
        .markup(view.t("column-module"), module(service))
        .markup(
            view.t("column-names"),
            html! { @for name in &service.names { div.breakable { (name.unicode()) } } },
        )
        .maybe(view.t("services-external-ref"), service.external_ref.clone());
    card(
        "dates",
        &view.t("services-dates"),
        &html! { (facts.render()) (prolong(view, service, base)) },
    )
}

fn term(view: &View, service: &ServiceView) -> String {
    let years = view.t_args("services-years", &[("count", service.line.years.count().into())]);
    match service.term_start.zip(service.term_end) {
        Some((from, to)) => format!("{years}: {} – {}", view.date(from), view.date(to)),
        None => years,
    }
}

fn module(service: &ServiceView) -> Markup {
    html! {
        @match service.line.module.zip(service.line.module_name.as_ref()) {
            Some((module, name)) => a href={ "/admin/modules/" (module) } { (name) },
            None => (dash())
        }
    }
}

/// Whether the service is prolonged by itself, and the button that changes it.
fn prolong(view: &View, service: &ServiceView, base: &str) -> Markup {
    let (text, action, value) = match service.prolong {
        Some(_) => (view.t("services-prolong-on"), view.t("action-switch-off"), "off"),
        None => (view.t("services-prolong-off"), view.t("action-switch-on"), "on"),
    };
    html! {
        @if !service.line.state.is_final() {
            form.actions method="post" action={ (base) "/prolong" } {
                span { (text) }
                button.button.small type="submit" name="prolong" value=(value) { (action) }
            }
        }
    }
}

fn money(view: &View, service: &ServiceView) -> Markup {
    let money = &service.money;
    let cost: Vec<String> = money.cost.iter().map(|cost| view.money(*cost)).collect();
    let margin = money.margin.map(|margin| {
        html! {
            (view.money(margin))
            @if margin.is_negative() { " " (badge(Tone::Bad, &view.t("services-loss"))) }
        }
    });
    card(
        "money",
        &view.t("nav-money"),
        &html! {
            (price_lines(view, &money.lines, money.net, money.gross))
            (Facts::new()
                .text(view.t("services-cost"), cost.join(" + "))
                .markup(view.t("services-margin"), margin.unwrap_or_else(dash))
                .render())
        },
    )
}

fn certificates(view: &View, service: &ServiceView, base: &str) -> Markup {
    framed(
        "certificates",
        &view.t("services-certificates"),
        &html! {},
        &html! {
            @if service.certificates.is_empty() { div.card-body { p.muted { (view.t("services-no-certificate")) } } }
            @for certificate in &service.certificates { div.card-body { (certificate_part(view, certificate, service.may.download, base)) } }
        },
    )
}

fn certificate_part(view: &View, certificate: &CertificateView, may_download: bool, base: &str) -> Markup {
    let names = certificate
        .names
        .iter()
        .map(DomainName::unicode)
        .collect::<Vec<_>>()
        .join(", ");
    let download = |format: &str| {
        html! {
            a.button.small href={ (base) "/file?certificate=" (certificate.id) "&format=" (format) } download { (icon(Icon::Download)) (view.word("client-form", format)) }
        }
    };
    html! {
        div.head-title {
            h3 { (view.word("issue-reason", certificate.reason.word())) }
            @if certificate.is_current { (badge(Tone::Good, &view.t("services-current"))) }
            @for mismatch in &certificate.mismatches { (badge(Tone::Bad, &view.word("mismatch", mismatch))) }
        }
        (Facts::new()
            .text(view.t("services-validity"), format!("{} – {}", view.instant(certificate.not_before), view.instant(certificate.not_after)))
            .text(view.t("column-names"), names)
            .text(view.t("services-issuer"), &certificate.issuer)
            .markup(view.t("services-serial"), html! { code.breakable { (certificate.serial) } })
            .markup(view.t("services-fingerprint"), html! { code.breakable { (certificate.fingerprint) } })
            .render())
        @if may_download && certificate.delivered_at.is_some() {
            div.actions { @for format in ["fullchain", "certificate", "zip"] { (download(format)) } }
        }
    }
}

fn operations_card(view: &View, shown: &[OperationView], people: &People) -> Markup {
    framed(
        "operations",
        &view.t("nav-operations"),
        &html! {},
        &html! {
            @if shown.is_empty() { div.card-body { p.muted { (view.t("operations-none")) } } }
            @for operation in shown {
                div.card-body {
                    div.head-title {
                        h3 { a href={ "/admin/operations/" (operation.id) } { (NumberKind::Operation.show(operation.number)) } " " (view.word("operation-kind", operation.kind.word())) }
                        (badge::operation_state(view, operation.state))
                        @if operation.is_running { (badge(Tone::Info, &view.t("operations-running"))) }
                    }
                    (operations::facts(view, operation, people))
                    @if let Some(error) = &operation.error { (operations::error(view, error)) }
                    @if !operation.considered.is_empty() { (operations::considered(view, operation)) }
                    @if !operation.history.is_empty() {
                        details.more { summary { (view.t("operations-history")) } (operations::history(view, operation)) }
                    }
                }
            }
        },
    )
}

fn ca_orders(view: &View, orders: &[CaOrderView]) -> Markup {
    if orders.is_empty() {
        return html! {};
    }
    let table = Table {
        caption: view.t("services-ca-orders"),
        columns: vec![
            Column::new(view.t("services-ca-ref")),
            Column::new(view.t("column-module")),
            Column::new(view.t("column-state")),
            Column::new(view.t("services-accepted")),
            Column::new(view.t("services-looked")),
            Column::numbers(view.t("services-charged")),
        ],
        rows: orders.iter().map(|order| ca_order(view, order)).collect(),
        sorting: None,
        empty: html! {},
    };
    framed(
        "ca-orders",
        &view.t("services-ca-orders"),
        &html! {},
        &html! {
            (table.render())
            @for order in orders {
                @if let Some(raw) = &order.raw {
                    div.card-body { details.more {
                        summary { (view.t_args("services-raw", &[("number", order.ca_ref.as_str().into())])) }
                        pre.log tabindex="0" { (raw) }
                    } }
                }
            }
        },
    )
}

fn ca_order(view: &View, order: &CaOrderView) -> Vec<Markup> {
    vec![
        html! { code { (order.ca_ref) } },
        html! { a href={ "/admin/modules/" (order.module) } { (order.module_name) } },
        html! { (view.word("ca-state", &order.state)) span.sub { (order.raw_state) } },
        html! { (view.instant(order.accepted_at)) },
        html! { @match order.looked_at { Some(at) => (view.ago(at)), None => (dash()) } },
        html! { @match order.charged { Some(charged) => (view.money(charged)), None => (dash()) } },
    ]
}

fn contact(view: &View, service: &ServiceView) -> Markup {
    let contact = &service.contact;
    let mut facts = Facts::new()
        .text(
            view.t("services-contact"),
            format!("{} {}", contact.first_name, contact.last_name),
        )
        .maybe(
            view.t("services-contact-title"),
            Some(contact.title.clone()).filter(|title| !title.is_empty()),
        )
        .text(view.t("column-email"), &contact.email)
        .text(view.t("services-phone"), &contact.phone);
    if let Some(organisation) = &service.organisation {
        let place = [
            &organisation.street,
            &organisation.postal_code,
            &organisation.city,
            &organisation.region,
            &organisation.country,
        ];
        let place: Vec<&str> = place
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        facts = facts
            .text(view.t("services-organisation"), &organisation.name)
            .text(view.t("services-place"), place.join(", "))
            .text(view.t("services-phone"), &organisation.phone)
            .maybe(
                view.t("services-registration"),
                Some(organisation.registration_number.clone()).filter(|number| !number.is_empty()),
            );
    }
    card("contact", &view.t("services-contacts"), &facts.render())
}

fn key(view: &View, key: &KeyView) -> Markup {
    card(
        "key",
        &view.t("services-key"),
        &html! {
            @if key.csr.is_none() { p { (view.t("services-key-elsewhere")) } }
            (Facts::new()
                .text(view.t(if key.csr.is_some() { "services-custody" } else { "services-next-keys" }), view.word("key-custody", key.custody.word()))
                .maybe(view.t("services-key-kind"), Some(key.kind.clone()).filter(|kind| !kind.is_empty()))
                .markup(view.t("services-fingerprint"), html! { code.breakable { (key.fingerprint) } })
                .render())
            @if let Some(csr) = &key.csr {
                details.more { summary { (view.t("services-csr")) } pre.log tabindex="0" { (csr) } }
            }
        },
    )
}
