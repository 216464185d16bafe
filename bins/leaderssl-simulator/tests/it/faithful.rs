//! Requests byte for byte as the public PHP client puts them on the wire.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::harness::World;

/// The CSR of the token's test vector.
const VECTOR_CSR: &str = include_str!("../vector.csr");
const VECTOR_MD5: &str = "eecf41901ddaff0680aed4bca725338d";
const VECTOR_TARGET: &str =
    "e9dac4dbb04deb58789aa8d0c1ffea80.5516bc823073d9690a1b02f1e3cba81e.Ab3kZ9q0Lm.sectigo.com";

/// Sends a request's bytes and returns status and body of the answer.
async fn raw(world: &World, request: &str) -> (u16, String) {
    let address = world
        .simulator
        .api_url()
        .replace("http://", "")
        .replace("/api/v1", "");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let request = request
        .replace("HOST", &address)
        .replace("SESSION", &world.token)
        .replace('\n', "\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

/// What Guzzle sends for the client's `['headers' => ['Content-Type' => 'json'], 'query' => …]`.
fn guzzle(method: &str, target: &str) -> String {
    let length = if method == "POST" {
        "Content-Length: 0\n"
    } else {
        ""
    };
    format!(
        "{method} /api/v1/{target} HTTP/1.1\n{length}User-Agent: GuzzleHttp/7\nContent-Type: json\nHost: HOST\n\
         Connection: close\n\n"
    )
}

#[tokio::test]
async fn signs_in_by_query_with_an_empty_body_of_an_odd_type() {
    let world = World::off().await;
    let request = guzzle(
        "POST",
        "users/signin?login=reseller%40example.org&password=correct-horse",
    );
    let (status, body) = raw(&world, &request).await;
    assert_eq!(status, 200);
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert!(body["id"].is_i64());
    assert_eq!(body["auth_token"].as_str().unwrap().len(), 22);

    let refused = guzzle("POST", "users/signin?login=reseller%40example.org&password=wrong");
    assert_eq!(
        raw(&world, &refused).await,
        (401, r#"{"error":"Invalid login or password"}"#.to_owned())
    );
}

#[tokio::test]
async fn signs_in_by_form_as_the_vendor_documents() {
    let world = World::off().await;
    let body = "login=reseller%40example.org&password=correct-horse";
    let request = format!(
        "POST /api/v1/users/signin HTTP/1.1\nHost: HOST\nAccept: application/json\nConnection: close\n\
         Content-Type: application/x-www-form-urlencoded\nContent-Length: {}\n\n{body}",
        body.len()
    );
    assert_eq!(raw(&world, &request).await.0, 200);
}

#[tokio::test]
async fn takes_the_token_from_query_or_header_and_no_other_place() {
    let world = World::off().await;
    assert_eq!(
        raw(&world, &guzzle("GET", "billing/balance?auth_token=SESSION"))
            .await
            .0,
        200
    );
    for (header, wanted) in [
        ("X-AUTH-TOKEN: SESSION", 200),
        ("x-auth-token: SESSION", 200),
        ("Authorization: Bearer SESSION", 401),
    ] {
        let request =
            format!("GET /api/v1/billing/balance HTTP/1.1\nHost: HOST\nConnection: close\n{header}\n\n");
        assert_eq!(raw(&world, &request).await.0, wanted, "{header}");
    }
    let (status, body) = raw(&world, &guzzle("GET", "billing/balance?auth_token=nonsense")).await;
    assert_eq!((status, body.contains("error")), (401, true));
}

#[tokio::test]
async fn reads_and_lists_as_the_client_calls_them() {
    let world = World::off().await;
    let balance = raw(&world, &guzzle("GET", "billing/balance?auth_token=SESSION")).await;
    assert_eq!(
        balance,
        (200, r#"{"balance":"1000.00","currency":"EUR"}"#.to_owned())
    );
    let emails = raw(
        &world,
        &guzzle("POST", "dcv_emails?domain_name=example.net&auth_token=SESSION"),
    )
    .await;
    assert_eq!(
        emails.1,
        r#"["admin@example.net","administrator@example.net","hostmaster@example.net","postmaster@example.net","webmaster@example.net"]"#
    );
    for target in [
        "products?ssl=1&recommendedPrice=1.3&auth_token=SESSION",
        "ssl_certificates?auth_token=SESSION",
    ] {
        let (status, body) = raw(&world, &guzzle("GET", target)).await;
        assert_eq!(status, 200, "{target}");
        assert!(body.starts_with('['), "a bare array: {body}");
    }
    assert_eq!(
        raw(&world, &guzzle("POST", "preorders?auth_token=SESSION")).await,
        (200, "[]".to_owned())
    );
}

#[tokio::test]
async fn an_order_in_brackets_with_the_test_vector_gives_its_records() {
    let world = World::off().await;
    let csr: String = VECTOR_CSR
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let item = "order%5Bitems%5D%5B0%5D%5B";
    let target = format!(
        "order?order%5Bcompany%5D=Simulated%20Example%20BV&order%5Bemail%5D=ops%40example.net\
         &order%5Bcountry_id%5D=528&{item}nomenclature_id%5D=296&{item}days%5D=365\
         &{item}ssl_server_software_id%5D=37&{item}dcv_type%5D=CNAME_CSR_HASH\
         &{item}domain_name%5D=www.example.com&{item}csr%5D={csr}&{item}country_name%5D=NL\
         &{item}additional_domains%5D=&{item}unique_value%5D=Ab3kZ9q0Lm&auth_token=SESSION"
    );
    let (status, body) = raw(&world, &guzzle("POST", &target)).await;
    assert_eq!(status, 200, "{body}");
    let order: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&order["sum"], &order["currency"]),
        (&"8.40".into(), &"EUR".into())
    );
    let id = order["items"][0]["ssl_certificate_id"].as_i64().unwrap();

    let (_, body) = raw(
        &world,
        &guzzle("GET", &format!("ssl_certificates/{id}/dcv?auth_token=SESSION")),
    )
    .await;
    let rows: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(rows[0]["domain_name"], "www.example.com");
    assert_eq!(rows[0]["cname_name"], format!("_{VECTOR_MD5}.www.example.com"));
    assert_eq!(rows[0]["cname_value"], VECTOR_TARGET);
    // The free name of a www name is the name without it.
    assert_eq!(rows[1]["cname_name"], format!("_{VECTOR_MD5}.example.com"));
}

#[tokio::test]
async fn a_preorder_is_bought_listed_shown_and_issued_as_the_client_calls_it() {
    let world = World::off().await;
    let target = "preorder?nomenclature_id=311&days=365&domain_name=example.net&standard_domains_count=4\
                  &wildcard_domains_count=0&auth_token=SESSION";
    let (status, body) = raw(&world, &guzzle("POST", target)).await;
    assert_eq!(status, 200, "{body}");
    let preorder: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&preorder["price"], &preorder["days"]),
        (&"40.00".into(), &365.into())
    );
    let id = &preorder["id"];
    let listed = raw(&world, &guzzle("POST", "preorders?state=new&auth_token=SESSION")).await;
    assert_eq!(listed, (200, format!("[{body}]")), "unknown filters are ignored");
    let shown = raw(
        &world,
        &guzzle("GET", &format!("preorders/{id}?auth_token=SESSION")),
    )
    .await;
    assert_eq!(shown, (200, body));
    let issue = raw(
        &world,
        &guzzle("GET", &format!("preorders/{id}/issue?auth_token=SESSION")),
    )
    .await;
    let wanted = format!(r#"{{"id":{id},"ssl_certificate_id":null,"status":"new"}}"#);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&issue.1).unwrap(),
        serde_json::from_str::<serde_json::Value>(&wanted).unwrap()
    );
}

#[tokio::test]
async fn a_method_is_changed_and_a_state_read_as_the_client_calls_them() {
    let world = World::off().await;
    let id = world.order(crate::harness::item("shop.test")).await;
    let path = format!("ssl_certificates/{id}");
    let status = raw(
        &world,
        &guzzle("GET", &format!("{path}/status?auth_token=SESSION")),
    )
    .await;
    let wanted =
        format!(r#"{{"id":{id},"serial_number":null,"status":"pending","valid_from":null,"valid_to":null}}"#);
    assert_eq!(
        (
            status.0,
            serde_json::from_str::<serde_json::Value>(&status.1).unwrap()
        ),
        (200, serde_json::from_str(&wanted).unwrap())
    );
    for email in ["admin%40shop.test", "HTTP_CSR_HASH"] {
        let target = format!("{path}/change_dcv?email={email}&auth_token=SESSION");
        let done = (200, r#"{"success":true}"#.to_owned());
        assert_eq!(raw(&world, &guzzle("POST", &target)).await, done, "{email}");
        assert_eq!(raw(&world, &guzzle("GET", &target)).await.0, 405, "{email}");
    }
    let early = raw(
        &world,
        &guzzle("GET", &format!("{path}/download?auth_token=SESSION")),
    )
    .await;
    assert_eq!(
        early,
        (400, r#"{"error":"Certificate is not issued"}"#.to_owned())
    );
}

#[tokio::test]
async fn validation_mail_is_sent_again_by_post_and_not_by_get() {
    let world = World::off().await;
    for (method, wanted) in [("GET", 405), ("POST", 404)] {
        let request = guzzle(method, "ssl_certificates/120044/resend_dcv?auth_token=SESSION");
        let (status, body) = raw(&world, &request).await;
        assert_eq!(status, wanted, "{method}");
        assert!(body.contains("error"));
    }
}

#[tokio::test]
async fn what_the_public_client_cannot_do_is_not_found() {
    let world = World::off().await;
    for (method, target) in [
        ("GET", "ssl_certificates/120044"),
        ("POST", "ssl_certificates/120044/reissue"),
        ("POST", "ssl_certificates/120044/revoke"),
        ("POST", "ssl_certificates/120044/cancel"),
        ("GET", "countries"),
        ("GET", "users/4711/servers/products"),
        ("GET", "ssl_certificates/12x/status"),
    ] {
        let request = guzzle(method, &format!("{target}?auth_token=SESSION"));
        assert_eq!(
            raw(&world, &request).await,
            (404, r#"{"error":"Not found"}"#.to_owned()),
            "{target}"
        );
    }
}
