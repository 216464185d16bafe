//! What clients see.
//!
//! | module | holds |
//! | --- | --- |
//! | [`services`] | the list, one service, proof of control, downloads |
//! | [`order`] | the order in steps |
//! | [`money`] | balance, statement, documents |
//! | [`profile`] | name, language, password, sessions, API tokens |

pub mod money;
pub mod order;
pub mod profile;
pub mod services;

use crate::routes::{Audience, Routes};

/// The routes of the client area.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Client)
        .merge(services::routes())
        .merge(order::routes())
        .merge(money::routes())
        .merge(profile::routes())
}
