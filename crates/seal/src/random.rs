//! The one home of randomness outside `pki`: keys, nonces, tokens, codes and ids.
//!
//! Everything comes from the random generator of aws-lc-rs, which the operating system seeds.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use uuid::Uuid;

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Fills the buffer with random bytes.
///
/// # Panics
/// When the system has no random source: nothing that follows would be safe.
pub fn fill(buffer: &mut [u8]) {
    #[expect(
        clippy::expect_used,
        reason = "without a random source nothing that follows would be safe"
    )]
    aws_lc_rs::rand::fill(buffer).expect("the random generator of the system works");
}

/// An array of random bytes.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// A text that cannot be guessed (256 bits), safe in URLs, headers and file names: 43 characters of `A-Za-z0-9_-`.
#[must_use]
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// An id that sorts by time of creation: RFC 9562 UUID version 7.
///
/// The twelve bits after the milliseconds hold the fraction of the millisecond (RFC 9562 §6.2, method 3), so that ids
/// made in one process within the same millisecond still sort.
#[must_use]
pub fn uuid_v7(now: Timestamp) -> Uuid {
    let nanos = now.as_nanosecond().max(0);
    let millis = u64::try_from(nanos / 1_000_000).unwrap_or(u64::MAX);
    let fraction = u16::try_from((nanos % 1_000_000) * 4096 / 1_000_000).unwrap_or(0);
    let mut tail = bytes::<10>();
    // The builder overwrites the version and variant bits of the first and third byte.
    tail[..2].copy_from_slice(&fraction.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
}

/// Random letters and digits, each of the 62 equally likely (about 6 bits a character).
#[must_use]
pub fn alphanumeric(length: usize) -> String {
    text(length, ALPHANUMERIC)
}

/// Random decimal digits, for codes that people type.
#[must_use]
pub fn digits(length: usize) -> String {
    text(length, b"0123456789")
}

/// A number below `bound`, each equally likely; 0 when `bound` is 0. For jitter and for choosing.
#[must_use]
pub fn below(bound: u64) -> u64 {
    if bound == 0 {
        return 0;
    }
    // The largest multiple of the bound; values beyond it would favour small results.
    let limit = u64::MAX - u64::MAX % bound;
    loop {
        let value = u64::from_be_bytes(bytes());
        if value < limit {
            return value % bound;
        }
    }
}

fn text(length: usize, alphabet: &[u8]) -> String {
    let size = alphabet.len() as u64;
    (0..length)
        .filter_map(|_| alphabet.get(usize::try_from(below(size)).unwrap_or_default()))
        .map(|byte| char::from(*byte))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn tokens_are_long_url_safe_and_never_twice_the_same() {
        let tokens: HashSet<String> = (0..1000).map(|_| token()).collect();
        assert_eq!(tokens.len(), 1000);
        for token in &tokens {
            assert_eq!(token.len(), 43);
            assert!(
                token
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            );
        }
    }

    #[test]
    fn ids_carry_their_time_version_and_variant() {
        let now = Timestamp::from_microsecond(1_603_152_000_123_456).unwrap();
        let id = uuid_v7(now);
        assert_eq!(
            (id.get_version_num(), id.get_variant()),
            (7, uuid::Variant::RFC4122)
        );
        let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
        assert_eq!((seconds, nanos), (1_603_152_000, 123_000_000));
        assert_ne!(uuid_v7(now), id);
        assert_eq!(uuid_v7(Timestamp::MIN).get_version_num(), 7);
        assert_eq!(uuid_v7(Timestamp::MAX).get_version_num(), 7);
    }

    #[test]
    fn ids_made_within_one_millisecond_sort_by_their_time() {
        let ids: Vec<Uuid> = (0..999)
            .map(|micros| uuid_v7(Timestamp::from_microsecond(1_603_152_000_000_000 + micros).unwrap()))
            .collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn codes_have_the_length_and_the_characters_asked_for() {
        for length in [0, 1, 6, 200] {
            let (code, word) = (digits(length), alphanumeric(length));
            assert_eq!((code.len(), word.len()), (length, length));
            assert!(code.bytes().all(|b| b.is_ascii_digit()));
            assert!(word.bytes().all(|b| b.is_ascii_alphanumeric()));
        }
    }

    #[test]
    fn every_character_of_the_alphabet_comes_up_about_equally_often() {
        let mut counts = [0_u32; 256];
        for byte in alphanumeric(62_000).bytes() {
            counts[usize::from(byte)] += 1;
        }
        for byte in ALPHANUMERIC {
            let count = counts[usize::from(*byte)];
            // 1000 expected, standard deviation about 31: eight of them on either side.
            assert!(
                (750..1250).contains(&count),
                "{} came up {count} times",
                char::from(*byte)
            );
        }
    }

    #[test]
    fn numbers_stay_below_their_bound() {
        assert_eq!((below(0), below(1)), (0, 0));
        for bound in [2, 3, 10, 1 << 40, u64::MAX] {
            assert!((0..100).all(|_| below(bound) < bound));
        }
    }
}
