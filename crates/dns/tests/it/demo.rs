//! The set-up of the demo: one server for whatever domain a person types, published into and looked at.

use certbroker_dns::{
    Eyes, EyesConfig, Finding, Publisher, RecordName, Resolver, SimulatedNet, ValidationRecord, ZoneServer,
    caa, cname,
    publish::Rfc2136,
    web_file::{self, FileCheck, Scheme},
};
use leaderssl_simulator::surroundings::{
    Config, Surroundings,
    name_server::{UpdateKey, Zones},
};

use crate::{
    publish::{key, machine_time},
    world::{KEY_NAME, KEY_SECRET, PATIENCE, name, timeouts},
};

#[tokio::test]
async fn any_domain_can_be_validated_in_the_demo() {
    let update_key = Some(UpdateKey::new(KEY_NAME, KEY_SECRET).unwrap());
    let config = Config {
        zones: Zones::everything(),
        update_key,
        ..Config::default()
    };
    let world = Surroundings::start(config).await.unwrap();
    let address = world.dns.address();
    let eyes = Eyes::new(EyesConfig {
        resolver: Resolver::Address(address),
        zones: vec![ZoneServer {
            zone: RecordName::root(),
            server: name("ns1.demo"),
            address,
        }],
        simulated: Some(SimulatedNet {
            http: world.web.http(),
            https: world.web.https(),
        }),
        timeouts: timeouts(PATIENCE),
        ..EyesConfig::default()
    })
    .unwrap();
    let publisher = Rfc2136::new(
        address,
        RecordName::root(),
        key(KEY_NAME, KEY_SECRET),
        eyes.clone(),
        machine_time(),
    );

    for domain in ["example.com", "xn--bcher-kva.example", "a.b.example.co.uk"] {
        let owner = name(&format!("_eecf41901ddaff0680aed4bca725338d.{domain}"));
        let target = name("e9dac4dbb04deb58789aa8d0c1ffea80.5516bc823073d9690a1b02f1e3cba81e.sectigo.com");
        let record = ValidationRecord::cname(owner.clone(), target.clone());
        assert_eq!(
            cname::check(&eyes, &owner, &target).await.finding.code(),
            "dns-cname-missing"
        );
        publisher.publish(&record).await.unwrap();
        assert!(publisher.visible(&record).await.unwrap().is_everywhere());
        assert!(cname::check(&eyes, &owner, &target).await.finding.is_good());
        assert!(
            caa::check(&eyes, &name(&format!("*.{domain}")), &["sectigo.com"])
                .await
                .finding
                .is_good()
        );
        publisher.remove(&record).await.unwrap();

        let path = "/.well-known/pki-validation/A1.txt";
        world.web.files().put(domain, path, "A\nsectigo.com");
        let file = FileCheck::new(Scheme::Https, &domain.parse().unwrap(), path, "a\nsectigo.com").unwrap();
        assert!(web_file::check(&eyes, &file).await.finding.is_good());
    }
}
