use std::net::SocketAddr;

use certbroker_dns::{
    Eyes, EyesConfig, Finding, SimulatedNet, Timeouts,
    finding::Advice,
    web_file::{self, FetchError, FileCheck, FileFinding, FileReport, FileSeen, RedirectProblem, Scheme},
};
use leaderssl_simulator::surroundings::{Surroundings, name_server::RecordType as Kind, web::Page};
use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::world::{IMPATIENCE, PATIENCE, surroundings, timeouts, web_config};

const PATH: &str = "/.well-known/pki-validation/EECF41901DDAFF0680AED4BCA725338D.txt";
const BODY: &str = "E9DAC4DBB04DEB58\nsectigo.com\nAb3kZ9q0Lm";

fn file(scheme: Scheme, host: &str) -> FileCheck {
    FileCheck::new(scheme, &host.parse().unwrap(), PATH, BODY).unwrap()
}

async fn check(world: &Surroundings, scheme: Scheme, host: &str) -> FileReport {
    let eyes = Eyes::new(web_config(world)).unwrap();
    let report = web_file::check(&eyes, &file(scheme, host)).await;
    assert!(FileFinding::CODES.contains(&report.finding.code()));
    report
}

fn redirect(status: u16, location: &str) -> Page {
    Page::Redirect {
        status,
        location: location.to_owned(),
    }
}

#[tokio::test]
async fn sees_the_file_over_http_and_https() {
    let world = surroundings().await;
    world.web.files().put("shop.test", PATH, BODY);
    for scheme in [Scheme::Http, Scheme::Https] {
        let report = check(&world, scheme, "shop.test").await;
        assert_eq!(report.finding, FileFinding::Right, "{scheme:?}");
        assert_eq!(report.views[0].hops[0].status, Some(200));
    }
    let other_host = check(&world, Scheme::Http, "www.shop.test").await;
    let expected = FileFinding::Status {
        status: 404,
        excerpt: "Not Found".to_owned(),
    };
    assert_eq!(other_host.finding, expected, "every host serves its own files");
}

#[tokio::test]
async fn shows_the_status_and_the_beginning_of_what_is_there_instead() {
    let world = surroundings().await;
    let files = world.web.files();
    let long = format!("{BODY}\n{}", "x".repeat(5000));
    let first_hundred: String = long.replace('\n', " ").chars().take(100).collect();
    let table = [
        (
            Page::Status(403),
            FileFinding::Status {
                status: 403,
                excerpt: "Forbidden".into(),
            },
            Advice::PutFile,
        ),
        (
            Page::Body(b"<h1>Welcome</h1>".to_vec()),
            FileFinding::OtherContent {
                status: 200,
                excerpt: "<h1>Welcome</h1>".into(),
            },
            Advice::PutFile,
        ),
        (
            Page::Body(long.into_bytes()),
            FileFinding::OtherContent {
                status: 200,
                excerpt: first_hundred,
            },
            Advice::PutFile,
        ),
    ];
    for (page, finding, advice) in table {
        files.answer("shop.test", PATH, page);
        let report = check(&world, Scheme::Http, "shop.test").await;
        assert_eq!(
            (report.finding.clone(), report.finding.advice()),
            (finding, advice)
        );
    }
}

#[tokio::test]
async fn follows_the_redirects_that_cas_follow() {
    let world = surroundings().await;
    let files = world.web.files();
    files.put("validation.host.test", "/shared/x.txt", BODY);
    for status in [301, 302, 307, 308] {
        files.answer(
            "shop.test",
            PATH,
            redirect(status, &format!("https://www.shop.test:443{PATH}")),
        );
        files.answer(
            "www.shop.test",
            PATH,
            redirect(status, "http://validation.host.test/shared/x.txt"),
        );
        let report = check(&world, Scheme::Http, "shop.test").await;
        assert_eq!(report.finding, FileFinding::Right);
        let statuses: Vec<_> = report.views[0].hops.iter().map(|hop| hop.status).collect();
        assert_eq!(statuses, [Some(status), Some(status), Some(200)]);
    }
}

#[tokio::test]
async fn refuses_the_redirects_that_cas_do_not_follow() {
    let world = surroundings().await;
    world.dns.zones().hide("nowhere.test");
    let table = [
        (redirect(303, "/x"), Some(RedirectProblem::Status)),
        (redirect(300, "/x"), Some(RedirectProblem::Status)),
        (redirect(301, ""), Some(RedirectProblem::NotAUrl)),
        (redirect(301, "http://"), Some(RedirectProblem::NotAUrl)),
        (redirect(301, "ftp://shop.test/x"), Some(RedirectProblem::Scheme)),
        (
            redirect(301, "http://shop.test:8080/x"),
            Some(RedirectProblem::Port),
        ),
        (redirect(301, "http://127.0.0.1/x"), Some(RedirectProblem::Host)),
        (redirect(301, "http://0x7f000001/x"), Some(RedirectProblem::Host)),
        (
            redirect(301, "http://a:b@shop.test/x"),
            Some(RedirectProblem::Credentials),
        ),
        (redirect(301, "http://nowhere.test/x"), None),
        (redirect(301, PATH), None),
    ];
    for (page, problem) in table {
        world.web.files().answer("shop.test", PATH, page.clone());
        let report = check(&world, Scheme::Http, "shop.test").await;
        let FileFinding::BadRedirect { error } = &report.finding else {
            panic!("{page:?}: {report:?}")
        };
        let seen = match error {
            FetchError::Redirect { problem, .. } => Some(*problem),
            _ => None,
        };
        assert_eq!(seen, problem, "{page:?}");
        assert_eq!(report.finding.advice(), Advice::RemoveRedirect);
        assert!(report.views[0].hops.len() <= 6);
    }
}

#[tokio::test]
async fn never_contacts_an_address_that_is_not_public() {
    let world = surroundings().await;
    world.web.files().put("shop.test", PATH, BODY);
    let eyes = Eyes::new(EyesConfig {
        simulated: None,
        ..web_config(&world)
    })
    .unwrap();
    let zones = world.dns.zones();
    let table = [
        (Kind::A, "127.0.0.1"),
        (Kind::A, "169.254.169.254"),
        (Kind::AAAA, "::ffff:10.0.0.1"),
        (Kind::AAAA, "fd00::1"),
    ];
    for (kind, address) in table {
        zones.remove("shop.test", Kind::A);
        zones.remove("shop.test", Kind::AAAA);
        zones.set("shop.test", kind, address).unwrap();
        let report = web_file::check(&eyes, &file(Scheme::Http, "shop.test")).await;
        assert_eq!(
            report.finding,
            FileFinding::NotPublic {
                address: address.parse().unwrap()
            }
        );
        assert!(report.views.is_empty());
    }
    zones.set("shop.test", Kind::A, "8.8.8.8").unwrap();
    zones.add("shop.test", Kind::A, "192.168.0.1").unwrap();
    let report = web_file::check(&eyes, &file(Scheme::Http, "shop.test")).await;
    let spoilt = FileFinding::NotPublic {
        address: "192.168.0.1".parse().unwrap(),
    };
    assert_eq!(report.finding, spoilt, "one private address spoils the host");
}

#[tokio::test]
async fn says_when_the_host_has_no_address_or_cannot_be_looked_up() {
    let world = surroundings().await;
    world.dns.zones().hide("shop.test");
    assert_eq!(
        check(&world, Scheme::Http, "shop.test").await.finding,
        FileFinding::NoAddress
    );
    let config = web_config(&world);
    world.dns.shutdown().await;
    let report = web_file::check(&Eyes::new(config).unwrap(), &file(Scheme::Http, "shop.test")).await;
    assert_eq!(
        report.finding,
        FileFinding::CannotLook {
            error: "dns-resolver-failed"
        }
    );
}

/// A server that accepts, says `greeting` and then nothing.
async fn speaks(greeting: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(greeting).await;
            open.push(stream);
        }
    });
    address
}

#[tokio::test]
async fn tells_the_failures_of_web_servers_apart() {
    let world = surroundings().await;
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let table = [
        (closed, Scheme::Http, "dns-fetch-connection-refused"),
        (speaks(b"").await, Scheme::Http, "dns-fetch-timed-out"),
        (
            speaks(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n").await,
            Scheme::Http,
            "dns-fetch-timed-out",
        ),
        (
            speaks(b"220 mail.test ESMTP\r\n").await,
            Scheme::Http,
            "dns-fetch-not-http",
        ),
        (world.web.https(), Scheme::Http, "dns-fetch-not-http"),
        (world.web.http(), Scheme::Https, "dns-fetch-tls"),
        (speaks(b"").await, Scheme::Https, "dns-fetch-timed-out"),
    ];
    for (server, scheme, code) in table {
        let simulated = Some(SimulatedNet {
            http: server,
            https: server,
        });
        let never_answers = code == "dns-fetch-timed-out";
        let fetch = if never_answers { IMPATIENCE } else { PATIENCE };
        let config = EyesConfig {
            simulated,
            timeouts: Timeouts {
                fetch,
                ..timeouts(PATIENCE)
            },
            ..web_config(&world)
        };
        let report = web_file::check(&Eyes::new(config).unwrap(), &file(scheme, "shop.test")).await;
        let FileSeen::Failed { error } = &report.views[0].seen else {
            panic!("{code}: {report:?}")
        };
        assert_eq!(error.code(), code);
        assert!(FetchError::CODES.contains(&error.code()));
        assert_eq!(report.finding.advice(), Advice::OpenPort);
        assert_eq!(
            report.views[0].hops.len(),
            1,
            "the way is kept when time runs out"
        );
    }
}
