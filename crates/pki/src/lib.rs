//! Keys, certificate signing requests, certificates, chains, exports and validation tokens.
//!
//! Everything here is a function of bytes: no clock (instants come in as arguments), no I/O, no `async`. The one source of
//! randomness is the cryptographic provider, which makes keys and the salts of PKCS#12 files. Whatever comes from outside (what a client
//! pasted, what a CA answered) may be arbitrary bytes; nothing here panics on it (see `fuzz/`).
//!
//! It must never: reach the network, decide by dated rules (that is `domain`), or let a private key out other than through
//! [`key::PrivateKey`] and the exports that are asked to contain it.
//!
//! | module | what |
//! | --- | --- |
//! | [`key`] | make, parse and write private keys |
//! | [`public_key`] | judge public keys: kind, strength, known weaknesses |
//! | [`csr`] | judge requests as a CA would, and make them |
//! | [`certificate`] | what a certificate says |
//! | [`chain`] | order a chain from an unordered bag |
//! | [`issued`] | check a certificate that a CA delivered against what was ordered |
//! | [`export`] | PEM files, zip, PKCS#12 |
//! | [`token`] | validation tokens made from the hash of a request |
//! | [`fingerprint`] | typed SHA-256 fingerprints |

pub mod certificate;
pub mod chain;
pub mod csr;
pub mod export;
pub mod fingerprint;
pub mod issued;
pub mod key;
pub mod public_key;
pub mod token;

mod der;
mod pem;
mod signature;
mod subject;
mod weak_rsa;

pub use certificate::Certificate;
pub use chain::Chain;
pub use csr::Csr;
pub use fingerprint::{CertificateFingerprint, CsrFingerprint, KeyFingerprint};
pub use key::{KeyChoice, PrivateKey};
pub use pem::LineEnd;
pub use public_key::{KeyKind, PublicKey};
pub use subject::Subject;
pub use token::{RequestToken, UniqueValue};
