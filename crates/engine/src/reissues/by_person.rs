//! What a person is told who reissues a certificate in the CA's client area.

use domain::contact::Contact;
use i18n::{Locale, t, t_args};
use store::{
    ca_order::CaOrder,
    module::Module,
    request::Csr,
    service::{Service, ServiceName},
};

/// Everything in one text, in the language of the department: it is the task, and the mail about the task. Its first
/// paragraph says why.
pub(crate) fn instructions(
    locale: Locale,
    service: &Service,
    order: &CaOrder,
    module: &Module,
    names: &[ServiceName],
    csr: &Csr,
    why: &str,
) -> String {
    let mut facts = vec![
        t_args(
            locale,
            "task-reissue-module",
            &[("module", module.name.as_str().into())],
        ),
        t_args(
            locale,
            "task-reissue-order",
            &[("order", order.ca_ref.as_str().into())],
        ),
        t(locale, "task-reissue-names"),
    ];
    facts.extend(names.iter().map(|name| {
        let method = t(locale, &format!("validation-method-{}", name.method.word()));
        let approver = name.approver.as_deref().unwrap_or_default();
        format!("  {} ({method}) {approver}", name.name.unicode())
            .trim_end()
            .to_owned()
    }));
    if let Some(end) = service.end_date {
        let date = i18n::date(locale, end);
        facts.push(t_args(locale, "task-reissue-end-date", &[("date", date.into())]));
    }
    if let Some(term) = service.term() {
        let date = i18n::date(locale, term.end);
        facts.push(t_args(locale, "task-reissue-paid-till", &[("date", date.into())]));
    }
    facts.push(t_args(
        locale,
        "task-reissue-contact",
        &[("contact", shown(&service.contact.0).into())],
    ));
    [
        why.to_owned(),
        facts.join("\n"),
        t(locale, "task-reissue-what-to-do"),
        ca::Csr::from_der(csr.der.clone()).pem(),
    ]
    .join("\n\n")
}

fn shown(contact: &Contact) -> String {
    format!(
        "{} {}, {}, {}",
        contact.first_name, contact.last_name, contact.email, contact.phone
    )
}
