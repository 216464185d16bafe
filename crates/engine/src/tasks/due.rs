//! How soon a task must be done: by what it asks for, and by when the certificate ends that it is about.

use domain::{
    hours::BusinessHours,
    state::{TaskKind, TaskPriority},
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// Days before the End date from which a task about a service is urgent.
const URGENT_DAYS: i32 = 3;
/// Days before the End date from which it goes before others.
const HIGH_DAYS: i32 = 7;

/// The time that a task has, counted in the department's business hours; round the clock for what is urgent.
#[must_use]
pub const fn working_time(priority: TaskPriority) -> SignedDuration {
    SignedDuration::from_hours(match priority {
        TaskPriority::Urgent => 4,
        TaskPriority::High => 8,
        TaskPriority::Normal => 24,
        TaskPriority::Low => 80,
    })
}

/// How urgent a task of this kind is when the service it is about ends in so many days.
pub(super) fn priority(kind: TaskKind, days_left: Option<i32>) -> TaskPriority {
    let usual = match kind {
        TaskKind::PurchaseUnclear
        | TaskKind::ModuleBroken
        | TaskKind::BalanceLow
        | TaskKind::PurchaseApproval
        | TaskKind::ServiceEnding => TaskPriority::High,
        TaskKind::OperationManual
        | TaskKind::CreditApproval
        | TaskKind::ReissueByHand
        | TaskKind::OrphanAtCa
        | TaskKind::Plain => TaskPriority::Normal,
    };
    match days_left {
        Some(days) if days <= URGENT_DAYS => TaskPriority::Urgent,
        Some(days) if days <= HIGH_DAYS => usual.max(TaskPriority::High),
        _ => usual,
    }
}

/// What a due date is computed from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock<'a> {
    /// The present instant.
    pub(super) now: Timestamp,
    /// When the department works.
    pub(super) hours: BusinessHours,
    /// The seller's zone.
    pub(super) zone: &'a TimeZone,
}

impl Clock<'_> {
    /// When a task that is made now falls due; not after the day on which the service ends has begun.
    pub(super) fn due(self, priority: TaskPriority, end_date: Option<Date>) -> Timestamp {
        let hours = if priority == TaskPriority::Urgent {
            BusinessHours::ALWAYS
        } else {
            self.hours
        };
        let due = hours.after(self.now, working_time(priority), self.zone);
        let ends = end_date
            .and_then(|day| day.to_zoned(self.zone.clone()).ok())
            .map(|start| start.timestamp())
            .filter(|start| *start > self.now);
        ends.map_or(due, |ends| due.min(ends))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_ends_soon_is_more_urgent_and_never_less() {
        for (days, expected) in [
            (None, TaskPriority::Normal),
            (Some(30), TaskPriority::Normal),
            (Some(7), TaskPriority::High),
            (Some(3), TaskPriority::Urgent),
            (Some(-1), TaskPriority::Urgent),
        ] {
            assert_eq!(priority(TaskKind::ReissueByHand, days), expected, "{days:?}");
        }
        assert_eq!(priority(TaskKind::PurchaseUnclear, Some(30)), TaskPriority::High);
    }

    #[test]
    fn business_hours_count_but_for_what_is_urgent_and_the_end_date_comes_first() {
        let zone = TimeZone::UTC;
        // A Friday afternoon.
        let clock = Clock {
            now: "2026-11-27T16:00:00Z".parse().unwrap(),
            hours: "09:00-18:00;09:00-18:00;09:00-18:00;09:00-18:00;09:00-18:00;;"
                .parse()
                .unwrap(),
            zone: &zone,
        };
        for (priority, ends, due) in [
            (TaskPriority::High, None, "2026-11-30T15:00:00Z"),
            (TaskPriority::Urgent, None, "2026-11-27T20:00:00Z"),
            (TaskPriority::Normal, None, "2026-12-02T13:00:00Z"),
            (
                TaskPriority::Normal,
                Some(date(2026, 12, 1)),
                "2026-12-01T00:00:00Z",
            ),
            (
                TaskPriority::High,
                Some(date(2026, 11, 20)),
                "2026-11-30T15:00:00Z",
            ),
        ] {
            assert_eq!(
                clock.due(priority, ends),
                due.parse::<Timestamp>().unwrap(),
                "{priority} {ends:?}"
            );
        }
    }
}
