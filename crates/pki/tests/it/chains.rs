//! Chains from bags in any state, and certificates that differ from what was ordered.

use certbroker_pki::chain::ChainError;
use certbroker_pki::issued::{Ordered, VerifyError, verify_issued};
use certbroker_pki::{Certificate, Chain, KeyChoice, PrivateKey};
use pretty_assertions::assert_eq;
use rcgen::{ExtendedKeyUsagePurpose, IsCa, SanType};

use crate::authority::{Authority, Days, ENDED, VALID, name, names, now};

/// root → upper → lower → leaf, and a chain that has nothing to do with it.
struct World {
    root: Authority,
    upper: Authority,
    lower: Authority,
    key: PrivateKey,
    leaf: Certificate,
    foreign: Vec<Certificate>,
}

impl World {
    fn new() -> Self {
        let root = Authority::root("Root");
        let upper = root.intermediate("Upper", VALID);
        let lower = upper.intermediate("Lower", VALID);
        let key = PrivateKey::make(KeyChoice::P256).unwrap();
        let leaf = lower.issue(&key, &names("example.com", &["www.example.com"]), VALID);
        let foreign_root = Authority::root("Foreign root");
        // The same name as our issuer, with another key.
        let impostor = foreign_root.intermediate("Lower", VALID);
        let foreign = vec![foreign_root.certificate, impostor.certificate];
        Self {
            root,
            upper,
            lower,
            key,
            leaf,
            foreign,
        }
    }

    fn issuers(&self) -> [Certificate; 3] {
        [&self.lower, &self.upper, &self.root].map(|authority| authority.certificate.clone())
    }

    fn verify(&self, leaf: &Certificate) -> Result<Vec<String>, VerifyError> {
        let wanted = names("example.com", &["www.example.com"]);
        let extras = [name("shop.example.com")];
        let ordered = Ordered {
            key: self.key.fingerprint(),
            names: &wanted,
            declared_extras: &extras,
        };
        verify_issued(leaf, &self.issuers(), ordered, &[], now())
            .map(|verified| verified.extras.iter().map(ToString::to_string).collect())
    }
}

fn permutations(bag: Vec<Certificate>) -> Vec<Vec<Certificate>> {
    if bag.len() <= 1 {
        return vec![bag];
    }
    let mut all = Vec::new();
    for at in 0..bag.len() {
        let mut rest = bag.clone();
        let first = rest.remove(at);
        for mut one in permutations(rest) {
            one.insert(0, first.clone());
            all.push(one);
        }
    }
    all
}

#[test]
fn the_order_and_the_rubbish_in_a_bag_do_not_matter() {
    let world = World::new();
    let [lower, upper, root] = world.issuers();
    let [foreign_root, impostor] = &world.foreign[..] else {
        panic!("two foreign certificates")
    };
    let bag = vec![
        world.leaf.clone(),
        lower.clone(),
        upper.clone(),
        root.clone(),
        impostor.clone(),
    ];
    for mut bag in permutations(bag) {
        bag.extend(bag.clone());
        bag.push(foreign_root.clone());
        let chain = Chain::from_bag(&bag, None, now()).unwrap();
        assert_eq!(chain.leaf(), &world.leaf);
        assert_eq!(chain.intermediates(), [lower.clone(), upper.clone()]);
        assert_eq!(chain.root(), Some(&root));
    }
}

#[test]
fn a_bag_without_its_root_gives_what_there_is() {
    let world = World::new();
    let [lower, upper, root] = world.issuers();
    let chain = Chain::from_bag(&[upper.clone(), world.leaf.clone(), lower.clone()], None, now()).unwrap();
    assert_eq!(
        (chain.intermediates(), chain.root()),
        (&[lower.clone(), upper.clone()][..], None)
    );

    let anchored = Chain::build(
        world.leaf.clone(),
        &[upper, lower],
        std::slice::from_ref(&root),
        now(),
    )
    .unwrap();
    assert_eq!(anchored.root(), Some(&root));
    assert_eq!(anchored.served().count(), 3);
}

#[test]
fn a_gap_or_a_distrusted_root_is_told() {
    let world = World::new();
    let [lower, upper, root] = world.issuers();
    assert_eq!(
        Chain::build(world.leaf.clone(), &[upper.clone(), root.clone()], &[], now()),
        Err(ChainError::NoIssuer {
            issuer: "CN=Lower".into()
        })
    );
    assert_eq!(
        Chain::build(
            world.leaf.clone(),
            &[upper, lower, root],
            &world.foreign[..1],
            now()
        ),
        Err(ChainError::NotTrusted {
            top: "CN=Root".into()
        })
    );
}

#[test]
fn an_ended_cross_sign_gives_way_and_a_valid_one_is_used_when_needed() {
    let old = Authority::root("Old root");
    let new = Authority::root("New root");
    let shared = PrivateKey::make(KeyChoice::P256).unwrap();
    let again =
        || PrivateKey::parse(secrecy::ExposeSecret::expose_secret(&shared.to_pem()).as_bytes()).unwrap();
    let ended = old.certify(again(), "Issuing", ENDED);
    let crossed = old.certify(again(), "Issuing", VALID);
    let direct = new.certify(again(), "Issuing", VALID);
    let key = PrivateKey::make(KeyChoice::P256).unwrap();
    let leaf = direct.issue(&key, &names("example.com", &[]), VALID);

    let bag = [&ended, &old, &direct, &new].map(|authority| authority.certificate.clone());
    let chain = Chain::build(leaf.clone(), &bag, &[], now()).unwrap();
    assert_eq!(chain.root(), Some(&new.certificate));

    let bag = [&ended, &direct, &crossed].map(|authority| authority.certificate.clone());
    let chain = Chain::build(leaf, &bag, std::slice::from_ref(&old.certificate), now()).unwrap();
    assert_eq!(
        (chain.intermediates(), chain.root()),
        (&[crossed.certificate][..], Some(&old.certificate))
    );
}

#[test]
fn the_leaf_is_found_by_its_key_when_there_are_several() {
    let world = World::new();
    let other_key = PrivateKey::make(KeyChoice::P256).unwrap();
    let other = world.lower.issue(&other_key, &names("example.org", &[]), VALID);
    let mut bag = world.issuers().to_vec();
    assert_eq!(Chain::from_bag(&bag, None, now()), Err(ChainError::NoLeaf));
    bag.extend([other.clone(), world.leaf.clone()]);
    assert_eq!(
        Chain::from_bag(&bag, None, now()),
        Err(ChainError::SeveralLeaves { count: 2 })
    );
    let chain = Chain::from_bag(&bag, Some(other_key.fingerprint()), now()).unwrap();
    assert_eq!(chain.leaf(), &other);
}

#[test]
fn a_bundle_is_read_from_every_form() {
    let world = World::new();
    let issuers = world.issuers();
    let pem: String = issuers.iter().map(Certificate::to_pem).collect();
    assert_eq!(Certificate::parse_bag(pem.as_bytes()).unwrap(), issuers);
    let annotated = pem
        .replace("-----BEGIN", "subject=CN = x\n-----BEGIN")
        .replace('\n', "\r\n");
    assert_eq!(Certificate::parse_bag(annotated.as_bytes()).unwrap(), issuers);
    assert_eq!(Certificate::parse(issuers[0].der()).unwrap(), issuers[0]);
    for (bad, code) in [
        ("", "certificate-none"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            "certificate-malformed",
        ),
        (pem.trim_end().trim_end_matches('-'), "certificate-malformed"),
    ] {
        let cut = bad.strip_suffix("-----END CERTIFICATE").unwrap_or(bad);
        assert_eq!(
            Certificate::parse_bag(cut.as_bytes()).unwrap_err().code(),
            code,
            "{cut}"
        );
    }
}

#[test]
fn what_was_ordered_passes() {
    let world = World::new();
    assert_eq!(world.verify(&world.leaf), Ok(vec![]));
    let more = world.lower.issue(
        &world.key,
        &names("www.example.com", &["example.com", "shop.example.com"]),
        VALID,
    );
    assert_eq!(world.verify(&more), Ok(vec!["shop.example.com".to_owned()]));
}

#[test]
fn every_difference_from_the_order_has_its_code() {
    let world = World::new();
    let both = names("example.com", &["www.example.com"]);
    let other_key = PrivateKey::make(KeyChoice::P256).unwrap();
    let issue = |set, days| world.lower.issue(&world.key, set, days);
    let stranger = Authority::root("Stranger");
    let client_only = world.lower.issue_with(&world.key, &both, VALID, |params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    let address = world.lower.issue_with(&world.key, &both, VALID, |params| {
        params
            .subject_alt_names
            .push(SanType::IpAddress([192, 0, 2, 1].into()));
    });
    let authority = world.lower.issue_with(&world.key, &both, VALID, |params| {
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    });
    let table = [
        (world.lower.issue(&other_key, &both, VALID), "issued-wrong-key"),
        (issue(&names("example.com", &[]), VALID), "issued-names-missing"),
        (
            issue(&names("example.com", &["www.example.com", "evil.com"]), VALID),
            "issued-names-unexpected",
        ),
        (issue(&both, ENDED), "issued-expired"),
        (
            issue(&both, Days((2027, 1, 1), (2028, 1, 1))),
            "issued-not-yet-valid",
        ),
        (
            issue(&both, Days((2027, 1, 1), (2026, 1, 1))),
            "issued-no-lifetime",
        ),
        (stranger.issue(&world.key, &both, VALID), "chain-no-issuer"),
        (client_only, "issued-path"),
        (address, "issued-names-unexpected"),
        (authority, "issued-is-ca"),
    ];
    for (leaf, code) in table {
        assert_eq!(world.verify(&leaf).unwrap_err().code(), code, "{leaf:?}");
    }
}

#[test]
fn a_forged_signature_is_not_an_issuer() {
    let world = World::new();
    let mut der = world.leaf.der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let forged = Certificate::from_der(&der).unwrap();
    assert_eq!(world.verify(&forged).unwrap_err().code(), "chain-no-issuer");
}

#[test]
fn a_certificate_tells_what_it_holds() {
    let world = World::new();
    let leaf = &world.leaf;
    assert_eq!(leaf.names(), Some(&names("example.com", &["www.example.com"])));
    assert_eq!(leaf.key_fingerprint(), world.key.fingerprint());
    assert_eq!(
        (leaf.subject_text(), leaf.issuer_text()),
        ("CN=example.com", "CN=Lower")
    );
    assert_eq!(leaf.not_before().to_string(), "2026-01-01T00:00:00Z");
    assert_eq!(leaf.not_after().to_string(), "2036-01-01T00:00:00Z");
    assert_eq!(
        (leaf.key_usage(), leaf.extended_key_usage()),
        (&["digitalSignature"][..], &["serverAuth"][..])
    );
    assert!(!leaf.is_ca() && world.root.certificate.is_ca() && world.root.certificate.is_self_issued());
    assert!(leaf.is_issued_by(&world.lower.certificate) && !leaf.is_issued_by(&world.upper.certificate));
}
