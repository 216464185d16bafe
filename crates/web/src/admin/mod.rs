//! What staff see.
//!
//! | module | holds |
//! | --- | --- |
//! | [`dashboard`] | the start page |
//! | [`drafts`] | what waits between the steps of a form, and work that runs beside the pages |
//! | [`modules`] | processing modules |
//! | [`pieces`] | what several pages show or look up |
//! | [`system`] | purchases on and off, scheduled work, settings, zones |
//! | [`tariffs`] | tariff plans |

pub mod dashboard;
pub mod drafts;
pub mod modules;
pub mod pieces;
pub mod system;
pub mod tariffs;

use crate::routes::Routes;

/// The routes of the admin area.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .merge(dashboard::routes())
        .merge(modules::routes())
        .merge(tariffs::routes())
        .merge(system::routes())
}
