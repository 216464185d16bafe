//! The way of an event from the code to its lines.
//!
//! One layer does everything: it knows the module and the operation of the spans around an event, asks the levels whether the
//! log wants it, and writes it once for the output and once for the capture. Disabled places in the code cost one check.

use std::sync::Arc;

use domain::Clock;
use tracing::{
    Event, Metadata, Subscriber,
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_subscriber::{
    layer::{Context as Scope, Layer},
    registry::LookupSpan,
};

use crate::{
    Capture, Format, Level, Levels, LineSink,
    conf::Owner,
    context::{Context, MODULE, OPERATION, Said},
    format::{self, Entry},
};

/// Crates of this product; every other target is a library's.
const OUR_CRATES: [&str; 4] = [
    "certbroker",
    "pmleadertelecom",
    "leaderssl_simulator",
    "billmanager_host",
];

pub(crate) struct LogLayer {
    pub(crate) program: &'static str,
    pub(crate) levels: Levels,
    pub(crate) format: Format,
    pub(crate) sink: Box<dyn LineSink>,
    pub(crate) capture: Capture,
    pub(crate) clock: Arc<dyn Clock>,
}

/// The place in the code that a target names.
#[derive(Clone, Copy)]
struct Place<'a> {
    owner: Owner,
    /// Without the prefix of our crates.
    path: &'a str,
}

impl<'a> Place<'a> {
    fn of(target: &'a str) -> Self {
        let root = target.split("::").next().unwrap_or(target);
        let is_ours = OUR_CRATES.iter().any(|ours| {
            root.strip_prefix(ours)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        });
        if !is_ours {
            return Self {
                owner: Owner::Library,
                path: target,
            };
        }
        Self {
            owner: Owner::Ours,
            path: target.strip_prefix("certbroker_").unwrap_or(target),
        }
    }

    fn segments(self) -> impl Iterator<Item = &'a str> + Clone {
        self.path.split("::")
    }

    /// The log to which a message of this place belongs.
    fn log<'b>(self, program: &'b str, module: Option<&'b str>) -> &'b str
    where
        'a: 'b,
    {
        match self.owner {
            Owner::Ours => module.unwrap_or(program),
            Owner::Library => self.path.split("::").next().unwrap_or(self.path),
        }
    }
}

impl LogLayer {
    fn threshold(&self, place: Place<'_>, module: Option<&str>) -> Level {
        self.levels
            .threshold(place.owner, place.log(self.program, module), &place.segments())
    }

    fn emit(&self, metadata: &Metadata<'_>, said: &Said, context: Option<&Context>) {
        let level = Level::of(metadata);
        let place = Place::of(said.target.as_deref().unwrap_or(metadata.target()));
        let module = said
            .module
            .as_deref()
            .or(context.and_then(|context| context.module.as_deref()));
        let operation = said
            .operation
            .as_deref()
            .or(context.and_then(|context| context.operation.as_deref()));
        let threshold = self.threshold(place, module);
        let is_captured = level <= self.levels.captured() && place.owner == Owner::Ours;
        let capture = operation.filter(|_| is_captured || level <= threshold);
        if level > threshold && capture.is_none() {
            return;
        }
        let entry = Entry {
            at: self.clock.now(),
            level,
            log: place.log(self.program, module),
            place: place.path,
            file: metadata.file(),
            line: metadata.line(),
            message: &said.message,
            operation,
            fields: &said.fields,
            context: context
                .map(|context| context.fields.as_slice())
                .unwrap_or_default(),
        };
        if level <= threshold {
            self.sink.write(entry.log, &self.format.line(&entry));
        }
        if let Some(operation) = capture {
            self.capture.add(operation, format::text(&entry));
        }
    }
}

impl<S> Layer<S> for LogLayer
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        let place = Place::of(metadata.target());
        match place.owner {
            // Spans of ours carry the context; whether an event is wanted depends on it.
            Owner::Ours if metadata.is_span() => Interest::always(),
            Owner::Ours => Interest::sometimes(),
            Owner::Library if Level::of(metadata) <= self.threshold(place, None) => Interest::always(),
            Owner::Library => Interest::never(),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, scope: Scope<'_, S>) -> bool {
        let place = Place::of(metadata.target());
        let level = Level::of(metadata);
        if place.owner == Owner::Library {
            return level <= self.threshold(place, None);
        }
        let says = |field| metadata.fields().field(field).is_some();
        if metadata.is_span() || says(MODULE) || says(OPERATION) {
            return true;
        }
        let Some(span) = scope.lookup_current() else {
            return level <= self.threshold(place, None);
        };
        let extensions = span.extensions();
        let context = extensions.get::<Context>();
        let in_operation = context.is_some_and(|context| context.operation.is_some());
        (in_operation && level <= self.levels.captured())
            || level <= self.threshold(place, context.and_then(|context| context.module.as_deref()))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.levels.max_filter())
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, scope: Scope<'_, S>) {
        let Some(span) = scope.span(id) else {
            return;
        };
        let around = span.parent();
        let mut context = around
            .and_then(|parent| parent.extensions().get::<Context>().cloned())
            .unwrap_or_default();
        attributes.record(&mut context);
        span.extensions_mut().insert(context);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, scope: Scope<'_, S>) {
        if let Some(span) = scope.span(id)
            && let Some(context) = span.extensions_mut().get_mut::<Context>()
        {
            values.record(context);
        }
    }

    fn on_event(&self, event: &Event<'_>, scope: Scope<'_, S>) {
        let mut said = Said::default();
        event.record(&mut said);
        match scope.event_span(event) {
            Some(span) => self.emit(event.metadata(), &said, span.extensions().get::<Context>()),
            None => self.emit(event.metadata(), &said, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_told_apart_by_their_crate() {
        for (target, is_ours, path) in [
            ("certbroker", true, "certbroker"),
            ("certbroker_engine::operation", true, "engine::operation"),
            ("pmleadertelecom::main", true, "pmleadertelecom::main"),
            ("certbrokerage", false, "certbrokerage"),
            ("sqlx::query", false, "sqlx::query"),
            ("", false, ""),
        ] {
            let place = Place::of(target);
            assert_eq!(
                (place.owner == Owner::Ours, place.path),
                (is_ours, path),
                "{target}"
            );
        }
    }
}
