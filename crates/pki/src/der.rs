//! Just enough DER to tell what kind of file somebody uploaded.

/// What a DER structure looks like from its first elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looks {
    /// A certificate signing request, or something that only a parser can refuse.
    Request,
    /// A private key in PKCS#8 (plain or encrypted), PKCS#1 or SEC 1, or a PKCS#12 file, which holds one.
    PrivateKey,
    /// A certificate, or a PKCS#7 bundle of them.
    Certificate,
    /// A public key.
    PublicKey,
    /// Not DER, or nothing that is known here.
    Unknown,
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const CONTEXT_0: u8 = 0xa0;

/// Whether bytes are DER rather than text. A sequence too short for a long length must end where it says, since it begins like text.
pub(crate) fn is_binary(input: &[u8]) -> bool {
    match input {
        [SEQUENCE, 0x80..=0xff, ..] => true,
        [SEQUENCE, length, rest @ ..] => rest.len() == usize::from(*length),
        _ => false,
    }
}

pub(crate) fn looks_like(input: &[u8]) -> Looks {
    let Some((SEQUENCE, outer, _)) = element(input) else {
        return Looks::Unknown;
    };
    match element(outer) {
        // Version 0, 1 (keys) or 3 (PKCS#12); a large number is the modulus of a bare RSA public key.
        Some((INTEGER, [_], _)) => Looks::PrivateKey,
        Some((INTEGER, _, _)) => Looks::PublicKey,
        Some((OID, _, _)) => Looks::Certificate,
        Some((SEQUENCE, inner, after)) => match (element(inner), element(after)) {
            (Some((OID, _, _)), Some((OCTET_STRING, _, _))) => Looks::PrivateKey,
            (Some((OID, _, _)), Some((BIT_STRING, _, _))) => Looks::PublicKey,
            (Some((CONTEXT_0, _, _)), _) => Looks::Certificate,
            (Some((INTEGER, _, _)), _) => Looks::Request,
            _ => Looks::Unknown,
        },
        _ => Looks::Unknown,
    }
}

/// The tag, the content and what follows the first element; content that was cut off is returned as far as it goes.
fn element(input: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = input.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (
                bytes
                    .iter()
                    .fold(0, |length, byte| length << 8 | usize::from(*byte)),
                rest,
            )
        }
        _ => return None,
    };
    Some(
        rest.split_at_checked(length)
            .map_or((tag, rest, &[] as &[u8]), |(content, after)| {
                (tag, content, after)
            }),
    )
}

/// The attributes of a request's `CertificationRequestInfo`: the content of each type and of each set of values.
pub(crate) fn request_attributes(info: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let (SEQUENCE, version, _) = element(info)? else {
        return None;
    };
    let (INTEGER, _, subject) = element(version)? else {
        return None;
    };
    let (SEQUENCE, _, key) = element(subject)? else {
        return None;
    };
    let (SEQUENCE, _, after) = element(key)? else {
        return None;
    };
    // Some programs leave the empty set out.
    let Some((CONTEXT_0, mut rest, _)) = element(after) else {
        return after.is_empty().then(Vec::new);
    };
    let mut attributes = Vec::new();
    while let Some((tag, attribute, after)) = element(rest) {
        let (SEQUENCE, (OID, kind, values)) = (tag, element(attribute)?) else {
            return None;
        };
        let (SET, values, _) = element(values)? else {
            return None;
        };
        attributes.push((kind, values));
        rest = after;
    }
    Some(attributes)
}

/// The certificates of a PKCS#7 `SignedData` (RFC 2315), in DER; `None` if the input is something else.
pub(crate) fn pkcs7_certificates(input: &[u8]) -> Option<Vec<&[u8]>> {
    let (SEQUENCE, info, _) = element(input)? else {
        return None;
    };
    let (OID, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02], after) = element(info)? else {
        return None;
    };
    let (CONTEXT_0, content, _) = element(after)? else {
        return None;
    };
    let (SEQUENCE, signed, _) = element(content)? else {
        return None;
    };
    let (INTEGER, _, after) = element(signed)? else {
        return None;
    };
    let (SET, _, after) = element(after)? else {
        return None;
    };
    let (SEQUENCE, _, after) = element(after)? else {
        return None;
    };
    let (CONTEXT_0, mut rest, _) = element(after)? else {
        return None;
    };
    let mut certificates = Vec::new();
    while let Some((_, _, after)) = element(rest) {
        let whole = rest
            .len()
            .checked_sub(after.len())
            .and_then(|length| rest.get(..length))?;
        certificates.push(whole);
        rest = after;
    }
    Some(certificates)
}
