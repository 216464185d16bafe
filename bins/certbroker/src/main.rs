//! certbroker: the server and its command line.

mod cli;
mod config;
mod output;
mod secret_input;

fn main() {}
