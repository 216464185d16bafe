//! Sealing and opening: every secret has a data key of its own, which the master key wraps.
//!
//! The context names the place a secret belongs to (`module.settings:<id>`). It is not stored in the sealed bytes, yet
//! opening needs the same one: a row copied over another row does not open.

use std::fmt;

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::{
    KeyRing, KeyVersion, Sealed, random,
    sealed::{DATA_KEY, NONCE, header},
};

/// The place a secret belongs to, such as `module.settings:mod_0192…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Context(String);

impl Context {
    /// `kind` says table and column in words that never change, `id` which row.
    #[must_use]
    pub fn new(kind: &'static str, id: impl fmt::Display) -> Self {
        Self(format!("{kind}:{id}"))
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a secret could not be sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// More than the cipher takes (256 GiB).
    #[error("the secret for `{context}` is too long to be sealed")]
    TooLong {
        /// Where it belongs.
        context: Context,
    },
}

/// Why a sealed secret did not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The ring has no such version: read the key file again; else the wrong file is in place.
    #[error("the secret of `{context}` needs master key {version}, which is not in the key file")]
    UnknownKey {
        /// Where the secret belongs.
        context: Context,
        /// The version it was sealed under.
        version: KeyVersion,
    },
    /// Damaged, moved from another place, or sealed under another key of the same number.
    #[error("the secret of `{context}` is damaged or belongs elsewhere")]
    Refused {
        /// Where the secret was said to belong.
        context: Context,
    },
    /// Opened, but the content is not text.
    #[error("the secret of `{context}` is not text")]
    NotText {
        /// Where the secret belongs.
        context: Context,
    },
}

/// Why a secret could not be sealed anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResealError {
    /// The old form did not open.
    #[error("opening it under its old key")]
    Open(#[from] OpenError),
    /// The new form could not be made.
    #[error("sealing it under the current key")]
    Seal(#[from] SealError),
}

impl KeyRing {
    /// Seals bytes for this place under the current master key.
    ///
    /// # Errors
    /// [`SealError::TooLong`] beyond what the cipher takes.
    pub fn seal(&self, context: &Context, plaintext: &[u8]) -> Result<Sealed, SealError> {
        let too_long = || SealError::TooLong {
            context: context.clone(),
        };
        let version = self.current();
        let master = self.key(version).ok_or_else(too_long)?;
        let mut data_key = Zeroizing::new([0; DATA_KEY]);
        random::fill(data_key.as_mut_slice());
        let (key_nonce, nonce) = (random::bytes::<NONCE>(), random::bytes::<NONCE>());
        let wrapped = encrypt(
            &master.bytes,
            &key_nonce,
            data_key.as_slice(),
            &vouched(version, "key", context),
        );
        let payload = encrypt(&data_key, &nonce, plaintext, &vouched(version, "data", context));
        let (wrapped, payload) = wrapped.zip(payload).ok_or_else(too_long)?;
        Ok(Sealed::assemble(version, &key_nonce, &wrapped, &nonce, &payload))
    }

    /// Seals text for this place under the current master key.
    ///
    /// # Errors
    /// As [`KeyRing::seal`].
    pub fn seal_text(&self, context: &Context, secret: &SecretString) -> Result<Sealed, SealError> {
        self.seal(context, secret.expose_secret().as_bytes())
    }

    /// Opens a secret that was sealed for this place; the bytes are wiped when dropped.
    ///
    /// # Errors
    /// [`OpenError`]; its text never holds content.
    pub fn open(&self, context: &Context, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let refused = || OpenError::Refused {
            context: context.clone(),
        };
        let version = sealed.key_version();
        let master = self.key(version).ok_or_else(|| OpenError::UnknownKey {
            context: context.clone(),
            version,
        })?;
        let parts = sealed.parts().ok_or_else(refused)?;
        let unwrapped = decrypt(
            &master.bytes,
            parts.key_nonce,
            parts.wrapped,
            &vouched(version, "key", context),
        )
        .ok_or_else(refused)?;
        let mut data_key = Zeroizing::new([0; DATA_KEY]);
        data_key.copy_from_slice(unwrapped.get(..DATA_KEY).ok_or_else(refused)?);
        decrypt(
            &data_key,
            parts.nonce,
            parts.content,
            &vouched(version, "data", context),
        )
        .ok_or_else(refused)
    }

    /// Opens a secret that is text.
    ///
    /// # Errors
    /// As [`KeyRing::open`], and [`OpenError::NotText`].
    pub fn open_text(&self, context: &Context, sealed: &Sealed) -> Result<SecretString, OpenError> {
        let bytes = self.open(context, sealed)?;
        std::str::from_utf8(&bytes)
            .map(SecretString::from)
            .map_err(|_| OpenError::NotText {
                context: context.clone(),
            })
    }

    /// Whether a secret is still under an older master key.
    #[must_use]
    pub fn is_outdated(&self, sealed: &Sealed) -> bool {
        sealed.key_version() != self.current()
    }

    /// Seals a secret anew, under the current master key and with a fresh data key.
    ///
    /// The data key changes too: who has the old master key and an old backup knows the old one.
    ///
    /// # Errors
    /// [`ResealError`] when the old form does not open.
    pub fn reseal(&self, context: &Context, sealed: &Sealed) -> Result<Sealed, ResealError> {
        let plaintext = self.open(context, sealed)?;
        Ok(self.seal(context, &plaintext)?)
    }
}

/// What an encryption vouches for beside its content.
fn vouched(version: KeyVersion, part: &str, context: &Context) -> Vec<u8> {
    let mut data = header(version).to_vec();
    data.extend_from_slice(part.as_bytes());
    data.push(0);
    data.extend_from_slice(context.0.as_bytes());
    data
}

fn encrypt(key: &[u8; 32], nonce: &[u8; NONCE], plaintext: &[u8], vouched: &[u8]) -> Option<Vec<u8>> {
    let payload = Payload {
        msg: plaintext,
        aad: vouched,
    };
    XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(*nonce), payload)
        .ok()
}

fn decrypt(key: &[u8; 32], nonce: &[u8; NONCE], sealed: &[u8], vouched: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let payload = Payload {
        msg: sealed,
        aad: vouched,
    };
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(*nonce), payload)
        .ok()
        .map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn place(id: u32) -> Context {
        Context::new("module.settings", id)
    }

    #[test]
    fn the_same_secret_never_looks_the_same_twice() {
        let ring = KeyRing::in_memory();
        assert_ne!(ring.seal(&place(1), b"hunter2"), ring.seal(&place(1), b"hunter2"));
    }

    #[test]
    fn does_not_open_in_another_place_or_with_another_ring() {
        let ring = KeyRing::in_memory();
        let sealed = ring.seal(&place(1), b"hunter2").unwrap();
        let refused = |context: Context| Err(OpenError::Refused { context });
        assert_eq!(ring.open(&place(2), &sealed), refused(place(2)));
        assert_eq!(
            ring.open(&Context::new("module.setting", "s:1"), &sealed).ok(),
            None
        );
        assert_eq!(KeyRing::in_memory().open(&place(1), &sealed), refused(place(1)));
    }

    #[test]
    fn a_rotated_ring_opens_old_secrets_and_seals_them_anew() {
        let ring = KeyRing::in_memory();
        let old = ring.seal(&place(1), b"hunter2").unwrap();
        assert!(!ring.is_outdated(&old));
        let ring = ring.rotated(Timestamp::UNIX_EPOCH).unwrap();
        assert!(ring.is_outdated(&old));
        let new = ring.reseal(&place(1), &old).unwrap();
        assert_eq!((old.key_version().0, new.key_version().0), (1, 2));
        assert_eq!(ring.open(&place(1), &old), ring.open(&place(1), &new));
        assert!(matches!(ring.reseal(&place(2), &old), Err(ResealError::Open(_))));
    }

    #[test]
    fn names_the_key_that_is_missing() {
        let ring = KeyRing::in_memory().rotated(Timestamp::UNIX_EPOCH).unwrap();
        let sealed = ring.seal(&place(1), b"hunter2").unwrap();
        let error = KeyRing::in_memory().open(&place(1), &sealed).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the secret of `module.settings:1` needs master key 2, which is not in the key file"
        );
    }

    #[test]
    fn text_goes_in_and_comes_out_as_a_secret() {
        let ring = KeyRing::in_memory();
        let sealed = ring.seal_text(&place(1), &SecretString::from("пароль")).unwrap();
        assert_eq!(
            ring.open_text(&place(1), &sealed).unwrap().expose_secret(),
            "пароль"
        );
        let sealed = ring.seal(&place(1), &[0xff, 0xfe]).unwrap();
        assert_eq!(
            ring.open_text(&place(1), &sealed).unwrap_err(),
            OpenError::NotText { context: place(1) }
        );
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_and_shows_nothing(secret in prop::collection::vec(any::<u8>(), 0..400), id in any::<u32>()) {
            let ring = KeyRing::in_memory();
            let sealed = ring.seal(&place(id), &secret).unwrap();
            let opened = ring.open(&place(id), &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), secret.as_slice());
            if secret.len() >= 8 {
                prop_assert!(!sealed.as_bytes().windows(secret.len()).any(|window| window == secret));
            }
        }

        #[test]
        fn a_single_changed_bit_is_noticed(bit in 0_usize..(117 + 7) * 8) {
            let ring = KeyRing::in_memory();
            let mut bytes = ring.seal(&place(1), b"hunter2").unwrap().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let opened = Sealed::try_from(bytes).ok().and_then(|sealed| ring.open(&place(1), &sealed).ok());
            prop_assert!(opened.is_none());
        }

        #[test]
        fn a_cut_secret_is_noticed(length in 0_usize..124) {
            let ring = KeyRing::in_memory();
            let mut bytes = ring.seal(&place(1), b"hunter2").unwrap().into_bytes();
            bytes.truncate(length);
            let opened = Sealed::try_from(bytes).ok().and_then(|sealed| ring.open(&place(1), &sealed).ok());
            prop_assert!(opened.is_none());
        }
    }
}
