//! Comparing with the CA's own list of orders (design §5): is there anything that was bought and that nothing here knows?
//!
//! An order at the CA that was there before the module was connected is noted and left alone. Any other that no CA order
//! here stands behind is an *orphan*: somebody bought by hand, or this database was restored and has forgotten it. It
//! becomes a task, and purchases that a restore switched off stay off until every orphan is explained.

use std::collections::BTreeSet;

use ca::{CaOrderRef, Class, Connector, OrderSnapshot};
use domain::{id::ModuleId, state::TaskKind};
use futures_util::TryStreamExt;
use serde_json::json;
use store::{
    Conn, Tx,
    module::Module,
    reconciliation::{ForeignOrder, ForeignVerdict},
};

use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    error::{Error, Result},
    instance, modules, reissues,
    tasks::{self, NewTask, Outcome},
};

/// Comparing with the CAs.
pub struct Reconciliations<'a>(&'a Engine);

impl Engine {
    /// Comparing with the CAs.
    #[must_use]
    pub fn reconciliation(&self) -> Reconciliations<'_> {
        Reconciliations(self)
    }
}

/// What comparing with one CA account showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleReport {
    /// The processing module.
    pub module: ModuleId,
    /// Its name.
    pub name: String,
    /// Orders that the CA lists.
    pub listed: usize,
    /// Ids at the CA of orders that nothing explains.
    pub orphans: Vec<String>,
    /// Ids of orders here that the CA does not know.
    pub missing: Vec<String>,
    /// Why it could not be compared, as a stable word.
    pub problem: Option<&'static str>,
}

impl ModuleReport {
    /// Whether everything is explained.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.problem.is_none() && self.orphans.is_empty() && self.missing.is_empty()
    }

    fn line(&self) -> String {
        match self.problem {
            Some(problem) => problem.to_owned(),
            None => format!(
                "{} listed, {} unexplained, {} missing",
                self.listed,
                self.orphans.len(),
                self.missing.len()
            ),
        }
    }
}

impl Reconciliations<'_> {
    /// Compares with every CA account now. When all are clean, purchases that a restore switched off are on again.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; a CA that does not answer is no error but its report.
    pub async fn run(&self, actor: &Actor) -> Result<Vec<ModuleReport>> {
        authority::require(actor, Permission::ManageModules)?;
        let engine = self.0;
        let mut reports = Vec::new();
        for module in store::module::all(engine.store().reader(), actor.seller).await? {
            let (_, connector) = modules::connector_of(engine, module.id).await?;
            reports.push(compare(engine, actor, &module, connector.as_ref()).await?);
        }
        if reports.iter().all(ModuleReport::is_clean) {
            let tx = engine.store().begin().await?;
            instance::reconciled(engine, &tx, actor).await?;
            tx.commit().await?;
            engine.wake();
        }
        Ok(reports)
    }

    /// The orders at a CA account that nothing explains.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn orphans(&self, actor: &Actor, module: ModuleId) -> Result<Vec<ForeignOrder>> {
        authority::require(actor, Permission::SeeModules)?;
        let reader = self.0.store().reader();
        visible(reader, actor, module).await?;
        Ok(store::reconciliation::orphans(reader, module).await?)
    }

    /// Says that an orphan is explained; its task is done.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn explain(&self, actor: &Actor, module: ModuleId, ca_ref: &str, why: &str) -> Result<()> {
        authority::require(actor, Permission::ManageModules)?;
        let tx = self.0.store().begin().await?;
        visible(&tx, actor, module).await?;
        let found = store::reconciliation::find_foreign(&tx, module, ca_ref).await?;
        let mut order = found.ok_or(Error::NotFound)?;
        order.verdict = ForeignVerdict::Explained;
        order.decided_by = actor.user();
        store::reconciliation::update_foreign(&tx, &mut order).await?;
        tasks::close_by_key(self.0, &tx, actor, &task_key(module, ca_ref), Outcome::Done).await?;
        let detail = json!({ "ca_order": ca_ref, "why": why });
        audit::append(&tx, self.0, actor, "reconciliation.explained", &module, detail);
        tx.commit().await?;
        Ok(())
    }
}

pub(crate) async fn visible(conn: &dyn Conn, actor: &Actor, id: ModuleId) -> Result<Module> {
    let module = store::module::find(conn, id).await?.ok_or(Error::NotFound)?;
    authority::see(actor, module.seller_id, None)?;
    Ok(module)
}

/// Compares with one CA account and keeps what it shows.
async fn compare(
    engine: &Engine,
    actor: &Actor,
    module: &Module,
    connector: &dyn Connector,
) -> Result<ModuleReport> {
    let mut report = ModuleReport {
        module: module.id,
        name: module.name.clone(),
        listed: 0,
        orphans: Vec::new(),
        missing: Vec::new(),
        problem: None,
    };
    let sharing = sharing_account(engine, module).await?;
    let is_buying_before = is_buying(engine, &sharing).await?;
    let listed: Vec<OrderSnapshot> = match connector.list_orders().try_collect().await {
        Ok(listed) => listed,
        Err(error) => {
            report.problem = Some(error.class().word());
            Vec::new()
        }
    };
    report.listed = listed.len();
    let mut known = BTreeSet::new();
    if report.problem.is_none() {
        let mut refs = Vec::new();
        for &id in &sharing {
            let reader = engine.store().reader();
            refs.extend(store::ca_order::known_refs(reader, id, jiff::Timestamp::MIN).await?);
        }
        match explained(refs, connector, &listed).await {
            Ok((explained, missing)) => (known, report.missing) = (explained, missing),
            Err(error) => report.problem = Some(error.class().word()),
        }
    }
    // An order that is being bought right now is at the CA before it is here; nothing new is judged meanwhile.
    if report.problem.is_none() && (is_buying_before || is_buying(engine, &sharing).await?) {
        report.problem = Some("buying");
    }
    if report.problem.is_none() {
        let unknown: Vec<&OrderSnapshot> = unknown(&listed, &known).collect();
        match reissues::adopt::reissues(engine, &sharing, connector, &unknown).await {
            Ok(adopted) => known.extend(adopted),
            Err(Error::Ca(error)) => report.problem = Some(error.class().word()),
            Err(error) => return Err(error),
        }
    }
    let tx = engine.store().begin().await?;
    if report.problem.is_none() {
        note(engine, &tx, actor, module, unknown(&listed, &known)).await?;
    }
    report.orphans = store::reconciliation::orphans(&tx, module.id)
        .await?
        .into_iter()
        .map(|order| order.ca_ref)
        .collect();
    store::reconciliation::keep(&tx, module.id, engine.now(), report.is_clean(), report.line()).await?;
    tx.commit().await?;
    Ok(report)
}

/// The orders at the CA that nothing here stands behind.
fn unknown<'o>(
    listed: &'o [OrderSnapshot],
    known: &BTreeSet<String>,
) -> impl Iterator<Item = &'o OrderSnapshot> {
    listed
        .iter()
        .filter(|order| !known.contains(order.ca_order.as_str()))
}

/// The ids at the CA that orders here stand behind, and those of orders here that the CA does not know.
async fn explained(
    known: Vec<String>,
    connector: &dyn Connector,
    listed: &[OrderSnapshot],
) -> ca::Result<(BTreeSet<String>, Vec<String>)> {
    let at_ca: BTreeSet<&str> = listed.iter().map(|order| order.ca_order.as_str()).collect();
    let (mut explained, mut missing) = (BTreeSet::new(), Vec::new());
    for ca_ref in known {
        if !at_ca.contains(ca_ref.as_str()) {
            // The CA may call it by another id meanwhile: a preorder that became a certificate, a certificate replaced.
            match connector.order_state(&CaOrderRef(ca_ref.clone())).await {
                Ok(now) => {
                    explained.insert(now.ca_order.0);
                    explained.extend(now.replaced_by.map(|next| next.0));
                }
                Err(error) if error.class() == Class::Rejected => missing.push(ca_ref.clone()),
                Err(error) => return Err(error),
            }
        }
        explained.insert(ca_ref);
    }
    // What took the place of an order that is explained is explained.
    for order in listed {
        if explained.contains(order.ca_order.as_str()) {
            explained.extend(order.replaced_by.iter().map(|next| next.0.clone()));
        }
    }
    Ok((explained, missing))
}

/// Keeps the orders that nothing here stands behind; those that are new and not older than the module become tasks.
async fn note<'o>(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    module: &Module,
    unknown: impl Iterator<Item = &'o OrderSnapshot>,
) -> Result<()> {
    let is_first = store::reconciliation::find(tx, module.id).await?.is_none();
    // A restored database has forgotten what it knew: then nothing is taken for older than it is.
    let takes_as_old = is_first && instance::may_purchase(tx).await?;
    for order in unknown {
        let is_older = match order.created_at {
            // CAs tell the second.
            Some(made) => made.as_second() < module.created_at.as_second(),
            None => takes_as_old,
        };
        let names = shown_names(order);
        let row = ForeignOrder {
            module_id: module.id,
            ca_ref: order.ca_order.0.clone(),
            verdict: if is_older {
                ForeignVerdict::Before
            } else {
                ForeignVerdict::Orphan
            },
            seen_at: engine.now(),
            names: names.clone(),
            state: order.raw_status.clone(),
            decided_by: None,
            snapshot: kept(order),
            service_id: None,
            version: 1,
        };
        if !store::reconciliation::insert_foreign(tx, &row).await? {
            renew(tx, row).await?;
            continue;
        }
        if is_older {
            continue;
        }
        let task = NewTask {
            kind: TaskKind::OrphanAtCa,
            title: format!("{} · {}", module.name, order.ca_order),
            detail: format!("{names} ({})", order.raw_status),
            department: Some(module.department_id),
            service: None,
            operation: None,
            module: Some(module.id),
            account: None,
            dedup_key: task_key(module.id, order.ca_order.as_str()),
        };
        tasks::open(engine, tx, actor, task).await?;
    }
    Ok(())
}

/// Keeps what the CA tells of an order that was noted before.
async fn renew(tx: &Tx, seen: ForeignOrder) -> Result<()> {
    let known = store::reconciliation::find_foreign(tx, seen.module_id, &seen.ca_ref).await?;
    let Some(mut known) = known.filter(|known| known.snapshot != seen.snapshot) else {
        return Ok(());
    };
    known.names = seen.names;
    known.state = seen.state;
    known.snapshot = seen.snapshot;
    Ok(store::reconciliation::update_foreign(tx, &mut known).await?)
}

/// What the CA told, without its raw answer.
fn kept(order: &OrderSnapshot) -> String {
    let told = OrderSnapshot {
        raw: None,
        ..order.clone()
    };
    serde_json::to_string(&told).unwrap_or_default()
}

/// The modules, archived ones too, that buy from the same account at the same CA: what one bought, the others see.
pub(crate) async fn sharing_account(engine: &Engine, module: &Module) -> Result<Vec<ModuleId>> {
    let every = store::module::every(engine.store().reader(), module.seller_id).await?;
    let is_same = |other: &Module| other.connector == module.connector && other.settings == module.settings;
    Ok(every.into_iter().filter(is_same).map(|other| other.id).collect())
}

async fn is_buying(engine: &Engine, modules: &[ModuleId]) -> Result<bool> {
    let unsettled = store::purchase::unsettled(engine.store().reader()).await?;
    Ok(unsettled
        .iter()
        .any(|purchase| modules.contains(&purchase.module_id)))
}

fn shown_names(order: &OrderSnapshot) -> String {
    let names = order.names.iter().flat_map(|names| names.iter());
    names
        .map(domain::DomainName::unicode)
        .collect::<Vec<_>>()
        .join(", ")
}

pub(crate) fn task_key(module: ModuleId, ca_ref: &str) -> String {
    format!("{}:{module}:{ca_ref}", TaskKind::OrphanAtCa)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Mutex};

    use async_trait::async_trait;
    use ca::{
        Balance, CaError, CaState, Capabilities, Catalogue, CheckReport, Descriptor, FindOutcome,
        Fingerprint, IssuedCertificate, OrderRequest, Placed, Validation,
    };
    use domain::{
        id::DepartmentId,
        state::{ConnectionState, Role},
    };
    use futures_util::{StreamExt, stream, stream::BoxStream};
    use jiff::Timestamp;
    use store::{Json, department::Department, instance::Instance, task::TaskFilter};
    use uuid::Uuid;

    use super::*;
    use crate::fixture::{World, in_each_world};

    static DESCRIPTOR: Descriptor = Descriptor {
        kind: "listedca",
        title: "Listed CA",
        log: "pmlistedca",
        sign_up: None,
        settings: &[],
        refund_days: 0,
        capabilities: Capabilities {
            calls: &[],
            automatic_reissue: &[],
            validation_methods: &[],
        },
    };

    /// A CA that only lists: id, when it was made, and by what other ids it is known.
    #[derive(Default)]
    struct ListedCa {
        orders: Mutex<Vec<(&'static str, Option<Timestamp>)>>,
        aliases: BTreeMap<&'static str, &'static str>,
    }

    fn snapshot(id: &str, made: Option<Timestamp>) -> OrderSnapshot {
        OrderSnapshot {
            created_at: made,
            ..OrderSnapshot::bare(CaOrderRef(id.to_owned()), CaState::Issued)
        }
    }

    #[async_trait]
    impl Connector for ListedCa {
        fn descriptor(&self) -> &'static Descriptor {
            &DESCRIPTOR
        }

        fn list_orders(&self) -> BoxStream<'_, ca::Result<OrderSnapshot>> {
            let orders = self.orders.lock().unwrap().clone();
            stream::iter(orders.into_iter().map(|(id, made)| Ok(snapshot(id, made)))).boxed()
        }

        async fn order_state(&self, ca_order: &CaOrderRef) -> ca::Result<OrderSnapshot> {
            match self.aliases.get(ca_order.as_str()) {
                Some(id) => Ok(snapshot(id, None)),
                None => Err(CaError::new(
                    Class::Rejected,
                    "listedca",
                    "read the order",
                    "no such order",
                )),
            }
        }

        async fn check_connection(&self) -> CheckReport {
            unreachable!("only orders are compared")
        }

        async fn balance(&self) -> ca::Result<Balance> {
            Err(self.unsupported("read the balance"))
        }

        async fn products(&self) -> ca::Result<Catalogue> {
            Err(self.unsupported("list the products"))
        }

        async fn place_order(&self, _: &OrderRequest) -> ca::Result<Placed> {
            Err(self.unsupported("place an order"))
        }

        async fn find_order(&self, _: &Fingerprint) -> ca::Result<FindOutcome> {
            Err(self.unsupported("find an order"))
        }

        async fn validations(&self, _: &CaOrderRef) -> ca::Result<Vec<Validation>> {
            Err(self.unsupported("read the validations"))
        }

        async fn fetch_certificate(&self, _: &CaOrderRef) -> ca::Result<IssuedCertificate> {
            Err(self.unsupported("fetch"))
        }
    }

    impl World {
        async fn module(&self) -> Module {
            let tx = self.engine.store().begin().await.unwrap();
            store::instance::insert_first(&tx, &Instance::new(Uuid::from_u128(7)))
                .await
                .unwrap();
            let department_id: DepartmentId = self.engine.new_id();
            let department = Department {
                id: department_id,
                seller_id: self.seller,
                name: "Certificates".to_owned(),
                email: String::new(),
                language: "en".to_owned(),
                hours: domain::hours::BusinessHours::ALWAYS,
                is_archived: false,
                created_at: self.engine.now(),
                version: 1,
            };
            store::department::insert(&tx, &department).await.unwrap();
            let module = Module {
                id: self.engine.new_id(),
                seller_id: self.seller,
                connector: "listedca".to_owned(),
                name: "Listed".to_owned(),
                department_id,
                sort: 0,
                minimal_balance_minor: None,
                minimal_balance_currency: None,
                blocks_below_minimum: false,
                is_active: true,
                are_purchases_blocked: false,
                settings: Json(BTreeMap::new()),
                secrets: None,
                connection: ConnectionState::Unknown,
                findings: Json(serde_json::Value::Null),
                checked_at: None,
                balance_minor: None,
                balance_currency: None,
                balance_read_at: None,
                balance_problem: None,
                balance_warned_at: None,
                day_ceiling_minor: None,
                day_ceiling_currency: None,
                order_ceiling_minor: None,
                order_ceiling_currency: None,
                is_manual: false,
                calls_per_second: None,
                calls_at_once: None,
                log_level: 4,
                failures: 0,
                rests_until: None,
                created_at: self.engine.now(),
                updated_at: self.engine.now(),
                archived_at: None,
                version: 1,
            };
            store::module::insert(&tx, &module).await.unwrap();
            tx.commit().await.unwrap();
            module
        }

        async fn compare(&self, actor: &Actor, module: &Module, at_ca: &ListedCa) -> ModuleReport {
            compare(&self.engine, actor, module, at_ca).await.unwrap()
        }
    }

    #[tokio::test]
    async fn what_was_there_before_is_left_alone_and_what_appears_later_is_a_task_until_it_is_explained() {
        in_each_world(async |world: World| {
            let admin = world.staff(Role::Administrator).await;
            let module = world.module().await;
            let at_ca = ListedCa::default();
            at_ca
                .orders
                .lock()
                .unwrap()
                .extend([("1", None), ("2", Some(Timestamp::UNIX_EPOCH))]);
            let first = world.compare(&admin, &module, &at_ca).await;
            assert!(first.is_clean() && first.listed == 2, "{first:?}");
            at_ca.orders.lock().unwrap().push(("3", None));
            let open = async || {
                world
                    .engine
                    .tasks()
                    .count(&admin, TaskFilter::open())
                    .await
                    .unwrap()
            };
            for _ in 0..2 {
                assert_eq!(world.compare(&admin, &module, &at_ca).await.orphans, ["3"]);
                assert_eq!(open().await, 1);
            }
            let area = world.engine.reconciliation();
            area.explain(&admin, module.id, "3", "bought by hand")
                .await
                .unwrap();
            assert!(world.compare(&admin, &module, &at_ca).await.is_clean());
            assert_eq!(open().await, 0);
            assert!(matches!(
                area.explain(&admin, module.id, "9", "").await,
                Err(Error::NotFound)
            ));
            assert_eq!(area.orphans(&admin, module.id).await.unwrap().len(), 0);
            let counts = world.engine.adoptions().count(&admin, module.id).await.unwrap();
            assert_eq!(counts.iter().map(|(_, count)| *count).sum::<i64>(), 3);
        })
        .await;
    }

    #[tokio::test]
    async fn an_order_made_after_the_module_is_an_orphan_even_at_the_first_comparison() {
        in_each_world(async |world: World| {
            let admin = world.staff(Role::Administrator).await;
            let module = world.module().await;
            let at_ca = ListedCa::default();
            at_ca.orders.lock().unwrap().push(("1", Some(world.engine.now())));
            assert_eq!(world.compare(&admin, &module, &at_ca).await.orphans, ["1"]);
        })
        .await;
    }

    #[tokio::test]
    async fn a_restored_database_takes_nothing_for_old() {
        in_each_world(async |world: World| {
            let admin = world.staff(Role::Administrator).await;
            let module = world.module().await;
            world.engine.instance().block_purchases(&admin).await.unwrap();
            let at_ca = ListedCa::default();
            at_ca.orders.lock().unwrap().push(("1", None));
            assert_eq!(world.compare(&admin, &module, &at_ca).await.orphans, ["1"]);
        })
        .await;
    }

    #[tokio::test]
    async fn an_order_that_the_ca_calls_by_another_id_is_explained_and_one_it_does_not_know_is_missing() {
        let at_ca = ListedCa {
            aliases: [("preorder:1", "ssl:7")].into(),
            ..ListedCa::default()
        };
        let listed = [
            snapshot("ssl:7", None),
            OrderSnapshot {
                replaced_by: Some("ssl:9".into()),
                ..snapshot("ssl:8", None)
            },
            snapshot("ssl:9", None),
        ];
        let known = vec!["preorder:1".to_owned(), "ssl:8".to_owned(), "ssl:404".to_owned()];
        let (explained, missing) = explained(known, &at_ca, &listed).await.unwrap();
        assert!(
            listed
                .iter()
                .all(|order| explained.contains(order.ca_order.as_str()))
        );
        assert_eq!(missing, ["ssl:404"]);
    }
}
