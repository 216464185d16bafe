//! The pages of mail texts.

use domain::state::Role;
use engine::{
    mail_texts::{Changed, Line, Past, PastTo, Problem, TextView},
    notices::Outbox,
};
use i18n::Locale;
use jiff::{Timestamp, tz::TimeZone};
use notify::{
    Brand, MailKind, Part, Templates,
    wording::{Fault, names_of},
};

use super::{Preview, Said, Shown, edit, form_of, list};
use crate::{
    admin::{people::People, system::mails},
    validity::{faults, snapshot_page},
    view::{View, sample},
};

fn view(locale: Locale) -> View {
    View {
        locale,
        ..sample::signed(Role::Administrator, "/admin/mail-texts")
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn brand() -> Brand {
    Brand {
        seller: "Example <Hosting>".into(),
        support: None,
    }
}

fn changed(failure: Option<&str>) -> Changed {
    Changed {
        at: at("2026-11-20T08:00:00Z"),
        by: "command line".into(),
        failure: failure.map(|why| (at("2026-11-21T08:00:00Z"), why.to_owned())),
    }
}

fn text(changed: Option<Changed>) -> TextView {
    let shipped = Templates::built_in()
        .unwrap()
        .wording(MailKind::Ending, Locale::En);
    TextView {
        kind: MailKind::Ending,
        locale: Locale::En,
        wording: shipped.clone(),
        shipped,
        number: 2,
        changed,
        past: vec![
            Past {
                number: 2,
                at: at("2026-11-20T08:00:00Z"),
                by: "command line".into(),
                to: PastTo::Own,
            },
            Past {
                number: 1,
                at: at("2026-11-19T08:00:00Z"),
                by: "command line".into(),
                to: PastTo::Shipped,
            },
        ],
        names: names_of(MailKind::Ending, Locale::En, &TimeZone::UTC, &brand()),
        samples: 4,
    }
}

#[test]
fn the_list_says_what_was_changed_and_what_does_not_fit() {
    let lines: Vec<Line> = MailKind::ALL
        .iter()
        .flat_map(|kind| {
            Locale::ALL.map(|locale| Line {
                kind: *kind,
                locale,
                changed: match (*kind, locale) {
                    (MailKind::Issued, Locale::En) => Some(changed(None)),
                    (MailKind::Closed, Locale::Ru) => Some(changed(Some("`gone` is undefined"))),
                    _ => None,
                },
            })
        })
        .collect();
    for locale in Locale::ALL {
        let page = list::page(&view(locale), &lines, &People::default()).into_string();
        assert_eq!(faults(&page), Vec::<String>::new());
        for kind in MailKind::ALL {
            for language in Locale::ALL {
                let address = format!("href=\"/admin/mail-texts/{}/{language}\"", kind.word());
                assert_eq!(page.matches(&address).count(), 1, "{address}");
            }
        }
        let failing = i18n::t(locale, "mail-texts-failing");
        assert_eq!(page.matches(&failing).count(), 1, "{page}");
    }
}

#[test]
fn the_editor_shows_the_text_its_names_its_past_and_what_is_wrong() {
    let text = text(Some(changed(Some("`gone` is undefined"))));
    let rendered = text
        .wording
        .check(MailKind::Ending, Locale::En, &TimeZone::UTC, &brand())
        .unwrap();
    let problem = Problem {
        part: Part::Text,
        line: Some(3),
        fault: Fault::UnknownName,
        detail: "`<gone>` is undefined".into(),
    };
    let mut wrong = form_of(&text.wording, 2);
    wrong.reject("text", "text-unknown_name");
    for locale in Locale::ALL {
        let shown = Shown {
            text: &text,
            said: Said {
                preview: rendered.first().cloned().map(|mail| Preview {
                    mail,
                    frame: "/admin/mail-texts/preview/1".into(),
                }),
                tested: Some("anna@host.example".into()),
                problems: Vec::new(),
            },
        };
        let form = form_of(&text.wording, 2);
        let page = edit::page(&view(locale), &form, &shown, &People::default()).into_string();
        assert_eq!(faults(&page), Vec::<String>::new());
        for said in [
            "<iframe class=\"mail-frame\" sandbox=\"\"",
            "anna@host.example",
            "`gone` is undefined",
            "action=\"/admin/mail-texts/ending/en/restore\"",
            "?from=2",
            "<code>in_days</code>",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let shown = Shown {
            text: &text,
            said: Said {
                problems: vec![problem.clone()],
                ..Said::default()
            },
        };
        let page = edit::page(&view(locale), &wrong, &shown, &People::default()).into_string();
        assert_eq!(faults(&page), Vec::<String>::new());
        assert!(page.contains("`&lt;gone&gt;` is undefined"), "{page}");
        assert!(page.contains("aria-invalid=\"true\""), "{page}");
        assert!(!page.contains("<iframe"), "{page}");
    }
}

#[test]
fn a_mail_that_was_overtaken_and_texts_that_do_not_fit_are_seen() {
    let outbox = Outbox {
        has_server: true,
        failed: 0,
        failing_texts: 2,
    };
    for locale in Locale::ALL {
        let page = mails::trouble(&view(locale), &outbox).into_string();
        assert!(page.contains("href=\"/admin/mail-texts\""), "{page}");
        for why in ["replaced", "not-active", "settled", "said-again"] {
            assert!(i18n::exists(locale, &format!("mails-overtaken-{why}")), "{why}");
        }
    }
}

#[test]
fn every_name_of_every_mail_has_a_meaning_in_every_language() {
    for locale in Locale::ALL {
        for kind in MailKind::ALL {
            assert!(
                i18n::exists(locale, &format!("mail-kind-{}", kind.word().replace('_', "-"))),
                "{kind:?}"
            );
            for name in names_of(*kind, locale, &TimeZone::UTC, &brand()) {
                let key = format!("mail-name-{}", name.name.replace(['.', '_'], "-"));
                assert!(i18n::exists(locale, &key), "{locale}: {key}");
            }
        }
        for fault in [
            Fault::Empty,
            Fault::TooLong,
            Fault::Syntax,
            Fault::UnknownName,
            Fault::UnknownPart,
            Fault::Endless,
            Fault::NoLink,
            Fault::Other,
        ] {
            let key = format!("problem-text-{}", fault.word().replace('_', "-"));
            assert!(i18n::exists(locale, &key), "{locale}: {key}");
        }
    }
}

#[test]
fn the_list_and_the_editor_look_as_they_should() {
    let lines = [
        Line {
            kind: MailKind::Issued,
            locale: Locale::En,
            changed: Some(changed(None)),
        },
        Line {
            kind: MailKind::Closed,
            locale: Locale::Ru,
            changed: Some(changed(Some("`gone` is undefined"))),
        },
    ];
    snapshot_page!("mail-texts", view(Locale::En), |view| list::page(
        view,
        &lines,
        &People::default()
    ));
    let text = text(Some(changed(Some("`gone` is undefined"))));
    let form = form_of(&text.wording, 2);
    let shown = Shown {
        text: &text,
        said: Said::default(),
    };
    snapshot_page!("mail-text-edit", view(Locale::En), |view| edit::page(
        view,
        &form,
        &shown,
        &People::default()
    ));
}
