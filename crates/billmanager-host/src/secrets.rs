//! Encrypted parameters: `base64(RSA PKCS#1 v1.5)` under the key in `etc/billmgr.pem`, as BILLmanager keeps them.

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeySize, Pkcs1PublicEncryptingKey, PrivateDecryptingKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::error::HostError;

/// Characters of a line in PEM.
const LINE: usize = 64;

/// The host's key.
pub(crate) struct HostKey {
    private: PrivateDecryptingKey,
}

impl HostKey {
    /// Makes a key.
    pub(crate) fn make() -> Result<Self, HostError> {
        let private = PrivateDecryptingKey::generate(KeySize::Rsa2048).map_err(|_| HostError::Key)?;
        Ok(Self { private })
    }

    /// The private key as modules read it. Which of PKCS#1 and PKCS#8 BILLmanager writes is not stated; this is PKCS#8.
    pub(crate) fn to_pem(&self) -> Result<String, HostError> {
        let der: Pkcs8V1Der<'_> = self.private.as_der().map_err(|_| HostError::Key)?;
        let text = BASE64.encode(der.as_ref());
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(LINE)
            .filter_map(|line| std::str::from_utf8(line).ok())
            .collect();
        Ok(format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            lines.join("\n")
        ))
    }

    /// A value as the database keeps it; an empty one stays empty.
    pub(crate) fn encrypt(&self, plain: &str) -> Result<String, HostError> {
        if plain.is_empty() {
            return Ok(String::new());
        }
        let key = Pkcs1PublicEncryptingKey::new(self.private.public_key()).map_err(|_| HostError::Key)?;
        let mut sealed = vec![0; key.ciphertext_size()];
        let sealed = key
            .encrypt(plain.as_bytes(), &mut sealed)
            .map_err(|_| HostError::Key)?;
        Ok(BASE64.encode(sealed))
    }

    /// What a stored value says.
    pub(crate) fn decrypt(&self, stored: &str) -> Result<String, HostError> {
        if stored.is_empty() {
            return Ok(String::new());
        }
        let sealed = BASE64.decode(stored).map_err(|_| HostError::Key)?;
        let key = aws_lc_rs::rsa::Pkcs1PrivateDecryptingKey::new(self.private.clone())
            .map_err(|_| HostError::Key)?;
        let mut plain = vec![0; key.min_output_size()];
        let plain = key.decrypt(&sealed, &mut plain).map_err(|_| HostError::Key)?;
        String::from_utf8(plain.to_vec()).map_err(|_| HostError::Key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_and_is_never_stored_alike() {
        let key = HostKey::make().unwrap();
        let (first, second) = (key.encrypt("пароль").unwrap(), key.encrypt("пароль").unwrap());
        assert_ne!(first, second);
        assert_eq!(key.decrypt(&first).unwrap(), "пароль");
        assert_eq!(key.encrypt("").unwrap(), "");
        assert!(
            key.to_pem()
                .unwrap()
                .starts_with("-----BEGIN PRIVATE KEY-----\nMII")
        );
    }
}
