//! The order in steps. Every step sends the whole form back; nothing is kept of an order until it is placed.

pub mod draft;
pub mod pages;

use axum::response::Response;
use domain::{Money, id::NumberKind};
use engine::{orders::QuoteRequest, tariffs::Offer};
use httpkit::{Failure, Flash, Form, params::Posted};
use maud::Markup;
use secrecy::ExposeSecret as _;

use self::draft::{Source, Step};
use crate::{
    routes::{Audience, Routes},
    visit::ClientVisit,
};

/// The routes of the order.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Client)
        .get("/order", begin)
        .post("/order", step)
        .post("/order/judge", judge)
}

async fn begin(visit: ClientVisit) -> Result<Response, Failure> {
    let offers = visit.engine.tariffs().offers(&visit.actor, None).await?;
    let form = Form::from(visit.query.clone())
        // One form is one order, however often it is sent.
        .with("once", visit.actor.request.to_string())
        .with("key", pki::KeyChoice::default().as_str())
        .with("method", "dns");
    let form = match form.value("years") {
        "" => form.with("years", "1"),
        _ => form,
    };
    Ok(visit.page(pages::product(&visit.view, &form, &offers)))
}

async fn step(visit: ClientVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let offers = visit.engine.tariffs().offers(&visit.actor, None).await?;
    let mut form = Form::from(posted);
    let now = Step::of(form.value("step"));
    if form.value("go") == "back" {
        let (_, page) = show(&visit, form, &offers, now.before()).await?;
        return Ok(visit.page(page));
    }
    check(&visit, &mut form, &offers, now).await?;
    if form.has_problems() {
        let (_, page) = show(&visit, form, &offers, now).await?;
        return Ok(visit.rejected(page));
    }
    if now == Step::Summary {
        return place(&visit, form, &offers).await;
    }
    let (shown, page) = show(&visit, form, &offers, now.after()).await?;
    Ok(if shown == now.after() {
        visit.page(page)
    } else {
        visit.rejected(page)
    })
}

async fn judge(visit: ClientVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let text = posted.text("csr").trim();
    if text.is_empty() {
        return Ok(visit.page(Markup::default()));
    }
    let judged = visit.engine.orders().judge_csr(&visit.actor, text).await?;
    Ok(visit.page(pages::judgement(&visit.view, &judged)))
}

/// What is wrong with one step.
async fn check(visit: &ClientVisit, form: &mut Form, offers: &[Offer], step: Step) -> Result<(), Failure> {
    let Some(offer) = draft::offer(form, offers) else {
        form.reject("plan", "required");
        return Ok(());
    };
    match step {
        Step::Product if draft::years(form, offer).is_none() => form.reject("years", "not-on-offer"),
        Step::Request => check_request(visit, form, offer).await?,
        Step::Contact => {
            form.reject_all(&draft::contact(form).problems());
            if offer.level.needs_organisation() {
                form.reject_all(&draft::organisation(form).problems());
            }
        }
        Step::Validation if draft::method(form).is_none() => form.reject("method", "required"),
        Step::Product | Step::Validation | Step::Summary => {}
    }
    Ok(())
}

async fn check_request(visit: &ClientVisit, form: &mut Form, offer: &Offer) -> Result<(), Failure> {
    match form.value("source").parse::<Source>() {
        Err(()) => form.reject("source", "required"),
        Ok(source) if source.is_given() => {
            let judged = visit
                .engine
                .orders()
                .judge_csr(&visit.actor, form.value("csr"))
                .await?;
            for problem in &judged.problems {
                form.reject("csr", &problem.code);
            }
            if draft::names(form).is_empty() {
                let names: Vec<String> = judged.names.iter().map(ToString::to_string).collect();
                *form = form.clone().with("names", names.join("\n"));
            }
        }
        Ok(source) => {
            if draft::key_choice(form.value("key")).is_none() {
                form.reject("key", "required");
            }
            if source == Source::Stored && !form.values().is_on("consent") {
                form.reject("consent", "required");
            }
        }
    }
    let Some(request) = draft::quote(form, offer) else {
        form.reject("years", "not-on-offer");
        return Ok(());
    };
    if let Err(error) = visit.engine.orders().quote(&visit.actor, request).await {
        into_step(visit, form, error)?;
    }
    Ok(())
}

/// Problems of names are shown at their one field.
fn into_step(visit: &ClientVisit, form: &mut Form, error: engine::Error) -> Result<(), Failure> {
    let engine::Error::Invalid(problems) = error else {
        return visit.into_form(form, error);
    };
    for problem in problems {
        let field = if problem.field.starts_with("names") {
            "names"
        } else {
            problem.field.as_str()
        };
        form.reject(field, problem.code);
    }
    Ok(())
}

/// The page of a step, or of the step before it that is not complete.
async fn show(
    visit: &ClientVisit,
    mut form: Form,
    offers: &[Offer],
    step: Step,
) -> Result<(Step, Markup), Failure> {
    let Some(offer) = draft::offer(&form, offers).filter(|_| step != Step::Product) else {
        return Ok((Step::Product, pages::product(&visit.view, &form, offers)));
    };
    match step {
        Step::Product => return Ok((step, pages::product(&visit.view, &form, offers))),
        Step::Request => return Ok((step, pages::request(&visit.view, &form, offer))),
        Step::Contact => return Ok((step, pages::contact(&visit.view, &form, offer))),
        Step::Validation | Step::Summary => {}
    }
    let Some(request) = draft::quote(&form, offer) else {
        return Ok((Step::Product, pages::product(&visit.view, &form, offers)));
    };
    let quote = match visit.engine.orders().quote(&visit.actor, request).await {
        Ok(quote) => quote,
        Err(error) => {
            into_step(visit, &mut form, error)?;
            return Ok((Step::Request, pages::request(&visit.view, &form, offer)));
        }
    };
    if step == Step::Summary {
        return Ok((step, pages::summary(&visit.view, &form, offer, &quote)));
    }
    let ways = ways(visit, offer, quote.names.as_slice()).await?;
    Ok((step, pages::validation(&visit.view, &form, &ways)))
}

async fn ways(
    visit: &ClientVisit,
    offer: &Offer,
    names: &[domain::name::DomainName],
) -> Result<pages::Ways, Failure> {
    let methods = visit.engine.orders().methods(&visit.actor, offer.plan).await?;
    let texts: Vec<String> = names.iter().map(ToString::to_string).collect();
    // A CA that does not answer takes only the choice of addresses away.
    let approvers = visit
        .engine
        .orders()
        .approvers(&visit.actor, offer.plan, &texts)
        .await
        .ok();
    Ok(pages::Ways {
        names: names.to_vec(),
        methods,
        approvers,
    })
}

async fn place(visit: &ClientVisit, mut form: Form, offers: &[Offer]) -> Result<Response, Failure> {
    let names = match draft::offer(&form, offers).and_then(|offer| draft::quote(&form, offer)) {
        Some(request) => names(visit, request).await?,
        None => Vec::new(),
    };
    let currency = offers
        .iter()
        .flat_map(|offer| &offer.terms)
        .map(|(_, price)| price.period.currency())
        .next();
    let agreed = currency.and_then(|currency| Money::parse(form.value("agreed"), currency).ok());
    let order = draft::offer(&form, offers).and_then(|offer| draft::order(&form, offer, &names, agreed));
    let Some(order) = order else {
        let first = [("source", Step::Request), ("method", Step::Validation)];
        let step = first
            .into_iter()
            .find(|(field, _)| form.value(field).is_empty())
            .map_or(Step::Product, |(_, step)| step);
        let (_, page) = show(visit, form, offers, step).await?;
        return Ok(visit.rejected(page));
    };
    match visit.engine.orders().place(&visit.actor, order).await {
        Ok(placed) => {
            let address = format!("/services/{}", placed.service);
            let number = NumberKind::Service.show(placed.number);
            match placed.private_key {
                Some(key) => {
                    let name = names
                        .first()
                        .map_or("private", String::as_str)
                        .replace("*.", "wildcard.");
                    let said = visit
                        .view
                        .t_args("client-ordered-number", &[("number", number.into())]);
                    Ok(visit.page(pages::key_once(
                        &visit.view,
                        &said,
                        &address,
                        &name,
                        key.expose_secret(),
                    )))
                }
                None => Ok(visit.done(
                    &address,
                    &Flash::done("client-ordered-number").with("number", number),
                )),
            }
        }
        Err(error) => {
            into_step(visit, &mut form, error)?;
            let step = form
                .problems()
                .map(|(field, _)| step_of(field))
                .min()
                .unwrap_or(Step::Summary);
            let (_, page) = show(visit, form, offers, step).await?;
            Ok(visit.rejected(page))
        }
    }
}

async fn names(visit: &ClientVisit, request: QuoteRequest) -> Result<Vec<String>, Failure> {
    let typed = request.names.clone();
    Ok(match visit.engine.orders().quote(&visit.actor, request).await {
        Ok(quote) => quote.names.iter().map(ToString::to_string).collect(),
        // The order itself says what is wrong with them.
        Err(_) => typed,
    })
}

/// The step that a field belongs to.
fn step_of(field: &str) -> Step {
    match field.split('.').next().unwrap_or_default() {
        "plan" | "years" => Step::Product,
        "names" | "csr" | "source" | "key" | "consent" => Step::Request,
        "contact" | "organisation" => Step::Contact,
        "validation" | "method" | "approver" => Step::Validation,
        _ => Step::Summary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_the_engine_may_refuse_leads_to_the_step_that_asks_for_it() {
        for (field, step) in [
            ("years", Step::Product),
            ("names", Step::Request),
            ("csr", Step::Request),
            ("contact.email", Step::Contact),
            ("organisation.name", Step::Contact),
            ("validation.a.test", Step::Validation),
            ("external_ref", Step::Summary),
        ] {
            assert_eq!(step_of(field), step, "{field}");
        }
    }
}
