//! Who asks: anybody, somebody signed in, a client, staff.
//!
//! The session is looked up once per request. What needs somebody signed in answers with a [`Failure`]: nobody leads to
//! the sign-in page, a client on a staff page learns that there is no such page.

use axum::{
    extract::FromRequestParts as _,
    http::{Method, request::Parts},
};
use axum_extra::extract::cookie::CookieJar;
use domain::{
    id::{AccountId, SessionId, UserId},
    state::Role,
};
use engine::{Actor, RequestId, Who, people::session::Visitor};
use secrecy::SecretString;

use crate::{AppState, Failure, Htmx, address::ClientAddress, cookie, failure::is_own_path};

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The session.
    pub session: SessionId,
    /// Who.
    pub user: UserId,
    /// What they call themselves.
    pub name: String,
    /// Their mail address, which they sign in with.
    pub email: String,
    /// What they may do: of the seller's company, or in the account.
    pub role: Role,
    /// The account they act in; none for staff who act for nobody.
    pub account: Option<AccountId>,
    /// The language that they chose in their profile.
    pub language: String,
}

/// Who asks, as the session says.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Handed to use cases.
    pub actor: Actor,
    /// Who is signed in; none for guests and for those who still owe the second factor.
    pub signed: Option<Signed>,
}

/// Looks the session of a request up.
///
/// # Errors
/// When the database does not answer.
pub async fn session_of(parts: &mut Parts, state: &AppState) -> Result<Seen, Failure> {
    if let Some(seen) = parts.extensions.get::<Seen>() {
        return Ok(seen.clone());
    }
    let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, state).await;
    let request = request_id(parts, state);
    let visitor = match token(parts, state) {
        Some(token) => state.engine().sessions().resolve(&token).await?,
        None => None,
    };
    let actor = match &visitor {
        Some(visitor) => visitor.actor(request, address),
        None => Actor {
            who: Who::Guest,
            seller: state.engine().seller().await?,
            request,
            address,
            is_confirmed: false,
        },
    };
    let seen = Seen {
        signed: visitor.and_then(|visitor| signed(visitor, &actor)),
        actor,
    };
    parts.extensions.insert(seen.clone());
    Ok(seen)
}

/// The session's token, as the cookie carries it.
#[must_use]
pub fn token(parts: &Parts, state: &AppState) -> Option<SecretString> {
    let jar = CookieJar::from_headers(&parts.headers);
    cookie::Name::Session
        .read(&jar, state.config())
        .map(SecretString::from)
}

/// The request's id; the layer around everything gave it.
#[must_use]
pub fn request_id(parts: &Parts, state: &AppState) -> RequestId {
    parts
        .extensions
        .get::<RequestId>()
        .copied()
        .unwrap_or_else(|| RequestId(seal::random::uuid_v7(state.engine().clock().machine_now())))
}

/// Leads to the sign-in page, and back to where a page was asked for.
#[must_use]
pub fn sign_in_needed(parts: &Parts) -> Failure {
    let asked = parts.uri.path_and_query().map(|path| path.as_str().to_owned());
    let next = asked.filter(|path| parts.method == Method::GET && is_own_path(path));
    Failure::sign_in_needed(next, Htmx::of(&parts.headers))
}

fn signed(visitor: Visitor, actor: &Actor) -> Option<Signed> {
    let role = match &actor.who {
        Who::Staff { role, .. } | Who::Member { role, .. } => *role,
        Who::Guest | Who::Token { .. } | Who::CommandLine | Who::System(_) => return None,
    };
    Some(Signed {
        session: visitor.session,
        user: visitor.user,
        name: visitor.name,
        email: visitor.email,
        role,
        account: visitor.account,
        language: visitor.language,
    })
}
