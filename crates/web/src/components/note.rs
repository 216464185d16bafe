//! A coloured line that says something, and the messages of the page before.

use httpkit::{Flash, Tone};
use i18n::Value;
use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::view::View;

/// A note with any content.
#[must_use]
pub fn note(tone: Tone, body: &Markup) -> Markup {
    let sign = match tone {
        Tone::Good => Icon::Check,
        Tone::Warn | Tone::Bad => Icon::Alert,
        Tone::Info | Tone::Neutral => Icon::Info,
    };
    html! { div.note.(tone.word()) { (icon(sign)) div { (body) } } }
}

/// A note of one sentence.
#[must_use]
pub fn sentence(tone: Tone, text: &str) -> Markup {
    note(tone, &html! { p { (text) } })
}

/// The message of the page before, read aloud when it appears.
#[must_use]
pub fn toasts(view: &View) -> Markup {
    html! {
        div.toasts id="toasts" role="status" aria-live="polite" {
            @if let Some(flash) = &view.flash { (sentence(flash.tone, &flash_text(view, flash))) }
        }
    }
}

fn flash_text(view: &View, flash: &Flash) -> String {
    let arguments: Vec<(&str, Value<'_>)> = flash
        .arguments
        .iter()
        .map(|(name, value)| (name.as_str(), Value::from(value.as_str())))
        .collect();
    view.t_args(&flash.key, &arguments)
}
