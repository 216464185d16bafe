//! The set of PEM files.

use secrecy::SecretString;

use super::ExportError;
use crate::certificate::Certificate;
use crate::chain::Chain;
use crate::key::PrivateKey;
use crate::pem::LineEnd;

/// A file that anybody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its usual name.
    pub name: &'static str,
    /// Its content.
    pub content: String,
}

/// The file with the private key: to be written readable for its owner only.
#[derive(Debug, Clone)]
pub struct SecretFile {
    /// Its usual name.
    pub name: &'static str,
    /// Its content.
    pub content: SecretString,
}

/// Everything that a web server may want, as PEM.
#[derive(Debug, Clone)]
pub struct PemSet {
    /// `certificate.pem`: the certificate of the server alone.
    pub certificate: File,
    /// `ca.pem`: the intermediates in order; empty if the root signs the certificate itself.
    pub ca: File,
    /// `fullchain.pem`: both of the above.
    pub fullchain: File,
    /// `root.pem`, if the chain has its root.
    pub root: Option<File>,
    /// `privkey.pem`, if the key was given.
    pub key: Option<SecretFile>,
}

impl PemSet {
    /// Writes the files.
    ///
    /// # Errors
    /// The key is not the one of the certificate.
    pub fn new(chain: &Chain, key: Option<&PrivateKey>, line_end: LineEnd) -> Result<Self, ExportError> {
        if key.is_some_and(|key| key.fingerprint() != chain.leaf().key_fingerprint()) {
            return Err(ExportError::WrongKey);
        }
        let pem = |certificate: &Certificate| certificate.to_pem_with(line_end);
        Ok(Self {
            certificate: File {
                name: "certificate.pem",
                content: pem(chain.leaf()),
            },
            ca: File {
                name: "ca.pem",
                content: chain.intermediates().iter().map(pem).collect(),
            },
            fullchain: File {
                name: "fullchain.pem",
                content: chain.served().map(pem).collect(),
            },
            root: chain.root().map(|root| File {
                name: "root.pem",
                content: pem(root),
            }),
            key: key.map(|key| SecretFile {
                name: "privkey.pem",
                content: key.to_pem_with(line_end),
            }),
        })
    }

    /// The files without the key.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        [&self.certificate, &self.ca, &self.fullchain]
            .into_iter()
            .chain(&self.root)
    }
}
