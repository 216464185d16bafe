//! The steps of each kind of operation. Every step stores its output before the next begins, so that a run can stop
//! anywhere and go on from there.

pub(crate) mod accept;
pub(crate) mod choose;
pub(crate) mod close;
pub(crate) mod ending;
pub(crate) mod issue;
pub(crate) mod journal;
pub(crate) mod open;
pub(crate) mod prove;
