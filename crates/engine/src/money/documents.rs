//! Numbered, immutable documents, and statements.

use domain::{
    Clock, Money as Amount,
    id::{AccountId, DocumentId, EntryId, ServiceId},
    price::PriceLine,
};
use rust_decimal::Decimal;
use store::{
    Json, Listing, Page, Tx,
    account::Account,
    document::{Document, DocumentFilter, DocumentKind, DocumentLine, Party},
    ledger::{LedgerKey, StatementLine},
};

use super::{Money, visible_account};
use crate::{
    Engine,
    actor::Actor,
    authority::{self, Permission},
    error::{Error, Result},
};

/// A document with its lines.
#[derive(Debug, Clone)]
pub struct DocumentView {
    /// The document.
    pub document: Document,
    /// Its lines, in their order.
    pub lines: Vec<DocumentLine>,
    /// The charge that it gives back.
    pub refers_to: Option<Document>,
}

impl Money<'_> {
    /// What changed an account's balance, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn statement(
        &self,
        actor: &Actor,
        account: AccountId,
        page: &Page,
    ) -> Result<Listing<StatementLine>> {
        authority::require(actor, Permission::SeeMoney)?;
        let reader = self.0.store().reader();
        let account = visible_account(reader, actor, account).await?;
        let key = LedgerKey::ClientCash(account.id, account.currency);
        Ok(store::ledger::statement(reader, key, page).await?)
    }

    /// The newest documents first, within what the actor sees.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn documents(
        &self,
        actor: &Actor,
        mut filter: DocumentFilter,
        page: &Page,
    ) -> Result<Listing<Document>> {
        authority::require(actor, Permission::SeeMoney)?;
        let reader = self.0.store().reader();
        if let Some(own) = authority::scope(actor)?.account() {
            filter.account = Some(filter.account.unwrap_or(own));
        }
        if let Some(account) = filter.account {
            visible_account(reader, actor, account).await?;
        }
        Ok(store::document::list(reader, &filter, page).await?)
    }

    /// One document with its lines.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn document(&self, actor: &Actor, id: DocumentId) -> Result<DocumentView> {
        authority::require(actor, Permission::SeeMoney)?;
        let reader = self.0.store().reader();
        let document = store::document::find(reader, id).await?.ok_or(Error::NotFound)?;
        authority::see(actor, document.seller_id, Some(document.account_id))?;
        let refers_to = match document.refers_to {
            Some(charge) => store::document::find(reader, charge).await?,
            None => None,
        };
        let lines = store::document::lines(reader, id).await?;
        Ok(DocumentView {
            document,
            lines,
            refers_to,
        })
    }
}

/// A document to be issued.
pub(super) struct Issue {
    pub(super) id: DocumentId,
    pub(super) kind: DocumentKind,
    pub(super) entry: EntryId,
    pub(super) service: Option<ServiceId>,
    pub(super) refers_to: Option<DocumentId>,
    pub(super) note: String,
}

/// A line of a document to be issued.
pub(super) struct Line {
    kind: String,
    quantity: u32,
    unit_net: Amount,
    net: Amount,
    tax_rate: Decimal,
    tax: Amount,
    gross: Amount,
}

impl Line {
    /// A whole amount without tax.
    pub(super) fn untaxed(kind: DocumentKind, amount: Amount) -> Self {
        Self {
            kind: kind.word().to_owned(),
            quantity: 1,
            unit_net: amount,
            net: amount,
            tax_rate: Decimal::ZERO,
            tax: Amount::zero(amount.currency()),
            gross: amount,
        }
    }
}

impl From<&PriceLine> for Line {
    fn from(line: &PriceLine) -> Self {
        Self {
            kind: line.kind.word().to_owned(),
            quantity: line.quantity,
            unit_net: line.unit_net,
            net: line.net,
            tax_rate: line.tax_rate,
            tax: line.tax,
            gross: line.gross,
        }
    }
}

/// Gives a document its number and keeps it for ever.
pub(super) async fn issue(
    engine: &Engine,
    tx: &Tx,
    account: &Account,
    issue: Issue,
    lines: &[Line],
) -> Result<Document> {
    let seller = store::seller::find(tx, account.seller_id)
        .await?
        .ok_or(Error::NotFound)?;
    let sum = |part: fn(&Line) -> Amount| {
        lines
            .iter()
            .try_fold(Amount::zero(account.currency), |sum, line| sum.plus(part(line)))?
            .minor()
    };
    let mut document = Document {
        id: issue.id,
        seller_id: account.seller_id,
        kind: issue.kind,
        number: 0,
        account_id: account.id,
        entry_id: issue.entry,
        service_id: issue.service,
        refers_to: issue.refers_to,
        issued_at: engine.now(),
        issued_on: engine.clock().today(&engine.config().time_zone),
        currency: account.currency,
        net: sum(|line| line.net)?,
        tax: sum(|line| line.tax)?,
        gross: sum(|line| line.gross)?,
        seller: Json(Party {
            name: seller.name,
            country: String::new(),
            tax_number: String::new(),
            number: None,
        }),
        buyer: Json(Party {
            name: account.name.clone(),
            country: account.country.clone(),
            tax_number: account.tax_number.clone(),
            number: Some(account.number),
        }),
        note: issue.note,
    };
    let rows = lines
        .iter()
        .zip(0..)
        .map(|(line, place)| {
            Ok(DocumentLine {
                document_id: document.id,
                line: place,
                kind: line.kind.clone(),
                quantity: i32::try_from(line.quantity).unwrap_or(i32::MAX),
                unit_net: line.unit_net.minor()?,
                net: line.net.minor()?,
                tax_rate: line.tax_rate,
                tax: line.tax.minor()?,
                gross: line.gross.minor()?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    store::document::insert(tx, &mut document, &rows).await?;
    Ok(document)
}

/// The lines of a charge, to be given back: the amounts of a refund are those of its charge.
pub(super) fn lines_of(document: &Document, lines: &[DocumentLine]) -> Vec<Line> {
    lines
        .iter()
        .map(|line| Line {
            kind: line.kind.clone(),
            quantity: u32::try_from(line.quantity).unwrap_or_default(),
            unit_net: document.money(line.unit_net),
            net: document.money(line.net),
            tax_rate: line.tax_rate,
            tax: document.money(line.tax),
            gross: document.money(line.gross),
        })
        .collect()
}
