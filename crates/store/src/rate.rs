//! Rates that change from day to day: taxes by country and kind of account, and exchange rates.

use domain::{
    Currency,
    id::{ExchangeRateId, SellerId, TaxRateId},
};
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    account::AccountKind,
    cell::Cell,
    error::Result,
    record::{self, record},
    tx::{Conn, Tx},
};

record! {
    /// A tax rate.
    pub struct TaxRate in tax_rate "tax_rate" {
        key {
            /// Its id.
            id: TaxRateId,
        }
        /// Whose.
        seller_id: SellerId,
        /// ISO 3166-1 alpha-2 country of the account; empty: every country that has none of its own.
        country: String,
        /// For persons or companies.
        account_kind: AccountKind,
        /// In percent.
        percent: Decimal,
        /// From this day on.
        valid_from: Date,
        /// When it was entered.
        created_at: Timestamp,
    }
}

record! {
    /// What one unit of a currency is in another.
    pub struct ExchangeRate in exchange_rate "exchange_rate" {
        key {
            /// Its id.
            id: ExchangeRateId,
        }
        /// Whose.
        seller_id: SellerId,
        /// One unit of this…
        from_currency: Currency,
        /// …in this.
        to_currency: Currency,
        /// How much.
        rate: Decimal,
        /// Where it comes from.
        source: String,
        /// On this day and after, until the next.
        valid_on: Date,
        /// When it was entered.
        created_at: Timestamp,
    }
}

/// Every tax rate of a seller, newest first.
pub async fn tax_rates(conn: &dyn Conn, seller: SellerId) -> Result<Vec<TaxRate>> {
    use tax_rate::Column;
    let query = tax_rate::Entity::find()
        .filter(Column::SellerId.eq(Uuid::from(seller)))
        .order_by_desc(Column::ValidFrom)
        .order_by_asc(Column::Country)
        .order_by_asc(Column::AccountKind);
    record::all(conn, query).await
}

/// A tax rate.
pub async fn tax_rate(conn: &dyn Conn, id: TaxRateId) -> Result<Option<TaxRate>> {
    record::one(conn, tax_rate::Entity::find_by_id(Uuid::from(id))).await
}

/// The tax rate on a day: the country's own, else the one for every country.
pub async fn tax_rate_on(
    conn: &dyn Conn,
    seller: SellerId,
    country: &str,
    kind: AccountKind,
    day: Date,
) -> Result<Option<TaxRate>> {
    use tax_rate::Column;
    let query = tax_rate::Entity::find()
        .filter(Column::SellerId.eq(Uuid::from(seller)))
        .filter(Column::Country.is_in([country, ""]))
        .filter(Column::AccountKind.eq(kind.word()))
        .filter(Column::ValidFrom.lte(day.to_stored()))
        .order_by_desc(Column::Country)
        .order_by_desc(Column::ValidFrom);
    record::one(conn, query).await
}

/// Adds a tax rate; [`Error::Duplicate`](crate::Error::Duplicate) when there is one from that day.
pub async fn insert_tax_rate(tx: &Tx, rate: &TaxRate) -> Result<()> {
    record::insert(tx, rate).await
}

/// Takes a tax rate away; says whether it was there.
pub async fn delete_tax_rate(tx: &Tx, id: TaxRateId) -> Result<bool> {
    let deleted = record::delete::<TaxRate>(tx, tax_rate::Column::Id.eq(Uuid::from(id))).await?;
    Ok(deleted > 0)
}

/// Every exchange rate of a seller, newest first.
pub async fn exchange_rates(conn: &dyn Conn, seller: SellerId) -> Result<Vec<ExchangeRate>> {
    use exchange_rate::Column;
    let query = exchange_rate::Entity::find()
        .filter(Column::SellerId.eq(Uuid::from(seller)))
        .order_by_desc(Column::ValidOn)
        .order_by_asc(Column::FromCurrency)
        .order_by_asc(Column::ToCurrency);
    record::all(conn, query).await
}

/// An exchange rate.
pub async fn exchange_rate(conn: &dyn Conn, id: ExchangeRateId) -> Result<Option<ExchangeRate>> {
    record::one(conn, exchange_rate::Entity::find_by_id(Uuid::from(id))).await
}

/// The exchange rate on a day.
pub async fn exchange_rate_on(
    conn: &dyn Conn,
    seller: SellerId,
    from: Currency,
    to: Currency,
    day: Date,
) -> Result<Option<ExchangeRate>> {
    use exchange_rate::Column;
    let query = exchange_rate::Entity::find()
        .filter(Column::SellerId.eq(Uuid::from(seller)))
        .filter(Column::FromCurrency.eq(from.code()))
        .filter(Column::ToCurrency.eq(to.code()))
        .filter(Column::ValidOn.lte(day.to_stored()))
        .order_by_desc(Column::ValidOn);
    record::one(conn, query).await
}

/// Adds an exchange rate; [`Error::Duplicate`](crate::Error::Duplicate) when there is one for that day.
pub async fn insert_exchange_rate(tx: &Tx, rate: &ExchangeRate) -> Result<()> {
    record::insert(tx, rate).await
}

/// Takes an exchange rate away; says whether it was there.
pub async fn delete_exchange_rate(tx: &Tx, id: ExchangeRateId) -> Result<bool> {
    let deleted = record::delete::<ExchangeRate>(tx, exchange_rate::Column::Id.eq(Uuid::from(id))).await?;
    Ok(deleted > 0)
}
