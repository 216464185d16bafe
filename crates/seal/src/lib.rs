//! Keeps secrets secret at rest, and makes everything that must not be guessed.
//!
//! Whoever reads the database or a backup of it learns no password, token or private key: those columns hold
//! [`Sealed`] bytes, and the master keys that open them lie in a [`KeyFile`] outside the database.
//!
//! This crate must never put a secret (or any part of one) into an error, a `Debug` text or a log, never read a clock,
//! and never fall back to weaker randomness: without the system's random source the program stops.
//!
//! | module | holds |
//! | --- | --- |
//! | [`random`] | the one home of randomness outside `pki`: bytes, tokens, ids |
//! | [`key_ring`] | versioned master keys in memory |
//! | [`key_file`] | the file they live in: format, permissions, rotation |
//! | [`sealed`] | the sealed form of a secret and its layout |
//! | [`envelope`] | sealing, opening, sealing anew under the current key |
//! | [`token`] | hashes of tokens, compared in constant time |
//! | [`redacted`] | a wrapper that shows nothing |
//! | [`mask`] | removes secrets from text (lives in `domain`, so that logs can use it too) |
//!
//! ```
//! # use certbroker_seal as seal;
//! # let ring = seal::KeyRing::in_memory();
//! let place = seal::Context::new("module.settings", 7);
//! let sealed = ring.seal(&place, b"hunter2")?;
//! assert_eq!(ring.open(&place, &sealed)?.as_slice(), b"hunter2");
//! assert!(ring.open(&seal::Context::new("module.settings", 8), &sealed).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod envelope;
pub mod key_file;
pub mod key_ring;
pub mod random;
pub mod redacted;
pub mod sealed;
pub mod token;

pub use domain::mask;
pub use envelope::{Context, OpenError, SealError};
pub use key_file::{KeyFile, KeyFileError};
pub use key_ring::{KeyRing, KeyVersion};
pub use redacted::Redacted;
pub use sealed::{BadSealed, Sealed};
pub use secrecy::{ExposeSecret, SecretString};
pub use token::{TokenHash, hash_token};
