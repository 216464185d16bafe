//! The installation: whether purchases are on, comparing with the CAs, scheduled work, the dated rules, mails and their
//! texts, settings, DNS zones, and the time machine of simulated mode.

pub mod clock;
pub mod mail_texts;
pub mod mails;
pub mod periodic;
pub mod reconciliation;
pub mod rules;
pub mod settings;
pub mod zones;

use crate::routes::Routes;

/// The routes of the installation.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .merge(clock::routes())
        .merge(mails::routes())
        .merge(mail_texts::routes())
        .merge(periodic::routes())
        .merge(reconciliation::routes())
        .merge(rules::routes())
        .merge(settings::routes())
        .merge(zones::routes())
}
