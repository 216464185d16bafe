//! Which processing module gets a new order, and why the others did not.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{id::ModuleId, money::Money, product::words};

words! {
    /// Why a processing module was passed over.
    PassedOver {
        /// Switched off by staff.
        SwitchedOff = "switched_off",
        /// The last check of the connection failed.
        ConnectionBroken = "connection_broken",
        /// Below its minimal balance with purchases blocked then, or less than the price.
        BalanceTooLow = "balance_too_low",
        /// Purchases are off: after a restore, by staff, or at a spending ceiling.
        PurchasesBlocked = "purchases_blocked",
        /// Its catalogue does not hold the product for this term.
        ProductMissing = "product_missing",
        /// One that sorts before it was taken.
        NotNeeded = "not_needed",
    }
}

/// What is known of a module connected to the tariff plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The module.
    pub module: ModuleId,
    /// Lowest is tried first (seed page, "Sort").
    pub sort: i32,
    /// Age decides between equal sorts: the older first.
    pub created_at: Timestamp,
    /// Switched on.
    pub is_active: bool,
    /// The last connection check did not fail.
    pub is_connected: bool,
    /// Purchases through it are allowed.
    pub may_purchase: bool,
    /// What the CA charges for this order, from the catalogue; none when it does not sell it.
    pub cost: Option<Money>,
    /// Balance at the CA when last read.
    pub balance: Option<Money>,
    /// What must stay at the CA for purchases, when falling below blocks them.
    pub blocking_minimum: Option<Money>,
}

/// One module and what became of it in the choice; `None` is the chosen one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// The module.
    pub module: ModuleId,
    /// Why not, unless it was taken.
    pub passed_over: Option<PassedOver>,
}

/// Orders the candidates by sort, then age, and takes the first that can buy. The reasons are kept with the order.
#[must_use]
pub fn choose(mut candidates: Vec<Candidate>) -> (Option<ModuleId>, Vec<Considered>) {
    candidates.sort_by_key(|candidate| (candidate.sort, candidate.created_at, candidate.module));
    let mut chosen = None;
    let considered = candidates
        .iter()
        .map(|candidate| {
            let passed_over = match obstacle(candidate) {
                None if chosen.is_some() => Some(PassedOver::NotNeeded),
                other => other,
            };
            if passed_over.is_none() {
                chosen = Some(candidate.module);
            }
            Considered {
                module: candidate.module,
                passed_over,
            }
        })
        .collect();
    (chosen, considered)
}

fn obstacle(candidate: &Candidate) -> Option<PassedOver> {
    if !candidate.is_active {
        return Some(PassedOver::SwitchedOff);
    }
    if !candidate.may_purchase {
        return Some(PassedOver::PurchasesBlocked);
    }
    let Some(cost) = candidate.cost else {
        return Some(PassedOver::ProductMissing);
    };
    if !candidate.is_connected {
        return Some(PassedOver::ConnectionBroken);
    }
    // A balance that was never read, or is kept in another currency, does not count against a module.
    let lacks = |needed: Money| {
        candidate
            .balance
            .is_some_and(|balance| balance.covers(needed) == Ok(false))
    };
    (lacks(cost) || candidate.blocking_minimum.is_some_and(lacks)).then_some(PassedOver::BalanceTooLow)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::money::Currency;

    fn candidate(number: u128, sort: i32) -> Candidate {
        Candidate {
            module: ModuleId::from(Uuid::from_u128(number)),
            sort,
            created_at: Timestamp::UNIX_EPOCH,
            is_active: true,
            is_connected: true,
            may_purchase: true,
            cost: Some(Money::from_minor(840, Currency::EUR)),
            balance: Some(Money::from_minor(10_000, Currency::EUR)),
            blocking_minimum: None,
        }
    }

    #[test]
    fn the_lowest_sort_wins_then_the_older() {
        let (chosen, considered) = choose(vec![candidate(1, 20), candidate(2, 10), candidate(3, 10)]);
        assert_eq!(chosen, Some(candidate(2, 10).module));
        assert_eq!(considered[1].passed_over, Some(PassedOver::NotNeeded));
        let younger = Candidate {
            created_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            ..candidate(1, 10)
        };
        assert_eq!(
            choose(vec![younger, candidate(3, 10)]).0,
            Some(candidate(3, 10).module)
        );
    }

    #[test]
    fn each_obstacle_is_named() {
        let eur = |minor| Some(Money::from_minor(minor, Currency::EUR));
        for (broken, reason) in [
            (
                Candidate {
                    is_active: false,
                    ..candidate(1, 1)
                },
                PassedOver::SwitchedOff,
            ),
            (
                Candidate {
                    is_connected: false,
                    ..candidate(1, 1)
                },
                PassedOver::ConnectionBroken,
            ),
            (
                Candidate {
                    may_purchase: false,
                    ..candidate(1, 1)
                },
                PassedOver::PurchasesBlocked,
            ),
            (
                Candidate {
                    cost: None,
                    ..candidate(1, 1)
                },
                PassedOver::ProductMissing,
            ),
            (
                Candidate {
                    balance: eur(839),
                    ..candidate(1, 1)
                },
                PassedOver::BalanceTooLow,
            ),
            (
                Candidate {
                    blocking_minimum: eur(10_001),
                    ..candidate(1, 1)
                },
                PassedOver::BalanceTooLow,
            ),
        ] {
            let (chosen, considered) = choose(vec![broken, candidate(2, 2)]);
            assert_eq!(considered[0].passed_over, Some(reason));
            assert_eq!(chosen, Some(candidate(2, 2).module));
        }
        assert_eq!(
            choose(vec![Candidate {
                balance: eur(840),
                ..candidate(1, 1)
            }])
            .0,
            Some(candidate(1, 1).module)
        );
    }
}
