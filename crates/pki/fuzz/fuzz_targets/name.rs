//! What a person types as a domain name: no panic, and parsing is stable.
#![no_main]

use certbroker_domain::name::DomainName;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(name) = DomainName::parse(text) else { return };
    assert_eq!(DomainName::parse(name.as_str()).as_ref(), Ok(&name));
    assert!(name.as_str().is_ascii() && name.as_str().len() <= 253);
    assert_eq!(name.authorization_candidates().last(), Some(&name.base_domain()));
    drop(name.unicode());
});
