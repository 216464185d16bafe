//! Hashes of tokens: what the database keeps of API tokens, session ids, reset links and the like.
//!
//! The tokens come from [`random::token`](crate::random::token) and hold 256 random bits, so a plain SHA-256 is enough:
//! there is nothing to guess. Passwords are another matter and never come here.

use std::fmt;

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// The SHA-256 of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TokenHash([u8; 32]);

/// Hashes a token for storing it or for looking it up.
#[must_use]
pub fn hash_token(token: &str) -> TokenHash {
    let digest = digest::digest(&digest::SHA256, token.as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(digest.as_ref());
    TokenHash(hash)
}

/// Compares two texts without telling by the time taken where they differ; only their lengths may show.
#[must_use]
pub fn same_text(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

impl TokenHash {
    /// From the 32 bytes that were stored.
    #[must_use]
    pub const fn from_bytes(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether the token is the one that was hashed, in constant time.
    #[must_use]
    pub fn matches(&self, token: &str) -> bool {
        self.0.ct_eq(&hash_token(token).0).into()
    }
}

impl TryFrom<&[u8]> for TokenHash {
    type Error = std::array::TryFromSliceError;

    fn try_from(stored: &[u8]) -> Result<Self, Self::Error> {
        stored.try_into().map(Self)
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Enough to tell two apart in a log, too little to look one up.
        write!(f, "TokenHash({}…)", hex::encode(&self.0[..4]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_plain_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            hash_token("abc").to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn matches_the_token_it_was_made_of_and_no_other() {
        let token = crate::random::token();
        let stored = hash_token(&token).as_bytes().to_vec();
        let hash = TokenHash::try_from(stored.as_slice()).unwrap();
        assert!(hash.matches(&token));
        for other in ["", "x", &token[1..], &token.to_lowercase()] {
            assert!(!hash.matches(other));
        }
        assert!(TokenHash::try_from([0_u8; 31].as_slice()).is_err());
        assert!(!format!("{hash:?}").contains(&hash.to_string()));
    }

    #[test]
    fn texts_are_compared_whole() {
        assert!(same_text("abc", "abc"));
        assert!(!same_text("abc", "abd"));
        assert!(!same_text("abc", "ab"));
    }
}
