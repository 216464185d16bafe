//! The forms in which people take a certificate away: PEM files, a zip of them, PKCS#12.

mod archive;
mod files;
mod pkcs12;

pub use self::archive::zip;
pub use self::files::{File, PemSet, SecretFile};
pub use self::pkcs12::{Pkcs12Form, pkcs12};

/// Why an export could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The private key is not the one of the certificate.
    #[error("the private key does not belong to the certificate")]
    WrongKey,
    /// Passwords with other characters are read differently by different programs.
    #[error("the password for a PKCS#12 file must consist of printable ASCII characters")]
    Password,
    /// The PKCS#12 structure could not be written.
    #[error("the PKCS#12 file could not be written")]
    Pkcs12(#[source] p12_keystore::error::Error),
    /// The archive could not be written.
    #[error("the zip archive could not be written")]
    Zip(#[source] ::zip::result::ZipError),
    /// The archive could not be written.
    #[error("the zip archive could not be written")]
    Write(#[source] std::io::Error),
}

impl ExportError {
    /// A stable code for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongKey => "export-wrong-key",
            Self::Password => "export-password",
            Self::Pkcs12(_) => "export-pkcs12",
            Self::Zip(_) | Self::Write(_) => "export-zip",
        }
    }
}
