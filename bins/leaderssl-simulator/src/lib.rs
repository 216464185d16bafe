//! A faithful simulator of the LeaderSSL API v1, for tests, demonstrations and rehearsals.
//!
//! It answers the public requests of the API as far as they are confirmed, assumes the rest as the API's description
//! in this project does, really validates domains (DNS, web server, mail) and really issues X.509 chains under roots
//! of its own, which nothing trusts. Behind the API's back a management listener, or the [`Simulator`] handle in the
//! same process, shows the ledger and the mailbox, moves the clock, plays the CA's staff and switches faults on.
//!
//! It must never talk to the real API, never be reachable by others than those who test with it (it listens on
//! loopback unless told otherwise), and never be nicer than the real thing: duplicates are charged twice, a reused
//! request token breaks the original order, and what the public client cannot do is answered 404.
//!
//! | module | holds |
//! | --- | --- |
//! | `api` | the API's listener: routes, answers, faults on the wire |
//! | `management` | the management listener |
//! | `orders`, `order_form`, `catalogue` | what is sold, read and charged |
//! | `validation`, `mailbox` | domain control |
//! | `issuance`, `authority`, `csr` | certificates |
//! | `desk` | what the CA's and the reseller's staff do |
//! | [`record`], `state`, `journal` | what is kept, and how it survives a kill |
//! | [`config`], [`faults`] | settings and switches |
//! | [`surroundings`] | the DNS and web servers that validation looks at in a demonstration |

mod api;
mod authority;
mod catalogue;
mod clock;
pub mod config;
mod csr;
mod desk;
pub mod faults;
mod issuance;
mod journal;
mod mailbox;
mod management;
mod order_form;
mod orders;
mod params;
mod random;
pub mod record;
mod refusal;
mod sessions;
mod shared;
mod simulator;
mod state;
pub mod surroundings;
mod validation;

pub use self::{
    clock::ClockError,
    config::{Config, HostPort, ReissueCall, ValidationMode},
    csr::KeptCsr,
    desk::{Decision, Refund},
    journal::JournalError,
    shared::SimulatorError,
    simulator::Simulator,
};
