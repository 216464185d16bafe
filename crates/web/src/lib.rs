//! The web: sign-in, admin area, client area. Server-rendered; htmx and a little script of our own add comfort.
//!
//! A handler reads a form or a query, calls one use case of the engine and shows what it says; no rule is decided
//! here, nothing calls a CA or the database. Pages are functions from what the engine says to markup, so that every
//! page is rendered in the tests, in both languages. Nothing is inline: the content policy allows no inline code.
//!
//! | module | holds |
//! | --- | --- |
//! | [`assets`] | style sheet, scripts and pictures under addresses that change with their content |
//! | [`view`] | what every page is rendered with: language, who looks, where, the message of the page before |
//! | [`layout`] | the frame around a page: staff, client, signed out |
//! | [`components`] | tables, forms, wizards, dialogs and the other parts that pages are made of |
//! | [`routes`], [`visit`] | routes with whom they are for; what a handler needs |
//! | [`site`] | every route together, pages in the place of failures |
//! | [`session`] | set-up, sign-in, registration, reset |
//! | [`profile`] | one's own profile, in both areas |
//! | [`admin`] | what staff see |
//! | [`client`] | what clients see |
//! | [`methods`], [`csv`] | services whose method of validation ends; lists as files; in both areas |

pub mod admin;
pub mod assets;
pub mod client;
pub mod components;
pub mod csv;
pub mod layout;
pub mod methods;
pub mod profile;
pub mod reissue;
pub mod routes;
pub mod session;
pub mod site;
#[cfg(test)]
mod validity;
pub mod view;
pub mod visit;

pub use site::router;
