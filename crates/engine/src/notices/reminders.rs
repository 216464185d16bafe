//! The days on which clients are told that a certificate ends and none follows: 30, 14, 7, 3 and 1 day before.
//!
//! One row per service says when it is looked at next; it is written with the certificate and read by its day, so that
//! nobody walks over all services. When business time jumps over several thresholds only the nearest is told.
//!
//! A certificate that is replaced without the client frightens nobody: as long as a reissue or a prolongation is to begin, or
//! is under way with us or the CA, nothing is told, but within the last days when it is late.

use domain::{
    id::ServiceId,
    state::{OperationKind, OperationState, ServiceState, ValidationState},
};
use jiff::{ToSpan as _, civil::Date};
use notify::{MailKind, mail::EndingBecause};
use store::{Conn, Tx, operation::Operation, reminder::Reminder, service::Service};

use super::{clients, days_until};
use crate::{Engine, Result, money};

/// Days before the certificate's last day, the most first.
const THRESHOLDS: [u16; 5] = [30, 14, 7, 3, 1];
/// So many days before the end it is told that a certificate is late although the client has nothing to do.
const LATE: i32 = 3;
/// A certificate that is being worked on is not spoken of before so many days: its client was asked when that began.
const AFTER_ASKING: i32 = 2;
/// How many services one transaction looks at.
const BATCH: u64 = 100;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reminded {
    /// Services looked at.
    pub(crate) looked: u64,
    /// Clients that were told.
    pub(crate) told: u64,
}

/// Sets the day of the first look at the certificate in force.
pub(crate) async fn begin(engine: &Engine, tx: &Tx, service: &Service) -> Result<()> {
    let Some((certificate_id, end_date)) = service.certificate_id.zip(service.end_date) else {
        return Ok(());
    };
    let left = days_until(engine, end_date);
    let first = THRESHOLDS.into_iter().find(|days| i32::from(*days) < left);
    set(
        tx,
        service.id,
        certificate_id,
        first.and_then(|days| before(end_date, days)),
    )
    .await
}

/// Looks at every service that is due. May be run again at any time and by several nodes at once.
pub(crate) async fn run_due(engine: &Engine) -> Result<Reminded> {
    let today = engine.today();
    let mut reminded = Reminded::default();
    loop {
        let tx = engine.store().begin().await?;
        let due = store::reminder::due(&tx, today, BATCH).await?;
        let found = u64::try_from(due.len()).unwrap_or(BATCH);
        for reminder in due {
            reminded.told += u64::from(look(engine, &tx, reminder).await?);
        }
        tx.commit().await?;
        reminded.looked += found;
        if found < BATCH {
            break;
        }
    }
    if reminded.told > 0 {
        engine.wake();
    }
    Ok(reminded)
}

/// Looks at one service and sets the day of the next look; whether the client was told.
async fn look(engine: &Engine, tx: &Tx, reminder: Reminder) -> Result<bool> {
    let service = store::service::find(tx, reminder.service_id).await?;
    let service = service.filter(|one| matches!(one.state, ServiceState::Active | ServiceState::Suspended));
    let present = service.and_then(|one| Some((one.certificate_id?, one.end_date?, one)));
    let Some((certificate, end_date, service)) = present else {
        store::reminder::remove(tx, reminder.service_id).await?;
        return Ok(false);
    };
    let left = days_until(engine, end_date);
    let threshold = nearest(left);
    let mut is_told = false;
    if let Some(threshold) = threshold
        && let Some(why) = why_none_follows(engine, &service).await?
    {
        clients::ending(engine, tx, &service, threshold, why).await?;
        is_told = true;
    }
    let reached = threshold.map_or(left, i32::from);
    let next = THRESHOLDS
        .into_iter()
        .find(|days| left >= 0 && i32::from(*days) < reached);
    set(
        tx,
        service.id,
        certificate,
        next.and_then(|days| before(end_date, days)),
    )
    .await?;
    Ok(is_told)
}

/// Why no certificate follows the one in force; nothing when one does, or when the client was told otherwise.
pub(super) async fn why_none_follows(engine: &Engine, service: &Service) -> Result<Option<EndingBecause>> {
    if service.state != ServiceState::Active {
        return Ok(None);
    }
    let reader = engine.store().reader();
    if let Some(operation) = store::operation::changing(reader, service.id).await? {
        return under_way(engine, reader, service, &operation).await;
    }
    // Renewals tell themselves what hinders them.
    if service.reissue_on.is_some() || service.renew_on.is_some() {
        return Ok(None);
    }
    if service.prolong_years.is_some() {
        let notices = store::notice::of_service(reader, service.id).await?;
        let was_told = notices.iter().any(|notice| {
            notice.kind == MailKind::NotEnoughMoney.word() && notice.certificate_id == service.certificate_id
        });
        if was_told {
            return Ok(None);
        }
    }
    Ok(Some(EndingBecause::TermEnds))
}

/// A certificate that is being worked on: the client hears of it when it is the client's turn, and when it is late.
async fn under_way(
    engine: &Engine,
    conn: &dyn Conn,
    service: &Service,
    operation: &Operation,
) -> Result<Option<EndingBecause>> {
    if !matches!(operation.kind, OperationKind::Reissue | OperationKind::Prolong) {
        return Ok(None);
    }
    let asked = -days_until(engine, engine.day_of(operation.created_at));
    let is_for_client = operation.state == OperationState::Waiting && waits_for_client(conn, service).await?;
    if asked < AFTER_ASKING {
        return Ok(None);
    }
    if is_for_client {
        return Ok(Some(EndingBecause::WaitsForYou));
    }
    let left = service.end_date.map_or(i32::MAX, |day| days_until(engine, day));
    Ok((left <= LATE).then_some(EndingBecause::WithUs))
}

/// Whether a name waits to be proven for which we publish nothing.
async fn waits_for_client(conn: &dyn Conn, service: &Service) -> Result<bool> {
    let published = store::zone::records_of(conn, service.id).await?;
    for order in store::ca_order::of_service(conn, service.id).await? {
        if order.closed_at.is_some() {
            continue;
        }
        let rows = store::validation::of_order(conn, &order).await?;
        let is_asked = rows.iter().any(|row| {
            row.state == ValidationState::Waiting
                && !published.iter().any(|record| record.validation_id == row.id)
        });
        if is_asked {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Tells that the account has too little for the next paid term: at the first try, and at each threshold after it.
pub(crate) async fn short_of_money(
    engine: &Engine,
    tx: &Tx,
    service: &Service,
    price: domain::Money,
) -> Result<()> {
    let Some(until) = service.term().map(|term| term.end) else {
        return Ok(());
    };
    let Some(account) = store::account::find(tx, service.account_id).await? else {
        return Ok(());
    };
    let available = money::balance_of(tx, &account).await?.spendable;
    let shortage = clients::Shortage {
        price,
        available,
        until,
        threshold: nearest(days_until(engine, until)).unwrap_or(THRESHOLDS[0]),
    };
    clients::not_enough_money(engine, tx, service, shortage).await
}

/// Tells that what was bought is no longer sold, within the last days of the term: until then staff may still settle it.
pub(crate) async fn not_sold(engine: &Engine, tx: &Tx, service: &Service) -> Result<()> {
    let left = service.end_date.map_or(i32::MAX, |day| days_until(engine, day));
    match nearest(left) {
        Some(threshold) if threshold <= 7 => {
            clients::ending(engine, tx, service, threshold, EndingBecause::NotSold).await
        }
        _ => Ok(()),
    }
}

/// The nearest threshold that is reached with so many days left; none before the first and after the end.
pub(super) fn nearest(left: i32) -> Option<u16> {
    let reached = |days: &u16| (0..=i32::from(*days)).contains(&left);
    THRESHOLDS.into_iter().rev().find(reached)
}

fn before(day: Date, days: u16) -> Option<Date> {
    day.checked_sub(i64::from(days).days()).ok()
}

async fn set(
    tx: &Tx,
    service: ServiceId,
    certificate_id: domain::id::CertificateId,
    due_on: Option<Date>,
) -> Result<()> {
    let Some(due_on) = due_on else {
        return Ok(store::reminder::remove(tx, service).await?);
    };
    let reminder = Reminder {
        service_id: service,
        certificate_id,
        due_on,
    };
    Ok(store::reminder::set(tx, &reminder).await?)
}
