//! Money: what clients have, what they owe us and what we pay to CAs, by double entry.
//!
//! The client's *balance* is what is left to spend; what is *reserved* is set aside for orders that the CA has not
//! answered yet. A credit adds to the balance; an order reserves; the CA's acceptance charges what was reserved, its
//! refusal releases it; a refund gives a charge back. So at any time balance + reserved = credits − charges + refunds.
//!
//! | module | holds |
//! | --- | --- |
//! | [`credit`] | money coming in, and the second person for large credits |
//! | [`booking`] | reserve, charge, release, refund: parts of the transactions of orders |
//! | [`documents`] | numbered documents, statements |
//! | [`supplier`] | what lies at a CA and what it charged, per processing module and currency |
//! | [`rates`] | taxes and exchange rates |

pub mod booking;
pub mod credit;
pub mod documents;
pub mod rates;
pub mod supplier;
#[cfg(test)]
mod tests;

use domain::{
    Money as Amount,
    id::{AccountId, DocumentId, EntryId, ModuleId, OperationId, ServiceId},
};
use store::{
    Conn, Tx,
    account::Account,
    ledger::{Entry, EntryKind, LedgerKey, NewEntry},
};
use uuid::Uuid;

use crate::{
    Engine,
    actor::Actor,
    authority::{self, Permission},
    error::{Error, Result},
};

pub use booking::ReserveFor;
pub(crate) use booking::{charge, refund, release, reserve};
pub use credit::{Credited, NewCredit};
pub use documents::DocumentView;
pub(crate) use rates::tax_percent;
pub use supplier::SupplierBalance;
pub(crate) use supplier::{SupplierCharge, purchase, purchase_refund};

/// Money.
pub struct Money<'a>(pub(crate) &'a Engine);

/// What an account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// What is left; may be below zero by the credit limit.
    pub balance: Amount,
    /// What is set aside for orders that the CA has not answered yet.
    pub reserved: Amount,
    /// How far below zero the balance may fall.
    pub credit_limit: Amount,
    /// What may be spent now: balance + credit limit, never below zero.
    pub spendable: Amount,
}

impl Engine {
    /// Money.
    #[must_use]
    pub fn money(&self) -> Money<'_> {
        Money(self)
    }
}

impl Money<'_> {
    /// What an account has.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn balance(&self, actor: &Actor, account: AccountId) -> Result<Balance> {
        authority::require(actor, Permission::SeeMoney)?;
        let reader = self.0.store().reader();
        let account = visible_account(reader, actor, account).await?;
        balance_of(reader, &account).await
    }
}

/// What an account has, without asking who wants to know.
pub(crate) async fn balance_of(conn: &dyn Conn, account: &Account) -> Result<Balance> {
    let balance = store::ledger::balance(conn, LedgerKey::ClientCash(account.id, account.currency)).await?;
    let reserved =
        store::ledger::balance(conn, LedgerKey::ClientReserved(account.id, account.currency)).await?;
    let credit_limit = account.credit_limit();
    let spendable = balance.plus(credit_limit)?;
    let spendable = if spendable.is_negative() {
        Amount::zero(account.currency)
    } else {
        spendable
    };
    Ok(Balance {
        balance,
        reserved,
        credit_limit,
        spendable,
    })
}

/// The account, if it is there for the actor.
pub(crate) async fn visible_account(conn: &dyn Conn, actor: &Actor, id: AccountId) -> Result<Account> {
    let account = store::account::find(conn, id).await?.ok_or(Error::NotFound)?;
    authority::see(actor, account.seller_id, Some(account.id))?;
    Ok(account)
}

/// What a booking is about.
#[derive(Debug, Clone, Default)]
struct About {
    account: Option<AccountId>,
    module: Option<ModuleId>,
    service: Option<ServiceId>,
    operation: Option<OperationId>,
    document: Option<DocumentId>,
    note: String,
}

/// Books an entry in the actor's name.
async fn book(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    kind: EntryKind,
    about: About,
    postings: Vec<(LedgerKey, Amount)>,
) -> Result<EntryId> {
    let entry = Entry {
        id: engine.new_id(),
        seller_id: actor.seller,
        kind,
        at: engine.now(),
        account_id: about.account,
        module_id: about.module,
        service_id: about.service,
        operation_id: about.operation,
        document_id: about.document,
        note: about.note,
        actor: actor.label(),
    };
    let id = entry.id;
    // A ledger account has a plain id; any kind of id makes one.
    let make_id = || Uuid::from(engine.new_id::<EntryId>());
    store::ledger::post(tx, &NewEntry { entry, postings }, make_id).await?;
    Ok(id)
}
