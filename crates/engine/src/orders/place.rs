//! Taking an order: everything is checked first, then service, names, request, key, price, reservation and operation are
//! stored in one transaction. Nothing is charged and no CA is called here.

use ca::NameValidation;
use domain::{
    id::{CsrId, KeyId, NumberKind, OperationId, ServiceId},
    name::NameSet,
    price::Price,
    state::{KeyCustody, OperationKind, ServiceState},
};
use jiff::Timestamp;
use serde_json::json;
use store::{
    Json,
    account::Account,
    service::{PriceLineRow, Service, ServiceName},
    tariff::TariffPlan,
};

use super::{NewOrder, OrderPlaced, Orders, RequestSource, Sale, approvers, form, request};
use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::require,
    error::Refusal,
    money::{self, ReserveFor},
    operations::fresh,
};

pub(super) async fn place(engine: &Engine, actor: &Actor, order: NewOrder) -> Result<OrderPlaced> {
    require(actor, Permission::Order)?;
    let orders = Orders(engine);
    let account = orders.account(actor, order.account).await?;
    let external_ref = form::external_ref(order.external_ref.as_deref())?;
    if let Some(repeated) = repeated(engine, &account, external_ref.as_deref()).await? {
        return Ok(repeated);
    }
    let plan = orders.plan(actor, order.plan).await?;
    let typed = match &order.request {
        RequestSource::Given(text) if order.names.iter().all(|name| name.trim().is_empty()) => {
            request::names_of(text)?
        }
        _ => order.names.clone(),
    };
    let names = form::names(&plan, &typed)?;
    let organisation = form::check_people(&plan, &order.contact, order.organisation.as_ref())?;
    let validations = form::validations(&plan, &names, &order.validation, engine)?;
    let sale = orders.sale(&account, &plan, order.years, &names).await?;
    if order.agreed.is_some_and(|agreed| agreed != sale.price.gross) {
        return Err(Error::Refused(
            Refusal::new("price-changed").with("price", sale.price.gross),
        ));
    }
    approvers::check(engine, &plan, &validations).await?;
    let (made, custody) = match &order.request {
        RequestSource::Given(text) => (request::given(text, plan.kind, &names)?, KeyCustody::Client),
        RequestSource::MadeNotStored(choice) => (
            request::made(*choice, &names, organisation.as_ref()).await?,
            KeyCustody::NotStored,
        ),
        RequestSource::MadeAndStored(choice) => (
            request::made(*choice, &names, organisation.as_ref()).await?,
            KeyCustody::Stored,
        ),
    };
    let draft = Draft {
        account,
        plan,
        names,
        validations,
        sale,
        custody,
        external_ref,
        ids: Ids {
            service: engine.new_id(),
            operation: engine.new_id(),
            csr: engine.new_id(),
            key: (custody == KeyCustody::Stored).then(|| engine.new_id()),
        },
        now: engine.now(),
    };
    let order = NewOrder {
        organisation,
        ..order
    };
    let number = match store_order(engine, actor, &draft, &order, &made).await {
        Ok(number) => number,
        // Two orders with one external reference at the same time: the other one was faster.
        Err(Error::Store(store::Error::Duplicate { .. })) if draft.external_ref.is_some() => {
            return repeated(engine, &draft.account, draft.external_ref.as_deref())
                .await?
                .ok_or(Error::Conflict);
        }
        Err(error) => return Err(error),
    };
    engine.wake();
    Ok(OrderPlaced {
        service: draft.ids.service,
        number,
        operation: Some(draft.ids.operation),
        private_key: made.key.filter(|_| custody == KeyCustody::NotStored),
        is_repeated: false,
    })
}

/// An order that passed every check.
struct Draft {
    account: Account,
    plan: TariffPlan,
    names: NameSet,
    validations: Vec<NameValidation>,
    sale: Sale,
    custody: KeyCustody,
    external_ref: Option<String>,
    ids: Ids,
    now: Timestamp,
}

struct Ids {
    service: ServiceId,
    operation: OperationId,
    csr: CsrId,
    key: Option<KeyId>,
}

async fn repeated(
    engine: &Engine,
    account: &Account,
    external_ref: Option<&str>,
) -> Result<Option<OrderPlaced>> {
    let Some(external_ref) = external_ref else {
        return Ok(None);
    };
    let found =
        store::service::find_by_external_ref(engine.store().reader(), account.id, external_ref).await?;
    Ok(found.map(|service| OrderPlaced {
        service: service.id,
        number: service.number,
        operation: None,
        private_key: None,
        is_repeated: true,
    }))
}

async fn store_order(
    engine: &Engine,
    actor: &Actor,
    draft: &Draft,
    order: &NewOrder,
    made: &request::Made,
) -> Result<i64> {
    let tx = engine.store().begin().await?;
    let reserve = ReserveFor {
        account: draft.account.id,
        service: Some(draft.ids.service),
        operation: Some(draft.ids.operation),
        price: &draft.sale.price,
    };
    money::reserve(engine, &tx, actor, reserve).await?;
    let number = store::counter::next_number(&tx, NumberKind::Service).await?;
    let service = service_of(draft, order, number)?;
    store::service::insert(&tx, &service, &names_of(draft)).await?;
    let lines = price_lines(&draft.sale.price, draft.ids.service, draft.ids.operation)?;
    store::service::insert_lines(&tx, &lines).await?;
    let kept = draft.ids.key.map(|key| (key, actor.label()));
    request::store(engine, &tx, draft.ids.service, draft.ids.csr, made, kept).await?;
    let opening = fresh::Wanted {
        id: draft.ids.operation,
        kind: OperationKind::Open,
        service: &service,
        module: None,
        outputs: json!({ "wildcards": draft.names.wildcard_count() }),
        by: actor.label(),
    };
    fresh::insert(engine, &tx, opening).await?;
    let details = json!({
        "number": number,
        "account": draft.account.id,
        "plan": draft.plan.name,
        "names": draft.names,
        "years": order.years,
        "gross": draft.sale.price.gross.to_string(),
        "key": draft.custody,
    });
    audit::append(&tx, engine, actor, "service.ordered", &draft.ids.service, details);
    if draft.custody == KeyCustody::Stored {
        audit::append(
            &tx,
            engine,
            actor,
            "key.storage_agreed",
            &draft.ids.service,
            json!({ "number": number }),
        );
    }
    tx.commit().await?;
    Ok(number)
}

fn service_of(draft: &Draft, order: &NewOrder, number: i64) -> Result<Service> {
    let main_method = draft
        .validations
        .first()
        .map_or(order.validation.method, |first| first.choice.method());
    Ok(Service {
        id: draft.ids.service,
        number,
        seller_id: draft.account.seller_id,
        account_id: draft.account.id,
        tariff_plan_id: draft.plan.id,
        module_id: None,
        main_name: draft.names.main().clone(),
        names_version: 1,
        names_count: i32::try_from(draft.names.len()).unwrap_or(i32::MAX),
        state: ServiceState::Opening,
        years: order.years,
        end_date: None,
        term_start: None,
        term_end: None,
        is_subscription: false,
        custody: draft.custody,
        method: main_method,
        external_ref: draft.external_ref.clone(),
        csr_id: Some(draft.ids.csr),
        certificate_id: None,
        contact: Json(order.contact.clone()),
        organisation: order.organisation.clone().map(Json),
        prolong_years: order.prolong,
        net_minor: draft.sale.price.net.minor()?,
        gross_minor: draft.sale.price.gross.minor()?,
        currency: draft.sale.price.gross.currency(),
        failure_code: None,
        failure: None,
        language: draft.account.language.clone(),
        created_at: draft.now,
        accepted_at: None,
        issued_at: None,
        closed_at: None,
        reissue_on: None,
        renew_on: None,
        version: 1,
    })
}

fn names_of(draft: &Draft) -> Vec<ServiceName> {
    draft
        .validations
        .iter()
        .zip(0_i32..)
        .map(|(one, place)| {
            let approver = one.choice.approver().map(str::to_owned);
            ServiceName::new(
                draft.ids.service,
                draft.account.id,
                1,
                place,
                one.name.clone(),
                one.choice.method(),
                approver,
            )
        })
        .collect()
}

/// The lines of a price as they are copied into the service for ever.
pub(crate) fn price_lines(
    price: &Price,
    service: ServiceId,
    operation: OperationId,
) -> Result<Vec<PriceLineRow>> {
    price
        .lines
        .iter()
        .zip(0_i32..)
        .map(|(line, position)| {
            Ok(PriceLineRow {
                service_id: service,
                operation_id: operation,
                position,
                kind: line.kind,
                quantity: i32::try_from(line.quantity).unwrap_or(i32::MAX),
                unit_net_minor: line.unit_net.minor()?,
                net_minor: line.net.minor()?,
                tax_rate: line.tax_rate,
                tax_minor: line.tax.minor()?,
                gross_minor: line.gross.minor()?,
                currency: line.net.currency(),
            })
        })
        .collect()
}
