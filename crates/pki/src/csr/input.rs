//! Finds the one request in what somebody pasted or uploaded.

use zeroize::Zeroizing;

use super::problem::CsrProblem;
use crate::der::{self, Looks};
use crate::pem::{self, Block};

/// More than any request with a hundred names and an 8192-bit key needs.
const MAX_INPUT: usize = 128 * 1024;

/// Returns the request in DER form.
pub(super) fn find_request(input: &[u8]) -> Result<Vec<u8>, CsrProblem> {
    if input.len() > MAX_INPUT {
        return Err(CsrProblem::TooLarge);
    }
    if der::is_binary(input) {
        return request_of(input);
    }
    let text = pem::text_of(input);
    if text
        .trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
        .is_empty()
    {
        return Err(CsrProblem::Empty);
    }
    let scan = pem::scan(&text);
    // Before anything else: a key in the paste must raise the alarm, whatever else is there.
    if text.contains("PRIVATE KEY-----") || scan.blocks.iter().any(Block::is_private_key) {
        return Err(CsrProblem::PrivateKeyPasted);
    }
    let requests: Vec<_> = scan
        .blocks
        .iter()
        .filter(|block| is_request(block.label))
        .collect();
    match requests.as_slice() {
        [_] if scan.unfinished.is_some_and(is_request) => Err(CsrProblem::SeveralRequests { count: 2 }),
        [block] => request_of(&block.decode().ok_or(CsrProblem::Damaged)?),
        [] if scan.unfinished.is_some_and(is_request) => Err(CsrProblem::Damaged),
        [] if scan.blocks.is_empty() && scan.unfinished.is_none() => bare_base64(&text),
        [] => Err(other_file(
            scan.blocks.first().map(|block| block.label).or(scan.unfinished),
        )),
        several => Err(CsrProblem::SeveralRequests { count: several.len() }),
    }
}

fn is_request(label: &str) -> bool {
    matches!(label, "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST")
}

/// The body of a request without its first and last line, as some panels show it.
fn bare_base64(text: &str) -> Result<Vec<u8>, CsrProblem> {
    let der: Zeroizing<Vec<u8>> = pem::decode_base64(text).ok_or(CsrProblem::NoRequest)?;
    match der::looks_like(&der) {
        Looks::Unknown => Err(CsrProblem::NoRequest),
        _ => request_of(&der),
    }
}

fn request_of(der: &[u8]) -> Result<Vec<u8>, CsrProblem> {
    match der::looks_like(der) {
        Looks::Request => Ok(der.to_vec()),
        Looks::PrivateKey => Err(CsrProblem::PrivateKeyPasted),
        Looks::Certificate => Err(CsrProblem::CertificatePasted),
        Looks::PublicKey => Err(CsrProblem::PublicKeyPasted),
        Looks::Unknown => Err(CsrProblem::Malformed),
    }
}

fn other_file(label: Option<&str>) -> CsrProblem {
    match label {
        Some("CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" | "PKCS7" | "CMS") => {
            CsrProblem::CertificatePasted
        }
        Some(label) if label.ends_with("PUBLIC KEY") => CsrProblem::PublicKeyPasted,
        Some(label) => CsrProblem::OtherFile {
            label: label.to_owned(),
        },
        None => CsrProblem::NoRequest,
    }
}
