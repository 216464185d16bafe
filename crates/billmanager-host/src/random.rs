//! The simulator's one home of randomness: names of databases and passwords that live as long as a test.

/// A word of lower-case letters and digits.
#[expect(
    clippy::disallowed_methods,
    reason = "a development tool has randomness of its own"
)]
pub(crate) fn word(length: usize) -> String {
    use rand::RngExt as _;
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut dice = rand::rng();
    (0..length)
        .filter_map(|_| ALPHABET.get(dice.random_range(0..ALPHABET.len())).copied())
        .map(char::from)
        .collect()
}
