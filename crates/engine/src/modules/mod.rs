//! Processing modules: the wizard, the list, the switch, the balance.

pub(crate) mod automatic;
mod check;
mod form;
pub(crate) mod health;
mod model;

pub use model::{
    BalanceView, ConnectedPlan, IfBroken, ModuleChange, ModuleLine, ModuleParameters, ModuleView, NewModule,
    Saved, Switch,
};

use std::{collections::HashMap, sync::Arc};

use ca::{CheckReport, Connector, Descriptor, Say};
use domain::{
    Money,
    id::{DepartmentId, ModuleId},
    state::ConnectionState,
};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::json;
use store::{
    Json,
    module::{self, Module},
};

use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::{require, see},
    periodic,
};

/// How long the history of a balance is shown.
const BALANCES_SHOWN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Use cases around processing modules.
#[derive(Debug, Clone, Copy)]
pub struct Modules<'a>(&'a Engine);

impl Engine {
    /// Processing modules.
    #[must_use]
    pub const fn modules(&self) -> Modules<'_> {
        Modules(self)
    }
}

impl Modules<'_> {
    /// The connectors that modules can be made of.
    ///
    /// # Errors
    /// Only staff sees them.
    pub fn kinds(&self, actor: &Actor) -> Result<Vec<&'static Descriptor>> {
        require(actor, Permission::SeeModules)?;
        Ok(self
            .0
            .registry()
            .iter()
            .map(|registration| registration.descriptor)
            .collect())
    }

    /// Judges parameters without saving anything: step 4 of the wizard, before the connection is tried.
    ///
    /// # Errors
    /// [`Error::Invalid`] names every wrong field.
    pub fn judge(&self, actor: &Actor, parameters: &ModuleParameters) -> Result<()> {
        require(actor, Permission::ManageModules)?;
        form::check_parameters(parameters)
    }

    /// Tries settings that are not saved: the last step of the wizard. Each finding is said as soon as there is one.
    ///
    /// # Errors
    /// [`Error::Invalid`] names settings that are missing or malformed. What goes wrong at the CA is a finding.
    pub async fn check_draft(
        &self,
        actor: &Actor,
        connector: &str,
        settings: Vec<(String, SecretString)>,
        say: &Say<'_>,
    ) -> Result<CheckReport> {
        require(actor, Permission::ManageModules)?;
        let registration = self.0.registered(connector)?;
        let settings = form::settings(registration.descriptor, settings)?;
        let connector = self.0.connect(registration, &settings)?;
        Ok(connector.check_aloud(say).await)
    }

    /// Connects a CA. The connection is checked first.
    ///
    /// # Errors
    /// [`Error::Invalid`] names every wrong field.
    pub async fn create(&self, actor: &Actor, new: NewModule) -> Result<Saved> {
        require(actor, Permission::ManageModules)?;
        let engine = self.0;
        let registration = engine.registered(&new.connector)?;
        form::check_parameters(&new.parameters)?;
        let settings = form::settings(registration.descriptor, new.settings)?;
        let connector = engine.connect(registration, &settings)?;
        let seen = check::look(&*connector).await;
        if !seen.report.is_ok() && new.if_broken == IfBroken::Refuse {
            return Ok(Saved::Broken { report: seen.report });
        }
        let now = engine.now();
        let id = engine.new_id();
        let (shown, secrets) = engine.split_settings(id, registration.descriptor, &settings)?;
        let mut module = Module {
            id,
            seller_id: actor.seller,
            connector: new.connector,
            name: String::new(),
            department_id: new.parameters.department,
            sort: 0,
            minimal_balance_minor: None,
            minimal_balance_currency: None,
            blocks_below_minimum: false,
            is_active: seen.report.is_ok(),
            are_purchases_blocked: false,
            settings: Json(shown),
            secrets,
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
            created_at: now,
            updated_at: now,
            archived_at: None,
            version: 1,
        };
        let tx = engine.store().begin().await?;
        check::note(&mut module, &seen, now)?;
        self.set_parameters(&tx, actor, &mut module, &new.parameters)
            .await?;
        module::insert(&tx, &module).await?;
        check::keep_balance(engine, &tx, &mut module, &seen, now).await?;
        let details =
            json!({ "name": module.name, "connector": module.connector, "connected": seen.report.is_ok() });
        audit::append(&tx, engine, actor, "module.created", &id, details);
        // What the CA account holds already is noted before anything is bought through it here.
        periodic::soon(engine, &tx, "reconciliation").await?;
        tx.commit().await?;
        Ok(Saved::Saved {
            id,
            report: seen.report,
        })
    }

    /// Changes a module. When the integration settings change, the connection is checked first; changing where or as
    /// whom it connects needs the password again.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::ConfirmationRequired`], [`Error::Conflict`] when somebody else changed it meanwhile.
    pub async fn edit(&self, actor: &Actor, id: ModuleId, change: ModuleChange) -> Result<Saved> {
        require(actor, Permission::ManageModules)?;
        let engine = self.0;
        let mut module = self.own(actor, id).await?;
        form::check_parameters(&change.parameters)?;
        let registration = engine.registered(&module.connector)?;
        let kept = engine.settings_of(&module)?;
        let settings = form::merged(registration.descriptor, &kept, change.settings)?;
        let (shown, secrets) = engine.split_settings(id, registration.descriptor, &settings)?;
        let is_reconnected = form::differ(&kept, &settings);
        if is_reconnected {
            actor.require_confirmation()?;
        }
        let connector = engine.connect(registration, &settings)?;
        let seen = check::look(&*connector).await;
        if is_reconnected && !seen.report.is_ok() && change.if_broken == IfBroken::Refuse {
            return Ok(Saved::Broken { report: seen.report });
        }
        if module.version != change.version {
            return Err(Error::Conflict);
        }
        let now = engine.now();
        let tx = engine.store().begin().await?;
        if is_reconnected {
            module.settings = Json(shown);
            module.secrets = secrets;
            module.is_active &= seen.report.is_ok();
        }
        module.updated_at = now;
        check::note(&mut module, &seen, now)?;
        self.set_parameters(&tx, actor, &mut module, &change.parameters)
            .await?;
        module::update(&tx, &mut module).await?;
        check::keep_balance(engine, &tx, &mut module, &seen, now).await?;
        let details = json!({ "name": module.name, "settings_changed": is_reconnected });
        audit::append(&tx, engine, actor, "module.changed", &id, details);
        tx.commit().await?;
        Ok(Saved::Saved {
            id,
            report: seen.report,
        })
    }

    /// Switches a module on or off for new orders.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn switch(&self, actor: &Actor, id: ModuleId, to: Switch) -> Result<()> {
        let what = match to {
            Switch::On => "module.switched_on",
            Switch::Off => "module.switched_off",
        };
        self.change(actor, id, what, |module| module.is_active = to == Switch::On)
            .await
    }

    /// Allows or blocks purchases through a module; what was bought goes on.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn switch_purchases(&self, actor: &Actor, id: ModuleId, to: Switch) -> Result<()> {
        let what = match to {
            Switch::On => "module.purchases_allowed",
            Switch::Off => "module.purchases_blocked",
        };
        self.change(actor, id, what, |module| {
            module.are_purchases_blocked = to == Switch::Off;
        })
        .await
    }

    /// Sets how much a module logs, 0 to 9. The program that logs reads it from the list of modules.
    ///
    /// # Errors
    /// [`Error::Invalid`] beyond 9.
    pub async fn set_log_level(&self, actor: &Actor, id: ModuleId, level: u8) -> Result<()> {
        if level > 9 {
            return Err(Error::field("log_level", "not-a-log-level"));
        }
        self.change(actor, id, "module.log_level_set", |module| {
            module.log_level = i32::from(level);
        })
        .await?;
        self.0.apply_log_levels().await
    }

    /// Checks the connection of a saved module now.
    ///
    /// # Errors
    /// [`Error::NotFound`]. What goes wrong at the CA is a finding.
    pub async fn check_now(&self, actor: &Actor, id: ModuleId) -> Result<CheckReport> {
        require(actor, Permission::SeeModules)?;
        self.own(actor, id).await?;
        let seen = check::check(self.0, id).await?;
        Ok(seen.report)
    }

    /// Reads the balance at the CA now.
    ///
    /// # Errors
    /// [`Error::Ca`] when it cannot be read; the old one stays with the reason.
    pub async fn refresh_balance(&self, actor: &Actor, id: ModuleId) -> Result<BalanceView> {
        require(actor, Permission::SeeModules)?;
        self.own(actor, id).await?;
        let module = check::refresh_balance(self.0, id).await?;
        Ok(balance_view(&module))
    }

    /// Every module, by sort and age.
    ///
    /// # Errors
    /// Only staff sees them.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ModuleLine>> {
        require(actor, Permission::SeeModules)?;
        let reader = self.0.store().reader();
        let modules = module::all(reader, actor.seller).await?;
        let usage: HashMap<ModuleId, i64> = module::usage(reader).await?.into_iter().collect();
        let departments = self.department_names(actor).await?;
        Ok(modules
            .iter()
            .map(|module| self.line(module, &usage, &departments))
            .collect())
    }

    /// The modules by name, for choices: unlike [`Self::list`] it counts no services.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn names(&self, actor: &Actor) -> Result<Vec<(ModuleId, String)>> {
        require(actor, Permission::SeeModules)?;
        let modules = module::all(self.0.store().reader(), actor.seller).await?;
        Ok(modules
            .into_iter()
            .map(|module| (module.id, module.name))
            .collect())
    }

    /// A module's page.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn show(&self, actor: &Actor, id: ModuleId) -> Result<ModuleView> {
        require(actor, Permission::SeeModules)?;
        let engine = self.0;
        let module = self.own(actor, id).await?;
        let reader = engine.store().reader();
        let usage: HashMap<ModuleId, i64> = module::usage(reader).await?.into_iter().collect();
        let departments = self.department_names(actor).await?;
        let now = engine.now();
        let since = now.checked_sub(BALANCES_SHOWN).unwrap_or(Timestamp::UNIX_EPOCH);
        let balances = module::readings(reader, id, since).await?;
        let spent_today = match module.balance_currency {
            Some(currency) => {
                let minor =
                    store::purchase::spent_by_module(reader, id, currency, engine.start_of_day(now)).await?;
                Some(Money::from_minor(minor, currency))
            }
            None => None,
        };
        Ok(ModuleView {
            line: self.line(&module, &usage, &departments),
            version: module.version,
            descriptor: engine.registered(&module.connector)?.descriptor,
            settings: module.settings.0.clone(),
            secrets_set: engine
                .open_secrets(&module)?
                .into_iter()
                .map(|(name, _)| name)
                .collect(),
            parameters: form::parameters_of(&module),
            report: serde_json::from_value(module.findings.0.clone()).ok(),
            log_level: u8::try_from(module.log_level).unwrap_or(9),
            spent_today,
            plans: self.plans_of(actor, id).await?,
            balances: balances
                .into_iter()
                .map(|reading| {
                    (
                        reading.read_at,
                        Money::from_minor(reading.balance_minor, reading.currency),
                    )
                })
                .collect(),
            created_at: module.created_at,
        })
    }

    /// A module that the actor may see.
    pub(crate) async fn own(&self, actor: &Actor, id: ModuleId) -> Result<Module> {
        let module = module::find(self.0.store().reader(), id)
            .await?
            .filter(|module| module.archived_at.is_none())
            .ok_or(Error::NotFound)?;
        see(actor, module.seller_id, None)?;
        Ok(module)
    }

    async fn change(
        &self,
        actor: &Actor,
        id: ModuleId,
        what: &'static str,
        change: impl FnOnce(&mut Module),
    ) -> Result<()> {
        require(actor, Permission::ManageModules)?;
        let engine = self.0;
        let mut module = self.own(actor, id).await?;
        let tx = engine.store().begin().await?;
        change(&mut module);
        module.updated_at = engine.now();
        module::update(&tx, &mut module).await?;
        audit::append(&tx, engine, actor, what, &id, json!({ "name": module.name }));
        tx.commit().await?;
        engine.wake();
        Ok(())
    }

    async fn set_parameters(
        &self,
        tx: &store::Tx,
        actor: &Actor,
        module: &mut Module,
        parameters: &ModuleParameters,
    ) -> Result<()> {
        let department = store::department::find(tx, parameters.department)
            .await?
            .filter(|department| department.seller_id == actor.seller);
        if department.is_none() {
            return Err(Error::field("department", "unknown-department"));
        }
        let currency = match module.balance_currency {
            Some(currency) => currency,
            None => self.0.seller_currency(actor.seller).await?,
        };
        form::set_parameters(module, parameters, currency)
    }

    async fn department_names(&self, actor: &Actor) -> Result<HashMap<DepartmentId, String>> {
        let departments = store::department::list(self.0.store().reader(), actor.seller).await?;
        Ok(departments
            .into_iter()
            .map(|department| (department.id, department.name))
            .collect())
    }

    async fn plans_of(&self, actor: &Actor, id: ModuleId) -> Result<Vec<ConnectedPlan>> {
        let reader = self.0.store().reader();
        let connections = store::tariff::connections(reader, actor.seller).await?;
        let plans = store::tariff::all(reader, actor.seller).await?;
        let mut connected = Vec::new();
        for connection in connections
            .into_iter()
            .filter(|connection| connection.module_id == id)
        {
            let Some(plan) = plans.iter().find(|plan| plan.id == connection.tariff_plan_id) else {
                continue;
            };
            let product = store::catalogue::product(reader, connection.product_id).await?;
            connected.push(ConnectedPlan {
                plan: plan.id,
                name: plan.name.clone(),
                product: product.map(|product| product.name).unwrap_or_default(),
                is_active: connection.is_active,
            });
        }
        Ok(connected)
    }

    fn line(
        self,
        module: &Module,
        usage: &HashMap<ModuleId, i64>,
        departments: &HashMap<DepartmentId, String>,
    ) -> ModuleLine {
        let title = self
            .0
            .registered(&module.connector)
            .map_or("", |registration| registration.descriptor.title);
        ModuleLine {
            id: module.id,
            name: module.name.clone(),
            connector: module.connector.clone(),
            connector_title: title.to_owned(),
            department: module.department_id,
            department_name: departments
                .get(&module.department_id)
                .cloned()
                .unwrap_or_default(),
            services: usage.get(&module.id).copied().unwrap_or(0),
            balance: balance_view(module),
            sort: module.sort,
            is_active: module.is_active,
            are_purchases_blocked: module.are_purchases_blocked,
            is_manual: module.is_manual,
            connection: module.connection,
            checked_at: module.checked_at,
            rests_until: module.rests_until.filter(|until| *until > self.0.now()),
        }
    }
}

/// What is known of a module's balance.
pub(crate) fn balance_view(module: &Module) -> BalanceView {
    BalanceView {
        balance: module.balance(),
        read_at: module.balance_read_at,
        problem: module.balance_problem.clone(),
        minimum: module.minimal_balance(),
        is_low: check::is_low(module),
        blocks: module.blocks_below_minimum,
    }
}

pub(crate) use check::refresh_balance;
pub(crate) use health::{asked_wait, rest_after_failure, settle_after_success};

/// The connector of a module, for those who have only its id.
pub(crate) async fn connector_of(engine: &Engine, id: ModuleId) -> Result<(Module, Arc<dyn Connector>)> {
    let module = module::find(engine.store().reader(), id)
        .await?
        .ok_or(Error::NotFound)?;
    let connector = engine.connector(&module)?;
    Ok((module, connector))
}
