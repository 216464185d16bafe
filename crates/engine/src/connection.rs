//! Connectors of configured modules: made once from the sealed settings and kept as long as the settings stay.

use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use ca::{ConnectContext, Connector, Descriptor, Limits, Registration, Settings};
use domain::id::ModuleId;
use seal::{Context, ExposeSecret as _, Sealed, SecretString};
use store::module::Module;

use crate::{
    Engine,
    error::{Error, Result},
};

/// The connectors in use.
#[derive(Default)]
pub(crate) struct Connections(Mutex<HashMap<ModuleId, Live>>);

struct Live {
    limits: Limits,
    settings: BTreeMap<String, String>,
    secrets: Option<Vec<u8>>,
    connector: Arc<dyn Connector>,
}

impl Engine {
    /// The connector of a module.
    pub(crate) fn connector(&self, module: &Module) -> Result<Arc<dyn Connector>> {
        let mut live = self
            .connections()
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let limits = self.limits_of(module);
        if let Some(known) = live.get(&module.id)
            && known.limits == limits
            && known.settings == module.settings.0
            && known.secrets == module.secrets
        {
            return Ok(known.connector.clone());
        }
        let settings = self.settings_of(module)?;
        let connector = self.connect_within(self.registered(&module.connector)?, &settings, limits)?;
        let entry = Live {
            limits,
            settings: module.settings.0.clone(),
            secrets: module.secrets.clone(),
            connector: connector.clone(),
        };
        live.insert(module.id, entry);
        Ok(connector)
    }

    /// A connector for settings that are not saved.
    pub(crate) fn connect(
        &self,
        registration: &Registration,
        settings: &Settings,
    ) -> Result<Arc<dyn Connector>> {
        self.connect_within(registration, settings, self.config().limits)
    }

    /// How fast a module may be used: by its own limits, else by those of the installation.
    pub(crate) fn limits_of(&self, module: &Module) -> Limits {
        let own = |limit: Option<i32>| {
            limit
                .and_then(|limit| u32::try_from(limit).ok())
                .and_then(NonZeroU32::new)
        };
        let usual = self.config().limits;
        Limits {
            per_second: own(module.calls_per_second).or(usual.per_second),
            in_flight: own(module.calls_at_once).or(usual.in_flight),
        }
    }

    fn connect_within(
        &self,
        registration: &Registration,
        settings: &Settings,
        limits: Limits,
    ) -> Result<Arc<dyn Connector>> {
        let mut context = ConnectContext::new(self.shared_clock(), self.config().mode);
        context.limits = limits;
        (registration.connect)(settings, context).map_err(Error::from)
    }

    /// The entry of a connector in the program's list.
    pub(crate) fn registered(&self, connector: &str) -> Result<&'static Registration> {
        self.registry()
            .iter()
            .find(|registration| registration.descriptor.kind == connector)
            .ok_or_else(|| Error::field("connector", "unknown-connector"))
    }

    /// The settings of a module, opened.
    pub(crate) fn settings_of(&self, module: &Module) -> Result<Settings> {
        let descriptor = self.registered(&module.connector)?.descriptor;
        let mut values: Vec<(String, SecretString)> = module
            .settings
            .0
            .iter()
            .map(|(name, value)| (name.clone(), SecretString::from(value.clone())))
            .collect();
        values.extend(self.open_secrets(module)?);
        Settings::parse(descriptor, values).map_err(|problems| {
            Error::Internal(format!(
                "stored settings of {} are not valid: {problems:?}",
                module.id
            ))
        })
    }

    /// The secret settings of a module.
    pub(crate) fn open_secrets(&self, module: &Module) -> Result<Vec<(String, SecretString)>> {
        let Some(bytes) = &module.secrets else {
            return Ok(Vec::new());
        };
        let sealed = Sealed::try_from(bytes.clone()).map_err(internal("the settings are not sealed"))?;
        let opened = self
            .keys()
            .open(&place(module.id), &sealed)
            .map_err(internal("the settings cannot be opened"))?;
        let values: BTreeMap<String, String> =
            serde_json::from_slice(&opened).map_err(internal("the settings are damaged"))?;
        Ok(values
            .into_iter()
            .map(|(name, value)| (name, SecretString::from(value)))
            .collect())
    }

    /// Splits settings into those that may be shown and the sealed rest.
    pub(crate) fn split_settings(
        &self,
        id: ModuleId,
        descriptor: &Descriptor,
        settings: &Settings,
    ) -> Result<(ShownSettings, Option<Vec<u8>>)> {
        let mut shown = BTreeMap::new();
        let mut secret = BTreeMap::new();
        for (name, value) in settings.values() {
            let value = value.expose_secret().to_owned();
            match descriptor.setting(name) {
                Some(field) if field.is_secret => secret.insert(name, value),
                _ => shown.insert(name.to_owned(), value),
            };
        }
        if secret.is_empty() {
            return Ok((shown, None));
        }
        let plain = serde_json::to_vec(&secret).map_err(internal("the settings cannot be written"))?;
        let sealed = self
            .keys()
            .seal(&place(id), &plain)
            .map_err(internal("the settings cannot be sealed"))?;
        Ok((shown, Some(sealed.into_bytes())))
    }
}

/// Settings that are no secret, by field.
type ShownSettings = BTreeMap<String, String>;

fn place(id: ModuleId) -> Context {
    Context::new("module.settings", id)
}

/// Turns an error that only a broken installation has into an internal one.
pub(crate) fn internal<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> Error {
    move |error| Error::Internal(format!("{what}: {error}"))
}

impl Engine {
    /// The currency of a seller's own books.
    pub(crate) async fn seller_currency(&self, seller: domain::id::SellerId) -> Result<domain::Currency> {
        let seller = store::seller::find(self.store().reader(), seller)
            .await?
            .ok_or(Error::NotFound)?;
        Ok(seller.currency)
    }

    /// The name under which a module logs: the connector's log and which of several modules it is.
    pub(crate) fn log_name(&self, module: &Module) -> String {
        let log = self
            .registered(&module.connector)
            .map_or("module", |registration| registration.descriptor.log);
        let id = uuid::Uuid::from(module.id).simple().to_string();
        format!("{log}:{}", id.get(24..).unwrap_or_default())
    }

    /// Tells the logs how much every module shows. Done at the start and when somebody changes it.
    ///
    /// # Errors
    /// When the modules cannot be read.
    pub async fn apply_log_levels(&self) -> Result<()> {
        let reader = self.store().reader();
        let Some(seller) = store::seller::first(reader).await? else {
            return Ok(());
        };
        for module in store::module::all(reader, seller.id).await? {
            self.logs().set_level(
                &self.log_name(&module),
                u8::try_from(module.log_level).unwrap_or(9),
            );
        }
        Ok(())
    }
}
