//! Documents about money: numbered without gaps per kind, and immutable (there is no function that changes one).

use domain::{
    Currency, Money,
    id::{AccountId, DocumentId, EntryId, SellerId, ServiceId},
};
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    cell::{Json, stored_words},
    counter,
    error::Result,
    page::{Cursor, Listing, Page, Start},
    record::{self, record},
    tx::{Conn, Tx},
};

stored_words! {
    /// What a document is about.
    DocumentKind {
        /// Money came in.
        Receipt = "receipt",
        /// An order was charged.
        Charge = "charge",
        /// A charge was given back.
        Refund = "refund",
    }
}

/// Who stands on a document, as they were called when it was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Name.
    pub name: String,
    /// ISO 3166-1 alpha-2 country, or empty.
    pub country: String,
    /// Tax number, or empty.
    pub tax_number: String,
    /// Human number of the account, for buyers.
    pub number: Option<i64>,
}

record! {
    /// A document.
    pub struct Document in document "document" {
        key {
            /// Its id.
            id: DocumentId,
        }
        /// Who issued it.
        seller_id: SellerId,
        /// What it is about.
        kind: DocumentKind,
        /// Its number, one after another per kind; [`insert`] gives it.
        number: i64,
        /// To whom it was issued.
        account_id: AccountId,
        /// The booking it is about.
        entry_id: EntryId,
        /// The service it is about.
        service_id: Option<ServiceId>,
        /// The charge that a refund gives back.
        refers_to: Option<DocumentId>,
        /// When it was issued.
        issued_at: Timestamp,
        /// The day, in the seller's time zone.
        issued_on: Date,
        /// The currency of all its amounts.
        currency: Currency,
        /// Sum of the nets, in minor units.
        net: i64,
        /// Sum of the taxes, in minor units.
        tax: i64,
        /// What it comes to, in minor units.
        gross: i64,
        /// The seller then.
        seller: Json<Party>,
        /// The buyer then.
        buyer: Json<Party>,
        /// What was noted.
        note: String,
    }
}

record! {
    /// A line of a document.
    pub struct DocumentLine in document_line "document_line" {
        key {
            /// The document.
            document_id: DocumentId,
            /// Its place, from 0.
            line: i32,
        }
        /// What it is for: a [`PriceLineKind`](domain::price::PriceLineKind), or the kind of the document.
        kind: String,
        /// How many.
        quantity: i32,
        /// Net price of one, in minor units.
        unit_net: i64,
        /// Net, in minor units.
        net: i64,
        /// Tax rate in percent.
        tax_rate: Decimal,
        /// Tax, in minor units.
        tax: i64,
        /// Net + tax, in minor units.
        gross: i64,
    }
}

impl Document {
    /// The number as people read it: `R-12`, `C-7`, `F-3`.
    #[must_use]
    pub fn shown_number(&self) -> String {
        let letter = match self.kind {
            DocumentKind::Receipt => 'R',
            DocumentKind::Charge => 'C',
            DocumentKind::Refund => 'F',
        };
        format!("{letter}-{}", self.number)
    }

    /// What it comes to.
    #[must_use]
    pub fn gross(&self) -> Money {
        Money::from_minor(self.gross, self.currency)
    }

    /// An amount of it, or of one of its lines.
    #[must_use]
    pub fn money(&self, minor: i64) -> Money {
        Money::from_minor(minor, self.currency)
    }
}

/// Which documents are wanted.
#[derive(Debug, Clone, Default)]
pub struct DocumentFilter {
    /// Of this account.
    pub account: Option<AccountId>,
    /// Of this kind.
    pub kind: Option<DocumentKind>,
    /// About this service.
    pub service: Option<ServiceId>,
}

/// The document with this id.
pub async fn find(conn: &dyn Conn, id: DocumentId) -> Result<Option<Document>> {
    record::one(conn, document::Entity::find_by_id(id)).await
}

/// The lines of a document, in their order.
pub async fn lines(conn: &dyn Conn, id: DocumentId) -> Result<Vec<DocumentLine>> {
    use document_line::Column;
    let query = document_line::Entity::find()
        .filter(Column::DocumentId.eq(Uuid::from(id)))
        .order_by_asc(Column::Line);
    record::all(conn, query).await
}

/// The refund of a charge, if there is one.
pub async fn refund_of(conn: &dyn Conn, charge: DocumentId) -> Result<Option<Document>> {
    record::one(
        conn,
        document::Entity::find().filter(document::Column::RefersTo.eq(Uuid::from(charge))),
    )
    .await
}

/// The newest documents first.
pub async fn list(conn: &dyn Conn, filter: &DocumentFilter, page: &Page) -> Result<Listing<Document>> {
    use document::Column;
    let condition = Condition::all()
        .add_option(
            filter
                .account
                .map(|account| Column::AccountId.eq(Uuid::from(account))),
        )
        .add_option(filter.kind.map(|kind| Column::Kind.eq(kind.word())))
        .add_option(
            filter
                .service
                .map(|service| Column::ServiceId.eq(Uuid::from(service))),
        );
    let query = document::Entity::find().filter(condition);
    let query = match &page.start {
        Start::After(cursor) => query.filter(Column::Id.lt(cursor.key::<Uuid>().unwrap_or(Uuid::max()))),
        Start::Number(_) => query.offset(page.offset()),
    };
    let rows = record::all(conn, query.order_by_desc(Column::Id).limit(page.limit())).await?;
    Ok(Listing::cut(rows, page, None, |document: &Document| {
        Cursor::of(&Uuid::from(document.id))
    }))
}

/// Adds a document under the next number of its kind.
pub async fn insert(tx: &Tx, document: &mut Document, lines: &[DocumentLine]) -> Result<()> {
    let sequence = format!("document/{}/{}", document.seller_id, document.kind);
    document.number = counter::next(tx, &sequence).await?;
    record::insert(tx, document).await?;
    record::insert_many(tx, lines).await
}
