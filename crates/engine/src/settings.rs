//! What the seller has decided about how certbroker works: typed, with a default for everything.
//!
//! A setting is one field of [`Settings`]; only those that differ from their default are stored, under the field's name.
//! A new one needs its field, its default and its line in `Settings::problems`.

use domain::contact::FieldProblem;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::Conn;

use crate::{
    Engine,
    actor::Actor,
    audit,
    authority::{self, Permission},
    error::{Error, Result},
    modules::automatic,
};

/// Every setting with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether clients may register by themselves.
    pub registration_open: bool,
    /// A credit by staff above this amount, in the currency of the account, needs a second person.
    pub large_credit: Decimal,
    /// Whether operations run by themselves; while they do not, each waits until a person starts it.
    pub automatic_work: bool,
    /// Minutes between two attempts of an operation.
    pub retry_minutes: u32,
    /// Attempts of an operation before a person must look.
    pub most_attempts: u32,
    /// Days for which the raw answers of CAs are kept.
    pub raw_answer_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            registration_open: true,
            large_credit: Decimal::from(500),
            automatic_work: true,
            retry_minutes: 5,
            most_attempts: 10,
            raw_answer_days: 90,
        }
    }
}

impl Settings {
    /// Reads the seller's settings. A stored value that this version does not understand falls back to its default.
    pub(crate) async fn load(conn: &dyn Conn, actor: &Actor) -> Result<Self> {
        let stored = store::setting::all(conn, actor.seller).await?;
        let mut settings = Self::default();
        // A key with a dot is a note of the program's own, such as the digest of the rules.
        for setting in stored.into_iter().filter(|setting| !setting.key.contains('.')) {
            if let Ok(changed) = settings.with(&setting.key, setting.value.0) {
                settings = changed;
            } else {
                let name = setting.key;
                tracing::warn!(
                    setting = name,
                    "a stored setting is not understood; its default holds"
                );
            }
        }
        Ok(settings)
    }

    /// Everything that is out of range.
    fn problems(&self) -> Vec<FieldProblem> {
        let in_range = [
            ("large_credit", self.large_credit >= Decimal::ZERO),
            ("retry_minutes", (1..=24 * 60).contains(&self.retry_minutes)),
            ("most_attempts", (1..=1_000).contains(&self.most_attempts)),
            ("raw_answer_days", (1..=3_650).contains(&self.raw_answer_days)),
        ];
        in_range
            .into_iter()
            .filter(|(_, is_good)| !is_good)
            .map(|(field, _)| FieldProblem {
                field: field.to_owned(),
                code: "out-of-range",
            })
            .collect()
    }

    fn as_map(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            // A plain struct always serialises to a map.
            _ => Map::new(),
        }
    }

    fn with(&self, name: &str, value: Value) -> Result<Self> {
        let mut map = self.as_map();
        if map.insert(name.to_owned(), value).is_none() {
            return Err(Error::NotFound);
        }
        let changed: Self =
            serde_json::from_value(Value::Object(map)).map_err(|_| Error::field(name, "not-understood"))?;
        match changed.problems() {
            problems if problems.is_empty() => Ok(changed),
            problems => Err(Error::Invalid(problems)),
        }
    }
}

/// Reading and changing settings.
pub struct SettingsArea<'a>(&'a Engine);

impl Engine {
    /// Reading and changing settings.
    #[must_use]
    pub fn settings(&self) -> SettingsArea<'_> {
        SettingsArea(self)
    }
}

impl SettingsArea<'_> {
    /// The present settings.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn show(&self, actor: &Actor) -> Result<Settings> {
        authority::require(actor, Permission::ManageSystem)?;
        Settings::load(self.0.store().reader(), actor).await
    }

    /// Sets every setting that differs, all of them or none.
    ///
    /// # Errors
    /// [`Error::Invalid`] names every value that is out of range.
    pub async fn change(&self, actor: &Actor, after: Settings) -> Result<Settings> {
        authority::require(actor, Permission::ManageSystem)?;
        let problems = after.problems();
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let tx = self.0.store().begin().await?;
        let before = Settings::load(&tx, actor).await?.as_map();
        let is_on_again = after.automatic_work && before.get("automatic_work") == Some(&Value::Bool(false));
        for (name, new) in after.as_map() {
            let old = before.get(&name);
            if old == Some(&new) {
                continue;
            }
            store::setting::set(&tx, actor.seller, &name, new.clone(), self.0.now()).await?;
            let detail = json!({ "before": old, "after": new });
            audit::append(&tx, self.0, actor, "setting.set", &name, detail);
        }
        if is_on_again {
            automatic::release(self.0, &tx, None).await?;
        }
        tx.commit().await?;
        self.0.wake();
        Ok(after)
    }

    /// Sets one setting by the name of its field.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a name that is none, [`Error::Invalid`] for a value that it cannot have.
    pub async fn set(&self, actor: &Actor, name: &str, value: Value) -> Result<Settings> {
        authority::require(actor, Permission::ManageSystem)?;
        let tx = self.0.store().begin().await?;
        let before = Settings::load(&tx, actor).await?;
        let after = before.with(name, value)?;
        // What is stored is what was understood, so that `"5"` and `5` end up alike.
        let (old, new) = (
            before.as_map().remove(name),
            after.as_map().remove(name).unwrap_or_default(),
        );
        store::setting::set(&tx, actor.seller, name, new.clone(), self.0.now()).await?;
        audit::append(
            &tx,
            self.0,
            actor,
            "setting.set",
            &name,
            json!({ "before": old, "after": new }),
        );
        if after.automatic_work && !before.automatic_work {
            automatic::release(self.0, &tx, None).await?;
        }
        tx.commit().await?;
        self.0.wake();
        Ok(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_takes_what_it_can_be_and_nothing_else() {
        let settings = Settings::default();
        assert_eq!(
            settings
                .with("large_credit", json!("750.50"))
                .unwrap()
                .large_credit
                .to_string(),
            "750.50"
        );
        assert!(matches!(settings.with("no_such", json!(1)), Err(Error::NotFound)));
        for (name, value) in [
            ("retry_minutes", json!("soon")),
            ("retry_minutes", json!(0)),
            ("most_attempts", json!(-1)),
            ("large_credit", json!("-1")),
            ("registration_open", json!("maybe")),
        ] {
            assert!(
                matches!(settings.with(name, value.clone()), Err(Error::Invalid(_))),
                "{name} {value}"
            );
        }
    }
}
