//! What clients and employees do: tariffs, orders, reissues, prolongations, and work by hand.

use jiff::tz::TimeZone;
use pki::{Certificate, Csr};
use sqlx_core::{query::query, query_as::query_as, query_scalar::query_scalar};

use crate::{
    error::HostError,
    host::{Host, Inner},
    read::ItemStatus,
};

/// A tariff of certificates.
#[derive(Debug, Clone)]
pub struct NewTariff {
    /// Its name for clients.
    pub name: String,
    /// The module's name for the kind of certificate.
    pub template: String,
    /// Connections that serve it.
    pub connections: Vec<i64>,
}

/// An order that was paid.
#[derive(Debug, Clone, Default)]
pub struct NewOrder {
    /// The tariff.
    pub tariff: i64,
    /// Months paid for.
    pub months: i64,
    /// The request, PEM.
    pub csr: String,
    /// The private key, when the client leaves it with the host.
    pub key: String,
    /// What the order form asked: names, approvers, contacts.
    pub params: Vec<(String, String)>,
    /// Further names bought with the addon *Alternative names*.
    pub names_bought: i64,
}

/// What a client asks to be issued again.
#[derive(Debug, Clone)]
pub struct Reissue {
    /// The new request.
    pub csr: String,
    /// The new key, when it is left with the host.
    pub key: String,
    /// The new further names; the old ones without it.
    pub names: Option<Vec<String>>,
}

/// An item and the operation that works on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordered {
    /// The service.
    pub item: i64,
    /// Its operation.
    pub operation: i64,
}

impl Host {
    /// Makes a tariff, with the addon *Alternative names*.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_tariff(&self, tariff: &NewTariff) -> Result<i64, HostError> {
        let pool = &self.inner.database.pool;
        let insert = |kind: &'static str, name: String, template: String, parent: Option<i64>| async move {
            let row = query(
                "INSERT INTO pricelist (name, intname, itemtype, parent, addontype, billtype, addonlimit)
                 SELECT ?, ?, id, ?, 2, 2, 0 FROM itemtype WHERE intname = ?",
            )
            .bind(name)
            .bind(template)
            .bind(parent)
            .bind(kind)
            .execute(pool)
            .await?;
            id_of(row.last_insert_id())
        };
        let id = insert("certificate", tariff.name.clone(), tariff.template.clone(), None).await?;
        insert(
            "altname",
            "Alternative names".to_owned(),
            "altname".to_owned(),
            Some(id),
        )
        .await?;
        for connection in &tariff.connections {
            query("INSERT INTO processingmodule2pricelist (processingmodule, pricelist) VALUES (?, ?)")
                .bind(connection)
                .bind(id)
                .execute(pool)
                .await?;
        }
        Ok(id)
    }

    /// Takes an order: the item, its parameters and the operation `open`, which runs at the next [`Host::run_due`].
    ///
    /// # Errors
    /// When no connection serves the tariff, or the request is none.
    pub async fn order(&self, order: &NewOrder) -> Result<Ordered, HostError> {
        let pool = &self.inner.database.pool;
        let csr =
            Csr::parse(order.csr.as_bytes()).map_err(|_| HostError::Other("the CSR is none".to_owned()))?;
        let connection: Option<i64> = query_scalar(
            "SELECT m.id FROM processingmodule m JOIN processingmodule2pricelist l ON l.processingmodule = m.id
              WHERE l.pricelist = ? AND m.active = 'on' ORDER BY m.orderpriority, m.id LIMIT 1",
        )
        .bind(order.tariff)
        .fetch_optional(pool)
        .await?;
        let connection =
            connection.ok_or_else(|| HostError::Other("no connection serves the tariff".to_owned()))?;
        let item = query(
            "INSERT INTO item (name, processingmodule, pricelist, period, status) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(csr.common_name())
        .bind(connection)
        .bind(order.tariff)
        .bind(order.months)
        .bind(ItemStatus::Ordered.number())
        .execute(pool)
        .await?;
        let item = id_of(item.last_insert_id())?;
        query("INSERT INTO certificate (item, pkey, csr) VALUES (?, ?, ?)")
            .bind(item)
            .bind(&order.key)
            .bind(&order.csr)
            .execute(pool)
            .await?;
        for (name, value) in &order.params {
            self.inner.set_item_param(item, name, value).await?;
        }
        if order.names_bought > 0 {
            query(
                "INSERT INTO item (name, parent, pricelist, period, status, addonlimit, intvalue)
                 SELECT name, ?, id, ?, ?, 0, ? FROM pricelist WHERE parent = ? AND intname = 'altname'",
            )
            .bind(item)
            .bind(order.months)
            .bind(ItemStatus::Active.number())
            .bind(order.names_bought)
            .bind(order.tariff)
            .execute(pool)
            .await?;
        }
        let operation = self.begin(item, "open").await?;
        Ok(Ordered { item, operation })
    }

    /// Puts an operation on an item, as paying, suspending or deleting it does.
    ///
    /// # Errors
    /// When there is no such item, or another operation of it is under way.
    pub async fn begin(&self, item: i64, command: &str) -> Result<i64, HostError> {
        let mut transaction = self.inner.database.pool.begin().await?;
        let found: Option<i64> = query_scalar("SELECT id FROM item WHERE id = ? FOR UPDATE")
            .bind(item)
            .fetch_optional(&mut *transaction)
            .await?;
        found.ok_or(HostError::NoSuch {
            what: "item",
            id: item,
        })?;
        let other: Option<String> =
            query_scalar("SELECT command FROM runningoperation WHERE item = ? LIMIT 1")
                .bind(item)
                .fetch_optional(&mut *transaction)
                .await?;
        if let Some(other) = other {
            return Err(HostError::Other(format!("{other} of item {item} is under way")));
        }
        query("UPDATE item SET status = ? WHERE id = ?")
            .bind(ItemStatus::InProgress.number())
            .bind(item)
            .execute(&mut *transaction)
            .await?;
        let row = query("INSERT INTO runningoperation (item, command, intname, cdate) VALUES (?, ?, ?, ?)")
            .bind(item)
            .bind(command)
            .bind(command)
            .bind(self.inner.clock.datetime())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        id_of(row.last_insert_id())
    }

    /// The client's reissue form: the new request and names are in place before the operation `reopen` begins.
    ///
    /// # Errors
    /// As [`Host::begin`].
    pub async fn reissue(&self, item: i64, reissue: &Reissue) -> Result<i64, HostError> {
        let host = &self.inner;
        let before = self.item(item).await?;
        let old_names = before.params.get("altname").cloned().unwrap_or_default();
        if let Some(names) = &reissue.names {
            host.set_item_param(item, "altname", &names.join(" ")).await?;
        }
        host.set_item_param(item, "old_altname", &old_names).await?;
        query("UPDATE certificate SET csr = ?, pkey = ? WHERE item = ?")
            .bind(&reissue.csr)
            .bind(&reissue.key)
            .bind(item)
            .execute(&host.database.pool)
            .await?;
        self.begin(item, "reopen").await
    }

    /// The client changes the tariff; the old one is kept until the module agrees.
    ///
    /// # Errors
    /// As [`Host::begin`].
    pub async fn change_tariff(&self, item: i64, tariff: i64) -> Result<i64, HostError> {
        query("UPDATE item SET lastpricelist = pricelist, pricelist = ? WHERE id = ?")
            .bind(tariff)
            .bind(item)
            .execute(&self.inner.database.pool)
            .await?;
        self.begin(item, "setparam").await
    }

    /// The tariff of an item.
    ///
    /// # Errors
    /// When there is no such item.
    pub async fn tariff_of(&self, item: i64) -> Result<i64, HostError> {
        let tariff: Option<i64> = query_scalar("SELECT pricelist FROM item WHERE id = ?")
            .bind(item)
            .fetch_optional(&self.inner.database.pool)
            .await?;
        tariff.ok_or(HostError::NoSuch {
            what: "item",
            id: item,
        })
    }

    /// An employee sets or corrects a parameter of an item.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_item_param(&self, item: i64, name: &str, value: &str) -> Result<(), HostError> {
        self.inner.set_item_param(item, name, value).await
    }

    /// An employee starts an operation again that waits for a person; it is due at once.
    ///
    /// # Errors
    /// When there is no such operation.
    pub async fn start_again(&self, operation: i64) -> Result<(), HostError> {
        let changed = query("UPDATE runningoperation SET manual = 'off' WHERE id = ?")
            .bind(operation)
            .execute(&self.inner.database.pool)
            .await?;
        if changed.rows_affected() == 0 {
            // Either it is not there or it was not manual; the second is no reason to complain.
            let known = self.operations().await?;
            if !known.iter().any(|found| found.id == operation) {
                return Err(HostError::NoSuch {
                    what: "running operation",
                    id: operation,
                });
            }
        }
        self.inner.agenda.lock().attempt_at_once(operation);
        Ok(())
    }

    /// An employee does by hand what a task asks: uploads the certificate, and the task and its operation are done.
    ///
    /// # Errors
    /// When there is no such task, or the text holds no certificate.
    pub async fn finish_by_hand(&self, task: i64, certificate: &str) -> Result<(), HostError> {
        let pool = &self.inner.database.pool;
        let found: Option<(i64, Option<i64>)> =
            query_as("SELECT item, runningoperation FROM task WHERE id = ?")
                .bind(task)
                .fetch_optional(pool)
                .await?;
        let (item, operation) = found.ok_or(HostError::NoSuch {
            what: "task",
            id: task,
        })?;
        let leaf = Certificate::parse(certificate.as_bytes())
            .map_err(|error| HostError::Other(format!("no certificate: {error}")))?;
        let end = leaf.not_after().to_zoned(TimeZone::UTC).date().to_string();
        query("UPDATE certificate SET crt = ? WHERE item = ?")
            .bind(certificate)
            .bind(item)
            .execute(pool)
            .await?;
        query("UPDATE item SET status = ?, expiredate = ? WHERE id = ?")
            .bind(ItemStatus::Active.number())
            .bind(end)
            .bind(item)
            .execute(pool)
            .await?;
        query("DELETE FROM runningoperation WHERE id = ?")
            .bind(operation)
            .execute(pool)
            .await?;
        query("UPDATE task SET status = 2 WHERE id = ?")
            .bind(task)
            .execute(pool)
            .await?;
        Ok(())
    }
}

impl Inner {
    pub(crate) async fn set_item_param(&self, item: i64, name: &str, value: &str) -> Result<(), HostError> {
        query("REPLACE INTO itemparam (item, intname, value) VALUES (?, ?, ?)")
            .bind(item)
            .bind(name)
            .bind(value)
            .execute(&self.database.pool)
            .await?;
        Ok(())
    }

    /// The executable of a connection.
    pub(crate) async fn module_of(&self, connection: i64) -> Result<String, HostError> {
        let module: Option<String> = query_scalar("SELECT module FROM processingmodule WHERE id = ?")
            .bind(connection)
            .fetch_optional(&self.database.pool)
            .await?;
        module.ok_or(HostError::NoSuch {
            what: "connection",
            id: connection,
        })
    }
}

fn id_of(id: u64) -> Result<i64, HostError> {
    i64::try_from(id).map_err(|_| HostError::Other(format!("{id} is no id")))
}
