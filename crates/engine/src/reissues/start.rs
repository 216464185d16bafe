//! A reissue that somebody wishes: everything is checked first, then names, request, reservation and operation are stored in
//! one transaction. No CA is called here.

use domain::{
    id::{OperationId, ServiceId},
    name::NameSet,
    price::{ExtraNames, Price, PriceLineKind},
    product::ProductKind,
    state::{KeyCustody, OperationKind, OperationState, ServiceState},
};
use serde_json::json;
use store::{
    Conn, Tx,
    account::Account,
    operation::Operation,
    service::{Service, ServiceName},
    tariff::TariffPlan,
};

use super::{KeyWish, NamesQuote, NewReissue, Started, Wanted};
use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::require,
    error::Refusal,
    money::{self, ReserveFor},
    operations::{steps::open::Outputs, withdraw},
    orders::{
        self, check_approvers, checked_names, checked_validations, extra_names, price_lines,
        request::{self, Made},
    },
};

/// What a wish is checked against.
struct Ground {
    service: Service,
    plan: TariffPlan,
    account: Account,
    names: Vec<ServiceName>,
}

pub(super) async fn quote(
    engine: &Engine,
    actor: &Actor,
    id: ServiceId,
    names: &[String],
) -> Result<NamesQuote> {
    let ground = ground(engine, actor, id).await?;
    let names = wished_names(&ground, Some(names))?;
    let reader = engine.store().reader();
    let present = set_of(&ground.names)?;
    let price = price(engine, &ground, &names).await?;
    Ok(NamesQuote {
        added: names.missing_from(&present),
        removed: present.missing_from(&names),
        price,
        names,
        available: money::balance_of(reader, &ground.account).await?.spendable,
    })
}

pub(super) async fn start(
    engine: &Engine,
    actor: &Actor,
    id: ServiceId,
    wanted: NewReissue,
) -> Result<Started> {
    let ground = ground(engine, actor, id).await?;
    let names = wished_names(&ground, wanted.names.as_deref())?;
    let price = price(engine, &ground, &names).await?;
    let gross = price.as_ref().map(|price| price.gross);
    if wanted.agreed.is_some() && wanted.agreed != gross {
        let price = gross.unwrap_or_else(|| domain::Money::zero(ground.account.currency));
        return Err(Error::Refused(Refusal::new("price-changed").with("price", price)));
    }
    let versioned = next_names(engine, &ground, &names, wanted.validation.as_ref()).await?;
    let (made, custody) = request_for(&ground, &wanted.key, &names).await?;
    let started = store_wish(
        engine,
        actor,
        &ground,
        Wish {
            names: versioned,
            price,
            made,
            custody,
            cause: wanted.cause,
        },
    )
    .await?;
    engine.wake();
    Ok(started)
}

/// A wish that passed every check.
struct Wish {
    names: Option<Vec<ServiceName>>,
    price: Option<Price>,
    made: Option<Made>,
    custody: Option<KeyCustody>,
    cause: domain::state::ReissueCause,
}

async fn store_wish(engine: &Engine, actor: &Actor, ground: &Ground, wish: Wish) -> Result<Started> {
    let id: OperationId = engine.new_id();
    let tx = engine.store().begin().await?;
    let mut service = store::service::lock(&tx, ground.service.id)
        .await?
        .ok_or(Error::NotFound)?;
    let target = clear_the_way(engine, &tx, actor, service.id).await?;
    let mut outputs = Outputs {
        custody: wish.custody,
        target,
        ..super::caused_by(wish.cause)
    };
    if let Some(made) = &wish.made {
        let csr = engine.new_id();
        let kept = (wish.custody == Some(KeyCustody::Stored)).then(|| (engine.new_id(), actor.label()));
        request::store(engine, &tx, service.id, csr, made, kept).await?;
        outputs.csr = Some(csr);
    }
    if let Some(names) = &wish.names {
        store::service::insert_names(&tx, names).await?;
        outputs.names_version = names.first().map(|name| name.names_version);
    }
    if let Some(price) = &wish.price {
        let reserve = ReserveFor {
            account: service.account_id,
            service: Some(service.id),
            operation: Some(id),
            price,
        };
        money::reserve(engine, &tx, actor, reserve).await?;
        store::service::insert_lines(&tx, &price_lines(price, service.id, id)?).await?;
    }
    let by = actor.label();
    let operation = super::insert(engine, &tx, &mut service, Wanted { id, outputs, by }).await?;
    let details = json!({
        "number": operation.number,
        "cause": wish.cause,
        "names": wish.names.as_ref().map(Vec::len),
        "gross": wish.price.as_ref().map(|price| price.gross.to_string()),
    });
    audit::append(&tx, engine, actor, "service.reissue_wished", &service.id, details);
    tx.commit().await?;
    Ok(Started {
        operation: id,
        number: operation.number,
        private_key: wish
            .made
            .and_then(|made| made.key)
            .filter(|_| wish.custody == Some(KeyCustody::NotStored)),
    })
}

/// A reissue that waits gives way to this one; anything else that is under way refuses it. Returns what the CA calls the
/// certificate that the former one was to replace.
async fn clear_the_way(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    service: ServiceId,
) -> Result<Option<String>> {
    let Some(before) = store::operation::changing(tx, service).await? else {
        return Ok(None);
    };
    let mut before = store::operation::lock(tx, before.id)
        .await?
        .ok_or(Error::Conflict)?;
    if before.kind != OperationKind::Reissue || !engine.services().may_take_over(tx, &before).await? {
        return Err(Error::refused("busy"));
    }
    let outputs: Outputs = serde_json::from_value(before.outputs.0.clone()).unwrap_or_default();
    withdraw(engine, tx, actor, &mut before).await?;
    Ok(outputs.target)
}

async fn ground(engine: &Engine, actor: &Actor, id: ServiceId) -> Result<Ground> {
    require(actor, Permission::Order)?;
    let service = engine.services().own(actor, id).await?;
    match service.state {
        ServiceState::Active => {}
        ServiceState::Suspended => return Err(Error::refused("suspended")),
        state if state.is_before_issue() => return Err(Error::refused("not-issued")),
        _ => return Err(Error::refused("already-over")),
    }
    if service.term().is_none_or(|term| engine.today() >= term.end) {
        return Err(Error::refused("term-over"));
    }
    let reader = engine.store().reader();
    Ok(Ground {
        plan: store::tariff::find(reader, service.tariff_plan_id)
            .await?
            .ok_or(Error::NotFound)?,
        account: store::account::find(reader, service.account_id)
            .await?
            .ok_or(Error::NotFound)?,
        names: store::service::names(reader, service.id, service.names_version).await?,
        service,
    })
}

fn wished_names(ground: &Ground, typed: Option<&[String]>) -> Result<NameSet> {
    let present = set_of(&ground.names)?;
    let Some(typed) = typed else { return Ok(present) };
    let wished = checked_names(&ground.plan, typed)?;
    if wished == present {
        return Ok(present);
    }
    if ground.plan.kind != ProductKind::MultiDomain {
        return Err(Error::field("names", "names-are-fixed"));
    }
    if wished.main() != present.main() {
        return Err(Error::field("names.0", "main-name-stays"));
    }
    Ok(wished)
}

/// What names cost beyond those that were paid for in this term.
async fn price(engine: &Engine, ground: &Ground, names: &NameSet) -> Result<Option<Price>> {
    let wanted = extra_names(&ground.plan, names);
    let paid = paid_extras(engine.store().reader(), &ground.service).await?;
    let more = ExtraNames {
        standard: wanted.standard.saturating_sub(paid.standard),
        wildcard: wanted.wildcard.saturating_sub(paid.wildcard),
    };
    if more == ExtraNames::default() {
        return Ok(None);
    }
    let (amounts, tax) = engine
        .orders()
        .prices(&ground.account, &ground.plan, ground.service.years)
        .await?;
    Ok(Some(Price::of_names(amounts, more, tax)?))
}

/// The further names that were paid for since the paid term began. What a superseded or failed operation reserved was
/// given back and does not count.
async fn paid_extras(conn: &dyn Conn, service: &Service) -> Result<ExtraNames> {
    let operations = store::operation::of_service(conn, service.id).await?;
    let counts = |operation: &&Operation| operation.state == OperationState::Done;
    let begins_term =
        |operation: &&Operation| matches!(operation.kind, OperationKind::Open | OperationKind::Prolong);
    let first = operations
        .iter()
        .filter(counts)
        .find(begins_term)
        .map_or(0, |operation| operation.number);
    let of_term: Vec<OperationId> = operations
        .iter()
        .filter(counts)
        .filter(|operation| operation.number >= first)
        .map(|operation| operation.id)
        .collect();
    let mut paid = ExtraNames::default();
    for line in store::service::lines(conn, service.id).await? {
        if !of_term.contains(&line.operation_id) {
            continue;
        }
        let quantity = u32::try_from(line.quantity).unwrap_or(0);
        match line.kind {
            PriceLineKind::ExtraNames => paid.standard += quantity,
            PriceLineKind::ExtraWildcards => paid.wildcard += quantity,
            PriceLineKind::Period => {}
        }
    }
    Ok(paid)
}

/// The names as they come into force, when they or their methods differ from those in force.
async fn next_names(
    engine: &Engine,
    ground: &Ground,
    names: &NameSet,
    validation: Option<&orders::ValidationPlan>,
) -> Result<Option<Vec<ServiceName>>> {
    let present = set_of(&ground.names)?;
    if validation.is_none() && *names == present {
        return Ok(None);
    }
    let own;
    let validation = if let Some(validation) = validation {
        validation
    } else {
        own = as_before(ground, names);
        &own
    };
    let chosen = checked_validations(&ground.plan, names, validation, engine)?;
    check_approvers(engine, &ground.plan, &chosen).await?;
    let version = store::service::newest_names_version(engine.store().reader(), ground.service.id).await? + 1;
    let rows = chosen.iter().zip(0_i32..).map(|(one, place)| {
        ServiceName::new(
            ground.service.id,
            ground.service.account_id,
            version,
            place,
            one.name.clone(),
            one.choice.method(),
            one.choice.approver().map(str::to_owned),
        )
    });
    Ok(Some(rows.collect()))
}

/// Every name as before; names that come in addition like the main name.
fn as_before(ground: &Ground, names: &NameSet) -> orders::ValidationPlan {
    let kept = ground.names.iter().filter(|name| names.contains(&name.name));
    orders::ValidationPlan {
        method: ground.service.method,
        names: kept
            .map(|name| orders::NamePlan {
                name: name.name.to_string(),
                method: name.method,
                approver: name.approver.clone(),
            })
            .collect(),
    }
}

/// The request of the new certificate, when it is not to be made in the operation's first step.
async fn request_for(
    ground: &Ground,
    wish: &KeyWish,
    names: &NameSet,
) -> Result<(Option<Made>, Option<KeyCustody>)> {
    let organisation = ground.service.organisation.as_ref().map(|one| &one.0);
    Ok(match wish {
        KeyWish::AsBefore => (None, None),
        KeyWish::Given(text) => (
            Some(request::given(text, ground.plan.kind, names)?),
            Some(KeyCustody::Client),
        ),
        KeyWish::MadeNotStored(choice) => (
            Some(request::made(*choice, names, organisation).await?),
            Some(KeyCustody::NotStored),
        ),
        KeyWish::MadeAndStored(choice) => (
            Some(request::made(*choice, names, organisation).await?),
            Some(KeyCustody::Stored),
        ),
    })
}

fn set_of(names: &[ServiceName]) -> Result<NameSet> {
    NameSet::from_names(names.iter().map(|name| name.name.clone()))
        .ok_or_else(|| Error::Internal("a service without names".to_owned()))
}
