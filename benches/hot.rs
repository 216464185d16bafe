//! Small benches of pure code that every order goes through. `cargo bench -p load`.

#![expect(
    clippy::expect_used,
    reason = "a bench stops when its material cannot be made"
)]

use divan::{Bencher, black_box};
use domain::{
    Currency, Money,
    id::ModuleId,
    name::{DomainName, NameSet},
    price::{ExtraNames, PeriodPrice, Price},
    selection::{self, Candidate},
};
use jiff::Timestamp;
use pki::{Certificate, Chain, KeyChoice, PrivateKey, RequestToken, Subject, csr::ExpectedNames};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, SanType, date_time_ymd};
use rust_decimal::Decimal;
use uuid::Uuid;

fn main() {
    divan::main();
}

fn names(count: usize) -> NameSet {
    let name = |place: usize| -> DomainName { format!("host{place}.example.com").parse().expect("a name") };
    NameSet::new(name(0), (1..count).map(name))
}

fn request(choice: KeyChoice, count: usize) -> String {
    let key = PrivateKey::make(choice).expect("a key");
    let csr = pki::csr::make(&key, &names(count), &Subject::default()).expect("a request");
    csr.to_pem()
}

#[divan::bench(args = [1, 10, 100])]
fn judge_a_request(bencher: Bencher<'_, '_>, count: usize) {
    let pem = request(KeyChoice::P256, count);
    bencher.bench(|| pki::csr::judge(black_box(pem.as_bytes()), ExpectedNames::Any).expect("a good request"));
}

#[divan::bench]
fn judge_an_rsa_request(bencher: Bencher<'_, '_>) {
    let pem = request(KeyChoice::Rsa2048, 1);
    bencher.bench(|| pki::csr::judge(black_box(pem.as_bytes()), ExpectedNames::Any).expect("a good request"));
}

#[divan::bench]
fn validation_token(bencher: Bencher<'_, '_>) {
    let pem = request(KeyChoice::P256, 1);
    let csr = pki::csr::judge(pem.as_bytes(), ExpectedNames::Any).expect("a good request");
    let name: DomainName = "example.com".parse().expect("a name");
    bencher.bench(|| {
        let token = RequestToken::new(black_box(&csr), None);
        (token.cname_host(&name), token.cname_target())
    });
}

/// Leaf, two intermediates and the root, in no order.
fn bag() -> (Vec<Certificate>, Timestamp) {
    let ca = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2036, 1, 1);
        params
    };
    let key = || PrivateKey::make(KeyChoice::P256).expect("a key");
    let parsed = |der: &[u8]| Certificate::from_der(der).expect("a certificate");
    let (root_key, root_params) = (key(), ca("Root"));
    let root = parsed(root_params.self_signed(&root_key).expect("a root").der());
    let mut issuer = Issuer::new(root_params, root_key);
    let mut bag = vec![root];
    for name in ["Intermediate A", "Intermediate B"] {
        let (key, params) = (key(), ca(name));
        let signed = params.signed_by(&key, &issuer).expect("an intermediate");
        bag.push(parsed(signed.der()));
        issuer = Issuer::new(params, key);
    }
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![SanType::DnsName("example.com".try_into().expect("a name"))];
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    bag.push(parsed(params.signed_by(&key(), &issuer).expect("a leaf").der()));
    (bag, "2026-06-01T00:00:00Z".parse().expect("an instant"))
}

#[divan::bench]
fn order_a_chain(bencher: Bencher<'_, '_>) {
    let (bag, now) = bag();
    bencher.bench(|| Chain::from_bag(black_box(&bag), None, now).expect("a chain"));
}

#[divan::bench]
fn read_a_bag_and_order_its_chain(bencher: Bencher<'_, '_>) {
    let (bag, now) = bag();
    let pem: String = bag.iter().map(Certificate::to_pem).collect();
    bencher.bench(|| {
        let bag = Certificate::parse_bag(black_box(pem.as_bytes())).expect("certificates");
        Chain::from_bag(&bag, None, now).expect("a chain")
    });
}

#[divan::bench(args = ["www.example.com", "*.shop.example.co.uk", "пример.рф"])]
fn parse_a_name(bencher: Bencher<'_, '_>, text: &str) {
    bencher.bench(|| black_box(text).parse::<DomainName>().expect("a name"));
}

#[divan::bench]
fn price_an_order(bencher: Bencher<'_, '_>) {
    let euro = |cents| Money::from_minor(cents, Currency::EUR);
    let prices = PeriodPrice {
        period: euro(4_900),
        extra_name: euro(1_200),
        extra_wildcard: euro(9_900),
    };
    let extra = ExtraNames::beyond(7, 3, 2, 0);
    bencher.bench(|| Price::of(black_box(prices), extra, Decimal::from(21)).expect("a price"));
}

#[divan::bench(args = [3, 30])]
fn choose_a_module(bencher: Bencher<'_, '_>, count: i32) {
    let euro = |cents| Some(Money::from_minor(cents, Currency::EUR));
    let candidates: Vec<Candidate> = (0..count)
        .map(|place| Candidate {
            module: ModuleId::from(Uuid::from_u128(u128::from(place.unsigned_abs()))),
            sort: count - place,
            created_at: Timestamp::UNIX_EPOCH,
            is_active: place % 5 != 0,
            is_connected: true,
            may_purchase: true,
            cost: euro(800),
            balance: euro(i64::from(place) * 1_000),
            blocking_minimum: euro(500),
        })
        .collect();
    bencher
        .with_inputs(|| candidates.clone())
        .bench_values(|candidates| selection::choose(black_box(candidates)));
}
