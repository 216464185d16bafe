//! Encrypted parameters (protocol facts §10): Base64 of one RSA block, PKCS#1 v1.5, under the host's key.

use std::{fs, path::Path};

use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString};

/// The host's private key.
pub struct HostKey(Pkcs1PrivateDecryptingKey);

/// Why an encrypted parameter cannot be read. Never says what was in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The key file cannot be read.
    #[error("the key file {path} cannot be read")]
    File {
        /// The file.
        path: String,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// The file holds no RSA key without passphrase of 2048 to 8192 bits.
    #[error("the key file {path} holds no RSA private key that can be used: {why}")]
    Key {
        /// The file.
        path: String,
        /// In what way.
        why: String,
    },
    /// The value is not encrypted under this key.
    #[error("the encrypted value of `{name}` cannot be decrypted")]
    Value {
        /// The parameter.
        name: String,
    },
}

impl HostKey {
    /// Reads the key file: PEM, PKCS#1 or PKCS#8.
    ///
    /// # Errors
    /// [`SecretError::File`], [`SecretError::Key`].
    pub fn read(path: &Path) -> Result<Self, SecretError> {
        let shown = || path.display().to_string();
        let pem = fs::read(path).map_err(|source| SecretError::File {
            path: shown(),
            source,
        })?;
        let unusable = |why: &str| SecretError::Key {
            path: shown(),
            why: why.to_owned(),
        };
        let key = pki::PrivateKey::parse(&pem).map_err(|error| unusable(&error.to_string()))?;
        let pkcs8 = PrivatePkcs8KeyDer::from_pem_slice(key.to_pem().expose_secret().as_bytes())
            .map_err(|_| unusable("it cannot be written as PKCS#8"))?;
        PrivateDecryptingKey::from_pkcs8(pkcs8.secret_pkcs8_der())
            .ok()
            .and_then(|key| Pkcs1PrivateDecryptingKey::new(key).ok())
            .map(Self)
            .ok_or_else(|| unusable("it is no RSA key of 2048 to 8192 bits"))
    }

    /// Decrypts a value. An empty one stays empty.
    ///
    /// # Errors
    /// [`SecretError::Value`].
    pub fn decrypt(&self, name: &str, value: &str) -> Result<SecretString, SecretError> {
        let failed = || SecretError::Value {
            name: name.to_owned(),
        };
        let text: String = value.split_whitespace().collect();
        if text.is_empty() {
            return Ok(SecretString::from(""));
        }
        let sealed = STANDARD.decode(text).map_err(|_| failed())?;
        let mut buffer = vec![0; self.0.min_output_size()];
        let plain = self.0.decrypt(&sealed, &mut buffer).map_err(|_| failed())?;
        let plain = String::from_utf8(plain.to_vec()).map_err(|_| failed())?;
        Ok(SecretString::from(plain))
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rsa::Pkcs1PublicEncryptingKey;
    use pki::{KeyChoice, PrivateKey};

    use super::*;

    #[test]
    fn what_the_host_encrypts_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("billmgr.pem");
        let key = PrivateKey::make(KeyChoice::Rsa2048).unwrap();
        fs::write(&path, key.to_pem().expose_secret()).unwrap();

        let pkcs8 = PrivatePkcs8KeyDer::from_pem_slice(key.to_pem().expose_secret().as_bytes()).unwrap();
        let private = PrivateDecryptingKey::from_pkcs8(pkcs8.secret_pkcs8_der()).unwrap();
        let public = Pkcs1PublicEncryptingKey::new(private.public_key()).unwrap();
        let mut sealed = vec![0; public.ciphertext_size()];
        let sealed = public.encrypt("пароль".as_bytes(), &mut sealed).unwrap();
        let sealed = STANDARD.encode(sealed);

        let host_key = HostKey::read(&path).unwrap();
        assert_eq!(
            host_key.decrypt("password", &sealed).unwrap().expose_secret(),
            "пароль"
        );
        assert_eq!(host_key.decrypt("password", " ").unwrap().expose_secret(), "");
        for bad in ["%%%", "AAAA"] {
            let error = host_key.decrypt("password", bad).unwrap_err();
            assert!(!error.to_string().contains(bad));
        }
    }

    #[test]
    fn a_key_file_that_is_none_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("billmgr.pem");
        assert!(matches!(HostKey::read(&path), Err(SecretError::File { .. })));
        let key = PrivateKey::make(KeyChoice::P256).unwrap();
        for content in ["nothing", key.to_pem().expose_secret()] {
            fs::write(&path, content).unwrap();
            assert!(matches!(HostKey::read(&path), Err(SecretError::Key { .. })));
        }
    }
}
