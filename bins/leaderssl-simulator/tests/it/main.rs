//! The simulator as its clients see it: over sockets, in one process or as a program.

mod faithful;
mod harness;
mod issuance;
mod validation;
