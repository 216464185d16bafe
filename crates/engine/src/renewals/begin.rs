//! One prolongation: priced by today's tariff for the names that were bought, reserved, and put to work.

use domain::{
    id::OperationId,
    name::NameSet,
    price::Price,
    state::{OperationKind, ReissueCause},
    term::Years,
};
use jiff::civil::Date;
use serde_json::json;
use store::{Tx, service::Service};

use super::tomorrow;
use crate::{
    Engine, Error, Result, audit,
    connection::internal,
    effects,
    money::{self, ReserveFor},
    notices::reminders,
    operations::{fresh, run::system, steps::open::Outputs},
    orders::price_lines,
};

/// How it went.
pub(super) enum Begun {
    /// The money is set aside and the operation waits.
    Yes,
    /// The account has too little money.
    ShortOfMoney,
    /// Something else is under way, or there is no price.
    PutOff,
}

pub(super) async fn one(engine: &Engine, tx: &Tx, mut service: Service, today: Date) -> Result<Begun> {
    let Some(years) = service.prolong_years else {
        service.renew_on = None;
        store::service::update(tx, &mut service).await?;
        return Ok(Begun::PutOff);
    };
    if store::operation::changing(tx, service.id).await?.is_some() {
        return put_off(tx, service, today).await;
    }
    let Some(price) = price(engine, tx, &service, years).await? else {
        effects::cannot_be_prolonged(engine, tx, &service).await?;
        reminders::not_sold(engine, tx, &service).await?;
        return put_off(tx, service, today).await;
    };
    let id: OperationId = engine.new_id();
    let actor = system(engine, service.seller_id);
    let reserve = ReserveFor {
        account: service.account_id,
        service: Some(service.id),
        operation: Some(id),
        price: &price,
    };
    match money::reserve(engine, tx, &actor, reserve).await {
        Ok(_) => {}
        Err(Error::Refused(refusal)) => {
            let details = json!({ "number": service.number, "refused": refusal.code, "gross": price.gross.to_string() });
            audit::append(tx, engine, &actor, "service.prolong_unpaid", &service.id, details);
            if refusal.code == "not-enough-money" {
                reminders::short_of_money(engine, tx, &service, price.gross).await?;
            }
            put_off(tx, service, today).await?;
            return Ok(Begun::ShortOfMoney);
        }
        Err(error) => return Err(error),
    }
    store::service::insert_lines(tx, &price_lines(&price, service.id, id)?).await?;
    let names = store::service::names(tx, service.id, service.names_version).await?;
    let wildcards = names.iter().filter(|name| name.name.is_wildcard()).count();
    let outputs = Outputs {
        years: Some(years),
        cause: Some(ReissueCause::Due),
        wildcards: u32::try_from(wildcards).unwrap_or(u32::MAX),
        ..Outputs::default()
    };
    let wanted = fresh::Wanted {
        id,
        kind: OperationKind::Prolong,
        service: &service,
        module: None,
        outputs: serde_json::to_value(&outputs).map_err(internal("outputs"))?,
        by: actor.label(),
    };
    let operation = fresh::insert(engine, tx, wanted).await?;
    service.renew_on = None;
    service.reissue_on = None;
    store::service::update(tx, &mut service).await?;
    let details = json!({ "number": operation.number, "years": years, "gross": price.gross.to_string() });
    audit::append(tx, engine, &actor, "service.prolong_begun", &service.id, details);
    Ok(Begun::Yes)
}

/// Tomorrow is soon enough to look again; after the paid term there is nothing to prolong.
async fn put_off(tx: &Tx, mut service: Service, today: Date) -> Result<Begun> {
    let next = tomorrow(today)?;
    service.renew_on = service.term().filter(|term| next < term.end).map(|_| next);
    store::service::update(tx, &mut service).await?;
    Ok(Begun::PutOff)
}

/// Today's price for the names in force; nothing when the tariff plan has none for this term.
async fn price(engine: &Engine, tx: &Tx, service: &Service, years: Years) -> Result<Option<Price>> {
    let account = store::account::find(tx, service.account_id)
        .await?
        .ok_or(Error::NotFound)?;
    let plan = store::tariff::find(tx, service.tariff_plan_id)
        .await?
        .ok_or(Error::NotFound)?;
    let names = store::service::names(tx, service.id, service.names_version).await?;
    let names = NameSet::from_names(names.into_iter().map(|name| name.name))
        .ok_or_else(|| Error::Internal("a service without names".to_owned()))?;
    match engine.orders().sale(&account, &plan, years, &names).await {
        Ok(sale) => Ok(Some(sale.price)),
        Err(Error::Invalid(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
