//! Having a certificate issued again, for clients and staff: why, with which key, for which names.

use axum::response::Response;
use domain::{
    Money,
    product::ProductKind,
    state::{KeyCustody, ReissueCause},
};
use engine::{
    Error,
    reissues::{KeyWish, NamesQuote, NewReissue, Started},
    services::ServiceView,
};
use httpkit::{Failure, Form, Tone};
use maud::{Markup, html};
use pki::KeyChoice;

use crate::{
    assets,
    client::{order::draft::Source, services::show::price_lines},
    components::{
        field::{self, Choice, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        note::{note, sentence},
    },
    layout,
    routes::Audience,
    view::View,
    visit::Visit,
};

/// Why people wish a reissue; that one is due, the program sees by itself.
const CAUSES: [ReissueCause; 5] = [
    ReissueCause::KeyLost,
    ReissueCause::KeyCompromised,
    ReissueCause::Request,
    ReissueCause::Names,
    ReissueCause::Other,
];
/// The key and the request are those that the program would choose.
const AS_BEFORE: &str = "before";
const FIELDS: [&str; 6] = ["cause", "names", "source", "key", "csr", "consent"];

/// What became of a form that was sent.
pub enum Sent {
    /// The reissue began.
    Started(Started),
    /// The form again: something is wrong with it, or what it means is to be agreed to first.
    Again(Response),
}

/// The form as it is first shown.
#[must_use]
pub fn form(service: &ServiceView) -> Form {
    let names: Vec<String> = service.names.iter().map(domain::DomainName::unicode).collect();
    Form::default()
        .with("cause", ReissueCause::KeyLost.word())
        .with("source", AS_BEFORE)
        .with("key", KeyChoice::default().as_str())
        .with("names", names.join("\n"))
}

/// Carries a sent form out as far as it goes.
///
/// # Errors
/// What concerns the whole request instead of the form.
pub async fn send(
    visit: &Visit,
    service: &ServiceView,
    mut form: Form,
    audience: Audience,
) -> Result<Sent, Failure> {
    let quote = match carry_out(visit, service, &mut form, audience).await {
        Ok(Outcome::Started(started)) => return Ok(Sent::Started(started)),
        Ok(Outcome::ToAgree(quote)) => Some(quote),
        Ok(Outcome::Wrong) => None,
        Err(error) => {
            visit.into_form(&mut form, error)?;
            None
        }
    };
    let again = page(&visit.view, service, &form, quote.as_ref(), audience);
    Ok(Sent::Again(if form.has_problems() {
        visit.rejected(again)
    } else {
        visit.page(again)
    }))
}

enum Outcome {
    Started(Started),
    ToAgree(NamesQuote),
    Wrong,
}

async fn carry_out(
    visit: &Visit,
    service: &ServiceView,
    form: &mut Form,
    audience: Audience,
) -> Result<Outcome, Error> {
    let Some(mut wanted) = read(form, service, audience) else {
        return Ok(Outcome::Wrong);
    };
    let reissues = visit.engine.reissues();
    if let Some(names) = &wanted.names {
        let quote = reissues.quote(&visit.actor, service.line.id, names).await?;
        let gross = quote.price.as_ref().map(|price| price.gross);
        let means_something = gross.is_some() || !quote.removed.is_empty();
        let shown = gross.map_or_else(|| "0".to_owned(), |gross| gross.amount().to_string());
        if means_something && form.value("agreed") != shown {
            *form = std::mem::take(form).with("agreed", shown);
            return Ok(Outcome::ToAgree(quote));
        }
        wanted.agreed = gross;
    }
    let started = reissues.start(&visit.actor, service.line.id, wanted).await?;
    Ok(Outcome::Started(started))
}

fn read(form: &mut Form, service: &ServiceView, audience: Audience) -> Option<NewReissue> {
    let cause = form.values().read_as::<ReissueCause>("cause");
    if cause.is_none_or(|cause| !CAUSES.contains(&cause)) {
        form.reject("cause", "required");
    }
    let choice = form.values().read_as::<KeyChoice>("key");
    let key = match (
        form.value("source"),
        form.values().read_as::<Source>("source"),
        choice,
    ) {
        (AS_BEFORE, _, _) => Some(KeyWish::AsBefore),
        // Keys are the client's: staff leave them as they are or bring the client's request.
        (_, Some(source), _) if !is_offered(source, audience) => {
            form.reject("source", "required");
            None
        }
        (_, Some(Source::Browser | Source::Pasted), _) => Some(KeyWish::Given(form.value("csr").to_owned())),
        (_, Some(Source::NotStored), Some(choice)) => Some(KeyWish::MadeNotStored(choice)),
        (_, Some(Source::Stored), Some(choice)) if form.values().is_on("consent") => {
            Some(KeyWish::MadeAndStored(choice))
        }
        (_, Some(Source::Stored), Some(_)) => {
            form.reject("consent", "required");
            None
        }
        _ => {
            form.reject("source", "required");
            None
        }
    };
    let names = (service.kind == ProductKind::MultiDomain).then(|| {
        let typed = form.value("names").split([',', ' ', '\n', '\r']);
        typed.filter(|name| !name.is_empty()).map(str::to_owned).collect()
    });
    if form.has_problems() {
        return None;
    }
    Some(NewReissue {
        cause: cause?,
        key: key?,
        names,
        validation: None,
        agreed: None,
    })
}

/// The page of the form, with what a change of names means once it is known.
#[must_use]
pub fn page(
    view: &View,
    service: &ServiceView,
    form: &Form,
    quote: Option<&NamesQuote>,
    audience: Audience,
) -> Markup {
    let frame = match audience {
        Audience::Client | Audience::Everybody => layout::client,
        Audience::Staff | Audience::Administrator => layout::staff,
    };
    let body = body(view, service, form, quote, audience);
    frame(view, &view.t("reissue-title"), &body)
}

fn body(
    view: &View,
    service: &ServiceView,
    form: &Form,
    quote: Option<&NamesQuote>,
    audience: Audience,
) -> Markup {
    let base = address(service, audience);
    let causes: Vec<(String, String)> = CAUSES
        .iter()
        .filter(|cause| **cause != ReissueCause::Names || service.kind == ProductKind::MultiDomain)
        .map(|cause| (cause.word().to_owned(), view.word("reissue-cause", cause.word())))
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
    html! {
        (head(view, service, audience))
        (field::summary(view, form, &FIELDS))
        (sentence(Tone::Info, &view.t("reissue-text")))
        section.card { div.card-body {
            form.form.full method="post" action={ (base) "/reissue" } {
                (Field::new("cause", view.t("reissue-cause"), Kind::Text).select(view, form, &causes))
                @if service.kind == ProductKind::MultiDomain {
                    (Field::new("names", view.t("client-names"), Kind::Text).hint(view.t("reissue-names-hint")).area(view, form, "names"))
                }
                (field::choices(view, form, "source", &view.t("client-source"), &sources(view, service, audience)))
                @if audience == Audience::Client { (own_key(view, form, &keys)) }
                div.stack data-shown-by="source=pasted,browser" {
                    (Field::new("csr", view.t("client-csr"), Kind::Text).optional().placeholder("-----BEGIN CERTIFICATE REQUEST-----").hint(view.t("client-csr-hint")).area(view, form, "mono"))
                }
                @if let Some(quote) = quote { (meaning(view, form, quote)) }
                div.actions {
                    button.button.primary type="submit" { (icon(Icon::Key)) (view.t(if quote.is_some() { "reissue-agree" } else { "reissue-submit" })) }
                    a.button href=(base) { (view.t("action-cancel")) }
                }
            }
        } }
        script src=(assets::address("client.js")) defer {}
    }
}

/// Where the service's page is.
#[must_use]
pub fn address(service: &ServiceView, audience: Audience) -> String {
    match audience {
        Audience::Client | Audience::Everybody => format!("/services/{}", service.line.id),
        Audience::Staff | Audience::Administrator => format!("/admin/services/{}", service.line.id),
    }
}

fn head(view: &View, service: &ServiceView, audience: Audience) -> Markup {
    let list = match audience {
        Audience::Client | Audience::Everybody => "/services",
        Audience::Staff | Audience::Administrator => "/admin/services",
    };
    Head::new(view.t("reissue-title"))
        .under(view.t("nav-services"), list)
        .under(service.line.main_name.unicode(), address(service, audience))
        .render(view)
}

/// Staff never get hold of a key.
fn is_offered(source: Source, audience: Audience) -> bool {
    audience == Audience::Client || source == Source::Pasted
}

fn sources(view: &View, service: &ServiceView, audience: Audience) -> Vec<Choice> {
    let before = match service.key.custody {
        KeyCustody::Stored => "reissue-before-stored",
        KeyCustody::Client | KeyCustody::NotStored => "reissue-before-client",
    };
    let mut choices = vec![Choice {
        value: AS_BEFORE.to_owned(),
        label: view.t("reissue-before"),
        hint: view.t(before),
    }];
    let offered = Source::ALL
        .into_iter()
        .filter(|source| is_offered(*source, audience));
    choices.extend(offered.map(|source| Choice {
        value: source.word().to_owned(),
        label: view.word("client-source", source.word()),
        hint: view.word("client-source-text", source.word()),
    }));
    choices
}

fn own_key(view: &View, form: &Form, keys: &[(String, String)]) -> Markup {
    html! {
        div data-shown-by="source=browser,not-stored,stored" {
            (Field::new("key", view.t("client-key-kind"), Kind::Text).select(view, form, keys))
        }
        div.stack data-shown-by="source=browser" {
            div.actions {
                button.button type="button" data-make-key="field-csr" data-names="field-names" data-kind="field-key" data-said="key-made" {
                    (icon(Icon::Key)) (view.t("client-make-key"))
                }
            }
            p id="key-made" role="status" data-done=(view.t("client-key-made")) data-failed=(view.t("client-key-failed")) data-no-name=(view.t("client-key-no-name")) {}
            noscript { (sentence(Tone::Warn, &view.t("client-key-needs-script"))) }
        }
        div data-shown-by="source=stored" {
            (field::check(form, "consent", &view.t("client-consent"), &view.t("client-consent-hint")))
            (field::errors(view, form, "consent"))
        }
    }
}

/// What the change of names costs and what it may do to the certificates before, to be agreed to.
fn meaning(view: &View, form: &Form, quote: &NamesQuote) -> Markup {
    let list = |names: &[domain::DomainName]| -> String {
        names
            .iter()
            .map(domain::DomainName::unicode)
            .collect::<Vec<_>>()
            .join(", ")
    };
    html! {
        (note(Tone::Warn, &html! {
            @if !quote.added.is_empty() { p { (view.t_args("reissue-added", &[("names", list(&quote.added).into())])) } }
            @if !quote.removed.is_empty() { p { (view.t_args("reissue-removed", &[("names", list(&quote.removed).into())])) } }
        }))
        @if let Some(price) = &quote.price {
            (price_lines(view, &price.lines, price.net, price.gross))
            (funds(view, price.gross, quote.available))
        }
        input type="hidden" name="agreed" value=(form.value("agreed"));
    }
}

fn funds(view: &View, gross: Money, available: Money) -> Markup {
    match available.covers(gross) {
        Ok(true) => html! {},
        _ => sentence(
            Tone::Bad,
            &view.t_args("reissue-short", &[("available", view.money(available).into())]),
        ),
    }
}
