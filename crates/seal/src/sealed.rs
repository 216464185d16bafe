//! The sealed form of a secret.
//!
//! Layout, version 1 (offsets in bytes):
//!
//! | bytes | holds |
//! | --- | --- |
//! | 0 | version of the layout: 1 |
//! | 1..5 | version of the master key, big endian |
//! | 5..29 | nonce of the wrapped data key |
//! | 29..77 | data key (32), encrypted under the master key, and its tag (16) |
//! | 77..101 | nonce of the content |
//! | 101.. | content, encrypted under the data key, and its tag (16) |
//!
//! Both encryptions are XChaCha20-Poly1305. The associated data of each is the header (bytes 0..5), a word for its part
//! (`key` or `data`) and the context, so that no piece can be moved to another row, another master key or the other part.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::KeyVersion;

pub(crate) const LAYOUT: u8 = 1;
pub(crate) const NONCE: usize = 24;
pub(crate) const TAG: usize = 16;
pub(crate) const DATA_KEY: usize = 32;

const HEADER: usize = 5;
const WRAPPED: usize = DATA_KEY + TAG;
const OVERHEAD: usize = HEADER + NONCE + WRAPPED + NONCE + TAG;

/// A secret as it lies in the database or in a file: useless without the key ring and the context.
///
/// Stored as bytes ([`Sealed::as_bytes`]); serialises as base64 text.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sealed(Vec<u8>);

/// Why bytes or a text are no sealed secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSealed {
    /// Cut off or never sealed.
    #[error("too short for a sealed secret")]
    TooShort,
    /// Made by a newer program, or damaged.
    #[error("the layout {0} of this sealed secret is not known")]
    UnknownLayout(u8),
    /// The text form is not base64.
    #[error("not the text form of a sealed secret")]
    NotBase64,
}

impl Sealed {
    /// The bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes to store, without copying them.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The version of the master key that opens it.
    #[must_use]
    pub fn key_version(&self) -> KeyVersion {
        let mut version = [0; 4];
        if let Some(stored) = self.0.get(1..HEADER) {
            version.copy_from_slice(stored);
        }
        KeyVersion(u32::from_be_bytes(version))
    }

    pub(crate) fn assemble(
        key: KeyVersion,
        key_nonce: &[u8; NONCE],
        wrapped: &[u8],
        nonce: &[u8; NONCE],
        content: &[u8],
    ) -> Self {
        let mut bytes = Vec::with_capacity(HEADER + NONCE + wrapped.len() + NONCE + content.len());
        bytes.extend_from_slice(&header(key));
        bytes.extend_from_slice(key_nonce);
        bytes.extend_from_slice(wrapped);
        bytes.extend_from_slice(nonce);
        bytes.extend_from_slice(content);
        Self(bytes)
    }

    pub(crate) fn parts(&self) -> Option<Parts<'_>> {
        let rest = self.0.get(HEADER..)?;
        let (key_nonce, rest) = rest.split_first_chunk()?;
        let (wrapped, rest) = rest.split_at_checked(WRAPPED)?;
        let (nonce, content) = rest.split_first_chunk()?;
        Some(Parts {
            key_nonce,
            wrapped,
            nonce,
            content,
        })
    }
}

/// The pieces of a sealed secret.
pub(crate) struct Parts<'a> {
    pub(crate) key_nonce: &'a [u8; NONCE],
    pub(crate) wrapped: &'a [u8],
    pub(crate) nonce: &'a [u8; NONCE],
    pub(crate) content: &'a [u8],
}

/// The first bytes, which both encryptions vouch for.
pub(crate) fn header(key: KeyVersion) -> [u8; HEADER] {
    let [a, b, c, d] = key.0.to_be_bytes();
    [LAYOUT, a, b, c, d]
}

impl TryFrom<Vec<u8>> for Sealed {
    type Error = BadSealed;

    fn try_from(stored: Vec<u8>) -> Result<Self, BadSealed> {
        match stored.first() {
            Some(&LAYOUT) if stored.len() >= OVERHEAD => Ok(Self(stored)),
            Some(&layout) if layout != LAYOUT => Err(BadSealed::UnknownLayout(layout)),
            _ => Err(BadSealed::TooShort),
        }
    }
}

impl TryFrom<String> for Sealed {
    type Error = BadSealed;

    fn try_from(text: String) -> Result<Self, BadSealed> {
        STANDARD
            .decode(text.trim())
            .map_err(|_| BadSealed::NotBase64)?
            .try_into()
    }
}

impl From<Sealed> for String {
    fn from(sealed: Sealed) -> String {
        STANDARD.encode(sealed.0)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed(key {}, {} bytes)", self.key_version(), self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Context, KeyRing};

    #[test]
    fn says_why_it_cannot_be_a_sealed_secret() {
        for (bytes, error) in [
            (vec![], BadSealed::TooShort),
            (vec![LAYOUT; OVERHEAD - 1], BadSealed::TooShort),
            (vec![2; OVERHEAD], BadSealed::UnknownLayout(2)),
        ] {
            assert_eq!(Sealed::try_from(bytes), Err(error));
        }
        assert_eq!(Sealed::try_from("hunter2!".to_owned()), Err(BadSealed::NotBase64));
    }

    #[test]
    fn survives_bytes_and_text() {
        let sealed = KeyRing::in_memory().seal(&Context::new("test", 1), b"").unwrap();
        assert_eq!(sealed.as_bytes().len(), OVERHEAD);
        assert_eq!(
            Sealed::try_from(sealed.clone().into_bytes()).as_ref(),
            Ok(&sealed)
        );
        let text = serde_json::to_string(&sealed).unwrap();
        assert_eq!(serde_json::from_str::<Sealed>(&text).unwrap(), sealed);
        assert_eq!(format!("{sealed:?}"), "Sealed(key 1, 117 bytes)");
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(sealed) = Sealed::try_from(bytes) {
                prop_assert!(sealed.parts().is_some());
                prop_assert!(KeyRing::in_memory().open(&Context::new("test", 1), &sealed).is_err());
            }
        }
    }
}
