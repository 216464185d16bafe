//! `certbroker clock …`

use clap::Subcommand;
use engine::travel::Destination;

/// `certbroker clock …`
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum ClockCommand {
    /// Show business time, the machine's time and that of the simulated CA
    Show,
    /// Move business time on together with the simulated CA, and run what becomes due; in a demo's data folder only
    Advance {
        /// 180d, 18m, 5y, 2025-10-20 or an instant
        #[arg(value_name = "SPAN|DATE")]
        to: Destination,
    },
}

const EXAMPLES: &str = "Examples:
  certbroker --data certbroker-demo clock show
  certbroker --data certbroker-demo clock advance 180d
  certbroker --data certbroker-demo clock advance 2027-03-15

The demo must run: its simulated CA goes along. Sessions, leases and time-outs notice nothing.";
