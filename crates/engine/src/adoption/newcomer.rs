//! The service that an order at the CA becomes, with everything that stands behind one that was bought here.

use ca::OrderSnapshot;
use domain::{
    Money,
    contact::Contact,
    id::{CsrId, NumberKind, OperationId},
    name::NameSet,
    price::{ExtraNames, PeriodPrice, Price},
    product::ValidationMethod,
    state::{KeyCustody, OperationKind, Role, ServiceState},
};
use serde_json::json;
use store::{
    Json, Tx,
    account::Account,
    ca_order::CaOrder,
    reconciliation::ForeignOrder,
    service::{Service, ServiceName},
    tariff::TariffPlan,
};

use super::{Assumed, NewAdoption, NextKeys, terms, unseen_request};
use crate::{
    Actor, Engine, Error, Result, audit,
    connection::internal,
    money::{self, ReserveFor},
    operations::{
        fresh,
        steps::open::{IMPORT, Outputs},
    },
    orders::{self, price_lines},
};

/// What a new service is made of.
pub(super) struct Sources<'a> {
    pub(super) foreign: &'a ForeignOrder,
    pub(super) told: &'a OrderSnapshot,
    pub(super) account: &'a Account,
    pub(super) plan: &'a TariffPlan,
    pub(super) new: &'a NewAdoption,
}

/// Stores the service, what the client is charged, the CA order, and the operation that fetches the certificate.
pub(super) async fn store_service(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    from: Sources<'_>,
) -> Result<(Service, Vec<Assumed>)> {
    let names = names(from.plan, from.told)?;
    let (csr, operation) = (engine.new_id(), engine.new_id());
    let (mut service, assumed) = draft(engine, &from, &names, csr)?;
    service.number = store::counter::next_number(tx, NumberKind::Service).await?;
    service.contact = Json(contact(tx, from.account).await?);
    let price = match from.new.charge {
        Some(net) => Some(price(engine, tx, from.account, net).await?),
        None => None,
    };
    if let Some(price) = &price {
        service.net_minor = price.net.minor()?;
        service.gross_minor = price.gross.minor()?;
        let reserve = ReserveFor {
            account: service.account_id,
            service: Some(service.id),
            operation: Some(operation),
            price,
        };
        let held = money::reserve(engine, tx, actor, reserve).await?;
        money::charge(engine, tx, actor, held.id).await?;
    }
    let rows: Vec<ServiceName> = names
        .iter()
        .zip(0_i32..)
        .map(|(name, place)| {
            ServiceName::new(
                service.id,
                service.account_id,
                1,
                place,
                name.clone(),
                service.method,
                None,
            )
        })
        .collect();
    store::service::insert(tx, &service, &rows).await?;
    if let Some(price) = &price {
        store::service::insert_lines(tx, &price_lines(price, service.id, operation)?).await?;
    }
    store::request::insert_csr(tx, &unseen_request(csr, service.id, engine.now())).await?;
    let order = ca_order(engine, &from, &service);
    store::ca_order::insert(tx, &order).await?;
    begin(engine, tx, actor, &service, (operation, &order, csr)).await?;
    if from.new.keys == NextKeys::Kept {
        let detail = json!({ "number": service.number, "said_by": "staff" });
        audit::append(tx, engine, actor, "key.storage_agreed", &service.id, detail);
    }
    Ok((service, assumed))
}

/// The names as the tariff plan sells them: without those that the CA adds by itself.
fn names(plan: &TariffPlan, told: &OrderSnapshot) -> Result<NameSet> {
    let listed = told.names.as_ref().ok_or_else(|| Error::refused("no-names"))?;
    let typed: Vec<String> = listed.iter().map(ToString::to_string).collect();
    orders::checked_names(plan, &typed).map_err(|_| Error::refused("plan-does-not-fit"))
}

fn draft(
    engine: &Engine,
    from: &Sources<'_>,
    names: &NameSet,
    csr: CsrId,
) -> Result<(Service, Vec<Assumed>)> {
    let terms::Told { term, years, assumed } = terms::told(engine, from.told);
    let now = engine.now();
    let charge = from.new.charge.unwrap_or(Money::zero(from.account.currency));
    let service = Service {
        id: engine.new_id(),
        number: 0,
        seller_id: from.account.seller_id,
        account_id: from.account.id,
        tariff_plan_id: from.plan.id,
        module_id: Some(from.foreign.module_id),
        main_name: names.main().clone(),
        names_version: 1,
        names_count: i32::try_from(names.len()).unwrap_or(i32::MAX),
        state: ServiceState::WaitingForIssue,
        years,
        end_date: None,
        term_start: Some(term.start),
        term_end: Some(term.end),
        is_subscription: false,
        custody: match from.new.keys {
            NextKeys::Kept => KeyCustody::Stored,
            NextKeys::ByClient => KeyCustody::Client,
        },
        method: method(from.plan),
        external_ref: None,
        csr_id: Some(csr),
        certificate_id: None,
        contact: Json(Contact::default()),
        organisation: None,
        prolong_years: None,
        net_minor: charge.minor()?,
        gross_minor: charge.minor()?,
        currency: from.account.currency,
        failure_code: None,
        failure: None,
        language: from.account.language.clone(),
        created_at: now,
        accepted_at: Some(from.told.created_at.unwrap_or(now)),
        issued_at: None,
        closed_at: None,
        reissue_on: None,
        renew_on: None,
        version: 1,
    };
    Ok((service, assumed))
}

/// The method that needs people least of those that the plan allows; mails name an approver, whom the CA does not tell.
fn method(plan: &TariffPlan) -> ValidationMethod {
    let allowed = &plan.methods.0;
    [
        ValidationMethod::Dns,
        ValidationMethod::Http,
        ValidationMethod::Https,
    ]
    .into_iter()
    .find(|method| allowed.contains(method))
    .unwrap_or(ValidationMethod::Dns)
}

fn ca_order(engine: &Engine, from: &Sources<'_>, service: &Service) -> CaOrder {
    CaOrder {
        id: engine.new_id(),
        service_id: service.id,
        module_id: from.foreign.module_id,
        purchase_id: None,
        ca_ref: from.foreign.ca_ref.clone(),
        round: 0,
        state: from.told.state.word().to_owned(),
        raw_state: from.told.raw_status.clone(),
        accepted_at: service.accepted_at.unwrap_or(service.created_at),
        looked_at: Some(from.foreign.seen_at),
        valid_from: from.told.valid_from,
        valid_to: from.told.valid_to,
        term_end: from.told.term_to,
        charged_minor: None,
        charged_currency: None,
        raw: String::new(),
        closed_at: None,
        version: 1,
    }
}

async fn begin(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    service: &Service,
    (id, order, csr): (OperationId, &CaOrder, CsrId),
) -> Result<()> {
    let outputs = Outputs {
        ca_order: Some(order.id),
        csr: Some(csr),
        ..Outputs::default()
    };
    let wanted = fresh::Wanted {
        id,
        kind: OperationKind::Open,
        service,
        module: Some(order.module_id),
        outputs: serde_json::to_value(&outputs).map_err(internal("outputs"))?,
        by: actor.label(),
    };
    let mut operation = fresh::insert(engine, tx, wanted).await?;
    IMPORT.clone_into(&mut operation.step);
    Ok(store::operation::update(tx, &mut operation).await?)
}

/// The owner of the account as the one whom notices go to.
async fn contact(tx: &Tx, account: &Account) -> Result<Contact> {
    let members = store::account::members(tx, account.id).await?;
    let owner = members.iter().find(|member| member.role == Role::Owner);
    let Some(owner) = owner.or(members.first()) else {
        return Ok(Contact::default());
    };
    let user = store::user::find(tx, owner.user_id)
        .await?
        .ok_or(Error::NotFound)?;
    let (first, last) = user.name.split_once(' ').unwrap_or((user.name.as_str(), ""));
    Ok(Contact {
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        email: user.email.clone(),
        ..Contact::default()
    })
}

async fn price(engine: &Engine, tx: &Tx, account: &Account, net: Money) -> Result<Price> {
    if net.currency() != account.currency {
        return Err(Error::refused("other-currency"));
    }
    let tax = money::tax_percent(engine, tx, account).await?;
    let zero = Money::zero(account.currency);
    let amounts = PeriodPrice {
        period: net,
        extra_name: zero,
        extra_wildcard: zero,
    };
    Ok(Price::of(amounts, ExtraNames::default(), tax)?)
}
