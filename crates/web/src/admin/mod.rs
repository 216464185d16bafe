//! What staff see.
//!
//! | module | holds |
//! | --- | --- |
//! | [`dashboard`] | the start page |
//! | [`pieces`] | what several pages show or look up |

pub mod dashboard;
pub mod pieces;

use crate::routes::Routes;

/// The routes of the admin area.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().merge(dashboard::routes())
}
