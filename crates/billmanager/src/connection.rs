//! A configured connection: its parameters, and the connector that they make.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use ca::{Class, ConnectContext, Connector, Limits, Mode, Settings, connector::Resolver, purchase::Policy};
use domain::Clock;
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    Failure, Kind, Module,
    records::{ConnectionParams, ConnectionRow},
    secret::HostKey,
    texts::Language,
    xml::Element,
};

/// Under which names rows of the vendor's own module, or of an older form, may carry a setting; the first that is not empty wins.
const ALIASES: &[(&str, &[&str])] = &[
    ("url", &["url", "api_url"]),
    ("username", &["username", "login", "user"]),
    ("password", &["password", "passwd", "token"]),
];

/// The values of a connection's parameters, secrets among them.
#[derive(Default)]
pub struct Parameters(BTreeMap<String, SecretString>);

impl Parameters {
    /// Of a document: the form's fields are children of `processingmodule`, or of the root itself.
    #[must_use]
    pub fn of_document(document: &Element) -> Self {
        let form = document.first("processingmodule").unwrap_or(document);
        let values = form
            .children()
            .map(|field| (field.name.clone(), SecretString::from(field.content())));
        Self(values.collect())
    }

    /// Of the database; encrypted ones win over plain ones of the same name.
    ///
    /// # Errors
    /// [`Kind::Crypt`] when one cannot be decrypted.
    pub fn of_records(
        records: ConnectionParams,
        key: impl FnOnce() -> Result<HostKey, Failure>,
    ) -> Result<Self, Failure> {
        let plain = records.plain.into_iter();
        let mut values: BTreeMap<String, SecretString> = plain
            .map(|(name, value)| (name, SecretString::from(value)))
            .collect();
        if records.crypted.values().any(|value| !value.trim().is_empty()) {
            let key = key()?;
            for (name, value) in records.crypted {
                let clear = key
                    .decrypt(&name, &value)
                    .map_err(|error| Failure::new(Kind::Crypt).about(name.as_str()).because(error))?;
                values.insert(name, clear);
            }
        }
        Ok(Self(values))
    }

    /// A value that is no secret; empty when there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.expose_secret().trim())
    }

    /// The connector's settings among them.
    ///
    /// # Errors
    /// [`Kind::Value`] with the first setting that is refused.
    pub fn settings(&self, module: Module) -> Result<Settings, Failure> {
        let descriptor = module.connector.descriptor;
        let value = |name: &'static str| {
            let aliases = ALIASES.iter().find(|(known, _)| *known == name);
            let names = aliases.map_or(std::slice::from_ref(&name), |(_, names)| names);
            let found = names
                .iter()
                .filter_map(|alias| self.0.get(*alias))
                .find(|value| !value.expose_secret().trim().is_empty());
            found.map(|value| (name.to_owned(), value.clone()))
        };
        let values = descriptor.settings.iter().filter_map(|field| value(field.name));
        Settings::parse(descriptor, values).map_err(|problems| {
            let first = problems.into_iter().next();
            let (field, code) = first.map_or_else(Default::default, |problem| (problem.field, problem.code));
            Failure::value("processing", field).with("problem", code)
        })
    }

    /// How careful purchases of this connection are.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let usual = Policy::default();
        Policy {
            settle: self
                .text("settle_seconds")
                .parse()
                .map_or(usual.settle, |seconds: u32| {
                    SignedDuration::from_secs(seconds.into())
                }),
            ..usual
        }
    }

    /// How many days before End date a certificate is issued again, when the administrator says so.
    #[must_use]
    pub fn reissue_days(&self) -> Option<u16> {
        self.text("reissue_days").parse().ok().filter(|days| *days > 0)
    }

    /// In which language employees read the tasks; `None` when the administrator does not say.
    ///
    /// # Errors
    /// [`Kind::Value`] for a language that the module does not speak.
    pub fn task_language(&self) -> Result<Option<Language>, Failure> {
        match self.text("task_language") {
            "" => Ok(None),
            told => match Language::of(told) {
                Some(language) => Ok(Some(language)),
                None => Err(Failure::value("processing", "task_language").with("problem", told)),
            },
        }
    }

    /// Where the two dates go.
    ///
    /// # Errors
    /// [`Kind::Value`] when both go to the same field.
    pub fn date_fields(&self) -> Result<DateFields, Failure> {
        let field = |name: &str, usual: &str| match self.text(name) {
            "" => usual.to_owned(),
            told => told.to_owned(),
        };
        let fields = DateFields {
            end_date: DateField::of(&field("end_date_field", "expiredate")),
            paid_till: DateField::of(&field("paid_till_field", "subscriptiondate")),
        };
        if fields.end_date == fields.paid_till && fields.end_date != DateField::Nowhere {
            return Err(Failure::value("processing", "paid_till_field").with("problem", "same-field"));
        }
        Ok(fields)
    }

    /// The connector. A plain http address is taken for this machine alone: a simulator of the CA, or a proxy that speaks TLS.
    ///
    /// # Errors
    /// [`Kind::Value`] when a setting cannot be used.
    pub fn connect(
        &self,
        module: Module,
        clock: Arc<dyn Clock>,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Arc<dyn Connector>, Failure> {
        let settings = self.settings(module)?;
        let is_plain = settings.text("url").starts_with("http://");
        let mode = if is_plain { Mode::Simulated } else { Mode::Live };
        let mut context = ConnectContext::new(clock, mode);
        context.user_agent = format!("{}/{}", module.name, env!("CARGO_PKG_VERSION"));
        context.resolver = Some(resolver);
        if is_plain {
            context.limits = Limits::NONE;
        }
        // The host repeats what failed; nobody waits a minute in a form.
        context.timeouts.total = Duration::from_secs(50);
        (module.connector.connect)(&settings, context).map_err(|error| {
            let failure = match error.class {
                // Nothing is called here: what is missing for a connection is missing on this machine.
                Class::Unreachable => Failure::new(Kind::Tls)
                    .saying(error.detail.as_str())
                    .with("address", settings.text("url")),
                _ => Failure::value("processing", "url").with("problem", error.detail.as_str()),
            };
            failure.because(error)
        })
    }
}

impl std::fmt::Debug for Parameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A field of the host that a date goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateField {
    /// `item.expiredate`, by its own function.
    ExpireDate,
    /// A parameter of the service.
    Parameter(String),
    /// None: the date is not written.
    Nowhere,
}

impl DateField {
    fn of(name: &str) -> Self {
        match name {
            "expiredate" => Self::ExpireDate,
            "none" => Self::Nowhere,
            other => Self::Parameter(other.to_owned()),
        }
    }
}

/// Which host field carries End date and which Paid till; which of the host's two does is not documented (protocol facts §16.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFields {
    /// End of the present certificate.
    pub end_date: DateField,
    /// End of the paid term.
    pub paid_till: DateField,
}

/// A connection as the administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Id.
    pub id: u64,
    /// Name.
    pub name: String,
}

impl From<&ConnectionRow> for Label {
    fn from(row: &ConnectionRow) -> Self {
        Self {
            id: row.id,
            name: row.name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(text: &str) -> Parameters {
        Parameters::of_document(&Element::parse(text).unwrap())
    }

    #[test]
    fn the_form_may_stand_in_the_root_or_below_it() {
        for text in [
            "<doc><processingmodule><url> http://x </url></processingmodule></doc>",
            "<doc><url>http://x</url></doc>",
        ] {
            assert_eq!(parameters(text).text("url"), "http://x");
        }
    }

    #[test]
    fn the_two_dates_need_two_fields() {
        let fields = parameters("<doc/>").date_fields().unwrap();
        assert_eq!(fields.end_date, DateField::ExpireDate);
        assert_eq!(
            fields.paid_till,
            DateField::Parameter("subscriptiondate".to_owned())
        );
        let same = "<doc><paid_till_field>expiredate</paid_till_field></doc>";
        assert!(parameters(same).date_fields().is_err());
        let swapped = "<doc><end_date_field>crt_end_date</end_date_field><paid_till_field>expiredate</paid_till_field></doc>";
        assert_eq!(
            parameters(swapped).date_fields().unwrap().paid_till,
            DateField::ExpireDate
        );
        let nowhere =
            "<doc><end_date_field>none</end_date_field><paid_till_field>none</paid_till_field></doc>";
        assert!(parameters(nowhere).date_fields().is_ok());
    }

    #[test]
    fn tasks_are_written_in_a_language_that_the_module_speaks() {
        let told = |code: &str| {
            parameters(&format!("<doc><task_language>{code}</task_language></doc>")).task_language()
        };
        assert_eq!(told("").unwrap(), None);
        assert_eq!(told("ru").unwrap(), Some(Language::Russian));
        assert!(told("fr").is_err());
    }

    #[test]
    fn encrypted_values_need_the_key_and_plain_ones_do_not() {
        let no_key = || Err(Failure::new(Kind::Crypt));
        let records = |value: &str| ConnectionParams {
            plain: [("username".to_owned(), "u".to_owned())].into(),
            crypted: [("password".to_owned(), value.to_owned())].into(),
        };
        assert!(Parameters::of_records(records(""), no_key).is_ok());
        assert!(Parameters::of_records(records("AAAA"), no_key).is_err());
    }

    #[test]
    fn nothing_of_a_connection_prints() {
        let shown = format!("{:?}", parameters("<doc><password>hunter2</password></doc>"));
        assert_eq!(shown, "{\"password\"}");
    }
}
