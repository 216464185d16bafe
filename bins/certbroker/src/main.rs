//! The server, the demo and the command line, in one program.
//!
//! The composition root: here the store, the connectors, the engine, the web and the API are put together, and nowhere
//! else. No rule of the business is decided here; a command asks a use case and prints what it says.
//!
//! | module | holds |
//! | --- | --- |
//! | `cli` | what can be typed |
//! | `config` | what an operator may set |
//! | `installation` | an opened data folder: database, keys, engine |
//! | `server` | serving until told to stop |
//! | `simulator_clock` | the clock of the simulated CA beside a demo |
//! | `logs` | the program's logs, as the engine wants them |
//! | `command` | one file per kind of object |
//! | `demo` | everything on one machine, and the main job once |
//! | `exit` | what went wrong, in words and as an exit code |
//! | `output`, `secret_input` | what is printed, how secrets come in |

mod cli;
mod command;
mod config;
mod demo;
mod exit;
mod installation;
mod logs;
mod output;
mod secret_input;
mod server;
mod simulator_clock;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let format = output::Format::of(&arguments.global);
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::report(&error, format),
    }
}

fn run(arguments: cli::Arguments) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?
        .block_on(command::run(arguments))
}
