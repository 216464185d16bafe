//! A simulator of the BILLmanager host, as far as it concerns service processing modules. A development tool.
//!
//! It lays out a folder as `/usr/local/mgr5`, keeps BILLmanager's tables in a real MariaDB, answers `sbin/mgrctl` through a daemon,
//! and starts any module's executable as BILLmanager does: in the wizard, for orders, for attempts every five simulated minutes,
//! for periodic looks at certificates. It knows no module and no CA.
//!
//! It must never be nicer than the host may be: modules get a database account that can only read; a daemon can be away; a caller
//! can be killed before or after any of its calls; what is answered to a refused call is switched between both conceivable ways.
//!
//! What is not known of the real host is assumed, and marked so where it is decided: the layout of `mgrctl -i`, the exit status of
//! refused calls, when `sync_item` runs, the words of `task.gettype` but for `postopen`, the moment an attempt is counted, what
//! `certificate.failed` does, that post functions without an operation are answered, and where problems and balances are kept.
//!
//! | module | holds |
//! | --- | --- |
//! | [`host`] | the handle: folder, database, daemon, clock, switches |
//! | [`wizard`], [`order`] | what administrators, clients and employees do |
//! | [`schedule`] | what the host does by itself |
//! | [`read`] | what it shows |
//! | [`launch`], [`features`] | modules as processes |
//! | `daemon`, [`call`], `functions` | `mgrctl` and the functions behind it |
//! | [`mariadb`], `database`, `root`, `secrets`, `clock` | what it stands on |

pub mod call;
mod clock;
mod daemon;
mod database;
pub mod document;
mod error;
pub mod features;
mod functions;
pub mod host;
pub mod launch;
pub mod mariadb;
pub mod order;
mod random;
pub mod read;
mod root;
pub mod schedule;
mod secrets;
pub mod wizard;

pub use self::{
    call::{Call, RecordedCall},
    daemon::Moment,
    error::{HostError, ModuleRefusal},
    features::Features,
    host::{Host, Options},
    launch::Run,
    order::{NewOrder, NewTariff, Ordered, Reissue},
    read::{Balance, Item, ItemStatus, Operation, Problem, Task},
    schedule::{Balances, Pace},
    wizard::{Active, NewConnection},
};
