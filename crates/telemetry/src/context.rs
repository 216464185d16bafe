//! What the spans around an event say.

use std::{fmt, sync::Arc};

use domain::mask;
use tracing::field::{Field, Visit};

/// The field that names the log of a processing module.
pub const MODULE: &str = "module";
/// The field that names the operation under which lines are captured.
pub const OPERATION: &str = "operation";

/// What a span and all spans around it say; kept with the span.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context {
    pub(crate) module: Option<Arc<str>>,
    pub(crate) operation: Option<Arc<str>>,
    /// Everything else, masked, from the outermost span inwards.
    pub(crate) fields: Vec<(&'static str, String)>,
}

impl Context {
    /// A field that an inner span says again replaces the outer one.
    fn put(&mut self, name: &'static str, value: String) {
        match name {
            MODULE => self.module = Some(value.into()),
            OPERATION => self.operation = Some(value.into()),
            _ => match self.fields.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = value,
                None => self.fields.push((name, value)),
            },
        }
    }
}

impl Visit for Context {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), mask::value(field.name(), value).into_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.record_str(field, &chain(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// What an event says; masked while it is read.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) message: String,
    pub(crate) module: Option<String>,
    pub(crate) operation: Option<String>,
    /// The place in the code of a line that came through the `log` crate.
    pub(crate) target: Option<String>,
    pub(crate) fields: Vec<(&'static str, String)>,
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        let name = field.name();
        match name {
            "message" => self.message = mask::text(value).into_owned(),
            MODULE => self.module = Some(value.to_owned()),
            OPERATION => self.operation = Some(value.to_owned()),
            "log.target" => self.target = Some(value.to_owned()),
            // Marks of the level, and what the `log` crate adds.
            "notice" | "fatal" => {}
            _ if name.starts_with("log.") => {}
            _ => self.fields.push((name, mask::value(name, value).into_owned())),
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.record_str(field, &chain(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// An error with its causes, as one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
