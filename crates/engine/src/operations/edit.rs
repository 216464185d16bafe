//! Changing what the CA will get, as long as it certainly has nothing: people, methods of validation, the request. An
//! intent that was stored and never called is given up; the operation begins again with a fresh one.

use domain::{
    contact::{Contact, Organisation},
    id::OperationId,
    name::{DomainName, NameSet},
    product::ValidationMethod,
    state::{KeyCustody, OperationKind, PurchaseStage},
};
use serde_json::json;
use store::{Tx, operation, service::ServiceName, tariff::TariffPlan};

use super::{refuse_running, start_again, steps::accept, steps::open};
use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::require,
    effects,
    orders::{check_choice, check_people, request},
    tasks,
};

/// What an order is to hold instead.
#[derive(Debug, Clone)]
pub struct OperationEdit {
    /// Whom the CA may call.
    pub contact: Contact,
    /// For OV and EV.
    pub organisation: Option<Organisation>,
    /// Names that are proven in another way; names that are not among them stay.
    pub names: Vec<NameEdit>,
    /// Another request, PEM, for a key that the client keeps; empty: the request stays.
    pub csr: Option<String>,
}

/// How one name is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameEdit {
    /// The name.
    pub name: DomainName,
    /// How.
    pub method: ValidationMethod,
    /// The address that approves by mail.
    pub approver: Option<String>,
}

/// What may be edited now, as it is.
#[derive(Debug, Clone)]
pub struct Editable {
    /// Whom the CA may call.
    pub contact: Contact,
    /// For OV and EV.
    pub organisation: Option<Organisation>,
    /// Whether the product asks for an organisation.
    pub needs_organisation: bool,
    /// The names with their methods.
    pub names: Vec<NameEdit>,
    /// The methods that the tariff plan offers.
    pub methods: Vec<ValidationMethod>,
}

impl super::Operations<'_> {
    /// What of an operation may be changed before the CA has the order.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] with `not-editable`, `already-over` or `at-the-ca`.
    pub async fn editable(&self, actor: &Actor, id: OperationId) -> Result<Editable> {
        require(actor, Permission::WorkTasks)?;
        let (operation, service) = self.own(actor, id).await?;
        let tx = self.0.store().begin().await?;
        refuse_at_ca(&tx, &operation).await?;
        let plan = store::tariff::find(&tx, service.tariff_plan_id)
            .await?
            .ok_or(Error::NotFound)?;
        let names = store::service::names(&tx, service.id, service.names_version).await?;
        tx.rollback().await?;
        Ok(Editable {
            contact: service.contact.0,
            organisation: service.organisation.map(|organisation| organisation.0),
            needs_organisation: plan.level.needs_organisation(),
            names: names
                .into_iter()
                .map(|row| NameEdit {
                    name: row.name,
                    method: row.method,
                    approver: row.approver,
                })
                .collect(),
            methods: plan.methods.0,
        })
    }

    /// Changes what the CA will get, and starts the operation again.
    ///
    /// # Errors
    /// [`Error::Invalid`] names every wrong field; [`Error::Refused`] as for [`Operations::editable`](Self::editable), and
    /// with `is-running`.
    pub async fn edit(&self, actor: &Actor, id: OperationId, edit: OperationEdit) -> Result<()> {
        require(actor, Permission::WorkTasks)?;
        let engine = self.0;
        self.own(actor, id).await?;
        let tx = engine.store().begin().await?;
        let mut operation = operation::lock(&tx, id).await?.ok_or(Error::NotFound)?;
        refuse_at_ca(&tx, &operation).await?;
        refuse_running(engine, &operation)?;
        let mut service = store::service::lock(&tx, operation.service_id)
            .await?
            .ok_or(Error::NotFound)?;
        let plan = store::tariff::find(&tx, service.tariff_plan_id)
            .await?
            .ok_or(Error::NotFound)?;
        let organisation = check_people(&plan, &edit.contact, edit.organisation.as_ref())?;
        let names = store::service::names(&tx, service.id, service.names_version).await?;
        let changed = set_methods(engine, &tx, &plan, &names, &edit.names).await?;
        if let Some(pem) = edit.csr.as_deref().map(str::trim).filter(|pem| !pem.is_empty()) {
            let set = NameSet::from_names(names.iter().map(|row| row.name.clone())).ok_or(Error::NotFound)?;
            let made = request::given(pem, plan.kind, &set)?;
            let csr = engine.new_id();
            request::store(engine, &tx, service.id, csr, &made, None).await?;
            service.csr_id = Some(csr);
            service.custody = KeyCustody::Client;
        }
        service.contact = store::Json(edit.contact);
        service.organisation = organisation.map(store::Json);
        store::service::update(&tx, &mut service).await?;
        give_up_intent(engine, &tx, actor, id).await?;
        start_again(engine, &mut operation)?;
        if let Some(outputs) = operation.outputs.0.as_object_mut() {
            outputs.remove("purchase");
        }
        open::FIRST_STEP.clone_into(&mut operation.step);
        operation.let_run_by = Some(actor.label());
        operation::update(&tx, &mut operation).await?;
        effects::close_task_of_operation(engine, &tx, &operation, tasks::Outcome::Done).await?;
        let details = json!({
            "number": operation.number, "names": changed, "csr": service.csr_id,
        });
        audit::append(&tx, engine, actor, "operation.edited", &id, details);
        tx.commit().await?;
        engine.wake();
        Ok(())
    }
}

/// Only an order that the CA certainly does not have.
async fn refuse_at_ca(tx: &Tx, operation: &operation::Operation) -> Result<()> {
    if operation.kind != OperationKind::Open {
        return Err(Error::refused("not-editable"));
    }
    if operation.finished_at.is_some() {
        return Err(Error::refused("already-over"));
    }
    let has_order = !store::ca_order::of_service(tx, operation.service_id)
        .await?
        .is_empty();
    let may_be_there = store::purchase::of_operation(tx, operation.id)
        .await?
        .iter()
        .any(|purchase| {
            matches!(
                purchase.stage,
                PurchaseStage::Called
                    | PurchaseStage::Unknown
                    | PurchaseStage::Unclear
                    | PurchaseStage::Accepted
            )
        });
    if has_order || may_be_there {
        return Err(Error::refused("at-the-ca"));
    }
    Ok(())
}

/// Changes how names are proven; says which.
async fn set_methods(
    engine: &Engine,
    tx: &Tx,
    plan: &TariffPlan,
    names: &[ServiceName],
    wanted: &[NameEdit],
) -> Result<Vec<String>> {
    let mut changed = Vec::new();
    for edit in wanted {
        let row = names
            .iter()
            .find(|row| row.name == edit.name)
            .ok_or_else(|| Error::field("names", "not-a-name-of-the-order"))?;
        check_choice(
            &plan.methods.0,
            &row.name,
            edit.method,
            edit.approver.as_deref(),
            engine,
        )
        .map_err(|code| Error::field(format!("validation.{}", row.name), code))?;
        let approver = edit
            .approver
            .as_deref()
            .map(|approver| approver.trim().to_lowercase())
            .filter(|approver| edit.method == ValidationMethod::Email && !approver.is_empty());
        if row.method == edit.method && row.approver == approver {
            continue;
        }
        let row = ServiceName {
            method: edit.method,
            approver,
            ..row.clone()
        };
        store::service::update_name(tx, &row).await?;
        changed.push(row.name.to_string());
    }
    Ok(changed)
}

/// Nothing was called for it: another intent will follow.
async fn give_up_intent(engine: &Engine, tx: &Tx, actor: &Actor, id: OperationId) -> Result<()> {
    for found in store::purchase::of_operation(tx, id).await? {
        if found.settled_at.is_some() {
            continue;
        }
        let mut intent = store::purchase::lock(tx, found.id)
            .await?
            .ok_or(Error::NotFound)?;
        let why = format!("the order was edited by {}", actor.label());
        accept::abandon(&mut intent, &why, engine.now())?;
        store::purchase::update(tx, &mut intent).await?;
    }
    Ok(())
}
