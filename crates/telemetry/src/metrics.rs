//! Counters, gauges and histograms, rendered in the Prometheus text form by whoever serves them.
//!
//! Code records with the macros of the `metrics` crate. Names are `certbroker_<area>_<thing>_<unit>`; labels have few values (module,
//! command, outcome), never names of clients or domains.

use std::fmt;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Bounds in seconds for everything named `…_seconds`: from a query to a CA that takes its time.
const SECONDS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0,
];

/// The metrics of the process; clones show the same.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

/// Why metrics cannot be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// The recorder could not be built.
    #[error("building the recorder of metrics")]
    Build(#[from] BuildError),
    /// Something records already in this process.
    #[error("metrics are recorded already in this process")]
    AlreadyInstalled,
}

impl Metrics {
    /// Records from now on, for the whole process; once.
    ///
    /// # Errors
    /// [`MetricsError::AlreadyInstalled`] the second time.
    pub fn install() -> Result<Self, MetricsError> {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .build_recorder();
        let handle = recorder.handle();
        ::metrics::set_global_recorder(recorder).map_err(|_| MetricsError::AlreadyInstalled)?;
        Ok(Self { handle })
    }

    /// Everything recorded, in the Prometheus text form (version 0.0.4).
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Folds samples of histograms together, so that they take no memory while nobody reads.
    pub(crate) fn fold(&self) {
        self.handle.run_upkeep();
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
