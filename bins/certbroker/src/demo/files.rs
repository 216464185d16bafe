//! The files of `demo --once`.

use std::{
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use domain::id::CertificateId;
use engine::{Actor, Engine, certificates::DownloadFormat};
use secrecy::{ExposeSecret as _, SecretString};

/// A folder for the files; it may exist.
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    /// Makes the folder.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn in_folder(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Downloads a form of the certificate into a file and gives its content.
    ///
    /// # Errors
    /// The download is refused, or the file cannot be written.
    pub(super) async fn download(
        &self,
        engine: &Engine,
        actor: &Actor,
        certificate: CertificateId,
        format: DownloadFormat,
        name: &str,
    ) -> anyhow::Result<Vec<u8>> {
        let download = engine
            .certificates()
            .download(actor, certificate, format, None)
            .await?;
        self.write(name, &download.bytes, 0o644)?;
        Ok(download.bytes.to_vec())
    }

    /// Writes a public file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn public(&self, name: &str, content: &str) -> anyhow::Result<()> {
        self.write(name, content.as_bytes(), 0o644)
    }

    /// Writes a file that only its owner may read.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn secret(&self, name: &str, content: &SecretString) -> anyhow::Result<()> {
        self.write(name, content.expose_secret().as_bytes(), 0o600)
    }

    fn write(&self, name: &str, content: &[u8], mode: u32) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(&path)
            .and_then(|mut file| file.write_all(content))
            .with_context(|| format!("writing {}", path.display()))
    }
}
