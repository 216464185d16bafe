//! Requests that must be refused, each with its code, and the spellings that must be accepted.

use std::fs;
use std::path::{Path, PathBuf};

use certbroker_pki::csr::{CsrProblem, ExpectedNames, judge};
use certbroker_pki::{Csr, KeyChoice, KeyKind, PrivateKey};
use pretty_assertions::assert_eq;
use rcgen::{Attribute, CertificateParams, CustomExtension, DistinguishedName, DnType, SanType};
use secrecy::ExposeSecret;

use crate::authority::{common_name, names, request};

/// What `tests/fixtures/make.py` makes, and the codes that each must give.
const FIXTURES: &[(&str, &[&str])] = &[
    ("bad-country", &["subject-bad-country"]),
    ("bad-signature", &["csr-bad-signature"]),
    ("common-name-not-listed", &["csr-common-name-not-listed"]),
    ("dsa", &["key-unknown-algorithm"]),
    ("ec-brainpoolp256r1", &["key-other-curve"]),
    ("ec-compressed-point", &["key-bad-point"]),
    ("ec-explicit-curve", &["key-explicit-curve"]),
    ("ec-p-521", &["key-p521"]),
    ("ec-secp256k1", &["key-other-curve"]),
    ("ec-sha1", &["csr-weak-hash"]),
    ("ed25519", &["key-edwards"]),
    ("ed448", &["key-edwards"]),
    ("email-name", &["csr-email-name"]),
    ("ip-common-name", &["csr-ip-common-name"]),
    ("ip-name", &["csr-ip-name"]),
    ("no-names", &["csr-no-names"]),
    ("other-name", &["csr-other-name"]),
    ("rsa-1024", &["key-rsa-too-small"]),
    ("rsa-2047", &["key-rsa-too-small"]),
    ("rsa-2050", &["key-rsa-odd-size"]),
    ("rsa-close-primes", &["key-rsa-close-primes"]),
    ("rsa-exponent-3", &["key-rsa-exponent"]),
    ("rsa-exponent-8589934593", &["key-rsa-exponent"]),
    ("rsa-md5", &["csr-weak-hash"]),
    ("rsa-pss-key", &["key-rsa-pss"]),
    ("rsa-pss-signature", &["csr-pss-signature"]),
    ("rsa-roca", &["key-rsa-roca"]),
    ("rsa-sha1", &["csr-weak-hash"]),
    ("rsa-sha224", &["csr-weak-hash"]),
    ("rsa-small-factor", &["key-rsa-small-factor"]),
    ("two-common-names", &["csr-several-common-names"]),
    ("unknown-version", &["csr-unknown-version", "csr-bad-signature"]),
    ("uri-name", &["csr-uri-name"]),
];

fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(folder)
}

fn good(name: &str) -> Vec<u8> {
    fs::read(fixtures("good").join(name)).unwrap()
}

fn codes(input: &[u8]) -> Vec<&'static str> {
    match Csr::parse(input) {
        Ok(csr) => panic!("accepted: {csr:?}"),
        Err(problems) => problems.iter().map(CsrProblem::code).collect(),
    }
}

fn key() -> PrivateKey {
    PrivateKey::make(KeyChoice::P256).unwrap()
}

/// A request with a common name and alternative names as they are, right or wrong.
fn raw_request(common: &str, alternative: &[&str]) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = if common.is_empty() {
        DistinguishedName::new()
    } else {
        common_name(common)
    };
    params.subject_alt_names = alternative
        .iter()
        .map(|name| SanType::DnsName((*name).try_into().unwrap()))
        .collect();
    params.serialize_request(&key()).unwrap().der().to_vec()
}

#[test]
fn every_bad_fixture_gives_its_codes() {
    let mut files: Vec<_> = fs::read_dir(fixtures("bad"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    files.sort_unstable();
    let wanted: Vec<_> = FIXTURES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(files, wanted);
    for (name, wanted) in FIXTURES {
        let input = fs::read(fixtures("bad").join(name).with_extension("pem")).unwrap();
        assert_eq!(&codes(&input), wanted, "{name}");
    }
}

#[test]
fn every_bad_name_gives_its_code() {
    let long_label = format!("{}.com", "a".repeat(64));
    let long_common_name = format!("{0}.{0}.example.com", "a".repeat(40));
    let many: Vec<String> = (0..101).map(|i| format!("h{i}.example.com")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let table: &[(&str, &[&str], &[&str])] = &[
        ("localhost", &[], &["name-no-dot"]),
        ("My Company", &[], &["name-bad-character"]),
        ("https://www.example.com/", &[], &["name-url"]),
        ("www.example.com:443", &[], &["name-url"]),
        ("me@example.com", &[], &["name-email"]),
        ("co.uk", &[], &["name-public-suffix"]),
        ("*.com", &[], &["name-wildcard-on-public-suffix"]),
        ("*.co.uk", &[], &["name-wildcard-on-public-suffix"]),
        ("www.*.example.com", &[], &["name-wildcard-not-leftmost"]),
        ("w*.example.com", &[], &["name-wildcard-partial"]),
        ("*.*.example.com", &[], &["name-several-wildcards"]),
        ("my_host.example.com", &[], &["name-underscore"]),
        ("www..example.com", &[], &["name-empty-label"]),
        ("-www.example.com", &[], &["name-edge-hyphen"]),
        ("ab--cd.example.com", &[], &["name-reserved-hyphens"]),
        ("xn--a.example.com", &[], &["name-bad-punycode"]),
        ("www.example.com.", &[], &["name-trailing-dot"]),
        ("300.1.2.3", &[], &["name-numeric-suffix"]),
        (
            &long_label,
            &[],
            &["csr-common-name-too-long", "name-label-too-long"],
        ),
        (&long_common_name, &[], &["csr-common-name-too-long"]),
        (
            "example.com",
            &["example.com", "a_b.example.com", "a_b.example.com"],
            &["name-underscore"],
        ),
        ("example.com", &["example.com", "192.0.2.1"], &["name-ip-address"]),
        (
            "example.com",
            &["www.example.com", "example.com."],
            &["name-trailing-dot"],
        ),
        ("", &[], &["csr-no-names"]),
        ("", &many, &["csr-too-many-names"]),
    ];
    for (common, alternative, wanted) in table {
        assert_eq!(
            &codes(&raw_request(common, alternative)),
            wanted,
            "{common} {alternative:?}"
        );
    }
}

#[test]
fn everything_else_that_people_paste_is_named() {
    let key = key();
    let secret = key.to_pem();
    let csr = request(&key, &names("example.com", &[])).to_pem();
    let body = |text: &str| {
        text.lines()
            .filter(|line| !line.starts_with('-'))
            .collect::<String>()
    };
    let block = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
    let trailing = [Csr::parse(csr.as_bytes()).unwrap().der(), b"\0"].concat();
    let table: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "csr-empty"),
        (b" \r\n\t".to_vec(), "csr-empty"),
        (vec![0xef, 0xbb, 0xbf], "csr-empty"),
        (b"please issue".to_vec(), "csr-no-request"),
        (vec![b'A'; 200_000], "csr-too-large"),
        (format!("{csr}{csr}").into(), "csr-several-requests"),
        (
            format!("{csr}-----BEGIN CERTIFICATE REQUEST-----\nMII").into(),
            "csr-several-requests",
        ),
        (
            csr.replace("-----END CERTIFICATE REQUEST-----", "").into(),
            "csr-damaged",
        ),
        (csr.replacen("\nMI", "\nM!", 1).into(), "csr-damaged"),
        (csr.replacen("\nMIH", "\nXIH", 1).into(), "csr-malformed"),
        (block("CERTIFICATE REQUEST").into(), "csr-malformed"),
        (trailing, "csr-trailing-data"),
        (secret.expose_secret().into(), "csr-private-key-pasted"),
        (
            format!("{csr}{}", secret.expose_secret()).into(),
            "csr-private-key-pasted",
        ),
        (
            format!("{}{csr}", block("OPENSSH PRIVATE KEY")).into(),
            "csr-private-key-pasted",
        ),
        (block("ENCRYPTED PRIVATE KEY").into(), "csr-private-key-pasted"),
        (
            format!("{csr}-----BEGIN RSA PRIVATE KEY-----\nMII").into(),
            "csr-private-key-pasted",
        ),
        (
            secret
                .expose_secret()
                .replace("PRIVATE KEY", "CERTIFICATE REQUEST")
                .into(),
            "csr-private-key-pasted",
        ),
        (body(secret.expose_secret()).into(), "csr-private-key-pasted"),
        (block("CERTIFICATE").into(), "csr-certificate-pasted"),
        (block("PKCS7").into(), "csr-certificate-pasted"),
        (block("PUBLIC KEY").into(), "csr-public-key-pasted"),
        (block("X509 CRL").into(), "csr-other-file"),
        (key_info(&key), "csr-public-key-pasted"),
    ];
    for (input, wanted) in table {
        assert_eq!(codes(&input), [wanted], "{}", String::from_utf8_lossy(&input));
    }
}

fn key_info(key: &PrivateKey) -> Vec<u8> {
    rcgen::PublicKeyData::subject_public_key_info(key)
}

#[test]
fn a_pasted_private_key_is_not_repeated() {
    let secret = key().to_pem();
    let body: String = secret
        .expose_secret()
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    for input in [
        secret.expose_secret(),
        &body,
        &format!("hello {}", secret.expose_secret()),
    ] {
        let problems = Csr::parse(input.as_bytes()).unwrap_err();
        let shown = format!(
            "{problems:?}{}",
            problems.iter().map(ToString::to_string).collect::<String>()
        );
        for part in body.as_bytes().windows(12) {
            assert!(!shown.contains(std::str::from_utf8(part).unwrap()));
        }
    }
}

#[test]
fn attributes_are_limited_and_not_repeated() {
    const CHALLENGE: &[u64] = &[1, 2, 840, 113_549, 1, 9, 7];
    const EXTENSIONS: &[u64] = &[1, 2, 840, 113_549, 1, 9, 14];
    let mut params = CertificateParams::new(vec!["example.com".to_owned()]).unwrap();
    params.distinguished_name = common_name("example.com");
    let with = |oid, values| {
        params
            .serialize_request_with_attributes(&key(), vec![Attribute { oid, values }])
            .unwrap()
    };

    let text = format!("{:03000}", 7).repeat(2);
    let mut large = vec![0x31, 0x82];
    large.extend(u16::try_from(text.len() + 4).unwrap().to_be_bytes());
    large.extend([0x13, 0x82]);
    large.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
    large.extend(text.as_bytes());
    assert_eq!(codes(with(CHALLENGE, large).der()), ["csr-oversized-attribute"]);
    // A set with an empty list of extensions.
    assert_eq!(
        codes(with(EXTENSIONS, vec![0x31, 2, 0x30, 0]).der()),
        ["csr-repeated-extensions"]
    );

    let mut params = params.clone();
    params
        .custom_extensions
        .push(CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![0; 5000]));
    assert_eq!(
        codes(params.serialize_request(&key()).unwrap().der()),
        ["csr-oversized-attribute"]
    );
}

#[test]
fn names_in_the_attribute_of_old_microsoft_tools_count() {
    const MICROSOFT: &[u64] = &[1, 3, 6, 1, 4, 1, 311, 2, 1, 14];
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name("a.example.com");
    let names: &[u8] = b"\x82\x0da.example.com\x82\x0db.example.com";
    let mut value = vec![
        0x31, 43, 0x30, 41, 0x30, 39, 0x06, 3, 0x55, 0x1d, 0x11, 0x04, 32, 0x30, 30,
    ];
    value.extend(names);
    let request = params
        .serialize_request_with_attributes(
            &key(),
            vec![Attribute {
                oid: MICROSOFT,
                values: value,
            }],
        )
        .unwrap();
    let csr = Csr::parse(request.der()).unwrap();
    assert_eq!(
        csr.names(),
        &crate::authority::names("a.example.com", &["b.example.com"])
    );
}

#[test]
fn a_huge_rsa_key_is_refused_without_being_tried() {
    /// Looks like a key of 8208 bits; the signature is never reached.
    struct Huge(Vec<u8>);
    impl rcgen::PublicKeyData for Huge {
        fn der_bytes(&self) -> &[u8] {
            &self.0
        }
        fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
            &rcgen::PKCS_RSA_SHA256
        }
    }
    impl rcgen::SigningKey for Huge {
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
            Ok(vec![1; 1026])
        }
    }
    let modulus = [&[0x02, 0x82, 0x04, 0x03, 0x00, 0xff][..], &[0xa5; 1024], &[0x01]].concat();
    let key = [
        &[0x30, 0x82, 0x04, 0x0c][..],
        &modulus,
        &[0x02, 0x03, 0x01, 0x00, 0x01],
    ]
    .concat();
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name("example.com");
    let request = params.serialize_request(&Huge(key)).unwrap();
    assert_eq!(codes(request.der()), ["key-rsa-too-large"]);
}

#[test]
fn several_problems_are_told_at_once() {
    let mut params = CertificateParams::default();
    let mut subject = common_name("my_host.example.com");
    subject.push(DnType::OrganizationName, "x".repeat(65));
    params.distinguished_name = subject;
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let request = params.serialize_request(&key).unwrap();
    assert_eq!(
        codes(request.der()),
        ["name-underscore", "subject-too-long", "key-edwards"]
    );
}

#[test]
fn all_spellings_of_one_request_are_accepted_and_equal() {
    let pem = String::from_utf8(good("token-vector.pem")).unwrap();
    let csr = Csr::parse(pem.as_bytes()).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let utf16 = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let spellings: Vec<Vec<u8>> = vec![
        csr.der().to_vec(),
        csr.to_pem().into(),
        pem.replace('\n', "\r\n").into(),
        pem.replace('\n', " ").into(),
        pem.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
            .into(),
        format!("\u{feff}{pem}").into(),
        format!("Dear all,\nthis is it:\n{pem}\nBest regards -- me").into(),
        [b"Gr\xfc\xdfe\n", pem.as_bytes()].concat(),
        [vec![0xff, 0xfe], utf16(&pem)].concat(),
        body.clone().into(),
        body.trim_end_matches('=').into(),
    ];
    for spelling in spellings {
        assert_eq!(
            Csr::parse(&spelling).as_ref(),
            Ok(&csr),
            "{}",
            String::from_utf8_lossy(&spelling)
        );
    }
}

#[test]
fn good_requests_tell_what_they_hold() {
    let table = [
        ("token-vector.pem", KeyKind::P256, "Simulated Example BV"),
        ("rsa-2048-sha512.pem", KeyKind::Rsa { bits: 2048 }, ""),
        ("new-label.pem", KeyKind::Rsa { bits: 2048 }, ""),
        ("p384-sha512.pem", KeyKind::P384, ""),
        ("bmp-string.pem", KeyKind::P256, "Пример"),
    ];
    for (file, kind, organization) in table {
        let csr = Csr::parse(&good(file)).unwrap_or_else(|problems| panic!("{file}: {problems:?}"));
        assert_eq!(csr.names().main().as_str(), "www.example.com");
        assert_eq!(csr.common_name(), Some("www.example.com"));
        assert_eq!(csr.key().kind(), kind, "{file}");
        assert_eq!(
            csr.subject().organization.as_deref().unwrap_or_default(),
            organization
        );
    }
    let vector = Csr::parse(&good("token-vector.pem")).unwrap();
    assert_eq!(vector.names(), &names("www.example.com", &["example.com"]));
    assert_eq!(vector.subject().country.as_deref(), Some("NL"));
    assert_eq!(
        vector.sha256().to_string(),
        "e9dac4dbb04deb58789aa8d0c1ffea805516bc823073d9690a1b02f1e3cba81e"
    );
}

#[test]
fn names_are_compared_with_the_order() {
    let key = key();
    let pem = |set| request(&key, set).to_pem();
    let one = names("example.com", &[]);
    let two = names("example.com", &["www.example.com"]);
    let turned = names("www.example.com", &["example.com"]);
    let other = names("example.com", &["shop.example.com"]);
    let table: &[(_, ExpectedNames<'_>, &[&str])] = &[
        (&one, ExpectedNames::Any, &[]),
        (&one, ExpectedNames::Within(&two), &[]),
        (&two, ExpectedNames::Within(&two), &[]),
        (&two, ExpectedNames::Exactly(&two), &[]),
        (&one, ExpectedNames::Exactly(&two), &["csr-name-missing"]),
        (&two, ExpectedNames::Within(&one), &["csr-name-not-ordered"]),
        (&turned, ExpectedNames::Within(&two), &["csr-wrong-main-name"]),
        (&turned, ExpectedNames::Exactly(&two), &["csr-wrong-main-name"]),
        (
            &other,
            ExpectedNames::Exactly(&two),
            &["csr-name-not-ordered", "csr-name-missing"],
        ),
    ];
    for (has, expected, wanted) in table {
        let found: Vec<_> = judge(pem(has).as_bytes(), *expected)
            .err()
            .unwrap_or_default()
            .iter()
            .map(CsrProblem::code)
            .collect();
        assert_eq!(&found, wanted, "{has:?} {expected:?}");
    }
}

#[test]
fn an_idn_is_recognised_as_unicode_and_as_a_label() {
    for text in ["bücher.example.com", "xn--bcher-kva.example.com"] {
        let csr = Csr::parse(&raw_request(text, &[])).unwrap();
        assert_eq!(csr.names().main().as_str(), "xn--bcher-kva.example.com");
    }
}

#[test]
fn an_rsa_request_made_twice_is_the_same() {
    let key = PrivateKey::make(KeyChoice::Rsa2048).unwrap();
    let set = names("example.com", &[]);
    assert_eq!(request(&key, &set).der(), request(&key, &set).der());
}
