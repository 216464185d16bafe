//! The ledger: double entry. Every booking is an entry with postings that sum to nothing; every posting changes the
//! balance of one ledger account. Nothing is ever changed or removed.
//!
//! A positive amount makes what the ledger account stands for grow: the client's money, our revenue, what lies at a CA.

use std::{collections::BTreeMap, fmt};

use domain::{
    Currency, Money,
    id::{AccountId, DocumentId, EntryId, ModuleId, OperationId, SellerId, ServiceId},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    cell::stored_words,
    error::{Error, Result},
    page::{Cursor, Listing, Page, Start},
    record::{self, record, versioned},
    tx::{Conn, Tx},
};

stored_words! {
    /// What a ledger account stands for.
    LedgerKind {
        /// What a client has to spend.
        ClientCash = "client_cash",
        /// What a client has set aside for orders that the CA has not answered yet.
        ClientReserved = "client_reserved",
        /// What we earned, net.
        Revenue = "revenue",
        /// Tax that we owe.
        Tax = "tax",
        /// What lies at a CA, per processing module.
        Supplier = "supplier",
        /// What a CA charged us.
        SupplierCost = "supplier_cost",
        /// The world outside: where money comes from and goes to.
        External = "external",
    }
}

stored_words! {
    /// Why money moved.
    EntryKind {
        /// A client's money came in.
        Credit = "credit",
        /// Set aside for an order.
        Reserve = "reserve",
        /// The CA accepted the order: the reserved money is ours.
        Charge = "charge",
        /// The CA refused, or the order was closed before: the reserved money is free again.
        Release = "release",
        /// A charge was given back.
        Refund = "refund",
        /// A CA charged us.
        Purchase = "purchase",
        /// A CA gave a charge back.
        PurchaseRefund = "purchase_refund",
        /// Money was moved to a CA.
        SupplierDeposit = "supplier_deposit",
    }
}

record! {
    /// One account of the ledger.
    pub struct LedgerAccount in ledger_account "ledger_account" {
        key {
            /// Its id.
            id: Uuid,
        }
        /// Whose books.
        seller_id: SellerId,
        /// [`LedgerKey`] as text; unique.
        key: String,
        /// What it stands for.
        kind: LedgerKind,
        /// Of this client.
        account_id: Option<AccountId>,
        /// At this processing module.
        module_id: Option<ModuleId>,
        /// In this currency.
        currency: Currency,
        /// The sum of its postings, in minor units.
        balance: i64,
        /// Place of its last posting, from 1.
        seq: i64,
        /// Grows with every change.
        version: i64,
    }
}
versioned!(LedgerAccount);

record! {
    /// One booking.
    pub struct Entry in entry "entry" {
        key {
            /// Its id.
            id: EntryId,
        }
        /// Whose books.
        seller_id: SellerId,
        /// Why.
        kind: EntryKind,
        /// When, in business time.
        at: Timestamp,
        /// The client it concerns.
        account_id: Option<AccountId>,
        /// The processing module it concerns.
        module_id: Option<ModuleId>,
        /// The service it concerns.
        service_id: Option<ServiceId>,
        /// The operation that caused it.
        operation_id: Option<OperationId>,
        /// The document that was issued for it.
        document_id: Option<DocumentId>,
        /// What somebody noted.
        note: String,
        /// Who booked it, in words.
        actor: String,
    }
}

record! {
    /// One line of a booking.
    pub struct Posting in posting "posting" {
        key {
            /// The booking.
            entry_id: EntryId,
            /// Its place in it, from 0.
            line: i32,
        }
        /// Which ledger account it changes.
        ledger_account_id: Uuid,
        /// Its place among the postings of that ledger account, from 1.
        seq: i64,
        /// By how much, in minor units.
        amount: i64,
        /// In which currency.
        currency: Currency,
        /// The balance after it.
        balance_after: i64,
    }
}

/// Names a ledger account; it comes into being with its first posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LedgerKey {
    /// What a client has to spend.
    ClientCash(AccountId, Currency),
    /// What a client has set aside.
    ClientReserved(AccountId, Currency),
    /// What lies at a CA.
    Supplier(ModuleId, Currency),
    /// What a CA charged us.
    SupplierCost(ModuleId, Currency),
    /// What we earned.
    Revenue(SellerId, Currency),
    /// Tax that we owe.
    Tax(SellerId, Currency),
    /// The world outside.
    External(SellerId, Currency),
}

/// A booking to be made.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Its head.
    pub entry: Entry,
    /// Its lines; they sum to nothing in every currency.
    pub postings: Vec<(LedgerKey, Money)>,
}

/// A line of a statement: a posting with the head of its entry.
#[derive(Debug, Clone)]
pub struct StatementLine {
    /// The head.
    pub entry: Entry,
    /// By how much the balance changed.
    pub amount: Money,
    /// The balance after it.
    pub balance_after: Money,
    /// Its place, from 1.
    pub seq: i64,
}

impl LedgerKey {
    /// The currency of the ledger account.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        match *self {
            Self::ClientCash(_, currency)
            | Self::ClientReserved(_, currency)
            | Self::Supplier(_, currency)
            | Self::SupplierCost(_, currency)
            | Self::Revenue(_, currency)
            | Self::Tax(_, currency)
            | Self::External(_, currency) => currency,
        }
    }

    const fn kind(&self) -> LedgerKind {
        match self {
            Self::ClientCash(..) => LedgerKind::ClientCash,
            Self::ClientReserved(..) => LedgerKind::ClientReserved,
            Self::Supplier(..) => LedgerKind::Supplier,
            Self::SupplierCost(..) => LedgerKind::SupplierCost,
            Self::Revenue(..) => LedgerKind::Revenue,
            Self::Tax(..) => LedgerKind::Tax,
            Self::External(..) => LedgerKind::External,
        }
    }

    const fn account(&self) -> Option<AccountId> {
        match *self {
            Self::ClientCash(account, _) | Self::ClientReserved(account, _) => Some(account),
            _ => None,
        }
    }

    const fn module(&self) -> Option<ModuleId> {
        match *self {
            Self::Supplier(module, _) | Self::SupplierCost(module, _) => Some(module),
            _ => None,
        }
    }
}

impl fmt::Display for LedgerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match *self {
            Self::ClientCash(owner, currency) | Self::ClientReserved(owner, currency) => {
                write!(f, "{kind}/{owner}/{currency}")
            }
            Self::Supplier(owner, currency) | Self::SupplierCost(owner, currency) => {
                write!(f, "{kind}/{owner}/{currency}")
            }
            Self::Revenue(owner, currency) | Self::Tax(owner, currency) | Self::External(owner, currency) => {
                write!(f, "{kind}/{owner}/{currency}")
            }
        }
    }
}

/// The balance of a ledger account; nothing where it has no posting yet.
pub async fn balance(conn: &dyn Conn, key: LedgerKey) -> Result<Money> {
    let found = find(conn, key).await?;
    Ok(Money::from_minor(
        found.map_or(0, |account| account.balance),
        key.currency(),
    ))
}

/// Every ledger account of a processing module.
pub async fn of_module(conn: &dyn Conn, module: ModuleId) -> Result<Vec<LedgerAccount>> {
    let query =
        ledger_account::Entity::find().filter(ledger_account::Column::ModuleId.eq(Uuid::from(module)));
    record::all(conn, query).await
}

/// Every ledger account: for checks of the whole.
pub async fn all(conn: &dyn Conn) -> Result<Vec<LedgerAccount>> {
    record::all(
        conn,
        ledger_account::Entity::find().order_by_asc(ledger_account::Column::Key),
    )
    .await
}

/// Books an entry. Ledger accounts are locked in the order of their keys, so that two bookings never wait for each
/// other. `make_id` makes the id of a ledger account that has no posting yet.
///
/// # Errors
/// [`Error::Refused`] when the postings do not sum to nothing, or an amount does not fit.
pub async fn post(tx: &Tx, new: &NewEntry, make_id: impl Fn() -> Uuid) -> Result<()> {
    refuse_unbalanced(&new.postings)?;
    record::insert(tx, &new.entry).await?;
    let mut in_order: Vec<_> = new.postings.iter().enumerate().collect();
    in_order.sort_by_key(|(_, (key, _))| *key);
    for (line, (key, money)) in in_order {
        let mut account = lock_or_make(tx, new.entry.seller_id, *key, &make_id).await?;
        let amount = minor(*money)?;
        account.balance = account
            .balance
            .checked_add(amount)
            .ok_or_else(|| Error::Refused("the balance does not fit".to_owned()))?;
        account.seq += 1;
        record::update(tx, &mut account).await?;
        let posting = Posting {
            entry_id: new.entry.id,
            line: i32::try_from(line).unwrap_or(i32::MAX),
            ledger_account_id: account.id,
            seq: account.seq,
            amount,
            currency: key.currency(),
            balance_after: account.balance,
        };
        record::insert(tx, &posting).await?;
    }
    Ok(())
}

/// The entry with this id.
pub async fn find_entry(conn: &dyn Conn, id: EntryId) -> Result<Option<Entry>> {
    record::one(conn, entry::Entity::find_by_id(id)).await
}

/// The entries about a service, oldest first.
pub async fn entries_of_service(conn: &dyn Conn, service: ServiceId) -> Result<Vec<Entry>> {
    use entry::Column;
    let query = entry::Entity::find()
        .filter(Column::ServiceId.eq(Uuid::from(service)))
        .order_by_asc(Column::Id);
    record::all(conn, query).await
}

/// The postings of an entry.
pub async fn postings_of(conn: &dyn Conn, entry: EntryId) -> Result<Vec<Posting>> {
    use posting::Column;
    let query = posting::Entity::find()
        .filter(Column::EntryId.eq(Uuid::from(entry)))
        .order_by_asc(Column::Line);
    record::all(conn, query).await
}

/// What happened on a ledger account, the newest first.
pub async fn statement(conn: &dyn Conn, key: LedgerKey, page: &Page) -> Result<Listing<StatementLine>> {
    use posting::Column;
    let Some(account) = find(conn, key).await? else {
        return Ok(Listing {
            rows: Vec::new(),
            next: None,
            total: Some(0),
        });
    };
    // Places have no gaps, so a page by number is found by place and is as quick as the first.
    let before = match &page.start {
        Start::After(cursor) => cursor.key::<i64>().unwrap_or(i64::MAX),
        Start::Number(_) => account.seq + 1 - i64::try_from(page.offset()).unwrap_or(i64::MAX),
    };
    let query = posting::Entity::find()
        .filter(Column::LedgerAccountId.eq(account.id))
        .filter(Column::Seq.lt(before))
        .order_by_desc(Column::Seq)
        .limit(page.limit());
    let postings: Vec<Posting> = record::all(conn, query).await?;
    let entries = entries(conn, &postings).await?;
    let rows = postings
        .into_iter()
        .filter_map(|posting| {
            Some(StatementLine {
                entry: entries.get(&posting.entry_id)?.clone(),
                amount: Money::from_minor(posting.amount, posting.currency),
                balance_after: Money::from_minor(posting.balance_after, posting.currency),
                seq: posting.seq,
            })
        })
        .collect();
    let total = u64::try_from(account.seq).ok();
    Ok(Listing::cut(rows, page, total, |line: &StatementLine| {
        Cursor::of(&line.seq)
    }))
}

async fn entries(conn: &dyn Conn, postings: &[Posting]) -> Result<BTreeMap<EntryId, Entry>> {
    let ids = postings.iter().map(|posting| Uuid::from(posting.entry_id));
    let entries: Vec<Entry> =
        record::all(conn, entry::Entity::find().filter(entry::Column::Id.is_in(ids))).await?;
    Ok(entries.into_iter().map(|entry| (entry.id, entry)).collect())
}

async fn find(conn: &dyn Conn, key: LedgerKey) -> Result<Option<LedgerAccount>> {
    let query = ledger_account::Entity::find().filter(ledger_account::Column::Key.eq(key.to_string()));
    record::one(conn, query).await
}

async fn lock_or_make(
    tx: &Tx,
    seller: SellerId,
    key: LedgerKey,
    make_id: &impl Fn() -> Uuid,
) -> Result<LedgerAccount> {
    let query = ledger_account::Entity::find().filter(ledger_account::Column::Key.eq(key.to_string()));
    if let Some(account) = record::one(tx, record::locked(tx, query.clone())).await? {
        return Ok(account);
    }
    let account = LedgerAccount {
        id: make_id(),
        seller_id: seller,
        key: key.to_string(),
        kind: key.kind(),
        account_id: key.account(),
        module_id: key.module(),
        currency: key.currency(),
        balance: 0,
        seq: 0,
        version: 1,
    };
    // Another transaction may make the same one now: then wait for it, and lock what it made.
    record::insert_new(tx, &account).await?;
    record::one(tx, record::locked(tx, query))
        .await?
        .ok_or(Error::Unreadable {
            table: "ledger_account",
            why: format!("{key} is missing"),
        })
}

fn refuse_unbalanced(postings: &[(LedgerKey, Money)]) -> Result<()> {
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for (key, money) in postings {
        if key.currency() != money.currency() {
            return Err(Error::Refused(format!("{money} cannot be booked on {key}")));
        }
        let sum = sums.entry(money.currency()).or_default();
        *sum = sum
            .checked_add(minor(*money)?)
            .ok_or_else(|| Error::Refused("the sum does not fit".to_owned()))?;
    }
    match sums.iter().find(|(_, sum)| **sum != 0) {
        Some((currency, sum)) => Err(Error::Refused(format!(
            "the postings sum to {sum} {currency}, not to nothing"
        ))),
        None => Ok(()),
    }
}

fn minor(money: Money) -> Result<i64> {
    money.minor().map_err(|error| Error::Refused(error.to_string()))
}
