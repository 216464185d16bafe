//! The frame around a page: staff, client, signed out.

use domain::state::Role;
use httpkit::Tone;
use i18n::Locale;
use maud::{DOCTYPE, Markup, html};

use crate::{
    assets,
    components::{
        icon::{Icon, icon},
        note,
    },
    routes::Audience,
    view::{Time, View},
};

/// htmx without its inline style sheet and without evaluation, to fit the content policy.
const HTMX: &str = r#"{"includeIndicatorCSS":false,"mode":"same-origin","history":"reload","morphIgnore":["data-htmx-powered","open"]}"#;

struct Entry {
    key: &'static str,
    path: &'static str,
    sign: Icon,
    audience: Audience,
    /// Only where business time may be moved.
    in_simulation: bool,
}

const fn entry(key: &'static str, path: &'static str, sign: Icon) -> Entry {
    Entry {
        key,
        path,
        sign,
        audience: Audience::Staff,
        in_simulation: false,
    }
}

const fn for_administrators(key: &'static str, path: &'static str, sign: Icon) -> Entry {
    Entry {
        audience: Audience::Administrator,
        ..entry(key, path, sign)
    }
}

const STAFF: [(&str, &[Entry]); 5] = [
    (
        "nav-work",
        &[
            entry("nav-dashboard", "/admin", Icon::Dashboard),
            entry("nav-services", "/admin/services", Icon::Shield),
            entry("nav-operations", "/admin/operations", Icon::Refresh),
            entry("nav-replacements", "/admin/replacements", Icon::Alert),
            entry("nav-tasks", "/admin/tasks", Icon::Task),
        ],
    ),
    (
        "nav-products",
        &[
            entry("nav-tariffs", "/admin/tariffs", Icon::Tag),
            entry("nav-rates", "/admin/rates", Icon::Percent),
        ],
    ),
    (
        "nav-clients",
        &[
            entry("nav-accounts", "/admin/accounts", Icon::Users),
            entry("nav-users", "/admin/users", Icon::User),
            entry("nav-credits", "/admin/credits", Icon::Money),
        ],
    ),
    (
        "nav-integration",
        &[
            entry("nav-modules", "/admin/modules", Icon::Plug),
            for_administrators("nav-zones", "/admin/zones", Icon::Globe),
        ],
    ),
    (
        "nav-system",
        &[
            entry("nav-departments", "/admin/departments", Icon::Inbox),
            for_administrators("nav-reconciliation", "/admin/reconciliation", Icon::List),
            entry("nav-periodic", "/admin/periodic", Icon::Clock),
            for_administrators("nav-rules", "/admin/rules", Icon::Shield),
            Entry {
                in_simulation: true,
                ..for_administrators("nav-clock", "/admin/clock", Icon::Clock)
            },
            for_administrators("nav-mails", "/admin/mails", Icon::Inbox),
            for_administrators("nav-mail-texts", "/admin/mail-texts", Icon::Pen),
            for_administrators("nav-audit", "/admin/audit", Icon::Log),
            for_administrators("nav-settings", "/admin/settings", Icon::Sliders),
        ],
    ),
];

const CLIENT: [(&str, &str); 4] = [
    ("nav-services", "/services"),
    ("nav-order", "/order"),
    ("nav-money", "/money"),
    ("nav-profile", "/profile"),
];

/// A page of the admin area.
#[must_use]
pub fn staff(view: &View, title: &str, body: &Markup) -> Markup {
    document(
        view,
        title,
        &html! {
            div.shell {
                aside.side {
                    div.side-inner {
                        div.side-head {
                            (brand("brand", "/admin"))
                            button.side-toggle type="button" aria-expanded="false" aria-controls="side-nav" {
                                (icon(Icon::Menu)) (view.t("nav-menu"))
                            }
                        }
                        nav id="side-nav" aria-label=(view.t("label-navigation")) {
                            @for (group, entries) in STAFF {
                                h2 { (view.t(group)) }
                                ul { @for entry in entries.iter().filter(|entry| is_for(view, entry)) { (staff_entry(view, entry)) } }
                            }
                        }
                    }
                }
                div.page {
                    header.top {
                        search.search {
                            form.search method="get" action="/admin/services" {
                                label.visually-hidden for="top-search" { (view.t("label-search-services")) }
                                input type="search" id="top-search" name="q" maxlength="200" placeholder=(view.t("label-search-services")) autocomplete="off";
                                button.button type="submit" aria-label=(view.t("action-search")) { (icon(Icon::Search)) }
                            }
                        }
                        (who(view, "/admin/profile"))
                    }
                    main id="main" tabindex="-1" { (moved(view)) (acting(view)) (note::toasts(view)) (body) }
                    (footer(view))
                }
            }
        },
    )
}

/// A page of the client area.
#[must_use]
pub fn client(view: &View, title: &str, body: &Markup) -> Markup {
    document(
        view,
        title,
        &html! {
            div.client-shell {
                header.client-bar {
                    div.client-bar-inner {
                        (brand("brand", "/services"))
                        nav aria-label=(view.t("label-navigation")) {
                            ul {
                                @for (key, path) in CLIENT {
                                    li { a href=(path) aria-current=[is_current(view, path).then_some("page")] { (view.t(key)) } }
                                }
                            }
                        }
                        (who(view, "/profile"))
                    }
                }
                main id="main" tabindex="-1" { (moved(view)) (acting(view)) (note::toasts(view)) (body) }
                (footer(view))
            }
        },
    )
}

/// A page for somebody who is not signed in.
#[must_use]
pub fn plain(view: &View, title: &str, body: &Markup) -> Markup {
    document(
        view,
        title,
        &html! {
            div.plain-shell {
                main id="main" tabindex="-1" {
                    (brand("plain-brand", ""))
                    (moved(view))
                    (note::toasts(view))
                    (body)
                }
                (footer(view))
            }
        },
    )
}

fn document(view: &View, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html.no-script lang=(view.locale.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=(HTMX);
                title { (title) " · certbroker" }
                link rel="icon" type="image/svg+xml" href=(assets::address("favicon.svg"));
                link rel="stylesheet" href=(assets::address("app.css"));
                script src=(assets::address("app.js")) defer {}
                script src=(assets::address("vendor/htmx.js")) defer {}
            }
            body {
                a.skip href="#main" { (view.t("label-skip")) }
                (body)
            }
        }
    }
}

fn brand(class: &str, path: &str) -> Markup {
    let inner =
        html! { img src=(assets::address("favicon.svg")) alt="" width="26" height="26"; "certbroker" };
    html! {
        @if path.is_empty() { div.(class) { (inner) } } @else { a.(class) href=(path) { (inner) } }
    }
}

fn is_for(view: &View, entry: &Entry) -> bool {
    let role = view.signed.as_ref().map(|signed| signed.role);
    let may = entry.audience != Audience::Administrator || role == Some(Role::Administrator);
    may && (!entry.in_simulation || view.time != Time::Real)
}

fn staff_entry(view: &View, entry: &Entry) -> Markup {
    html! {
        li {
            a href=(entry.path) aria-current=[is_current(view, entry.path).then_some("page")] {
                (icon(entry.sign)) (view.t(entry.key))
            }
        }
    }
}

fn who(view: &View, profile: &str) -> Markup {
    html! {
        @if let Some(signed) = &view.signed {
            div.who {
                a href=(profile) { (signed.name) }
                form method="post" action="/sign-out" {
                    button.link-button type="submit" { (view.t("action-sign-out")) }
                }
            }
        }
    }
}

/// In a simulation whose time was moved, every page says so.
fn moved(view: &View) -> Markup {
    let Time::Moved(machine) = view.time else {
        return html! {};
    };
    let is_administrator = view.signed.as_ref().map(|signed| signed.role) == Some(Role::Administrator);
    let text = view.t_args(
        "clock-banner",
        &[
            ("business", view.instant(view.now).into()),
            ("machine", view.instant(machine).into()),
        ],
    );
    note::note(
        Tone::Info,
        &html! { p { (text) @if is_administrator { " " a href="/admin/clock" { (view.t("nav-clock")) } } } },
    )
}

/// Staff who act for a client are told so on every page, with the way back.
fn acting(view: &View) -> Markup {
    let acts = view
        .signed
        .as_ref()
        .is_some_and(|signed| signed.role.is_staff() && signed.account.is_some());
    html! {
        @if acts {
            (note::note(Tone::Warn, &html! {
                form.actions method="post" action="/admin/act/end" {
                    span { (view.t("accounts-acting-bar")) }
                    button.button.small type="submit" { (view.t("accounts-acting-end")) }
                }
            }))
        }
    }
}

fn footer(view: &View) -> Markup {
    html! {
        footer.foot {
            span { "certbroker" }
            form method="post" action="/language" aria-label=(view.t("label-language")) {
                input type="hidden" name="next" value=(view.address);
                @for locale in Locale::ALL {
                    button.link-button type="submit" name="language" value=(locale.code()) lang=(locale.code())
                        aria-current=[(locale == view.locale).then_some("true")] { (locale.native_name()) }
                }
            }
        }
    }
}

/// The start of an area is only itself, any other entry also what lies below it.
fn is_current(view: &View, path: &str) -> bool {
    let rest = view.path.strip_prefix(path);
    if path == "/admin" {
        rest == Some("")
    } else {
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// A page that says why there is none.
#[must_use]
pub fn failure(view: &View, title: &str, text: &str, reference: &str) -> Markup {
    let body = html! {
        h1 { (title) }
        (note::sentence(Tone::Warn, text))
        @if !reference.is_empty() { p.muted.small { (view.t("error-reference")) " " code { (reference) } } }
        p { a.button href=(view.home()) { (view.t("action-home")) } }
    };
    match &view.signed {
        Some(signed) if signed.role.is_staff() => staff(view, title, &body),
        Some(_) => client(view, title, &body),
        None => plain(view, title, &body),
    }
}

#[cfg(test)]
mod tests {
    use httpkit::Flash;

    use super::*;
    use crate::view::sample;

    #[test]
    fn the_entry_of_the_page_is_marked_and_no_other() {
        let view = sample::signed(Role::Administrator, "/admin/modules/3");
        let page = staff(&view, "Module", &html! { h1 { "Module" } }).into_string();
        assert_eq!(page.matches("aria-current=\"page\"").count(), 1);
        assert!(
            page.contains("href=\"/admin/modules\" aria-current=\"page\""),
            "{page}"
        );
    }

    #[test]
    fn a_simulation_whose_time_was_moved_says_so_on_every_page() {
        let mut view = sample::signed(Role::Administrator, "/admin");
        let body = html! { h1 { "Page" } };
        assert!(!staff(&view, "Page", &body).into_string().contains("/admin/clock"));
        view.time = Time::Simulated;
        let page = staff(&view, "Page", &body).into_string();
        assert_eq!(
            page.matches("/admin/clock").count(),
            1,
            "in the navigation: {page}"
        );
        view.time = Time::Moved("2026-11-23T09:00:00Z".parse().unwrap());
        view.now = "2031-10-20T09:00:00Z".parse().unwrap();
        let page = staff(&view, "Page", &body).into_string();
        assert_eq!(page.matches("/admin/clock").count(), 2, "{page}");
        view.signed = None;
        for page in [client(&view, "Page", &body), plain(&view, "Page", &body)] {
            let page = page.into_string();
            assert!(page.contains("2031") && page.contains("2026"), "{page}");
        }
    }

    #[test]
    fn nothing_is_inline_and_the_message_of_the_page_before_is_shown_escaped() {
        let mut view = sample::signed(Role::Owner, "/services");
        view.flash = Some(Flash::done("language"));
        let page = client(&view, "Services", &html! { h1 { "<services>" } }).into_string();
        assert!(
            !page.contains("<style") && !page.contains(" style=") && !page.contains("<script>"),
            "{page}"
        );
        assert!(
            page.contains("&lt;services&gt;") && page.contains("class=\"note good\""),
            "{page}"
        );
    }
}
