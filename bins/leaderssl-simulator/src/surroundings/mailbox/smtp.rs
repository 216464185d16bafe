//! A small SMTP receiver (RFC 5321): it takes every mail and keeps it.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::Mailbox;
use crate::surroundings::{
    StartError, bound, listen,
    task::{Spawner, Tasks},
};

/// Largest message taken, in bytes.
const MAX_MESSAGE: usize = 4 * 1024 * 1024;
/// Longest line taken, in bytes; RFC 5321 §4.5.3.1.6 wants 1000, long header lines are seen in the wild.
const MAX_LINE: u64 = 64 * 1024;
/// Receivers per message (RFC 5321 §4.5.3.1.8 wants at least 100).
const MAX_RECEIVERS: usize = 1000;

/// A running SMTP receiver; dropping it stops it.
#[derive(Debug)]
pub struct SmtpSink {
    address: SocketAddr,
    mailbox: Mailbox,
    tasks: Tasks,
}

impl SmtpSink {
    /// Starts a receiver with an empty mailbox.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be listened on.
    pub async fn start(address: SocketAddr) -> Result<Self, StartError> {
        let listener = listen(address).await?;
        let address = bound(&listener, address);
        let mailbox = Mailbox::default();
        let tasks = Tasks::new();
        tasks
            .spawner()
            .spawn(accept(listener, mailbox.clone(), tasks.spawner()));
        Ok(Self {
            address,
            mailbox,
            tasks,
        })
    }

    /// Where mail is taken, without TLS and without sign-in.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What has come; the handle may be kept and used from anywhere.
    pub fn mailbox(&self) -> Mailbox {
        self.mailbox.clone()
    }

    /// Stops the receiver and waits until its port is free.
    pub async fn shutdown(self) {
        self.tasks.shutdown().await;
    }
}

async fn accept(listener: TcpListener, mailbox: Mailbox, spawner: Spawner) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        let mailbox = mailbox.clone();
        spawner.spawn(async move {
            if let Err(error) = serve(stream, mailbox).await {
                tracing::debug!(%error, "an SMTP session ended early");
            }
        });
    }
}

async fn serve(mut stream: TcpStream, mailbox: Mailbox) -> std::io::Result<()> {
    let (read, write) = stream.split();
    Session {
        reader: BufReader::new(read),
        writer: write,
        mailbox,
        envelope: None,
    }
    .run()
    .await
}

struct Session<R, W> {
    reader: R,
    writer: W,
    mailbox: Mailbox,
    envelope: Option<Envelope>,
}

#[derive(Default)]
struct Envelope {
    from: String,
    to: Vec<String>,
}

/// What one line of the message means.
enum Line {
    Text(Vec<u8>),
    TooLong,
    Closed,
}

impl<R: AsyncBufRead + Unpin, W: AsyncWrite + Unpin> Session<R, W> {
    async fn run(mut self) -> std::io::Result<()> {
        self.say("220 mailbox.test ESMTP").await?;
        loop {
            let line = match self.line().await? {
                Line::Text(line) => line,
                Line::TooLong => {
                    self.say("500 5.5.2 Line too long").await?;
                    continue;
                }
                Line::Closed => return Ok(()),
            };
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end();
            let (verb, argument) = text.split_once(' ').unwrap_or((text, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.greet().await?,
                "HELO" => {
                    self.envelope = None;
                    self.say("250 mailbox.test").await?;
                }
                "MAIL" => self.mail(argument).await?,
                "RCPT" => self.receiver(argument).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.envelope = None;
                    self.say("250 2.0.0 Forgotten").await?;
                }
                "NOOP" => self.say("250 2.0.0 Here").await?,
                "VRFY" => self.say("252 2.1.5 Send and see").await?,
                "QUIT" => return self.say("221 2.0.0 Goodbye").await,
                _ => self.say("502 5.5.1 Not implemented").await?,
            }
        }
    }

    async fn greet(&mut self) -> std::io::Result<()> {
        self.envelope = None;
        let size = format!("250-SIZE {MAX_MESSAGE}");
        for line in ["250-mailbox.test", &size, "250-PIPELINING", "250-8BITMIME"] {
            self.say(line).await?;
        }
        self.say("250 SMTPUTF8").await
    }

    async fn mail(&mut self, argument: &str) -> std::io::Result<()> {
        let Some(from) = path(argument, "FROM:") else {
            return self.say("501 5.5.4 Say MAIL FROM:<address>").await;
        };
        if self.envelope.is_some() {
            return self.say("503 5.5.1 A sender was given").await;
        }
        if declared_size(argument).is_some_and(|size| size > MAX_MESSAGE) {
            return self.say("552 5.3.4 Message too large").await;
        }
        self.envelope = Some(Envelope { from, to: Vec::new() });
        self.say("250 2.1.0 Sender taken").await
    }

    async fn receiver(&mut self, argument: &str) -> std::io::Result<()> {
        let Some(envelope) = &mut self.envelope else {
            return self.say("503 5.5.1 Say MAIL first").await;
        };
        match path(argument, "TO:") {
            Some(to) if !to.is_empty() && envelope.to.len() < MAX_RECEIVERS => {
                envelope.to.push(to);
                self.say("250 2.1.5 Receiver taken").await
            }
            Some(to) if !to.is_empty() => self.say("452 4.5.3 Too many receivers").await,
            _ => self.say("501 5.5.4 Say RCPT TO:<address>").await,
        }
    }

    async fn data(&mut self) -> std::io::Result<()> {
        match self.envelope.take_if(|envelope| !envelope.to.is_empty()) {
            None => self.say("503 5.5.1 Say MAIL and RCPT first").await,
            Some(envelope) => {
                self.say("354 Go on, end with a dot").await?;
                self.message(envelope).await
            }
        }
    }

    /// Lines up to the lone dot; a line's first dot is taken off (RFC 5321 §4.5.2).
    async fn message(&mut self, envelope: Envelope) -> std::io::Result<()> {
        let mut message = Vec::new();
        let mut is_too_large = false;
        loop {
            let line = match self.line().await? {
                Line::Text(line) => line,
                Line::TooLong => {
                    is_too_large = true;
                    continue;
                }
                Line::Closed => return Ok(()),
            };
            if line == b".\r\n" || line == b".\n" {
                break;
            }
            let content = line.strip_prefix(b".").unwrap_or(&line);
            is_too_large |= message.len() + content.len() > MAX_MESSAGE;
            if !is_too_large {
                message.extend_from_slice(content);
            }
        }
        if is_too_large {
            return self.say("552 5.3.4 Message too large").await;
        }
        self.mailbox.deliver(envelope.from, envelope.to, message);
        self.say("250 2.0.0 Kept").await
    }

    /// One line with its end; of one that is too long the rest is read and dropped.
    async fn line(&mut self) -> std::io::Result<Line> {
        let mut line = Vec::new();
        let mut is_too_long = false;
        loop {
            let read = (&mut self.reader)
                .take(MAX_LINE)
                .read_until(b'\n', &mut line)
                .await?;
            match (line.last(), read) {
                (_, 0) => return Ok(Line::Closed),
                (Some(b'\n'), _) if is_too_long => return Ok(Line::TooLong),
                (Some(b'\n'), _) => return Ok(Line::Text(line)),
                _ => {
                    is_too_long = true;
                    line.clear();
                }
            }
        }
    }

    async fn say(&mut self, reply: &str) -> std::io::Result<()> {
        self.writer.write_all(format!("{reply}\r\n").as_bytes()).await?;
        self.writer.flush().await
    }
}

/// The address between the angle brackets after `FROM:` or `TO:`.
fn path(argument: &str, keyword: &str) -> Option<String> {
    let start = argument.get(..keyword.len())?;
    if !start.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = argument.get(keyword.len()..)?.trim_start().strip_prefix('<')?;
    rest.split_once('>').map(|(address, _)| address.to_owned())
}

/// The size that the sender announces (RFC 1870).
fn declared_size(argument: &str) -> Option<usize> {
    let parameters = argument.split_ascii_whitespace();
    let size = parameters.filter_map(|parameter| parameter.split_once('='));
    size.filter(|(key, _)| key.eq_ignore_ascii_case("SIZE"))
        .find_map(|(_, size)| size.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays `input` to a session and gives the codes of its replies.
    async fn play(input: &[u8]) -> (Vec<String>, Mailbox) {
        let mailbox = Mailbox::default();
        let mut replies = Vec::new();
        let session = Session {
            reader: BufReader::new(input),
            writer: &mut replies,
            mailbox: mailbox.clone(),
            envelope: None,
        };
        session.run().await.unwrap();
        let replies = String::from_utf8(replies).unwrap();
        let last_lines = replies.lines().filter(|line| line.as_bytes()[3] == b' ');
        (last_lines.map(|line| line[..3].to_owned()).collect(), mailbox)
    }

    #[tokio::test]
    async fn takes_mails_and_undoes_dot_stuffing() {
        let (codes, mailbox) = play(
            b"EHLO me\r\nMAIL FROM:<a@b.test> SIZE=99\r\nRCPT TO:<c@d.test>\r\nrcpt to: <e@f.test>\r\nDATA\r\n\
              Subject: hi\r\n\r\n..dot\r\nline\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n\r\nx\r\n.\r\nQUIT\r\n",
        )
        .await;
        assert_eq!(
            codes,
            [
                "220", "250", "250", "250", "250", "354", "250", "250", "250", "354", "250", "221"
            ]
        );
        let mails = mailbox.mails();
        assert_eq!(mails[0].envelope_to, ["c@d.test", "e@f.test"]);
        assert_eq!(mails[0].raw, b"Subject: hi\r\n\r\n.dot\r\nline\r\n");
        assert_eq!(mails[1].envelope_from, "");
    }

    #[tokio::test]
    async fn answers_commands_out_of_order_and_unknown_ones() {
        let table: [(&[u8], &str); 8] = [
            (b"RCPT TO:<a@b.test>\r\n", "503"),
            (b"DATA\r\n", "503"),
            (b"MAIL a@b.test\r\n", "501"),
            (b"MAIL FROM:<a@b.test> SIZE=99999999\r\n", "552"),
            (b"MAIL FROM:<a@b.test>\r\nRSET\r\nRCPT TO:<a@b.test>\r\n", "503"),
            (b"MAIL FROM:<a@b.test>\r\nRCPT TO:<>\r\n", "501"),
            (b"AUTH LOGIN\r\n", "502"),
            (b"\xff\xfe\r\n", "502"),
        ];
        for (input, code) in table {
            let (codes, mailbox) = play(input).await;
            assert_eq!(codes.last().map(String::as_str), Some(code), "{input:?}");
            assert!(mailbox.mails().is_empty());
        }
    }

    #[tokio::test]
    async fn refuses_what_is_too_large_and_goes_on() {
        let mut input = b"MAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n".to_vec();
        for _ in 0..=MAX_MESSAGE / 1000 {
            input.extend([b'x'; 998]);
            input.extend(b"\r\n");
        }
        input.extend(b"x\r\n.\r\n");
        input.extend(vec![b'y'; 100_000]);
        input.extend(b"\r\nNOOP\r\n");
        let (codes, mailbox) = play(&input).await;
        assert_eq!(codes, ["220", "250", "250", "354", "552", "500", "250"]);
        assert!(mailbox.mails().is_empty());
    }
}
