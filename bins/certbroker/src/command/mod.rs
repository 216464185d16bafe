//! What each command does. A command opens the installation, asks a use case and prints what it says.
//!
//! | module | holds |
//! | --- | --- |
//! | `desk`, `find` | the opened installation, objects by what people call them |
//! | `amount`, `file`, `organisation` | what is typed, written, and read from files |
//! | `serve` | the server |
//! | `module`, `findings`, `catalogue` | connections to CAs, what a check found, what they sell |
//! | `adoption` | orders that are at a CA already |
//! | `tariff`, `account`, `order` | what is offered, who buys, buying |
//! | `rates` | taxes and exchange rates |
//! | `service`, `operation`, `task` | what was bought, automatic work, work for people |
//! | `replacement` | replacing many certificates at once |
//! | `user`, `key`, `database` | who signs in, master keys, backups |
//! | `clock` | business time, and moving it in a demo |

mod account;
mod adoption;
mod amount;
mod catalogue;
mod clock;
mod database;
mod desk;
mod file;
mod find;
mod findings;
mod key;
mod module;
mod operation;
mod order;
pub(crate) mod organisation;
mod rates;
mod replacement;
mod serve;
mod service;
mod tariff;
mod task;
mod user;

use self::desk::Desk;
use crate::{
    cli::{Arguments, Command, Global, ModuleCommand},
    output::Format,
};

/// Carries a command out.
///
/// # Errors
/// What the command reports; [`crate::exit`] turns it into words and a code.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { global, command } = arguments;
    let global = &global;
    match command {
        Command::Serve(options) => serve::run(global, &options).await,
        Command::Demo(options) => Box::pin(crate::demo::run(global, options)).await,
        Command::Module(ModuleCommand::Kinds) => module::kinds(Format::of(global)),
        Command::Module(command) => at_desk(global, async |desk| module::run(desk, command).await).await,
        Command::Catalogue(command) => {
            at_desk(global, async |desk| catalogue::run(desk, command).await).await
        }
        Command::Tariff(command) => at_desk(global, async |desk| tariff::run(desk, command).await).await,
        Command::Tax(command) => at_desk(global, async |desk| rates::taxes(desk, command).await).await,
        Command::Rate(command) => at_desk(global, async |desk| rates::exchange(desk, command).await).await,
        Command::Account(command) => at_desk(global, async |desk| account::run(desk, command).await).await,
        Command::Order(options) => at_desk(global, async |desk| order::run(desk, *options).await).await,
        Command::Service(command) => at_desk(global, async |desk| service::run(desk, command).await).await,
        Command::Operation(command) => {
            at_desk(global, async |desk| operation::run(desk, command).await).await
        }
        Command::Task(command) => at_desk(global, async |desk| task::run(desk, command).await).await,
        Command::Replacement(command) => {
            at_desk(global, async |desk| replacement::run(desk, command).await).await
        }
        Command::User(command) => at_desk(global, async |desk| user::run(desk, command).await).await,
        Command::Clock(command) => at_desk(global, async |desk| clock::run(desk, command).await).await,
        Command::Key(command) => key::run(global, &command).await,
        Command::Database(command) => database::run(global, command).await,
    }
}

/// Opens the installation, does the work, and closes the database whatever came of it.
async fn at_desk(global: &Global, work: impl AsyncFnOnce(&Desk) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let desk = Desk::open(global).await?;
    let outcome = work(&desk).await;
    desk.close().await;
    outcome
}
