//! Money coming in. What staff book above a limit waits for a second person.

use domain::{
    Money as Amount,
    id::{AccountId, DocumentId, EntryId},
    state::{Role, TaskKind},
};
use serde_json::json;
use store::{
    Tx,
    account::Account,
    credit_once::CreditOnce,
    credit_request::{CreditRequest, CreditRequestState},
    document::{Document, DocumentKind},
    ledger::{EntryKind, LedgerKey},
};
use uuid::Uuid;

use super::{
    About, Money, book,
    documents::{self, Line},
};
use crate::{
    actor::{Actor, Who},
    audit,
    authority::{self, Permission},
    error::{Error, Refusal, Result},
    settings::Settings,
    tasks::{self, NewTask},
};

/// Money that came in.
#[derive(Debug, Clone)]
pub struct NewCredit {
    /// To whom.
    pub account: AccountId,
    /// How much, in the currency of the account.
    pub amount: Amount,
    /// What it is for, such as the number of a bank transfer; stands on the document.
    pub note: String,
    /// A word under which the account is credited once, such as that of a form; sent again it gets the first answer.
    pub once: Option<String>,
}

/// What became of a credit.
#[derive(Debug, Clone)]
pub enum Credited {
    /// It is booked; the receipt.
    Booked(Box<Document>),
    /// It waits for a second person.
    WaitsForSecondPerson(Box<CreditRequest>),
}

impl Credited {
    /// The receipt of a booked one.
    fn document(&self) -> Option<&Document> {
        match self {
            Self::Booked(document) => Some(document),
            Self::WaitsForSecondPerson(_) => None,
        }
    }

    /// The request of one that waits.
    fn request(&self) -> Option<&CreditRequest> {
        match self {
            Self::Booked(_) => None,
            Self::WaitsForSecondPerson(request) => Some(request),
        }
    }
}

impl Money<'_> {
    /// Credits an account. What staff (not administrators) book above the setting `large_credit` waits for a second
    /// person, and a task says so.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Invalid`] for an amount that is not above zero or in another
    /// currency, [`Error::Refused`] with `credit-sent-before` when the word stands for another credit.
    pub async fn credit(&self, actor: &Actor, new: NewCredit) -> Result<Credited> {
        authority::require(actor, Permission::CreditAccounts)?;
        let tx = self.0.store().begin().await?;
        let account = store::account::lock(&tx, new.account)
            .await?
            .ok_or(Error::NotFound)?;
        authority::see(actor, account.seller_id, Some(account.id))?;
        check(&account, new.amount)?;
        if let Some(credited) = credited_before(&tx, &new).await? {
            return Ok(credited);
        }
        let once = new.once.clone();
        let credited = match second_person_needed(&tx, actor, new.amount).await? {
            Some(asker) => {
                let request = self.ask(&tx, actor, &account, asker, new).await?;
                Credited::WaitsForSecondPerson(Box::new(request))
            }
            None => Credited::Booked(Box::new(
                self.book_credit(&tx, actor, &account, new.amount, &new.note)
                    .await?,
            )),
        };
        if let Some(once) = once {
            let sent = CreditOnce {
                account_id: account.id,
                once,
                document_id: credited.document().map(|document| document.id),
                credit_request_id: credited.request().map(|request| request.id),
                made_at: self.0.clock().machine_now(),
            };
            store::credit_once::insert(&tx, &sent).await?;
        }
        tx.commit().await?;
        Ok(credited)
    }

    /// The credits that wait for a second person, oldest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn credit_requests(&self, actor: &Actor) -> Result<Vec<CreditRequest>> {
        authority::require(actor, Permission::ApproveMoney)?;
        Ok(store::credit_request::waiting(self.0.store().reader(), actor.seller).await?)
    }

    /// One credit that waits or waited for a second person.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn credit_request(&self, actor: &Actor, id: Uuid) -> Result<CreditRequest> {
        authority::require(actor, Permission::ApproveMoney)?;
        let request = store::credit_request::find(self.0.store().reader(), id)
            .await?
            .ok_or(Error::NotFound)?;
        authority::see(actor, request.seller_id, Some(request.account_id))?;
        Ok(request)
    }

    /// Books a credit that waited.
    ///
    /// # Errors
    /// [`Error::Refused`] with `second-person-needed` for the asker, `already-decided` when somebody was quicker.
    pub async fn approve_credit(&self, actor: &Actor, id: Uuid) -> Result<Document> {
        let tx = self.0.store().begin().await?;
        let mut request = self.decide(&tx, actor, id, CreditRequestState::Approved).await?;
        let account = store::account::lock(&tx, request.account_id)
            .await?
            .ok_or(Error::NotFound)?;
        let document = self
            .book_credit(&tx, actor, &account, request.amount(), &request.note)
            .await?;
        request.entry_id = Some(document.entry_id);
        store::credit_request::update(&tx, &mut request).await?;
        tx.commit().await?;
        Ok(document)
    }

    /// Refuses a credit that waited.
    ///
    /// # Errors
    /// As [`Money::approve_credit`].
    pub async fn refuse_credit(&self, actor: &Actor, id: Uuid) -> Result<()> {
        let tx = self.0.store().begin().await?;
        let mut request = self.decide(&tx, actor, id, CreditRequestState::Refused).await?;
        store::credit_request::update(&tx, &mut request).await?;
        audit::append(
            &tx,
            self.0,
            actor,
            "money.credit_refused",
            &request.account_id,
            json!({ "request": id }),
        );
        tx.commit().await?;
        Ok(())
    }

    async fn decide(
        &self,
        tx: &Tx,
        actor: &Actor,
        id: Uuid,
        decision: CreditRequestState,
    ) -> Result<CreditRequest> {
        authority::require(actor, Permission::ApproveMoney)?;
        let mut request = store::credit_request::find(tx, id)
            .await?
            .ok_or(Error::NotFound)?;
        authority::see(actor, request.seller_id, Some(request.account_id))?;
        if request.state != CreditRequestState::Waiting {
            return Err(Error::refused("already-decided"));
        }
        if actor.user() == Some(request.asked_by) {
            return Err(Error::refused("second-person-needed"));
        }
        request.state = decision;
        request.decided_by = actor.user();
        request.decided_at = Some(self.0.now());
        if let Some(task) = request.task_id {
            tasks::close(self.0, tx, actor, task, tasks::Outcome::Done).await?;
        }
        Ok(request)
    }

    async fn ask(
        &self,
        tx: &Tx,
        actor: &Actor,
        account: &Account,
        asker: domain::id::UserId,
        new: NewCredit,
    ) -> Result<CreditRequest> {
        let id = Uuid::from(self.0.new_id::<EntryId>());
        let task = NewTask {
            kind: TaskKind::CreditApproval,
            title: format!("{} · {}", new.amount, account.name),
            detail: new.note.clone(),
            department: None,
            service: None,
            operation: None,
            module: None,
            account: Some(account.id),
            dedup_key: format!("credit_approval:{id}"),
        };
        let task = tasks::open(self.0, tx, actor, task).await?;
        let request = CreditRequest {
            id,
            seller_id: account.seller_id,
            account_id: account.id,
            amount: new.amount.minor()?,
            currency: account.currency,
            note: new.note,
            state: CreditRequestState::Waiting,
            asked_by: asker,
            asked_at: self.0.now(),
            decided_by: None,
            decided_at: None,
            entry_id: None,
            task_id: Some(task.id),
            version: 1,
        };
        store::credit_request::insert(tx, &request).await?;
        let detail = json!({ "request": id, "amount": new.amount });
        audit::append(tx, self.0, actor, "money.credit_asked", &account.id, detail);
        Ok(request)
    }

    async fn book_credit(
        &self,
        tx: &Tx,
        actor: &Actor,
        account: &Account,
        amount: Amount,
        note: &str,
    ) -> Result<Document> {
        let document_id: DocumentId = self.0.new_id();
        let about = About {
            account: Some(account.id),
            document: Some(document_id),
            note: note.to_owned(),
            ..About::default()
        };
        let postings = vec![
            (
                LedgerKey::External(account.seller_id, account.currency),
                amount.negated(),
            ),
            (LedgerKey::ClientCash(account.id, account.currency), amount),
        ];
        let entry = book(self.0, tx, actor, EntryKind::Credit, about, postings).await?;
        let issue = documents::Issue {
            id: document_id,
            kind: DocumentKind::Receipt,
            entry,
            service: None,
            refers_to: None,
            note: note.to_owned(),
        };
        let lines = [Line::untaxed(DocumentKind::Receipt, amount)];
        let document = documents::issue(self.0, tx, account, issue, &lines).await?;
        let detail = json!({ "amount": amount, "document": document.shown_number(), "note": note });
        audit::append(tx, self.0, actor, "money.credit", &account.id, detail);
        Ok(document)
    }
}

/// What came of the credit that was sent under the same word. The lock of the account makes two at the same time take turns.
async fn credited_before(tx: &Tx, new: &NewCredit) -> Result<Option<Credited>> {
    let Some(once) = &new.once else { return Ok(None) };
    let Some(sent) = store::credit_once::find(tx, new.account, once).await? else {
        return Ok(None);
    };
    let (before, amount, note) = if let Some(document) = sent.document_id {
        let document = store::document::find(tx, document)
            .await?
            .ok_or(Error::NotFound)?;
        let (amount, note) = (document.gross(), document.note.clone());
        (Credited::Booked(Box::new(document)), amount, note)
    } else {
        let request = sent.credit_request_id.ok_or(Error::NotFound)?;
        let request = store::credit_request::find(tx, request)
            .await?
            .ok_or(Error::NotFound)?;
        let (amount, note) = (request.amount(), request.note.clone());
        (Credited::WaitsForSecondPerson(Box::new(request)), amount, note)
    };
    if (amount, note.as_str()) != (new.amount, new.note.as_str()) {
        return Err(Error::Refused(
            Refusal::new("credit-sent-before").with("amount", amount),
        ));
    }
    Ok(Some(before))
}

fn check(account: &Account, amount: Amount) -> Result<()> {
    if amount.currency() != account.currency {
        return Err(Error::field("amount", "other-currency"));
    }
    if amount.is_negative() || amount.is_zero() {
        return Err(Error::field("amount", "above-zero"));
    }
    Ok(())
}

/// The asker, when a second person must confirm; administrators and the command line need none.
async fn second_person_needed(tx: &Tx, actor: &Actor, amount: Amount) -> Result<Option<domain::id::UserId>> {
    let Who::Staff {
        user,
        role: Role::Staff,
        ..
    } = actor.who
    else {
        return Ok(None);
    };
    let limit = Settings::load(tx, actor).await?.large_credit;
    Ok((amount.amount() > limit).then_some(user))
}
