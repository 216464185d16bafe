//! Our own eyes on domain names: what every name server and web server shows, before a CA looks.
//!
//! A CA that checks too early fails the validation, counts the failure, and says little about why. So we look
//! first, at the same places: every authoritative name server of the zone over IPv4 and IPv6 (a CA looks from
//! several regions and a lagging secondary fails it, BR 3.2.2.9), the CAA records that decide who may issue
//! (RFC 8659), and the validation file on each address of the host. Every check returns what each server said, one finding, and one
//! piece of advice, all with stable codes that are translated elsewhere. The crate also publishes validation
//! records for domains whose name servers take dynamic updates.
//!
//! It must never follow a client's name into our own network (see [`outbound`]), never send a credential to a
//! host a client chose, never delete a record it did not publish, and never read a clock.
//!
//! | module | holds |
//! | --- | --- |
//! | [`name`], [`record`] | names and records as DNS has them |
//! | [`eyes`] | configuration: resolver, time-outs, simulated network |
//! | [`authoritative`] | what all name servers of a zone say |
//! | [`cname`] | is the validation CNAME there |
//! | [`caa`] | may this CA issue |
//! | [`web_file`] | is the validation file there |
//! | [`outbound`] | which addresses may be contacted at all |
//! | [`publish`] | putting records into a zone: the port and RFC 2136 |
//! | [`finding`] | how findings are told to people |

pub mod authoritative;
pub mod caa;
pub mod cname;
pub mod error;
pub mod eyes;
pub mod finding;
pub mod name;
pub mod outbound;
pub mod publish;
pub mod record;
pub mod web_file;
mod wire;
mod zone;

pub use error::{Class, LookUpError, ServerError};
pub use eyes::{Eyes, EyesConfig, Resolver, SimulatedNet, Timeouts, ZoneServer};
pub use finding::{Advice, Argument, Finding};
pub use name::RecordName;
pub use publish::{Publisher, ValidationRecord};
pub use record::{Record, RecordData, RecordType};

/// Every code that this crate gives to people, so that a test can ask for all translations.
pub fn translation_codes() -> impl Iterator<Item = &'static str> {
    let findings = [
        cname::CnameFinding::CODES,
        caa::CaaFinding::CODES,
        web_file::FileFinding::CODES,
    ];
    let errors = [
        ServerError::CODES,
        LookUpError::CODES,
        web_file::FetchError::CODES,
        publish::PublishError::CODES,
    ];
    let codes = findings.into_iter().chain(errors).flatten().copied();
    codes.chain(finding::Advice::ALL.iter().map(|advice| advice.code()))
}
