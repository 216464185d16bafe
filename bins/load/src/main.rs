//! Load on a running certbroker, measured: fills databases, reads lists, places orders, starts the server.
//!
//! For developers only. How each figure was taken, and how to take it again, stands in `docs/benchmarks.md`. Every command
//! prints a table on standard error and one JSON document on standard output.
//!
//! | module | holds |
//! | --- | --- |
//! | `fill` | a database with as many services as wanted |
//! | `lists` | lists, searches and pages of services |
//! | `orders` | orders placed and issued |
//! | `replace` | many certificates replaced at once |
//! | `start` | start and memory of the server |
//! | `due` | what falls due, and plans |
//! | `soak` | years of trouble, and whether anything lapsed or was bought twice |
//! | `access`, `client` | sessions and tokens; requests |
//! | `random` | numbers that are the same for the same seed |
//! | `report` | percentiles, the table, the JSON |

mod access;
mod client;
mod due;
mod fill;
mod lists;
mod orders;
mod random;
mod replace;
mod report;
mod soak;
mod start;

use clap::{Parser, Subcommand};

/// Fills databases and measures a running certbroker.
#[derive(Debug, Parser)]
#[command(name = "load", version, max_term_width = 110, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fill an empty database with services
    Fill(fill::Fill),
    /// Measure lists, searches and pages of services in a running server
    Lists(lists::Lists),
    /// Measure orders in a running demo
    Orders(orders::Orders),
    /// Measure replacing every certificate of a running server or demo
    Replace(replace::Replace),
    /// Measure start and memory of the server
    Start(start::Start),
    /// Measure what every look of the clock costs on a filled database
    Due(due::Due),
    /// Let a CA that fails and a certbroker that dies go through years, and audit what came of it
    Soak(soak::Soak),
}

const EXAMPLES: &str = "Examples:
  load fill --database sqlite:///tmp/big/certbroker.db --services 1000000
  load start --data /tmp/big
  load lists --url http://127.0.0.1:8480 --database sqlite:///tmp/big/certbroker.db
  load orders --url http://127.0.0.1:8480 --database sqlite:///tmp/demo/certbroker.db --management http://127.0.0.1:41234";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let before = report::load_average();
    let mut report = match &arguments.command {
        Command::Fill(options) => fill::run(options).await?,
        Command::Lists(options) => lists::run(options).await?,
        Command::Orders(options) => orders::run(options).await?,
        Command::Replace(options) => replace::run(options).await?,
        Command::Start(options) => start::run(options).await?,
        Command::Due(options) => due::run(options).await?,
        Command::Soak(options) => soak::run(options).await?,
    };
    report.load_average = [before, report::load_average()];
    report.print()
}
