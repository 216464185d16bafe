//! `certbroker serve`

use crate::{
    cli::{Global, Serve},
    config::Settings,
    installation::{Installation, World},
    logs::ProgramLogs,
    output,
    server::{self, Server},
};

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
    let installation = Installation::open(&settings, World::real(&settings), logs).await?;
    let link = server::set_up_link(&installation, &settings).await?;
    let server = Server::start(&installation, &settings, listener).await?;
    let mut words = format!("certbroker serves {}\n", settings.public_url());
    if let Some(link) = link {
        words.push_str(&format!("Set it up: {link}\n"));
    }
    output::write(words.as_bytes())?;
    server::told_to_stop().await?;
    server.stop().await?;
    installation.store.close().await;
    Ok(())
}
