//! Arbitrary and nearly right bytes: nothing may panic.

use std::sync::OnceLock;

use certbroker_pki::{Certificate, Chain, Csr, KeyChoice, PrivateKey, RequestToken};
use proptest::collection::vec;
use proptest::prelude::*;
use rcgen::SanType;

use crate::authority::{Authority, VALID, names, now};

const REQUEST: &str = include_str!("../fixtures/good/token-vector.pem");
const RSA_REQUEST: &str = include_str!("../fixtures/good/new-label.pem");

fn try_everything(input: &[u8]) {
    if let Ok(csr) = Csr::parse(input) {
        // What was accepted once is accepted in its own canonical form.
        assert_eq!(Csr::parse(csr.to_pem().as_bytes()).as_ref(), Ok(&csr));
        let token = RequestToken::new(&csr, None);
        assert!(token.accepts_file_content(&token.file_content()));
    }
    if let Ok(bag) = Certificate::parse_bag(input) {
        drop(Chain::from_bag(&bag, None, now()));
    }
    drop(PrivateKey::parse(input));
}

/// A certificate with every kind of alternative name, made once.
fn certificate() -> &'static [u8] {
    static DER: OnceLock<Vec<u8>> = OnceLock::new();
    DER.get_or_init(|| {
        let key = PrivateKey::make(KeyChoice::P256).unwrap();
        let set = names("example.com", &["www.example.com"]);
        let leaf = Authority::root("Root").issue_with(&key, &set, VALID, |params| {
            params.subject_alt_names.extend([
                SanType::IpAddress([192, 0, 2, 1].into()),
                SanType::IpAddress([0u16, 0, 0, 0, 0, 0, 0, 1].into()),
                SanType::Rfc822Name("me@example.com".try_into().unwrap()),
                SanType::URI("https://example.com/".try_into().unwrap()),
            ]);
        });
        leaf.der().to_vec()
    })
}

fn der_of(pem: &str) -> Vec<u8> {
    Csr::parse(pem.as_bytes()).unwrap().der().to_vec()
}

proptest! {
    #[test]
    fn arbitrary_bytes(input in vec(any::<u8>(), 0..600)) {
        try_everything(&input);
    }

    #[test]
    fn arbitrary_text_between_the_lines(body in "[A-Za-z0-9+/= \r\n-]{0,400}", label in "(NEW )?CERTIFICATE( REQUEST)?|PRIVATE KEY|PKCS7") {
        try_everything(format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----").as_bytes());
    }

    #[test]
    fn requests_with_bytes_changed(rsa: bool, changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>(), whole: bool) {
        let mut der = der_of(if rsa { RSA_REQUEST } else { REQUEST });
        for (index, byte) in changes {
            let at = index.index(der.len());
            der[at] = byte;
        }
        if !whole {
            der.truncate(cut.index(der.len()));
        }
        try_everything(&der);
    }

    #[test]
    fn certificates_with_bytes_changed(changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut der = certificate().to_vec();
        for (index, byte) in changes {
            let at = index.index(der.len());
            der[at] = byte;
        }
        try_everything(&der);
    }

    #[test]
    fn nested_headers(headers in vec((prop::sample::select(vec![0x02u8, 0x03, 0x04, 0x06, 0x30, 0x31, 0xa0]), any::<u8>()), 0..60)) {
        let input: Vec<u8> = headers.into_iter().flat_map(|(tag, length)| [tag, length]).collect();
        try_everything(&input);
    }
}
