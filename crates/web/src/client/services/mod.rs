//! The client's services: the list, one service, proof of control, downloads.

pub mod download;
pub mod list;
pub mod plan;
pub mod show;
pub mod validation;

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{
    id::{CertificateId, NumberKind, ServiceId},
    name::DomainName,
    product::ValidationMethod,
};
use engine::{
    certificates::{DownloadFormat, PasswordAgain},
    services::ServiceView,
    validations::MethodChange,
};
use httpkit::{Failure, Flash, Form, Params, params::Posted};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    client::order::pages::key_once,
    components::list::Pager,
    csv, layout, methods,
    reissue::{self, Sent},
    routes::{Audience, Routes},
    visit::{At, ClientVisit, Visit},
};

/// The routes of services.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Client)
        .get("/services", list_page)
        .get("/services/export", export)
        .get("/methods-ending", methods_page)
        .get("/services/{id}", show_page)
        .get("/services/{id}/live", live)
        .post("/services/{id}/close", close)
        .post("/services/{id}/prolong", prolong)
        .get("/services/{id}/validation", change_page)
        .post("/services/{id}/validation", change)
        .post("/services/{id}/validation/check", check)
        .post("/services/{id}/validation/resend", resend)
        .get("/services/{id}/method", method_page)
        .post("/services/{id}/method", set_method)
        .get("/services/{id}/reissue", reissue_page)
        .post("/services/{id}/reissue", reissue_now)
        .get("/services/{id}/download", download_page)
        .get("/services/{id}/file", file)
        .post("/services/{id}/file", file_with_key)
}

async fn list_page(visit: ClientVisit) -> Result<Response, Failure> {
    let page = visit.list_page(list::PAGE);
    let found = visit
        .engine
        .services()
        .list(&visit.actor, &list::asked(&visit.query), &page)
        .await?;
    let pager = Pager {
        total: found.total.map(|total| {
            visit
                .view
                .t_args("client-services-count", &[("count", total.into())])
        }),
        next: found.next.map(|next| next.to_string()),
    };
    let ending = visit
        .engine
        .services()
        .count_with_ending_methods(&visit.actor)
        .await?;
    Ok(visit.page(list::page(&visit.view, &visit.query, &found.rows, &pager, ending)))
}

async fn export(visit: ClientVisit) -> Result<Response, Failure> {
    let query = list::asked(&visit.query);
    Ok(csv::services(&visit.view, &visit.engine, &visit.actor, query, Audience::Client).await?)
}

async fn methods_page(visit: ClientVisit) -> Result<Response, Failure> {
    let page = visit.list_page(methods::PAGE);
    let services = visit.engine.services();
    let found = services.with_ending_methods(&visit.actor, &page).await?;
    let pager = Pager {
        total: found.total.map(|total| {
            visit
                .view
                .t_args("client-services-count", &[("count", total.into())])
        }),
        next: found.next.map(|next| next.to_string()),
    };
    let body = methods::body(&visit.view, &visit.query, &found.rows, &pager, Audience::Client);
    Ok(visit.page(layout::client(&visit.view, &visit.view.t("methods-title"), &body)))
}

async fn method_page(visit: ClientVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let ways = ways_of_reissue(&visit, &service).await?;
    let form = Form::default().with("method", ValidationMethod::Dns.word());
    Ok(visit.page(show::method_page(&visit.view, &service, &ways, &form)))
}

async fn set_method(
    visit: ClientVisit,
    At(id): At<ServiceId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    if let Some(change) = read_change(&mut form) {
        match visit.engine.services().set_method(&visit.actor, id, change).await {
            Ok(()) => return Ok(visit.done(&format!("/services/{id}"), &Flash::done("plan-method-set"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let ways = ways_of_reissue(&visit, &service).await?;
    Ok(visit.rejected(show::method_page(&visit.view, &service, &ways, &form)))
}

async fn show_page(visit: ClientVisit, At(id): At<String>) -> Result<Response, Failure> {
    // Mails and people name a service by its number; its address is its id.
    let Ok(known) = id.parse::<ServiceId>() else {
        let found = visit.engine.services().find(&visit.actor, &id).await?;
        return Ok(visit.go(&format!("/services/{found}")));
    };
    let service = visit.engine.services().show(&visit.actor, known).await?;
    Ok(visit.page(show::page(&visit.view, &service)))
}

async fn live(visit: ClientVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    Ok(visit.page(show::live(&visit.view, &service)))
}

async fn reissue_page(visit: ClientVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let form = reissue::form(&service);
    Ok(visit.page(reissue::page(
        &visit.view,
        &service,
        &form,
        None,
        Audience::Client,
    )))
}

async fn reissue_now(
    visit: ClientVisit,
    At(id): At<ServiceId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let started = match reissue::send(&visit, &service, Form::from(posted), Audience::Client).await? {
        Sent::Started(started) => started,
        Sent::Again(page) => return Ok(page),
    };
    let number = NumberKind::Operation.show(started.number);
    let address = format!("/services/{id}");
    let Some(key) = started.private_key else {
        let said = Flash::done("reissue-started").with("number", number);
        return Ok(visit.done(&address, &said));
    };
    let name = service.line.main_name.as_str().replace("*.", "wildcard.");
    let said = visit.view.t_args("reissue-started", &[("number", number.into())]);
    Ok(visit.page(key_once(&visit.view, &said, &address, &name, key.expose_secret())))
}

async fn prolong(
    visit: ClientVisit,
    At(id): At<ServiceId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let years = posted.is_on("prolong").then_some(service.line.years);
    visit
        .engine
        .services()
        .set_prolong(&visit.actor, id, years)
        .await?;
    Ok(visit.done(&format!("/services/{id}"), &Flash::done("client-prolong-set")))
}

async fn close(visit: ClientVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    visit.engine.services().close(&visit.actor, id).await?;
    Ok(visit.done(&format!("/services/{id}"), &Flash::done("client-closing")))
}

async fn check(visit: ClientVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let checks = visit.engine.validations().check_now(&visit.actor, id).await?;
    let seen = validation::seen(&visit.view, &checks);
    if visit.htmx.is_partial {
        return Ok(visit.page(seen));
    }
    let service = visit.engine.services().show(&visit.actor, id).await?;
    Ok(visit.page(show::page_with(&visit.view, &service, &seen)))
}

async fn resend(visit: ClientVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    visit.engine.validations().resend(&visit.actor, id).await?;
    Ok(visit.done(&format!("/services/{id}"), &Flash::done("client-resent")))
}

async fn change_page(visit: ClientVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let method = service
        .validations
        .first()
        .map_or(ValidationMethod::Dns, |one| one.method);
    let form = Form::default().with("method", method.word());
    Ok(visit.page(change_form(&visit, &service, &form).await?))
}

async fn change(
    visit: ClientVisit,
    At(id): At<ServiceId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    if let Some(change) = read_change(&mut form) {
        match visit
            .engine
            .validations()
            .change_method(&visit.actor, id, change)
            .await
        {
            Ok(()) => {
                return Ok(visit.done(&format!("/services/{id}"), &Flash::done("client-method-changed")));
            }
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let service = visit.engine.services().show(&visit.actor, id).await?;
    Ok(visit.rejected(change_form(&visit, &service, &form).await?))
}

/// Reads another method or approver; nothing when a field is wrong.
pub(crate) fn read_change(form: &mut Form) -> Option<MethodChange> {
    let name = form.optional_choice::<DomainName>("name");
    let method = form.choice::<ValidationMethod>("method");
    let approver = form.optional("approver", 254);
    if method == Some(ValidationMethod::Email) && approver.is_empty() {
        form.reject("approver", "required");
    }
    let method = method.filter(|_| !form.has_problems())?;
    Some(MethodChange {
        name,
        method,
        approver: (method == ValidationMethod::Email).then_some(approver),
    })
}

/// What changing the method of a service needs to know.
pub(crate) async fn ways(visit: &Visit, service: &ServiceView) -> Result<validation::Ways, Failure> {
    let methods = visit
        .engine
        .orders()
        .methods(&visit.actor, service.line.plan)
        .await?;
    let takes_mail = methods.iter().any(|one| one.method == ValidationMethod::Email);
    // A CA that does not answer takes only the choice of addresses away.
    let approvers = if takes_mail {
        let validations = visit.engine.validations();
        validations.approvers(&visit.actor, service.line.id).await.ok()
    } else {
        None
    };
    Ok(validation::Ways { methods, approvers })
}

/// What setting the method for the reissues that come needs to know.
pub(crate) async fn ways_of_reissue(
    visit: &Visit,
    service: &ServiceView,
) -> Result<validation::Ways, Failure> {
    let orders = visit.engine.orders();
    let methods = orders.methods(&visit.actor, service.line.plan).await?;
    let takes_mail = methods.iter().any(|one| one.method == ValidationMethod::Email);
    let approvers = if takes_mail {
        let names: Vec<String> = service.names.iter().map(ToString::to_string).collect();
        // A CA that does not answer takes only the choice of addresses away.
        orders
            .approvers(&visit.actor, service.line.plan, &names)
            .await
            .ok()
    } else {
        None
    };
    Ok(validation::Ways { methods, approvers })
}

async fn change_form(
    visit: &ClientVisit,
    service: &ServiceView,
    form: &Form,
) -> Result<maud::Markup, Failure> {
    let ways = ways(visit, service).await?;
    Ok(validation::change_page(&visit.view, service, &ways, form))
}

async fn download_page(visit: ClientVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let certificate = certificate_of(&service, &visit.query)?;
    Ok(visit.page(download::page(
        &visit.view,
        &service,
        certificate,
        &Form::default(),
    )))
}

async fn file(visit: ClientVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let certificate = certificate_of(&service, &visit.query)?;
    let format: DownloadFormat = visit.query.read_as("format").ok_or_else(Failure::not_found)?;
    // A key never goes out by a link: those forms are sent by a button.
    if format.holds_key() {
        return Err(Failure::not_found());
    }
    let made = visit
        .engine
        .certificates()
        .download(&visit.actor, certificate, format, None)
        .await?;
    Ok(attachment(&made.file_name, made.media_type, made.bytes.to_vec()))
}

async fn file_with_key(
    visit: ClientVisit,
    At(id): At<ServiceId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let certificate = certificate_of(&service, &posted)?;
    let mut form = Form::from(posted);
    let secret = |field: &str| SecretString::from(form.value(field).to_owned());
    let (current, password) = (secret("current"), secret("password"));
    // The password goes with each request for a key: a browser left open gives none away (ASVS 7.5.3).
    let here = visit.signed().session;
    if let Err(error) = visit.engine.sign_in().confirm(&visit.actor, here, current).await {
        match error {
            engine::Error::Refused(_) => form.reject("current", "wrong-password"),
            other => return Err(other.into()),
        }
        return Ok(visit.rejected(download::page(&visit.view, &service, certificate, &form)));
    }
    let format = match form.value("format") {
        "pkcs12" => DownloadFormat::Pkcs12 { password },
        "pkcs12-compatible" => DownloadFormat::Pkcs12Compatible { password },
        word => word.parse().map_err(|_| Failure::not_found())?,
    };
    let again = Some(PasswordAgain::checked());
    match visit
        .engine
        .certificates()
        .download(&visit.actor, certificate, format, again)
        .await
    {
        Ok(made) => Ok(attachment(&made.file_name, made.media_type, made.bytes.to_vec())),
        Err(error) => {
            visit.into_form(&mut form, error)?;
            Ok(visit.rejected(download::page(&visit.view, &service, certificate, &form)))
        }
    }
}

/// The certificate that was asked for, else the one in use.
fn certificate_of(service: &ServiceView, query: &Params) -> Result<CertificateId, Failure> {
    let wanted: Option<CertificateId> = query.read_as("certificate");
    let mut delivered = service
        .certificates
        .iter()
        .filter(|one| one.delivered_at.is_some());
    delivered
        .find(|one| wanted.map_or(one.is_current, |wanted| wanted == one.id))
        .map(|one| one.id)
        .ok_or_else(Failure::not_found)
}

/// A file to be saved, which no browser keeps.
pub(crate) fn attachment(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let safe: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut response = bytes.into_response();
    let headers: [(HeaderName, String); 3] = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{safe}\""),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
