//! Numbers that look random and are the same for the same seed: a filled database can be made again.

use std::fmt::Write as _;

use jiff::Timestamp;
use uuid::Uuid;

/// A generator of such numbers (`SplitMix64`).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The generator of a seed.
    pub(crate) const fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound` - 1.
    pub(crate) const fn below(&mut self, bound: u64) -> u64 {
        // The high bits of a product: even enough for sample data, whatever the bound.
        ((self.next() as u128 * bound as u128) >> 64) as u64
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let place = self.below(of.len() as u64);
        &of[usize::try_from(place).unwrap_or(0)]
    }

    /// Whether something happens that happens in `percent` of all cases.
    pub(crate) const fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// So many bytes.
    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend(self.next().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }

    /// So many hexadecimal digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            let _ = write!(text, "{:016x}", self.next());
        }
        text.truncate(digits);
        text
    }

    /// An id that sorts by its time (UUIDv7).
    pub(crate) fn id<T: From<Uuid>>(&mut self, at: Timestamp) -> T {
        let millis = u128::try_from(at.as_millisecond()).unwrap_or(0) & 0xffff_ffff_ffff;
        let low = (u128::from(self.next()) << 64 | u128::from(self.next())) & 0x0fff_3fff_ffff_ffff_ffff;
        T::from(Uuid::from_u128(millis << 80 | 0x7000_8000_0000_0000_0000 | low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_gives_others() {
        let numbers = |seed| {
            let mut random = Random::of(seed);
            (0..5).map(|_| random.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
        assert!(numbers(9).iter().all(|number| *number < 1_000));
    }

    #[test]
    fn ids_are_of_version_seven_and_sort_by_time() {
        let mut random = Random::of(1);
        let early: Uuid = random.id(Timestamp::from_second(1_700_000_000).unwrap());
        let late: Uuid = random.id(Timestamp::from_second(1_700_000_001).unwrap());
        assert!(early < late);
        assert_eq!(early.get_version_num(), 7);
        assert_eq!(early.get_variant(), uuid::Variant::RFC4122);
    }
}
