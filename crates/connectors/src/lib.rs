//! Connectors: one folder per CA, each speaking that CA's API and nothing else.
//!
//! A connector holds a descriptor, a wire client, wire types, a pure mapping, fixtures, a page on its quirks and the conformance suite. It never
//! retries (but for one new sign-in after a refused token), never touches the store, and is named nowhere but here. A new CA is one folder
//! and one line below.

use ca::Registration;

mod leadertelecom;

/// Every connector, by title.
pub static REGISTRATIONS: &[Registration] = &[leadertelecom::REGISTRATION];

/// The connector of this kind.
#[must_use]
pub fn registration(kind: &str) -> Option<&'static Registration> {
    REGISTRATIONS
        .iter()
        .find(|registration| registration.descriptor.kind == kind)
}
