//! Private keys: made, parsed, written, and otherwise kept out of sight.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::fingerprint::KeyFingerprint;
use crate::pem::{self, LineEnd};
use crate::public_key::KeyKind;

/// The keys that every CA takes: the menu offered to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyChoice {
    /// EC P-256: small and fast, the default.
    #[default]
    P256,
    /// EC P-384.
    P384,
    /// RSA 2048: for old clients.
    Rsa2048,
    /// RSA 3072.
    Rsa3072,
    /// RSA 4096; making it takes seconds.
    Rsa4096,
}

impl KeyChoice {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 5] = [
        Self::P256,
        Self::P384,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
    ];

    /// The word for settings, the command line and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::Rsa2048 => "rsa2048",
            Self::Rsa3072 => "rsa3072",
            Self::Rsa4096 => "rsa4096",
        }
    }
}

impl KeyKind {
    /// The kind of key that is made in place of one of this kind: at least as strong.
    #[must_use]
    pub const fn choice(self) -> KeyChoice {
        match self {
            Self::P256 => KeyChoice::P256,
            Self::P384 => KeyChoice::P384,
            Self::Rsa { bits: ..=2048 } => KeyChoice::Rsa2048,
            Self::Rsa { bits: 2049..=3072 } => KeyChoice::Rsa3072,
            Self::Rsa { .. } => KeyChoice::Rsa4096,
        }
    }
}

impl fmt::Display for KeyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyChoice {
    type Err = UnknownKeyChoice;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|choice| choice.as_str() == text)
            .ok_or(UnknownKeyChoice)
    }
}

/// The word names none of the keys offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the kinds of keys are p256, p384, rsa2048, rsa3072 and rsa4096")]
pub struct UnknownKeyChoice;

/// A private key. It is wiped from memory when dropped and never shows in `Debug`.
pub struct PrivateKey {
    pair: Pair,
    pkcs8: Zeroizing<Vec<u8>>,
    kind: KeyKind,
}

enum Pair {
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl PrivateKey {
    /// Makes a key with the randomness of the cryptographic provider. RSA 4096 takes seconds: not for an async thread.
    ///
    /// # Errors
    /// The provider failed, which it does not do in practice.
    pub fn make(choice: KeyChoice) -> Result<Self, KeyError> {
        match choice {
            KeyChoice::P256 => make_ec(&ECDSA_P256_SHA256_ASN1_SIGNING, KeyKind::P256),
            KeyChoice::P384 => make_ec(&ECDSA_P384_SHA384_ASN1_SIGNING, KeyKind::P384),
            KeyChoice::Rsa2048 => make_rsa(KeySize::Rsa2048),
            KeyChoice::Rsa3072 => make_rsa(KeySize::Rsa3072),
            KeyChoice::Rsa4096 => make_rsa(KeySize::Rsa4096),
        }
    }

    /// Parses a key in PEM (PKCS#8, PKCS#1 or SEC 1) or DER, text around it allowed.
    ///
    /// # Errors
    /// There is no key or more than one, it is protected by a password, damaged, or of a kind that no CA certifies.
    pub fn parse(input: &[u8]) -> Result<Self, KeyError> {
        if crate::der::is_binary(input) {
            return from_der(input);
        }
        let text = pem::text_of(input);
        let scan = pem::scan(&text);
        let mut keys = scan.blocks.iter().filter(|block| block.is_private_key());
        let block = keys.next().ok_or(KeyError::NoKey)?;
        if keys.next().is_some() {
            return Err(KeyError::SeveralKeys);
        }
        if block.label == "ENCRYPTED PRIVATE KEY" || block.has_header("ENCRYPTED") {
            return Err(KeyError::Encrypted);
        }
        from_der(&block.decode().ok_or(KeyError::Malformed)?)
    }

    /// The kind and the size.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The fingerprint of its public key, the same as in requests and certificates made with it.
    pub fn fingerprint(&self) -> KeyFingerprint {
        KeyFingerprint::of(&rcgen::PublicKeyData::subject_public_key_info(self))
    }

    /// The key as PKCS#8 in PEM (`BEGIN PRIVATE KEY`).
    pub fn to_pem(&self) -> SecretString {
        self.to_pem_with(LineEnd::Lf)
    }

    /// The key as PKCS#8 in PEM with the line ends wanted.
    pub fn to_pem_with(&self, line_end: LineEnd) -> SecretString {
        pem::encode_secret("PRIVATE KEY", &self.pkcs8, line_end)
    }

    /// The key as PKCS#8 in DER.
    pub(crate) fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, …)", self.kind)
    }
}

impl rcgen::PublicKeyData for PrivateKey {
    fn der_bytes(&self) -> &[u8] {
        match &self.pair {
            Pair::Ec(pair) => pair.public_key().as_ref(),
            Pair::Rsa(pair) => pair.public_key().as_ref(),
        }
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        match self.kind {
            KeyKind::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            KeyKind::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            KeyKind::Rsa { .. } => &rcgen::PKCS_RSA_SHA256,
        }
    }
}

/// Signs with the hash that [`rcgen::PublicKeyData::algorithm`] names, so that a key can sign requests and, in the simulator of a CA,
/// certificates.
impl rcgen::SigningKey for PrivateKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ec(pair) => pair
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| rcgen::Error::RingUnspecified),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(|_| rcgen::Error::RingUnspecified)?;
                Ok(signature)
            }
        }
    }
}

/// Why there is no private key. Carries nothing of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No private key in the text.
    #[error("there is no private key in this text")]
    NoKey,
    /// More than one private key in the text.
    #[error("there is more than one private key in this text")]
    SeveralKeys,
    /// Protected by a password.
    #[error("the private key is protected by a password; remove it first, for example with openssl pkey")]
    Encrypted,
    /// Damaged, or not a private key.
    #[error("the private key is damaged or of a kind that certificate authorities do not accept")]
    Malformed,
    /// The cryptographic provider failed.
    #[error("the cryptographic provider could not make a key")]
    Provider,
}

impl KeyError {
    /// A stable code for translation and for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoKey => "private-key-none",
            Self::SeveralKeys => "private-key-several",
            Self::Encrypted => "private-key-encrypted",
            Self::Malformed => "private-key-malformed",
            Self::Provider => "private-key-provider",
        }
    }
}

fn make_ec(algorithm: &'static EcdsaSigningAlgorithm, kind: KeyKind) -> Result<PrivateKey, KeyError> {
    let pair = EcdsaKeyPair::generate(algorithm).map_err(|_| KeyError::Provider)?;
    ec_key(pair, kind).ok_or(KeyError::Provider)
}

fn make_rsa(size: KeySize) -> Result<PrivateKey, KeyError> {
    let pair = RsaKeyPair::generate(size).map_err(|_| KeyError::Provider)?;
    rsa_key(pair).ok_or(KeyError::Provider)
}

fn from_der(der: &[u8]) -> Result<PrivateKey, KeyError> {
    let ec = |algorithm, kind| ec_key(EcdsaKeyPair::from_private_key_der(algorithm, der).ok()?, kind);
    ec(&ECDSA_P256_SHA256_ASN1_SIGNING, KeyKind::P256)
        .or_else(|| ec(&ECDSA_P384_SHA384_ASN1_SIGNING, KeyKind::P384))
        .or_else(|| {
            rsa_key(
                RsaKeyPair::from_pkcs8(der)
                    .or_else(|_| RsaKeyPair::from_der(der))
                    .ok()?,
            )
        })
        .ok_or(KeyError::Malformed)
}

fn ec_key(pair: EcdsaKeyPair, kind: KeyKind) -> Option<PrivateKey> {
    let pkcs8 = Zeroizing::new(pair.to_pkcs8v1().ok()?.as_ref().to_vec());
    Some(PrivateKey {
        pair: Pair::Ec(pair),
        pkcs8,
        kind,
    })
}

fn rsa_key(pair: RsaKeyPair) -> Option<PrivateKey> {
    let document: Pkcs8V1Der<'static> = pair.as_der().ok()?;
    let pkcs8 = Zeroizing::new(document.as_ref().to_vec());
    let bits = u16::try_from(pair.public_modulus_len() * 8).ok()?;
    Some(PrivateKey {
        pair: Pair::Rsa(pair),
        pkcs8,
        kind: KeyKind::Rsa { bits },
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn keys_survive_the_way_through_pem() {
        for choice in [KeyChoice::P256, KeyChoice::P384, KeyChoice::Rsa2048] {
            let key = PrivateKey::make(choice).unwrap();
            let pem = key.to_pem();
            assert!(pem.expose_secret().starts_with("-----BEGIN PRIVATE KEY-----\n"));
            let again = PrivateKey::parse(pem.expose_secret().as_bytes()).unwrap();
            assert_eq!(
                (again.kind(), again.fingerprint()),
                (key.kind(), key.fingerprint())
            );
            assert_eq!(again.pkcs8(), key.pkcs8());
        }
    }

    #[test]
    fn debug_shows_the_kind_only() {
        let key = PrivateKey::make(KeyChoice::P256).unwrap();
        assert_eq!(format!("{key:?}"), "PrivateKey(EC P-256, …)");
    }

    #[test]
    fn words_are_read_back() {
        for choice in KeyChoice::ALL {
            assert_eq!(choice.as_str().parse(), Ok(choice));
        }
        assert_eq!("rsa1024".parse::<KeyChoice>(), Err(UnknownKeyChoice));
    }

    #[test]
    fn refuses_what_is_no_usable_key() {
        let key = PrivateKey::make(KeyChoice::P256).unwrap().to_pem();
        let twice = format!("{0}{0}", key.expose_secret());
        let table: [(&[u8], KeyError); 6] = [
            (b"", KeyError::NoKey),
            (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", KeyError::NoKey),
            (twice.as_bytes(), KeyError::SeveralKeys),
            (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----", KeyError::Encrypted),
            (
                b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----",
                KeyError::Encrypted,
            ),
            (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", KeyError::Malformed),
        ];
        for (input, wanted) in table {
            assert_eq!(PrivateKey::parse(input).unwrap_err(), wanted);
        }
    }
}
