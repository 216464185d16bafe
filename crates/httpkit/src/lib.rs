//! What both the web pages and the REST API need of HTTP: who asks, from where, in which language; what a failure
//! looks like; which headers go with every answer.
//!
//! No rule of the business is here and no page: a handler calls one use case of the engine and shows what it says.
//! Nothing here logs a cookie, a token or a form.
//!
//! | module | holds |
//! | --- | --- |
//! | [`address`] | the client's address behind trusted proxies |
//! | [`config`] | the public address, proxies, limits |
//! | [`cookie`] | names and attributes of the cookies (`__Host-…`) |
//! | [`failure`] | what went wrong, as a problem document (RFC 9457); pages are made of it by `web` |
//! | [`flash`] | one message that survives the redirect after a form |
//! | [`form`] | a form with its input kept and its problems beside the fields |
//! | [`headers`] | security headers of every answer |
//! | [`html`] | answers of HTML |
//! | [`htmx`] | whether only a part of a page is wanted |
//! | [`language`] | the language of the person |
//! | [`params`] | name–value pairs of queries and forms |
//! | [`rate`] | attempts per address |
//! | [`stack`] | the layers around a router, in their order |
//! | [`state`] | what handlers share |
//! | [`viewer`] | who asks |

pub mod address;
pub mod config;
pub mod cookie;
pub mod failure;
pub mod flash;
pub mod form;
pub mod headers;
pub mod html;
pub mod htmx;
pub mod language;
pub mod params;
pub mod rate;
pub mod stack;
pub mod state;
pub mod viewer;

pub use address::{ClientAddress, Network};
pub use config::HttpConfig;
pub use failure::Failure;
pub use flash::{Flash, Tone};
pub use form::Form;
pub use html::Html;
pub use htmx::Htmx;
pub use language::Language;
pub use params::Params;
pub use state::AppState;
pub use viewer::Signed;
