//! What we pay to CAs: a ledger account per processing module and currency, which must agree with the CA's own books.

use std::collections::BTreeMap;

use domain::{
    Currency, Money as Amount,
    id::{EntryId, ModuleId, OperationId, ServiceId},
};
use store::{
    Tx,
    ledger::{EntryKind, LedgerKey, LedgerKind},
};

use super::{About, Money, book};
use crate::{
    Engine,
    actor::Actor,
    authority::{self, Permission},
    error::{Error, Result},
};

/// What the books say of one processing module in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupplierBalance {
    /// Deposits minus what the CA charged: below zero as long as deposits are not entered.
    pub balance: Amount,
    /// What the CA charged so far, given back aside.
    pub spent: Amount,
}

/// What a CA charged, and for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SupplierCharge {
    /// Through which processing module.
    pub(crate) module: ModuleId,
    /// How much.
    pub(crate) amount: Amount,
    /// For which service.
    pub(crate) service: Option<ServiceId>,
    /// In which operation.
    pub(crate) operation: Option<OperationId>,
}

/// The CA charged for an order.
///
/// # Errors
/// [`Error::Internal`] for an amount below zero.
pub(crate) async fn purchase(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    charge: SupplierCharge,
) -> Result<EntryId> {
    move_money(
        engine,
        tx,
        actor,
        EntryKind::Purchase,
        charge,
        charge.amount.negated(),
    )
    .await
}

/// The CA gave a charge back.
///
/// # Errors
/// [`Error::Internal`] for an amount below zero.
pub(crate) async fn purchase_refund(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    charge: SupplierCharge,
) -> Result<EntryId> {
    move_money(
        engine,
        tx,
        actor,
        EntryKind::PurchaseRefund,
        charge,
        charge.amount,
    )
    .await
}

impl Money<'_> {
    /// What the books say of a processing module, per currency.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn supplier(&self, actor: &Actor, module: ModuleId) -> Result<Vec<SupplierBalance>> {
        authority::require(actor, Permission::SeeCosts)?;
        let accounts = store::ledger::of_module(self.0.store().reader(), module).await?;
        let mut balances: BTreeMap<Currency, SupplierBalance> = BTreeMap::new();
        for account in accounts
            .into_iter()
            .filter(|account| account.seller_id == actor.seller)
        {
            let zero = Amount::zero(account.currency);
            let of_currency = balances.entry(account.currency).or_insert(SupplierBalance {
                balance: zero,
                spent: zero,
            });
            let amount = Amount::from_minor(account.balance, account.currency);
            match account.kind {
                LedgerKind::Supplier => of_currency.balance = amount,
                LedgerKind::SupplierCost => of_currency.spent = amount,
                _ => {}
            }
        }
        Ok(balances.into_values().collect())
    }

    /// Enters a deposit at a CA, so that the books can be compared with its balance.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`] for an amount that is not above zero.
    pub async fn supplier_deposit(
        &self,
        actor: &Actor,
        module: ModuleId,
        amount: Amount,
        note: &str,
    ) -> Result<EntryId> {
        authority::require(actor, Permission::ManageModules)?;
        if amount.is_negative() || amount.is_zero() {
            return Err(Error::field("amount", "above-zero"));
        }
        let tx = self.0.store().begin().await?;
        let about = About {
            module: Some(module),
            note: note.to_owned(),
            ..About::default()
        };
        let postings = vec![
            (
                LedgerKey::External(actor.seller, amount.currency()),
                amount.negated(),
            ),
            (LedgerKey::Supplier(module, amount.currency()), amount),
        ];
        let entry = book(self.0, &tx, actor, EntryKind::SupplierDeposit, about, postings).await?;
        let detail = serde_json::json!({ "amount": amount, "note": note });
        crate::audit::append(&tx, self.0, actor, "money.supplier_deposit", &module, detail);
        tx.commit().await?;
        Ok(entry)
    }
}

async fn move_money(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    kind: EntryKind,
    paid_for: SupplierCharge,
    change: Amount,
) -> Result<EntryId> {
    if paid_for.amount.is_negative() {
        return Err(Error::Internal(format!(
            "a charge below zero: {}",
            paid_for.amount
        )));
    }
    let about = About {
        module: Some(paid_for.module),
        service: paid_for.service,
        operation: paid_for.operation,
        ..About::default()
    };
    let currency = paid_for.amount.currency();
    let postings = vec![
        (LedgerKey::Supplier(paid_for.module, currency), change),
        (
            LedgerKey::SupplierCost(paid_for.module, currency),
            change.negated(),
        ),
    ];
    book(engine, tx, actor, kind, about, postings).await
}
