//! The dated rules in force: the built-in file or the operator's own, and what follows when they change.

mod adopt;
mod model;

pub use model::{Origin, RulesView};

use std::{path::PathBuf, sync::Arc};

use domain::{
    name::DomainName,
    product::ValidationMethod,
    rules::{self, BadRules, DatedRules, Evidence, Product, Unusable},
};
use jiff::Timestamp;

use crate::{Actor, Engine, Permission, Result, authority::require};

/// The dated rules with where they come from.
#[derive(Debug, Clone)]
pub struct RulesInForce {
    rules: Arc<DatedRules>,
    origin: Origin,
    digest: String,
}

impl RulesInForce {
    /// The rules that are built into the program.
    ///
    /// # Panics
    /// Never: a test reads the built-in file.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            rules: Arc::new(DatedRules::baseline().clone()),
            origin: Origin::BuiltIn,
            digest: digest(rules::BUILT_IN),
        }
    }

    /// An operator's own rules, read from a file.
    ///
    /// # Errors
    /// Everything that is wrong in it, with line and field.
    pub fn of_file(path: PathBuf, text: &str) -> std::result::Result<Self, BadRules> {
        Ok(Self {
            rules: Arc::new(DatedRules::parse(text)?),
            origin: Origin::File(path),
            digest: digest(text),
        })
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &DatedRules {
        &self.rules
    }

    /// SHA-256 of the file, hex: tells whether two installations have the same rules.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// Use cases around the dated rules.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a>(&'a Engine);

impl Engine {
    /// The dated rules in force.
    #[must_use]
    pub const fn rules(&self) -> Rules<'_> {
        Rules(self)
    }

    /// The dated rules in force, for those who ask them.
    #[must_use]
    pub fn dated_rules(&self) -> &DatedRules {
        self.rules_in_force().rules()
    }
}

impl Rules<'_> {
    /// What holds now, what changes next, and which file says so.
    ///
    /// # Errors
    /// Only staff sees them.
    pub fn show(&self, actor: &Actor) -> Result<RulesView> {
        require(actor, Permission::SeeModules)?;
        let engine = self.0;
        let today = engine.today();
        let in_force = engine.rules_in_force();
        Ok(RulesView {
            origin: in_force.origin.clone(),
            digest: in_force.digest.clone(),
            today,
            changes: in_force.rules.changes_after(today),
            rules: in_force.rules.clone(),
        })
    }

    /// Whether proof that a CA account obtained may stand behind a name in a certificate issued at `issued_at`.
    ///
    /// This is for plans and for asking clients. Whether a CA really uses its proof again is the CA's decision.
    ///
    /// # Errors
    /// Says why not.
    pub fn evidence_is_usable(
        &self,
        product: Product<'_>,
        proven: (&DomainName, ValidationMethod, Timestamp),
        name: &DomainName,
        issued_at: Timestamp,
    ) -> std::result::Result<(), Unusable> {
        let (proven, method, obtained_at) = proven;
        let evidence = Evidence {
            name: proven,
            method,
            obtained_at,
        };
        self.0
            .dated_rules()
            .evidence_is_usable(product, evidence, name, issued_at)
    }
}

fn digest(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest
        .as_ref()
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_rules_have_another_digest_and_bad_ones_are_refused() {
        let built_in = RulesInForce::built_in();
        assert_eq!(built_in.digest().len(), 64);
        let changed = rules::BUILT_IN.replace("days = 47", "days = 30");
        let own = RulesInForce::of_file("rules.toml".into(), &changed).unwrap();
        assert_ne!(own.digest(), built_in.digest());
        let bad = RulesInForce::of_file("rules.toml".into(), "edition = 1").unwrap_err();
        assert!(bad.to_string().contains("line 1: edition"), "{bad}");
    }
}
