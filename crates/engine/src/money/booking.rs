//! Reserve, charge, release, refund: each is a part of the transaction that stores why, so money and orders never
//! disagree.

use domain::{
    Money as Amount,
    id::{AccountId, DocumentId, OperationId, ServiceId},
    price::Price,
};
use serde_json::json;
use store::{
    Json, Tx,
    account::AccountState,
    document::{Document, DocumentKind},
    ledger::{EntryKind, LedgerKey},
    reservation::{Reservation, ReservationState},
};
use uuid::Uuid;

use super::{
    About, balance_of, book,
    documents::{self, Line},
    visible_account,
};
use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    error::{Error, Refusal, Result},
    money::Money,
};

/// What money is set aside for.
#[derive(Debug, Clone)]
pub struct ReserveFor<'a> {
    /// Whose money.
    pub account: AccountId,
    /// For which service.
    pub service: Option<ServiceId>,
    /// For which operation.
    pub operation: Option<OperationId>,
    /// The price with its lines; they are copied and hold whatever the tariff becomes.
    pub price: &'a Price,
}

/// Sets the price aside.
///
/// The account is locked for the rest of the transaction, so of two orders for the last money only one gets it.
///
/// # Errors
/// [`Error::Refused`] with `not-enough-money` (values `price`, `have`, `missing`), `account-blocked` or
/// `other-currency`; [`Error::NotFound`] for an account that is not the actor's.
pub(crate) async fn reserve(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    wanted: ReserveFor<'_>,
) -> Result<Reservation> {
    let account = store::account::lock(tx, wanted.account)
        .await?
        .ok_or(Error::NotFound)?;
    authority::see(actor, account.seller_id, Some(account.id))?;
    if account.state != AccountState::Active {
        return Err(Error::refused("account-blocked"));
    }
    let gross = wanted.price.gross;
    if gross.currency() != account.currency {
        return Err(Error::refused("other-currency"));
    }
    if gross.is_negative() {
        return Err(Error::Internal(format!("a price below zero: {gross}")));
    }
    let have = balance_of(tx, &account).await?;
    if !have.spendable.covers(gross)? {
        let refusal = Refusal::new("not-enough-money")
            .with("price", gross)
            .with("have", have.spendable)
            .with("missing", gross.minus(have.spendable)?);
        return Err(Error::Refused(refusal));
    }
    let about = About {
        account: Some(account.id),
        service: wanted.service,
        operation: wanted.operation,
        ..About::default()
    };
    let postings = vec![
        (
            LedgerKey::ClientCash(account.id, account.currency),
            gross.negated(),
        ),
        (LedgerKey::ClientReserved(account.id, account.currency), gross),
    ];
    book(engine, tx, actor, EntryKind::Reserve, about, postings).await?;
    let reservation = Reservation {
        id: Uuid::from(engine.new_id::<domain::id::EntryId>()),
        account_id: account.id,
        service_id: wanted.service,
        operation_id: wanted.operation,
        state: ReservationState::Held,
        gross: gross.minor()?,
        currency: account.currency,
        price: Json(wanted.price.clone()),
        created_at: engine.now(),
        closed_at: None,
        version: 1,
    };
    store::reservation::insert(tx, &reservation).await?;
    Ok(reservation)
}

/// The CA accepted the order: what was set aside is ours, and a document says so.
///
/// # Errors
/// [`Error::Refused`] with `reservation-closed` when it was charged or released before.
pub(crate) async fn charge(engine: &Engine, tx: &Tx, actor: &Actor, reservation: Uuid) -> Result<Document> {
    let reservation = close(engine, tx, reservation, ReservationState::Charged).await?;
    let account = store::account::find(tx, reservation.account_id)
        .await?
        .ok_or(Error::NotFound)?;
    let (price, currency) = (&reservation.price.0, account.currency);
    let document_id: DocumentId = engine.new_id();
    let about = About {
        account: Some(account.id),
        service: reservation.service_id,
        operation: reservation.operation_id,
        document: Some(document_id),
        ..About::default()
    };
    let postings = vec![
        (
            LedgerKey::ClientReserved(account.id, currency),
            price.gross.negated(),
        ),
        (LedgerKey::Revenue(account.seller_id, currency), price.net),
        (LedgerKey::Tax(account.seller_id, currency), price.tax),
    ];
    let postings = without_nothing(postings);
    let entry = book(engine, tx, actor, EntryKind::Charge, about, postings).await?;
    let lines: Vec<_> = price.lines.iter().map(Line::from).collect();
    let issue = documents::Issue {
        id: document_id,
        kind: DocumentKind::Charge,
        entry,
        service: reservation.service_id,
        refers_to: None,
        note: String::new(),
    };
    documents::issue(engine, tx, &account, issue, &lines).await
}

/// The CA refused the order, or it was given up before: what was set aside is free again.
///
/// # Errors
/// [`Error::Refused`] with `reservation-closed` when it was charged or released before.
pub(crate) async fn release(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    reservation: Uuid,
) -> Result<Reservation> {
    let reservation = close(engine, tx, reservation, ReservationState::Released).await?;
    let about = About {
        account: Some(reservation.account_id),
        service: reservation.service_id,
        operation: reservation.operation_id,
        ..About::default()
    };
    let (account, currency, amount) = (reservation.account_id, reservation.currency, reservation.amount());
    let postings = vec![
        (LedgerKey::ClientReserved(account, currency), amount.negated()),
        (LedgerKey::ClientCash(account, currency), amount),
    ];
    book(engine, tx, actor, EntryKind::Release, about, postings).await?;
    Ok(reservation)
}

/// Gives a charge back, whole; a document refers to the one it undoes.
///
/// # Errors
/// [`Error::NotFound`] when it is no charge of the seller, [`Error::Refused`] with `already-refunded`.
pub(crate) async fn refund(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    charge: DocumentId,
    note: &str,
) -> Result<Document> {
    let charge = store::document::find(tx, charge).await?.ok_or(Error::NotFound)?;
    authority::see(actor, charge.seller_id, Some(charge.account_id))?;
    if charge.kind != DocumentKind::Charge {
        return Err(Error::NotFound);
    }
    // The lock makes two refunds at the same time take turns; the second one sees the first.
    let account = store::account::lock(tx, charge.account_id)
        .await?
        .ok_or(Error::NotFound)?;
    if store::document::refund_of(tx, charge.id).await?.is_some() {
        return Err(Error::refused("already-refunded"));
    }
    let document_id: DocumentId = engine.new_id();
    let about = About {
        account: Some(account.id),
        service: charge.service_id,
        document: Some(document_id),
        note: note.to_owned(),
        ..About::default()
    };
    let postings = vec![
        (
            LedgerKey::Revenue(charge.seller_id, charge.currency),
            charge.money(charge.net).negated(),
        ),
        (
            LedgerKey::Tax(charge.seller_id, charge.currency),
            charge.money(charge.tax).negated(),
        ),
        (LedgerKey::ClientCash(account.id, charge.currency), charge.gross()),
    ];
    let entry = book(
        engine,
        tx,
        actor,
        EntryKind::Refund,
        about,
        without_nothing(postings),
    )
    .await?;
    let lines = documents::lines_of(&charge, &store::document::lines(tx, charge.id).await?);
    let issue = documents::Issue {
        id: document_id,
        kind: DocumentKind::Refund,
        entry,
        service: charge.service_id,
        refers_to: Some(charge.id),
        note: note.to_owned(),
    };
    let document = documents::issue(engine, tx, &account, issue, &lines).await?;
    let detail = json!({ "charge": charge.id, "amount": charge.gross(), "note": note });
    audit::append(tx, engine, actor, "money.refund", &document.id, detail);
    Ok(document)
}

impl Money<'_> {
    /// Gives a charge back, whole.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Refused`] with `already-refunded`.
    pub async fn refund(&self, actor: &Actor, charge: DocumentId, note: &str) -> Result<Document> {
        authority::require(actor, Permission::ApproveMoney)?;
        let tx = self.0.store().begin().await?;
        let document = refund(self.0, &tx, actor, charge, note).await?;
        tx.commit().await?;
        Ok(document)
    }

    /// What is, or was, set aside for a service.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn reservations(&self, actor: &Actor, service: ServiceId) -> Result<Vec<Reservation>> {
        authority::require(actor, Permission::SeeMoney)?;
        let reader = self.0.store().reader();
        let found = store::reservation::of_service(reader, service).await?;
        if let Some(first) = found.first() {
            visible_account(reader, actor, first.account_id).await?;
        }
        Ok(found)
    }
}

/// Moves a reservation to its end, which it has only one of.
async fn close(engine: &Engine, tx: &Tx, id: Uuid, end: ReservationState) -> Result<Reservation> {
    // The account first: whoever holds money of an account holds the account.
    let found = store::reservation::find(tx, id).await?.ok_or(Error::NotFound)?;
    store::account::lock(tx, found.account_id).await?;
    let mut reservation = store::reservation::lock(tx, id).await?.ok_or(Error::NotFound)?;
    if reservation.state != ReservationState::Held {
        return Err(Error::refused("reservation-closed"));
    }
    reservation.state = end;
    reservation.closed_at = Some(engine.now());
    store::reservation::update(tx, &mut reservation).await?;
    Ok(reservation)
}

/// Postings of nothing tell nothing.
fn without_nothing(postings: Vec<(LedgerKey, Amount)>) -> Vec<(LedgerKey, Amount)> {
    postings
        .into_iter()
        .filter(|(_, amount)| !amount.is_zero())
        .collect()
}
