//! Placing the module on a host.
