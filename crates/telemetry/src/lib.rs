//! What the programs say about themselves: logs with a level per processing module at run time, and metrics.
//!
//! This crate must never let a secret out at any level (every message and field goes through [`domain::mask`]), never stop
//! or slow the program because a log cannot be written, and never open a port: metrics are rendered for whoever serves them.
//!
//! | module | holds |
//! | --- | --- |
//! | [`setup`] | starting it all: [`Settings`], [`start`] |
//! | [`level`] | the levels 0–9 and what each shows |
//! | [`conf`] | the `debug.conf` syntax: reading and editing |
//! | [`levels`] | the levels in force, changed while the program runs |
//! | [`watch`] | following the file without a restart |
//! | [`context`] | what spans say: `module`, `operation`, fields |
//! | [`layer`] | the way of an event from the code to its lines |
//! | [`mod@format`] | the forms of a line: text, JSON, BILLmanager |
//! | [`sink`] | where lines go: a file that survives rotation, a folder, standard error |
//! | [`capture`] | the last lines of every operation, for its error history |
//! | [`metrics`] | counters, gauges and histograms in the Prometheus text form |
//!
//! # How code logs
//!
//! ```
//! use tracing::{debug, info, info_span, trace, warn};
//!
//! // Everything inside belongs to this module's log; spans that carry a context are at level info.
//! let span = info_span!("operation", module = "pmleadertelecom:3", operation = "O-311", service = "S-1042");
//! let _entered = span.enter();
//! info!(names = 3, "placing the order");                 // level 5
//! debug!(attempt = 1, "chose the module");                // level 6
//! debug!(exchange = "request", "GET ssl_certificates/1"); // level 7: a field named `exchange`
//! trace!("entered step");                                 // level 8
//! trace!(exchange = "answer", body = "{…}", "200 OK");    // level 9
//! warn!(error = "timed out", "the CA did not answer");    // level 4
//! ```
//!
//! `module` names the log: the log name of the connector, and after a colon which of several processing modules of that
//! kind ([`level`] rules may name either). Events outside such a span belong to the program's own log.

pub mod capture;
pub mod conf;
pub mod context;
pub mod format;
pub mod layer;
pub mod level;
pub mod levels;
pub mod metrics;
pub mod setup;
pub mod sink;
pub mod watch;

pub use capture::Capture;
pub use format::Format;
pub use level::Level;
pub use levels::{Levels, LevelsError};
pub use metrics::Metrics;
pub use setup::{Settings, StartError, Telemetry, start, start_once};
pub use sink::{LineSink, Output};
