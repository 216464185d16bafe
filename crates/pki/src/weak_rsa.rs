//! Known weaknesses of RSA moduli that can be found without a list of keys (BR 6.1.1.3).
//!
//! Not covered, because they need lists that are not part of this program: the 2008 Debian keys (32,768 per size and architecture) and
//! keys known to be compromised. The CA checks those.

use num_bigint::BigUint;

/// Rounds of Fermat's factorization: BR 6.1.1.3 asks for at least 100.
const FERMAT_ROUNDS: usize = 110;
/// BR 6.1.6: no factor smaller than 752.
const SMALL_FACTOR_LIMIT: u32 = 752;
/// The primes whose residues make the fingerprint of CVE-2017-15361.
const ROCA_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// The first small factor, if there is one.
pub(crate) fn small_factor(modulus: &BigUint) -> Option<u32> {
    (2..SMALL_FACTOR_LIMIT).find(|factor| is_zero(&(modulus % *factor)))
}

/// Whether the primes are so close that Fermat's method finds them at once.
pub(crate) fn has_close_primes(modulus: &BigUint) -> bool {
    let mut a = modulus.sqrt();
    if &a * &a < *modulus {
        a += 1u32;
    }
    let mut b_squared = &a * &a - modulus;
    for _ in 0..FERMAT_ROUNDS {
        if is_square(&b_squared) {
            return true;
        }
        // (a + 1)² − n = a² − n + 2a + 1
        b_squared += &a * 2u32 + 1u32;
        a += 1u32;
    }
    false
}

/// Whether the modulus carries the fingerprint of the Infineon library (ROCA): its residue modulo every one of the primes is a
/// power of 65537. Good keys have it with a probability of about 2⁻²⁷.
pub(crate) fn has_roca_fingerprint(modulus: &BigUint) -> bool {
    ROCA_PRIMES.iter().all(|&prime| {
        let residue = (modulus % prime).iter_u32_digits().next().unwrap_or_default();
        let mut power = 1;
        for _ in 0..prime {
            if power == residue {
                return true;
            }
            power = power * (65_537 % prime) % prime;
        }
        false
    })
}

fn is_square(number: &BigUint) -> bool {
    // Squares end in few ways; most numbers need no root.
    let low = number.iter_u32_digits().next().unwrap_or_default() % 16;
    if !matches!(low, 0 | 1 | 4 | 9) {
        return false;
    }
    let root = number.sqrt();
    &root * &root == *number
}

fn is_zero(number: &BigUint) -> bool {
    number.iter_u32_digits().len() == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(hex: &str) -> BigUint {
        BigUint::parse_bytes(hex.as_bytes(), 16).unwrap()
    }

    /// A number of the form k·M + 65537ᵃ mod M, as the faulty library made its primes.
    fn roca_number(k: u32, a: u32) -> BigUint {
        let primorial = ROCA_PRIMES
            .iter()
            .fold(BigUint::from(2u32), |product, prime| product * *prime);
        let power = BigUint::from(65_537u32).modpow(&BigUint::from(a), &primorial);
        BigUint::from(k) * primorial + power
    }

    #[test]
    fn finds_small_factors_up_to_the_limit() {
        let large = number("7fffffff") * number("1fffffffffffffff");
        assert_eq!(small_factor(&large), None);
        for factor in [2, 3, 743, 751] {
            assert_eq!(small_factor(&(BigUint::from(factor) * &large)), Some(factor));
        }
        assert_eq!(small_factor(&(BigUint::from(757u32) * &large)), None);
    }

    #[test]
    fn finds_close_primes() {
        let base = BigUint::from(1u32) << 1024;
        let close = (&base + 643u32) * (&base + 100_001u32);
        assert!(has_close_primes(&close));
        let square = (&base + 643u32) * (&base + 643u32);
        assert!(has_close_primes(&square));
        let apart = (&base + 643u32) * (&base + (BigUint::from(1u32) << 900));
        assert!(!has_close_primes(&apart));
    }

    #[test]
    fn finds_the_fingerprint_of_the_infineon_library() {
        let bad = roca_number(1_234_567, 4_321) * roca_number(7_654_321, 99);
        assert!(has_roca_fingerprint(&bad));
        assert!(!has_roca_fingerprint(&(bad + 2u32)));
    }
}
