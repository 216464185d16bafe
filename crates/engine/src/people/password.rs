//! Passwords: which are taken, how they are kept (Argon2id) and compared.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::{Error, Result};

/// Fewest characters (ASVS 6.2.1).
pub const FEWEST_CHARACTERS: usize = 8;
/// Most characters; far above the 64 that must be allowed, and low enough to hash.
pub const MOST_CHARACTERS: usize = 256;

/// Whether a new password may be taken; the code names the reason if not. There are no composition rules (ASVS 6.2.5).
#[must_use]
pub fn obstacle(password: &SecretString, email: &str) -> Option<&'static str> {
    let text = password.expose_secret();
    let length = text.chars().count();
    if length < FEWEST_CHARACTERS {
        return Some("password-too-short");
    }
    if length > MOST_CHARACTERS {
        return Some("password-too-long");
    }
    let lower = text.to_lowercase();
    let is_own_name = lower == email.to_lowercase()
        || email
            .split('@')
            .next()
            .is_some_and(|local| lower == local.to_lowercase());
    let is_one_character = text.chars().all(|c| text.starts_with(c));
    (is_own_name || is_one_character || COMMON.contains(&lower.as_str())).then_some("password-too-common")
}

/// Hashes a password away from the threads that serve requests.
///
/// # Errors
/// [`Error::Internal`] when the runtime is shutting down.
pub async fn hash(password: SecretString) -> Result<SecretString> {
    run(move || {
        Argon2::default()
            .hash_password_with_salt(password.expose_secret().as_bytes(), &seal::random::bytes::<16>())
            .map(|hash| SecretString::from(hash.to_string()))
            .map_err(|error| Error::Internal(format!("hashing a password: {error}")))
    })
    .await?
}

/// Compares a password with a hash. Without a hash the same work is done and the answer is no, so that the time taken
/// does not tell whether a user exists (ASVS 6.3.8).
///
/// # Errors
/// [`Error::Internal`] when the runtime is shutting down.
pub async fn matches(password: SecretString, hash: Option<SecretString>) -> Result<bool> {
    run(move || {
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| SecretString::from(NOBODYS.to_owned()));
        let Ok(parsed) = PasswordHash::new(hash.expose_secret()) else {
            return false;
        };
        let is_same = Argon2::default()
            .verify_password(password.expose_secret().as_bytes(), &parsed)
            .is_ok();
        is_same && is_known
    })
    .await
}

async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(format!("password work: {error}")))
}

/// A hash with the default cost that no known password has.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$K9w8sQGgmh3mR0T2dMSH0JvEJ5Yz1Q0v0fXnqOQ0pMs";

/// The passwords tried first by everybody who guesses; eight characters and longer.
const COMMON: &[&str] = &[
    "12345678",
    "123456789",
    "1234567890",
    "0123456789",
    "87654321",
    "987654321",
    "11111111",
    "00000000",
    "password",
    "password1",
    "password12",
    "password123",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "qwertyui",
    "qwertyuiop",
    "qwerty123",
    "qwerty12",
    "qwertyqwerty",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "qazwsxedc",
    "asdfghjk",
    "asdfghjkl",
    "zxcvbnm1",
    "abcd1234",
    "abc12345",
    "abcdefgh",
    "iloveyou",
    "iloveyou1",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman123",
    "trustno1",
    "welcome1",
    "welcome123",
    "letmein1",
    "letmein123",
    "changeme",
    "changeme1",
    "changeme123",
    "admin123",
    "administrator",
    "admin1234",
    "adminadmin",
    "root1234",
    "rootroot",
    "default1",
    "computer",
    "internet",
    "whatever",
    "starwars",
    "dragon12",
    "monkey12",
    "master12",
    "michelle",
    "jennifer",
    "certbroker",
    "certificate",
    "hosting1",
    "hosting123",
    "leaderssl",
    "test1234",
    "testtest",
    "secret12",
    "secret123",
    "access14",
    "mustang1",
    "shadow12",
    "passport",
    "samsung1",
    "google123",
    "qwe12345",
    "йцукенгш",
    "пароль12",
    "пароль123",
    "парольпароль",
    "1234qwer",
    "q1w2e3r4",
    "zaq12wsx",
    "zaq1zaq1",
    "aa123456",
    "a1234567",
    "a12345678",
    "aaaa1111",
    "asdf1234",
    "asd12345",
    "pass1234",
    "pass12345",
    "mypassword",
    "newpassword",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[test]
    fn weak_passwords_are_refused_with_their_reason_and_long_ones_taken() {
        for (password, code) in [
            ("short", Some("password-too-short")),
            ("Password123", Some("password-too-common")),
            ("aaaaaaaaaaaa", Some("password-too-common")),
            ("ops@example.net", Some("password-too-common")),
            ("correct horse battery staple", None),
            (&"x1".repeat(64), None),
            (&"x1".repeat(200), Some("password-too-long")),
            ("пароль-из-трёх-слов", None),
        ] {
            assert_eq!(obstacle(&secret(password), "ops@example.net"), code, "{password}");
        }
    }

    #[tokio::test]
    async fn a_hash_matches_its_password_only_and_nobody_matches_nothing() {
        let kept = hash(secret("correct horse")).await.unwrap();
        assert!(kept.expose_secret().starts_with("$argon2id$"));
        assert!(
            matches(secret("correct horse"), Some(kept.clone()))
                .await
                .unwrap()
        );
        assert!(!matches(secret("wrong horse"), Some(kept)).await.unwrap());
        assert!(!matches(secret("correct horse"), None).await.unwrap());
        assert!(PasswordHash::new(NOBODYS).is_ok());
    }
}
