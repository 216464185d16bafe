//! What a CA delivers: no panic, and a chain is a chain.
#![no_main]

use certbroker_pki::{Certificate, Chain};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Ok(bag) = Certificate::parse_bag(input) else { return };
    let now = jiff::Timestamp::from_second(1_795_000_000).unwrap();
    for leaf in &bag {
        assert_eq!(Certificate::parse(leaf.to_pem().as_bytes()).as_ref(), Ok(leaf));
        let Ok(chain) = Chain::build(leaf.clone(), &bag, &[], now) else { continue };
        let served: Vec<_> = chain.served().chain(chain.root()).collect();
        assert!(served.windows(2).all(|pair| pair[0].is_issued_by(pair[1])));
    }
});
