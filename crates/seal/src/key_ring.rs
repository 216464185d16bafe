//! Versioned master keys in memory.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::random;

pub(crate) const KEY: usize = 32;

/// The number of a master key; the first is 1, and the highest seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyVersion(pub u32);

impl fmt::Display for KeyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A 256-bit master key; wiped from memory when it goes.
pub(crate) struct MasterKey {
    pub(crate) made_at: Timestamp,
    pub(crate) bytes: Zeroizing<[u8; KEY]>,
}

impl MasterKey {
    pub(crate) fn generate(made_at: Timestamp) -> Self {
        let mut bytes = Zeroizing::new([0; KEY]);
        random::fill(bytes.as_mut_slice());
        Self { made_at, bytes }
    }
}

/// All master keys: the highest version seals, every version opens.
///
/// Read from a [`KeyFile`](crate::KeyFile), and read again when a secret names a version that is not in it (another
/// process has rotated). Never empty, immutable; share it behind an `Arc`.
pub struct KeyRing {
    current: KeyVersion,
    keys: BTreeMap<KeyVersion, MasterKey>,
}

impl KeyRing {
    /// A ring with one fresh key that is kept nowhere: for tests and for throw-away databases.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::first(Timestamp::UNIX_EPOCH)
    }

    /// The version that seals.
    #[must_use]
    pub const fn current(&self) -> KeyVersion {
        self.current
    }

    /// All versions with the time each was made, oldest first.
    pub fn versions(&self) -> impl Iterator<Item = (KeyVersion, Timestamp)> + '_ {
        self.keys.iter().map(|(version, key)| (*version, key.made_at))
    }

    /// Whether secrets under this version can be opened.
    #[must_use]
    pub fn contains(&self, version: KeyVersion) -> bool {
        self.keys.contains_key(&version)
    }

    pub(crate) fn first(made_at: Timestamp) -> Self {
        let current = KeyVersion(1);
        Self {
            current,
            keys: BTreeMap::from([(current, MasterKey::generate(made_at))]),
        }
    }

    /// `None` when there is no key at all.
    pub(crate) fn from_keys(keys: BTreeMap<KeyVersion, MasterKey>) -> Option<Self> {
        let current = *keys.last_key_value()?.0;
        Some(Self { current, keys })
    }

    /// Adds a fresh key, which from now on seals. `None` after four thousand million rotations.
    pub(crate) fn rotated(mut self, made_at: Timestamp) -> Option<Self> {
        self.current = KeyVersion(self.current.0.checked_add(1)?);
        self.keys.insert(self.current, MasterKey::generate(made_at));
        Some(self)
    }

    pub(crate) fn key(&self, version: KeyVersion) -> Option<&MasterKey> {
        self.keys.get(&version)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = (KeyVersion, &MasterKey)> {
        self.keys.iter().map(|(version, key)| (*version, key))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({} keys, current {})", self.keys.len(), self.current)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotation_adds_a_version_and_keeps_the_old_ones() {
        let ring = KeyRing::in_memory();
        let old = ring.key(KeyVersion(1)).unwrap().bytes.clone();
        let ring = ring.rotated(Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(ring.current(), KeyVersion(2));
        assert_eq!(
            ring.versions().map(|(version, _)| version.0).collect::<Vec<_>>(),
            [1, 2]
        );
        assert_eq!(ring.key(KeyVersion(1)).unwrap().bytes, old);
        assert_ne!(ring.key(KeyVersion(2)).unwrap().bytes, old);
    }

    #[test]
    fn shows_no_key() {
        assert_eq!(
            format!("{:?}", KeyRing::in_memory()),
            "KeyRing(1 keys, current 1)"
        );
    }
}
