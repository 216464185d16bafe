//! What a publisher must do, played against our own name server and against BIND.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use certbroker_dns::{
    Class, Eyes, EyesConfig, Publisher, ValidationRecord,
    publish::{PublishError, Published, Rfc2136, TsigKey, UnixTime},
};
use leaderssl_simulator::surroundings::name_server::{Behaviour, RecordType as Kind};
use secrecy::SecretString;

use crate::world::{
    IMPATIENCE, KEY_NAME, KEY_SECRET, PATIENCE, config, dns_server, eyes, name, surroundings, timeouts,
};

pub(crate) fn key(key_name: &str, secret: &str) -> TsigKey {
    TsigKey::new(&name(key_name), &SecretString::from(secret)).unwrap()
}

pub(crate) fn machine_time() -> UnixTime {
    shifted_time(0)
}

fn shifted_time(seconds: u64) -> UnixTime {
    #[expect(
        clippy::disallowed_methods,
        reason = "TSIG compares the clocks of two machines"
    )]
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Arc::new(move || now() - seconds)
}

pub(crate) fn publisher(server: SocketAddr, zone: &str, key: TsigKey, now: UnixTime) -> Rfc2136 {
    Rfc2136::new(server, name(zone), key, eyes(&[server]), now)
}

/// Everything that holds for every server; `zone` is served at `server` and takes updates with the key.
pub(crate) async fn behaves_as_a_publisher_must(server: SocketAddr, zone: &str) {
    let ours = publisher(server, zone, key(KEY_NAME, KEY_SECRET), machine_time());
    let in_zone = |label: &str| name(&format!("{label}.{zone}"));

    // A CNAME is put once, is visible, and goes; every step may be repeated.
    let target = name("e9dac4dbb04deb58789aa8d0c1ffea80.5516bc823073d9690a1b02f1e3cba81e.sectigo.com");
    let alias = ValidationRecord::cname(in_zone("_eecf41901ddaff0680aed4bca725338d"), target);
    assert!(!ours.visible(&alias).await.unwrap().is_everywhere());
    assert_eq!(ours.publish(&alias).await.unwrap(), Published::Now);
    assert_eq!(ours.publish(&alias).await.unwrap(), Published::Before);
    let seen = ours.visible(&alias).await.unwrap();
    assert!(seen.is_everywhere(), "{seen:?}");

    // Another's CNAME is neither replaced nor removed.
    let rival = ValidationRecord::cname(alias.name.clone(), name("other.sectigo.com"));
    let taken = ours.publish(&rival).await.unwrap_err();
    assert!(matches!(taken, PublishError::NameTaken { .. }), "{taken:?}");
    assert_eq!(
        (taken.code(), taken.class()),
        ("dns-publish-name-taken", Class::Refused)
    );
    ours.remove(&rival).await.unwrap();
    assert!(ours.visible(&alias).await.unwrap().is_everywhere());
    let text_there = ValidationRecord::txt(alias.name.clone(), "x");
    assert!(matches!(
        ours.publish(&text_there).await,
        Err(PublishError::NameTaken { .. })
    ));

    ours.remove(&alias).await.unwrap();
    ours.remove(&alias).await.unwrap();
    assert!(!ours.visible(&alias).await.unwrap().is_everywhere());

    // Texts stand side by side, and only ours goes.
    let theirs = ValidationRecord::txt(in_zone("_acme-challenge"), "theirs");
    let long = ValidationRecord::txt(theirs.name.clone(), "ours ".repeat(100));
    assert_eq!(ours.publish(&theirs).await.unwrap(), Published::Now);
    assert_eq!(ours.publish(&long).await.unwrap(), Published::Now);
    assert_eq!(ours.publish(&long).await.unwrap(), Published::Before);
    assert!(ours.visible(&theirs).await.unwrap().is_everywhere());
    assert!(ours.visible(&long).await.unwrap().is_everywhere());
    let alias_there = ValidationRecord::cname(theirs.name.clone(), name("x.sectigo.com"));
    assert!(matches!(
        ours.publish(&alias_there).await,
        Err(PublishError::NameTaken { .. })
    ));
    ours.remove(&long).await.unwrap();
    assert!(ours.visible(&theirs).await.unwrap().is_everywhere());
    assert!(!ours.visible(&long).await.unwrap().is_everywhere());

    // What cannot work says why.
    let elsewhere = ValidationRecord::txt(name("_x.elsewhere.example"), "x");
    assert!(matches!(
        ours.publish(&elsewhere).await,
        Err(PublishError::OutsideZone { .. })
    ));
    let endless = ValidationRecord::txt(theirs.name.clone(), "x".repeat(5000));
    assert!(matches!(
        ours.publish(&endless).await,
        Err(PublishError::BadValue { .. })
    ));

    let new = ValidationRecord::txt(in_zone("_new"), "x");
    let wrong_secret = key(KEY_NAME, "b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXI=");
    let unknown_name = key("nobody.demo", KEY_SECRET);
    for stranger in [wrong_secret, unknown_name] {
        let error = publisher(server, zone, stranger, machine_time())
            .publish(&new)
            .await
            .unwrap_err();
        assert!(matches!(error, PublishError::KeyRefused), "{error:?}");
    }
    let late = publisher(server, zone, key(KEY_NAME, KEY_SECRET), shifted_time(4000));
    let error = late.publish(&new).await.unwrap_err();
    assert!(matches!(error, PublishError::ClockSkew), "{error:?}");
    let foreign = publisher(
        server,
        "other-zone.example",
        key(KEY_NAME, KEY_SECRET),
        machine_time(),
    );
    let lost = ValidationRecord::txt(name("_x.other-zone.example"), "x");
    let error = foreign.publish(&lost).await.unwrap_err();
    assert!(matches!(error, PublishError::Refused { .. }), "{error:?}");
    assert!(!ours.visible(&new).await.unwrap().is_everywhere());
}

#[tokio::test]
async fn publishes_into_the_demos_name_server() {
    let world = surroundings().await;
    behaves_as_a_publisher_must(world.dns.address(), "test").await;
    let left: Vec<_> = world
        .dns
        .zones()
        .all_records()
        .iter()
        .map(|record| record.data.to_string())
        .collect();
    assert_eq!(left, ["theirs"]);
}

#[tokio::test]
async fn is_not_visible_everywhere_until_the_last_server_has_it() {
    let world = surroundings().await;
    let lagging = dns_server(world.dns.zones().separate_copy()).await;
    let both = eyes(&[world.dns.address(), lagging.address()]);
    let ours = Rfc2136::new(
        world.dns.address(),
        name("test"),
        key(KEY_NAME, KEY_SECRET),
        both,
        machine_time(),
    );
    let record = ValidationRecord::cname(name("_a.shop.test"), name("b.sectigo.com"));
    ours.publish(&record).await.unwrap();
    assert!(!ours.visible(&record).await.unwrap().is_everywhere());
    lagging
        .zones()
        .set("_a.shop.test", Kind::CNAME, "b.sectigo.com")
        .unwrap();
    assert!(ours.visible(&record).await.unwrap().is_everywhere());
}

#[tokio::test]
async fn an_unreachable_server_is_told_from_one_that_refuses() {
    let world = surroundings().await;
    let server = world.dns.address();
    let with_patience = |patience| {
        let config = EyesConfig {
            timeouts: timeouts(patience),
            ..config(&[server])
        };
        let eyes = Eyes::new(config).unwrap();
        Rfc2136::new(
            server,
            name("test"),
            key(KEY_NAME, KEY_SECRET),
            eyes,
            machine_time(),
        )
    };
    let record = ValidationRecord::cname(name("_a.shop.test"), name("b.sectigo.com"));
    world.dns.behave(Behaviour::Silent);
    let silent = with_patience(IMPATIENCE).publish(&record).await.unwrap_err();
    assert_eq!(silent.class(), Class::Unreachable);
    world.dns.behave(Behaviour::Failing);
    let refused = with_patience(PATIENCE).publish(&record).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.class()),
        ("dns-publish-refused", Class::Refused)
    );
    world.dns.shutdown().await;
    let closed = with_patience(PATIENCE).remove(&record).await.unwrap_err();
    assert_eq!(closed.class(), Class::Unreachable);
}
