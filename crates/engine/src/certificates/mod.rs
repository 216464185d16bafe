//! Certificates: taking them out.

mod model;

pub use model::{BadFormat, Download, DownloadFormat, FORMATS};

use domain::{id::CertificateId, state::KeyCustody};
use pki::{
    Certificate as X509, LineEnd, PrivateKey,
    chain::Chain,
    export::{PemSet, Pkcs12Form, pkcs12, zip},
};
use seal::{ExposeSecret as _, Sealed, SecretString};
use serde_json::json;
use store::{certificate::Certificate, service::Service};
use zeroize::Zeroizing;

use crate::{
    Actor, Engine, Error, Permission, Result, audit, authority::require, connection::internal,
    orders::key_place,
};

/// Use cases around certificates.
#[derive(Debug, Clone, Copy)]
pub struct Certificates<'a>(&'a Engine);

/// That the actor gave the password again just now. Made by whoever checked it.
#[derive(Debug, Clone, Copy)]
pub struct PasswordAgain {
    _made_by_a_check: (),
}

impl PasswordAgain {
    /// For the part of the engine that checks passwords and for the command line, where the machine's owner acts.
    #[must_use]
    pub const fn checked() -> Self {
        Self { _made_by_a_check: () }
    }
}

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
    /// [`Error::ConfirmationRequired`] for forms with the key and no `again`; [`Error::Refused`] with `key-not-stored`,
    /// `no-root`, `not-delivered`, or the exporter's own code, such as `export-password`.
    pub async fn download(
        &self,
        actor: &Actor,
        id: CertificateId,
        format: DownloadFormat,
        again: Option<PasswordAgain>,
    ) -> Result<Download> {
        require(actor, Permission::Download)?;
        let engine = self.0;
        let row = store::certificate::find(engine.store().reader(), id)
            .await?
            .ok_or(Error::NotFound)?;
        let service = engine.services().own(actor, row.service_id).await?;
        if row.delivered_at.is_none() {
            return Err(Error::refused("not-delivered"));
        }
        let key = match (format.holds_key(), again) {
            (false, _) => None,
            (true, None) => return Err(Error::ConfirmationRequired),
            (true, Some(_)) => Some(self.key(&row, &service).await?),
        };
        let holds_key = format.holds_key();
        let base = file_name(&service);
        // Deriving keys for PKCS#12 takes a noticeable part of a second.
        let made = tokio::task::spawn_blocking(move || make(&row, key.as_ref(), &format, &base))
            .await
            .map_err(internal("a download"))??;
        let tx = engine.store().begin().await?;
        let action = if holds_key {
            "key.downloaded"
        } else {
            "certificate.downloaded"
        };
        audit::append(
            &tx,
            engine,
            actor,
            action,
            &id,
            json!({ "file": made.file_name, "service": service.number }),
        );
        tx.commit().await?;
        Ok(made)
    }

    async fn key(&self, row: &Certificate, service: &Service) -> Result<PrivateKey> {
        let engine = self.0;
        let reader = engine.store().reader();
        let missing = || Error::refused("key-not-stored");
        if service.custody != KeyCustody::Stored {
            return Err(missing());
        }
        let csr = store::request::csr(reader, row.csr_id)
            .await?
            .ok_or(Error::NotFound)?;
        let id = csr.key_id.ok_or_else(missing)?;
        let stored = store::request::key(reader, id)
            .await?
            .and_then(|key| key.sealed)
            .ok_or_else(missing)?;
        let sealed = Sealed::try_from(stored).map_err(internal("a key is not sealed"))?;
        let pem: SecretString = engine
            .keys()
            .open_text(&key_place(id), &sealed)
            .map_err(internal("a key cannot be opened"))?;
        PrivateKey::parse(pem.expose_secret().as_bytes()).map_err(internal("a stored key"))
    }
}

fn make(
    row: &Certificate,
    key: Option<&PrivateKey>,
    format: &DownloadFormat,
    base: &str,
) -> Result<Download> {
    let chain = chain_of(row)?;
    let set = PemSet::new(&chain, key, LineEnd::Lf).map_err(|error| Error::refused(error.code()))?;
    let pem = |name: &str, content: &str| Download {
        file_name: format!("{base}.{name}"),
        media_type: "application/x-pem-file",
        bytes: Zeroizing::new(content.as_bytes().to_vec()),
    };
    let archive = || zip(&set).map_err(|error| Error::refused(error.code()));
    let pkcs = |password: &SecretString, form| -> Result<Zeroizing<Vec<u8>>> {
        let key = key.ok_or(Error::refused("key-not-stored"))?;
        pkcs12(&chain, key, password, form)
            .map(Zeroizing::new)
            .map_err(|error| Error::refused(error.code()))
    };
    Ok(match format {
        DownloadFormat::Certificate => pem("crt", &set.certificate.content),
        DownloadFormat::Intermediates => pem("ca-bundle.crt", &set.ca.content),
        DownloadFormat::FullChain => pem("fullchain.pem", &set.fullchain.content),
        DownloadFormat::Root => {
            let root = set.root.as_ref().ok_or(Error::refused("no-root"))?;
            pem("root.crt", &root.content)
        }
        DownloadFormat::Der => Download {
            file_name: format!("{base}.der"),
            media_type: "application/pkix-cert",
            bytes: Zeroizing::new(row.leaf.clone()),
        },
        DownloadFormat::Zip | DownloadFormat::ZipWithKey => Download {
            file_name: format!("{base}.zip"),
            media_type: "application/zip",
            bytes: archive()?,
        },
        DownloadFormat::PrivateKey => {
            let key = set.key.as_ref().ok_or(Error::refused("key-not-stored"))?;
            pem("key", key.content.expose_secret())
        }
        DownloadFormat::Pkcs12 { password } => Download {
            file_name: format!("{base}.p12"),
            media_type: "application/x-pkcs12",
            bytes: pkcs(password, Pkcs12Form::Modern)?,
        },
        DownloadFormat::Pkcs12Compatible { password } => Download {
            file_name: format!("{base}.pfx"),
            media_type: "application/x-pkcs12",
            bytes: pkcs(password, Pkcs12Form::Compatible)?,
        },
    })
}

/// The chain as it was verified when the certificate came.
fn chain_of(row: &Certificate) -> Result<Chain> {
    let leaf = X509::from_der(&row.leaf).map_err(internal("a stored certificate"))?;
    let bag = if row.chain.is_empty() {
        Vec::new()
    } else {
        X509::parse_bag(&row.chain).map_err(internal("a stored chain"))?
    };
    let at = row.delivered_at.unwrap_or(row.fetched_at);
    Chain::build(leaf, &bag, &[], at).map_err(internal("a stored chain"))
}

/// The main name as part of a file name: `*.example.com` becomes `wildcard.example.com`.
fn file_name(service: &Service) -> String {
    service.main_name.as_str().replace('*', "wildcard")
}
