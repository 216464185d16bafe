//! One service as its client sees it: what is needed from them, certificates, dates, price.

use domain::{
    Money,
    id::NumberKind,
    price::PriceLine,
    state::{KeyCustody, OperationKind, OperationState},
};
use engine::services::{CertificateView, ServiceView};
use httpkit::{Form, Tone};
use i18n::Value;
use maud::{Markup, html};
use rust_decimal::Decimal;

use super::{
    list::day,
    plan,
    validation::{self, Ways},
};
use crate::{
    components::{
        badge::{self, badge},
        card::{card, framed},
        dialog::{self, Question},
        facts::Facts,
        head::Head,
        icon::{Icon, icon},
        note::{note, sentence},
        timeline::{Event, timeline},
    },
    layout,
    view::View,
};

/// The page.
#[must_use]
pub fn page(view: &View, service: &ServiceView) -> Markup {
    page_with(view, service, &html! {})
}

/// The page with what was seen at the servers just now, for browsers without script.
#[must_use]
pub fn page_with(view: &View, service: &ServiceView, seen: &Markup) -> Markup {
    let title = format!(
        "{} · {}",
        NumberKind::Service.show(service.line.number),
        service.line.main_name.unicode()
    );
    layout::client(view, &title, &whole(view, service, seen))
}

/// The page asked for again while the service is on its way.
#[must_use]
pub fn live(view: &View, service: &ServiceView) -> Markup {
    whole(view, service, &html! {})
}

fn whole(view: &View, service: &ServiceView, seen: &Markup) -> Markup {
    let number = NumberKind::Service.show(service.line.number);
    let base = format!("/services/{}", service.line.id);
    let is_on_its_way = service.line.state.is_before_issue() || service.may.check_validation;
    let poll = (is_on_its_way || is_being_renewed(service)).then(|| format!("{base}/live"));
    let head = Head::new(service.line.main_name.unicode())
        .under(view.t("nav-services"), "/services")
        .text(format!("{number} · {}", service.line.plan_name))
        .actions(actions(view, service, &base));
    html! {
        div.stack id="live" hx-get=[poll.as_ref()] hx-trigger=[poll.as_ref().map(|_| "every 3s")] hx-swap=[poll.as_ref().map(|_| "outerMorph")] {
            (head.render(view))
            (standing(view, service))
            div.split {
                div.stack {
                    @if is_on_its_way {
                        @if !service.validations.is_empty() { (validation::card(view, service, &base)) }
                        // What was seen stays while the page around it is renewed.
                        div id="seen" aria-live="polite" hx-morph-skip { (seen) }
                    }
                    (plan::card(view, service, &base))
                    (certificates(view, service))
                    (history(view, service))
                }
                div.stack {
                    (dates(view, service))
                    (money(view, service))
                    (key(view, service))
                    (contact(view, service))
                }
            }
        }
    }
}

/// The page that sets the method for the reissues that come.
#[must_use]
pub fn method_page(view: &View, service: &ServiceView, ways: &Ways, form: &Form) -> Markup {
    let base = format!("/services/{}", service.line.id);
    let title = view.t("plan-set-method");
    layout::client(
        view,
        &title,
        &html! {
            (Head::new(title.clone())
                .under(view.t("nav-services"), "/services")
                .under(service.line.main_name.unicode(), base.clone())
                .render(view))
            (plan::method_form(view, service, ways, form, &base))
        },
    )
}

fn actions(view: &View, service: &ServiceView, base: &str) -> Markup {
    html! {
        @if service.may.download {
            a.button.primary href={ (base) "/download" } { (icon(Icon::Download)) (view.t("action-download")) }
        }
        @if service.may.reissue {
            a.button href={ (base) "/reissue" } { (icon(Icon::Key)) (view.t("action-reissue")) }
        }
        @if service.may.close {
            @let (title, text) = match service.refundable_until {
                Some(last) => (
                    view.t("client-cancel"),
                    view.t_args("client-cancel-text", &[("last_day", view.date(last).into())]),
                ),
                None => (view.t("client-close"), view.t("client-close-text")),
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

fn standing(view: &View, service: &ServiceView) -> Markup {
    let state = service.line.state;
    let is_manual = service
        .operations
        .iter()
        .any(|operation| operation.state == OperationState::Manual);
    html! {
        div.head-title {
            (badge::service_state(view, state))
            span { (view.word("client-state", state.word())) }
        }
        @if let Some(failure) = &service.failure {
            (note(Tone::Bad, &html! {
                p { strong { (view.word("client-failure", &failure.code)) } }
                @if let Some(text) = &failure.text { p { (text) } }
            }))
        }
        @if is_manual { (sentence(Tone::Info, &view.t("client-somebody-looks"))) }
        @if is_being_renewed(service) { (sentence(Tone::Info, &view.t("client-next-under-way"))) }
    }
}

/// Whether the next certificate is on its way without anybody's hand.
fn is_being_renewed(service: &ServiceView) -> bool {
    service.operations.iter().any(|operation| {
        matches!(operation.kind, OperationKind::Reissue | OperationKind::Prolong)
            && operation.state == OperationState::Waiting
    })
}

fn dates(view: &View, service: &ServiceView) -> Markup {
    let line = &service.line;
    let facts = Facts::new()
            .markup(view.t("column-end-date"), day(view, line.dates.end_date))
            .markup(view.t("column-paid-till"), html! {
                (day(view, line.dates.paid_till))
                @if line.dates.paid_till.is_none() && line.dates.end_date.is_some() { span.sub.muted.small { " " (view.t("client-paid-till-empty")) } }
            })
            .text(view.t("client-period"), view.t_args("client-years", &[("count", Value::from(line.years.count()))]))
            .text(view.t("client-ordered"), view.instant(line.created_at))
            .maybe(view.t("client-accepted"), service.accepted_at.map(|at| view.instant(at)))
            .maybe(view.t("client-issued"), service.issued_at.map(|at| view.instant(at)))
            .maybe(view.t("client-closed"), service.closed_at.map(|at| view.instant(at)))
            .markup(view.t("column-names"), html! { @for name in &service.names { div.breakable { (name.unicode()) } } });
    card(
        "dates",
        &view.t("client-dates"),
        &html! { (facts.render()) (prolong(view, service)) },
    )
}

/// Whether the service is prolonged by itself, and the button that changes it.
fn prolong(view: &View, service: &ServiceView) -> Markup {
    if !service.may.prolong {
        return html! {};
    }
    let (text, action, value) = match service.prolong {
        Some(_) => ("client-prolong-on", "action-switch-off", "off"),
        None => ("client-prolong-off", "action-switch-on", "on"),
    };
    html! {
        p { (view.t(text)) }
        form.actions method="post" action={ "/services/" (service.line.id) "/prolong" } {
            button.button.small type="submit" name="prolong" value=(value) { (view.t(action)) }
        }
    }
}

fn certificates(view: &View, service: &ServiceView) -> Markup {
    let delivered: Vec<&CertificateView> = service
        .certificates
        .iter()
        .filter(|one| one.delivered_at.is_some())
        .collect();
    if delivered.is_empty() {
        return html! {};
    }
    framed(
        "certificates",
        &view.t("client-certificates"),
        &html! {},
        &html! {
            @for certificate in delivered { div.card-body { (certificate_part(view, service, certificate)) } }
        },
    )
}

fn certificate_part(view: &View, service: &ServiceView, certificate: &CertificateView) -> Markup {
    let names: Vec<String> = certificate
        .names
        .iter()
        .map(domain::name::DomainName::unicode)
        .collect();
    html! {
        div.head-title {
            h3 { (view.word("issue-reason", certificate.reason.word())) }
            @if certificate.is_current { (badge(Tone::Good, &view.t("client-in-use"))) }
        }
        (Facts::new()
            .text(view.t("client-validity"), format!("{} – {}", view.instant(certificate.not_before), view.instant(certificate.not_after)))
            .text(view.t("column-names"), names.join(", "))
            .text(view.t("client-issuer"), &certificate.issuer)
            .markup(view.t("client-serial"), html! { code.breakable { (certificate.serial) } })
            .markup(view.t("client-fingerprint"), html! { code.breakable { (certificate.fingerprint) } })
            .render())
        @if service.may.download {
            div.actions {
                a.button.small href={ "/services/" (service.line.id) "/download?certificate=" (certificate.id) } { (icon(Icon::Download)) (view.t("action-download")) }
            }
        }
    }
}

fn history(view: &View, service: &ServiceView) -> Markup {
    let mut events: Vec<(jiff::Timestamp, Tone, String)> =
        vec![(service.line.created_at, Tone::Info, view.t("client-ordered"))];
    events.extend(
        service
            .accepted_at
            .map(|at| (at, Tone::Info, view.t("client-accepted"))),
    );
    for one in &service.validations {
        let name = one.name.unicode();
        // We may hear of the proof only with the certificate, which cannot have come before it.
        events.extend(one.proven_at.map(|at| {
            (
                service.issued_at.map_or(at, |issued| at.min(issued)),
                Tone::Good,
                view.t_args("client-event-proven", &[("name", name.into())]),
            )
        }));
    }
    for one in &service.certificates {
        events.extend(
            one.delivered_at
                .map(|at| (at, Tone::Good, view.word("issue-reason", one.reason.word()))),
        );
    }
    events.extend(
        service
            .closed_at
            .map(|at| (at, Tone::Neutral, view.t("client-closed"))),
    );
    // Newest first; what happened at one instant stays in its order.
    events.sort_by_key(|(at, _, _)| *at);
    events.reverse();
    let events: Vec<Event> = events
        .into_iter()
        .map(|(at, tone, title)| Event {
            tone,
            when: view.instant(at),
            title,
            body: html! {},
        })
        .collect();
    card("history", &view.t("client-history"), &timeline(&events))
}

fn money(view: &View, service: &ServiceView) -> Markup {
    card(
        "price",
        &view.t("column-price"),
        &price_lines(view, &service.money.lines, service.money.net, service.money.gross),
    )
}

/// The lines of a price with their sum; tax is named where there is any. Without lines the sum is what is given.
#[must_use]
pub fn price_lines(view: &View, lines: &[PriceLine], net: Money, gross: Money) -> Markup {
    let sum = |none: Money, of: fn(&PriceLine) -> Money| {
        // Lines of one service are in one currency; a service that was prolonged has those of every purchase.
        let summed = lines
            .iter()
            .map(of)
            .reduce(|sum, one| sum.plus(one).unwrap_or(sum));
        summed.unwrap_or(none)
    };
    let (net, gross) = (sum(net, |line| line.net), sum(gross, |line| line.gross));
    html! {
        table {
            caption.visually-hidden { (view.t("column-price")) }
            thead { tr {
                th scope="col" { (view.t("client-line")) }
                th.end scope="col" { (view.t("client-quantity")) }
                th.end scope="col" { (view.t("column-amount")) }
            } }
            tbody {
                @for line in lines {
                    tr { td { (view.word("client-price", line.kind.word())) } td.end { (line.quantity) } td.end { (view.money(line.net)) } }
                }
                @if net != gross {
                    tr { td { (view.t("client-net")) } td {} td.end { (view.money(net)) } }
                    @for (percent, tax) in taxes(lines) {
                        tr { td { (view.t_args("client-tax-at", &[("percent", view.percent(percent).into())])) } td {} td.end { (view.money(tax)) } }
                    }
                }
                tr { td { strong { (view.t("client-total")) } } td {} td.end { strong { (view.money(gross)) } } }
            }
        }
    }
}

/// The tax of each rate: what was added to a service later may have been taxed otherwise.
fn taxes(lines: &[PriceLine]) -> Vec<(Decimal, Money)> {
    let mut taxes: Vec<(Decimal, Money)> = Vec::new();
    for line in lines {
        match taxes.iter_mut().find(|(percent, _)| *percent == line.tax_rate) {
            Some((_, sum)) => *sum = sum.plus(line.tax).unwrap_or(*sum),
            None => taxes.push((line.tax_rate, line.tax)),
        }
    }
    taxes
}

fn key(view: &View, service: &ServiceView) -> Markup {
    let custody = match service.key.custody {
        KeyCustody::Client => view.t("client-key-client"),
        KeyCustody::NotStored => view.t("client-key-not-stored"),
        KeyCustody::Stored => view.t("client-key-stored"),
    };
    card(
        "key",
        &view.t("client-key"),
        &html! {
            @match &service.key.csr {
                Some(csr) => {
                    (Facts::new().text(view.t("client-key-kind"), &service.key.kind).text(view.t("client-key-kept"), custody).render())
                    details.more { summary { (view.t("client-csr")) } pre.log tabindex="0" { (csr) } }
                }
                None => {
                    p { (view.t("client-key-elsewhere")) }
                    (Facts::new().text(view.t("client-next-keys"), custody).render())
                }
            }
        },
    )
}

fn contact(view: &View, service: &ServiceView) -> Markup {
    let contact = &service.contact;
    let organisation = service.organisation.as_ref();
    card(
        "contact",
        &view.t("client-contact"),
        &Facts::new()
            .text(
                view.t("client-contact-person"),
                format!("{} {}", contact.first_name, contact.last_name),
            )
            .text(view.t("column-email"), &contact.email)
            .text(view.t("client-phone"), &contact.phone)
            .maybe(
                view.t("client-organisation"),
                organisation.map(|one| one.name.clone()),
            )
            .render(),
    )
}

#[cfg(test)]
mod tests {
    use domain::{
        Currency,
        price::{ExtraNames, PeriodPrice, Price},
    };

    use super::*;
    use crate::view::sample;

    fn bought(cents: i64, tax_rate: i64) -> Price {
        let euros = |minor| Money::from_minor(minor, Currency::EUR);
        let prices = PeriodPrice {
            period: euros(cents),
            extra_name: euros(0),
            extra_wildcard: euros(0),
        };
        Price::of(prices, ExtraNames::default(), tax_rate.into()).unwrap()
    }

    #[test]
    fn what_was_bought_later_counts_in_the_sum_with_the_tax_of_its_day() {
        let view = sample::anybody();
        let (first, second) = (bought(10_000, 0), bought(10_000, 21));
        let lines = [first.lines.clone(), second.lines].concat();
        let shown = price_lines(&view, &lines, first.net, first.gross).into_string();
        let order = [
            "Without tax",
            "€200.00",
            "Tax 0%",
            "€0.00",
            "Tax 21%",
            "€21.00",
            "Total",
            "€221.00",
        ];
        let mut rest = shown.as_str();
        for said in order {
            rest = rest
                .split_once(said)
                .unwrap_or_else(|| panic!("{said} in {shown}"))
                .1;
        }
    }

    #[test]
    fn without_tax_there_is_only_the_sum_and_without_lines_what_was_agreed() {
        let view = sample::anybody();
        let price = bought(10_000, 0);
        for lines in [price.lines.as_slice(), &[]] {
            let shown = price_lines(&view, lines, price.net, price.gross).into_string();
            assert!(shown.contains("€100.00") && !shown.contains("tax"), "{shown}");
        }
    }
}
