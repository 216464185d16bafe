//! The paid term of an order that was made elsewhere: what the CA tells, and what is assumed where it does not.

use ca::OrderSnapshot;
use domain::term::{PaidTerm, Years};
use jiff::civil::Date;

use super::Assumed;
use crate::Engine;

/// A paid term, and what of it the CA did not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) term: PaidTerm,
    pub(super) years: Years,
    pub(super) assumed: Vec<Assumed>,
}

/// Reads the paid term out of what the CA tells of an order.
pub(super) fn told(engine: &Engine, order: &OrderSnapshot) -> Told {
    let made_on = order.created_at.map(|at| engine.day_of(at)).or(order.valid_from);
    read(order, made_on, engine.today())
}

fn read(order: &OrderSnapshot, made_on: Option<Date>, today: Date) -> Told {
    let mut assumed = Vec::new();
    let start = match (order.term_from, made_on) {
        (Some(told), _) => told,
        (None, Some(made_on)) => {
            assumed.push(Assumed::Start);
            made_on
        }
        (None, None) => {
            assumed.push(Assumed::StartsToday);
            today
        }
    };
    let by_term = order.term_to.map(|end| years_between(start, end));
    let years = order
        .days
        .and_then(Years::from_days)
        .or(by_term)
        .unwrap_or_else(|| {
            assumed.push(Assumed::Years);
            order.valid_to.map_or(Years::ONE, |end| years_between(start, end))
        });
    let end = order.term_to.unwrap_or_else(|| {
        assumed.push(Assumed::End);
        PaidTerm::from_acceptance(start, years).end
    });
    Told {
        term: PaidTerm { start, end },
        years,
        assumed,
    }
}

/// Whole years that hold the days from one to the other; the 398 days of a certificate are one paid year (BR 6.3.2 left a
/// month for an early renewal).
fn years_between(start: Date, end: Date) -> Years {
    let days = (end - start).get_days().max(1);
    let years = u32::try_from((days - 34).max(1)).unwrap_or(1).div_ceil(365);
    Years::new(years.clamp(1, 10)).unwrap_or(Years::ONE)
}

#[cfg(test)]
mod tests {
    use ca::{CaOrderRef, CaState};
    use jiff::civil::date;

    use super::*;

    fn order() -> OrderSnapshot {
        OrderSnapshot::bare(CaOrderRef("1".into()), CaState::Issued)
    }

    #[test]
    fn a_certificate_of_398_days_is_one_paid_year_and_more_is_rounded_up() {
        let start = date(2025, 1, 1);
        for (end, years) in [
            (date(2025, 7, 19), 1),
            (date(2026, 1, 1), 1),
            (date(2026, 2, 3), 1),
            (date(2026, 6, 1), 2),
            (date(2030, 1, 1), 5),
            (date(2024, 1, 1), 1),
        ] {
            assert_eq!(years_between(start, end).count(), years, "{end}");
        }
    }

    #[test]
    fn the_term_that_the_ca_tells_is_taken_as_it_is() {
        let order = OrderSnapshot {
            term_from: Some(date(2024, 3, 1)),
            term_to: Some(date(2027, 3, 2)),
            ..order()
        };
        let told = read(&order, None, date(2026, 11, 23));
        assert_eq!(
            (told.term.start, told.term.end),
            (date(2024, 3, 1), date(2027, 3, 2))
        );
        assert_eq!(told.years.count(), 3);
        assert_eq!(told.assumed, []);
    }

    #[test]
    fn what_the_ca_does_not_tell_is_assumed_and_said() {
        let made_on = Some(date(2026, 1, 10));
        let days = OrderSnapshot {
            days: Some(730),
            ..order()
        };
        let told = read(&days, made_on, date(2026, 11, 23));
        assert_eq!(
            (told.term.start, told.term.end),
            (date(2026, 1, 10), date(2028, 1, 10))
        );
        assert_eq!(told.assumed, [Assumed::Start, Assumed::End]);
        let told = read(&order(), None, date(2026, 11, 23));
        assert_eq!(told.term.end, date(2027, 11, 23));
        assert_eq!(told.assumed, [Assumed::StartsToday, Assumed::Years, Assumed::End]);
    }
}
