//! Randomness of ids, tokens, codes and faults: repeatable with a seed, the system's without.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use parking_lot::Mutex;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// The simulator's dice. A real CA's randomness is in the keys, which the cryptographic library makes itself.
pub(crate) struct Randomness(Mutex<StdRng>);

impl Randomness {
    /// `boot` counts the starts on one state, so that a seeded simulator does not repeat ids after a restart.
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulator's one source of randomness"
    )]
    pub(crate) fn new(seed: Option<u64>, boot: u32) -> Self {
        let rng = match seed {
            Some(seed) => StdRng::seed_from_u64(seed.wrapping_add(u64::from(boot) << 40)),
            None => StdRng::from_seed(rand::random()),
        };
        Self(Mutex::new(rng))
    }

    /// 22 characters of URL-safe base64 over 16 bytes, the form of the API's tokens.
    pub(crate) fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<16>())
    }

    /// A code for a validation mail: 32 letters and digits.
    pub(crate) fn code(&self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
        let mut rng = self.0.lock();
        (0..32)
            .filter_map(|_| LETTERS.get(rng.random_range(0..LETTERS.len())))
            .map(|letter| char::from(*letter))
            .collect()
    }

    /// A unique value as the CA adds it when a key is used again.
    pub(crate) fn unique_value(&self) -> Option<pki::UniqueValue> {
        self.code().get(..12)?.parse().ok()
    }

    /// A serial number: 16 bytes, positive, never zero (BR 7.1 asks for 64 random bits).
    pub(crate) fn serial(&self) -> [u8; 16] {
        let mut serial = self.bytes::<16>();
        if let Some(first) = serial.first_mut() {
            *first = (*first & 0x7f) | 0x40;
        }
        serial
    }

    /// An order number as the CA behind LeaderSSL would give it: ten digits.
    pub(crate) fn issuer_order_number(&self) -> String {
        self.0
            .lock()
            .random_range(1_000_000_000_u64..10_000_000_000)
            .to_string()
    }

    /// Whether a die with this chance (0 to 1) falls so.
    pub(crate) fn falls(&self, chance: f64) -> bool {
        self.0.lock().random_bool(chance.clamp(0.0, 1.0))
    }

    fn bytes<const N: usize>(&self) -> [u8; N] {
        self.0.lock().random()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_within_a_start_and_not_across_starts() {
        let draw = |boot| Randomness::new(Some(7), boot).token();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_ne!(Randomness::new(None, 1).token(), Randomness::new(None, 1).token());
    }

    #[test]
    fn tokens_codes_and_serials_have_their_form() {
        let random = Randomness::new(Some(1), 1);
        assert_eq!(random.token().len(), 22);
        assert!(random.code().len() == 32 && random.code().bytes().all(|b| b.is_ascii_alphanumeric()));
        assert!(random.serial()[0] >= 0x40 && random.serial()[0] < 0x80);
        assert_eq!(random.issuer_order_number().len(), 10);
        assert!(random.falls(1.0) && !random.falls(0.0));
    }
}
