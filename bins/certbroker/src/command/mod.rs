//! What each command does. A command opens the installation, asks one use case and prints what it says.

pub(crate) mod organisation;
mod serve;

use crate::cli::{Arguments, Command};

/// Carries a command out.
///
/// # Errors
/// What the command reports; [`crate::exit`] turns it into words and a code.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { global, command } = arguments;
    match command {
        Command::Serve(options) => serve::run(&global, &options).await,
        Command::Demo(options) => crate::demo::run(&global, options).await,
        _ => Err(crate::exit::Refused("this command is not there yet".to_owned()).into()),
    }
}
