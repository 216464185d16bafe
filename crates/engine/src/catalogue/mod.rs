//! What each CA sells.

mod model;

pub use model::{CatalogueChange, ImportProgress, ImportReport, ProductQuery, ProductView, TermView};

use std::collections::{HashMap, HashSet};

use ca::{Catalogue, CatalogueProduct};
use domain::{
    id::{ModuleId, ProductId},
    term::Years,
};
use jiff::Timestamp;
use serde_json::json;
use store::{
    Json,
    catalogue::{self, Import, Product, ProductFilter, ProductTerm},
};
use tokio::sync::mpsc;

use crate::{
    Actor, Engine, Permission, Result, audit, authority::require, connection::internal, modules::connector_of,
};

/// Imports that are shown.
const IMPORTS_SHOWN: u64 = 20;

/// Use cases around catalogues.
#[derive(Debug, Clone, Copy)]
pub struct Catalogues<'a>(&'a Engine);

impl Engine {
    /// What each CA sells.
    #[must_use]
    pub const fn catalogue(&self) -> Catalogues<'_> {
        Catalogues(self)
    }
}

impl Catalogues<'_> {
    /// Reads the catalogue of a module from its CA and stores what changed; doing it again changes nothing.
    ///
    /// # Errors
    /// [`Error::Ca`](crate::Error::Ca) when the CA does not answer; the old catalogue stays.
    pub async fn import(
        &self,
        actor: &Actor,
        module: ModuleId,
        progress: Option<mpsc::Sender<ImportProgress>>,
    ) -> Result<ImportReport> {
        require(actor, Permission::ManageModules)?;
        let engine = self.0;
        engine.modules().own(actor, module).await?;
        let tell = |step: ImportProgress| {
            // Whoever looks at the progress may have gone away, or be slow: the import does not wait.
            if let Some(progress) = &progress {
                let _ = progress.try_send(step);
            }
        };
        tell(ImportProgress::Asking);
        let (row, connector) = connector_of(engine, module).await?;
        let snapshot = connector.products().await?;
        tell(ImportProgress::Received(snapshot.products.len()));

        let now = engine.now();
        let tx = engine.store().begin().await?;
        let known = Known::load(&tx, module).await?;
        let difference = known.compare(engine, module, &snapshot, now, &tell);
        catalogue::insert_products(&tx, &difference.new_products).await?;
        for product in &difference.changed_products {
            catalogue::update_product(&tx, product).await?;
        }
        catalogue::replace_terms(&tx, module, &difference.terms).await?;
        let count = |wanted: fn(&CatalogueChange) -> bool| {
            i32::try_from(difference.changes.iter().filter(|change| wanted(change)).count())
                .unwrap_or(i32::MAX)
        };
        let import = Import {
            id: engine.new_id::<ProductId>().into(),
            module_id: module,
            imported_at: now,
            products: i32::try_from(snapshot.products.len()).unwrap_or(i32::MAX),
            added: count(|change| matches!(change, CatalogueChange::Added { .. })),
            removed: count(|change| matches!(change, CatalogueChange::Removed { .. })),
            repriced: count(|change| matches!(change, CatalogueChange::Repriced { .. })),
            changes: Json(
                serde_json::to_value(&difference.changes).map_err(internal("changes of a catalogue"))?,
            ),
        };
        catalogue::insert_import(&tx, &import).await?;
        let details =
            json!({ "module": row.name, "products": import.products, "changes": difference.changes.len() });
        audit::append(&tx, engine, actor, "catalogue.imported", &module, details);
        tx.commit().await?;
        tell(ImportProgress::Stored);
        Ok(ImportReport {
            imported_at: now,
            products: snapshot.products.len(),
            changes: difference.changes,
            left_out: snapshot.left_out,
        })
    }

    /// The last imports of a module, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound).
    pub async fn imports(&self, actor: &Actor, module: ModuleId) -> Result<Vec<ImportReport>> {
        require(actor, Permission::SeeModules)?;
        self.0.modules().own(actor, module).await?;
        let imports = catalogue::imports(self.0.store().reader(), module, IMPORTS_SHOWN).await?;
        Ok(imports
            .into_iter()
            .map(|import| ImportReport {
                imported_at: import.imported_at,
                products: usize::try_from(import.products).unwrap_or(0),
                changes: serde_json::from_value(import.changes.0).unwrap_or_default(),
                left_out: Vec::new(),
            })
            .collect())
    }

    /// Products with their terms, by brand and name.
    ///
    /// # Errors
    /// Only staff sees them.
    pub async fn products(&self, actor: &Actor, query: ProductQuery) -> Result<Vec<ProductView>> {
        require(actor, Permission::SeeModules)?;
        let reader = self.0.store().reader();
        let modules: HashMap<ModuleId, String> = store::module::all(reader, actor.seller)
            .await?
            .into_iter()
            .map(|module| (module.id, module.name))
            .collect();
        let filter = ProductFilter {
            module: query.module,
            text: query.search,
            with_removed: query.with_removed,
        };
        let mut products = catalogue::products(reader, &filter).await?;
        products.retain(|product| modules.contains_key(&product.module_id));
        let ids: Vec<ProductId> = products.iter().map(|product| product.id).collect();
        let mut terms: HashMap<ProductId, Vec<TermView>> = HashMap::new();
        for term in catalogue::terms(reader, &ids).await? {
            terms.entry(term.product_id).or_default().push(TermView {
                years: term.years,
                price: term.price(),
                extra_name: term.extra_name(),
                extra_wildcard: term.extra_wildcard(),
            });
        }
        Ok(products
            .into_iter()
            .map(|product| ProductView {
                id: product.id,
                module: product.module_id,
                module_name: modules.get(&product.module_id).cloned().unwrap_or_default(),
                ca_ref: product.ca_ref,
                code: product.code,
                name: product.name,
                brand: product.brand,
                level: product.level,
                kind: product.kind,
                included_names: u32::try_from(product.included_names).unwrap_or(0),
                most_names: u32::try_from(product.most_names).unwrap_or(0),
                methods: product.methods.0,
                is_on_sale: product.is_on_sale,
                terms: terms.remove(&product.id).unwrap_or_default(),
                last_seen_at: product.last_seen_at,
            })
            .collect())
    }
}

/// Name without case, brand, parenthesis and punctuation: `Sectigo PositiveSSL (DV)` gives `positivessl`.
#[must_use]
pub fn match_key(name: &str, brand: &str) -> String {
    let before = name.split('(').next().unwrap_or(name).to_lowercase();
    let brand = brand.to_lowercase();
    let rest = before
        .trim()
        .strip_prefix(brand.as_str())
        .filter(|rest| rest.starts_with(' '))
        .unwrap_or(&before);
    rest.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether a person who typed this means the product: case, brand, punctuation and parentheses do not matter.
#[must_use]
pub fn is_called(name: &str, brand: &str, typed: &str) -> bool {
    let mut plain = String::new();
    let mut depth = 0_u32;
    for c in typed.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let plain = plain.trim();
    let key = match_key(name, brand);
    !key.is_empty() && (key == match_key(plain, brand) || key == match_key(plain, ""))
}

/// The last snapshot.
struct Known {
    products: HashMap<String, Product>,
    terms: HashMap<ProductId, Vec<ProductTerm>>,
}

#[derive(Default)]
struct Difference {
    new_products: Vec<Product>,
    changed_products: Vec<Product>,
    terms: Vec<ProductTerm>,
    changes: Vec<CatalogueChange>,
}

impl Known {
    async fn load(tx: &store::Tx, module: ModuleId) -> Result<Self> {
        let filter = ProductFilter {
            module: Some(module),
            text: None,
            with_removed: true,
        };
        let products = catalogue::products(tx, &filter).await?;
        let ids: Vec<ProductId> = products.iter().map(|product| product.id).collect();
        let mut terms: HashMap<ProductId, Vec<ProductTerm>> = HashMap::new();
        for term in catalogue::terms(tx, &ids).await? {
            terms.entry(term.product_id).or_default().push(term);
        }
        let products = products
            .into_iter()
            .map(|product| (product.ca_ref.clone(), product))
            .collect();
        Ok(Self { products, terms })
    }

    fn compare(
        mut self,
        engine: &Engine,
        module: ModuleId,
        snapshot: &Catalogue,
        now: Timestamp,
        tell: &impl Fn(ImportProgress),
    ) -> Difference {
        let mut difference = Difference::default();
        let mut seen = HashSet::new();
        for (done, product) in snapshot.products.iter().enumerate() {
            if !seen.insert(product.id.0.clone()) {
                continue;
            }
            let before = self.products.remove(&product.id.0);
            let id = before
                .as_ref()
                .map_or_else(|| engine.new_id(), |before| before.id);
            let row = row_of(product, id, module, before.as_ref(), now);
            let terms = terms_of(product, id);
            match &before {
                Some(before) if before.is_on_sale => {
                    let old = self.terms.get(&id).map(Vec::as_slice).unwrap_or_default();
                    difference.changes.extend(repriced(&row.name, old, &terms));
                }
                _ => difference.changes.push(CatalogueChange::Added {
                    product: row.name.clone(),
                }),
            }
            difference.terms.extend(terms);
            match before {
                Some(_) => difference.changed_products.push(row),
                None => difference.new_products.push(row),
            }
            tell(ImportProgress::Compared {
                done: done + 1,
                of: snapshot.products.len(),
            });
        }
        for (_, mut gone) in self.products {
            if gone.is_on_sale {
                difference.changes.push(CatalogueChange::Removed {
                    product: gone.name.clone(),
                });
                gone.is_on_sale = false;
                difference.changed_products.push(gone);
            }
        }
        difference
    }
}

fn row_of(
    product: &CatalogueProduct,
    id: ProductId,
    module: ModuleId,
    before: Option<&Product>,
    now: Timestamp,
) -> Product {
    let brand = product.brand.clone().unwrap_or_default();
    Product {
        id,
        module_id: module,
        ca_ref: product.id.0.clone(),
        code: product.code.clone().unwrap_or_default(),
        name: product.name.clone(),
        match_key: match_key(&product.name, &brand),
        brand,
        level: product.level,
        kind: product.kind,
        included_names: i32::try_from(product.included_names).unwrap_or(i32::MAX),
        most_names: i32::try_from(product.max_names).unwrap_or(i32::MAX),
        methods: Json(product.methods.clone()),
        is_on_sale: true,
        first_seen_at: before.map_or(now, |before| before.first_seen_at),
        last_seen_at: now,
    }
}

/// The terms that are whole years; certbroker sells no others.
fn terms_of(product: &CatalogueProduct, id: ProductId) -> Vec<ProductTerm> {
    let minor = |money: domain::Money| money.minor().ok();
    product
        .terms
        .iter()
        .filter_map(|term| {
            Some(ProductTerm {
                product_id: id,
                years: Years::from_days(term.days)?,
                price_minor: minor(term.price)?,
                extra_name_minor: term.extra_name.and_then(minor),
                extra_wildcard_minor: term.extra_wildcard.and_then(minor),
                currency: product.currency,
            })
        })
        .collect()
}

fn repriced(product: &str, before: &[ProductTerm], now: &[ProductTerm]) -> Vec<CatalogueChange> {
    let mut years: Vec<Years> = before.iter().chain(now).map(|term| term.years).collect();
    years.sort();
    years.dedup();
    let of = |terms: &[ProductTerm], years: Years| terms.iter().find(|term| term.years == years).cloned();
    years
        .into_iter()
        .filter_map(|years| {
            let (old, new) = (of(before, years), of(now, years));
            let amounts = |term: &Option<ProductTerm>| {
                term.as_ref()
                    .map(|term| (term.price(), term.extra_name(), term.extra_wildcard()))
            };
            (amounts(&old) != amounts(&new)).then(|| CatalogueChange::Repriced {
                product: product.to_owned(),
                years,
                before: old.map(|term| term.price()),
                now: new.map(|term| term.price()),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_different_cas_are_known_by_their_bare_name() {
        for (name, brand, key) in [
            ("Sectigo PositiveSSL", "Sectigo", "positivessl"),
            ("PositiveSSL (DV)", "Sectigo", "positivessl"),
            ("PositiveSSL Multi-Domain (3 incl.)", "", "positivesslmultidomain"),
            ("RapidSSL", "RapidSSL", "rapidssl"),
            ("RapidSSL Wildcard", "RapidSSL", "wildcard"),
        ] {
            assert_eq!(match_key(name, brand), key, "{name}");
        }
    }

    #[test]
    fn a_product_is_found_without_case_brand_and_parentheses() {
        for typed in [
            "PositiveSSL",
            "positivessl",
            "Sectigo PositiveSSL",
            "(Sectigo) positivessl",
            "PositiveSSL (DV, one name)",
        ] {
            assert!(is_called("Sectigo PositiveSSL", "Sectigo", typed), "{typed}");
        }
        for typed in ["", "()", "Sectigo", "PositiveSSL EV"] {
            assert!(!is_called("Sectigo PositiveSSL", "Sectigo", typed), "{typed}");
        }
    }
}
