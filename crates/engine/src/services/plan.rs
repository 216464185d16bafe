//! The plan of a service: what comes until its paid term ends, and how its names will be proven.

use domain::{
    id::ServiceId,
    name::DomainName,
    plan::{Outlook, Piece, PlannedName, Present, Proving, Reissuing},
    product::ValidationMethod,
    rules::{Evidence, Product, ReuseKind, RevokesFormer},
    state::ServiceState,
    term::PaidTerm,
};
use jiff::civil::Date;
use serde_json::json;
use store::{
    certificate::Certificate,
    module::Module,
    service::{Service, ServiceName},
    tariff::TariffPlan,
    zone::Zone,
};

use super::Services;
use crate::{
    Actor, Engine, Error, Permission, Result, audit,
    authority::{may, require},
    orders::check_choice,
    validations::MethodChange,
    zones,
};

/// What comes until the paid term of a service ends.
#[derive(Debug, Clone)]
pub struct PlanView {
    /// What was paid for.
    pub term: PaidTerm,
    /// Today.
    pub today: Date,
    /// The certificates that come, the next first.
    pub pieces: Vec<Piece>,
    /// How many times names must be proven until then.
    pub validations: usize,
    /// How each name is proven when the service is issued again.
    pub names: Vec<NameMethod>,
    /// What a reissue does to the certificates before it.
    pub revokes_former: RevokesFormer,
    /// Whether the actor may set another method for the reissues that come.
    pub may_set_method: bool,
}

/// A name and how it is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameMethod {
    /// The name.
    pub name: DomainName,
    /// The method.
    pub method: ValidationMethod,
    /// The address that approves by mail.
    pub approver: Option<String>,
    /// From this day of issue on the method may not be used.
    pub ends_on: Option<Date>,
    /// Whether certbroker publishes a DNS record for it by itself.
    pub has_zone: bool,
}

impl Services<'_> {
    /// The plan of a service; nothing before the CA accepted the order and when the service is over.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn plan(&self, actor: &Actor, id: ServiceId) -> Result<Option<PlanView>> {
        require(actor, Permission::SeeServices)?;
        let service = self.own(actor, id).await?;
        of(self.0, actor, &service).await
    }

    /// Sets how names are proven when the service is issued again; what is proven now stays proven.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the reason per name; [`Error::Refused`] with `already-over`, with `not-issued` while the
    /// first certificate waits for its proof, where the waiting validation is changed instead.
    pub async fn set_method(&self, actor: &Actor, id: ServiceId, change: MethodChange) -> Result<()> {
        require(actor, Permission::Order)?;
        let engine = self.0;
        let service = self.own(actor, id).await?;
        refuse_unless_issued(service.state)?;
        let plan = engine.tariffs().own(actor, service.tariff_plan_id).await?;
        let tx = engine.store().begin().await?;
        let mut service = store::service::lock(&tx, id).await?.ok_or(Error::NotFound)?;
        refuse_unless_issued(service.state)?;
        let names = store::service::names(&tx, id, service.names_version).await?;
        let wanted: Vec<ServiceName> = names
            .into_iter()
            .filter(|name| change.name.as_ref().is_none_or(|wanted| *wanted == name.name))
            .collect();
        if wanted.is_empty() {
            return Err(Error::NotFound);
        }
        let before: Vec<_> = wanted.iter().map(|name| name.method).collect();
        for mut name in wanted {
            let approver = change.approver.as_deref();
            let choice = check_choice(&plan.methods.0, &name.name, change.method, approver, engine)
                .map_err(|code| Error::field(format!("validation.{}", name.name), code))?;
            name.method = choice.method();
            name.approver = choice.approver().map(str::to_owned);
            store::service::update_name(&tx, &name).await?;
            if name.name == service.main_name && service.method != change.method {
                service.method = change.method;
                store::service::update(&tx, &mut service).await?;
            }
        }
        let details =
            json!({ "number": service.number, "from": before, "to": change.method, "name": change.name });
        audit::append(&tx, engine, actor, "service.method_set", &id, details);
        tx.commit().await?;
        Ok(())
    }
}

/// The plan of a service, as this actor sees it.
pub(super) async fn of(engine: &Engine, actor: &Actor, service: &Service) -> Result<Option<PlanView>> {
    let may_set_method = may(actor, Permission::Order) && !service.state.is_before_issue();
    let known = Known::load(engine, service).await?;
    Ok(known.map(|known| known.view(engine, may_set_method)))
}

fn refuse_unless_issued(state: ServiceState) -> Result<()> {
    if state.is_final() {
        return Err(Error::refused("already-over"));
    }
    if state.is_before_issue() {
        return Err(Error::refused("not-issued"));
    }
    Ok(())
}

/// Everything that a plan is computed from.
pub(crate) struct Known {
    term: PaidTerm,
    present: Option<Present>,
    plan: TariffPlan,
    connector: String,
    reissuing: Reissuing,
    names: Vec<ServiceName>,
    zones: Vec<Zone>,
    evidence: Vec<store::validation::Evidence>,
    vetted_on: Option<Date>,
}

impl Known {
    /// Reads what is known of a service; nothing where there is no paid term to plan for.
    pub(crate) async fn load(engine: &Engine, service: &Service) -> Result<Option<Self>> {
        let Some(term) = service.term().filter(|_| !service.state.is_final()) else {
            return Ok(None);
        };
        let reader = engine.store().reader();
        let plan = store::tariff::find(reader, service.tariff_plan_id)
            .await?
            .ok_or(Error::NotFound)?;
        let module = match service.module_id {
            Some(id) => store::module::find(reader, id).await?,
            None => None,
        };
        let names = store::service::names(reader, service.id, service.names_version).await?;
        let zones = zones::for_names(engine, service, names.iter().map(|name| &name.name)).await?;
        let mut certificates = store::certificate::of_service(reader, service.id).await?;
        certificates.retain(|one| one.delivered_at.is_some());
        let present = certificates
            .iter()
            .find(|one| service.certificate_id == Some(one.id))
            .map(|one| present(engine, one));
        let evidence = match &module {
            Some(module) => evidence(engine, module, &names).await?,
            None => Vec::new(),
        };
        let connector = module.as_ref().map(|module| module.connector.clone());
        Ok(Some(Self {
            term,
            present,
            reissuing: reissuing(engine, module.as_ref(), &plan),
            vetted_on: vetted_on(engine, &plan, &certificates),
            plan,
            connector: connector.unwrap_or_default(),
            names,
            zones,
            evidence,
        }))
    }

    /// The certificates that come.
    pub(crate) fn plan(&self, engine: &Engine) -> domain::plan::Plan {
        let names = self.names.iter().map(|name| PlannedName {
            name: &name.name,
            method: name.method,
            dns: if self.has_zone(&name.name) {
                Proving::Unattended
            } else {
                Proving::ByClient
            },
        });
        let evidence = self.evidence.iter().map(|one| Evidence {
            name: &one.name,
            method: one.method,
            obtained_at: one.obtained_at,
        });
        let outlook = Outlook {
            rules: engine.dated_rules(),
            product: self.product(),
            term: self.term,
            today: engine.today(),
            present: self.present,
            names: names.collect(),
            evidence: evidence.collect(),
            vetted_on: self.vetted_on,
            reissuing: self.reissuing,
        };
        outlook.plan()
    }

    fn view(&self, engine: &Engine, may_set_method: bool) -> PlanView {
        let plan = self.plan(engine);
        let rules = engine.dated_rules();
        let today = engine.today();
        PlanView {
            term: self.term,
            today,
            validations: plan.validations(),
            pieces: plan.pieces,
            names: self
                .names
                .iter()
                .map(|name| NameMethod {
                    name: name.name.clone(),
                    method: name.method,
                    approver: name.approver.clone(),
                    ends_on: rules.method_end(name.method),
                    has_zone: self.has_zone(&name.name),
                })
                .collect(),
            revokes_former: rules.ca_terms(self.product(), today).revokes_former,
            may_set_method,
        }
    }

    /// How the names are proven, name by name.
    pub(super) fn methods(&self) -> impl Iterator<Item = ValidationMethod> {
        self.names.iter().map(|name| name.method)
    }

    fn product(&self) -> Product<'_> {
        Product {
            connector: &self.connector,
            brand: &self.plan.brand,
            level: self.plan.level,
            kind: self.plan.kind,
        }
    }

    fn has_zone(&self, name: &DomainName) -> bool {
        let owner = format!("_.{}", name.without_wildcard());
        self.zones
            .iter()
            .any(|zone| zone.problem.is_none() && zones::serves(zone, &owner))
    }
}

fn present(engine: &Engine, certificate: &Certificate) -> Present {
    Present {
        issued_on: engine.day_of(certificate.not_before),
        end_date: certificate.end_date,
    }
}

/// Whether the connector says that its CA reissues such products by itself.
fn reissuing(engine: &Engine, module: Option<&Module>, plan: &TariffPlan) -> Reissuing {
    let descriptor = module
        .and_then(|module| engine.registered(&module.connector).ok())
        .map(|registration| registration.descriptor);
    match descriptor {
        Some(descriptor) if !descriptor.capabilities.reissues(plan.kind) => Reissuing::ByHand,
        _ => Reissuing::Automatic,
    }
}

/// What the CA account has proof of, for these names and for those above them.
async fn evidence(
    engine: &Engine,
    module: &Module,
    names: &[ServiceName],
) -> Result<Vec<store::validation::Evidence>> {
    let mut asked: Vec<DomainName> = Vec::new();
    for above in names.iter().flat_map(|name| name.name.authorization_candidates()) {
        // A wildcard is proven at the name below which it stands.
        asked.extend(format!("*.{above}").parse::<DomainName>());
        asked.push(above);
    }
    asked.sort();
    asked.dedup();
    Ok(store::validation::evidence_for(engine.store().reader(), module.id, &asked).await?)
}

/// When the CA last verified the organisation, as far as its certificates show: with the first, and with every one that
/// came when the data of the time before were too old.
fn vetted_on(engine: &Engine, plan: &TariffPlan, certificates: &[Certificate]) -> Option<Date> {
    let kind = ReuseKind::of_level(plan.level)?;
    let mut issued: Vec<Date> = certificates
        .iter()
        .map(|one| engine.day_of(one.not_before))
        .collect();
    issued.sort();
    issued
        .into_iter()
        .fold(None, |vetted: Option<Date>, day| match vetted {
            Some(vetted) => {
                let most = i32::from(engine.dated_rules().reuse_days(kind, day));
                Some(if (day - vetted).get_days() > most {
                    day
                } else {
                    vetted
                })
            }
            None => Some(day),
        })
}
