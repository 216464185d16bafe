//! Every kind of mail in every language, and which texts were changed.

use engine::mail_texts::Line;
use httpkit::Tone;
use i18n::Locale;
use maud::{Markup, html};
use notify::MailKind;

use super::address;
use crate::{
    admin::people::People,
    components::{
        badge::badge,
        head::Head,
        table::{Column, Table},
    },
    layout,
    view::View,
};

/// The page.
#[must_use]
pub(super) fn page(view: &View, lines: &[Line], people: &People) -> Markup {
    let title = view.t("nav-mail-texts");
    let mut columns = vec![Column::new(view.t("mail-texts-mail"))];
    columns.extend(Locale::ALL.map(|locale| Column::new(locale.native_name())));
    let row = |kind: &MailKind| {
        let mut cells = vec![html! {
            (view.word("mail-kind", kind.word()))
            span.sub { (view.word("mail-texts-to", kind.audience().word())) }
        }];
        let of_kind = lines.iter().filter(|line| line.kind == *kind);
        cells.extend(of_kind.map(|line| cell(view, line, people)));
        cells
    };
    let table = Table {
        caption: title.clone(),
        columns,
        rows: MailKind::ALL.iter().map(row).collect(),
        sorting: None,
        empty: html! {},
    };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-mails"), "/admin/mails").text(view.t("mail-texts-text")).render(view))
            (table.render())
        },
    )
}

fn cell(view: &View, line: &Line, people: &People) -> Markup {
    let state = match line.changed {
        None => view.t("mail-texts-shipped"),
        Some(_) => view.t("mail-texts-changed"),
    };
    let name = format!(
        "{}, {}: {state}",
        view.word("mail-kind", line.kind.word()),
        line.locale.native_name()
    );
    let to = address(line.kind, line.locale);
    html! {
        @match &line.changed {
            None => a href=(to) aria-label=(name) { (state) },
            Some(changed) => {
                a href=(to) aria-label=(name) { (badge(Tone::Info, &state)) }
                @if changed.failure.is_some() { " " (badge(Tone::Bad, &view.t("mail-texts-failing"))) }
                span.sub { (view.day_of(changed.at)) ", " (people.who(view, &changed.by)) }
            }
        }
    }
}
