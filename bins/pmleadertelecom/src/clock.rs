//! The machine's clock.

use domain::Clock;
use jiff::Timestamp;

/// The clock of this machine.
pub(crate) struct MachineClock;

impl Clock for MachineClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the module asks the machine for the time"
    )]
    fn now(&self) -> Timestamp {
        domain::clock::to_micros(Timestamp::now())
    }
}
