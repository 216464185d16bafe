//! Who did what: a chain in which every link holds the hash of the one before, so that no row can be changed or removed
//! without breaking all that follow.
//!
//! A link is appended by the transaction that does what it tells, at its very end (see [`Tx::commit`]): the end of the
//! chain is one row that every writer must lock, and it is locked for as short a time as can be, after all others.

use std::{collections::BTreeMap, net::IpAddr};

use aws_lc_rs::digest::{SHA256, digest};
use domain::id::{AccountId, SellerId, UserId};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    cell::Json,
    error::{Error, Result},
    page::{Cursor, Listing, Page, Start},
    record::{self, record},
    tx::{Conn, Tx},
};

record! {
    /// One link of the chain.
    pub struct Link in audit "audit" {
        key {
            /// Its place, from 1.
            seq: i64,
        }
        /// When, in business time.
        at: Timestamp,
        /// Whose books.
        seller_id: Option<SellerId>,
        /// Who, in words that are still understood when the user is gone.
        actor: String,
        /// The user who did it.
        user_id: Option<UserId>,
        /// The account it concerns.
        account_id: Option<AccountId>,
        /// From where.
        address: Option<IpAddr>,
        /// Id of the request.
        request: String,
        /// What was done, a stable word such as `account.credit`.
        action: String,
        /// To what, such as `acc_…`.
        subject: String,
        /// What was given and what changed; never a secret.
        detail: Json<serde_json::Value>,
        /// Hash of the link before.
        previous_hash: Vec<u8>,
        /// SHA-256 over all of the above.
        hash: Vec<u8>,
    }
}

record! {
    /// The end of the chain.
    pub struct Head in audit_head "audit_head" {
        key {
            /// Always 1.
            id: i32,
        }
        /// Place of the last link.
        seq: i64,
        /// Its hash.
        hash: Vec<u8>,
    }
}

/// What a transaction tells of itself.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// When, in business time.
    pub at: Timestamp,
    /// Whose books.
    pub seller: Option<SellerId>,
    /// Who, in words.
    pub actor: String,
    /// The user who did it.
    pub user: Option<UserId>,
    /// The account it concerns.
    pub account: Option<AccountId>,
    /// From where.
    pub address: Option<IpAddr>,
    /// Id of the request.
    pub request: String,
    /// What was done.
    pub action: &'static str,
    /// To what.
    pub subject: String,
    /// What was given and what changed.
    pub detail: serde_json::Value,
}

/// Which links are wanted.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// About this subject.
    pub subject: Option<String>,
    /// By this user.
    pub user: Option<UserId>,
    /// Concerning this account.
    pub account: Option<AccountId>,
    /// With this action.
    pub action: Option<String>,
}

/// What following the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every link fits; so many there are.
    Whole(u64),
    /// The first link that does not fit, and why.
    Broken {
        /// Its place.
        seq: i64,
        /// What is wrong.
        why: &'static str,
    },
}

/// The newest links first.
pub async fn list(conn: &dyn Conn, filter: &AuditFilter, page: &Page) -> Result<Listing<Link>> {
    use audit::Column;
    let condition = Condition::all()
        .add_option(filter.subject.as_ref().map(|subject| Column::Subject.eq(subject)))
        .add_option(filter.user.map(|user| Column::UserId.eq(Uuid::from(user))))
        .add_option(
            filter
                .account
                .map(|account| Column::AccountId.eq(Uuid::from(account))),
        )
        .add_option(filter.action.as_ref().map(|action| Column::Action.eq(action)));
    let query = audit::Entity::find().filter(condition);
    let query = match &page.start {
        Start::After(cursor) => query.filter(Column::Seq.lt(cursor.key::<i64>().unwrap_or(i64::MAX))),
        Start::Number(_) => query.offset(page.offset()),
    };
    let rows = record::all(conn, query.order_by_desc(Column::Seq).limit(page.limit())).await?;
    Ok(Listing::cut(rows, page, None, |link: &Link| {
        Cursor::of(&link.seq)
    }))
}

/// Follows the chain from its beginning. Links that are appended meanwhile are not looked at.
pub async fn verify(conn: &dyn Conn) -> Result<Verdict> {
    let Some(head) = record::one::<Head>(conn, audit_head::Entity::find()).await? else {
        return Ok(Verdict::Whole(0));
    };
    let mut previous = Vec::new();
    let mut expected = 1;
    loop {
        let query = audit::Entity::find()
            .filter(audit::Column::Seq.gte(expected))
            .filter(audit::Column::Seq.lte(head.seq))
            .order_by_asc(audit::Column::Seq)
            .limit(1_000);
        let links: Vec<Link> = record::all(conn, query).await?;
        if links.is_empty() {
            break;
        }
        for link in links {
            let broken = |why| {
                Ok(Verdict::Broken {
                    seq: link.seq.min(expected),
                    why,
                })
            };
            if link.seq != expected {
                return broken("a link is missing");
            }
            if link.previous_hash != previous {
                return broken("it does not follow the link before");
            }
            if link.hash != hash_of(&link) {
                return broken("it was changed");
            }
            previous = link.hash;
            expected += 1;
        }
    }
    if expected - 1 != head.seq || previous != head.hash {
        return Ok(Verdict::Broken {
            seq: expected,
            why: "the end of the chain is missing",
        });
    }
    Ok(Verdict::Whole(u64::try_from(head.seq).unwrap_or_default()))
}

/// Appends what a transaction left to be told; the transaction calls this as its last act.
pub(crate) async fn append(tx: &Tx, new: Vec<NewLink>) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let first = Head {
        id: 1,
        seq: 0,
        hash: Vec::new(),
    };
    record::insert_new(tx, &first).await?;
    let mut head: Head = record::one(tx, record::locked(tx, audit_head::Entity::find()))
        .await?
        .ok_or(Error::Unreadable {
            table: "audit_head",
            why: "the row is missing".to_owned(),
        })?;
    let mut links = Vec::with_capacity(new.len());
    for new in new {
        let mut link = Link {
            seq: head.seq + 1,
            at: new.at,
            seller_id: new.seller,
            actor: new.actor,
            user_id: new.user,
            account_id: new.account,
            address: new.address,
            request: new.request,
            action: new.action.to_owned(),
            subject: new.subject,
            detail: Json(new.detail),
            previous_hash: head.hash.clone(),
            hash: Vec::new(),
        };
        link.hash = hash_of(&link);
        head.seq = link.seq;
        head.hash.clone_from(&link.hash);
        links.push(link);
    }
    record::insert_many(tx, &links).await?;
    record::overwrite(tx, &head).await
}

/// The hash of a link: SHA-256 over one JSON object with its fields in this order and the detail in canonical form.
fn hash_of(link: &Link) -> Vec<u8> {
    #[derive(Serialize)]
    struct Content<'a> {
        seq: i64,
        at: i64,
        seller: Option<SellerId>,
        actor: &'a str,
        user: Option<UserId>,
        account: Option<AccountId>,
        address: Option<IpAddr>,
        request: &'a str,
        action: &'a str,
        subject: &'a str,
        detail: serde_json::Value,
        previous: &'a [u8],
    }
    let content = Content {
        seq: link.seq,
        at: link.at.as_microsecond(),
        seller: link.seller_id,
        actor: &link.actor,
        user: link.user_id,
        account: link.account_id,
        address: link.address,
        request: &link.request,
        action: &link.action,
        subject: &link.subject,
        detail: canonical(&link.detail.0),
        previous: &link.previous_hash,
    };
    // Numbers, texts and a JSON value always serialise.
    let text = serde_json::to_vec(&content).unwrap_or_default();
    digest(&SHA256, &text).as_ref().to_vec()
}

/// The same value with the keys of all maps in order, whatever order this build of `serde_json` keeps.
fn canonical(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Array(values) => values.iter().map(canonical).collect(),
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            sorted
                .into_iter()
                .map(|(key, value)| (key.clone(), canonical(value)))
                .collect()
        }
        other => other.clone(),
    }
}
