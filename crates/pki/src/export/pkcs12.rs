//! PKCS#12 (RFC 7292), for Windows, Java and appliances.

use p12_keystore::{
    Certificate as Entry, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKeyChain,
};
use secrecy::{ExposeSecret, SecretString};

use super::ExportError;
use crate::chain::Chain;
use crate::key::PrivateKey;

/// Which algorithms protect the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pkcs12Form {
    /// AES-256 and HMAC-SHA-256 with 100,000 rounds: everything since 2019.
    #[default]
    Modern,
    /// Triple DES and HMAC-SHA-1: Windows Server 2016 and older, which call a modern file a wrong password. The protection is weak, so the file
    /// needs a long password.
    Compatible,
}

/// Rounds of key derivation in the modern form.
const MODERN_ROUNDS: u32 = 100_000;
/// Rounds that old programs are known to read.
const COMPATIBLE_ROUNDS: u32 = 2048;
/// Bytes that tie the key to its certificate inside the file.
const KEY_ID_LENGTH: usize = 20;

/// Writes key, certificate and intermediates (not the root) into one file. The name shown by programs is the main name of the certificate. The salts
/// are random: two files are never alike.
///
/// Deriving keys takes a noticeable part of a second: not for an async thread.
///
/// # Errors
/// The key is not that of the certificate, the password is empty or has characters outside printable ASCII, or the file could
/// not be written.
pub fn pkcs12(
    chain: &Chain,
    key: &PrivateKey,
    password: &SecretString,
    form: Pkcs12Form,
) -> Result<Vec<u8>, ExportError> {
    let leaf = chain.leaf();
    if key.fingerprint() != leaf.key_fingerprint() {
        return Err(ExportError::WrongKey);
    }
    let password = password.expose_secret();
    if password.is_empty() || !password.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(ExportError::Password);
    }
    let certificates: Result<Vec<_>, _> = chain.served().map(|one| Entry::from_der(one.der())).collect();
    let private = p12_keystore::PrivateKey::from_der(key.pkcs8()).map_err(ExportError::Pkcs12)?;
    let fingerprint = key.fingerprint();
    let key_id = fingerprint.as_bytes().get(..KEY_ID_LENGTH).unwrap_or_default();
    let entry = PrivateKeyChain::new(key_id, private, certificates.map_err(ExportError::Pkcs12)?);

    let friendly_name = leaf.names().map_or("certificate", |names| names.main().as_str());
    let mut store = KeyStore::new();
    store.add_entry(friendly_name, KeyStoreEntry::PrivateKeyChain(entry));
    let (encryption, mac, rounds) = match form {
        Pkcs12Form::Modern => (
            EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
            MacAlgorithm::HmacSha256,
            MODERN_ROUNDS,
        ),
        Pkcs12Form::Compatible => (
            EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc,
            MacAlgorithm::HmacSha1,
            COMPATIBLE_ROUNDS,
        ),
    };
    store
        .writer(password)
        .encryption_algorithm(encryption)
        .encryption_iterations(rounds)
        .mac_algorithm(mac)
        .mac_iterations(rounds)
        .write()
        .map_err(ExportError::Pkcs12)
}
