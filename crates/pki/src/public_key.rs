//! Public keys: which kind they are and whether a public CA may certify them (BR 6.1.1.3, 6.1.5, 6.1.6, 7.1.3.1).

use std::fmt;

use num_bigint::BigUint;
use x509_parser::asn1_rs::Tag;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
    OID_PKCS1_RSASSAPSS, OID_SIG_ED448, OID_SIG_ED25519,
};
use x509_parser::public_key::PublicKey as ParsedKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::fingerprint::KeyFingerprint;
use crate::weak_rsa;

/// The smallest modulus in bits (BR 6.1.5).
const RSA_MIN_BITS: u64 = 2048;
/// The largest modulus in bits that can be verified with reasonable effort; CAs draw the line here or below.
const RSA_MAX_BITS: u64 = 8192;
/// The exponents that CAs take: BR 6.1.6 recommends at least 2¹⁶ + 1, verifiers stop at 32 bits.
const EXPONENTS: std::ops::RangeInclusive<u64> = 65_537..=0xffff_ffff;

/// The kind and the size of a key that may be certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// ECDSA on the curve P-256.
    P256,
    /// ECDSA on the curve P-384.
    P384,
    /// RSA.
    Rsa {
        /// The length of the modulus.
        bits: u16,
    },
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::P256 => f.write_str("EC P-256"),
            Self::P384 => f.write_str("EC P-384"),
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
        }
    }
}

/// A public key that has passed the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey {
    kind: KeyKind,
    fingerprint: KeyFingerprint,
}

impl PublicKey {
    /// The kind and the size.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// SHA-256 of the `SubjectPublicKeyInfo`.
    pub fn fingerprint(&self) -> KeyFingerprint {
        self.fingerprint
    }

    /// Checks a key as a CA does before it certifies it. Debian's weak keys of 2008 and lists of compromised keys are left to the CA.
    ///
    /// # Errors
    /// Says the first rule that the key breaks.
    pub(crate) fn judge(key: &SubjectPublicKeyInfo<'_>) -> Result<Self, KeyProblem> {
        let kind = match shape(key)? {
            KeyShape::Ec(Curve::P256) => KeyKind::P256,
            KeyShape::Ec(Curve::P384) => KeyKind::P384,
            KeyShape::Rsa { modulus, exponent } => KeyKind::Rsa {
                bits: judge_rsa(&modulus, exponent)?,
            },
        };
        Ok(Self {
            kind,
            fingerprint: KeyFingerprint::of(key.raw),
        })
    }
}

/// Why a public CA would refuse a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// Below 2048 bits.
    #[error("the RSA key has {bits} bits; at least 2048 are required")]
    RsaTooSmall {
        /// The length of the modulus.
        bits: u64,
    },
    /// Above 8192 bits.
    #[error("the RSA key has {bits} bits; certificate authorities accept at most 8192")]
    RsaTooLarge {
        /// The length of the modulus.
        bits: u64,
    },
    /// A length that is not a multiple of 8.
    #[error("the RSA key has {bits} bits; the number must be divisible by 8")]
    RsaOddSize {
        /// The length of the modulus.
        bits: u64,
    },
    /// An exponent that is even, too small or too large.
    #[error("the RSA key has an unusual public exponent; make a key with the usual exponent 65537")]
    RsaExponent,
    /// A modulus with a small factor.
    #[error("the RSA key is broken: it is divisible by {factor}; make a new key")]
    RsaSmallFactor {
        /// The factor.
        factor: u32,
    },
    /// Primes too close to each other.
    #[error(
        "the RSA key is weak: its primes are too close to each other; make a new key with another program"
    )]
    RsaClosePrimes,
    /// The fingerprint of CVE-2017-15361.
    #[error(
        "the RSA key was made by a faulty smart card or TPM (ROCA, CVE-2017-15361); make a new key with another program"
    )]
    RsaRoca,
    /// A key bound to RSASSA-PSS (BR 7.1.3.1.1).
    #[error("keys restricted to RSA-PSS are not accepted; make an ordinary RSA key")]
    RsaPss,
    /// The curve P-521.
    #[error("certificate authorities do not accept the curve P-521; use P-256 or P-384")]
    P521,
    /// Another curve.
    #[error("the elliptic curve {curve} is not accepted; use P-256 or P-384")]
    OtherCurve {
        /// Its name or object identifier.
        curve: String,
    },
    /// A curve given by its parameters (RFC 5480 2.1.1).
    #[error("the elliptic curve is given by parameters instead of its name; make a key with a named curve")]
    ExplicitCurve,
    /// A compressed or malformed point.
    #[error(
        "the point of the elliptic curve key is compressed or malformed; make a key with an uncompressed point"
    )]
    BadPoint,
    /// Ed25519 or Ed448.
    #[error("certificate authorities do not accept {name} keys; use EC P-256 or RSA")]
    Edwards {
        /// The algorithm.
        name: &'static str,
    },
    /// Any other algorithm, such as DSA.
    #[error("the key algorithm {algorithm} is not accepted; use RSA or EC P-256")]
    UnknownAlgorithm {
        /// Its object identifier.
        algorithm: String,
    },
    /// The key does not decode.
    #[error("the public key cannot be read")]
    Malformed,
}

impl KeyProblem {
    /// A stable code for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RsaTooSmall { .. } => "key-rsa-too-small",
            Self::RsaTooLarge { .. } => "key-rsa-too-large",
            Self::RsaOddSize { .. } => "key-rsa-odd-size",
            Self::RsaExponent => "key-rsa-exponent",
            Self::RsaSmallFactor { .. } => "key-rsa-small-factor",
            Self::RsaClosePrimes => "key-rsa-close-primes",
            Self::RsaRoca => "key-rsa-roca",
            Self::RsaPss => "key-rsa-pss",
            Self::P521 => "key-p521",
            Self::OtherCurve { .. } => "key-other-curve",
            Self::ExplicitCurve => "key-explicit-curve",
            Self::BadPoint => "key-bad-point",
            Self::Edwards { .. } => "key-edwards",
            Self::UnknownAlgorithm { .. } => "key-unknown-algorithm",
            Self::Malformed => "key-malformed",
        }
    }
}

/// The curves in use on the public web.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
}

/// A key as far as its algorithm is concerned; nothing is said of its strength.
pub(crate) enum KeyShape {
    Ec(Curve),
    Rsa { modulus: BigUint, exponent: Option<u64> },
}

pub(crate) fn shape(key: &SubjectPublicKeyInfo<'_>) -> Result<KeyShape, KeyProblem> {
    let algorithm = &key.algorithm.algorithm;
    if *algorithm == OID_PKCS1_RSAENCRYPTION {
        let Ok(ParsedKey::RSA(rsa)) = key.parsed() else {
            return Err(KeyProblem::Malformed);
        };
        if rsa.modulus.first().is_none_or(|byte| byte & 0x80 != 0) {
            return Err(KeyProblem::Malformed);
        }
        return Ok(KeyShape::Rsa {
            modulus: BigUint::from_bytes_be(rsa.modulus),
            exponent: small_number(rsa.exponent),
        });
    }
    if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        return curve(key).map(KeyShape::Ec);
    }
    if *algorithm == OID_PKCS1_RSASSAPSS {
        return Err(KeyProblem::RsaPss);
    }
    if *algorithm == OID_SIG_ED25519 {
        return Err(KeyProblem::Edwards { name: "Ed25519" });
    }
    if *algorithm == OID_SIG_ED448 {
        return Err(KeyProblem::Edwards { name: "Ed448" });
    }
    Err(KeyProblem::UnknownAlgorithm {
        algorithm: algorithm.to_id_string(),
    })
}

fn curve(key: &SubjectPublicKeyInfo<'_>) -> Result<Curve, KeyProblem> {
    let parameters = key.algorithm.parameters.as_ref().ok_or(KeyProblem::Malformed)?;
    if parameters.tag() != Tag::Oid {
        return Err(KeyProblem::ExplicitCurve);
    }
    let name = parameters.as_oid().map_err(|_| KeyProblem::Malformed)?;
    let (curve, coordinate) = if name == OID_EC_P256 {
        (Curve::P256, 32)
    } else if name == OID_NIST_EC_P384 {
        (Curve::P384, 48)
    } else if name == OID_NIST_EC_P521 {
        return Err(KeyProblem::P521);
    } else {
        return Err(KeyProblem::OtherCurve {
            curve: name.to_id_string(),
        });
    };
    // 4 is the mark of an uncompressed point (SEC 1 2.3.3); that it lies on the curve, the signature shows.
    let point: &[u8] = &key.subject_public_key.data;
    if point.first() == Some(&4) && point.len() == 1 + 2 * coordinate {
        Ok(curve)
    } else {
        Err(KeyProblem::BadPoint)
    }
}

fn judge_rsa(modulus: &BigUint, exponent: Option<u64>) -> Result<u16, KeyProblem> {
    let bits = modulus.bits();
    if bits < RSA_MIN_BITS {
        return Err(KeyProblem::RsaTooSmall { bits });
    }
    if bits > RSA_MAX_BITS {
        return Err(KeyProblem::RsaTooLarge { bits });
    }
    if !bits.is_multiple_of(8) {
        return Err(KeyProblem::RsaOddSize { bits });
    }
    if !exponent.is_some_and(|e| e % 2 == 1 && EXPONENTS.contains(&e)) {
        return Err(KeyProblem::RsaExponent);
    }
    if let Some(factor) = weak_rsa::small_factor(modulus) {
        return Err(KeyProblem::RsaSmallFactor { factor });
    }
    if weak_rsa::has_roca_fingerprint(modulus) {
        return Err(KeyProblem::RsaRoca);
    }
    if weak_rsa::has_close_primes(modulus) {
        return Err(KeyProblem::RsaClosePrimes);
    }
    u16::try_from(bits).map_err(|_| KeyProblem::RsaTooLarge { bits })
}

/// A positive big-endian number, if it fits.
fn small_number(bytes: &[u8]) -> Option<u64> {
    if bytes.first().is_none_or(|byte| byte & 0x80 != 0) {
        return None;
    }
    let digits = BigUint::from_bytes_be(bytes).to_u64_digits();
    match digits.as_slice() {
        [number] => Some(*number),
        _ => None,
    }
}
