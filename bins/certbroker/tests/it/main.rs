//! The real program, started as its users start it.

mod killed;
