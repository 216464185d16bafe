//! Everything people read in their own language: texts, dates, money, durations. English and Russian.
//!
//! This crate must never panic on a missing text (the key is shown instead), never decide anything, and never know where
//! a text is used.
//!
//! | module | holds |
//! | --- | --- |
//! | [`locale`] | the languages and the choice between them |
//! | [`text`] | looking a text up: [`t`], [`t_args`], [`key!`] |
//! | [`dates`] | dates and times: `20 Oct 2021`, `20.10.2021` |
//! | [`amounts`] | numbers and money: `$1,234.50`, `1 234,50 $` |
//! | [`countries`] | the names of countries by their codes |
//! | [`durations`] | `3 days`, `5 minutes ago`, `in 2 hours`, with the plural forms of each language |
//! | [`catalogue`] | what texts there are, with their arguments; for tests and tools |
//! | [`scan`] | which keys a source file uses; for tests |
//!
//! # Rules for texts
//!
//! - Texts live in `locales/<language>/<area>.ftl` ([Fluent](https://projectfluent.org)); one file per area (`admin.ftl`,
//!   `client.ftl`, `cli.ftl`, `error.ftl`…), merged per language. A new file needs no registration.
//! - A key is `area-what-it-is` in lower case with dashes and starts with the area, or with a word that only this area uses:
//!   two areas must not define the same key.
//! - Every key exists in every language with the same arguments. A count is an argument `$count` selected by plural
//!   category; Russian then has `one`, `few` and `many` (and `*[other]` as the default for fractions).
//! - Whole sentences, never pieces to be joined. No markup in texts. No attributes on messages.
//! - In code the key is a literal where it is looked up, `t(locale, "order-title")` or
//!   `t_args(locale, "order-count", &[("count", 3.into())])`; a key that travels as a value is written
//!   `key!("state-issued")`. A test over the sources of the workspace proves that all these keys exist.

pub mod amounts;
pub mod catalogue;
pub mod countries;
pub mod dates;
pub mod durations;
pub mod locale;
pub mod scan;
pub mod text;

pub use amounts::{decimal, money, number, percent};
pub use countries::{countries, country};
pub use dates::{date, date_time, date_time_seconds};
pub use durations::{duration, relative};
pub use locale::Locale;
pub use text::{Value, exists, t, t_args};
