//! The web server on which validation files are put: per host, over HTTP and HTTPS.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderValue, Request, Response, StatusCode, header},
    serve::Listener,
};
use parking_lot::RwLock;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{
    StartError, bound, listen,
    task::{Spawner, Tasks},
};

/// Connections that have finished their handshake and wait for the server.
const HANDSHAKE_QUEUE: usize = 64;

/// What the web server says for one path of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// 200 with this body as plain text.
    Body(Vec<u8>),
    /// A redirect with any status code.
    Redirect {
        /// 301, 302, …
        status: u16,
        /// Value of the `Location` header.
        location: String,
    },
    /// A status code with a short text.
    Status(u16),
}

/// The files of all hosts; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Files {
    put: Arc<RwLock<HashMap<(String, String), Page>>>,
    /// Where a person puts files: `HOST/path` below it.
    folder: Option<Arc<Path>>,
}

/// A file of a person's that is larger is not served.
const LARGEST_FILE: u64 = 64 * 1024;

impl Files {
    /// Serves `body` at `path` (with its leading slash) of `host`, for HTTP and HTTPS.
    pub fn put(&self, host: &str, path: &str, body: impl Into<Vec<u8>>) {
        self.answer(host, path, Page::Body(body.into()));
    }

    /// Answers requests for `path` of `host` in any way.
    pub fn answer(&self, host: &str, path: &str, page: Page) {
        self.put.write().insert(key(host, path), page);
    }

    /// Answers 404 for `path` of `host` again.
    pub fn remove(&self, host: &str, path: &str) {
        self.put.write().remove(&key(host, path));
    }

    async fn find(&self, host: &str, path: &str) -> Option<Page> {
        let put = self.put.read().get(&key(host, path)).cloned();
        match put {
            Some(page) => Some(page),
            None => self.in_folder(host, path).await.map(Page::Body),
        }
    }

    /// The file that a person put there; nothing outside of the folder is reached.
    async fn in_folder(&self, host: &str, path: &str) -> Option<Vec<u8>> {
        let (host, path) = key(host, path);
        let is_plain =
            |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0', '/']);
        let inside = path.strip_prefix('/')?;
        if !is_plain(&host) || !inside.split('/').all(is_plain) {
            return None;
        }
        let file = self.folder.as_ref()?.join(host).join(inside);
        let size = tokio::fs::metadata(&file).await.ok()?.len();
        if size > LARGEST_FILE {
            return None;
        }
        tokio::fs::read(file).await.ok()
    }
}

/// A running web server; dropping it stops it.
#[derive(Debug)]
pub struct WebServer {
    http: SocketAddr,
    https: SocketAddr,
    files: Files,
    tasks: Tasks,
}

impl WebServer {
    /// Starts the plain and the TLS listener. The TLS certificate is made and signed by itself, as on a host that
    /// has none yet.
    ///
    /// # Errors
    /// When an address is not loopback or cannot be listened on.
    pub async fn start(
        http: SocketAddr,
        https: SocketAddr,
        folder: Option<PathBuf>,
    ) -> Result<Self, StartError> {
        let plain = listen(http).await?;
        let secured = listen(https).await?;
        let (http, https) = (bound(&plain, http), bound(&secured, https));
        let files = Files {
            folder: folder.map(Arc::from),
            ..Files::default()
        };
        let tasks = Tasks::new();
        let app = Router::new().fallback(serve).with_state(files.clone());
        let tls = TlsListener::start(secured, https, acceptor()?, tasks.spawner());
        let secure_app = app.clone();
        tasks.spawner().spawn(async move {
            let _ = axum::serve(plain, app).await;
        });
        tasks.spawner().spawn(async move {
            let _ = axum::serve(tls, secure_app).await;
        });
        Ok(Self {
            http,
            https,
            files,
            tasks,
        })
    }

    /// Where HTTP is served.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Where HTTPS is served.
    pub fn https(&self) -> SocketAddr {
        self.https
    }

    /// The files, to put and remove; the handle may be kept and used from anywhere.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Stops both listeners and waits until their ports are free.
    pub async fn shutdown(self) {
        self.tasks.shutdown().await;
    }
}

/// Hosts are compared without case and port, paths exactly.
fn key(host: &str, path: &str) -> (String, String) {
    let name = host.split(':').next().unwrap_or(host);
    (name.trim_end_matches('.').to_ascii_lowercase(), path.to_owned())
}

async fn serve(State(files): State<Files>, request: Request<Body>) -> Response<Body> {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let page = match host {
        Some(host) => files.find(host, request.uri().path()).await,
        None => None,
    };
    match page.unwrap_or(Page::Status(404)) {
        Page::Body(body) => plain(StatusCode::OK, body),
        Page::Redirect { status, location } => {
            let mut response = plain(status_code(status), location.clone());
            if let Ok(location) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            response
        }
        Page::Status(status) => {
            let code = status_code(status);
            plain(code, code.canonical_reason().unwrap_or("no reason").to_owned())
        }
    }
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn plain(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response
}

fn acceptor() -> Result<TlsAcceptor, StartError> {
    let own =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).map_err(StartError::Certificate)?;
    let certificate: CertificateDer<'static> = own.cert.der().clone();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(StartError::Tls)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .map_err(StartError::Tls)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Hands out connections whose handshake is done, so that a slow caller holds up nobody else.
struct TlsListener {
    address: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
}

impl TlsListener {
    fn start(listener: TcpListener, address: SocketAddr, acceptor: TlsAcceptor, spawner: Spawner) -> Self {
        let (sender, ready) = mpsc::channel(HANDSHAKE_QUEUE);
        spawner.clone().spawn(async move {
            loop {
                let Ok((stream, caller)) = listener.accept().await else {
                    tokio::task::yield_now().await;
                    continue;
                };
                let handshake = acceptor.accept(stream);
                let sender = sender.clone();
                spawner.spawn(async move {
                    match handshake.await {
                        Ok(stream) => {
                            let _ = sender.send((stream, caller)).await;
                        }
                        Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
                    }
                });
            }
        });
        Self { address, ready }
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_persons_files_are_served_and_nothing_outside_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("www").join("shop.test").join("a");
        std::fs::create_dir_all(&inside).unwrap();
        std::fs::write(inside.join("b.txt"), "body").unwrap();
        std::fs::write(folder.path().join("secret"), "no").unwrap();
        let files = Files {
            folder: Some(Arc::from(folder.path().join("www"))),
            ..Files::default()
        };
        assert_eq!(
            files.find("Shop.test:80", "/a/b.txt").await,
            Some(Page::Body(b"body".to_vec()))
        );
        for (host, path) in [
            ("shop.test", "/a"),
            ("shop.test", "/../../secret"),
            ("..", "/secret"),
            ("", "/shop.test/a/b.txt"),
            ("shop.test", "//a/b.txt"),
        ] {
            assert_eq!(files.find(host, path).await, None, "{host}{path}");
        }
    }

    #[tokio::test]
    async fn files_are_found_without_case_and_port_of_the_host() {
        let files = Files::default();
        files.put("Shop.test", "/.well-known/pki-validation/A.txt", "body");
        let found = files
            .find("shop.TEST:8080", "/.well-known/pki-validation/A.txt")
            .await;
        assert_eq!(found, Some(Page::Body(b"body".to_vec())));
        assert_eq!(
            files.find("shop.test", "/.well-known/pki-validation/a.txt").await,
            None
        );
        files.remove("shop.test", "/.well-known/pki-validation/A.txt");
        assert_eq!(
            files.find("shop.test", "/.well-known/pki-validation/A.txt").await,
            None
        );
    }
}
