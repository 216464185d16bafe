//! Whether everything that business time made due has come to rest.
//!
//! Part of the work happens in the machine's time: the CA looks at names again and again, and we ask it again and again. So an
//! operation is at rest when it was run since the jump and then either waits for a later instant of business time, or was
//! asked about several times without anything changing. One that already stood still before a jump holds up nothing.

use std::{collections::HashMap, time::Duration};

use domain::{id::OperationId, state::OperationKind};
use jiff::{SignedDuration, Timestamp};
use store::time_travel::UnderWay;
use tokio::time::Instant;

/// An operation that only asks is at rest after this long without a change.
const REST: Duration = Duration::from_millis(1500);
/// And after so many questions, so that a busy machine only makes it take longer.
const QUESTIONS: i64 = 5;
/// What is due within this is waited for in the machine's time.
const NEAR: SignedDuration = SignedDuration::from_secs(10);
/// An operation that never comes to rest holds up a jump no longer than this.
const PATIENCE: Duration = Duration::from_mins(1);
/// A running service's operation must have been at rest so often before it counts as standing still: until then business
/// time goes on day by day, because a certificate may end meanwhile.
const RESTS_OF_RUNNING: u32 = 10;

/// What is known of every operation under way.
#[derive(Debug, Default)]
pub(super) struct Watch {
    known: HashMap<OperationId, Known>,
}

#[derive(Debug)]
struct Known {
    mark: Mark,
    since: Instant,
    fence: i64,
    rests: u32,
    is_present: bool,
    next_run_at: Timestamp,
}

/// What changes when an operation comes on.
#[derive(Debug, PartialEq, Eq)]
struct Mark {
    step: String,
    attempts: i32,
    postponed: i32,
    error_class: Option<String>,
}

impl Mark {
    fn of(operation: &UnderWay) -> Self {
        Self {
            step: operation.step.clone(),
            attempts: operation.attempts,
            postponed: operation.postponed,
            error_class: operation.error_class.clone(),
        }
    }
}

/// What one look showed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// Nothing holds up the next jump.
    pub(super) is_quiet: bool,
    /// Something is due and nobody works on it yet.
    pub(super) is_due: bool,
    /// Operations that are no longer under way.
    pub(super) gone: Vec<OperationId>,
}

/// How far business time may jump when nothing falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Something is under way.
    Daily,
    /// What is under way stands still.
    Monthly,
    /// Nothing is under way.
    Free,
}

impl Pace {
    /// The longest jump.
    pub(super) const fn longest(self) -> Option<SignedDuration> {
        match self {
            Self::Daily => Some(SignedDuration::from_hours(24)),
            Self::Monthly => Some(SignedDuration::from_hours(24 * 30)),
            Self::Free => None,
        }
    }
}

/// When a look was taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Business time to which the last jump went.
    pub(super) reached: Timestamp,
    /// The machine's time of that jump.
    pub(super) reached_at: Instant,
    /// Business time.
    pub(super) now: Timestamp,
    /// The machine's time.
    pub(super) at: Instant,
}

impl Watch {
    /// Takes in what is under way now.
    pub(super) fn look(&mut self, under_way: &[UnderWay], moment: Moment) -> Look {
        for known in self.known.values_mut() {
            known.is_present = false;
        }
        let mut look = Look {
            is_quiet: true,
            ..Look::default()
        };
        let is_patient = moment.at.duration_since(moment.reached_at) < PATIENCE;
        for operation in under_way {
            look.is_due |= !operation.is_leased && operation.next_run_at <= moment.now;
            let known = self.take_in(operation, moment.at);
            look.is_quiet &= !is_patient || known.is_at_rest(operation, moment);
        }
        self.known.retain(|id, known| {
            if !known.is_present {
                look.gone.push(*id);
            }
            known.is_present
        });
        look.gone.sort();
        look
    }

    fn take_in(&mut self, operation: &UnderWay, at: Instant) -> &Known {
        let fresh = || Known {
            mark: Mark::of(operation),
            since: at,
            fence: operation.fence,
            rests: match operation.kind {
                OperationKind::Open | OperationKind::Close => RESTS_OF_RUNNING.saturating_sub(1),
                OperationKind::Reissue | OperationKind::Prolong => 0,
            },
            is_present: true,
            next_run_at: operation.next_run_at,
        };
        let known = self.known.entry(operation.id).or_insert_with(fresh);
        if known.mark != Mark::of(operation) {
            *known = fresh();
        }
        known.is_present = true;
        known.next_run_at = operation.next_run_at;
        known
    }

    /// Everything has come to rest: what is still under way has once more.
    pub(super) fn settled(&mut self) {
        for known in self.known.values_mut() {
            known.rests = known.rests.saturating_add(1);
        }
    }

    /// The first instant after `now` for which something under way waits.
    pub(super) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        self.known
            .values()
            .filter(|known| known.next_run_at > now && (known.mark.error_class.is_some() || !known.stands()))
            .map(|known| known.next_run_at)
            .min()
    }

    /// How far business time may jump when nothing falls due.
    pub(super) fn pace(&self) -> Pace {
        if self.known.is_empty() {
            return Pace::Free;
        }
        // What failed goes on at its own time; what only asks would go on asking.
        let is_moving = |known: &Known| !known.stands() && known.mark.error_class.is_none();
        if self.known.values().any(is_moving) {
            Pace::Daily
        } else {
            Pace::Monthly
        }
    }
}

impl Known {
    fn stands(&self) -> bool {
        self.rests >= RESTS_OF_RUNNING
    }

    fn is_at_rest(&self, operation: &UnderWay, moment: Moment) -> bool {
        if operation.next_run_at <= moment.reached {
            // It was due at the jump and was not run since.
            return false;
        }
        if self.stands() {
            return true;
        }
        if operation.is_leased {
            return false;
        }
        let is_near = operation.next_run_at.duration_since(moment.now) <= NEAR;
        !is_near
            || (moment.at.duration_since(self.since) >= REST && operation.fence - self.fence >= QUESTIONS)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_600_000_000 + seconds).unwrap()
    }

    fn asking(kind: OperationKind, due: i64, fence: i64) -> UnderWay {
        UnderWay {
            id: Uuid::from_u128(1).into(),
            kind,
            step: "await".into(),
            attempts: 0,
            postponed: 0,
            next_run_at: at(due),
            is_leased: false,
            fence,
            error_class: None,
        }
    }

    /// A clock of the machine that begins at a jump to second 0.
    fn moments() -> impl Fn(u64) -> Moment {
        let began = Instant::now();
        move |millis| Moment {
            reached: at(0),
            reached_at: began,
            now: at(i64::try_from(millis / 1000).unwrap()),
            at: began + Duration::from_millis(millis),
        }
    }

    #[test]
    fn what_was_due_must_run_and_what_asks_must_have_asked_in_vain() {
        let (mut watch, moment) = (Watch::default(), moments());
        let due = watch.look(&[asking(OperationKind::Open, -5, 1)], moment(0));
        assert!(due.is_due && !due.is_quiet);
        let quiet = |watch: &mut Watch, due, fence, millis| {
            watch
                .look(&[asking(OperationKind::Open, due, fence)], moment(millis))
                .is_quiet
        };
        assert!(!quiet(&mut watch, 1, 2, 100), "it ran once");
        assert!(!quiet(&mut watch, 2, 9, 1000), "not long enough");
        assert!(!quiet(&mut watch, 2, 5, 1600), "not often enough");
        assert!(quiet(&mut watch, 2, 6, 1600));
        assert_eq!(watch.look(&[], moment(1700)).gone.len(), 1);
    }

    #[test]
    fn what_waits_for_business_time_holds_up_nothing_and_says_until_when() {
        let (mut watch, moment) = (Watch::default(), moments());
        let failed = UnderWay {
            attempts: 1,
            error_class: Some("protocol".into()),
            ..asking(OperationKind::Reissue, 300, 4)
        };
        assert!(watch.look(std::slice::from_ref(&failed), moment(50)).is_quiet);
        assert_eq!(watch.next_due(at(0)), Some(at(300)));
        assert_eq!(watch.pace(), Pace::Monthly);
        let leased = UnderWay {
            is_leased: true,
            ..failed
        };
        assert!(
            !watch.look(&[leased], moment(60)).is_quiet,
            "somebody works on it"
        );
    }

    #[test]
    fn what_stood_still_before_a_jump_only_has_to_run_once() {
        let (mut watch, moment) = (Watch::default(), moments());
        for (kind, rests) in [(OperationKind::Open, 1), (OperationKind::Reissue, 10)] {
            watch.look(&[], moment(0));
            for _ in 0..rests {
                watch.look(&[asking(kind, 1, 1)], moment(0));
                assert_eq!(watch.pace(), Pace::Daily, "{kind}");
                watch.settled();
            }
            assert_eq!(watch.pace(), Pace::Monthly, "{kind}");
            assert!(!watch.look(&[asking(kind, -1, 1)], moment(1)).is_quiet, "{kind}");
            assert!(watch.look(&[asking(kind, 1, 2)], moment(1)).is_quiet, "{kind}");
            let moved = UnderWay {
                step: "fetch".into(),
                ..asking(kind, 1, 2)
            };
            assert!(!watch.look(&[moved], moment(2)).is_quiet, "{kind}");
        }
    }

    #[test]
    fn patience_ends() {
        let (mut watch, moment) = (Watch::default(), moments());
        let stuck = [asking(OperationKind::Reissue, -1, 1)];
        assert!(!watch.look(&stuck, moment(59_000)).is_quiet);
        assert!(watch.look(&stuck, moment(60_000)).is_quiet);
    }
}
