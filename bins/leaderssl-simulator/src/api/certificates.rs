//! Certificates: list, status and download.

use std::io::{Cursor, Write as _};

use domain::DomainName;
use jiff::civil::Date;
use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{Call, answer::Answer};
use crate::{
    clock::api_instant,
    faults::{DownloadFormat, Fault},
    record::Certificate,
    refusal::Refusal,
};

pub(super) fn list(call: &Call<'_>) -> Answer {
    let today = call.shared.clock.today();
    let state = call.shared.state.lock();
    let certificates = state.certificates().map(|certificate| view(certificate, today));
    Answer::Json(certificates.collect())
}

pub(super) fn status(call: &Call<'_>) -> Result<Answer, Refusal> {
    let certificate = call.shared.certificate(call.id()?)?;
    let issued = certificate.issued.as_ref();
    Ok(Answer::Json(json!({
        "id": certificate.id,
        "status": status_word(&certificate, call.shared.clock.today()),
        "valid_from": issued.map(|issued| issued.valid_from),
        "valid_to": issued.map(|issued| issued.valid_to),
        "serial_number": issued.map(|issued| &issued.serial),
    })))
}

/// A ZIP with the leaf and the CA's certificates, as two PEM files.
pub(super) fn download(call: &Call<'_>) -> Result<Answer, Refusal> {
    let certificate = call.shared.certificate(call.id()?)?;
    let issued = certificate
        .issued
        .as_ref()
        .ok_or_else(|| Refusal::bad_request("Certificate is not issued"))?;
    let [issuing, root] = call.shared.chain(issued.family)?;
    let bundle = format!("{issuing}{root}");
    let name = file_stem(certificate.main_name());
    let format = call.faults.find(|fault| match fault {
        Fault::DownloadAs { format } => Some(*format),
        _ => None,
    });
    match format.unwrap_or(DownloadFormat::Zip) {
        DownloadFormat::Zip => Ok(Answer::File {
            bytes: zip_of(&[
                (format!("{name}.crt"), issued.leaf.as_bytes()),
                (format!("{name}.ca-bundle"), bundle.as_bytes()),
            ])?,
            name: format!("{name}.zip"),
            media_type: "application/zip",
        }),
        DownloadFormat::Pem => Ok(Answer::File {
            name: format!("{name}.pem"),
            media_type: "application/x-pem-file",
            bytes: format!("{}{bundle}", issued.leaf).into_bytes(),
        }),
        DownloadFormat::Json => Ok(Answer::Json(
            json!({ "certificate": issued.leaf, "ca_bundle": bundle }),
        )),
    }
}

/// A certificate as lists show it.
pub(super) fn view(certificate: &Certificate, today: Date) -> Value {
    let issued = certificate.issued.as_ref();
    let additional: Vec<&str> = certificate
        .request
        .names
        .additional()
        .iter()
        .map(DomainName::as_str)
        .collect();
    let dcv_type = certificate
        .control
        .first()
        .map(|control| control.approval.dcv_type.word());
    json!({
        "id": certificate.id,
        "order_id": certificate.order_id,
        "preorder_id": certificate.preorder_id,
        "nomenclature_id": certificate.request.nomenclature_id,
        "product_name": certificate.product().map(crate::catalogue::Product::title),
        "domain_name": certificate.main_name(),
        "additional_domains": additional.join(","),
        "status": status_word(certificate, today),
        "dcv_type": dcv_type,
        "issuer_order_number": certificate.issuer_order_number,
        "serial_number": issued.map(|issued| &issued.serial),
        "valid_from": issued.map(|issued| issued.valid_from),
        "valid_to": issued.map(|issued| issued.valid_to),
        "subscription_valid_from": issued.map(|_| certificate.term.start),
        "subscription_valid_to": issued.map(|_| certificate.term.end),
        "days": certificate.years.days(),
        "replaces_id": certificate.replaces,
        "created_at": api_instant(certificate.created_at),
    })
}

/// The word that clients see: a word put by hand, `expired` by the calendar, else the state's own.
pub(crate) fn status_word(certificate: &Certificate, today: Date) -> String {
    if let Some(word) = &certificate.status_word {
        return word.clone();
    }
    if certificate.is_expired(today) {
        return "expired".to_owned();
    }
    certificate.status.word().to_owned()
}

fn file_stem(name: &DomainName) -> String {
    name.as_str().replace("*.", "STAR.").replace('.', "_")
}

fn zip_of(files: &[(String, &[u8])]) -> Result<Vec<u8>, Refusal> {
    let write = || -> Result<Vec<u8>, zip::result::ZipError> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            archive.start_file(name.as_str(), SimpleFileOptions::default())?;
            archive.write_all(bytes)?;
        }
        Ok(archive.finish()?.into_inner())
    };
    write().map_err(|error| {
        tracing::error!(%error, "could not pack a download");
        Refusal {
            status: 500,
            message: "Internal error".to_owned(),
        }
    })
}
