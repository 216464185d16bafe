//! What goes into and comes out of [`Catalogues`](super::Catalogues).

use domain::{
    Money,
    id::{ModuleId, ProductId},
    product::{ProductKind, ValidationLevel, ValidationMethod},
    term::Years,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Which products are shown.
#[derive(Debug, Clone, Default)]
pub struct ProductQuery {
    /// Only of this module.
    pub module: Option<ModuleId>,
    /// Only those whose name or brand holds this, without case.
    pub search: Option<String>,
    /// Also those that left the catalogue.
    pub with_removed: bool,
}

/// A product of a catalogue.
#[derive(Debug, Clone)]
pub struct ProductView {
    /// Its id here.
    pub id: ProductId,
    /// Whose catalogue.
    pub module: ModuleId,
    /// The module's name.
    pub module_name: String,
    /// Its id at the CA.
    pub ca_ref: String,
    /// The CA's code.
    pub code: String,
    /// The CA's name for it.
    pub name: String,
    /// Brand.
    pub brand: String,
    /// What the CA verifies.
    pub level: ValidationLevel,
    /// Which names it takes.
    pub kind: ProductKind,
    /// Ordinary names in the price.
    pub included_names: u32,
    /// Names at most.
    pub most_names: u32,
    /// Methods of validation that the CA takes for it.
    pub methods: Vec<ValidationMethod>,
    /// In the last snapshot.
    pub is_on_sale: bool,
    /// Terms and what they cost us, shortest first.
    pub terms: Vec<TermView>,
    /// Last import with it.
    pub last_seen_at: Timestamp,
}

/// What a term costs us.
#[derive(Debug, Clone, Copy)]
pub struct TermView {
    /// The term.
    pub years: Years,
    /// With the included names.
    pub price: Money,
    /// Each further name, when some may be added.
    pub extra_name: Option<Money>,
    /// Each further wildcard name, when some may be added.
    pub extra_wildcard: Option<Money>,
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportProgress {
    /// The CA is asked.
    Asking,
    /// So many products came.
    Received(usize),
    /// So many of them were compared with the last snapshot.
    Compared {
        /// Compared so far.
        done: usize,
        /// All.
        of: usize,
    },
    /// Everything is stored.
    Stored,
}

/// What an import changed.
#[derive(Debug, Clone)]
pub struct ImportReport {
    /// When.
    pub imported_at: Timestamp,
    /// Products in the snapshot.
    pub products: usize,
    /// What is different from the snapshot before.
    pub changes: Vec<CatalogueChange>,
    /// Lines of the CA's answer that were left out, each with its reason; only for the import just made.
    pub left_out: Vec<String>,
}

/// One difference between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum CatalogueChange {
    /// A product that was not there before.
    Added {
        /// Its name.
        product: String,
    },
    /// A product that is gone.
    Removed {
        /// Its name.
        product: String,
    },
    /// Another price for a term.
    Repriced {
        /// The product's name.
        product: String,
        /// The term.
        years: Years,
        /// The price before; none when the term is new.
        before: Option<Money>,
        /// The price now; none when the term is gone.
        now: Option<Money>,
    },
}
