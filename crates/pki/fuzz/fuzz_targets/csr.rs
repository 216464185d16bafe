//! What a client pastes: no panic, no key material in a message, and what is accepted is accepted again in its own form.
#![no_main]

use certbroker_pki::{Csr, PrivateKey, RequestToken};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    match Csr::parse(input) {
        Ok(csr) => {
            assert_eq!(Csr::parse(csr.to_pem().as_bytes()).as_ref(), Ok(&csr));
            let token = RequestToken::new(&csr, None);
            assert!(token.accepts_file_content(&token.file_content()));
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                assert!(!problem.code().is_empty() && problem.to_string().len() < 2000);
            }
        }
    }
    drop(PrivateKey::parse(input));
});
