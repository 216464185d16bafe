//! Which crate may use which: the table of the design, compared with `cargo metadata`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use anyhow::Context;
use serde::Deserialize;

/// The direct edges of the design. Lower layers are seen through: whoever may use `store` may use what `store` may.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("telemetry", &["domain"]),
    ("pki", &["domain"]),
    ("seal", &["domain"]),
    ("i18n", &["domain"]),
    ("ca", &["pki", "seal"]),
    ("connectors", &["ca"]),
    ("store", &["seal"]),
    ("dns", &["pki"]),
    ("notify", &["i18n"]),
    ("engine", &["store", "ca", "dns", "notify"]),
    ("httpkit", &["engine", "i18n", "telemetry"]),
    ("web", &["httpkit"]),
    ("api", &["httpkit"]),
    ("leaderssl-simulator", &["pki", "dns"]),
    ("billmanager", &["ca", "telemetry"]),
    ("pmleadertelecom", &["billmanager", "connectors"]),
    (
        "bin-certbroker",
        &["web", "api", "connectors", "telemetry", "leaderssl-simulator"],
    ),
];

/// Development tools: they may use anything, and nothing that ships may use them.
const DEVELOPMENT: &[&str] = &["testkit", "billmanager-host", "load", "xtask"];

/// Crates that may not even reach the named libraries directly.
const PURE: &[(&str, &[&str])] = &[
    (
        "domain",
        &["tokio", "reqwest", "sea-orm", "sqlx", "rand", "axum", "tracing"],
    ),
    ("pki", &["tokio", "reqwest", "sea-orm", "sqlx", "rand", "axum"]),
    ("ca", &["reqwest", "sea-orm", "sqlx", "axum"]),
    ("engine", &["reqwest", "sea-orm", "sqlx", "axum"]),
    ("web", &["reqwest", "sea-orm", "sqlx"]),
    ("api", &["reqwest", "sea-orm", "sqlx"]),
    ("httpkit", &["reqwest", "sea-orm", "sqlx"]),
];

/// What `cargo metadata` says of the workspace's own crates.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    packages: Vec<Package>,
    workspace_root: String,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

impl Metadata {
    /// Asks cargo.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let cargo = option_env!("CARGO").unwrap_or("cargo");
        let output = Command::new(cargo)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("running cargo metadata")?;
        anyhow::ensure!(
            output.status.success(),
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).context("reading cargo metadata")
    }

    /// The folder of the workspace.
    pub(crate) fn root(&self) -> &Path {
        Path::new(&self.workspace_root)
    }

    /// How many crates were compared.
    pub(crate) fn crate_count(&self) -> usize {
        self.packages.len()
    }
}

/// Every dependency that the table does not allow.
pub(crate) fn findings(metadata: &Metadata) -> Vec<String> {
    let mut findings = Vec::new();
    let ours: BTreeSet<String> = metadata
        .packages
        .iter()
        .map(|package| short(&package.name))
        .collect();
    let allowed = closure();
    for package in &metadata.packages {
        let name = short(&package.name);
        let shipped = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind.as_deref() != Some("dev"));
        if DEVELOPMENT.contains(&name.as_str()) {
            continue;
        }
        let Some(may_use) = allowed.get(name.as_str()) else {
            findings.push(format!(
                "{name} stands in no layer: add it to the table in xtask and to docs/architecture.md"
            ));
            continue;
        };
        for dependency in shipped {
            let used = short(&dependency.name);
            if ours.contains(&used) && !may_use.contains(used.as_str()) {
                findings.push(format!("{name} may not use {used}"));
            }
            let is_impure = PURE
                .iter()
                .any(|(pure, banned)| *pure == name && banned.contains(&used.as_str()));
            if is_impure {
                findings.push(format!("{name} may not use the library {used}"));
            }
        }
    }
    findings
}

fn short(package: &str) -> String {
    match package {
        "certbroker" => "bin-certbroker".to_owned(),
        other => other.trim_start_matches("certbroker-").to_owned(),
    }
}

fn closure() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut closed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    // The table lists lower layers first, so one pass closes it.
    for (name, direct) in MAY_USE {
        let mut reach: BTreeSet<&str> = direct.iter().copied().collect();
        for lower in *direct {
            reach.extend(closed.get(lower).into_iter().flatten());
        }
        closed.insert(name, reach);
    }
    closed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, uses: &[&str]) -> Package {
        let dependencies = uses
            .iter()
            .map(|name| Dependency {
                name: (*name).to_owned(),
                kind: None,
            })
            .collect();
        Package {
            name: name.to_owned(),
            dependencies,
        }
    }

    fn findings_of(packages: Vec<Package>) -> Vec<String> {
        findings(&Metadata {
            packages,
            workspace_root: ".".to_owned(),
        })
    }

    #[test]
    fn lower_layers_are_seen_through_and_upper_ones_are_not() {
        let domain = || package("certbroker-domain", &[]);
        let store = || package("certbroker-store", &["certbroker-domain"]);
        assert_eq!(
            findings_of(vec![
                domain(),
                store(),
                package("certbroker-engine", &["certbroker-domain"])
            ]),
            [""; 0]
        );
        let wrong = findings_of(vec![
            domain(),
            package("certbroker-pki", &["certbroker-domain", "certbroker-store"]),
            store(),
        ]);
        assert_eq!(wrong, ["pki may not use store"]);
    }

    #[test]
    fn a_new_crate_must_be_placed_and_pure_crates_stay_pure() {
        assert_eq!(findings_of(vec![package("certbroker-new", &[])]).len(), 1);
        assert_eq!(
            findings_of(vec![package("certbroker-domain", &["tokio"])]),
            ["domain may not use the library tokio"]
        );
    }
}
