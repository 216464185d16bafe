//! The wire client: HTTP, sign-in, token, limits, time-outs, size caps. It knows nothing of certbroker's words.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use bytes::BytesMut;
use ca::{CaError, Class, ConnectContext, Mode, RawAnswer, connector::Exchange};
use jiff::fmt::rfc2822;
use reqwest::{
    Method, RequestBuilder, Response,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER},
    redirect, retry,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    KIND,
    answer::Answer,
    base::Base,
    failure::{self, Failure},
    lenient,
    pace::Pace,
    params::{Params, encode},
    session::{Session, Token},
};

/// Longer URLs are refused by common servers; then the parameters go into a form body (reference §8.1 #12).
const LONGEST_URL: usize = 7_500;
/// Redirects followed for a read.
const MOST_REDIRECTS: usize = 3;
/// Longest wait that `Retry-After` may ask for.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// Where the token goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenIn {
    /// Header first; if a fresh token is refused there, the query, and what worked is remembered.
    Auto,
    /// `X-AUTH-TOKEN`: keeps the token out of URLs and of the logs of proxies.
    Header,
    /// `auth_token` in the query, as the shipped client does.
    Query,
}

/// What is known about where the token goes.
const UNTRIED: u8 = 0;
const HEADER: u8 = 1;
const QUERY: u8 = 2;

/// What a call is for, which decides on time-outs, connections and redirects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Changes nothing.
    Read,
    /// Changes something that costs nothing.
    Action,
    /// Can cost money.
    Purchase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
}

/// One call to one endpoint.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// What is being done, for errors.
    pub(super) doing: &'static str,
    pub(super) verb: Verb,
    /// Relative to the base, such as `ssl_certificates/5/status`.
    pub(super) path: String,
    pub(super) params: Params,
    pub(super) purpose: Purpose,
}

impl Call {
    pub(super) fn get(doing: &'static str, path: impl Into<String>) -> Self {
        Self {
            doing,
            verb: Verb::Get,
            path: path.into(),
            params: Params::new(),
            purpose: Purpose::Read,
        }
    }

    pub(super) fn post(doing: &'static str, path: impl Into<String>, purpose: Purpose) -> Self {
        Self {
            doing,
            verb: Verb::Post,
            path: path.into(),
            params: Params::new(),
            purpose,
        }
    }

    pub(super) fn with(mut self, params: Params) -> Self {
        self.params = params;
        self
    }
}

/// User name and password of the account.
pub(super) struct Credentials {
    pub(super) username: String,
    pub(super) password: SecretString,
}

/// The client of one account.
pub(super) struct Client {
    base: Base,
    credentials: Credentials,
    http: reqwest::Client,
    /// Opens a connection per call: one that was kept alive and has died meanwhile would make an outcome unknown.
    fresh_http: reqwest::Client,
    learned: AtomicU8,
    session: Session,
    pace: Pace,
    context: ConnectContext,
}

impl Client {
    pub(super) fn new(
        base: Base,
        credentials: Credentials,
        token_in: TokenIn,
        context: ConnectContext,
    ) -> Result<Self, CaError> {
        Ok(Self {
            http: http_client(&base, &context, 4)?,
            fresh_http: http_client(&base, &context, 0)?,
            learned: AtomicU8::new(match token_in {
                TokenIn::Auto => UNTRIED,
                TokenIn::Header => HEADER,
                TokenIn::Query => QUERY,
            }),
            session: Session::default(),
            pace: Pace::new(context.limits),
            base,
            credentials,
            context,
        })
    }

    pub(super) const fn base(&self) -> &Base {
        &self.base
    }

    pub(super) const fn context(&self) -> &ConnectContext {
        &self.context
    }

    /// Makes a call that changes nothing or costs nothing.
    pub(super) async fn answer(&self, call: &Call) -> Result<Answer, CaError> {
        self.send(call).await.map_err(Failure::into_error)
    }

    /// Makes a call. A refused token is renewed once and the call replayed once: a 401 comes from the check before any work.
    pub(super) async fn send(&self, call: &Call) -> Result<Answer, Failure> {
        let _place = self.pace.place().await;
        let mut token = self.token(None).await.map_err(Failure::NotSent)?;
        let is_new = token.1;
        let mut answer = self.exchange(call, &token.0, self.place_of_token()).await?;
        if answer.status == 401 && !is_new {
            token = self
                .token(Some(token.0.sign_in))
                .await
                .map_err(Failure::NotSent)?;
            answer = self.exchange(call, &token.0, self.place_of_token()).await?;
        }
        if answer.status == 401 && self.learned.load(Ordering::SeqCst) == UNTRIED {
            answer = self.exchange(call, &token.0, QUERY).await?;
            if answer.status != 401 {
                self.learned.store(QUERY, Ordering::SeqCst);
            }
        } else if answer.status != 401 && answer.status != 403 {
            let _ = self
                .learned
                .compare_exchange(UNTRIED, HEADER, Ordering::SeqCst, Ordering::SeqCst);
        }
        Ok(answer)
    }

    /// A token, and whether this very call signed in for it.
    async fn token(&self, stale: Option<u64>) -> Result<(Token, bool), CaError> {
        let mut is_new = false;
        let sign_in = async {
            is_new = true;
            self.sign_in().await
        };
        let token = self.session.token(stale, sign_in).await?;
        Ok((token, is_new))
    }

    fn place_of_token(&self) -> u8 {
        self.learned.load(Ordering::SeqCst).max(HEADER)
    }

    /// Signs in by form body: a query string would put the password into the logs of servers and proxies.
    pub(super) async fn sign_in(&self) -> Result<SecretString, CaError> {
        let doing = "sign in";
        let params = Params::new()
            .with("login", self.credentials.username.as_str())
            .with("password", self.credentials.password.expose_secret());
        let call = Call::post(doing, "users/signin", Purpose::Action).with(params);
        self.pace.turn().await;
        let url = self.base.join(&call.path);
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, FORM)
            .body(call.params.encoded());
        let answer = self
            .observed(&call, request, None)
            .await
            .map_err(Failure::into_error)?;
        let content = answer.content(doing).map_err(|error| match error.class {
            // Anything that the CA states instead of a token is a refusal to sign us in.
            Class::Rejected if answer.stated_error().is_some() && !matches!(answer.status, 404 | 405) => {
                error.as_class(Class::Unauthorized)
            }
            Class::Rejected => error.as_class(Class::Protocol),
            _ => error,
        })?;
        let token = lenient::object(&content)
            .and_then(|fields| lenient::Fields(fields).text(&["auth_token", "token", "access_token"]));
        token
            .map(SecretString::from)
            .ok_or_else(|| answer.not_understood(doing))
    }

    async fn exchange(&self, call: &Call, token: &Token, place: u8) -> Result<Answer, Failure> {
        let mut url = self.base.join(&call.path);
        let query = call.params.encoded();
        let secret = token.secret.expose_secret();
        let auth = if place == QUERY {
            format!("auth_token={}", encode(secret))
        } else {
            String::new()
        };
        let is_long = url.as_str().len() + query.len() + auth.len() > LONGEST_URL;
        let goes_in_body = call.verb == Verb::Post && is_long;
        let in_url = if goes_in_body {
            [auth.as_str(), ""]
        } else {
            [query.as_str(), auth.as_str()]
        };
        set_query(&mut url, &in_url);

        for _ in 0..=MOST_REDIRECTS {
            self.pace.turn().await;
            let method = if call.verb == Verb::Get {
                Method::GET
            } else {
                Method::POST
            };
            let http = if call.purpose == Purpose::Purchase {
                &self.fresh_http
            } else {
                &self.http
            };
            let mut request = http.request(method, url.clone());
            if place != QUERY {
                request = request.header("X-AUTH-TOKEN", sensitive(secret).map_err(Failure::NotSent)?);
            }
            if goes_in_body {
                request = request.header(CONTENT_TYPE, FORM).body(query.clone());
            }
            let answer = self.observed(call, request, Some(token)).await?;
            let Some(target) = self.redirect(call, &answer) else {
                return Ok(answer);
            };
            url = target;
            set_query(&mut url, &in_url);
        }
        Err(Failure::Lost(CaError::new(
            Class::Protocol,
            KIND,
            call.doing,
            "redirected in circles",
        )))
    }

    /// Where a read may follow: the same host, port and scheme. Writes follow nowhere.
    fn redirect(&self, call: &Call, answer: &Answer) -> Option<Url> {
        let is_redirect = matches!(answer.status, 301 | 302 | 303 | 307 | 308);
        if !is_redirect || call.verb != Verb::Get {
            return None;
        }
        self.base.on_same_host(answer.location.as_deref()?)
    }

    /// Sends a request, reads the whole answer up to the cap, and shows the exchange to log and observer.
    async fn observed(
        &self,
        call: &Call,
        request: RequestBuilder,
        token: Option<&Token>,
    ) -> Result<Answer, Failure> {
        let verb = if call.verb == Verb::Get { "GET" } else { "POST" };
        let shown = self.masked(&call.params.shown(), token);
        tracing::debug!(exchange = "request", "{verb} {}", call.path);
        tracing::trace!(exchange = "request", parameters = shown, "{verb} {}", call.path);
        let timeouts = self.context.timeouts;
        let timeout = if call.purpose == Purpose::Purchase {
            timeouts.order
        } else {
            timeouts.total
        };
        let result = self.received(call, request.timeout(timeout), token).await;
        let (answer, failure) = match &result {
            Ok(answer) => {
                tracing::debug!(
                    exchange = "answer",
                    "HTTP {} to {verb} {}",
                    answer.status,
                    call.path
                );
                tracing::trace!(
                    exchange = "answer",
                    body = answer.raw.body,
                    "HTTP {}",
                    answer.status
                );
                (Some(answer.raw.clone()), None)
            }
            Err(Failure::NotSent(error) | Failure::Lost(error)) => {
                tracing::debug!(
                    exchange = "answer",
                    "no answer to {verb} {}: {}",
                    call.path,
                    error.detail
                );
                (None, Some(error.detail.clone()))
            }
        };
        if let Some(observer) = &self.context.observer {
            observer.exchanged(Exchange {
                call: format!("{verb} {}", call.path),
                request: shown,
                answer,
                failure,
            });
        }
        result
    }

    async fn received(
        &self,
        call: &Call,
        request: RequestBuilder,
        token: Option<&Token>,
    ) -> Result<Answer, Failure> {
        let mut response = request
            .send()
            .await
            .map_err(|error| failure::of_request(error, call.doing))?;
        let mut body = BytesMut::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| failure::of_answer(error, call.doing))?
        {
            if body.len() + chunk.len() > self.context.largest_answer {
                let detail = format!("the answer is larger than {} bytes", self.context.largest_answer);
                return Err(Failure::Lost(CaError::new(
                    Class::Protocol,
                    KIND,
                    call.doing,
                    detail,
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(self.read(&response, body.freeze(), token))
    }

    fn read(&self, response: &Response, body: bytes::Bytes, token: Option<&Token>) -> Answer {
        let status = response.status().as_u16();
        let content_type = header(response, CONTENT_TYPE.as_str());
        let password = self.credentials.password.expose_secret();
        let token = token
            .map(|token| token.secret.expose_secret())
            .unwrap_or_default();
        Answer {
            status,
            retry_after: header(response, RETRY_AFTER.as_str()).and_then(|text| self.wait(&text)),
            location: header(response, LOCATION.as_str()).map(|text| without_query(&text)),
            raw: RawAnswer::new(Some(status), content_type, &body, &[password, token]),
            body,
        }
    }

    fn masked(&self, text: &str, token: Option<&Token>) -> String {
        let token = token
            .map(|token| token.secret.expose_secret())
            .unwrap_or_default();
        ca::raw::mask(text, &[self.credentials.password.expose_secret(), token])
    }

    /// `Retry-After` in seconds or as an HTTP date (RFC 9110 §10.2.3).
    fn wait(&self, text: &str) -> Option<Duration> {
        let seconds = text.trim().parse::<u64>().ok().map(Duration::from_secs);
        let until = || {
            let until = rfc2822::parse(text.trim()).ok()?.timestamp();
            until.duration_since(self.context.clock.now()).try_into().ok()
        };
        seconds
            .or_else(until)
            .map(|wait: Duration| wait.min(LONGEST_WAIT))
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn http_client(base: &Base, context: &ConnectContext, idle: usize) -> Result<reqwest::Client, CaError> {
    let failed = |error: reqwest::Error| {
        CaError::new(
            Class::Unreachable,
            KIND,
            "prepare the connection",
            error.without_url().to_string(),
        )
    };
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let mut builder = reqwest::Client::builder()
        .user_agent(&context.user_agent)
        .default_headers(headers)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        // Hosts come from the configuration only, not from the environment of the process.
        .no_proxy()
        .connect_timeout(context.timeouts.connect)
        .pool_idle_timeout(Duration::from_secs(20))
        .pool_max_idle_per_host(idle);
    if !base.is_https() && context.mode == Mode::Simulated {
        // Nothing will be verified, so the system's roots need not be loaded.
        builder = builder.tls_certs_only([]);
    }
    if let Some(resolver) = &context.resolver {
        builder = builder.dns_resolver(super::resolve::Names(Arc::clone(resolver)));
    }
    for pem in &context.extra_roots {
        let roots = reqwest::Certificate::from_pem_bundle(pem.as_bytes()).map_err(failed)?;
        builder = builder.tls_certs_merge(roots);
    }
    builder.build().map_err(|error| {
        // What else can fail was checked before: reqwest hides the reason in the sources of its error.
        let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        let detail =
            format!("TLS cannot be set up ({why}); are root certificates installed (ca-certificates)?");
        CaError::new(Class::Unreachable, KIND, "prepare the connection", detail)
    })
}

fn set_query(url: &mut Url, parts: &[&str]) {
    let query = parts
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join("&");
    url.set_query((!query.is_empty()).then_some(query.as_str()));
}

fn sensitive(secret: &str) -> Result<HeaderValue, CaError> {
    let mut value = HeaderValue::from_str(secret).map_err(|_| {
        CaError::new(
            Class::Protocol,
            KIND,
            "sign in",
            "the token cannot be sent in a header",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn header(response: &Response, name: &str) -> Option<String> {
    response
        .headers()
        .get(name)?
        .to_str()
        .ok()
        .map(|text| text.chars().take(2_000).collect())
}

/// A location may repeat our own query, and with it a token.
fn without_query(location: &str) -> String {
    location.split(['?', '#']).next().unwrap_or_default().to_owned()
}
