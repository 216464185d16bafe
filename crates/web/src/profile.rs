//! One's own profile, in both areas: name and language, password, browsers that are signed in.

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use domain::id::SessionId;
use engine::people::{session::SessionLine, user::Profile};
use httpkit::{Failure, Flash, Form, Signed, cookie};
use i18n::Locale;
use maud::{Markup, html};
use secrecy::SecretString;

use crate::{
    components::{
        badge::badge,
        field::{self, Field, Kind},
        table::{Column, Table},
    },
    view::View,
    visit::Visit,
};

/// Saves name and language; what is wrong stays in the form, and nothing is returned.
///
/// # Errors
/// What concerns the whole request.
pub async fn change(visit: &Visit, form: &mut Form, page: &str) -> Result<Option<Response>, Failure> {
    let name = form.required("name", 120);
    let Some(language) = form.choice::<Locale>("language") else {
        return Ok(None);
    };
    if form.has_problems() {
        return Ok(None);
    }
    let profile = Profile {
        name,
        language: language.code().to_owned(),
    };
    if let Err(error) = visit.engine.users().change_profile(&visit.actor, profile).await {
        visit.into_form(form, error)?;
        return Ok(None);
    }
    let mut response = visit.done(page, &Flash::done(i18n::key!("client-profile-saved")));
    // The footer's choice would hide the new language in this browser.
    let cookie = cookie::Name::Language.write(language.code().to_owned(), &visit.config);
    if let Ok(value) = HeaderValue::from_str(&cookie.encoded().to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(Some(response))
}

/// Changes the password, with the old one; what is wrong stays in the form, and nothing is returned.
///
/// # Errors
/// What concerns the whole request.
pub async fn change_password(
    visit: &Visit,
    here: SessionId,
    form: &mut Form,
    page: &str,
) -> Result<Option<Response>, Failure> {
    let secret = |field: &str| SecretString::from(form.value(field).to_owned());
    let (current, new) = (secret("current"), secret("password"));
    let users = visit.engine.users();
    match users.change_password(&visit.actor, here, current, new).await {
        Ok(()) => {}
        // Who is signed in has one password to be wrong about.
        Err(engine::Error::Refused(refusal)) if refusal.code == "wrong-credentials" => {
            form.reject("current", "wrong-password");
            return Ok(None);
        }
        Err(error) => {
            visit.into_form(form, error)?;
            return Ok(None);
        }
    }
    Ok(Some(
        visit.done(page, &Flash::done(i18n::key!("client-password-changed"))),
    ))
}

/// Name and language as they are.
#[must_use]
pub fn form_of(signed: &Signed, view: &View) -> Form {
    Form::default()
        .with("name", signed.name.clone())
        .with("language", view.locale.code())
}

/// The form of name and language.
#[must_use]
pub fn profile(view: &View, form: &Form, page: &str) -> Markup {
    let languages: Vec<(String, String)> = Locale::ALL
        .iter()
        .map(|locale| (locale.code().to_owned(), locale.native_name().to_owned()))
        .collect();
    html! {
        form.form.full method="post" action=(page) {
            (Field::new("name", view.t("column-name"), Kind::Text).autocomplete("name").render(view, form))
            (Field::new("language", view.t("label-language"), Kind::Text).hint(view.t("client-language-hint")).select(view, form, &languages))
            div.actions { button.button.primary type="submit" { (view.t("action-save")) } }
        }
    }
}

/// The form of another password.
#[must_use]
pub fn password(view: &View, form: &Form, page: &str) -> Markup {
    html! {
        (field::summary(view, form, &["current", "password"]))
        form.form.full method="post" action={ (page) "/password" } {
            (Field::new("current", view.t("client-current-password"), Kind::Password).render(view, form))
            (Field::new("password", view.t("client-new-password"), Kind::NewPassword).hint(view.t("client-new-password-hint")).render(view, form))
            div.actions { button.button.primary type="submit" { (view.t("client-change-password")) } }
        }
    }
}

/// Browsers that are signed in; `here` is this one.
#[must_use]
pub fn sessions(view: &View, here: Option<SessionId>, lines: &[SessionLine], page: &str) -> Markup {
    let row = |line: &SessionLine| {
        vec![
            html! { span.breakable { (line.agent) } },
            html! { @match line.address { Some(address) => (address.to_string()), None => span.muted { "—" } } },
            html! { (view.instant(line.since)) },
            html! { (view.ago(line.seen)) },
            html! {
                @if here == Some(line.id) { (badge(httpkit::Tone::Good, &view.t("client-this-browser"))) }
                @else { (field::action(&format!("{page}/sessions/{}/end", line.id), "small", &html! { (view.t("client-end-session")) })) }
            },
        ]
    };
    Table {
        caption: view.t("client-browsers"),
        columns: vec![
            Column::new(view.t("client-browser")),
            Column::new(view.t("client-address")),
            Column::fit(view.t("client-since")),
            Column::fit(view.t("client-seen-last")),
            Column::actions(view),
        ],
        rows: lines.iter().map(row).collect(),
        sorting: None,
        empty: html! {},
    }
    .render()
}
