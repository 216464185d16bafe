//! Proof of control over the names: what exactly to publish, what every server shows, another way.

use domain::{product::ValidationMethod, state::ValidationState};
use engine::{
    orders::{Approvers, MethodView},
    services::{ProofView, ServiceView, ValidationView},
    validations::{ArgumentView, FindingView, NameCheck},
};
use httpkit::{Form, Tone};
use i18n::Value;
use maud::{Markup, html};

use crate::{
    components::{
        badge::{badge, tag},
        card::framed,
        copy::copyable,
        facts::Facts,
        field::{self, Choice, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        note::{note, sentence},
    },
    layout,
    view::View,
};

/// The card with every name. `base` is the service's address.
#[must_use]
pub fn card(view: &View, service: &ServiceView, base: &str) -> Markup {
    let may = service.may;
    let actions = html! {
        @if may.check_validation {
            form method="post" action={ (base) "/validation/check" } hx-post={ (base) "/validation/check" } hx-target="#seen" hx-swap="innerHTML" {
                button.button.small.primary type="submit" { (icon(Icon::Refresh)) (view.t("action-check-now")) }
            }
        }
        @if may.resend { (field::action(&format!("{base}/validation/resend"), "small", &html! { (view.t("client-resend")) })) }
        @if may.change_validation { a.button.small href={ (base) "/validation" } { (view.t("client-change-method")) } }
    };
    framed(
        "validation",
        &view.t("client-validation"),
        &actions,
        &html! {
            div.card-body { p.muted { (view.t("client-validation-text")) } }
            @for validation in &service.validations { div.card-body { (one(view, validation)) } }
        },
    )
}

fn one(view: &View, validation: &ValidationView) -> Markup {
    let id = format!("proof-{}", validation.id);
    let (tone, state) = match validation.state {
        ValidationState::Waiting => (Tone::Warn, view.t("client-proof-waiting")),
        ValidationState::Proven => (Tone::Good, view.t("client-proof-proven")),
        ValidationState::Failed => (Tone::Bad, view.t("client-proof-failed")),
    };
    html! {
        div.head-title {
            h3.breakable { (validation.name.unicode()) }
            (tag(&view.word("validation-method", validation.method.word())))
            (badge(tone, &state))
        }
        @if validation.state != ValidationState::Proven {
            (proof(view, &id, &validation.proof))
            @if let Some(zone) = &validation.zone { (by_itself(view, zone.as_str(), validation.is_published)) }
            @if let Some(ends) = validation.method_ends {
                (sentence(Tone::Warn, &view.t_args("client-method-ends", &[("date", view.date(ends).into())])))
            }
        }
        @if let Some(at) = validation.proven_at { p.muted.small { (view.t_args("client-proven-at", &[("when", view.instant(at).into())])) } }
        @else if let Some(at) = validation.looked_at { p.muted.small { (view.t_args("client-looked-at", &[("when", view.ago(at).into())])) } }
    }
}

fn by_itself(view: &View, zone: &str, is_published: bool) -> Markup {
    let key = if is_published {
        i18n::key!("client-published")
    } else {
        i18n::key!("client-publishing")
    };
    sentence(Tone::Info, &view.t_args(key, &[("zone", zone.into())]))
}

fn proof(view: &View, id: &str, proof: &ProofView) -> Markup {
    match proof {
        ProofView::Cname { name, value } => Facts::new()
            .text(view.t("client-record-type"), "CNAME")
            .markup(
                view.t("client-record-name"),
                copyable(view, &format!("{id}-name"), name),
            )
            .markup(
                view.t("client-record-value"),
                copyable(view, &format!("{id}-value"), value),
            )
            .render(),
        ProofView::File { url, content } => Facts::new()
            .markup(
                view.t("client-file-address"),
                copyable(view, &format!("{id}-url"), url),
            )
            .markup(
                view.t("client-file-content"),
                copyable(view, &format!("{id}-content"), content),
            )
            .render(),
        ProofView::Mail { approver } => html! {
            p { (view.t_args("client-mail-sent", &[("address", approver.clone().unwrap_or_default().into())])) }
        },
    }
}

/// What every name server and every web server showed just now.
#[must_use]
pub fn seen(view: &View, checks: &[NameCheck]) -> Markup {
    framed(
        "seen-now",
        &view.t("client-seen"),
        &html! {},
        &html! {
            @for check in checks { div.card-body { (seen_of(view, check)) } }
        },
    )
}

fn seen_of(view: &View, check: &NameCheck) -> Markup {
    html! {
        div.head-title {
            h3.breakable { (check.name.unicode()) }
            (tag(&view.word("validation-method", check.method.word())))
            span.muted.small { (view.instant_seconds(check.looked_at)) }
        }
        (finding(view, &check.finding, &check.finding.advice))
        @if !check.servers.is_empty() {
            ul.plain-list {
                @for server in &check.servers {
                    li {
                        (badge(if server.is_good { Tone::Good } else { Tone::Warn }, &server.server)) " "
                        code.breakable { (said(view, &server.code, &shown(view, &server.arguments), &server.answer)) }
                    }
                }
            }
        }
        @if let Some(caa) = &check.caa {
            // That nothing is to be done for CAA must not stand beside a proof that is wrong.
            (finding(view, caa, if caa.is_good && !check.finding.is_good { "" } else { &caa.advice }))
        }
    }
}

fn finding(view: &View, finding: &FindingView, advice: &str) -> Markup {
    let tone = if finding.is_good { Tone::Good } else { Tone::Warn };
    let arguments = shown(view, &finding.arguments);
    note(
        tone,
        &html! {
            p { (said(view, &finding.code, &arguments, &finding.text)) }
            @if i18n::exists(view.locale, &text_key(advice)) { p.small { (said(view, advice, &arguments, "")) } }
        },
    )
}

fn shown<'a>(view: &View, arguments: &'a [(String, ArgumentView)]) -> Vec<(&'a str, Value<'static>)> {
    let shown = |value: &ArgumentView| match value {
        ArgumentView::Text(text) => text.clone(),
        ArgumentView::Code(code) => view.t(&text_key(code)),
        ArgumentView::Day(day) => view.date(*day),
    };
    arguments
        .iter()
        .map(|(name, value)| (name.as_str(), Value::from(shown(value))))
        .collect()
}

/// The text of a code; without words of its own it is said in English rather than by its code.
fn said(view: &View, code: &str, arguments: &[(&str, Value<'_>)], english: &str) -> String {
    let key = text_key(code);
    if i18n::exists(view.locale, &key) {
        view.t_args(&key, arguments)
    } else {
        english.to_owned()
    }
}

/// Texts of findings stand under the codes themselves.
fn text_key(code: &str) -> String {
    code.replace('_', "-")
}

/// What changing the method needs to know.
#[derive(Debug, Clone)]
pub struct Ways {
    /// The methods of the product.
    pub methods: Vec<MethodView>,
    /// Addresses that the CA takes, per name; none when it could not be asked.
    pub approvers: Option<Vec<Approvers>>,
}

/// The page that changes the method or the approver.
#[must_use]
pub fn change_page(view: &View, service: &ServiceView, ways: &Ways, form: &Form) -> Markup {
    let base = format!("/services/{}", service.line.id);
    let title = view.t("client-change-method");
    layout::client(
        view,
        &title,
        &html! {
            (Head::new(title.clone())
                .under(view.t("nav-services"), "/services")
                .under(service.line.main_name.unicode(), base.clone())
                .render(view))
            (change_form(view, service, ways, form, &base))
        },
    )
}

/// The form that changes the method or the approver. `base` is the service's address.
#[must_use]
pub fn change_form(view: &View, service: &ServiceView, ways: &Ways, form: &Form, base: &str) -> Markup {
    let mut names = vec![(String::new(), view.t("client-all-names"))];
    names.extend(
        service
            .validations
            .iter()
            .map(|one| (one.name.to_string(), one.name.unicode())),
    );
    let with_wildcard = service.names.iter().any(domain::name::DomainName::is_wildcard);
    html! {
        (field::summary(view, form, &["name", "method", "approver"]))
        section.card { div.card-body {
            form.form method="post" action={ (base) "/validation" } {
                @if names.len() > 2 {
                    (Field::new("name", view.t("client-for-name"), Kind::Text).select(view, form, &names))
                }
                (methods(view, form, "method", &ways.methods, with_wildcard))
                div data-shown-by="method=email" { (approver(view, form, "approver", &addresses(ways))) }
                div.actions {
                    button.button.primary type="submit" { (view.t("action-change")) }
                    a.button href=(base) { (view.t("action-cancel")) }
                }
            }
        } }
    }
}

/// All addresses that the CA takes, each once.
#[must_use]
pub fn addresses(ways: &Ways) -> Vec<String> {
    let mut all: Vec<String> = ways
        .approvers
        .iter()
        .flatten()
        .flat_map(|one| one.addresses.clone())
        .collect();
    all.sort();
    all.dedup();
    all
}

/// The addresses to choose from, or the words that there are none.
#[must_use]
pub fn approver(view: &View, form: &Form, name: &str, addresses: &[String]) -> Markup {
    if addresses.is_empty() {
        return sentence(Tone::Warn, &view.t("client-no-approvers"));
    }
    let options: Vec<(String, String)> = addresses.iter().map(|one| (one.clone(), one.clone())).collect();
    Field::new(name, view.t("client-approver"), Kind::Text)
        .optional()
        .placeholder(view.t("client-choose-address"))
        .hint(view.t("client-approver-hint"))
        .select(view, form, &options)
}

/// The choice of a method, each with what speaks for and against it; files are not offered for wildcards.
#[must_use]
pub fn methods(view: &View, form: &Form, name: &str, methods: &[MethodView], with_wildcard: bool) -> Markup {
    let choices: Vec<Choice> = methods
        .iter()
        .filter(|one| one.takes_wildcards || !with_wildcard)
        .map(|one| Choice {
            value: one.method.word().to_owned(),
            label: view.word("validation-method", one.method.word()),
            hint: hint(view, *one),
        })
        .collect();
    html! {
        (field::choices(view, form, name, &view.t("client-method"), &choices))
        @if with_wildcard && methods.iter().any(|one| !one.takes_wildcards) {
            p.muted.small { (view.t("client-no-files-for-wildcards")) }
        }
    }
}

fn hint(view: &View, method: MethodView) -> String {
    let text = match method.method {
        ValidationMethod::Dns => view.t("client-method-dns"),
        ValidationMethod::Http => view.t("client-method-http"),
        ValidationMethod::Https => view.t("client-method-https"),
        ValidationMethod::Email => view.t("client-method-email"),
    };
    match method.forbidden_from {
        Some(day) => format!(
            "{text} {}",
            view.t_args("client-method-ends", &[("date", view.date(day).into())])
        ),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use domain::state::Role;
    use engine::validations::SeenAt;
    use i18n::Locale;
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::view::sample;

    #[test]
    fn what_the_servers_show_is_said_in_the_readers_language() {
        let answers = [
            ("dns-seen-record", "", "запись такая, как нужно"),
            (
                "dns-seen-other-target",
                "target",
                "CNAME указывает на &lt;this&gt;",
            ),
            ("dns-seen-no-cname", "", "имя есть, но без CNAME"),
            ("dns-seen-no-name", "", "такого имени нет"),
            ("dns-server-timed-out", "", "нет ответа за отведённое время"),
            ("dns-seen-file", "", "файл с нужным содержимым"),
            (
                "dns-seen-other-content",
                "excerpt",
                "другое содержимое: &lt;this&gt;",
            ),
            ("dns-seen-status", "status", "код HTTP &lt;this&gt;"),
        ];
        let servers = answers.map(|(code, argument, _)| SeenAt {
            server: "ns1.example".into(),
            is_good: false,
            code: code.into(),
            arguments: vec![(argument.into(), ArgumentView::Text("<this>".into()))],
            answer: "in English".into(),
        });
        let check = NameCheck {
            validation: Uuid::from_u128(1).into(),
            name: "shop.example".parse().unwrap(),
            method: ValidationMethod::Dns,
            is_good: false,
            finding: FindingView {
                code: "no-record".into(),
                arguments: Vec::new(),
                advice: String::new(),
                text: "in English".into(),
                is_good: false,
            },
            servers: servers.into(),
            caa: None,
            looked_at: Timestamp::UNIX_EPOCH,
        };
        let view = View {
            locale: Locale::Ru,
            ..sample::signed(Role::Owner, "/services/1")
        };
        // Values are kept apart from the sentence by signs that show nothing.
        let page = seen(&view, &[check])
            .into_string()
            .replace(['\u{2068}', '\u{2069}'], "");
        for (_, _, said) in answers {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(page.contains("Центр сертификации ещё не сообщил"), "{page}");
        assert!(!page.contains("in English"), "{page}");
    }
}
