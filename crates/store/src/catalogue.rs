//! What each CA sells: imported catalogues, their products and prices, and what changed between imports.

use domain::{
    Currency, Money,
    id::{ModuleId, ProductId},
    product::{ProductKind, ValidationLevel, ValidationMethod},
    term::Years,
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    Conn, Result, Tx,
    cell::Json,
    record::{self, record},
    sql,
};

record! {
    /// One import of a catalogue.
    pub struct Import in import "catalogue_import" {
        key {
            /// Its id.
            id: Uuid,
        }
        /// Of which module.
        module_id: ModuleId,
        /// When.
        imported_at: Timestamp,
        /// Products in the snapshot.
        products: i32,
        /// Products that were not there before.
        added: i32,
        /// Products that are gone.
        removed: i32,
        /// Products with another price.
        repriced: i32,
        /// The changes one by one.
        changes: Json<serde_json::Value>,
    }
}

record! {
    /// A product of a module's catalogue.
    pub struct Product in product_row "product" {
        key {
            /// Its id here.
            id: ProductId,
        }
        /// Whose catalogue.
        module_id: ModuleId,
        /// Its id at the CA.
        ca_ref: String,
        /// The CA's code, which may be empty.
        code: String,
        /// The CA's name for it.
        name: String,
        /// Brand, which may be empty.
        brand: String,
        /// Name without case, brand and parenthesis: products of different CAs with one key are the same.
        match_key: String,
        /// What the CA verifies.
        level: ValidationLevel,
        /// Which names it takes.
        kind: ProductKind,
        /// Ordinary names in the price.
        included_names: i32,
        /// Names at most.
        most_names: i32,
        /// Methods of validation that the CA takes for it.
        methods: Json<Vec<ValidationMethod>>,
        /// In the last snapshot.
        is_on_sale: bool,
        /// First import with it.
        first_seen_at: Timestamp,
        /// Last import with it.
        last_seen_at: Timestamp,
    }
}

record! {
    /// What the CA charges for a product over a term.
    pub struct ProductTerm in term_row "product_term" {
        key {
            /// The product.
            product_id: ProductId,
            /// The term.
            years: Years,
        }
        /// With the included names, in minor units.
        price_minor: i64,
        /// Each further name, in minor units; none when none may be added.
        extra_name_minor: Option<i64>,
        /// Each further wildcard name, in minor units; none when none may be added.
        extra_wildcard_minor: Option<i64>,
        /// The currency of all three.
        currency: Currency,
    }
}

impl ProductTerm {
    /// The price with the included names.
    #[must_use]
    pub fn price(&self) -> Money {
        Money::from_minor(self.price_minor, self.currency)
    }

    /// Each further name, when some may be added.
    #[must_use]
    pub fn extra_name(&self) -> Option<Money> {
        self.extra_name_minor
            .map(|minor| Money::from_minor(minor, self.currency))
    }

    /// Each further wildcard name, when some may be added.
    #[must_use]
    pub fn extra_wildcard(&self) -> Option<Money> {
        self.extra_wildcard_minor
            .map(|minor| Money::from_minor(minor, self.currency))
    }
}

/// Which products a list shows.
#[derive(Debug, Clone, Default)]
pub struct ProductFilter {
    /// Only of this module.
    pub module: Option<ModuleId>,
    /// Only those whose name or brand holds this, without case.
    pub text: Option<String>,
    /// Also those that left the catalogue.
    pub with_removed: bool,
}

/// Keeps an import.
pub async fn insert_import(tx: &Tx, import: &Import) -> Result<()> {
    record::insert(tx, import).await
}

/// The last imports of a module, newest first.
pub async fn imports(conn: &dyn Conn, module: ModuleId, most: u64) -> Result<Vec<Import>> {
    let query = import::Entity::find()
        .filter(import::Column::ModuleId.eq(Uuid::from(module)))
        .order_by_desc(import::Column::ImportedAt)
        .limit(most);
    record::all(conn, query).await
}

/// Writes new products.
pub async fn insert_products(tx: &Tx, products: &[Product]) -> Result<()> {
    record::insert_many(tx, products).await
}

/// Writes a changed product.
pub async fn update_product(tx: &Tx, product: &Product) -> Result<()> {
    record::overwrite(tx, product).await
}

/// Puts these terms in the place of the module's former ones.
pub async fn replace_terms(tx: &Tx, module: ModuleId, terms: &[ProductTerm]) -> Result<()> {
    let text = "DELETE FROM product_term WHERE product_id IN (SELECT id FROM product WHERE module_id = $1)";
    sql::execute(tx, "product_term", text, vec![Uuid::from(module).into()]).await?;
    record::insert_many(tx, terms).await
}

/// A product.
pub async fn product(conn: &dyn Conn, id: ProductId) -> Result<Option<Product>> {
    record::one(conn, product_row::Entity::find_by_id(Uuid::from(id))).await
}

/// Products by filter, sorted by brand and name. A catalogue is small (hundreds), so the text is looked for in memory.
pub async fn products(conn: &dyn Conn, filter: &ProductFilter) -> Result<Vec<Product>> {
    let mut query = product_row::Entity::find()
        .order_by_asc(product_row::Column::Brand)
        .order_by_asc(product_row::Column::Name)
        .order_by_asc(product_row::Column::Id);
    if let Some(module) = filter.module {
        query = query.filter(product_row::Column::ModuleId.eq(Uuid::from(module)));
    }
    if !filter.with_removed {
        query = query.filter(product_row::Column::IsOnSale.eq(true));
    }
    let mut products: Vec<Product> = record::all(conn, query).await?;
    if let Some(text) = filter.text.as_ref().map(|text| text.trim().to_lowercase()) {
        products.retain(|product| {
            product.name.to_lowercase().contains(&text) || product.brand.to_lowercase().contains(&text)
        });
    }
    Ok(products)
}

/// The terms of these products.
pub async fn terms(conn: &dyn Conn, products: &[ProductId]) -> Result<Vec<ProductTerm>> {
    let ids = products.iter().map(|id| Uuid::from(*id));
    let query = term_row::Entity::find()
        .filter(term_row::Column::ProductId.is_in(ids))
        .order_by_asc(term_row::Column::ProductId)
        .order_by_asc(term_row::Column::Years);
    record::all(conn, query).await
}

/// The term of one product.
pub async fn term(conn: &dyn Conn, product: ProductId, years: Years) -> Result<Option<ProductTerm>> {
    let key = (Uuid::from(product), i32::from(years.count()));
    record::one(conn, term_row::Entity::find_by_id(key)).await
}
