//! What goes out of [`Rules`](super::Rules).

use std::{path::PathBuf, sync::Arc};

use domain::rules::{Change, DatedRules};
use jiff::civil::Date;

/// Where the rules in force come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// They are built into the program.
    BuiltIn,
    /// The operator's own file.
    File(PathBuf),
}

/// The dated rules as administrators see them.
#[derive(Debug, Clone)]
pub struct RulesView {
    /// Which file is in force.
    pub origin: Origin,
    /// SHA-256 of it, hex.
    pub digest: String,
    /// Today.
    pub today: Date,
    /// What changes from tomorrow on, the soonest first.
    pub changes: Vec<Change>,
    /// All of them.
    pub rules: Arc<DatedRules>,
}
