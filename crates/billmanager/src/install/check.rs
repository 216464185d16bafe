//! The test of a real host: what is assumed about it is confirmed or found missing, one line each. Nothing is changed.

use std::fmt;

use crate::{
    Module, Root,
    commands::Command,
    database::Database,
    features,
    host::{Host, Mgrctl},
    secret::HostKey,
    template::Templates,
};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As assumed.
    Confirmed,
    /// Not as assumed, and the module cannot work so.
    Missing,
    /// Not as assumed, or not to be told; the detail says what to look at.
    Look,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Confirmed => "confirmed",
            Self::Missing => "missing",
            Self::Look => "look",
        })
    }
}

/// One line of the test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub verdict: Verdict,
    /// About what.
    pub what: String,
    /// What was seen.
    pub detail: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<9}  {}", self.verdict, self.what)?;
        if self.detail.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", self.detail)
    }
}

/// Functions and the parameters with which they are called (protocol facts §8.2).
const FUNCTIONS: &[(&str, &[&str])] = &[
    ("service.saveparam", &["elid", "name", "value"]),
    ("service.dropparam", &["elid", "name"]),
    ("service.setstatus", &["elid", "service_status"]),
    ("service.setexpiredate", &["elid", "expiredate"]),
    ("service.postopen", &["elid"]),
    ("service.postprolong", &["elid"]),
    ("service.postreopen", &["elid"]),
    ("service.postclose", &["elid"]),
    ("service.postsuspend", &["elid"]),
    ("service.postresume", &["elid"]),
    ("service.postsetparam", &["elid"]),
    ("certificate.save", &["elid", "crt"]),
    ("certificate.open", &["elid"]),
    ("certificate.failed", &["elid"]),
    ("runningoperation.edit", &["elid", "errorxml"]),
    ("runningoperation.setmanual", &["elid"]),
    ("task.gettype", &["operation"]),
    ("task.edit", &["item", "type", "runningoperation", "params"]),
    ("problems.register", &["name", "id"]),
    (
        "processing.savebalance",
        &["processingmodule", "balance", "currency"],
    ),
    ("service.changepricelist.rollback", &["elid"]),
    ("service.poststat", &["elid", "date"]),
];

/// The form with the field for Paid till; a parameter of the service holds it all the same.
const PAID_TILL: (&str, &str) = ("certificate.edit", "subscriptiondate");

/// Tables and the columns that are read (protocol facts §9).
const TABLES: &[(&str, &[&str])] = &[
    (
        "item",
        &[
            "id",
            "processingmodule",
            "pricelist",
            "lastpricelist",
            "period",
            "opendate",
            "expiredate",
        ],
    ),
    ("pricelist", &["id", "intname"]),
    (
        "processingmodule",
        &["id", "name", "module", "active", "orderpriority"],
    ),
    ("processingmodule2pricelist", &["processingmodule", "pricelist"]),
    ("processingparam", &["processingmodule", "intname", "value"]),
    (
        "processingcryptedparam",
        &["processingmodule", "intname", "value"],
    ),
    ("itemparam", &["item", "intname", "value"]),
    ("certificate", &["item", "csr", "crt"]),
    ("runningoperation", &["id", "trycount"]),
    ("task", &["type", "item", "status", "runningoperation"]),
    ("country", &["id", "iso2"]),
];

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, verdict: Verdict, what: impl Into<String>, detail: impl Into<String>) {
        self.0.push(Finding {
            verdict,
            what: what.into(),
            detail: detail.into(),
        });
    }

    fn expect(&mut self, is_there: bool, what: impl Into<String>, detail: impl Into<String>) {
        let verdict = if is_there {
            Verdict::Confirmed
        } else {
            Verdict::Missing
        };
        self.add(verdict, what, detail);
    }
}

/// Tests a host.
pub async fn check(
    root: &Root,
    module: Module,
    host: &Host,
    mgrctl: &Mgrctl,
    database: &Database,
) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    files(root, module, &mut findings);
    match host.settings().await {
        Ok(settings) => {
            findings.add(Verdict::Confirmed, "BILLmanager answers paramlist", "");
            for name in ["DBHost", "DBUser", "DBName"] {
                let told = settings.setting(name);
                let verdict = if told.is_empty() {
                    Verdict::Look
                } else {
                    Verdict::Confirmed
                };
                findings.add(verdict, format!("paramlist tells {name}"), told);
            }
            key(root, settings.setting("CryptKey"), &mut findings);
            functions(mgrctl, &mut findings).await;
            task_types(host, &mut findings).await;
            tables(database, &mut findings).await;
            rows(root, module, database, &mut findings).await;
        }
        Err(error) => findings.add(
            Verdict::Missing,
            "BILLmanager answers paramlist",
            error.to_string(),
        ),
    }
    findings.0
}

fn files(root: &Root, module: Module, findings: &mut Findings) {
    let description = std::fs::read_to_string(root.description(module));
    findings.expect(
        root.executable(module).is_file(),
        "the executable is in its place",
        root.executable(module).display().to_string(),
    );
    findings.expect(
        description.is_ok_and(|text| text == super::DESCRIPTION),
        "the plugin description is in its place and of this version",
        root.description(module).display().to_string(),
    );
    findings.expect(
        root.mgrctl().is_file(),
        "the host's client is there",
        root.mgrctl().display().to_string(),
    );
    if root.do_nothing().exists() {
        findings.add(
            Verdict::Look,
            "modules are switched off",
            format!("{} is there", root.do_nothing().display()),
        );
    }
}

fn key(root: &Root, told: &str, findings: &mut Findings) {
    let file = root.join(if told.is_empty() { "etc/billmgr.pem" } else { told });
    let what = "the key for encrypted parameters is an RSA key that can be read";
    match HostKey::read(&file) {
        Ok(_) => findings.add(Verdict::Confirmed, what, file.display().to_string()),
        Err(error) => findings.add(Verdict::Missing, what, error.to_string()),
    }
}

async fn functions(mgrctl: &Mgrctl, findings: &mut Findings) {
    for (function, params) in FUNCTIONS {
        let what = format!("function {function} takes {}", params.join(", "));
        match mgrctl.describe(function).await {
            Ok(text) if text.trim().is_empty() => {
                findings.add(Verdict::Look, what, "mgrctl -i tells nothing of it");
            }
            Ok(text) => {
                let lacking: Vec<&str> = params
                    .iter()
                    .copied()
                    .filter(|name| !names(&text, name))
                    .collect();
                if lacking.is_empty() {
                    findings.add(Verdict::Confirmed, what, "");
                } else {
                    findings.add(
                        Verdict::Look,
                        what,
                        format!("mgrctl -i does not name {}", lacking.join(", ")),
                    );
                }
            }
            Err(error) => findings.add(Verdict::Missing, what, error.to_string()),
        }
    }
    let (form, field) = PAID_TILL;
    let what = format!("the field {field} of {form} shows Paid till");
    match mgrctl.describe(form).await {
        Ok(text) if names(&text, field) => findings.add(Verdict::Confirmed, what, ""),
        Ok(_) => findings.add(Verdict::Look, what, "mgrctl -i does not name it"),
        Err(error) => findings.add(Verdict::Look, what, error.to_string()),
    }
}

/// Whether a description has this name as a word.
fn names(description: &str, name: &str) -> bool {
    description
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|word| word == name)
}

async fn task_types(host: &Host, findings: &mut Findings) {
    for command in [Command::Open, Command::Prolong, Command::Reopen] {
        let what = format!("a failed {} has a type of task", command.word());
        match host.task_type(command.word(), 0).await {
            Ok(Some(kind)) => findings.add(Verdict::Confirmed, what, kind),
            Ok(None) => findings.add(
                Verdict::Look,
                what,
                "none; the operation waits in manual mode without a task",
            ),
            Err(error) => findings.add(Verdict::Look, what, error.to_string()),
        }
    }
}

async fn tables(database: &Database, findings: &mut Findings) {
    for (table, columns) in TABLES {
        let what = format!("table {table} has {}", columns.join(", "));
        match database.columns(table).await {
            Ok(there) => {
                let lacking: Vec<&str> = columns
                    .iter()
                    .copied()
                    .filter(|column| !there.contains_key(*column))
                    .collect();
                findings.expect(lacking.is_empty(), what, lacking.join(", "));
                if let Some(kind) = there.get("value").filter(|_| *table == "itemparam") {
                    let is_long = kind.contains("text") || kind.contains("blob");
                    let verdict = if is_long {
                        Verdict::Confirmed
                    } else {
                        Verdict::Missing
                    };
                    findings.add(verdict, "a service's parameter takes long text", kind.as_str());
                }
            }
            Err(error) => {
                findings.add(Verdict::Missing, what, error.to_string());
                return;
            }
        }
    }
}

/// What the module before this one left: names of tariff plans and of parameters.
async fn rows(root: &Root, module: Module, database: &Database, findings: &mut Findings) {
    let text = std::fs::read_to_string(root.templates(module)).unwrap_or_default();
    let templates = Templates::with_file(&text);
    for fault in &templates.faults {
        findings.add(
            Verdict::Look,
            format!("etc/{}.templates", module.name),
            fault.as_str(),
        );
    }
    match database.plans(module.name).await {
        Ok(plans) => {
            for plan in plans {
                let what = format!("tariff plans of type {plan}");
                if templates.template(&plan).is_some() {
                    findings.add(Verdict::Confirmed, what, "");
                } else {
                    let hint = format!(
                        "not among the built-in types; it is looked for in the CA's product list, or say in etc/{}.templates: alias {plan} <type>",
                        module.name
                    );
                    findings.add(Verdict::Look, what, hint);
                }
            }
        }
        Err(error) => findings.add(Verdict::Look, "tariff plans", error.to_string()),
    }
    let is_known = |name: &str| {
        features::PARAMS.contains(&name)
            || features::CUSTOM.iter().any(|(known, _)| *known == name)
            || ["api_url", "login", "user", "passwd", "token"].contains(&name)
    };
    match database.parameter_names(module.name).await {
        Ok(names) => {
            for name in names.iter().filter(|name| !is_known(name)) {
                let what = format!("parameter {name} of a connection");
                findings.add(Verdict::Look, what, "not read by this module");
            }
        }
        Err(error) => findings.add(Verdict::Look, "parameters of connections", error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_whole_word_of_a_description() {
        let text = "elid\nservice_status (3..6)\nsok";
        assert!(names(text, "service_status") && names(text, "elid"));
        assert!(!names(text, "status"));
    }

    #[test]
    fn a_finding_is_one_line() {
        let mut findings = Findings(Vec::new());
        findings.expect(true, "a", "");
        findings.expect(false, "b", "c");
        let lines: Vec<String> = findings.0.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["confirmed  a", "missing    b: c"]);
    }
}
