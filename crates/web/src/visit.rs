//! What a handler needs: the use cases, who asks, what to render with, and the ways to answer.

use std::{ops::Deref, sync::Arc};

use axum::{
    extract::{FromRequestParts, Path},
    http::{header, request::Parts},
    response::{IntoResponse as _, Response},
};
use domain::state::Role;
use engine::{Actor, Engine};
use httpkit::{
    AppState, Failure, Flash, Form, Html, Htmx, Params, Signed,
    config::HttpConfig,
    cookie,
    params::Query,
    viewer::{session_of, sign_in_needed},
};
use maud::Markup;

use crate::view::View;

/// One request to a page, by anybody.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The use cases.
    pub engine: Engine,
    /// Who asks.
    pub actor: Actor,
    /// What the page is rendered with.
    pub view: View,
    /// How it was asked.
    pub htmx: Htmx,
    /// The query of the address.
    pub query: Params,
    /// The public address and the limits.
    pub config: Arc<HttpConfig>,
    state: AppState,
}

impl Visit {
    /// What handlers share.
    #[must_use]
    pub const fn state(&self) -> &AppState {
        &self.state
    }

    /// A page. The message of the page before is shown once, so its cookie goes.
    #[must_use]
    pub fn page(&self, markup: Markup) -> Response {
        self.forget_flash(Html::new(markup).into_response())
    }

    /// A form again, with its problems.
    #[must_use]
    pub fn rejected(&self, markup: Markup) -> Response {
        self.forget_flash(Html::rejected(markup).into_response())
    }

    /// To another page, after a form was carried out.
    #[must_use]
    pub fn go(&self, path: &str) -> Response {
        self.htmx.go_to(path)
    }

    /// To another page, which shows the message.
    #[must_use]
    pub fn done(&self, path: &str, flash: &Flash) -> Response {
        let mut response = self.htmx.go_to(path);
        if let Some(value) = flash
            .cookie(&self.config)
            .and_then(|cookie| cookie.encoded().to_string().parse().ok())
        {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        response
    }

    /// What a use case that failed means for its form: problems beside the fields and sentences above them.
    ///
    /// # Errors
    /// Gives back what concerns the whole request instead of the form.
    pub fn into_form(&self, form: &mut Form, error: engine::Error) -> Result<(), Failure> {
        match error {
            engine::Error::Invalid(problems) => form.reject_all(&problems),
            engine::Error::Refused(_) | engine::Error::Ca(_) | engine::Error::Conflict => {
                form.refuse(Failure::from(error).sentence(self.view.locale));
            }
            other => return Err(other.into()),
        }
        Ok(())
    }

    /// The page of the list that the query asks for.
    #[must_use]
    pub fn list_page(&self, size: u32) -> store::Page {
        match self.query.read_as("after") {
            Some(cursor) => store::Page::after(cursor, size),
            None => store::Page::first(size),
        }
    }

    fn forget_flash(&self, mut response: Response) -> Response {
        if self.view.flash.is_some()
            && let Ok(value) = cookie::Name::Flash
                .forget(&self.config)
                .encoded()
                .to_string()
                .parse()
        {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        response
    }
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let seen = session_of(parts, state).await?;
        let Ok(Query(query)) = Query::from_request_parts(parts, state).await;
        let view = View::of(parts, state, seen.signed.clone());
        Ok(Self {
            engine: state.engine().clone(),
            actor: seen.actor,
            view,
            htmx: Htmx::of(&parts.headers),
            query,
            config: axum::extract::FromRef::from_ref(state),
            state: state.clone(),
        })
    }
}

/// A request by somebody of the seller's company.
#[derive(Debug, Clone)]
pub struct StaffVisit(Visit, Signed);

/// A request by a user in a client's account.
#[derive(Debug, Clone)]
pub struct ClientVisit(Visit, Signed);

/// A request by an administrator of the seller's company.
#[derive(Debug, Clone)]
pub struct AdministratorVisit(StaffVisit);

impl Deref for AdministratorVisit {
    type Target = StaffVisit;

    fn deref(&self) -> &StaffVisit {
        &self.0
    }
}

impl Deref for StaffVisit {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.0
    }
}

impl Deref for ClientVisit {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.0
    }
}

impl StaffVisit {
    /// Who it is.
    #[must_use]
    pub const fn signed(&self) -> &Signed {
        &self.1
    }
}

impl ClientVisit {
    /// Who it is.
    #[must_use]
    pub const fn signed(&self) -> &Signed {
        &self.1
    }
}

impl FromRequestParts<AppState> for StaffVisit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let Some(signed) = visit.view.signed.clone() else {
            return Err(sign_in_needed(parts));
        };
        // A client learns that there is no such page.
        if !signed.role.is_staff() {
            return Err(Failure::not_found());
        }
        Ok(Self(visit, signed))
    }
}

impl FromRequestParts<AppState> for AdministratorVisit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let visit = StaffVisit::from_request_parts(parts, state).await?;
        // Asked here too, so that a form that nobody else may send is not even read.
        if visit.signed().role != Role::Administrator {
            return Err(Failure::forbidden());
        }
        Ok(Self(visit))
    }
}

impl FromRequestParts<AppState> for ClientVisit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let Some(signed) = visit.view.signed.clone() else {
            return Err(sign_in_needed(parts));
        };
        // Staff come here only on behalf of a client: without an account there is nothing to show.
        if signed.account.is_none() {
            return Err(Failure::not_found());
        }
        Ok(Self(visit, signed))
    }
}

/// What stands in the path. What cannot be read there names nothing, so there is no such page.
#[derive(Debug, Clone, Copy)]
pub struct At<T>(pub T);

impl<T, S> FromRequestParts<S> for At<T>
where
    T: serde::de::DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(Failure::not_found()),
        }
    }
}
