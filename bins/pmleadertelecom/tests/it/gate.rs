//! What lies between the module and the CA: it passes everything on, counts the requests, and can kill the module at any of them.

use std::{net::SocketAddr, sync::Arc};

use billmanager_host::{Host, Moment};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A gate in front of a CA.
pub(crate) struct Gate {
    url: String,
    plan: Arc<Mutex<Option<Plan>>>,
}

#[derive(Debug, Clone, Copy)]
struct Plan {
    requests_left: usize,
    moment: Moment,
}

impl Gate {
    pub(crate) async fn open(api_url: &str, host: Arc<Host>) -> Self {
        let address = api_url.trim_start_matches("http://");
        let (address, path) = address.split_once('/').unwrap();
        let ca: SocketAddr = address.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/{path}", listener.local_addr().unwrap());
        let plan = Arc::new(Mutex::new(None));
        let shared = Arc::clone(&plan);
        tokio::spawn(async move {
            while let Ok((module, _)) = listener.accept().await {
                let (plan, host) = (Arc::clone(&shared), Arc::clone(&host));
                tokio::spawn(async move {
                    // A connection that breaks is the module's or the CA's affair.
                    let _ = pass(module, ca, &plan, &host).await;
                });
            }
        });
        Self { url, plan }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The module dies at its `requests`-th request from now: before the CA sees it, or when the CA has answered.
    pub(crate) fn kill_at(&self, requests: usize, moment: Moment) {
        *self.plan.lock() = Some(Plan {
            requests_left: requests,
            moment,
        });
    }

    /// Nobody is killed any more. Whether the plan was still waiting.
    pub(crate) fn spare(&self) -> bool {
        self.plan.lock().take().is_some()
    }
}

async fn pass(
    mut module: TcpStream,
    ca: SocketAddr,
    plan: &Mutex<Option<Plan>>,
    host: &Host,
) -> std::io::Result<()> {
    let mut ca = TcpStream::connect(ca).await?;
    let (mut from_module, mut from_ca) = (vec![0; 65_536], vec![0; 65_536]);
    // Over one connection a client asks again only when it was answered: a change of direction is a new request.
    let mut is_answering = true;
    let mut dies_with_answer = false;
    loop {
        tokio::select! {
            read = module.read(&mut from_module) => {
                let length = read?;
                if length == 0 {
                    return ca.shutdown().await;
                }
                if std::mem::take(&mut is_answering) {
                    match due(plan) {
                        Some(Moment::Before) => {
                            kill(host);
                            return Ok(());
                        }
                        Some(Moment::After) => dies_with_answer = true,
                        None => {}
                    }
                }
                ca.write_all(&from_module[..length]).await?;
            }
            read = ca.read(&mut from_ca) => {
                let length = read?;
                if dies_with_answer {
                    kill(host);
                    return Ok(());
                }
                if length == 0 {
                    return module.shutdown().await;
                }
                is_answering = true;
                module.write_all(&from_ca[..length]).await?;
            }
        }
    }
}

fn due(plan: &Mutex<Option<Plan>>) -> Option<Moment> {
    let mut plan = plan.lock();
    let left = plan.as_mut()?;
    left.requests_left = left.requests_left.saturating_sub(1);
    if left.requests_left > 0 {
        return None;
    }
    plan.take().map(|plan| plan.moment)
}

fn kill(host: &Host) {
    for process in host.running() {
        host.kill(process);
    }
}
