//! What goes into and comes out of [`Certificates`](super::Certificates).

use std::str::FromStr;

use secrecy::SecretString;
use zeroize::Zeroizing;

/// A form in which a certificate is taken out.
#[derive(Debug)]
pub enum DownloadFormat {
    /// The certificate alone, PEM.
    Certificate,
    /// The CA certificates without the root, PEM.
    Intermediates,
    /// The certificate and the CA certificates without the root, PEM: what most servers want.
    FullChain,
    /// The root, PEM.
    Root,
    /// The certificate alone, DER.
    Der,
    /// All PEM files in a zip archive, without the private key.
    Zip,
    /// All PEM files in a zip archive, with the stored private key.
    ZipWithKey,
    /// The stored private key, PEM.
    PrivateKey,
    /// PKCS#12 with the stored private key, readable by present programs.
    Pkcs12 {
        /// The password of the file.
        password: SecretString,
    },
    /// PKCS#12 with the stored private key, readable by old programs too.
    Pkcs12Compatible {
        /// The password of the file.
        password: SecretString,
    },
}

/// The forms by their words, as they stand in addresses and commands.
pub const FORMATS: &[&str] = &[
    "certificate",
    "intermediates",
    "fullchain",
    "root",
    "der",
    "zip",
    "zip-with-key",
    "private-key",
    "pkcs12",
    "pkcs12-compatible",
];

/// The word names no form, or one that needs a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no form of download")]
pub struct BadFormat(String);

impl FromStr for DownloadFormat {
    type Err = BadFormat;

    /// Reads the forms that need no password.
    fn from_str(text: &str) -> Result<Self, BadFormat> {
        match text {
            "certificate" => Ok(Self::Certificate),
            "intermediates" => Ok(Self::Intermediates),
            "fullchain" => Ok(Self::FullChain),
            "root" => Ok(Self::Root),
            "der" => Ok(Self::Der),
            "zip" => Ok(Self::Zip),
            "zip-with-key" => Ok(Self::ZipWithKey),
            "private-key" => Ok(Self::PrivateKey),
            _ => Err(BadFormat(text.chars().take(40).collect())),
        }
    }
}

impl DownloadFormat {
    /// Whether the private key is in it: then the password must have been given again.
    #[must_use]
    pub const fn holds_key(&self) -> bool {
        matches!(
            self,
            Self::ZipWithKey | Self::PrivateKey | Self::Pkcs12 { .. } | Self::Pkcs12Compatible { .. }
        )
    }
}

/// A file to be saved.
pub struct Download {
    /// Its name.
    pub file_name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its content, wiped from memory afterwards: it may hold a private key.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download")
            .field("file_name", &self.file_name)
            .finish_non_exhaustive()
    }
}
