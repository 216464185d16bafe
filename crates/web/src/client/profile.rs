//! One's own profile: name, language, password, sessions; tokens of the REST API for owners.

use std::time::Duration;

use axum::response::Response;
use domain::id::{ApiTokenId, SessionId};
use engine::{
    api_tokens::{NewToken, SCOPES},
    authority::{Permission, may},
    people::session::SessionLine,
};
use httpkit::{Failure, Flash, Form, params::Posted};
use maud::{Markup, html};
use secrecy::ExposeSecret as _;
use store::api_token::ApiToken;

use super::order::pages::token_once;
use crate::{
    components::{
        badge::tags,
        card::{card, framed},
        field::{self, Field, Kind},
        head::Head,
        icon::Icon,
        table::{self, Column, Table},
    },
    layout, profile,
    routes::{Audience, Routes},
    view::View,
    visit::{At, ClientVisit},
};

const PATH: &str = "/profile";
/// Days that a token may work, as the form offers them; 0 is without end.
const TOKEN_DAYS: [u64; 4] = [30, 90, 365, 0];

/// The routes of the profile.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Client)
        .get("/profile", show)
        .post("/profile", change)
        .post("/profile/password", change_password)
        .post("/profile/sessions/{id}/end", end_session)
        .post("/profile/tokens", make_token)
        .post("/profile/tokens/{id}/revoke", revoke_token)
}

/// What the page shows besides its forms.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// The session of this browser.
    pub here: Option<SessionId>,
    /// Browsers that are signed in.
    pub sessions: Vec<SessionLine>,
    /// Tokens of the account; none for those who may have none.
    pub tokens: Option<Vec<ApiToken>>,
    /// The token just made, shown once.
    pub made: Option<String>,
}

/// The forms of the page; the one that was sent holds what was typed.
#[derive(Debug, Clone, Default)]
pub struct Forms {
    /// Name and language.
    pub profile: Form,
    /// Passwords.
    pub password: Form,
    /// A new token.
    pub token: Form,
}

async fn show(visit: ClientVisit) -> Result<Response, Failure> {
    let (shown, forms) = gathered(&visit).await?;
    Ok(visit.page(page(&visit.view, &shown, &forms)))
}

async fn change(visit: ClientVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    if let Some(saved) = profile::change(&visit, &mut form, PATH).await? {
        return Ok(saved);
    }
    let (shown, forms) = gathered(&visit).await?;
    Ok(visit.rejected(page(
        &visit.view,
        &shown,
        &Forms {
            profile: form,
            ..forms
        },
    )))
}

async fn change_password(visit: ClientVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let here = visit.signed().session;
    if let Some(saved) = profile::change_password(&visit, here, &mut form, PATH).await? {
        return Ok(saved);
    }
    let (shown, forms) = gathered(&visit).await?;
    Ok(visit.rejected(page(
        &visit.view,
        &shown,
        &Forms {
            password: form,
            ..forms
        },
    )))
}

async fn end_session(visit: ClientVisit, At(id): At<SessionId>) -> Result<Response, Failure> {
    visit.engine.sessions().end(&visit.actor, id).await?;
    Ok(visit.done("/profile", &Flash::done("client-session-ended")))
}

async fn make_token(visit: ClientVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let days = form.number::<u64>("days");
    if let (Some(days), false) = (days, form.has_problems()) {
        let new = NewToken {
            account: super::money::account(&visit)?,
            name: form.value("name").to_owned(),
            scopes: form.values().all("scopes").map(str::to_owned).collect(),
            valid_for: (days > 0).then(|| Duration::from_secs(days.min(3_650) * 24 * 60 * 60)),
        };
        match visit.engine.api_tokens().create(&visit.actor, new).await {
            Ok((_, secret)) => {
                let (shown, forms) = gathered(&visit).await?;
                let shown = Shown {
                    made: Some(secret.expose_secret().to_owned()),
                    ..shown
                };
                return Ok(visit.page(page(&visit.view, &shown, &forms)));
            }
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let (shown, forms) = gathered(&visit).await?;
    Ok(visit.rejected(page(&visit.view, &shown, &Forms { token: form, ..forms })))
}

async fn revoke_token(visit: ClientVisit, At(id): At<ApiTokenId>) -> Result<Response, Failure> {
    visit.engine.api_tokens().revoke(&visit.actor, id).await?;
    Ok(visit.done("/profile", &Flash::done("client-token-revoked")))
}

async fn gathered(visit: &ClientVisit) -> Result<(Shown, Forms), Failure> {
    let tokens = match visit
        .actor
        .account()
        .filter(|_| may(&visit.actor, Permission::ManageTokens))
    {
        Some(account) => Some(visit.engine.api_tokens().list(&visit.actor, account).await?),
        None => None,
    };
    let shown = Shown {
        here: Some(visit.signed().session),
        sessions: visit.engine.sessions().list(&visit.actor).await?,
        tokens,
        made: None,
    };
    let forms = Forms {
        profile: profile::form_of(visit.signed(), &visit.view),
        token: Form::default().with("days", "90"),
        ..Forms::default()
    };
    Ok((shown, forms))
}

/// The page.
#[must_use]
pub fn page(view: &View, shown: &Shown, forms: &Forms) -> Markup {
    let title = view.t("nav-profile");
    let who = view
        .signed
        .as_ref()
        .map_or_else(String::new, |signed| signed.email.clone());
    layout::client(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(who).render(view))
            div.grid-2 {
                (card("profile", &view.t("client-profile"), &profile::profile(view, &forms.profile, PATH)))
                (card("password", &view.t("client-password"), &profile::password(view, &forms.password, PATH)))
            }
            (framed("sessions", &view.t("client-sessions"), &html! {}, &profile::sessions(view, shown.here, &shown.sessions, PATH)))
            @if let Some(tokens) = &shown.tokens {
                (framed("tokens", &view.t("client-tokens"), &html! {}, &html! {
                    div.card-body {
                        p.muted { (view.t("client-tokens-text")) }
                        @if let Some(made) = &shown.made { (token_once(view, made)) }
                    }
                    (token_table(view, tokens))
                    div.card-body { (new_token(view, &forms.token)) }
                }))
            }
        },
    )
}

fn token_table(view: &View, tokens: &[ApiToken]) -> Markup {
    Table {
        caption: view.t("client-tokens-made"),
        columns: vec![
            Column::new(view.t("column-name")),
            Column::new(view.t("client-scopes")),
            Column::fit(view.t("client-token-ends")),
            Column::fit(view.t("client-seen-last")),
            Column::actions(view),
        ],
        rows: tokens
            .iter()
            .filter(|token| token.revoked_at.is_none())
            .map(|token| {
                vec![
                    html! { (token.name) },
                    tags(&token.scopes.0),
                    html! { @match token.expires_at { Some(end) => (view.day_of(end)), None => (view.t("client-token-no-end")) } },
                    html! { @match token.last_used_at { Some(at) => (view.ago(at)), None => span.muted { "—" } } },
                    field::action(&format!("/profile/tokens/{}/revoke", token.id), "small danger", &html! { (view.t("client-revoke")) }),
                ]
            })
            .collect(),
        sorting: None,
        empty: table::empty(Icon::Key, &view.t("client-no-tokens"), "", &html! {}),
    }
    .render()
}

fn new_token(view: &View, form: &Form) -> Markup {
    let days: Vec<(String, String)> = TOKEN_DAYS
        .iter()
        .map(|days| {
            let text = match days {
                0 => view.t("client-token-no-end"),
                days => view.t_args("client-days", &[("count", (*days).into())]),
            };
            (days.to_string(), text)
        })
        .collect();
    html! {
        h3 { (view.t("client-new-token")) }
        (field::summary(view, form, &["scopes", "days"]))
        form.form method="post" action="/profile/tokens" {
            div.field {
                label for="token-name" { (view.t("client-token-name")) }
                input type="text" id="token-name" name="name" value=(form.value("name")) maxlength="80" required autocomplete="off";
            }
            fieldset {
                legend { (view.t("client-scopes")) }
                @for scope in SCOPES {
                    @let id = format!("scope-{}", scope.replace(':', "-"));
                    div.check {
                        input type="checkbox" id=(id) name="scopes" value=(scope) checked[form.values().all("scopes").any(|given| given == scope)];
                        label for=(id) { (view.word("client-scope", &scope.replace(':', "-"))) }
                    }
                }
                (field::errors(view, form, "scopes"))
            }
            (Field::new("days", view.t("client-token-days"), Kind::Text).select(view, form, &days))
            div.actions { button.button.primary type="submit" { (view.t("client-make-token")) } }
        }
    }
}
