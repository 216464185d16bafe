//! All PEM files in one zip.

use std::io::{Cursor, Write};

use secrecy::ExposeSecret;
use zeroize::Zeroizing;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{ExportError, PemSet};

/// Packs the files of a set, with the key if the set has it: then the archive is as secret as the key.
///
/// # Errors
/// The archive could not be written, which writing to memory does not do in practice.
pub fn zip(set: &PemSet) -> Result<Zeroizing<Vec<u8>>, ExportError> {
    // A fixed date, so that the same files give the same archive.
    let options = |mode| {
        SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(mode)
    };
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for file in set.files().filter(|file| !file.content.is_empty()) {
        writer
            .start_file(file.name, options(0o644))
            .map_err(ExportError::Zip)?;
        writer
            .write_all(file.content.as_bytes())
            .map_err(ExportError::Write)?;
    }
    if let Some(key) = &set.key {
        writer
            .start_file(key.name, options(0o600))
            .map_err(ExportError::Zip)?;
        writer
            .write_all(key.content.expose_secret().as_bytes())
            .map_err(ExportError::Write)?;
    }
    let cursor = writer.finish().map_err(ExportError::Zip)?;
    Ok(Zeroizing::new(cursor.into_inner()))
}
