//! The downloaded file: its format is not public, so it is told by its first bytes (reference §4.11). Nothing is written to disk, so
//! names inside an archive cannot lead anywhere; sizes are capped against bombs.

use std::io::{Cursor, Read};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ca::{CaError, Class, IssuedCertificate};
use pki::certificate::Certificate;
use serde_json::{Map, Value};
use zip::ZipArchive;

use super::{KIND, answer::Answer, lenient};

const DOING: &str = "download the certificate";
/// Most files looked at in an archive.
const MOST_FILES: usize = 40;
/// Largest unpacked file, in bytes; certificates are a thousandth of it.
const LARGEST_FILE: u64 = 1024 * 1024;
/// How deep files lie in one another: JSON with base64 of a ZIP.
const DEEPEST: u8 = 3;

/// Fields of a JSON answer that hold certificates.
const FIELDS: &[&str] = &[
    "certificate",
    "crt",
    "cert",
    "crt_code",
    "ca_bundle",
    "chain",
    "intermediate",
    "ca",
    "ca_code",
    "root",
    "pkcs7",
    "p7b",
    "content",
    "file",
    "zip",
    "data",
    "body",
];

/// Reads leaf and CA certificates from an answer.
pub(super) fn read(answer: &Answer) -> Result<IssuedCertificate, CaError> {
    answer.refuse_failure(DOING)?;
    if answer.is_html() {
        return Err(answer.not_understood(DOING));
    }
    let mut found = Vec::new();
    collect(&answer.body, DEEPEST, &mut found);
    // The newest end-entity certificate is the present one; a bundle may still hold the one before it.
    let leaf = found
        .iter()
        .enumerate()
        .filter(|(_, certificate)| !certificate.is_ca())
        .max_by_key(|(_, certificate)| certificate.not_before())
        .map(|(at, _)| at);
    let Some(leaf) = leaf else {
        let detail = format!("{} and no end-entity certificate in it", answer.described());
        return Err(CaError::new(Class::Protocol, KIND, DOING, detail).with_raw(answer.raw.clone()));
    };
    let leaf = found.swap_remove(leaf);
    Ok(IssuedCertificate {
        leaf: leaf.der().to_vec(),
        bag: found
            .iter()
            .map(|certificate| certificate.der().to_vec())
            .collect(),
    })
}

fn collect(bytes: &[u8], depth: u8, found: &mut Vec<Certificate>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    if bytes.starts_with(b"PK\x03\x04") {
        return unpack(bytes, depth, found);
    }
    match bytes.trim_ascii_start().first() {
        Some(b'{' | b'[') => {
            if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
                from_json(&value, depth, found);
            }
        }
        _ => {
            for certificate in Certificate::parse_bag(bytes).unwrap_or_default() {
                if !found.contains(&certificate) {
                    found.push(certificate);
                }
            }
        }
    }
}

fn unpack(bytes: &[u8], depth: u8, found: &mut Vec<Certificate>) {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return;
    };
    for at in 0..archive.len().min(MOST_FILES) {
        let Ok(file) = archive.by_index(at) else { continue };
        let mut content = Vec::new();
        let is_read = file.take(LARGEST_FILE + 1).read_to_end(&mut content).is_ok();
        if is_read && content.len() as u64 <= LARGEST_FILE {
            collect(&content, depth, found);
        }
    }
}

fn from_json(value: &Value, depth: u8, found: &mut Vec<Certificate>) {
    match value {
        Value::Object(map) => from_fields(map, depth, found),
        Value::Array(values) => {
            for value in values {
                from_text(value, depth, found);
            }
        }
        _ => {}
    }
}

fn from_fields(map: &Map<String, Value>, depth: u8, found: &mut Vec<Certificate>) {
    for field in FIELDS {
        match map.get(*field) {
            Some(Value::Object(inner)) => {
                if let Some(depth) = depth.checked_sub(1) {
                    from_fields(inner, depth, found);
                }
            }
            Some(Value::Array(values)) => values.iter().for_each(|value| from_text(value, depth, found)),
            Some(value) => from_text(value, depth, found),
            None => {}
        }
    }
}

fn from_text(value: &Value, depth: u8, found: &mut Vec<Certificate>) {
    let Some(text) = lenient::scalar(value) else {
        return;
    };
    if text.contains("-----BEGIN") {
        return collect(text.as_bytes(), depth, found);
    }
    let packed: String = text.split_whitespace().collect();
    if let Ok(bytes) = STANDARD.decode(packed) {
        collect(&bytes, depth, found);
    }
}
