//! Set-up, sign-in, registration, reset, the password again; and the language, which anybody may choose.

pub mod pages;

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use axum_extra::extract::cookie::CookieJar;
use domain::Currency;
use engine::people::{registration::NewClient, setup::NewAdministrator, sign_in::Challenge};
use httpkit::{Failure, Flash, Form, cookie, failure::is_own_path, params::Posted};
use i18n::Locale;
use secrecy::{ExposeSecret as _, SecretString};
use store::{account::AccountKind, session::SessionStage};

use crate::{
    routes::{Audience, Routes},
    visit::{At, Visit},
};

/// Currencies that an account may be kept in.
pub(crate) const CURRENCIES: [&str; 4] = ["EUR", "USD", "GBP", "RUB"];

/// The routes for people who are not, or not wholly, signed in.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Everybody)
        .get("/", home)
        .get("/setup", set_up_page)
        .post("/setup", set_up)
        .get("/sign-in", sign_in_page)
        .post("/sign-in", sign_in)
        .get("/sign-in/code", code_page)
        .post("/sign-in/code", code)
        .get("/sign-in/enrol", enrol_page)
        .post("/sign-in/enrol", enrol)
        .post("/sign-out", sign_out)
        .post("/language", language)
        .get("/register", register_page)
        .post("/register", register)
        .get("/confirm/{token}", confirm_page)
        .post("/confirm", confirm)
        .get("/reset", reset_page)
        .post("/reset", reset)
        .get("/reset/{token}", new_password_page)
        .post("/reset/new", new_password)
        .get("/confirm-password", again_page)
        .post("/confirm-password", again)
}

async fn home(visit: Visit) -> Result<Response, Failure> {
    if visit.view.signed.is_none() && visit.engine.setup().is_needed().await? {
        return Ok(visit.go("/setup"));
    }
    Ok(visit.go(visit.view.home()))
}

async fn set_up_page(visit: Visit) -> Result<Response, Failure> {
    if !visit.engine.setup().is_needed().await? {
        return Ok(visit.go(visit.view.home()));
    }
    let form = Form::default().with("token", visit.query.text("token"));
    Ok(visit.page(pages::set_up(&visit.view, &form)))
}

async fn set_up(visit: Visit, headers: HeaderMap, Posted(posted): Posted) -> Result<Response, Failure> {
    count(&visit)?;
    let mut form = Form::from(posted);
    let token = SecretString::from(form.required("token", 200));
    let new = NewAdministrator {
        email: form.mail_address("email"),
        name: form.required("name", 120),
        password: secret(&form, "password"),
        language: visit.view.locale.code().to_owned(),
    };
    if !form.has_problems() {
        match visit
            .engine
            .setup()
            .begin(&visit.actor, &token, new, agent(&headers))
            .await
        {
            Ok(challenge) => return Ok(onwards(&visit, &challenge, "")),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(pages::set_up(&visit.view, &form)))
}

async fn sign_in_page(visit: Visit) -> Result<Response, Failure> {
    if visit.view.signed.is_some() {
        return Ok(visit.go(visit.view.home()));
    }
    let form = Form::default().with("next", visit.query.text("next"));
    Ok(visit.page(pages::sign_in(&visit.view, &form)))
}

async fn sign_in(visit: Visit, headers: HeaderMap, Posted(posted): Posted) -> Result<Response, Failure> {
    count(&visit)?;
    let mut form = Form::from(posted);
    let email = form.required("email", 254);
    let password = secret(&form, "password");
    if !form.has_problems() {
        match visit
            .engine
            .sign_in()
            .password(&visit.actor, &email, password, agent(&headers))
            .await
        {
            Ok(challenge) => return Ok(onwards(&visit, &challenge, form.value("next"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(pages::sign_in(&visit.view, &form)))
}

async fn code_page(visit: Visit) -> Result<Response, Failure> {
    let form = Form::default().with("next", visit.query.text("next"));
    Ok(visit.page(pages::second_factor(&visit.view, &form)))
}

async fn code(
    visit: Visit,
    headers: HeaderMap,
    jar: CookieJar,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    count(&visit)?;
    let mut form = Form::from(posted);
    let given = [form.value("code"), form.value("recovery")].concat();
    let token = half_signed_in(&visit, &jar)?;
    match visit
        .engine
        .sign_in()
        .code(&visit.actor, &token, given.trim(), agent(&headers))
        .await
    {
        Ok(challenge) => return Ok(onwards(&visit, &challenge, form.value("next"))),
        Err(error) => visit.into_form(&mut form, error)?,
    }
    Ok(visit.rejected(pages::second_factor(&visit.view, &form)))
}

async fn enrol_page(visit: Visit, jar: CookieJar) -> Result<Response, Failure> {
    let enrolment = enrolment(&visit, &half_signed_in(&visit, &jar)?).await?;
    Ok(visit.page(pages::enrol(&visit.view, &enrolment, &Form::default())))
}

async fn enrol(
    visit: Visit,
    headers: HeaderMap,
    jar: CookieJar,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    count(&visit)?;
    let mut form = Form::from(posted);
    let token = half_signed_in(&visit, &jar)?;
    match visit
        .engine
        .sign_in()
        .enrol(&visit.actor, &token, form.value("code"), agent(&headers))
        .await
    {
        Ok((challenge, codes)) => {
            let shown: Vec<String> = codes.iter().map(|code| code.expose_secret().to_owned()).collect();
            let mut response = visit.page(pages::recovery_codes(&visit.view, &shown, "/"));
            carry(&visit, &mut response, &challenge);
            return Ok(response);
        }
        Err(error) => visit.into_form(&mut form, error)?,
    }
    let enrolment = enrolment(&visit, &token).await?;
    Ok(visit.rejected(pages::enrol(&visit.view, &enrolment, &form)))
}

async fn enrolment(visit: &Visit, token: &SecretString) -> Result<pages::Enrolment, Failure> {
    let found = visit.engine.sign_in().enrolment(token).await?;
    Ok(pages::Enrolment {
        address: found.url.expose_secret().to_owned(),
        secret: found.secret.expose_secret().to_owned(),
    })
}

async fn sign_out(visit: Visit, jar: CookieJar) -> Result<Response, Failure> {
    if let Some(token) = cookie::Name::Session.read(&jar, &visit.config) {
        visit
            .engine
            .sessions()
            .sign_out(&SecretString::from(token))
            .await?;
    }
    let mut response = visit.done("/sign-in", &Flash::done("session-signed-out"));
    add_cookie(
        &mut response,
        &cookie::Name::Session.forget(&visit.config).encoded().to_string(),
    );
    Ok(response)
}

async fn language(visit: Visit, Posted(posted): Posted) -> Result<Response, Failure> {
    let chosen: Locale = posted
        .read_as("language")
        .ok_or_else(|| Failure::of_status(StatusCode::BAD_REQUEST))?;
    let mut response = visit.go(own(posted.text("next")));
    let written = cookie::Name::Language.write(chosen.code().to_owned(), &visit.config);
    add_cookie(&mut response, &written.encoded().to_string());
    Ok(response)
}

async fn register_page(visit: Visit) -> Result<Response, Failure> {
    let form = Form::default().with("kind", "company").with("currency", "EUR");
    Ok(visit.page(pages::register(&visit.view, &form, &currencies())))
}

async fn register(visit: Visit, Posted(posted): Posted) -> Result<Response, Failure> {
    count(&visit)?;
    let mut form = Form::from(posted);
    let name = form.required("name", 120);
    let email = form.mail_address("email");
    let kind = form.choice::<AccountKind>("kind");
    let currency = form.choice::<Currency>("currency");
    let account_name = match kind {
        Some(AccountKind::Company) => form.required("account", 200),
        _ => name.clone(),
    };
    let country = form.required("country", 2).to_uppercase();
    if let (Some(kind), Some(currency), false) = (kind, currency, form.has_problems()) {
        let new = NewClient {
            email,
            name,
            account_name,
            kind,
            country,
            currency,
            password: secret(&form, "password"),
            language: visit.view.locale.code().to_owned(),
        };
        match visit.engine.registration().register(&visit.actor, new).await {
            Ok(()) => {
                let (title, text) = (
                    visit.view.t("session-register-sent-title"),
                    visit.view.t("session-register-sent-text"),
                );
                return Ok(visit.page(pages::sent(&visit.view, &title, &text)));
            }
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(pages::register(&visit.view, &form, &currencies())))
}

async fn confirm_page(visit: Visit, At(token): At<String>) -> Result<Response, Failure> {
    Ok(visit.page(pages::confirm(&visit.view, &Form::default().with("token", token))))
}

async fn confirm(visit: Visit, Posted(posted): Posted) -> Result<Response, Failure> {
    count(&visit)?;
    let mut form = Form::from(posted);
    match visit
        .engine
        .registration()
        .confirm_address(&visit.actor, &secret(&form, "token"))
        .await
    {
        Ok(()) => Ok(visit.done("/sign-in", &Flash::done("session-confirmed"))),
        Err(error) => {
            visit.into_form(&mut form, error)?;
            Ok(visit.rejected(pages::confirm(&visit.view, &form)))
        }
    }
}

async fn reset_page(visit: Visit) -> Result<Response, Failure> {
    Ok(visit.page(pages::ask_reset(&visit.view, &Form::default())))
}

async fn reset(visit: Visit, Posted(posted): Posted) -> Result<Response, Failure> {
    count(&visit)?;
    let mut form = Form::from(posted);
    let email = form.mail_address("email");
    if form.has_problems() {
        return Ok(visit.rejected(pages::ask_reset(&visit.view, &form)));
    }
    visit
        .engine
        .registration()
        .ask_reset(&visit.actor, &email)
        .await?;
    let (title, text) = (
        visit.view.t("session-reset-sent-title"),
        visit.view.t("session-reset-sent-text"),
    );
    Ok(visit.page(pages::sent(&visit.view, &title, &text)))
}

async fn new_password_page(visit: Visit, At(token): At<String>) -> Result<Response, Failure> {
    Ok(visit.page(pages::new_password_page(
        &visit.view,
        &Form::default().with("token", token),
    )))
}

async fn new_password(visit: Visit, Posted(posted): Posted) -> Result<Response, Failure> {
    count(&visit)?;
    let mut form = Form::from(posted);
    let (token, password) = (secret(&form, "token"), secret(&form, "password"));
    match visit
        .engine
        .registration()
        .reset(&visit.actor, &token, password)
        .await
    {
        Ok(()) => Ok(visit.done("/sign-in", &Flash::done("session-password-changed"))),
        Err(error) => {
            visit.into_form(&mut form, error)?;
            Ok(visit.rejected(pages::new_password_page(&visit.view, &form)))
        }
    }
}

async fn again_page(visit: Visit) -> Result<Response, Failure> {
    let form = Form::default().with("next", own(visit.query.text("next")));
    Ok(visit.page(pages::password_again(&visit.view, &form)))
}

async fn again(visit: Visit, Posted(posted): Posted) -> Result<Response, Failure> {
    count(&visit)?;
    let mut form = Form::from(posted);
    let Some(signed) = &visit.view.signed else {
        return Ok(visit.go("/sign-in"));
    };
    let password = secret(&form, "password");
    match visit
        .engine
        .sign_in()
        .confirm(&visit.actor, signed.session, password)
        .await
    {
        Ok(()) => Ok(visit.go(own(form.value("next")))),
        Err(error) => {
            visit.into_form(&mut form, error)?;
            Ok(visit.rejected(pages::password_again(&visit.view, &form)))
        }
    }
}

/// Counts one attempt of this address.
fn count(visit: &Visit) -> Result<(), Failure> {
    visit
        .state()
        .attempts()
        .count(visit.actor.address)
        .map_err(Failure::too_many_attempts)
}

/// To what is still to be done, with the new token in the cookie.
fn onwards(visit: &Visit, challenge: &Challenge, next: &str) -> Response {
    let wanted = httpkit::Params::from([("next", next)]).without_empty().query();
    let path = match challenge.stage {
        SessionStage::NeedsTotp => format!("/sign-in/code{wanted}"),
        SessionStage::NeedsEnrolment => "/sign-in/enrol".to_owned(),
        SessionStage::SignedIn => own(next).to_owned(),
    };
    let mut response = visit.go(&path);
    carry(visit, &mut response, challenge);
    response
}

fn carry(visit: &Visit, response: &mut Response, challenge: &Challenge) {
    let token = challenge.token.expose_secret().to_owned();
    add_cookie(
        response,
        &cookie::Name::Session
            .write(token, &visit.config)
            .encoded()
            .to_string(),
    );
}

fn add_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn half_signed_in(visit: &Visit, jar: &CookieJar) -> Result<SecretString, Failure> {
    cookie::Name::Session
        .read(jar, &visit.config)
        .map(SecretString::from)
        .ok_or_else(|| Failure::sign_in_needed(None, visit.htmx))
}

/// A path of our own; the start page instead of anything else.
fn own(next: &str) -> &str {
    if is_own_path(next) { next } else { "/" }
}

fn secret(form: &Form, field: &str) -> SecretString {
    SecretString::from(form.value(field).to_owned())
}

fn agent(headers: &HeaderMap) -> &str {
    headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn currencies() -> Vec<String> {
    CURRENCIES.map(str::to_owned).to_vec()
}
