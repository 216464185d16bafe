//! The LeaderSSL API v1 as a client sees it.

mod answer;
mod certificates;
mod dcv;
pub(crate) mod line;
mod mail_link;
mod orders;
mod reads;
mod route;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, RawPathParams, Request, State},
    response::Response,
    routing::any,
};
use http::{HeaderMap, Method};

pub(crate) use self::certificates::status_word;
use self::{answer::Answer, line::Line, route::Route};
use crate::{
    config::ReissueCall,
    faults::{ActiveFaults, Fault, RulesChanged},
    mailbox::CONFIRM_PATH,
    params::Params,
    refusal::Refusal,
    shared::Shared,
};

/// Path of the API below the listener.
pub(crate) const BASE_PATH: &str = "/api/v1";

/// Longest request target, a common default of web servers; longer ones are answered 414.
const LONGEST_TARGET: usize = 8_190;
/// Largest request body.
const LARGEST_BODY: usize = 2 * 1024 * 1024;

/// A request that has passed authorisation.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) params: Params,
    pub(crate) faults: &'a ActiveFaults,
    id: Option<i64>,
}

impl Call<'_> {
    /// The id in the path; one that is no number names nothing.
    fn id(&self) -> Result<i64, Refusal> {
        self.id.ok_or_else(Refusal::not_found)
    }
}

/// Every route of the API and the page that mails link to.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let mut router = Router::new().route(CONFIRM_PATH, any(mail_link::confirm));
    for route in Route::ALL {
        if route == Route::Reissue && shared.config.reissue == ReissueCall::Off {
            continue;
        }
        let path = format!("{BASE_PATH}/{}", route.pattern());
        let handler = async move |State(shared): State<Arc<Shared>>,
                                  ConnectInfo(line): ConnectInfo<Line>,
                                  path: RawPathParams,
                                  request: Request| {
            let id = path
                .iter()
                .find(|(name, _)| *name == "id")
                .map(|(_, value)| value.to_owned());
            serve(route, &shared, &line, id, request).await
        };
        router = router.route(&path, any(handler));
    }
    router
        .fallback(async || answer::refused(&Refusal::not_found(), &ActiveFaults::default()))
        .with_state(shared)
}

async fn serve(route: Route, shared: &Shared, line: &Line, id: Option<String>, request: Request) -> Response {
    let (faults, changed) = shared.faults.fire(route.pattern(), &shared.random);
    if changed == RulesChanged::Yes
        && let Err(error) = shared.keep_faults()
    {
        return answer::refused(&error.into(), &faults);
    }
    if let Some(instead) = answer::instead(&faults, line).await {
        return instead;
    }

    let (parts, body) = request.into_parts();
    if parts
        .uri
        .path_and_query()
        .is_some_and(|target| target.as_str().len() > LONGEST_TARGET)
    {
        return answer::refused(
            &Refusal {
                status: 414,
                message: "URI Too Long".to_owned(),
            },
            &faults,
        );
    }
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return answer::refused(
            &Refusal {
                status: 413,
                message: "Payload Too Large".to_owned(),
            },
            &faults,
        );
    };
    let incoming = Incoming {
        method: &parts.method,
        headers: &parts.headers,
        query: parts.uri.query().unwrap_or_default(),
        body: &body,
        id: id.and_then(|id| id.parse().ok()),
    };
    let outcome = process(route, shared, &faults, &incoming);
    if faults.has(&Fault::DuplicateDelivery) {
        // The first answer reaches the client; what the second did, it never learns.
        let _ = process(route, shared, &faults, &incoming);
    }
    finish(route, outcome, &faults, line).await
}

struct Incoming<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    query: &'a str,
    body: &'a [u8],
    id: Option<i64>,
}

fn process(
    route: Route,
    shared: &Shared,
    faults: &ActiveFaults,
    incoming: &Incoming<'_>,
) -> Result<Answer, Refusal> {
    let is_narrowed = (faults.has(&Fault::GetOnly) && incoming.method != Method::GET)
        || (faults.has(&Fault::PostOnly) && incoming.method != Method::POST);
    if is_narrowed || !route.takes(incoming.method) {
        return Err(Refusal::method_not_allowed());
    }
    let reads_body = route == Route::SignIn || !faults.has(&Fault::BodyParamsOff);
    let params = Params::merge(incoming.query, if reads_body { incoming.body } else { &[] })?;
    if route != Route::SignIn {
        let header = incoming
            .headers
            .get("x-auth-token")
            .and_then(|value| value.to_str().ok());
        let header = header.filter(|_| !faults.has(&Fault::HeaderAuthOff));
        let token = params.text("auth_token").or_else(|| header.map(str::to_owned));
        shared.check_token(token.as_deref(), faults)?;
    }
    let call = Call {
        shared,
        params,
        faults,
        id: incoming.id,
    };
    match route {
        Route::SignIn => reads::sign_in(&call),
        Route::Products => Ok(reads::products(&call)),
        Route::Balance => Ok(reads::balance(&call)),
        Route::DcvEmails => dcv::emails(&call),
        Route::PlacePreorder => orders::place_preorder(&call),
        Route::ListPreorders => Ok(orders::list_preorders(&call)),
        Route::ShowPreorder => orders::show_preorder(&call),
        Route::IssuePreorder => orders::issue_preorder(&call),
        Route::PlaceOrder => orders::place_order(&call),
        Route::ListCertificates => Ok(certificates::list(&call)),
        Route::CertificateStatus => certificates::status(&call),
        Route::Download => certificates::download(&call),
        Route::Dcv => dcv::show(&call),
        Route::ChangeDcv => dcv::change(&call),
        Route::ResendDcv => dcv::resend(&call),
        Route::Reissue => orders::reissue(&call),
    }
}

/// Gives the answer, or loses it as the faults say.
async fn finish(
    route: Route,
    outcome: Result<Answer, Refusal>,
    faults: &ActiveFaults,
    line: &Line,
) -> Response {
    for fault in faults.iter() {
        match fault {
            Fault::CommitThenCut => {
                line.cut();
                return Response::new(Body::empty());
            }
            Fault::CommitThenLate { ms } => tokio::time::sleep(Duration::from_millis(*ms)).await,
            Fault::CommitThen500 => {
                let refusal = Refusal {
                    status: 500,
                    message: "Internal error".to_owned(),
                };
                return answer::refused(&refusal, faults);
            }
            Fault::CommitThenHtml { status } => return answer::html_page(*status),
            _ => {}
        }
    }
    match outcome {
        Ok(done) => done.into_response(route, faults),
        Err(refusal) => answer::refused(&refusal, faults),
    }
}
