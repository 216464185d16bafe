//! A database of its own for every test; it lives in the store so that the store's own tests need no other crate.

pub use store::testing::{TestStore, for_each_backend, for_each_test_store};
