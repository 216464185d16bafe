//! The journal of purchases: every intent to spend money at a CA, stored before the call (design §5).

use domain::{
    Currency, Money,
    id::{AccountId, ModuleId, OperationId, ProductId, PurchaseId, ServiceId},
    name::DomainName,
    state::PurchaseStage,
    term::Years,
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    Conn, Result, Tx,
    amount::amounts,
    cell::{Json, texts},
    record::{self, record, versioned},
    sql,
};

texts!(PurchaseStage);

record! {
    /// An intent to spend money at a CA, and what became of it.
    pub struct Purchase in purchase "purchase" {
        key {
            /// Its id.
            id: PurchaseId,
        }
        /// Made by which operation.
        operation_id: OperationId,
        /// For which service.
        service_id: ServiceId,
        /// For whom.
        account_id: AccountId,
        /// Through which module.
        module_id: ModuleId,
        /// What is bought.
        product_id: ProductId,
        /// For how long.
        years: Years,
        /// Made for this purchase alone.
        unique_value: String,
        /// SHA-256 of the request, hex.
        csr_fingerprint: String,
        /// SHA-256 of the public key, hex.
        key_fingerprint: String,
        /// The main name.
        main_name: DomainName,
        /// What the catalogue says it costs, in minor units.
        expected_minor: i64,
        /// The currency of the CA account.
        expected_currency: Currency,
        /// Where it stands.
        stage: PurchaseStage,
        /// When the intent was stored.
        intended_at: Timestamp,
        /// When the call was about to be made.
        called_at: Option<Timestamp>,
        /// When its outcome was known.
        settled_at: Option<Timestamp>,
        /// What the CA charged, in minor units.
        charged_minor: Option<i64>,
        /// The currency of what it charged.
        charged_currency: Option<Currency>,
        /// The CA order.
        ca_ref: Option<String>,
        /// Why it was refused, or why nobody can tell.
        reason: Option<String>,
        /// The purchase protocol's own record.
        journal: Json<serde_json::Value>,
        /// The revision of that record.
        revision: i64,
        /// Who confirmed a purchase beyond a ceiling.
        approved_by: Option<String>,
        /// Its version.
        version: i64,
    }
}
versioned!(Purchase);
amounts! { Purchase:
    /// What the CA charged.
    charged, set_charged, charged_minor, charged_currency;
}

impl Purchase {
    /// What the catalogue says it costs.
    #[must_use]
    pub fn expected(&self) -> Money {
        Money::from_minor(self.expected_minor, self.expected_currency)
    }
}

/// Stores an intent.
pub async fn insert(tx: &Tx, purchase: &Purchase) -> Result<()> {
    record::insert(tx, purchase).await
}

/// Writes what became of it.
pub async fn update(tx: &Tx, purchase: &mut Purchase) -> Result<()> {
    record::update(tx, purchase).await
}

/// A purchase.
pub async fn find(conn: &dyn Conn, id: PurchaseId) -> Result<Option<Purchase>> {
    record::one(conn, purchase::Entity::find_by_id(Uuid::from(id))).await
}

/// A purchase, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: PurchaseId) -> Result<Option<Purchase>> {
    record::one(
        tx,
        record::locked(tx, purchase::Entity::find_by_id(Uuid::from(id))),
    )
    .await
}

/// The purchases of an operation, newest first.
pub async fn of_operation(conn: &dyn Conn, operation: OperationId) -> Result<Vec<Purchase>> {
    let query = purchase::Entity::find()
        .filter(purchase::Column::OperationId.eq(Uuid::from(operation)))
        .order_by_desc(purchase::Column::IntendedAt)
        .order_by_desc(purchase::Column::Id);
    record::all(conn, query).await
}

/// The purchases of a service, oldest first.
pub async fn of_service(conn: &dyn Conn, service: ServiceId) -> Result<Vec<Purchase>> {
    let query = purchase::Entity::find()
        .filter(purchase::Column::ServiceId.eq(Uuid::from(service)))
        .order_by_asc(purchase::Column::IntendedAt);
    record::all(conn, query).await
}

/// The purchases whose outcome is not known yet, of all modules.
pub async fn unsettled(conn: &dyn Conn) -> Result<Vec<Purchase>> {
    record::all(
        conn,
        purchase::Entity::find().filter(purchase::Column::SettledAt.is_null()),
    )
    .await
}

/// What was intended through a module since `from` and not given up, in minor units of its currency.
pub async fn spent_by_module(
    conn: &dyn Conn,
    module: ModuleId,
    currency: Currency,
    from: Timestamp,
) -> Result<i64> {
    let text = "SELECT CAST(SUM(COALESCE(charged_minor, expected_minor)) AS bigint) FROM purchase
        WHERE module_id = $1 AND intended_at >= $2 AND expected_currency = $3
        AND stage NOT IN ('rejected', 'never_made', 'dropped', 'awaits_approval')";
    let values = vec![
        Uuid::from(module).into(),
        from.as_microsecond().into(),
        currency.code().into(),
    ];
    sql::number(conn, "purchase", text, values).await
}

/// What was intended for an account since `from` and not given up, in minor units of a CA currency.
pub async fn spent_by_account(
    conn: &dyn Conn,
    account: AccountId,
    currency: Currency,
    from: Timestamp,
) -> Result<i64> {
    let text = "SELECT CAST(SUM(COALESCE(charged_minor, expected_minor)) AS bigint) FROM purchase
        WHERE account_id = $1 AND intended_at >= $2 AND expected_currency = $3
        AND stage NOT IN ('rejected', 'never_made', 'dropped', 'awaits_approval')";
    let values = vec![
        Uuid::from(account).into(),
        from.as_microsecond().into(),
        currency.code().into(),
    ];
    sql::number(conn, "purchase", text, values).await
}
