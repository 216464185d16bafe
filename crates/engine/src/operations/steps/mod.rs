//! The steps of each kind of operation. Every step stores its output before the next begins, so that a run can stop
//! anywhere and go on from there.

pub(crate) mod accept;
pub(crate) mod choose;
pub(crate) mod close;
pub(crate) mod ending;
pub(crate) mod import;
pub(crate) mod issue;
pub(crate) mod journal;
pub(crate) mod new_request;
pub(crate) mod open;
pub(crate) mod prolong;
pub(crate) mod prove;
pub(crate) mod reissue;

use domain::state::OperationKind;

/// Where an operation of a kind begins.
pub(crate) const fn first_step(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Open => open::FIRST_STEP,
        OperationKind::Prolong => prolong::FIRST_STEP,
        OperationKind::Reissue => reissue::FIRST_STEP,
        OperationKind::Close => close::FIRST_STEP,
    }
}
