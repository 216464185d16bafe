//! A mail server for one test: speaks SMTP on a port of its own and answers as it is told.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// What the server does out of the ordinary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Accept,
    /// Answers this line to the command that starts so.
    Answer(&'static str, &'static str),
    /// Hangs up when it gets the command that starts so.
    HangUp(&'static str),
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, behaviour, Arc::clone(&keep)));
            }
        });
        Self { address, received }
    }

    /// The raw letters taken.
    pub(crate) fn letters(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

/// One conversation; ends when the other side does.
async fn talk(stream: TcpStream, behaviour: Behaviour, received: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test ESMTP\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let answer = match behaviour {
            Behaviour::HangUp(command) if line.starts_with(command) => return None,
            Behaviour::Answer(command, answer) if line.starts_with(command) => answer,
            _ if line.starts_with("EHLO") => "250-test\r\n250-AUTH PLAIN\r\n250 8BITMIME",
            _ if line.starts_with("AUTH") => "235 ok",
            _ if line == "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut letter = String::new();
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    letter.push_str(&line);
                    letter.push('\n');
                }
                received.lock().unwrap().push(letter);
                "250 taken"
            }
            _ => "250 ok",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
    None
}
