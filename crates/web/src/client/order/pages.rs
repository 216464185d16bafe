//! The steps of an order as pages.

use domain::{
    name::DomainName,
    product::{ProductKind, ValidationMethod},
};
use engine::{
    orders::{Approvers, JudgedCsr, MethodView, Quote},
    tariffs::Offer,
};
use httpkit::{Form, Tone};
use i18n::Value;
use maud::{Markup, html};
use pki::KeyChoice;

use super::draft::{self, Source, Step};
use crate::{
    assets,
    client::services::{
        show::price_lines,
        validation::{approver, methods},
    },
    components::{
        card::card,
        copy::copyable,
        facts::Facts,
        field::{self, Choice, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        note::{note, sentence},
        table, wizard,
    },
    layout,
    view::View,
};

/// The product and the period.
#[must_use]
pub fn product(view: &View, form: &Form, offers: &[Offer]) -> Markup {
    if offers.is_empty() {
        let title = view.t("client-order-title");
        let nothing = table::empty(
            Icon::Tag,
            &view.t("client-no-offers"),
            &view.t("client-no-offers-text"),
            &html! {},
        );
        return layout::client(
            view,
            &title,
            &html! { (Head::new(title.clone()).render(view)) section.card { (nothing) } },
        );
    }
    let terms = longest_terms(offers);
    let years: Vec<(String, String)> = terms
        .iter()
        .map(|count| {
            (
                count.to_string(),
                view.t_args("client-years", &[("count", Value::from(*count))]),
            )
        })
        .collect();
    let choices: Vec<Choice> = offers.iter().map(|offer| offered(view, offer)).collect();
    framed(
        view,
        form,
        Step::Product,
        &["plan", "years"],
        &html! {
            (field::choices(view, form, "plan", &view.t("client-product"), &choices))
            (Field::new("years", view.t("client-period"), Kind::Text).hint(view.t("client-period-hint")).select(view, form, &years))
        },
    )
}

fn longest_terms(offers: &[Offer]) -> Vec<i64> {
    let mut terms: Vec<i64> = offers
        .iter()
        .flat_map(|offer| &offer.terms)
        .map(|(years, _)| i64::from(years.count()))
        .collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

fn offered(view: &View, offer: &Offer) -> Choice {
    let prices: Vec<String> = offer
        .terms
        .iter()
        .map(|(years, price)| {
            format!(
                "{}: {}",
                view.t_args("client-years", &[("count", Value::from(years.count()))]),
                view.money(price.period)
            )
        })
        .collect();
    let mut hints = vec![
        view.word("validation-level", offer.level.word()),
        view.word("product-kind", offer.kind.word()),
    ];
    if offer.kind == ProductKind::MultiDomain {
        hints.push(view.t_args(
            "client-names-included",
            &[
                ("included", offer.included_names.into()),
                ("most", offer.most_names.into()),
            ],
        ));
    }
    Choice {
        value: offer.plan.to_string(),
        label: offer.name.clone(),
        hint: format!("{} — {}", hints.join(" · "), prices.join(", ")),
    }
}

/// Names, and where the key and the request come from.
#[must_use]
pub fn request(view: &View, form: &Form, offer: &Offer) -> Markup {
    let sources: Vec<Choice> = Source::ALL
        .into_iter()
        .map(|source| Choice {
            value: source.word().to_owned(),
            label: view.word("client-source", source.word()),
            hint: view.word("client-source-text", source.word()),
        })
        .collect();
    let keys: Vec<(String, String)> = KeyChoice::ALL
        .into_iter()
        .map(|choice| {
            (
                choice.as_str().to_owned(),
                view.word("client-key-kind", choice.as_str()),
            )
        })
        .collect();
    let names_hint = match offer.kind {
        ProductKind::Single => view.t("client-names-single"),
        ProductKind::Wildcard => view.t("client-names-wildcard"),
        ProductKind::MultiDomain => view.t_args("client-names-several", &[("most", offer.most_names.into())]),
    };
    framed(
        view,
        form,
        Step::Request,
        &["names", "source", "key", "csr", "consent"],
        &html! {
            (Field::new("names", view.t("client-names"), Kind::Text).hint(names_hint).area(view, form, "names"))
            (field::choices(view, form, "source", &view.t("client-source"), &sources))
            (Field::new("key", view.t("client-key-kind"), Kind::Text).select(view, form, &keys))
            div.stack data-shown-by="source=browser" {
                div.actions {
                    button.button type="button" data-make-key="field-csr" data-names="field-names" data-kind="field-key" data-said="key-made" {
                        (icon(Icon::Key)) (view.t("client-make-key"))
                    }
                }
                p id="key-made" role="status" data-done=(view.t("client-key-made")) data-failed=(view.t("client-key-failed")) data-no-name=(view.t("client-key-no-name")) {}
                noscript { (sentence(Tone::Warn, &view.t("client-key-needs-script"))) }
            }
            div data-shown-by="source=stored" { (field::check(form, "consent", &view.t("client-consent"), &view.t("client-consent-hint"))) (field::errors(view, form, "consent")) }
            div.stack data-shown-by="source=pasted,browser" {
                div hx-post="/order/judge" hx-trigger="change, input delay:400ms" hx-include="#field-csr" hx-target="#judgement" hx-swap="innerHTML" {
                    (Field::new("csr", view.t("client-csr"), Kind::Text).optional().placeholder("-----BEGIN CERTIFICATE REQUEST-----").hint(view.t("client-csr-hint")).area(view, form, "mono"))
                }
                div id="judgement" aria-live="polite" {}
            }
            script src=(assets::address("client.js")) defer {}
        },
    )
}

/// What is to be said of a pasted request at once.
#[must_use]
pub fn judgement(view: &View, judged: &JudgedCsr) -> Markup {
    if !judged.problems.is_empty() {
        return note(
            Tone::Bad,
            &html! {
                @for problem in &judged.problems { p { (problem_text(view, &problem.code, &problem.text)) } }
            },
        );
    }
    let names: Vec<String> = judged.names.iter().map(DomainName::unicode).collect();
    note(
        Tone::Good,
        &html! {
            p { (view.t("client-csr-good")) }
            p.breakable { (names.join(", ")) }
            @if let Some(key) = &judged.key { p { (key) } }
            @if let Some(organisation) = &judged.organisation { p { (organisation) } }
        },
    )
}

fn problem_text(view: &View, code: &str, english: &str) -> String {
    let key = format!("problem-{}", code.replace('_', "-"));
    if i18n::exists(view.locale, &key) {
        view.t(&key)
    } else {
        english.to_owned()
    }
}

/// Whom the CA may call; for OV and EV also the organisation.
#[must_use]
pub fn contact(view: &View, form: &Form, offer: &Offer) -> Markup {
    let text = |name: &'static str, label: String, word: &'static str| {
        Field::new(name, label, Kind::Text).autocomplete(word)
    };
    let needs_organisation = offer.level.needs_organisation();
    framed(
        view,
        form,
        Step::Contact,
        CONTACT_FIELDS,
        &html! {
            fieldset {
                legend { (view.t("client-contact")) }
                p.muted { (view.t("client-contact-text")) }
                div.row-fields {
                    (text("contact.first_name", view.t("client-first-name"), "given-name").render(view, form))
                    (text("contact.last_name", view.t("client-last-name"), "family-name").render(view, form))
                }
                (text("contact.title", view.t("client-position"), "organization-title").optional().render(view, form))
                div.row-fields {
                    (Field::new("contact.email", view.t("column-email"), Kind::Mail).render(view, form))
                    (Field::new("contact.phone", view.t("client-phone"), Kind::Phone).hint(view.t("client-phone-hint")).autocomplete("tel").render(view, form))
                }
            }
            @if needs_organisation {
                fieldset {
                    legend { (view.t("client-organisation")) }
                    p.muted { (view.t("client-organisation-text")) }
                    (text("organisation.name", view.t("client-organisation-name"), "organization").render(view, form))
                    div.row-fields {
                        (text("organisation.street", view.t("client-street"), "street-address").render(view, form))
                        (text("organisation.postal_code", view.t("client-postal-code"), "postal-code").render(view, form))
                    }
                    div.row-fields {
                        (text("organisation.city", view.t("client-city"), "address-level2").render(view, form))
                        (text("organisation.region", view.t("client-region"), "address-level1").render(view, form))
                        (text("organisation.country", view.t("client-country"), "country").hint(view.t("client-country-hint")).render(view, form))
                    }
                    div.row-fields {
                        (Field::new("organisation.phone", view.t("client-organisation-phone"), Kind::Phone).hint(view.t("client-organisation-phone-hint")).render(view, form))
                        (text("organisation.registration_number", view.t("client-registration-number"), "off").optional().render(view, form))
                    }
                }
            }
        },
    )
}

const CONTACT_FIELDS: &[&str] = &[
    "contact.first_name",
    "contact.last_name",
    "contact.title",
    "contact.email",
    "contact.phone",
    "organisation.name",
    "organisation.street",
    "organisation.postal_code",
    "organisation.city",
    "organisation.region",
    "organisation.country",
    "organisation.phone",
    "organisation.registration_number",
];

/// What the step of the methods shows.
#[derive(Debug, Clone)]
pub struct Ways {
    /// The names of the order, main name first.
    pub names: Vec<DomainName>,
    /// The methods of the product.
    pub methods: Vec<MethodView>,
    /// The addresses that the CA gave just now; none when it could not be asked.
    pub approvers: Option<Vec<Approvers>>,
}

/// So many names are shown one by one at once.
const FEW: usize = 6;

/// How control over every name is proven.
#[must_use]
pub fn validation(view: &View, form: &Form, ways: &Ways) -> Markup {
    let with_wildcard = ways.names.iter().any(DomainName::is_wildcard);
    // Files are out for the wildcard alone; the other names may still have them.
    let all_wildcards = ways.names.iter().all(DomainName::is_wildcard);
    let by_name: Vec<String> = ways
        .names
        .iter()
        .flat_map(|name| {
            [
                format!("method.{name}"),
                format!("approver.{name}"),
                format!("validation.{name}"),
            ]
        })
        .collect();
    let mut fields: Vec<&str> = by_name.iter().map(String::as_str).collect();
    fields.push("method");
    let by_mail = ways
        .methods
        .iter()
        .any(|one| one.method == ValidationMethod::Email);
    let is_refused = form.problems().any(|(field, _)| field.starts_with("validation."));
    framed(
        view,
        form,
        Step::Validation,
        &fields,
        &html! {
            (methods(view, form, "method", &ways.methods, all_wildcards))
            @if with_wildcard && !all_wildcards { p.muted.small { (view.t("client-no-files-for-wildcards")) } }
            @for name in &ways.names { (field::errors(view, form, &format!("validation.{name}"))) }
            @match ways.names.as_slice() {
                [only] => { @if by_mail { div.stack data-shown-by="method=email" { (own_approver(view, form, ways, only)) } } }
                several => {
                    details.more open[several.len() <= FEW || is_refused] {
                        summary { (view.t("client-method-per-name")) }
                        div.stack {
                            @for name in several {
                                div.row-fields {
                                    (own_method(view, form, ways, name))
                                    @if by_mail { (own_approver(view, form, ways, name)) }
                                }
                            }
                        }
                    }
                }
            }
            @if by_mail { p.muted.small { (view.t("client-approvers-text")) } }
        },
    )
}

fn own_method(view: &View, form: &Form, ways: &Ways, name: &DomainName) -> Markup {
    let options: Vec<(String, String)> = ways
        .methods
        .iter()
        .filter(|one| one.takes_wildcards || !name.is_wildcard())
        .map(|one| {
            (
                one.method.word().to_owned(),
                view.word("validation-method", one.method.word()),
            )
        })
        .collect();
    let field = format!("method.{name}");
    Field::new(&field, name.unicode(), Kind::Text)
        .optional()
        .placeholder(view.t("client-as-above"))
        .select(view, form, &options)
}

fn own_approver(view: &View, form: &Form, ways: &Ways, name: &DomainName) -> Markup {
    let Some(all) = &ways.approvers else {
        return html! { @if ways.names.first() == Some(name) { (approver(view, form, "approver", &[])) } };
    };
    let field = format!("approver.{name}");
    let addresses = all
        .iter()
        .find(|one| one.name == *name)
        .map(|one| one.addresses.clone())
        .unwrap_or_default();
    let options: Vec<(String, String)> = addresses.iter().map(|one| (one.clone(), one.clone())).collect();
    Field::new(
        &field,
        view.t_args("client-approver-of", &[("name", name.unicode().into())]),
        Kind::Text,
    )
    .optional()
    .placeholder(view.t("client-choose-address"))
    .select(view, form, &options)
}

/// The price, and the button that pays it.
#[must_use]
pub fn summary(view: &View, form: &Form, offer: &Offer, quote: &Quote) -> Markup {
    let plan_method = draft::method(form).map_or_else(String::new, |method| {
        view.word("validation-method", method.word())
    });
    let source = form.value("source").parse::<Source>().map_or_else(
        |()| String::new(),
        |source| view.word("client-source", source.word()),
    );
    let contact = draft::contact(form);
    framed(
        view,
        form,
        Step::Summary,
        &["agreed"],
        &html! {
            (Facts::new()
                .text(view.t("client-product"), &offer.name)
                .text(view.t("client-period"), draft::years(form, offer).map_or_else(String::new, |years| view.t_args("client-years", &[("count", years.count().into())])))
                .markup(view.t("column-names"), html! { @for name in quote.names.iter() { div.breakable { (name.unicode()) } } })
                .text(view.t("client-key"), source)
                .text(view.t("client-method"), plan_method)
                .text(view.t("client-contact"), format!("{} {} · {}", contact.first_name, contact.last_name, contact.email))
                .render())
            div.table-wrap { (price_lines(view, &quote.price.lines, quote.price.net, quote.price.gross)) }
            (field::check(form, "prolong", &view.t("client-prolong-ask"), &view.t("client-prolong-hint")))
            p { (view.t_args("client-available", &[("amount", view.money(quote.available).into())])) }
            @if let Some(missing) = quote.missing {
                (note(Tone::Warn, &html! { p { (view.t_args("client-missing", &[("amount", view.money(missing).into())])) } p { a href="/money" { (view.t("client-to-money")) } } }))
            }
            input type="hidden" name="agreed" value=(quote.price.gross.amount());
        },
    )
}

/// The order was taken, and the key that was made is shown this once.
#[must_use]
pub fn key_once(view: &View, said: &str, service: &str, name: &str, key: &str) -> Markup {
    let title = view.t("client-key-once-title");
    layout::client(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(said.to_owned()).render(view))
            (sentence(Tone::Warn, &view.t("client-key-once-text")))
            (card("key", &view.t("client-private-key"), &html! {
                pre.log id="private-key" tabindex="0" { (key) }
                div.actions {
                    button.button.primary type="button" data-save="private-key" data-file={ (name) ".key" } { (icon(Icon::Download)) (view.t("client-save-key")) }
                    button.button type="button" data-copy="private-key" data-done=(view.t("action-copied")) { (icon(Icon::Copy)) span data-label { (view.t("action-copy")) } }
                }
            }))
            p { a.button href=(service) { (view.t("client-key-once-saved")) } }
            script src=(assets::address("client.js")) defer {}
        },
    )
}

fn framed(view: &View, form: &Form, step: Step, fields: &[&str], body: &Markup) -> Markup {
    let title = view.t("client-order-title");
    let steps: Vec<String> = Step::ALL
        .into_iter()
        .map(|step| view.word("client-step", step.word()))
        .collect();
    let own = draft::fields(step, form.values());
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let next = if step == Step::Summary {
        view.t("client-pay")
    } else {
        view.t("action-continue")
    };
    layout::client(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).render(view))
            (wizard::steps(view, step.place(), &steps))
            (field::summary(view, form, fields))
            section.card { div.card-body {
                form.form.full method="post" action="/order" {
                    input type="hidden" name="step" value=(step.word());
                    (wizard::carried(form, &own))
                    (body)
                    (wizard::buttons(view, step.place(), &next))
                }
            } }
        },
    )
}

/// A value to be copied on the page of an API token.
#[must_use]
pub fn token_once(view: &View, token: &str) -> Markup {
    html! { (sentence(Tone::Warn, &view.t("client-token-once"))) (copyable(view, "api-token", token)) }
}
