//! `certbroker serve`

use serde::Serialize;

use super::desk;
use crate::{
    cli::{Global, Serve},
    config::Settings,
    installation::Installation,
    logs::ProgramLogs,
    output::{self, Format},
    server::{self, Server},
};

/// A server that is ready.
#[derive(Serialize)]
struct Ready {
    url: String,
    /// The link for the first administrator, while there is none.
    setup: Option<String>,
}

/// Serves until told to stop.
pub(super) async fn run(global: &Global, options: &Serve) -> anyhow::Result<()> {
    let mut settings = Settings::read(global.data.clone(), global.config.clone())?;
    if let Some(listen) = options.listen {
        settings.config.listen = listen;
    }
    let listener = server::listen(settings.config.listen).await?;
    // Port 0 takes a free one, which the public address must name.
    settings.config.listen = listener.local_addr()?;
    let logs = ProgramLogs::of_a_server(&settings)?;
    let installation = Installation::open(&settings, desk::world(&settings)?, logs).await?;
    let ready = Ready {
        url: settings.public_url().into(),
        setup: server::set_up_link(&installation, &settings).await?,
    };
    let server = Server::start(&installation, &settings, listener).await?;
    output::print(Format::of(global), &ready, |ready| {
        let setup = ready
            .setup
            .as_ref()
            .map_or_else(String::new, |link| format!("Set it up: {link}\n"));
        format!("certbroker serves {}\n{setup}", ready.url)
    })?;
    server::told_to_stop().await?;
    server.stop().await?;
    installation.store.close().await;
    Ok(())
}
