//! What staff see.
//!
//! | module | holds |
//! | --- | --- |
//! | [`dashboard`] | the start page |
//! | [`services`], [`operations`], [`tasks`] | what clients bought, what runs by itself, what people do |
//! | [`accounts`] | who buys, their money, and who signs in |
//! | [`departments`], [`audit`] | who works at what, who did what |
//! | [`drafts`] | what waits between the steps of a form, and work that runs beside the pages |
//! | [`modules`] | processing modules |
//! | [`rates`] | taxes and exchange rates |
//! | [`replacements`] | replacing many certificates at once |
//! | [`profile`] | the own profile of staff |
//! | [`system`] | purchases on and off, scheduled work, settings, zones |
//! | [`tariffs`] | tariff plans |
//! | [`pieces`], [`people`], [`answers`] | what several pages show, look up or answer |

pub mod accounts;
pub mod answers;
pub mod audit;
pub mod dashboard;
pub mod departments;
pub mod drafts;
pub mod modules;
pub mod operations;
pub mod people;
pub mod pieces;
pub mod profile;
pub mod rates;
pub mod replacements;
pub mod services;
pub mod system;
pub mod tariffs;
pub mod tasks;
#[cfg(test)]
mod work_tests;

#[cfg(test)]
mod tests;

use crate::routes::Routes;

/// The routes of the admin area.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .merge(dashboard::routes())
        .merge(modules::routes())
        .merge(tariffs::routes())
        .merge(rates::routes())
        .merge(system::routes())
        .merge(services::routes())
        .merge(replacements::routes())
        .merge(operations::routes())
        .merge(tasks::routes())
        .merge(accounts::routes())
        .merge(departments::routes())
        .merge(audit::routes())
        .merge(profile::routes())
}
