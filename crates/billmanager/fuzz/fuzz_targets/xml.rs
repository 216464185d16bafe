//! What may stand on standard input or come from the host: no panic, and what was read is written so that it is read as the same.
#![no_main]

use certbroker_billmanager::xml::Element;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let Ok(document) = Element::parse(input) else { return };
    let again = Element::parse(&document.compact()).expect("a document that was written is read");
    assert_eq!(again.content(), document.content());
});
