//! Services of every client: the list, one service with all that happened, finishing by hand.

pub mod finish;
pub mod list;
pub mod show;

use axum::response::Response;
use domain::{
    id::{CertificateId, NumberKind, ServiceId},
    product::ValidationMethod,
    state::{OperationKind, OperationState},
    term::Years,
};
use engine::{
    certificates::DownloadFormat,
    operations::{MoneyBack, OperationView, Upload},
    services::ServiceView,
};
use httpkit::{Failure, Flash, Form, params::Posted};
use maud::{Markup, html};

use super::{answers::after, people::People};
use crate::{
    client::services::{attachment, read_change, validation, ways, ways_of_reissue},
    components::list::Pager,
    csv, layout, methods,
    reissue::{self, Sent},
    routes::{Audience, Routes},
    visit::{At, StaffVisit},
};

/// The operations of a service that are shown with their attempts.
const WHOLE_OPERATIONS: usize = 5;

/// The routes of services.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/services", list_page)
        .get("/admin/services/export", export)
        .get("/admin/methods-ending", methods_page)
        .get("/admin/services/{id}", show_page)
        .get("/admin/services/{id}/live", live)
        .get("/admin/services/{id}/file", file)
        .post("/admin/services/{id}/close", close)
        .post("/admin/services/{id}/retry", retry)
        .post("/admin/services/{id}/prolong", prolong)
        .post("/admin/services/{id}/suspend", suspend)
        .post("/admin/services/{id}/resume", resume)
        .get("/admin/services/{id}/validation", change_page)
        .post("/admin/services/{id}/validation", change)
        .post("/admin/services/{id}/validation/check", check)
        .post("/admin/services/{id}/validation/resend", resend)
        .get("/admin/services/{id}/method", method_page)
        .post("/admin/services/{id}/method", set_method)
        .get("/admin/services/{id}/reissue", reissue_page)
        .post("/admin/services/{id}/reissue", reissue_now)
        .get("/admin/services/{id}/finish", finish_page)
        .post("/admin/services/{id}/finish", finish)
}

fn address(id: ServiceId) -> String {
    format!("/admin/services/{id}")
}

async fn list_page(visit: StaffVisit) -> Result<Response, Failure> {
    let page = visit.list_page(list::PAGE);
    let found = visit
        .engine
        .services()
        .list(&visit.actor, &list::asked(&visit.query), &page)
        .await?;
    let pager = Pager {
        total: found
            .total
            .map(|total| visit.view.t_args("services-count", &[("count", total.into())])),
        next: found.next.map(|next| next.to_string()),
    };
    let offered = offered(&visit).await?;
    Ok(visit.page(list::page(
        &visit.view,
        &visit.query,
        &found.rows,
        &offered,
        &pager,
    )))
}

async fn export(visit: StaffVisit) -> Result<Response, Failure> {
    let query = list::asked(&visit.query);
    Ok(csv::services(&visit.view, &visit.engine, &visit.actor, query, Audience::Staff).await?)
}

async fn methods_page(visit: StaffVisit) -> Result<Response, Failure> {
    let page = visit.list_page(methods::PAGE);
    let services = visit.engine.services();
    let found = services.with_ending_methods(&visit.actor, &page).await?;
    let pager = Pager {
        total: found
            .total
            .map(|total| visit.view.t_args("services-count", &[("count", total.into())])),
        next: found.next.map(|next| next.to_string()),
    };
    let body = methods::body(&visit.view, &visit.query, &found.rows, &pager, Audience::Staff);
    Ok(visit.page(layout::staff(&visit.view, &visit.view.t("methods-title"), &body)))
}

/// What the filters offer.
async fn offered(visit: &StaffVisit) -> Result<list::Offered, Failure> {
    let plans = visit.engine.tariffs().list(&visit.actor).await?;
    let account = visit.query.read_as("account");
    let account = match account {
        Some(id) => Some(visit.engine.accounts().show(&visit.actor, id).await?),
        None => None,
    };
    Ok(list::Offered {
        plans: plans
            .into_iter()
            .map(|plan| (plan.id.to_string(), plan.name))
            .collect(),
        modules: super::operations::modules(visit).await?,
        account: account.map(|account| (account.id.to_string(), account.name)),
    })
}

/// A service with the attempts of its newest operations, and who is behind them.
async fn whole(visit: &StaffVisit, id: ServiceId) -> Result<(ServiceView, People), Failure> {
    let mut service = visit.engine.services().show(&visit.actor, id).await?;
    for operation in service.operations.iter_mut().take(WHOLE_OPERATIONS) {
        *operation = visit.engine.operations().show(&visit.actor, operation.id).await?;
    }
    let labels = service.operations.iter().map(|one| one.started_by.as_str());
    let people = People::behind(visit, labels.collect()).await?;
    Ok((service, people))
}

async fn show_page(visit: StaffVisit, At(id): At<String>) -> Result<Response, Failure> {
    // Mails and people name a service by its number; its address is its id.
    let Ok(known) = id.parse::<ServiceId>() else {
        let found = visit.engine.services().find(&visit.actor, &id).await?;
        return Ok(visit.go(&address(found)));
    };
    let (service, people) = whole(&visit, known).await?;
    Ok(visit.page(show::page(&visit.view, &service, &people, &html! {})))
}

async fn live(visit: StaffVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let (service, people) = whole(&visit, id).await?;
    Ok(visit.page(show::live(&visit.view, &service, &people, &html! {})))
}

async fn close(visit: StaffVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let result = visit.engine.services().close(&visit.actor, id).await;
    after(&visit, &address(id), &Flash::done("services-closing"), result)
}

/// The operation of a service that waits or needs a person.
fn open_operation(service: &ServiceView) -> Result<&OperationView, Failure> {
    let is_open =
        |one: &&OperationView| matches!(one.state, OperationState::Waiting | OperationState::Manual);
    service
        .operations
        .iter()
        .find(is_open)
        .ok_or_else(Failure::not_found)
}

async fn retry(visit: StaffVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let operation = open_operation(&service)?;
    let result = visit.engine.operations().retry(&visit.actor, operation.id).await;
    after(&visit, &address(id), &Flash::done("operations-retried"), result)
}

async fn prolong(
    visit: StaffVisit,
    At(id): At<ServiceId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let years: Option<Years> = posted.is_on("prolong").then_some(service.line.years);
    let result = visit.engine.services().set_prolong(&visit.actor, id, years).await;
    after(&visit, &address(id), &Flash::done("services-prolong-set"), result)
}

async fn suspend(
    visit: StaffVisit,
    At(id): At<ServiceId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let why = posted.text("why");
    let result = visit.engine.services().suspend(&visit.actor, id, why).await;
    after(&visit, &address(id), &Flash::done("services-suspended"), result)
}

async fn resume(visit: StaffVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let result = visit.engine.services().resume(&visit.actor, id).await;
    after(&visit, &address(id), &Flash::done("services-resumed"), result)
}

async fn check(visit: StaffVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let checks = visit.engine.validations().check_now(&visit.actor, id).await?;
    let seen = validation::seen(&visit.view, &checks);
    if visit.htmx.is_partial {
        return Ok(visit.page(seen));
    }
    let (service, people) = whole(&visit, id).await?;
    Ok(visit.page(show::page(&visit.view, &service, &people, &seen)))
}

async fn resend(visit: StaffVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let result = visit.engine.validations().resend(&visit.actor, id).await;
    after(&visit, &address(id), &Flash::done("services-resent"), result)
}

async fn change_page(visit: StaffVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let method = service
        .validations
        .first()
        .map_or(ValidationMethod::Dns, |one| one.method);
    let form = Form::default().with("method", method.word());
    Ok(visit.page(change_form(&visit, &service, &form).await?))
}

async fn change(
    visit: StaffVisit,
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
            Ok(()) => return Ok(visit.done(&address(id), &Flash::done("services-method-changed"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let service = visit.engine.services().show(&visit.actor, id).await?;
    Ok(visit.rejected(change_form(&visit, &service, &form).await?))
}

async fn change_form(visit: &StaffVisit, service: &ServiceView, form: &Form) -> Result<Markup, Failure> {
    let ways = ways(visit, service).await?;
    Ok(show::change_page(&visit.view, service, &ways, form))
}

async fn method_page(visit: StaffVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let ways = ways_of_reissue(&visit, &service).await?;
    let form = Form::default().with("method", ValidationMethod::Dns.word());
    Ok(visit.page(show::method_page(&visit.view, &service, &ways, &form)))
}

async fn set_method(
    visit: StaffVisit,
    At(id): At<ServiceId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    if let Some(change) = read_change(&mut form) {
        match visit.engine.services().set_method(&visit.actor, id, change).await {
            Ok(()) => return Ok(visit.done(&address(id), &Flash::done("plan-method-set"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let ways = ways_of_reissue(&visit, &service).await?;
    Ok(visit.rejected(show::method_page(&visit.view, &service, &ways, &form)))
}

async fn reissue_page(visit: StaffVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let form = reissue::form(&service);
    Ok(visit.page(reissue::page(&visit.view, &service, &form, None, Audience::Staff)))
}

async fn reissue_now(
    visit: StaffVisit,
    At(id): At<ServiceId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let started = match reissue::send(&visit, &service, Form::from(posted), Audience::Staff).await? {
        Sent::Started(started) => started,
        Sent::Again(page) => return Ok(page),
    };
    let number = NumberKind::Operation.show(started.number);
    let said = Flash::done("reissue-started").with("number", number);
    Ok(visit.done(&address(id), &said))
}

async fn file(visit: StaffVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let wanted: CertificateId = visit
        .query
        .read_as("certificate")
        .ok_or_else(Failure::not_found)?;
    let format: DownloadFormat = visit.query.read_as("format").ok_or_else(Failure::not_found)?;
    let is_of_service = service.certificates.iter().any(|one| one.id == wanted);
    // Keys are the client's: staff take them out, if at all, on the client's behalf.
    if format.holds_key() || !is_of_service {
        return Err(Failure::not_found());
    }
    let made = visit
        .engine
        .certificates()
        .download(&visit.actor, wanted, format, None)
        .await?;
    Ok(attachment(&made.file_name, made.media_type, made.bytes.to_vec()))
}

async fn finish_page(visit: StaffVisit, At(id): At<ServiceId>) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let operation = open_operation(&service)?;
    Ok(visit.page(finish::page(&visit.view, &service, operation, &Form::default())))
}

async fn finish(
    visit: StaffVisit,
    At(id): At<ServiceId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let service = visit.engine.services().show(&visit.actor, id).await?;
    let operation = open_operation(&service)?;
    let mut form = Form::from(posted);
    let (done, result) = if operation.kind == OperationKind::Close {
        let money = match form.value("money") {
            "all" => MoneyBack::All,
            "nothing" => MoneyBack::Nothing,
            _ => {
                form.reject("money", "choice");
                return Ok(visit.rejected(finish::page(&visit.view, &service, operation, &form)));
            }
        };
        let operations = visit.engine.operations();
        let result = operations.finish_closing(&visit.actor, operation.id, money).await;
        (Flash::done("services-closed-by-hand"), result)
    } else {
        let pem = form.required("pem", finish::LONGEST);
        let ca_ref = form.optional("ca_ref", 100);
        if form.has_problems() {
            return Ok(visit.rejected(finish::page(&visit.view, &service, operation, &form)));
        }
        let upload = Upload {
            pem,
            ca_ref: Some(ca_ref).filter(|text| !text.is_empty()),
        };
        let operations = visit.engine.operations();
        let result = operations
            .finish_by_hand(&visit.actor, operation.id, upload)
            .await;
        (Flash::done("services-finished"), result)
    };
    match result {
        Ok(()) => Ok(visit.done(&address(id), &done)),
        Err(error) => {
            visit.into_form(&mut form, error)?;
            Ok(visit.rejected(finish::page(&visit.view, &service, operation, &form)))
        }
    }
}
