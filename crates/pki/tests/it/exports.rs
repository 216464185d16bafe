//! Files for other programs, checked by the `openssl` command as one of those programs.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use certbroker_pki::export::{PemSet, Pkcs12Form, pkcs12, zip};
use certbroker_pki::{Certificate, Chain, Csr, KeyChoice, LineEnd, PrivateKey, RequestToken};
use pretty_assertions::assert_eq;
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

use crate::authority::{Authority, VALID, names, now, request};

const PASSWORD: &str = "Correct-Horse 99";

fn openssl(folder: &Path, arguments: &str) -> Output {
    let command: Vec<&str> = arguments.split('|').map(str::trim).collect();
    Command::new("openssl")
        .args(command)
        .current_dir(folder)
        .output()
        .expect("the openssl command is there")
}

/// Runs it; arguments are separated by `|`.
fn openssl_text(folder: &Path, arguments: &str) -> String {
    let output = openssl(folder, arguments);
    assert!(
        output.status.success(),
        "{arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn chain(key: &PrivateKey) -> Chain {
    let root = Authority::root("Export root");
    let intermediate = root.intermediate("Export issuer", VALID);
    let leaf = intermediate.issue(key, &names("example.com", &["*.example.com"]), VALID);
    let bag = [&root, &intermediate].map(|authority| authority.certificate.clone());
    Chain::build(leaf, &bag, &[], now()).unwrap()
}

fn write(folder: &TempDir, set: &PemSet) {
    for file in set.files() {
        fs::write(folder.path().join(file.name), &file.content).unwrap();
    }
    if let Some(key) = &set.key {
        fs::write(folder.path().join(key.name), key.content.expose_secret()).unwrap();
    }
}

#[test]
fn openssl_accepts_every_kind_of_key_and_request() {
    let folder = TempDir::new().unwrap();
    let table = [
        (KeyChoice::P256, "Public-Key: (256 bit)"),
        (KeyChoice::P384, "Public-Key: (384 bit)"),
        (KeyChoice::Rsa2048, "Public-Key: (2048 bit)"),
        (KeyChoice::Rsa3072, "Public-Key: (3072 bit)"),
        (KeyChoice::Rsa4096, "Public-Key: (4096 bit)"),
    ];
    for (choice, wanted) in table {
        let key = PrivateKey::make(choice).unwrap();
        let csr = request(
            &key,
            &names("*.example.com", &["example.com", "bücher.example.com"]),
        );
        fs::write(folder.path().join("key.pem"), key.to_pem().expose_secret()).unwrap();
        fs::write(folder.path().join("csr.pem"), csr.to_pem()).unwrap();
        openssl_text(folder.path(), "pkey|-in|key.pem|-check|-noout");
        let text = openssl_text(folder.path(), "req|-in|csr.pem|-verify|-text|-noout");
        assert!(text.contains(wanted), "{text}");
        assert!(
            text.contains("DNS:*.example.com, DNS:example.com, DNS:xn--bcher-kva.example.com"),
            "{text}"
        );
        assert_eq!(
            openssl_text(folder.path(), "req|-in|csr.pem|-pubkey|-noout"),
            openssl_text(folder.path(), "pkey|-in|key.pem|-pubout")
        );
    }
}

#[test]
fn keys_of_openssl_are_read_in_every_form() {
    let folder = TempDir::new().unwrap();
    let forms = [
        "genpkey|-algorithm|RSA|-pkeyopt|rsa_keygen_bits:2048|-out|key.pem",
        "genpkey|-algorithm|EC|-pkeyopt|ec_paramgen_curve:P-384|-out|key.pem",
        "ecparam|-name|prime256v1|-genkey|-noout|-out|key.pem",
    ];
    for form in forms {
        openssl_text(folder.path(), form);
        openssl_text(folder.path(), "pkey|-in|key.pem|-traditional|-out|old.pem");
        openssl_text(folder.path(), "pkey|-in|key.pem|-outform|DER|-out|key.der");
        let read = |name: &str| PrivateKey::parse(&fs::read(folder.path().join(name)).unwrap()).unwrap();
        let wanted = read("key.pem").fingerprint();
        assert_eq!(
            (read("old.pem").fingerprint(), read("key.der").fingerprint()),
            (wanted, wanted),
            "{form}"
        );
        openssl_text(
            folder.path(),
            "req|-new|-key|key.pem|-subj|/CN=example.com|-out|csr.pem",
        );
        let csr = Csr::parse(&fs::read(folder.path().join("csr.pem")).unwrap()).unwrap();
        assert_eq!(csr.key().fingerprint(), wanted);
    }
    openssl_text(
        folder.path(),
        "pkey|-in|key.pem|-aes256|-passout|pass:abcd|-out|locked.pem",
    );
    let locked = fs::read(folder.path().join("locked.pem")).unwrap();
    assert_eq!(
        PrivateKey::parse(&locked).unwrap_err().code(),
        "private-key-encrypted"
    );
}

#[test]
fn hashes_are_those_of_openssl() {
    let folder = TempDir::new().unwrap();
    let key = PrivateKey::make(KeyChoice::P256).unwrap();
    let csr = request(&key, &names("example.com", &[]));
    fs::write(folder.path().join("csr.der"), csr.der()).unwrap();
    let hash = |name: &str| {
        let line = openssl_text(folder.path(), &format!("dgst|-{name}|-r|csr.der"));
        line.split(' ').next().unwrap_or_default().to_owned()
    };
    let token = RequestToken::new(&csr, None);
    assert_eq!(
        token.cname_host(&"example.com".parse().unwrap()),
        format!("_{}.example.com", hash("md5"))
    );
    assert_eq!(
        token.cname_target().replace('.', ""),
        format!("{}sectigocom", hash("sha256"))
    );
    assert_eq!(csr.sha256().to_string(), hash("sha256"));
}

#[test]
fn openssl_verifies_the_pem_files_and_agrees_on_the_serial() {
    let folder = TempDir::new().unwrap();
    let key = PrivateKey::make(KeyChoice::P256).unwrap();
    let chain = chain(&key);
    let set = PemSet::new(&chain, Some(&key), LineEnd::Lf).unwrap();
    write(&folder, &set);
    let verified = openssl_text(
        folder.path(),
        "verify|-CAfile|root.pem|-untrusted|ca.pem|-attime|1795000000|-verify_hostname|a.example.com|certificate.pem",
    );
    assert_eq!(verified, "certificate.pem: OK\n");
    assert_eq!(
        openssl_text(folder.path(), "x509|-in|fullchain.pem|-noout|-serial"),
        format!("serial={}\n", chain.leaf().serial())
    );
    let fingerprint = openssl_text(
        folder.path(),
        "x509|-in|fullchain.pem|-noout|-fingerprint|-sha256",
    );
    let hex = fingerprint
        .rsplit('=')
        .next()
        .unwrap_or_default()
        .replace(':', "")
        .to_lowercase();
    assert_eq!(hex.trim(), chain.leaf().fingerprint().to_string());
    assert_eq!(
        set.fullchain.content,
        format!("{}{}", set.certificate.content, set.ca.content)
    );
}

#[test]
fn windows_line_ends_are_everywhere_or_nowhere() {
    let key = PrivateKey::make(KeyChoice::P256).unwrap();
    let set = PemSet::new(&chain(&key), Some(&key), LineEnd::CrLf).unwrap();
    let secret = set.key.as_ref().unwrap().content.expose_secret();
    for text in set.files().map(|file| file.content.as_str()).chain([secret]) {
        assert!(text.ends_with("-----\r\n"));
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }
    assert!(!format!("{set:?}").contains("PRIVATE"));
}

#[test]
fn openssl_reads_a_pkcs7_bundle_into_the_same_certificates() {
    let folder = TempDir::new().unwrap();
    let key = PrivateKey::make(KeyChoice::P256).unwrap();
    let chain = chain(&key);
    write(&folder, &PemSet::new(&chain, None, LineEnd::Lf).unwrap());
    for form in ["PEM", "DER"] {
        openssl_text(
            folder.path(),
            &format!("crl2pkcs7|-nocrl|-certfile|fullchain.pem|-outform|{form}|-out|bundle.p7b"),
        );
        let mut bag = Certificate::parse_bag(&fs::read(folder.path().join("bundle.p7b")).unwrap()).unwrap();
        bag.extend(chain.root().cloned());
        assert_eq!(Chain::from_bag(&bag, None, now()).as_ref(), Ok(&chain), "{form}");
    }
}

#[test]
fn openssl_opens_both_forms_of_pkcs12() {
    let folder = TempDir::new().unwrap();
    let password = SecretString::from(PASSWORD);
    for choice in [KeyChoice::P256, KeyChoice::Rsa2048] {
        let key = PrivateKey::make(choice).unwrap();
        let chain = chain(&key);
        let forms = [
            (
                Pkcs12Form::Modern,
                "",
                "PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256",
                "MAC: sha256, Iteration 100000",
            ),
            (
                Pkcs12Form::Compatible,
                "-legacy|",
                "pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048",
                "MAC: sha1, Iteration 2048",
            ),
        ];
        for (form, legacy, encryption, mac) in forms {
            let file = pkcs12(&chain, &key, &password, form).unwrap();
            fs::write(folder.path().join("file.p12"), file).unwrap();
            let base = format!("pkcs12|{legacy}-in|file.p12|-passin|pass:{PASSWORD}|-nodes");
            let info = openssl(folder.path(), &format!("{base}|-info"));
            let said = String::from_utf8_lossy(&info.stderr).into_owned();
            assert!(info.status.success(), "{said}");
            assert!(said.contains(mac), "{said}");
            assert_eq!(
                said.matches(encryption).count(),
                2,
                "certificates and key: {said}"
            );
            let content = String::from_utf8_lossy(&info.stdout).into_owned();
            assert!(content.contains("friendlyName: example.com"), "{content}");

            assert_eq!(
                Certificate::parse_bag(content.as_bytes()).unwrap(),
                chain.served().cloned().collect::<Vec<_>>()
            );
            assert_eq!(
                PrivateKey::parse(content.as_bytes()).unwrap().fingerprint(),
                key.fingerprint()
            );
            let wrong = openssl(
                folder.path(),
                &format!("pkcs12|{legacy}-in|file.p12|-passin|pass:wrong|-nodes"),
            );
            assert!(!wrong.status.success());
        }
    }
}

#[test]
fn a_pkcs12_file_needs_the_right_key_and_a_plain_password() {
    let key = PrivateKey::make(KeyChoice::P256).unwrap();
    let other = PrivateKey::make(KeyChoice::P256).unwrap();
    let chain = chain(&key);
    let code = |key, password: &str| {
        pkcs12(&chain, key, &SecretString::from(password), Pkcs12Form::Compatible)
            .map_err(|error| error.code())
    };
    assert_eq!(code(&other, PASSWORD), Err("export-wrong-key"));
    for password in ["", "пароль", "a\tb"] {
        assert_eq!(code(&key, password), Err("export-password"), "{password}");
    }
    assert!(PemSet::new(&chain, Some(&other), LineEnd::Lf).is_err());
}

#[test]
fn a_zip_holds_the_files_and_the_key_only_if_asked() {
    use std::io::{Cursor, Read};

    let key = PrivateKey::make(KeyChoice::P256).unwrap();
    let chain = chain(&key);
    for with_key in [None, Some(&key)] {
        let set = PemSet::new(&chain, with_key, LineEnd::Lf).unwrap();
        let bytes = zip(&set).unwrap();
        assert_eq!(bytes, zip(&set).unwrap());
        let mut archive = ::zip::ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap();
        let mut found = Vec::new();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).unwrap();
            let mut content = String::new();
            file.read_to_string(&mut content).unwrap();
            found.push((
                file.name().unwrap().into_owned(),
                file.unix_mode().unwrap() & 0o777,
                content,
            ));
        }
        let mut wanted: Vec<_> = set
            .files()
            .map(|file| (file.name.to_owned(), 0o644, file.content.clone()))
            .collect();
        wanted.extend(
            set.key
                .iter()
                .map(|key| (key.name.to_owned(), 0o600, key.content.expose_secret().to_owned())),
        );
        assert_eq!(found, wanted);
        assert_eq!(found.len(), if with_key.is_some() { 5 } else { 4 });
    }
}
