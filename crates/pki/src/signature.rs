//! Verification of the signatures on requests and certificates, limited to the algorithms of the public web (BR 7.1.3.2).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use x509_parser::der_parser::oid;
use x509_parser::oid_registry::{
    OID_PKCS1_MD5WITHRSAENC, OID_PKCS1_RSASSAPSS, OID_PKCS1_SHA1WITHRSA, OID_PKCS1_SHA224WITHRSA,
    OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA, OID_SHA1_WITH_RSA,
    OID_SIG_ECDSA_WITH_SHA224, OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384,
    OID_SIG_ECDSA_WITH_SHA512,
};
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use crate::public_key::{Curve, KeyShape, shape};

/// Why a signature is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SignatureFault {
    /// Made with a hash that collisions or age have ruled out.
    WeakHash(&'static str),
    /// RSASSA-PSS, which CAs do not take.
    Pss,
    /// Any other algorithm.
    Unsupported(String),
    /// It does not fit the key or the content.
    Invalid,
}

enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// Checks that `signature` over `message` was made with the key.
pub(crate) fn verify(
    key: &SubjectPublicKeyInfo<'_>,
    algorithm: &AlgorithmIdentifier<'_>,
    signature: &[u8],
    message: &[u8],
) -> Result<(), SignatureFault> {
    let (is_rsa, hash) = hash_of(algorithm)?;
    let verification: &'static dyn VerificationAlgorithm = match (shape(key), is_rsa, hash) {
        (Ok(KeyShape::Rsa { .. }), true, Hash::Sha256) => &RSA_PKCS1_2048_8192_SHA256,
        (Ok(KeyShape::Rsa { .. }), true, Hash::Sha384) => &RSA_PKCS1_2048_8192_SHA384,
        (Ok(KeyShape::Rsa { .. }), true, Hash::Sha512) => &RSA_PKCS1_2048_8192_SHA512,
        (Ok(KeyShape::Ec(Curve::P256)), false, Hash::Sha256) => &ECDSA_P256_SHA256_ASN1,
        (Ok(KeyShape::Ec(Curve::P256)), false, Hash::Sha384) => &ECDSA_P256_SHA384_ASN1,
        (Ok(KeyShape::Ec(Curve::P256)), false, Hash::Sha512) => &ECDSA_P256_SHA512_ASN1,
        (Ok(KeyShape::Ec(Curve::P384)), false, Hash::Sha256) => &ECDSA_P384_SHA256_ASN1,
        (Ok(KeyShape::Ec(Curve::P384)), false, Hash::Sha384) => &ECDSA_P384_SHA384_ASN1,
        (Ok(KeyShape::Ec(Curve::P384)), false, Hash::Sha512) => &ECDSA_P384_SHA512_ASN1,
        _ => return Err(SignatureFault::Invalid),
    };
    UnparsedPublicKey::new(verification, &key.subject_public_key.data)
        .verify(message, signature)
        .map_err(|_| SignatureFault::Invalid)
}

/// Whether the algorithm is RSA (else ECDSA), and its hash.
fn hash_of(algorithm: &AlgorithmIdentifier<'_>) -> Result<(bool, Hash), SignatureFault> {
    let id = &algorithm.algorithm;
    let rsa = [
        (OID_PKCS1_SHA256WITHRSA, Hash::Sha256),
        (OID_PKCS1_SHA384WITHRSA, Hash::Sha384),
        (OID_PKCS1_SHA512WITHRSA, Hash::Sha512),
    ];
    let ecdsa = [
        (OID_SIG_ECDSA_WITH_SHA256, Hash::Sha256),
        (OID_SIG_ECDSA_WITH_SHA384, Hash::Sha384),
        (OID_SIG_ECDSA_WITH_SHA512, Hash::Sha512),
    ];
    if let Some((_, hash)) = rsa.into_iter().find(|(oid, _)| oid == id) {
        return Ok((true, hash));
    }
    if let Some((_, hash)) = ecdsa.into_iter().find(|(oid, _)| oid == id) {
        return Ok((false, hash));
    }
    let weak = [
        (oid!(1.2.840.113549.1.1.2), "MD2"),
        (OID_PKCS1_MD5WITHRSAENC, "MD5"),
        (OID_PKCS1_SHA1WITHRSA, "SHA-1"),
        (OID_SHA1_WITH_RSA, "SHA-1"),
        (oid!(1.2.840.10045.4.1), "SHA-1"),
        (OID_PKCS1_SHA224WITHRSA, "SHA-224"),
        (OID_SIG_ECDSA_WITH_SHA224, "SHA-224"),
    ];
    if let Some((_, name)) = weak.into_iter().find(|(oid, _)| oid == id) {
        return Err(SignatureFault::WeakHash(name));
    }
    if *id == OID_PKCS1_RSASSAPSS {
        return Err(SignatureFault::Pss);
    }
    Err(SignatureFault::Unsupported(id.to_id_string()))
}
