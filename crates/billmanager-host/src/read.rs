//! What BILLmanager shows of its rows.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sqlx_core::{query_as::query_as, query_scalar::query_scalar};

use crate::{database::pairs, document::Element, error::HostError, host::Host};

/// State of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemStatus {
    /// Ordered, not paid.
    Ordered,
    /// In use.
    Active,
    /// Suspended.
    Suspended,
    /// Deleted.
    Deleted,
    /// An operation is under way.
    InProgress,
}

impl ItemStatus {
    const ALL: [Self; 5] = [
        Self::Ordered,
        Self::Active,
        Self::Suspended,
        Self::Deleted,
        Self::InProgress,
    ];

    /// As `item.status` holds it.
    pub const fn number(self) -> i64 {
        match self {
            Self::Ordered => 1,
            Self::Active => 2,
            Self::Suspended => 3,
            Self::Deleted => 4,
            Self::InProgress => 5,
        }
    }

    fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.number() == number)
    }
}

/// A service.
#[derive(Debug, Clone)]
pub struct Item {
    /// `item.id`.
    pub id: i64,
    /// Its name: the certificate's common name.
    pub name: String,
    /// Its state.
    pub status: ItemStatus,
    /// The connection it is bound to.
    pub connection: Option<i64>,
    /// Months paid for.
    pub months: i64,
    /// When it was opened.
    pub opened: Option<Date>,
    /// `item.expiredate`, shown as *End date*.
    pub end_date: Option<Date>,
    /// Its plain parameters.
    pub params: BTreeMap<String, String>,
    /// The request.
    pub csr: String,
    /// The certificate with its chain; empty before there is one.
    pub certificate: String,
}

impl Item {
    /// *Paid till*, which the client area shows when it is not empty. The name of the parameter is assumed.
    pub fn paid_till(&self) -> Option<Date> {
        self.date("subscriptiondate")
    }

    /// A parameter that holds a date, for hosts whose fields are configured otherwise.
    pub fn date(&self, param: &str) -> Option<Date> {
        self.params.get(param)?.parse().ok()
    }

    /// `service_status`: 3 requested, 4 awaited, 5 issued, 6 failed.
    pub fn service_status(&self) -> Option<u8> {
        self.params.get("service_status")?.parse().ok()
    }
}

/// A running operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// `runningoperation.id`.
    pub id: i64,
    /// Whose.
    pub item: i64,
    /// What is to be done.
    pub command: String,
    /// Attempts so far, the one that runs included.
    pub tries: i64,
    /// Whether it waits for an employee.
    pub manual: bool,
    /// The report of the last failure.
    pub report: Option<Element>,
}

/// A task of an employee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// `task.id`.
    pub id: i64,
    /// Its type, such as `postopen`.
    pub kind: String,
    /// Whose.
    pub item: i64,
    /// The operation that waits for it.
    pub operation: Option<i64>,
    /// Where it lies.
    pub department: Option<i64>,
    /// Whether it is still to be done.
    pub open: bool,
    /// What the module wrote into it.
    pub params: String,
}

/// A notice for the administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its name, such as `processingmodule_connect`.
    pub name: String,
    /// The connection it is about.
    pub connection: Option<i64>,
    /// What the module said of it.
    pub params: BTreeMap<String, String>,
}

/// What an account at a CA holds, as the dashboard shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Whose.
    pub connection: i64,
    /// The amount as the database keeps it.
    pub amount: String,
    /// Its currency, where the module says it.
    pub currency: Option<String>,
}

/// Columns of an item: name, state, connection, months, opening, end, request, certificate.
type ItemRow = (
    Option<String>,
    i64,
    Option<i64>,
    i64,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);
type OperationRow = (i64, i64, String, i64, String, Option<String>);
type TaskRow = (i64, String, i64, Option<i64>, Option<i64>, i64, Option<String>);

impl Host {
    /// One service.
    ///
    /// # Errors
    /// When there is none.
    pub async fn item(&self, id: i64) -> Result<Item, HostError> {
        let pool = &self.inner.database.pool;
        let row: Option<ItemRow> = query_as(
            "SELECT i.name, i.status, i.processingmodule, i.period, CAST(i.opendate AS CHAR), CAST(i.expiredate AS CHAR), c.csr, c.crt
               FROM item i LEFT JOIN certificate c ON c.item = i.id WHERE i.id = ?",
        )
        .bind(id)
        .fetch_optional(pool)
        .await?;
        let (name, status, connection, months, opened, end_date, csr, certificate) =
            row.ok_or(HostError::NoSuch { what: "item", id })?;
        let params = pairs(pool, "SELECT intname, value FROM itemparam WHERE item = ?", id).await?;
        Ok(Item {
            id,
            name: name.unwrap_or_default(),
            status: ItemStatus::from_number(status)
                .ok_or_else(|| HostError::Other(format!("item {id} has the status {status}")))?,
            connection,
            months,
            opened: opened.and_then(|text| text.parse().ok()),
            end_date: end_date.and_then(|text| text.parse().ok()),
            params: params.into_iter().collect(),
            csr: csr.unwrap_or_default(),
            certificate: certificate.unwrap_or_default(),
        })
    }

    /// Ids of the services that are not addons of others, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn items(&self) -> Result<Vec<i64>, HostError> {
        Ok(
            query_scalar("SELECT id FROM item WHERE parent IS NULL ORDER BY id")
                .fetch_all(&self.inner.database.pool)
                .await?,
        )
    }

    /// Operations under way or waiting, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn operations(&self) -> Result<Vec<Operation>, HostError> {
        let rows: Vec<OperationRow> = query_as(
            "SELECT id, item, command, trycount, manual, errorxml FROM runningoperation ORDER BY id",
        )
        .fetch_all(&self.inner.database.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id, item, command, tries, manual, report)| Operation {
                id,
                item,
                command,
                tries,
                manual: manual == "on",
                report: report.and_then(|text| Element::parse(&text).ok()),
            })
            .collect())
    }

    /// Every task, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tasks(&self) -> Result<Vec<Task>, HostError> {
        let rows: Vec<TaskRow> = query_as(
            "SELECT id, type, item, runningoperation, department, status, params FROM task ORDER BY id",
        )
        .fetch_all(&self.inner.database.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id, kind, item, operation, department, status, params)| Task {
                id,
                kind,
                item,
                operation,
                department,
                open: status != 2,
                params: params.unwrap_or_default(),
            })
            .collect())
    }

    /// What stands on the administrator's list of problems.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn problems(&self) -> Result<Vec<Problem>, HostError> {
        let rows: Vec<(String, Option<i64>, String)> =
            query_as("SELECT name, processingmodule, params FROM problem ORDER BY id")
                .fetch_all(&self.inner.database.pool)
                .await?;
        Ok(rows
            .into_iter()
            .map(|(name, connection, params)| Problem {
                name,
                connection,
                params: Element::parse(&params)
                    .unwrap_or_default()
                    .children
                    .into_iter()
                    .map(|param| (param.name, param.text))
                    .collect(),
            })
            .collect())
    }

    /// The dashboard's balances.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn balances(&self) -> Result<Vec<Balance>, HostError> {
        let rows: Vec<(i64, String, Option<String>)> = query_as(
            "SELECT processingmodule, CAST(balance AS CHAR), currency FROM processingbalance ORDER BY processingmodule",
        )
        .fetch_all(&self.inner.database.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(connection, amount, currency)| Balance {
                connection,
                amount,
                currency,
            })
            .collect())
    }
}
