//! The wizard that adds a connection (*Integration → Processing modules → Add*), and the forms that a module takes part in.

use std::collections::BTreeMap;

use sqlx_core::query::query;

use crate::{
    document::Element,
    error::HostError,
    features::Features,
    host::{Host, Inner},
    launch::Run,
};

/// What the wizard is told.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// The module's executable.
    pub module: String,
    /// Name of the connection.
    pub name: String,
    /// Department that its tasks go to.
    pub department: i64,
    /// *Sort*: the lowest is tried first.
    pub sort: i64,
    /// The integration settings, secrets in clear.
    pub form: Vec<(String, String)>,
}

impl Host {
    /// Goes through the wizard: features, the module's additions to the form, the parameters stored, the connection checked.
    ///
    /// # Errors
    /// [`HostError::CannotConnect`] when the check fails; then nothing is kept. Also when the module does not answer as it must.
    pub async fn connect(&self, connection: &NewConnection) -> Result<i64, HostError> {
        let host = &self.inner;
        let features = host.features(&connection.module).await?;
        if features.has("tune_connection") {
            self.tune(connection).await?;
        }
        let id = query("INSERT INTO processingmodule (name, module, active, orderpriority, department) VALUES (?, ?, 'on', ?, ?)")
            .bind(&connection.name)
            .bind(&connection.module)
            .bind(connection.sort)
            .bind(connection.department)
            .execute(&host.database.pool)
            .await?
            .last_insert_id();
        let id = i64::try_from(id).map_err(|_| HostError::Other("too many connections".to_owned()))?;
        host.store_form(id, &features, &connection.form).await?;
        if features.has("check_connection")
            && let Err(error) = self.check(&connection.module, id, &connection.form).await
        {
            for sql in [
                "DELETE FROM processingparam WHERE processingmodule = ?",
                "DELETE FROM processingcryptedparam WHERE processingmodule = ?",
                "DELETE FROM processingmodule WHERE id = ?",
            ] {
                query(sql).bind(id).execute(&host.database.pool).await?;
            }
            return Err(error);
        }
        Ok(id)
    }

    /// Changes parameters of a connection, without checking it.
    ///
    /// # Errors
    /// When the module does not say which parameters it has, or the database fails.
    pub async fn set_params(&self, connection: i64, form: &[(String, String)]) -> Result<(), HostError> {
        let module = self.inner.module_of(connection).await?;
        let features = self.inner.features(&module).await?;
        self.inner.store_form(connection, &features, form).await
    }

    /// Switches a connection on or off.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_active(&self, connection: i64, active: Active) -> Result<(), HostError> {
        query("UPDATE processingmodule SET active = ? WHERE id = ?")
            .bind(active.word())
            .bind(connection)
            .execute(&self.inner.database.pool)
            .await?;
        Ok(())
    }

    /// The link that *Add new client* shows.
    ///
    /// # Errors
    /// When the module has none.
    pub async fn sign_up_link(&self, module: &str) -> Result<String, HostError> {
        self.need(module, "usercreate").await?;
        let run = self
            .run(
                module,
                &["--command", "usercreate"],
                &Element::new("doc").to_xml(),
            )
            .await?;
        let document = answered(&run)?;
        let link = document.find("outerlink").map(|link| link.text.clone());
        link.ok_or_else(|| HostError::Other("the answer to usercreate has no outerlink".to_owned()))
    }

    /// The addresses that may approve a certificate, by name. A module may answer for all names at once; they are under `""` then.
    ///
    /// # Errors
    /// When the module refuses or does not answer as it must.
    pub async fn approvers(
        &self,
        connection: i64,
        template: &str,
        names: &[&str],
        csr: &str,
    ) -> Result<BTreeMap<String, Vec<String>>, HostError> {
        let module = self.inner.module_of(connection).await?;
        self.need(&module, "approver").await?;
        let id = connection.to_string();
        let names = names.join(",");
        let arguments = [
            "--command",
            "approver",
            "--module",
            &id,
            "--intname",
            template,
            "--domain",
            &names,
        ];
        let run = self.run(&module, &arguments, csr).await?;
        let document = answered(&run)?;
        let addresses = |element: &Element| -> Vec<String> {
            element
                .all("approver")
                .map(|address| address.text.clone())
                .collect()
        };
        let mut approvers: BTreeMap<_, _> = document
            .all("domain")
            .map(|domain| {
                (
                    domain.attr("name").unwrap_or_default().to_owned(),
                    addresses(domain),
                )
            })
            .collect();
        let flat = addresses(&document);
        if !flat.is_empty() {
            approvers.insert(String::new(), flat);
        }
        Ok(approvers)
    }

    async fn need(&self, module: &str, feature: &str) -> Result<(), HostError> {
        if self.inner.features(module).await?.has(feature) {
            return Ok(());
        }
        Err(HostError::NotAnnounced {
            module: module.to_owned(),
            feature: feature.to_owned(),
        })
    }

    async fn tune(&self, connection: &NewConnection) -> Result<(), HostError> {
        let form = connection
            .form
            .iter()
            .fold(Element::new("doc"), |form, (name, value)| {
                form.child(Element::new(name).text(value))
            })
            .child(Element::new("func").text("processing.add.user"));
        let run = self
            .run(
                &connection.module,
                &["--command", "tune_connection"],
                &form.to_xml(),
            )
            .await?;
        let answer = answered(&run)?;
        let lost = form
            .children
            .iter()
            .find(|field| answer.find(&field.name).is_none());
        lost.map_or(Ok(()), |field| {
            Err(HostError::Other(format!(
                "tune_connection lost the field {}",
                field.name
            )))
        })
    }

    /// Checks a connection with the values of a form, as its last step does.
    ///
    /// # Errors
    /// [`HostError::CannotConnect`] with what the module says.
    pub async fn check(
        &self,
        module: &str,
        connection: i64,
        form: &[(String, String)],
    ) -> Result<(), HostError> {
        let fields = Element::new("processingmodule").child(Element::new("id").text(connection.to_string()));
        let fields = form.iter().fold(fields, |fields, (name, value)| {
            fields.child(Element::new(name).text(value))
        });
        let document = Element::new("doc").child(fields);
        let run = self
            .run(module, &["--command", "check_connection"], &document.to_xml())
            .await?;
        if run.succeeded() {
            return Ok(());
        }
        Err(HostError::CannotConnect {
            error: run.refusal().unwrap_or_default(),
        })
    }
}

/// Whether a connection takes new services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Active {
    /// It does.
    On,
    /// It does not.
    Off,
}

impl Active {
    const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

impl Inner {
    /// Keeps what the module declares; a field that it does not declare is not kept.
    async fn store_form(
        &self,
        connection: i64,
        features: &Features,
        form: &[(String, String)],
    ) -> Result<(), HostError> {
        for param in &features.params {
            let Some((_, value)) = form.iter().find(|(name, _)| *name == param.name) else {
                continue;
            };
            let (sql, value) = if param.crypted {
                (
                    "REPLACE INTO processingcryptedparam (processingmodule, intname, value) VALUES (?, ?, ?)",
                    self.key.encrypt(value)?,
                )
            } else {
                (
                    "REPLACE INTO processingparam (processingmodule, intname, value) VALUES (?, ?, ?)",
                    value.clone(),
                )
            };
            query(sql)
                .bind(connection)
                .bind(&param.name)
                .bind(value)
                .execute(&self.database.pool)
                .await?;
        }
        Ok(())
    }
}

/// The document of a run that must have gone well.
fn answered(run: &Run) -> Result<Element, HostError> {
    if let Some(error) = run.refusal() {
        return Err(HostError::Refused { error });
    }
    let document = run.document().map_err(|source| HostError::Answer {
        command: run.command().to_owned(),
        said: run.stdout.clone(),
        source,
    })?;
    document.ok_or_else(|| HostError::Other(format!("no answer to {}: {}", run.command(), run.stderr)))
}
