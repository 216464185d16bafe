//! `certbroker key …`

use serde::Serialize;

use super::desk::Desk;
use crate::{
    cli::{Global, KeyCommand},
    config::Settings,
    output,
    server::Alone,
};

pub(super) async fn run(global: &Global, command: &KeyCommand) -> anyhow::Result<()> {
    let KeyCommand::Rotate = command;
    let settings = Settings::read(global.data.clone(), global.config.clone())?;
    // A server that runs has read the keys already and could not open what is sealed anew.
    let _alone = Alone::in_folder(&settings)?;
    let desk = Desk::open(global).await?;
    let outcome = rotate(&desk).await;
    desk.close().await;
    outcome
}

/// What a rotation did.
#[derive(Serialize)]
struct Rotated {
    version: u32,
    resealed: u64,
    key_file: String,
}

async fn rotate(desk: &Desk) -> anyhow::Result<()> {
    let file = &desk.installation.key_file;
    let rotated = desk.engine().master_keys().rotate(desk.owner(), file).await?;
    let said = Rotated {
        version: rotated.version.0,
        resealed: rotated.resealed,
        key_file: file.path().display().to_string(),
    };
    output::print(desk.format, &said, |said| {
        format!(
            "master key version {} seals from now on; {} secrets are sealed anew\n{} has changed: copy it to its safe \
             place, and to every other node, then restart them\n",
            said.version, said.resealed, said.key_file
        )
    })
}
