//! What a module says it can do. Asked once per start of the daemon; a module that cannot say is repaired first.

use std::{collections::BTreeSet, process::Stdio, sync::Arc};

use tokio::process::Command;

use crate::{
    document::Element,
    error::HostError,
    host::{Host, Inner},
};

/// What certificate modules do without announcing it.
const IMPLICIT: &[&str] = &[
    "open", "suspend", "resume", "close", "setparam", "reopen", "prolong",
];

/// The features document, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features {
    /// Product types.
    pub item_types: Vec<String>,
    /// Parameters of the connection that are kept.
    pub params: Vec<Param>,
    /// Calls that are announced.
    pub names: BTreeSet<String>,
    /// Kinds of certificates.
    pub templates: Vec<Template>,
}

/// A parameter of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Whether it is kept encrypted.
    pub crypted: bool,
}

/// A kind of certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What becomes `pricelist.intname`.
    pub name: String,
    /// Its flags that are on.
    pub flags: BTreeSet<String>,
}

impl Features {
    /// Whether the host calls this command.
    pub fn has(&self, command: &str) -> bool {
        self.names.contains(command) || IMPLICIT.contains(&command)
    }

    fn read(document: &Element) -> Self {
        let all = |section: &str, name: &str| -> Vec<Element> {
            document
                .find(section)
                .map(|found| found.all(name).cloned().collect())
                .unwrap_or_default()
        };
        let name_of = |element: &Element| element.attr("name").unwrap_or_default().to_owned();
        let crypted = |element: &Element| element.attr("crypted") == Some("yes");
        let params = ["param", "customparam"]
            .iter()
            .flat_map(|kind| all("params", kind));
        Self {
            item_types: all("itemtypes", "itemtype").iter().map(name_of).collect(),
            params: params
                .map(|element| Param {
                    name: name_of(&element),
                    crypted: crypted(&element),
                })
                .collect(),
            names: all("features", "feature").iter().map(name_of).collect(),
            templates: all("templates", "template").iter().map(template).collect(),
        }
    }
}

/// Which of `name` and `id` a host reads is unknown; either will do.
fn template(element: &Element) -> Template {
    let name = element.attr("name").or_else(|| element.attr("id"));
    let flags = element.attributes.iter().filter(|(_, value)| value == "yes");
    Template {
        name: name.unwrap_or_default().to_owned(),
        flags: flags.map(|(flag, _)| flag.clone()).collect(),
    }
}

impl Host {
    /// What a module can do, from its first answer since the daemon started.
    ///
    /// # Errors
    /// When it does not answer, also not after `make install-only` in its folder under `src/`.
    pub async fn features(&self, module: &str) -> Result<Arc<Features>, HostError> {
        self.inner.features(module).await
    }
}

impl Inner {
    pub(crate) async fn features(&self, module: &str) -> Result<Arc<Features>, HostError> {
        if let Some(known) = self.features.lock().get(module) {
            return Ok(Arc::clone(known));
        }
        let features = match self.ask_features(module).await {
            Err(_) if self.repair(module).await => self.ask_features(module).await?,
            answer => answer?,
        };
        let features = Arc::new(features);
        self.features
            .lock()
            .insert(module.to_owned(), Arc::clone(&features));
        Ok(features)
    }

    async fn ask_features(&self, module: &str) -> Result<Features, HostError> {
        let run = self.run(module, &["--command", "features"], "").await?;
        let document = run.document().map_err(|source| HostError::Answer {
            command: "features".to_owned(),
            said: run.stdout.clone(),
            source,
        })?;
        match (run.refusal(), document) {
            (None, Some(document)) if run.status == Some(0) => Ok(Features::read(&document)),
            (Some(error), _) => Err(HostError::Refused { error }),
            _ => Err(HostError::Other(format!(
                "{module} did not say its features: status {:?}, {}",
                run.status, run.stderr
            ))),
        }
    }

    /// Self-repair: `make install-only` in `src/<module>`. Whether it was tried and went well.
    async fn repair(&self, module: &str) -> bool {
        let sources = self.root.path().join("src").join(module);
        if !sources.join("Makefile").is_file() {
            return false;
        }
        Command::new("make")
            .arg("install-only")
            .current_dir(sources)
            .stdin(Stdio::null())
            .output()
            .await
            .is_ok_and(|output| output.status.success())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_of_either_generation_is_read() {
        let document = Element::parse(
            r#"<doc><itemtypes><itemtype name="certificate"/></itemtypes>
            <params><param name="url"/><param name="password" crypted="yes"/><customparam name="x" unique="yes" defval="1"/></params>
            <features><feature name="sync_item"/></features>
            <templates><template id="dv" www="yes"/><template name="ov" id="other" orginfo="yes" idn="no"/></templates></doc>"#,
        )
        .unwrap();
        let features = Features::read(&document);
        let names: Vec<_> = features
            .params
            .iter()
            .map(|param| (param.name.as_str(), param.crypted))
            .collect();
        assert_eq!(names, [("url", false), ("password", true), ("x", false)]);
        assert!(features.has("sync_item") && features.has("open") && !features.has("getbalance"));
        let templates: Vec<_> = features
            .templates
            .iter()
            .map(|template| template.name.as_str())
            .collect();
        assert_eq!(templates, ["dv", "ov"]);
        assert!(!features.templates[1].flags.contains("idn"));
    }
}
