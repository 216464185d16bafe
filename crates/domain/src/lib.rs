//! The vocabulary and the rules of certbroker, as pure values.
//!
//! Nothing here reads a clock, a random source, a file or a socket, and nothing here is `async`: the time, the
//! ids and the tables come in as arguments, so that every rule can be tried in a table of examples.
//!
//! | module | holds |
//! | --- | --- |
//! | [`clock`] | the trait by which business time enters the program |
//! | [`id`] | typed ids (UUIDv7 inside) and human numbers (`S-1042`) |
//! | [`name`] | domain names as certificates write them, and the name set of a service |
//! | [`money`] | currencies, amounts, rounding |
//! | [`product`] | what a CA sells: validation level, kind, method of validation |
//! | [`term`] | paid term, End date, Paid till |
//! | [`plan`] | which certificates of a service come, when, and what they need from whom |
//! | [`price`] | price of an order, tax, margin |
//! | [`rules`] | rules with effective dates: validity caps, reuse of validation, methods |
//! | [`selection`] | which processing module gets a new order, and why the others did not |
//! | [`state`] | states of services, operations and tasks, and their transitions |
//! | [`hours`] | when a department works, and when a task falls due |
//! | [`contact`] | the people and the organisation in a request |
//! | [`mask`] | removes secrets from text that is logged or shown |

pub mod clock;
pub mod contact;
pub mod hours;
pub mod id;
pub mod mask;
pub mod money;
pub mod name;
pub mod plan;
pub mod price;
pub mod product;
pub mod rules;
pub mod selection;
pub mod state;
pub mod term;

pub use clock::Clock;
pub use money::{Currency, Money, MoneyError};
pub use name::{DomainName, NameSet};
