//! A connector's name stands in its folder, in one registration line, in docs and in the simulator: nowhere else.

use std::{fs, path::Path};

use anyhow::Context;

/// Folders whose sources may not name a connector.
const BLIND: &[&str] = &[
    "crates/api/src",
    "crates/ca/src",
    "crates/dns/src",
    "crates/domain/src",
    "crates/engine/src",
    "crates/httpkit/src",
    "crates/notify/src",
    "crates/pki/src",
    "crates/seal/src",
    "crates/store/src",
    "crates/web/src",
];

/// Every line of code that names a connector outside its place. Comments and tests may name one as an example.
pub(crate) fn findings(root: &Path) -> anyhow::Result<Vec<String>> {
    let names = connector_names(&root.join("crates/connectors/src"))?;
    let mut findings = Vec::new();
    for folder in BLIND {
        visit(&root.join(folder), &mut |path, text| {
            let code = text.split("#[cfg(test)]").next().unwrap_or(text);
            for (index, line) in code.lines().enumerate() {
                let line = line.split("//").next().unwrap_or(line).to_lowercase();
                if let Some(name) = names.iter().find(|name| line.contains(name.as_str())) {
                    findings.push(format!(
                        "{}:{} names the connector {name}",
                        path.display(),
                        index + 1
                    ));
                }
            }
        })?;
    }
    Ok(findings)
}

fn connector_names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().to_lowercase());
        }
    }
    Ok(names)
}

fn visit(folder: &Path, see: &mut impl FnMut(&Path, &str)) -> anyhow::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry?.path();
        let is_test = path
            .file_name()
            .is_some_and(|name| name == "tests" || name == "tests.rs" || name == "snapshots");
        if path.is_dir() && !is_test {
            visit(&path, see)?;
        }
        if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            see(&path, &fs::read_to_string(&path)?);
        }
    }
    Ok(())
}
