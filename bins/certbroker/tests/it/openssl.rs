//! OpenSSL as an independent judge.

use std::{path::Path, process::Command};

/// What OpenSSL prints; it must agree.
pub(crate) fn openssl(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("openssl is there");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// The chain leads to the root.
pub(crate) fn assert_verifies(folder: &Path) {
    let arguments = [
        "verify",
        "-CAfile",
        "root.pem",
        "-untrusted",
        "ca.pem",
        "certificate.pem",
    ];
    assert!(openssl(folder, &arguments).contains("certificate.pem: OK"));
}

/// The chain led to the root at this second of Unix time.
pub(crate) fn assert_verified_at(folder: &Path, second: i64) {
    let second = second.to_string();
    let arguments = [
        "verify",
        "-attime",
        &second,
        "-CAfile",
        "root.pem",
        "-untrusted",
        "ca.pem",
        "certificate.pem",
    ];
    assert!(openssl(folder, &arguments).contains("certificate.pem: OK"));
}

/// The certificate is for this private key.
pub(crate) fn assert_is_for_key(folder: &Path, file: &str) {
    let certified = openssl(folder, &["x509", "-in", "certificate.pem", "-noout", "-pubkey"]);
    assert_eq!(certified, openssl(folder, &["pkey", "-in", file, "-pubout"]));
}

/// The names in the certificate, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let text = openssl(
        folder,
        &[
            "x509",
            "-in",
            "certificate.pem",
            "-noout",
            "-ext",
            "subjectAltName",
        ],
    );
    let mut names: Vec<String> = text
        .split(['\n', ','])
        .filter_map(|part| part.trim().strip_prefix("DNS:"))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

/// A request with an RSA key, as an administrator makes it; the key is in `own.key`, the request in `own.csr`.
pub(crate) fn make_request(folder: &Path, name: &str) {
    let (subject, names) = (format!("/CN={name}"), format!("subjectAltName=DNS:{name}"));
    openssl(
        folder,
        &[
            "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "own.key", "-out", "own.csr", "-subj",
            &subject, "-addext", &names,
        ],
    );
}
