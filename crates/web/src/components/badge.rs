//! A state in a word and a colour. The word says it all: colour alone never does.

use domain::state::{OperationState, ServiceState, TaskPriority, TaskState};
use httpkit::Tone;
use maud::{Markup, html};

use crate::view::View;

/// A badge.
#[must_use]
pub fn badge(tone: Tone, text: &str) -> Markup {
    html! { span.badge.(tone.word()) { (text) } }
}

/// A small grey word beside a name.
#[must_use]
pub fn tag(text: &str) -> Markup {
    html! { span.tag { (text) } }
}

/// Several of them.
#[must_use]
pub fn tags(texts: &[String]) -> Markup {
    html! { span.tags { @for text in texts { (tag(text)) } } }
}

/// Where a service stands.
#[must_use]
pub fn service_state(view: &View, state: ServiceState) -> Markup {
    let tone = match state {
        ServiceState::Active => Tone::Good,
        ServiceState::Opening | ServiceState::WaitingForIssue => Tone::Info,
        ServiceState::WaitingForValidation | ServiceState::Suspended => Tone::Warn,
        ServiceState::Failed => Tone::Bad,
        ServiceState::Closed => Tone::Neutral,
    };
    badge(tone, &view.word("service-state", state.word()))
}

/// Where an operation stands.
#[must_use]
pub fn operation_state(view: &View, state: OperationState) -> Markup {
    let tone = match state {
        OperationState::Done => Tone::Good,
        OperationState::Waiting => Tone::Info,
        OperationState::Manual => Tone::Warn,
        OperationState::Failed => Tone::Bad,
        OperationState::Superseded => Tone::Neutral,
    };
    badge(tone, &view.word("operation-state", state.word()))
}

/// Where a task stands.
#[must_use]
pub fn task_state(view: &View, state: TaskState) -> Markup {
    let tone = match state {
        TaskState::Open => Tone::Warn,
        TaskState::InProgress => Tone::Info,
        TaskState::Done => Tone::Good,
        TaskState::Cancelled => Tone::Neutral,
    };
    badge(tone, &view.word("task-state", state.word()))
}

/// How soon a task must be done.
#[must_use]
pub fn priority(view: &View, priority: TaskPriority) -> Markup {
    let tone = match priority {
        TaskPriority::Low | TaskPriority::Normal => Tone::Neutral,
        TaskPriority::High => Tone::Warn,
        TaskPriority::Urgent => Tone::Bad,
    };
    badge(tone, &view.word("task-priority", priority.word()))
}

/// On or off.
#[must_use]
pub fn active(view: &View, state: Active) -> Markup {
    match state {
        Active::On => badge(Tone::Good, &view.t("state-on")),
        Active::Off => badge(Tone::Neutral, &view.t("state-off")),
    }
}

/// Whether something is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Active {
    /// It is.
    On,
    /// It is not.
    Off,
}

impl From<bool> for Active {
    fn from(is_on: bool) -> Self {
        if is_on { Self::On } else { Self::Off }
    }
}
