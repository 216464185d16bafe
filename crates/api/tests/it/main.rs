//! The API over a whole certbroker with the simulator of the CA beside it.

mod access;
mod client;
mod document;
mod orders;
mod strict;
