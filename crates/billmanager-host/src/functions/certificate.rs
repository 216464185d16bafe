//! Certificates that modules hand over.

use std::io::Cursor;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use pki::Certificate;

use super::{Work, service};
use crate::call::{Answer, Refusal};

/// `certificate.save`: PEM, or a ZIP in Base64. What is neither is refused.
pub(super) async fn save(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let item = work.item().await?;
    let text = work.call.required("crt")?;
    let is_good = match work.call.param("crt_type") {
        Some("zip") => BASE64
            .decode(text)
            .is_ok_and(|bytes| zip::ZipArchive::new(Cursor::new(bytes)).is_ok()),
        _ => Certificate::parse_bag(text.as_bytes()).is_ok_and(|found| !found.is_empty()),
    };
    if !is_good {
        return Err(Refusal::value("crt", text.get(..40).unwrap_or(text)));
    }
    work.set("UPDATE certificate SET crt = ? WHERE item = ?", text, item)
        .await?;
    Ok(Answer::Done)
}

/// `certificate.failed`: the order came to nothing. What BILLmanager does then is unknown; the state is left to the module.
pub(super) async fn failed(work: &mut Work<'_>) -> Result<Answer, Refusal> {
    let item = work.item().await?;
    service::save_param(work, item, "failed", "on").await?;
    Ok(Answer::Done)
}
