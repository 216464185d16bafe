//! What can be replaced, who is needed for it, and in which order.

use std::collections::{BTreeMap, HashMap};

use domain::{
    id::{CertificateId, ModuleId, ServiceId, TariffPlanId},
    product::ValidationMethod,
    state::{KeyCustody, ServiceState},
};
use jiff::{Timestamp, civil::Date};
use store::{
    module::Module,
    replacement::ReplacementNeeds,
    service::{Service, ServiceName},
    tariff::TariffPlan,
    zone::Zone,
};

use crate::{Actor, Engine, Result, settings::Settings, zones};

/// A service of a selection, judged.
pub(super) struct Judged {
    pub(super) service: Service,
    pub(super) serial: String,
    pub(super) verdict: Verdict,
}

/// What can be done about one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is reissued; who is needed for that and why.
    Replace {
        module: ModuleId,
        needs: ReplacementNeeds,
        why: &'static str,
    },
    /// It cannot be reissued.
    Skip(String),
}

/// What services are judged by, read once for all of them.
struct Ground {
    modules: HashMap<ModuleId, Module>,
    plans: HashMap<TariffPlanId, TariffPlan>,
    zones: Vec<Zone>,
    names: HashMap<ServiceId, Vec<ServiceName>>,
    serials: HashMap<CertificateId, String>,
    elsewhere: HashMap<ServiceId, i64>,
    unknown_requests: Vec<ServiceId>,
    is_automatic: bool,
    today: Date,
}

/// Judges services and puts them into the order in which a run begins them.
pub(super) async fn judged(
    engine: &Engine,
    actor: &Actor,
    services: Vec<Service>,
    deadline: Timestamp,
) -> Result<Vec<Judged>> {
    let ground = Ground::read(engine, actor, &services).await?;
    let mut judged: Vec<Judged> = services
        .into_iter()
        .map(|service| Judged {
            verdict: ground.verdict(engine, &service),
            serial: ground.serial(&service),
            service,
        })
        .collect();
    let last_day = engine.day_of(deadline);
    judged.sort_by_cached_key(|one| urgency(one, last_day));
    Ok(judged)
}

/// Smaller is begun first. Every certificate has the run's deadline, but one that ends before it has its own. Of those that
/// are equally near, what needs a person comes before what needs the client, and both before what needs nobody, because
/// people are slower than the CA; then what was paid most for per year, the number of its currency as it is; then the oldest
/// service.
fn urgency(one: &Judged, last_day: Date) -> (Date, u8, std::cmp::Reverse<i64>, i64) {
    let service = &one.service;
    let own = service.end_date.unwrap_or(last_day).min(last_day);
    let slowness = match &one.verdict {
        Verdict::Replace { needs, .. } => match needs {
            ReplacementNeeds::Person => 0,
            ReplacementNeeds::Client => 1,
            ReplacementNeeds::Nobody => 2,
        },
        Verdict::Skip(_) => u8::MAX,
    };
    let per_year = service.gross_minor / i64::from(service.years.count());
    (own, slowness, std::cmp::Reverse(per_year), service.number)
}

impl Ground {
    async fn read(engine: &Engine, actor: &Actor, services: &[Service]) -> Result<Self> {
        let reader = engine.store().reader();
        let ids: Vec<ServiceId> = services.iter().map(|service| service.id).collect();
        let certificates: Vec<CertificateId> = services
            .iter()
            .filter_map(|service| service.certificate_id)
            .collect();
        let mut names: HashMap<ServiceId, Vec<ServiceName>> = HashMap::new();
        for name in store::service::names_in_force(reader, &ids).await? {
            names.entry(name.service_id).or_default().push(name);
        }
        Ok(Self {
            modules: store::module::every(reader, actor.seller)
                .await?
                .into_iter()
                .map(|module| (module.id, module))
                .collect(),
            plans: store::tariff::every(reader, actor.seller)
                .await?
                .into_iter()
                .map(|plan| (plan.id, plan))
                .collect(),
            zones: store::zone::all(reader, actor.seller).await?,
            names,
            serials: store::certificate::serials(reader, &certificates)
                .await?
                .into_iter()
                .collect(),
            elsewhere: store::replacement::in_open_runs(reader, &ids)
                .await?
                .into_iter()
                .collect(),
            unknown_requests: store::request::services_without_request(reader, &ids).await?,
            is_automatic: Settings::load(reader, actor).await?.automatic_work,
            today: engine.today(),
        })
    }

    fn serial(&self, service: &Service) -> String {
        service
            .certificate_id
            .and_then(|id| self.serials.get(&id))
            .cloned()
            .unwrap_or_default()
    }

    fn verdict(&self, engine: &Engine, service: &Service) -> Verdict {
        let skip = |why: &str| Verdict::Skip(why.to_owned());
        match service.state {
            ServiceState::Active => {}
            ServiceState::Suspended => return skip("suspended"),
            state if state.is_before_issue() => return skip("not-issued"),
            _ => return skip("over"),
        }
        if service.certificate_id.is_none() {
            return skip("not-issued");
        }
        if service.term().is_none_or(|term| self.today >= term.end) {
            return skip("term-over");
        }
        if self.elsewhere.contains_key(&service.id) {
            return skip("other-run");
        }
        let module = service.module_id.and_then(|id| self.modules.get(&id));
        let Some((module, plan)) = module.zip(self.plans.get(&service.tariff_plan_id)) else {
            return skip("no-module");
        };
        let (needs, why) = self.needs(engine, service, module, plan);
        Verdict::Replace {
            module: module.id,
            needs,
            why,
        }
    }

    /// Who is needed. What the CA may know of names from before is not counted on.
    fn needs(
        &self,
        engine: &Engine,
        service: &Service,
        module: &Module,
        plan: &TariffPlan,
    ) -> (ReplacementNeeds, &'static str) {
        let descriptor = engine.registered(&module.connector).ok();
        if !descriptor.is_some_and(|known| known.descriptor.capabilities.reissues(plan.kind)) {
            return (ReplacementNeeds::Person, "by-hand");
        }
        if module.is_manual || !self.is_automatic {
            return (ReplacementNeeds::Person, "manual-mode");
        }
        if service.custody != KeyCustody::Stored && self.unknown_requests.contains(&service.id) {
            return (ReplacementNeeds::Client, "request");
        }
        let names = self.names.get(&service.id).map(Vec::as_slice).unwrap_or_default();
        let by_client = names.iter().find_map(|name| self.asks_client(service, name));
        by_client.map_or((ReplacementNeeds::Nobody, ""), |why| {
            (ReplacementNeeds::Client, why)
        })
    }

    fn asks_client(&self, service: &Service, name: &ServiceName) -> Option<&'static str> {
        match name.method {
            ValidationMethod::Email => Some("mail"),
            ValidationMethod::Http | ValidationMethod::Https => Some("file"),
            ValidationMethod::Dns => {
                let owner = format!("_.{}", name.name.without_wildcard());
                let publishes = |zone: &Zone| {
                    zone.problem.is_none()
                        && zone
                            .account_id
                            .is_none_or(|account| account == service.account_id)
                        && zones::serves(zone, &owner)
                };
                (!self.zones.iter().any(publishes)).then_some("record")
            }
        }
    }
}

/// Services with their numbers.
pub(super) type Examples = Vec<(ServiceId, i64)>;

/// How often each verdict occurs, with some of the services; the most frequent first.
pub(super) fn counted<K: Ord>(
    pairs: impl Iterator<Item = (K, (ServiceId, i64))>,
    most_examples: usize,
) -> Vec<(K, u32, Examples)> {
    let mut groups: BTreeMap<K, (u32, Examples)> = BTreeMap::new();
    for (key, service) in pairs {
        let (count, examples) = groups.entry(key).or_default();
        *count += 1;
        if examples.len() < most_examples {
            examples.push(service);
        }
    }
    let mut counted: Vec<_> = groups
        .into_iter()
        .map(|(key, (count, examples))| (key, count, examples))
        .collect();
    counted.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    counted
}
