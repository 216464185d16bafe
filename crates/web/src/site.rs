//! The whole site: every route, and pages in the place of failures.

use axum::{
    Extension, Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use httpkit::{AppState, Failure, Html, Htmx, Params, Tone, failure::is_own_path, viewer::session_of};

use crate::{
    admin::{self, drafts::Drafts},
    assets, client,
    components::note::sentence,
    layout,
    routes::Routes,
    session,
    view::View,
};

/// Every page with whom it is for.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .merge(session::routes())
        .merge(client::routes())
        .merge(admin::routes())
}

/// The site. The layers that the REST API shares are put around both by the program.
pub fn router(state: &AppState) -> Router {
    let pages = routes()
        .into_router()
        .fallback(|| async { Failure::not_found() })
        .method_not_allowed_fallback(|| async { Failure::not_found() });
    httpkit::stack::same_site(pages)
        .layer(Extension(Drafts::default()))
        .layer(middleware::from_fn_with_state(state.clone(), show_failures))
        .route(assets::ROUTE, axum::routing::get(assets::send))
        .with_state(state.clone())
}

/// Puts a page in the place of a problem document.
async fn show_failures(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let again = Request::from_parts(parts.clone(), body);
    let response = next.run(again).await;
    let Some(failure) = response.extensions().get::<Failure>().cloned() else {
        return response;
    };
    if let Some(sign_in) = failure.sign_in() {
        return sign_in.answer();
    }
    let htmx = Htmx::of(&parts.headers);
    if failure.code() == "confirmation-required" {
        let back = Params::from([("next", came_from(&parts).as_str())]).query();
        return htmx.go_to(&format!("/confirm-password{back}"));
    }
    let signed = session_of(&mut parts, &state)
        .await
        .ok()
        .and_then(|seen| seen.signed);
    let view = View::of(&parts, &state, signed);
    let text = failure.sentence(view.locale);
    let page = if htmx.is_partial {
        sentence(Tone::Bad, &text)
    } else {
        let reference = if failure.status().is_server_error() {
            httpkit::viewer::request_id(&parts, &state).to_string()
        } else {
            String::new()
        };
        layout::failure(&view, &view.t("error-title"), &text, &reference)
    };
    let mut shown = Html::new(page).with_status(failure.status()).into_response();
    // What the answer said besides its body stays: how long to wait, cookies.
    for (name, value) in response.headers() {
        if !shown.headers().contains_key(name) && name != axum::http::header::CONTENT_LENGTH {
            shown.headers_mut().append(name, value.clone());
        }
    }
    shown
}

/// The page that a form was on, else the page that was asked for.
fn came_from(parts: &axum::http::request::Parts) -> String {
    let asked = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    if parts.method == axum::http::Method::GET {
        return asked.to_owned();
    }
    let referer = parts
        .headers
        .get(axum::http::header::REFERER)
        .and_then(|value| value.to_str().ok());
    let path = referer
        .and_then(|referer| referer.splitn(4, '/').nth(3))
        .map(|path| format!("/{path}"));
    path.filter(|path| is_own_path(path))
        .unwrap_or_else(|| "/".to_owned())
}
