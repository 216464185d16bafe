//! Certificates: taking them out.

mod model;

pub use model::{BadFormat, Download, DownloadFormat, FORMATS};

use domain::id::CertificateId;

use crate::{Actor, Engine, Error, Result};

/// Use cases around certificates.
#[derive(Debug, Clone, Copy)]
pub struct Certificates<'a>(&'a Engine);

impl Engine {
    /// Certificates: taking them out.
    #[must_use]
    pub const fn certificates(&self) -> Certificates<'_> {
        Certificates(self)
    }
}

impl Certificates<'_> {
    /// A certificate in a form. With the private key only after the password was given again.
    ///
    /// # Errors
    /// As every use case.
    pub async fn download(
        &self,
        actor: &Actor,
        id: CertificateId,
        format: DownloadFormat,
    ) -> Result<Download> {
        let _ = (self.0, actor, id, format);
        Err(Error::Internal("not built yet".to_owned()))
    }
}
