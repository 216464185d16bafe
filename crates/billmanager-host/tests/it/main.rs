//! The host drives modules that are not ours.

mod daemon;
mod foreign_module;
mod harness;
mod operations;
