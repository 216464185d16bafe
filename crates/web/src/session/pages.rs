//! The pages for somebody who is not (or not wholly) signed in.

use httpkit::{Form, Tone};
use maud::{Markup, html};

use crate::{
    components::{
        copy::copyable,
        field::{self, Choice, Field, Kind},
        note::sentence,
        qr::qr,
    },
    layout,
    view::View,
};

/// The least that a password must have; the engine judges, this is for the hint.
const PASSWORD_LENGTH: i64 = 8;

/// First run: the token from the log makes the first administrator.
#[must_use]
pub fn set_up(view: &View, form: &Form) -> Markup {
    let fields = ["token", "name", "email", "password"];
    let title = view.t("session-set-up-title");
    frame(
        view,
        &title,
        &view.t("session-set-up-text"),
        form,
        &fields,
        &html! {
            form.form.full method="post" action="/setup" {
                (Field::new("token", view.t("session-set-up-token"), Kind::Text).hint(view.t("session-set-up-token-hint")).autocomplete("off").render(view, form))
                (Field::new("name", view.t("session-name"), Kind::Text).autocomplete("name").render(view, form))
                (Field::new("email", view.t("session-email"), Kind::Mail).autocomplete("username").render(view, form))
                (new_password(view, form))
                (submit(&view.t("session-set-up-submit")))
            }
        },
    )
}

/// Mail address and password.
#[must_use]
pub fn sign_in(view: &View, form: &Form) -> Markup {
    let title = view.t("session-sign-in-title");
    frame(
        view,
        &title,
        "",
        form,
        &["email", "password"],
        &html! {
            form.form.full method="post" action="/sign-in" {
                input type="hidden" name="next" value=(form.value("next"));
                (Field::new("email", view.t("session-email"), Kind::Mail).autocomplete("username").render(view, form))
                (Field::new("password", view.t("session-password"), Kind::Password).render(view, form))
                (submit(&title))
            }
            div.actions {
                a href="/register" { (view.t("session-to-register")) }
                a href="/reset" { (view.t("session-to-reset")) }
            }
        },
    )
}

/// The code of the second factor.
#[must_use]
pub fn second_factor(view: &View, form: &Form) -> Markup {
    let title = view.t("session-code-title");
    frame(
        view,
        &title,
        &view.t("session-code-text"),
        form,
        &["code"],
        &html! {
            form.form.full method="post" action="/sign-in/code" {
                input type="hidden" name="next" value=(form.value("next"));
                (Field::new("code", view.t("session-code"), Kind::Code).render(view, form))
                (submit(&view.t("action-continue")))
            }
            details.more {
                summary { (view.t("session-recovery")) }
                form.form.full method="post" action="/sign-in/code" {
                    input type="hidden" name="next" value=(form.value("next"));
                    (Field::new("recovery", view.t("session-recovery-code"), Kind::Text).autocomplete("off").hint(view.t("session-recovery-hint")).render(view, form))
                    (submit(&view.t("action-continue")))
                }
            }
            (sign_out(view))
        },
    )
}

/// What a new second factor is made of.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The address that the QR code holds.
    pub address: String,
    /// The secret for typing.
    pub secret: String,
}

/// The QR code to be scanned, and the first code to prove it.
#[must_use]
pub fn enrol(view: &View, enrolment: &Enrolment, form: &Form) -> Markup {
    let title = view.t("session-enrol-title");
    frame(
        view,
        &title,
        &view.t("session-enrol-text"),
        form,
        &["code"],
        &html! {
            (qr(&enrolment.address, &view.t("session-enrol-picture")))
            div.field {
                span.label { (view.t("session-enrol-secret")) }
                (copyable(view, "totp-secret", &enrolment.secret))
            }
            form.form.full method="post" action="/sign-in/enrol" {
                (Field::new("code", view.t("session-code"), Kind::Code).hint(view.t("session-enrol-code-hint")).render(view, form))
                (submit(&view.t("session-enrol-submit")))
            }
            (sign_out(view))
        },
    )
}

/// The recovery codes, shown once.
#[must_use]
pub fn recovery_codes(view: &View, codes: &[String], next: &str) -> Markup {
    let title = view.t("session-recovery-title");
    layout::plain(
        view,
        &title,
        &html! {
            section.card {
                div.card-body {
                    h1 { (title) }
                    p { (view.t("session-recovery-text")) }
                    pre id="recovery-codes" { (codes.join("\n")) }
                    p { a.button.primary.wide href=(next) { (view.t("session-recovery-kept")) } }
                }
            }
        },
    )
}

/// A new client: the person and the account that buys.
#[must_use]
pub fn register(view: &View, form: &Form, currencies: &[String]) -> Markup {
    let fields = [
        "name", "email", "password", "kind", "account", "country", "currency",
    ];
    let title = view.t("session-register-title");
    let kinds = ["person", "company"].map(|kind| Choice {
        value: kind.to_owned(),
        label: view.word("account-kind", kind),
        hint: String::new(),
    });
    let currencies: Vec<(String, String)> = currencies
        .iter()
        .map(|code| (code.clone(), code.clone()))
        .collect();
    frame(
        view,
        &title,
        &view.t("session-register-text"),
        form,
        &fields,
        &html! {
            form.form.full method="post" action="/register" {
                (Field::new("name", view.t("session-name"), Kind::Text).autocomplete("name").render(view, form))
                (Field::new("email", view.t("session-email"), Kind::Mail).autocomplete("username").render(view, form))
                (new_password(view, form))
                (field::choices(view, form, "kind", &view.t("session-register-kind"), &kinds))
                div.stack data-shown-by="kind=company" {
                    (Field::new("account", view.t("session-register-account"), Kind::Text).optional().autocomplete("organization").render(view, form))
                }
                div.row-fields {
                    (Field::new("country", view.t("session-register-country"), Kind::Text).autocomplete("country").hint(view.t("session-register-country-hint")).render(view, form))
                    (Field::new("currency", view.t("session-register-currency"), Kind::Text).select(view, form, &currencies))
                }
                (submit(&view.t("session-register-submit")))
            }
            p { a href="/sign-in" { (view.t("session-to-sign-in")) } }
        },
    )
}

/// The mail was sent; what to do next. The same whether or not the address is known.
#[must_use]
pub fn sent(view: &View, title: &str, text: &str) -> Markup {
    layout::plain(
        view,
        title,
        &html! {
            section.card {
                div.card-body {
                    h1 { (title) }
                    (sentence(Tone::Info, text))
                    p { a href="/sign-in" { (view.t("session-to-sign-in")) } }
                }
            }
        },
    )
}

/// The link of the mail was followed: one press confirms, so that programs that only look at links confirm nothing.
#[must_use]
pub fn confirm(view: &View, form: &Form) -> Markup {
    let title = view.t("session-confirm-title");
    frame(
        view,
        &title,
        &view.t("session-confirm-text"),
        form,
        &[],
        &html! {
            form.form.full method="post" action="/confirm" {
                input type="hidden" name="token" value=(form.value("token"));
                (submit(&view.t("session-confirm-submit")))
            }
        },
    )
}

/// Asks for the mail with the link that sets a new password.
#[must_use]
pub fn ask_reset(view: &View, form: &Form) -> Markup {
    let title = view.t("session-reset-title");
    frame(
        view,
        &title,
        &view.t("session-reset-text"),
        form,
        &["email"],
        &html! {
            form.form.full method="post" action="/reset" {
                (Field::new("email", view.t("session-email"), Kind::Mail).autocomplete("username").render(view, form))
                (submit(&view.t("session-reset-submit")))
            }
            p { a href="/sign-in" { (view.t("session-to-sign-in")) } }
        },
    )
}

/// The new password.
#[must_use]
pub fn new_password_page(view: &View, form: &Form) -> Markup {
    let title = view.t("session-new-password-title");
    frame(
        view,
        &title,
        &view.t("session-new-password-text"),
        form,
        &["password"],
        &html! {
            form.form.full method="post" action="/reset/new" {
                input type="hidden" name="token" value=(form.value("token"));
                (new_password(view, form))
                (submit(&view.t("session-new-password-submit")))
            }
        },
    )
}

/// The password again, before something that matters.
#[must_use]
pub fn password_again(view: &View, form: &Form) -> Markup {
    let title = view.t("session-again-title");
    frame(
        view,
        &title,
        &view.t("session-again-text"),
        form,
        &["password"],
        &html! {
            form.form.full method="post" action="/confirm-password" {
                input type="hidden" name="next" value=(form.value("next"));
                (Field::new("password", view.t("session-password"), Kind::Password).render(view, form))
                (submit(&view.t("action-continue")))
            }
        },
    )
}

fn frame(view: &View, title: &str, text: &str, form: &Form, fields: &[&str], body: &Markup) -> Markup {
    layout::plain(
        view,
        title,
        &html! {
            section.card {
                div.card-body {
                    h1 { (title) }
                    @if !text.is_empty() { p.muted { (text) } }
                    (field::summary(view, form, fields))
                    (body)
                }
            }
        },
    )
}

fn new_password(view: &View, form: &Form) -> Markup {
    let hint = view.t_args("session-password-hint", &[("count", PASSWORD_LENGTH.into())]);
    Field::new("password", view.t("session-new-password"), Kind::NewPassword)
        .hint(hint)
        .render(view, form)
}

fn submit(text: &str) -> Markup {
    html! { button.button.primary.wide type="submit" { (text) } }
}

fn sign_out(view: &View) -> Markup {
    html! {
        form method="post" action="/sign-out" {
            button.link-button type="submit" { (view.t("action-sign-out")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use httpkit::Params;

    use super::*;
    use crate::{validity::snapshot_page, view::sample};

    fn rejected() -> Form {
        let mut form = Form::from(Params::from([
            ("email", "anna@"),
            ("password", "secret"),
            ("next", "/admin"),
        ]));
        form.reject("email", "email");
        form.reject("password", "required");
        form
    }

    #[test]
    fn the_pages_for_somebody_who_is_not_signed_in() {
        let anybody = sample::anybody();
        snapshot_page!("set-up", anybody.clone(), |view| set_up(view, &Form::default()));
        snapshot_page!("sign-in", anybody.clone(), |view| sign_in(view, &rejected()));
        snapshot_page!("second-factor", anybody.clone(), |view| second_factor(
            view,
            &Form::default()
        ));
        snapshot_page!("register", anybody.clone(), |view| register(
            view,
            &Form::default(),
            &["EUR".into(), "RUB".into()]
        ));
        snapshot_page!("sent", anybody.clone(), |view| sent(
            view,
            &view.t("session-reset-sent-title"),
            &view.t("session-reset-sent-text")
        ));
        snapshot_page!("confirm", anybody.clone(), |view| confirm(view, &Form::default()));
        snapshot_page!("ask-reset", anybody.clone(), |view| ask_reset(view, &rejected()));
        snapshot_page!("new-password", anybody.clone(), |view| new_password_page(
            view,
            &Form::default()
        ));
        snapshot_page!("password-again", anybody.clone(), |view| password_again(
            view,
            &Form::default()
        ));
        snapshot_page!("recovery-codes", anybody.clone(), |view| recovery_codes(
            view,
            &["aaaa-bbbb".into()],
            "/admin"
        ));
    }

    #[test]
    fn enrolling_shows_the_secret_as_picture_and_as_text() {
        let enrolment = Enrolment {
            address: "otpauth://totp/certbroker:a?secret=JBSWY3DP".into(),
            secret: "JBSWY3DP".into(),
        };
        let page = enrol(&sample::anybody(), &enrolment, &Form::default()).into_string();
        assert_eq!(crate::validity::faults(&page), Vec::<String>::new());
        assert!(
            page.contains(">JBSWY3DP<") && page.contains("<svg class=\"qr\""),
            "{page}"
        );
    }
}
