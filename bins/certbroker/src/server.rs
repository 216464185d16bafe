//! Serving: the web interface, the API, the worker, the schedule and the mails, until told to stop.

use std::net::SocketAddr;

use anyhow::Context as _;
use axum::Router;
use httpkit::{AppState, HttpConfig, Network};
use secrecy::ExposeSecret as _;
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Settings,
    exit::Refused,
    installation::{self, Installation},
};

/// A server that runs; it stops when asked.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
    background: JoinSet<()>,
    _alone: Alone,
}

/// That no other server works on this data folder, while it lives. The system ends it with the process, however that dies.
pub(crate) struct Alone {
    _lock: std::fs::File,
}

impl Alone {
    /// Takes the data folder.
    ///
    /// # Errors
    /// Another server has it.
    pub(crate) fn in_folder(settings: &Settings) -> anyhow::Result<Self> {
        installation::make_folder(&settings.data)?;
        Self::if_nobody_serves(settings)?.ok_or_else(|| {
            let folder = settings.data.display();
            Refused(format!("another certbroker serves {folder}: stop it first")).into()
        })
    }

    /// Takes the data folder, unless another server has it.
    ///
    /// # Errors
    /// The lock cannot be made.
    pub(crate) fn if_nobody_serves(settings: &Settings) -> anyhow::Result<Option<Self>> {
        let path = settings.data.join("server.lock");
        let lock = std::fs::File::create(&path).with_context(|| format!("making {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { _lock: lock })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("locking {}", path.display()))
            }
        }
    }
}

/// A taken port: so that its number is known before the engine is told its public address.
///
/// # Errors
/// The port is taken or may not be used.
pub(crate) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("listening on {address}"))
}

impl Server {
    /// Starts to serve an installation on this listener.
    ///
    /// # Errors
    /// The public address cannot be used.
    pub(crate) async fn start(
        installation: &Installation,
        settings: &Settings,
        listener: TcpListener,
    ) -> anyhow::Result<Self> {
        let engine = installation.engine.clone();
        let alone = Alone::in_folder(settings)?;
        engine.apply_log_levels().await?;
        let worker = engine.worker();
        if installation.store.backend() == store::Backend::Sqlite {
            worker.take_over().await?;
            engine.time_machine().take_over().await?;
        }
        let address = listener.local_addr().context("asking for the port")?;
        let app = routes(&AppState::new(engine.clone(), http_config(settings)?));
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let serving = tokio::spawn(async move {
            axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
                .with_graceful_shutdown(stopped.cancelled_owned())
                .await
        });
        let mut background = JoinSet::new();
        background.spawn(worker.run_until(stop.clone()));
        let (mails, mails_stop) = (engine.clone(), stop.clone());
        background.spawn(async move { mails.notices().run_until(mails_stop).await });
        let planning = engine.clone();
        background.spawn(async move {
            if let Err(error) = planning.rules().adopt().await {
                tracing::error!(error = %error, "reissues could not be planned by the new rules; the next start tries again");
            }
        });
        let (traveller, traveller_stop) = (engine.clone(), stop.clone());
        background.spawn(async move { traveller.time_machine().run_until(traveller_stop).await });
        let (schedule, schedule_stop) = (engine, stop.clone());
        background.spawn(async move { schedule.periodic().run_until(schedule_stop).await });
        tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "serving");
        Ok(Self {
            address,
            stop,
            serving,
            background,
            _alone: alone,
        })
    }

    /// Lets what runs come to its end, then stops.
    ///
    /// # Errors
    /// Serving had broken off.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        while self.background.join_next().await.is_some() {}
        self.serving.await.context("serving")?.context("serving")
    }
}

/// The link for the first administrator, while there is none.
///
/// # Errors
/// The database failed.
pub(crate) async fn set_up_link(
    installation: &Installation,
    settings: &Settings,
) -> anyhow::Result<Option<String>> {
    let token = installation.engine.setup().new_token().await?;
    let base = settings.public_url();
    Ok(token.map(|token| {
        format!(
            "{}/setup?token={}",
            base.as_str().trim_end_matches('/'),
            token.expose_secret()
        )
    }))
}

/// Returns at the first interrupt or request to terminate.
///
/// # Errors
/// The system does not tell about signals.
pub(crate) async fn told_to_stop() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("waiting for signals")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("waiting for an interrupt"),
        _ = terminate.recv() => Ok(()),
    }
}

fn routes(state: &AppState) -> Router {
    httpkit::stack::common(web::router(state).merge(api::router(state)), state)
}

fn http_config(settings: &Settings) -> anyhow::Result<HttpConfig> {
    let mut config = HttpConfig::new(settings.public_url()).context("public_url")?;
    config.api_requests_per_minute = settings.config.api_requests_per_minute;
    config.trusted_proxies = settings
        .config
        .trusted_proxies
        .iter()
        .map(|address| address.to_string().parse::<Network>().context("trusted_proxies"))
        .collect::<anyhow::Result<_>>()?;
    Ok(config)
}
