//! The mailbox of the surroundings with the mail client that the server uses, and the page that shows it.

use leaderssl_simulator::surroundings::Surroundings;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor, message::MultiPart};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::world::{PATIENCE, surroundings};

async fn send(world: &Surroundings, subject: &str, text: &str) {
    let message = Message::builder()
        .from("certbroker <noreply@seller.test>".parse().unwrap())
        .to("Иван <ivan@client.test>".parse().unwrap())
        .subject(subject)
        .multipart(MultiPart::alternative_plain_html(
            text.to_owned(),
            "<p onclick=\"x()\">hello</p>".to_owned(),
        ))
        .unwrap();
    let address = world.smtp.address();
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
        .port(address.port())
        .build();
    transport.send(message).await.unwrap();
}

async fn page(world: &Surroundings, path: &str) -> String {
    let mut stream = TcpStream::connect(world.mailbox.address()).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn a_mail_sent_by_smtp_is_waited_for_and_read() {
    let world = surroundings().await;
    send(&world, "Other", "x").await;
    send(
        &world,
        "Сертификат выпущен",
        ".dots\n..\nhttps://client.test/?a=1&b=2\n",
    )
    .await;
    let mailbox = world.smtp.mailbox();
    let mail = mailbox
        .wait_for(|mail| mail.subject.starts_with("Серт"), PATIENCE)
        .await
        .unwrap();
    assert_eq!(mail.number, 2);
    assert_eq!(mail.to, ["ivan@client.test"]);
    let text = mail.text.unwrap().replace("\r\n", "\n");
    assert_eq!(text.trim_end(), ".dots\n..\nhttps://client.test/?a=1&b=2");
}

#[tokio::test]
async fn several_senders_are_served_at_once() {
    let world = surroundings().await;
    let sending = (0..10).map(|number| {
        let world = &world;
        async move { send(world, &format!("Mail {number}"), "x").await }
    });
    futures_util::future::join_all(sending).await;
    assert_eq!(world.smtp.mailbox().mails().len(), 10);
}

#[tokio::test]
async fn the_page_lists_and_shows_mails_and_lets_none_of_their_markup_through() {
    let world = surroundings().await;
    assert!(page(&world, "/").await.contains("No mail yet"));
    send(&world, "<b>Bold</b>", "see https://client.test/ now").await;
    let list = page(&world, "/").await;
    assert!(
        list.contains("<a href=\"/mails/1\">&lt;b&gt;Bold&lt;/b&gt;</a>"),
        "{list}"
    );
    let mail = page(&world, "/mails/1").await;
    assert!(
        mail.contains("<a href=\"https://client.test/\">https://client.test/</a>"),
        "{mail}"
    );
    assert!(mail.contains("sandbox srcdoc=\"&lt;p onclick="), "{mail}");
    assert!(mail.contains("content-security-policy: default-src 'none'"));
    assert!(page(&world, "/mails/7").await.starts_with("HTTP/1.1 404"));
    assert!(
        page(&world, "/mails.json")
            .await
            .contains("\"subject\":\"<b>Bold</b>\"")
    );
}

#[tokio::test]
async fn ports_are_free_again_after_a_shutdown() {
    let world = surroundings().await;
    let addresses = [
        world.dns.address(),
        world.web.http(),
        world.web.https(),
        world.smtp.address(),
        world.mailbox.address(),
    ];
    world.shutdown().await;
    for address in addresses {
        assert!(TcpStream::connect(address).await.is_err(), "{address}");
    }
}
