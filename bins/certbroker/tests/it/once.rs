//! `demo --once`: the main job without a browser, for every kind of request, product and validation.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{
    openssl::{assert_is_for_key, assert_verifies, make_request, names},
    program::{Said, run},
};

const ORGANISATION: &str = "name = \"Example BV\"\ncountry = \"NL\"\nregion = \"Noord-Holland\"\ncity = \"Amsterdam\"\nstreet = \
                            \"Damrak 1\"\npostal_code = \"1012 LG\"\nphone = \"+31 20 1234567\"\nregistration_number = \
                            \"12345678\"\n";

/// Does the main job into `folder`, with the demo's data in a folder of its own.
pub(crate) async fn once(folder: &Path, more: &[&str]) -> Said {
    let data = folder.join("data");
    fs::create_dir(&data).expect("the data folder");
    let out = folder.display().to_string();
    let wish = [&["demo", "--once", "--out", &out], more].concat();
    run(&data, &wish).await
}

/// The main job succeeds; the chain, the names and the key are judged by OpenSSL.
async fn issued(folder: &Path, more: &[&str], expected: &[&str]) -> Value {
    let report = once(folder, more).await.done().json();
    assert_verifies(folder);
    let in_certificate = names(folder);
    for name in expected {
        assert!(
            in_certificate.contains(&(*name).to_owned()),
            "{name} is not in {in_certificate:?}"
        );
        assert!(
            report["names"].as_array().unwrap().contains(&Value::from(*name)),
            "{report:#}"
        );
    }
    assert_eq!(report["purchases"].as_array().unwrap().len(), 1, "{report:#}");
    assert_eq!(report["certificates"].as_array().unwrap().len(), 1, "{report:#}");
    let fullchain = fs::read_to_string(folder.join("fullchain.pem")).unwrap();
    assert!(fullchain.starts_with(&fs::read_to_string(folder.join("certificate.pem")).unwrap()));
    report
}

#[tokio::test]
async fn a_key_is_made_and_fits() {
    let folder = tempfile::tempdir().unwrap();
    let report = issued(folder.path(), &[], &["www.example.net"]).await;
    assert_is_for_key(folder.path(), "privkey.pem");
    for field in ["service", "ca_order", "end_date", "steps"] {
        assert!(!report[field].is_null(), "{field}: {report:#}");
    }
}

#[tokio::test]
async fn an_own_rsa_request_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    make_request(folder.path(), "shop.example.net");
    let csr = folder.path().join("own.csr").display().to_string();
    issued(folder.path(), &["--csr", &csr], &["shop.example.net"]).await;
    assert_is_for_key(folder.path(), "own.key");
    assert!(!folder.path().join("privkey.pem").exists());
}

#[tokio::test]
async fn a_wildcard_is_proven_by_dns() {
    let folder = tempfile::tempdir().unwrap();
    let wish = ["--product", "PositiveSSL Wildcard", "--domain", "*.example.net"];
    issued(folder.path(), &wish, &["*.example.net"]).await;
    assert_is_for_key(folder.path(), "privkey.pem");
}

#[tokio::test]
async fn several_names_are_in_one_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let wish = [
        "--product",
        "positivessl multi-domain",
        "--domain",
        "example.net",
        "--domain",
        "shop.example.org",
        "--domain",
        "mail.example.com",
    ];
    issued(
        folder.path(),
        &wish,
        &["example.net", "shop.example.org", "mail.example.com"],
    )
    .await;
    assert_is_for_key(folder.path(), "privkey.pem");
}

#[tokio::test]
async fn an_international_name_becomes_its_a_label() {
    let folder = tempfile::tempdir().unwrap();
    issued(
        folder.path(),
        &["--domain", "münchen.example.net"],
        &["xn--mnchen-3ya.example.net"],
    )
    .await;
    assert_is_for_key(folder.path(), "privkey.pem");
}

#[tokio::test]
async fn an_organisation_is_verified_and_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("org.toml"), ORGANISATION).unwrap();
    let org = folder.path().join("org.toml").display().to_string();
    let wish = [
        "--product",
        "InstantSSL OV",
        "--org",
        &org,
        "--domain",
        "www.example.net",
    ];
    issued(folder.path(), &wish, &["www.example.net"]).await;
    assert_is_for_key(folder.path(), "privkey.pem");
    let subject = crate::openssl::openssl(
        folder.path(),
        &["x509", "-in", "certificate.pem", "-noout", "-subject"],
    );
    assert!(subject.contains("Example BV"), "{subject}");
}

#[tokio::test]
async fn control_is_proven_by_files_and_by_mail() {
    for method in ["http", "https", "email"] {
        let folder = tempfile::tempdir().unwrap();
        let wish = ["--validation", method, "--domain", "example.net"];
        issued(folder.path(), &wish, &["example.net"]).await;
        assert_is_for_key(folder.path(), "privkey.pem");
    }
}

#[tokio::test]
async fn what_cannot_be_ordered_is_refused_and_nothing_is_bought() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.csr");
    fs::write(
        &bad,
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
    )
    .unwrap();
    let bad = bad.display().to_string();
    let table = [
        (vec!["--product", "NoSuchSSL"], "NoSuchSSL"),
        (vec!["--csr", &bad], "csr"),
        (vec!["--product", "InstantSSL OV"], "organisation.name"),
        (vec!["--domain", "*.example.net"], "names"),
        (
            vec!["--validation", "http", "--product", "PositiveSSL Wildcard"],
            "*.example.net",
        ),
    ];
    for (wish, expected) in table {
        let folder = tempfile::tempdir().unwrap();
        let said = once(folder.path(), &wish).await.with_code(3);
        assert!(
            said.stderr.contains(expected),
            "{wish:?}: {expected} is not in {}",
            said.stderr
        );
        assert!(said.stdout.is_empty());
        assert!(!folder.path().join("certificate.pem").exists());
        let state = fs::read_to_string(folder.path().join("data").join("leaderssl.state")).unwrap();
        assert!(
            state.contains("opening") && !state.contains("purchase"),
            "{wish:?}: {state}"
        );
    }
}
