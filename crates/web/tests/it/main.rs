//! The site over a whole world: real use cases, a simulated CA, no script.

mod access;
mod browser;
mod order;
