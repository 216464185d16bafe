//! LeaderTelecom against the simulator: every behaviour that a connector must show, with the assumed reissue call and without.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests stop with what went wrong, also in their helpers"
)]

extern crate certbroker_connectors as connectors;

mod world;

mod without_reissue_call {
    ca::conformance_suite!(crate::world::without_reissue_call);
}

mod with_reissue_call {
    ca::conformance_suite!(crate::world::with_reissue_call);
}
