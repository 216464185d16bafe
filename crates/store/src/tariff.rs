//! Tariff plans: what is offered, at which prices, through which modules.

use domain::{
    Currency, Money,
    id::{ModuleId, ProductId, SellerId, TariffPlanId},
    price::PeriodPrice,
    product::{ProductKind, ValidationLevel, ValidationMethod},
    term::Years,
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    Conn, Result, Tx,
    cell::Json,
    record::{self, record, versioned},
};

record! {
    /// A tariff plan.
    pub struct TariffPlan in plan "tariff_plan" {
        key {
            /// Its id.
            id: TariffPlanId,
        }
        /// Whose it is.
        seller_id: SellerId,
        /// What clients read.
        name: String,
        /// What staff read.
        note: String,
        /// Brand of the product.
        brand: String,
        /// Name of the product.
        product_name: String,
        /// What is verified.
        level: ValidationLevel,
        /// Which names it takes.
        kind: ProductKind,
        /// Ordinary names in the price.
        included_names: i32,
        /// Names at most.
        most_names: i32,
        /// Methods of validation that clients may choose.
        methods: Json<Vec<ValidationMethod>>,
        /// Margin rule: percent added to the CA's price.
        margin_percent: Option<Decimal>,
        /// Margin rule: prices are rounded up to a multiple of this.
        margin_round_up_to: Option<Decimal>,
        /// Offered to clients.
        is_active: bool,
        /// Place in lists.
        sort: i32,
        /// When it was made.
        created_at: Timestamp,
        /// When it was last changed.
        updated_at: Timestamp,
        /// Set when it was deleted.
        archived_at: Option<Timestamp>,
        /// Its version.
        version: i64,
    }
}
versioned!(TariffPlan);

record! {
    /// A price from an instant on.
    pub struct TariffPrice in price "tariff_price" {
        key {
            /// Its id.
            id: Uuid,
        }
        /// Of which plan.
        tariff_plan_id: TariffPlanId,
        /// For which paid term.
        years: Years,
        /// With the included names, net, in minor units.
        period_minor: i64,
        /// Each further name, net, in minor units.
        extra_name_minor: i64,
        /// Each further wildcard name, net, in minor units.
        extra_wildcard_minor: i64,
        /// The currency of all three.
        currency: Currency,
        /// From when on.
        valid_from: Timestamp,
        /// From then on the term is not offered.
        is_withdrawn: bool,
        /// When it was entered.
        created_at: Timestamp,
    }
}

impl TariffPrice {
    /// The three amounts.
    #[must_use]
    pub fn amounts(&self) -> PeriodPrice {
        let money = |minor| Money::from_minor(minor, self.currency);
        PeriodPrice {
            period: money(self.period_minor),
            extra_name: money(self.extra_name_minor),
            extra_wildcard: money(self.extra_wildcard_minor),
        }
    }
}

record! {
    /// A module that serves a tariff plan.
    pub struct TariffModule in connection "tariff_module" {
        key {
            /// The plan.
            tariff_plan_id: TariffPlanId,
            /// The module.
            module_id: ModuleId,
        }
        /// What is ordered there.
        product_id: ProductId,
        /// Order of attempts for this plan; the module's sort counts when it is empty.
        position: Option<i32>,
        /// Connected and in use.
        is_active: bool,
        /// Since when.
        connected_at: Timestamp,
    }
}

/// Writes a new plan.
pub async fn insert(tx: &Tx, plan: &TariffPlan) -> Result<()> {
    record::insert(tx, plan).await
}

/// Writes a changed plan.
pub async fn update(tx: &Tx, plan: &mut TariffPlan) -> Result<()> {
    record::update(tx, plan).await
}

/// A plan, also an archived one.
pub async fn find(conn: &dyn Conn, id: TariffPlanId) -> Result<Option<TariffPlan>> {
    record::one(conn, plan::Entity::find_by_id(Uuid::from(id))).await
}

/// The plans of a seller that are not archived.
pub async fn all(conn: &dyn Conn, seller: SellerId) -> Result<Vec<TariffPlan>> {
    let query = plan::Entity::find()
        .filter(plan::Column::SellerId.eq(Uuid::from(seller)))
        .filter(plan::Column::ArchivedAt.is_null())
        .order_by_asc(plan::Column::Sort)
        .order_by_asc(plan::Column::Name)
        .order_by_asc(plan::Column::Id);
    record::all(conn, query).await
}

/// Every plan of a seller, the archived ones among them: for the names in old rows.
pub async fn every(conn: &dyn Conn, seller: SellerId) -> Result<Vec<TariffPlan>> {
    record::all(
        conn,
        plan::Entity::find().filter(plan::Column::SellerId.eq(Uuid::from(seller))),
    )
    .await
}

/// Writes prices.
pub async fn insert_prices(tx: &Tx, prices: &[TariffPrice]) -> Result<()> {
    record::insert_many(tx, prices).await
}

/// Every price of a plan, newest first within term and currency.
pub async fn prices(conn: &dyn Conn, plan: TariffPlanId) -> Result<Vec<TariffPrice>> {
    let query = price::Entity::find().filter(price::Column::TariffPlanId.eq(Uuid::from(plan)));
    record::all(conn, newest_first(query)).await
}

/// The prices in force at an instant, one for each plan, term and currency; withdrawn ones left out.
pub async fn prices_at(
    conn: &dyn Conn,
    plan: Option<TariffPlanId>,
    currency: Option<Currency>,
    at: Timestamp,
) -> Result<Vec<TariffPrice>> {
    let mut query = price::Entity::find().filter(price::Column::ValidFrom.lte(at.as_microsecond()));
    if let Some(plan) = plan {
        query = query.filter(price::Column::TariffPlanId.eq(Uuid::from(plan)));
    }
    if let Some(currency) = currency {
        query = query.filter(price::Column::Currency.eq(currency.code()));
    }
    let mut prices: Vec<TariffPrice> = record::all(conn, newest_first(query)).await?;
    let subject = |price: &TariffPrice| (price.tariff_plan_id, price.currency, price.years);
    prices.dedup_by(|later, first| subject(later) == subject(first));
    prices.retain(|price| !price.is_withdrawn);
    Ok(prices)
}

/// The modules connected to a plan.
pub async fn modules(conn: &dyn Conn, plan: TariffPlanId) -> Result<Vec<TariffModule>> {
    let query = connection::Entity::find()
        .filter(connection::Column::TariffPlanId.eq(Uuid::from(plan)))
        .order_by_asc(connection::Column::ConnectedAt);
    record::all(conn, query).await
}

/// Every connection of the plans of a seller that are not archived.
pub async fn connections(conn: &dyn Conn, seller: SellerId) -> Result<Vec<TariffModule>> {
    let plans = connection::Entity::belongs_to(plan::Entity)
        .from(connection::Column::TariffPlanId)
        .to(plan::Column::Id)
        .into();
    let query = connection::Entity::find()
        .join(JoinType::InnerJoin, plans)
        .filter(plan::Column::SellerId.eq(Uuid::from(seller)))
        .filter(plan::Column::ArchivedAt.is_null())
        .order_by_asc(connection::Column::ConnectedAt);
    record::all(conn, query).await
}

/// Connects a module.
pub async fn connect(tx: &Tx, connection: &TariffModule) -> Result<()> {
    record::insert(tx, connection).await
}

/// Writes a changed connection.
pub async fn update_connection(tx: &Tx, connection: &TariffModule) -> Result<()> {
    record::overwrite(tx, connection).await
}

fn newest_first(query: sea_orm::Select<price::Entity>) -> sea_orm::Select<price::Entity> {
    query
        .order_by_asc(price::Column::TariffPlanId)
        .order_by_asc(price::Column::Currency)
        .order_by_asc(price::Column::Years)
        .order_by_desc(price::Column::ValidFrom)
        .order_by_desc(price::Column::Id)
}
