//! How the names of a reissue are proven: as chosen when the service was ordered, or another way when that one has ended.
//! A change is told to the client, never silent.

use domain::{
    name::{DomainName, NameSet},
    product::ValidationMethod,
};
use notify::mail::{MethodChangedBecause, PublishedBy};
use serde_json::json;
use store::{module::Module, service::ServiceName, tariff::TariffPlan};

use crate::{
    audit,
    notices::clients::{self, NewWay},
    operations::{
        run::{Run, StepError, StepResult},
        steps::accept,
    },
    orders::{approvers_of_module, check_choice},
    zones,
};

/// The ways in which a method that has ended is replaced, the best first: DNS proves every name and may run unattended.
const FALLBACKS: [ValidationMethod; 3] = [
    ValidationMethod::Dns,
    ValidationMethod::Http,
    ValidationMethod::Https,
];

/// The names with methods that hold today; what had to be changed is stored and announced.
pub(crate) async fn settle(
    run: &mut Run<'_>,
    plan: &TariffPlan,
    module: &Module,
) -> StepResult<Vec<ServiceName>> {
    let mut names = accept::names(run).await?;
    let Some(why) = ended(run, plan, module, &names).await? else {
        return Ok(names);
    };
    let Some(method) = fallback(run, plan, &names) else {
        return Err(StepError::Manual {
            kind: domain::state::TaskKind::OperationManual,
            class: "no_method",
            text: format!(
                "The names cannot be proven as before ({why}), and the tariff plan has no other way."
            ),
        });
    };
    let before = names.first().map(|name| name.method);
    let engine = run.engine;
    let way = new_way(run, &names, method, why).await?;
    let tx = engine.store().begin().await?;
    for name in &mut names {
        name.method = method;
        name.approver = None;
        store::service::update_name(&tx, name).await?;
    }
    run.service.method = method;
    store::service::update(&tx, &mut run.service).await?;
    let details = json!({ "from": before, "to": method, "why": why });
    audit::append(
        &tx,
        engine,
        &run.actor,
        "service.method_changed",
        &run.service.id,
        details,
    );
    if let Some(way) = way {
        clients::method_changed(engine, &tx, &run.service, way).await?;
    }
    tx.commit().await?;
    Ok(names)
}

/// What the client is told of the change.
async fn new_way(
    run: &Run<'_>,
    names: &[ServiceName],
    to: ValidationMethod,
    why: &str,
) -> StepResult<Option<NewWay>> {
    let engine = run.engine;
    let changed: Vec<&ServiceName> = names.iter().filter(|name| name.method != to).collect();
    let Some(from) = changed.first().map(|name| name.method) else {
        return Ok(None);
    };
    let Some(set) = NameSet::from_names(changed.iter().map(|name| name.name.clone())) else {
        return Ok(None);
    };
    let zones = zones::for_names(engine, &run.service, set.iter()).await?;
    let is_served = |name: &DomainName| {
        let owner = format!("_.{}", name.without_wildcard());
        zones.iter().any(|zone| zones::serves(zone, &owner))
    };
    let ended = engine.dated_rules().method_end(from);
    let today = engine.today();
    Ok(Some(NewWay {
        operation: run.operation.id,
        published_by: if to == ValidationMethod::Dns && set.iter().all(is_served) {
            PublishedBy::Us
        } else {
            PublishedBy::Client
        },
        names: set,
        from,
        to,
        since: ended.filter(|day| *day <= today).unwrap_or(today),
        why: match why {
            "method-has-ended" => MethodChangedBecause::Ended,
            "method-not-for-wildcards" => MethodChangedBecause::NotForSuchNames,
            "approver-not-allowed" | "approver-required" | "email" => MethodChangedBecause::ApproverNotTaken,
            _ => MethodChangedBecause::NotOffered,
        },
    }))
}

/// Why the names cannot be proven as they were, if they cannot.
async fn ended(
    run: &Run<'_>,
    plan: &TariffPlan,
    module: &Module,
    names: &[ServiceName],
) -> StepResult<Option<&'static str>> {
    for name in names {
        let choice = check_choice(
            &plan.methods.0,
            &name.name,
            name.method,
            name.approver.as_deref(),
            run.engine,
        );
        if let Err(code) = choice {
            return Ok(Some(code));
        }
    }
    let by_mail: Vec<DomainName> = names
        .iter()
        .filter(|name| name.method == ValidationMethod::Email)
        .map(|name| name.name.clone())
        .collect();
    if by_mail.is_empty() {
        return Ok(None);
    }
    // A CA takes only addresses that it named within the last day.
    let offered = approvers_of_module(run.engine, module, &by_mail).await?;
    let is_offered = |name: &&ServiceName| {
        offered.iter().any(|offer| {
            offer.name == name.name
                && offer.addresses.iter().any(|address| {
                    name.approver
                        .as_deref()
                        .is_some_and(|own| own.eq_ignore_ascii_case(address))
                })
        })
    };
    let all = names
        .iter()
        .filter(|name| name.method == ValidationMethod::Email)
        .all(|name| is_offered(&name));
    Ok((!all).then_some("approver-not-allowed"))
}

fn fallback(run: &Run<'_>, plan: &TariffPlan, names: &[ServiceName]) -> Option<ValidationMethod> {
    FALLBACKS.into_iter().find(|method| {
        names
            .iter()
            .all(|name| check_choice(&plan.methods.0, &name.name, *method, None, run.engine).is_ok())
    })
}
