//! Services that depend on a method of validation that ends.

use domain::{plan::Piece, product::ValidationMethod, rules::DatedRules};
use jiff::civil::Date;
use store::{
    Listing, Page,
    service_methods::{self, MethodFilter},
};

use super::{Lines, ServiceLine, Services, plan::Known};
use crate::{
    Actor, Permission, Result,
    authority::{require, scope},
};

/// A service that depends on a method that ends.
#[derive(Debug, Clone)]
pub struct MethodLine {
    /// The service as a row.
    pub line: ServiceLine,
    /// The methods that end, each with its first day of issue without it.
    pub ends: Vec<(ValidationMethod, Date)>,
    /// The first certificate that cannot come that way; none when the paid term is covered before.
    pub first_without: Option<Piece>,
}

impl Services<'_> {
    /// One page of the services whose reissues depend on a method that ends, by number.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn with_ending_methods(&self, actor: &Actor, page: &Page) -> Result<Listing<MethodLine>> {
        require(actor, Permission::SeeServices)?;
        let engine = self.0;
        let reader = engine.store().reader();
        let found = service_methods::list(reader, &self.method_filter(actor)?, page).await?;
        let lines = Lines::load(engine, actor, &found.rows).await?;
        let mut rows = Vec::new();
        for service in &found.rows {
            let Some(known) = Known::load(engine, service).await? else {
                continue;
            };
            rows.push(MethodLine {
                line: lines.line(service),
                ends: known.ending(engine.dated_rules()),
                first_without: known.plan(engine).method_ends().map(|(piece, _)| piece.clone()),
            });
        }
        Ok(Listing {
            rows,
            next: found.next,
            total: found.total,
        })
    }

    /// How many services depend on a method that ends; counted no further than one beyond
    /// [`service_methods::MOST_WARNED`].
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn count_with_ending_methods(&self, actor: &Actor) -> Result<i64> {
        require(actor, Permission::SeeServices)?;
        Ok(service_methods::count(
            self.0.store().reader(),
            &self.method_filter(actor)?,
            service_methods::MOST_WARNED,
        )
        .await?)
    }

    fn method_filter(self, actor: &Actor) -> Result<MethodFilter> {
        let scope = scope(actor)?;
        Ok(MethodFilter {
            seller: scope.seller(),
            account: scope.account(),
            ends: ends(self.0.dated_rules()),
        })
    }
}

/// The methods that orders may ask for and that end, with the first day of issue without them.
fn ends(rules: &DatedRules) -> Vec<(ValidationMethod, Date)> {
    let end = |method: &ValidationMethod| rules.method_end(*method).map(|day| (*method, day));
    ValidationMethod::ALL.iter().filter_map(end).collect()
}

impl Known {
    /// The methods of the names that end.
    fn ending(&self, rules: &DatedRules) -> Vec<(ValidationMethod, Date)> {
        let mut ends = ends(rules);
        ends.retain(|(method, _)| self.methods().any(|own| own == *method));
        ends
    }
}
