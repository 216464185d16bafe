//! Domain control: what must be shown, what is seen, another method.

mod eyes;
mod model;

pub use model::{ArgumentView, FindingView, MethodChange, NameCheck, SeenAt};

use ca::{CaOrderRef, Capability, NameValidation};
use domain::{
    id::ServiceId,
    state::{OperationKind, ValidationState},
};
use serde_json::json;
use store::{Json, ca_order::CaOrder, module::Module, service::Service, validation::Validation};

use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::require,
    connection::internal,
    notices::clients,
    operations::steps::{open, prove},
    orders::{Approvers, approvers_of_module, check_choice},
};

/// Use cases around validations.
#[derive(Debug, Clone, Copy)]
pub struct Validations<'a>(&'a Engine);

impl Engine {
    /// Domain control: what must be shown, what is seen, another method.
    #[must_use]
    pub const fn validations(&self) -> Validations<'_> {
        Validations(self)
    }
}

impl Validations<'_> {
    /// Looks at every name with our own eyes, and has the CA asked soon.
    ///
    /// # Errors
    /// [`Error::Refused`] with `nothing-to-validate` before the CA accepted the order.
    pub async fn check_now(&self, actor: &Actor, service: ServiceId) -> Result<Vec<NameCheck>> {
        require(actor, Permission::SeeServices)?;
        let engine = self.0;
        let waiting = self.waiting(actor, service).await?;
        let now = engine.now();
        let looks = waiting.rows.iter().map(|row| eyes::look(engine, row, now));
        let checks = futures_util::future::join_all(looks).await;
        let tx = engine.store().begin().await?;
        for (mut row, check) in waiting.rows.into_iter().zip(&checks) {
            row.seen_at = Some(now);
            row.seen = Some(Json(
                serde_json::to_value(check).map_err(internal("what was seen"))?,
            ));
            store::validation::update(&tx, &mut row).await?;
        }
        if let Some(operation) = store::operation::changing(&tx, service).await? {
            store::operation::make_due(&tx, operation.id, now).await?;
        }
        tx.commit().await?;
        engine.wake();
        Ok(checks)
    }

    /// Has the CA send the validation mails again.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not-by-mail` or `unsupported`; [`Error::Ca`].
    pub async fn resend(&self, actor: &Actor, service: ServiceId) -> Result<()> {
        require(actor, Permission::Order)?;
        let engine = self.0;
        let waiting = self.waiting(actor, service).await?;
        let is_mail = |row: &Validation| row.method == domain::product::ValidationMethod::Email;
        if !waiting
            .rows
            .iter()
            .any(|row| is_mail(row) && row.state == ValidationState::Waiting)
        {
            return Err(Error::refused("not-by-mail"));
        }
        let connector = engine.connector(&waiting.module)?;
        if !connector
            .descriptor()
            .capabilities
            .has(Capability::ResendValidation)
        {
            return Err(Error::refused("unsupported"));
        }
        connector.resend_validation(&waiting.ca_ref()).await?;
        let tx = engine.store().begin().await?;
        audit::append(
            &tx,
            engine,
            actor,
            "validation.resent",
            &service,
            json!({ "ca_order": waiting.order.ca_ref }),
        );
        tx.commit().await?;
        Ok(())
    }

    /// Changes the method or the approver at the CA.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the reason per name; [`Error::Refused`] with `unsupported` or `one-method-for-all` when the
    /// CA cannot do that; [`Error::Ca`].
    pub async fn change_method(&self, actor: &Actor, service: ServiceId, change: MethodChange) -> Result<()> {
        require(actor, Permission::Order)?;
        let engine = self.0;
        let waiting = self.waiting(actor, service).await?;
        let connector = engine.connector(&waiting.module)?;
        let capabilities = &connector.descriptor().capabilities;
        if !capabilities.has(Capability::ChangeValidation) {
            return Err(Error::refused("unsupported"));
        }
        if change.name.is_some() && waiting.rows.len() > 1 && !capabilities.has(Capability::MethodPerName) {
            return Err(Error::refused("one-method-for-all"));
        }
        let plan = engine
            .tariffs()
            .own(actor, waiting.service.tariff_plan_id)
            .await?;
        let mut choices = Vec::new();
        for row in waiting
            .rows
            .iter()
            .filter(|row| change.name.as_ref().is_none_or(|name| *name == row.name))
        {
            let choice = check_choice(
                &plan.methods.0,
                &row.name,
                change.method,
                change.approver.as_deref(),
                engine,
            )
            .map_err(|code| Error::field(format!("validation.{}", row.name), code))?;
            choices.push(NameValidation {
                name: row.name.clone(),
                choice,
            });
        }
        if choices.is_empty() {
            return Err(Error::NotFound);
        }
        let ca_ref = waiting.ca_ref();
        for choice in &choices {
            connector.change_validation(&ca_ref, choice).await?;
        }
        let told = connector.validations(&ca_ref).await?;
        self.keep_change(actor, waiting, &choices, &told).await
    }

    /// The addresses that may approve each name, read live from the CA.
    ///
    /// # Errors
    /// [`Error::Ca`].
    pub async fn approvers(&self, actor: &Actor, service: ServiceId) -> Result<Vec<Approvers>> {
        require(actor, Permission::Order)?;
        let waiting = self.waiting(actor, service).await?;
        let names: Vec<_> = waiting.rows.iter().map(|row| row.name.clone()).collect();
        approvers_of_module(self.0, &waiting.module, &names).await
    }

    async fn keep_change(
        &self,
        actor: &Actor,
        waiting: Waiting,
        choices: &[NameValidation],
        told: &[ca::Validation],
    ) -> Result<()> {
        let engine = self.0;
        let now = engine.now();
        let token = prove::token_of(engine, &waiting.service, &waiting.order).await?;
        let tx = engine.store().begin().await?;
        let mut names = store::service::names(&tx, waiting.service.id, waiting.names_version).await?;
        let mut steps = Vec::new();
        for mut row in waiting.rows {
            let Some(choice) = choices.iter().find(|choice| choice.name == row.name) else {
                continue;
            };
            let said = told.iter().find(|said| said.name == row.name);
            let approver = choice.choice.approver().map(str::to_owned);
            prove::apply(
                &mut row,
                choice.choice.method(),
                approver.clone(),
                said,
                &token,
                now,
            );
            if row.state == ValidationState::Waiting {
                steps.push(prove::step_for_client(&row));
            }
            store::validation::update(&tx, &mut row).await?;
            if let Some(name) = names.iter_mut().find(|name| name.name == row.name) {
                name.method = choice.choice.method();
                name.approver = approver;
                store::service::update_name(&tx, name).await?;
            }
        }
        if !steps.is_empty() {
            let round = format!("{}:{}", waiting.order.id, now.as_microsecond());
            let asked = clients::Asked {
                service: &waiting.service,
                round: &round,
                kind: waiting.kind,
                custody: waiting.service.custody,
            };
            clients::validation_needed(engine, &tx, asked, steps).await?;
        }
        if let Some(operation) = store::operation::changing(&tx, waiting.service.id).await? {
            // Records for the new method are published where a zone is connected.
            store::operation::go_to(&tx, operation.id, open::AWAIT, open::PUBLISH, now).await?;
        }
        let details =
            json!({ "method": choices.first().map(|choice| choice.choice.method()), "names": choices.len() });
        audit::append(
            &tx,
            engine,
            actor,
            "validation.changed",
            &waiting.service.id,
            details,
        );
        tx.commit().await?;
        engine.wake();
        Ok(())
    }

    async fn waiting(&self, actor: &Actor, id: ServiceId) -> Result<Waiting> {
        let engine = self.0;
        let reader = engine.store().reader();
        let service = engine.services().own(actor, id).await?;
        let order = store::ca_order::of_service(reader, id).await?.into_iter().next();
        let operation = store::operation::changing(reader, id)
            .await?
            .filter(|operation| operation.kind != OperationKind::Close);
        let (order, operation) = order
            .zip(operation)
            .ok_or(Error::refused("nothing-to-validate"))?;
        let names_version = open::names_version_of(&operation, &service);
        let rows = store::validation::of_order(reader, &order).await?;
        if rows.is_empty() {
            return Err(Error::refused("nothing-to-validate"));
        }
        let module = store::module::find(reader, order.module_id)
            .await?
            .ok_or(Error::NotFound)?;
        Ok(Waiting {
            names_version,
            kind: operation.kind,
            service,
            order,
            rows,
            module,
        })
    }
}

/// A service whose names wait to be proven.
struct Waiting {
    /// The version of the names that is being proven.
    names_version: i32,
    /// Of which operation.
    kind: OperationKind,
    service: Service,
    order: CaOrder,
    rows: Vec<Validation>,
    module: Module,
}

impl Waiting {
    fn ca_ref(&self) -> CaOrderRef {
        CaOrderRef(self.order.ca_ref.clone())
    }
}
