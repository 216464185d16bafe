//! Taking a certificate out: the forms, each with what it is for.

use domain::id::CertificateId;
use engine::services::ServiceView;
use httpkit::Form;
use maud::{Markup, html};

use crate::{
    components::{
        card::card,
        field::{self, Field, Kind},
        head::Head,
        icon::{Icon, icon},
    },
    layout,
    view::View,
};

/// The forms without the private key, in the order of the page.
const OPEN: [&str; 6] = ["fullchain", "zip", "certificate", "intermediates", "root", "der"];

/// The page. With a stored key it also offers the forms that hold it.
#[must_use]
pub fn page(view: &View, service: &ServiceView, certificate: CertificateId, form: &Form) -> Markup {
    let base = format!("/services/{}", service.line.id);
    let title = view.t("client-download-title");
    layout::client(
        view,
        &title,
        &html! {
            (Head::new(title.clone())
                .under(view.t("nav-services"), "/services")
                .under(service.line.main_name.unicode(), base.clone())
                .render(view))
            div.grid-2 {
                (card("without-key", &view.t("client-without-key"), &open(view, &base, certificate)))
                (card("with-key", &view.t("client-with-key"), &html! {
                    @if service.key.can_download { (with_key(view, &base, certificate, form)) }
                    @else { p { (view.t("client-no-stored-key")) } }
                }))
            }
        },
    )
}

fn open(view: &View, base: &str, certificate: CertificateId) -> Markup {
    html! {
        ul.plain-list {
            @for form in OPEN {
                li.download {
                    a.button.small href={ (base) "/file?certificate=" (certificate) "&format=" (form) } download { (icon(Icon::Download)) (view.word("client-form", form)) }
                    span.muted.small { (view.word("client-form-text", form)) }
                }
            }
        }
    }
}

fn with_key(view: &View, base: &str, certificate: CertificateId, form: &Form) -> Markup {
    let button = |word: &str| {
        html! { button.button.small type="submit" name="format" value=(word) { (icon(Icon::Key)) (view.word("client-form", word)) } }
    };
    html! {
        (field::summary(view, form, &["current", "password"]))
        form.form.full method="post" action={ (base) "/file" } data-repeatable {
            input type="hidden" name="certificate" value=(certificate);
            (Field::new("current", view.t("client-your-password"), Kind::Password).hint(view.t("client-with-key-text")).render(view, form))
            div.actions { (button("private-key")) (button("zip-with-key")) }
            (Field::new("password", view.t("client-file-password"), Kind::NewPassword).optional().hint(view.t("client-file-password-hint")).render(view, form))
            div.actions { (button("pkcs12")) (button("pkcs12-compatible")) }
            p.muted.small { (view.t("client-form-text-pkcs12")) }
        }
    }
}
