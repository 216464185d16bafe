//! `certbroker catalogue …`

use engine::catalogue::{CatalogueChange, ImportReport};
use jiff::Timestamp;
use serde::Serialize;

use super::{desk::Desk, find};
use crate::{
    cli::CatalogueCommand,
    output::{self, Amount},
};

pub(super) async fn run(desk: &Desk, command: CatalogueCommand) -> anyhow::Result<()> {
    let CatalogueCommand::Import { module } = command;
    let id = find::module(desk, &module).await?;
    let report = desk.engine().catalogue().import(desk.owner(), id, None).await?;
    output::print(desk.format, &Imported::from(report), text)
}

/// What an import brought.
#[derive(Serialize)]
struct Imported {
    at: Timestamp,
    products: usize,
    changes: Vec<Change>,
    left_out: Vec<String>,
}

/// One difference from the import before.
#[derive(Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
enum Change {
    Added {
        product: String,
    },
    Removed {
        product: String,
    },
    Repriced {
        product: String,
        years: u8,
        before: Option<Amount>,
        now: Option<Amount>,
    },
}

impl From<ImportReport> for Imported {
    fn from(report: ImportReport) -> Self {
        Self {
            at: report.imported_at,
            products: report.products,
            changes: report.changes.into_iter().map(Change::from).collect(),
            left_out: report.left_out,
        }
    }
}

impl From<CatalogueChange> for Change {
    fn from(change: CatalogueChange) -> Self {
        match change {
            CatalogueChange::Added { product } => Self::Added { product },
            CatalogueChange::Removed { product } => Self::Removed { product },
            CatalogueChange::Repriced {
                product,
                years,
                before,
                now,
            } => Self::Repriced {
                product,
                years: years.count(),
                before: before.map(Amount::from),
                now: now.map(Amount::from),
            },
        }
    }
}

fn text(imported: &Imported) -> String {
    let mut lines = vec![format!("{} products", imported.products)];
    lines.extend(imported.changes.iter().map(|change| match change {
        Change::Added { product } => format!("  new      {product}"),
        Change::Removed { product } => format!("  gone     {product}"),
        Change::Repriced {
            product,
            years,
            before,
            now,
        } => format!(
            "  price    {product}, {years} y: {} → {}",
            output::or_dash(before.as_ref()),
            output::or_dash(now.as_ref())
        ),
    }));
    lines.extend(imported.left_out.iter().map(|line| format!("  left out {line}")));
    lines.push(String::new());
    lines.join("\n")
}
