//! What a person is told who reissues a certificate in the CA's client area.

use std::fmt::Write as _;

use store::{
    ca_order::CaOrder,
    module::Module,
    request::Csr,
    service::{Service, ServiceName},
};

/// Everything in one text: it is the task, and the mail about the task.
pub(crate) fn instructions(
    service: &Service,
    order: &CaOrder,
    module: &Module,
    names: &[ServiceName],
    csr: &Csr,
    why: &str,
) -> String {
    let mut text = format!("{why}\n\n");
    // Writing into a string does not fail.
    let _ = writeln!(text, "Module: {}", module.name);
    let _ = writeln!(text, "Order at the CA: {}", order.ca_ref);
    let _ = writeln!(text, "Names:");
    for name in names {
        let approver = name.approver.as_deref().unwrap_or_default();
        let _ = writeln!(text, "  {} ({}) {approver}", name.name.unicode(), name.method);
    }
    if let Some(end) = service.end_date {
        let _ = writeln!(text, "The present certificate ends on: {end}");
    }
    if let Some(term) = service.term() {
        let _ = writeln!(text, "Paid till: {}", term.end);
    }
    let contact = &service.contact.0;
    let _ = writeln!(
        text,
        "Contact: {} {}, {}, {}",
        contact.first_name, contact.last_name, contact.email, contact.phone
    );
    let _ = write!(
        text,
        "\nWhat to do: sign in to the CA's client area, open the order, choose to reissue it with the request below and these \
         names, have the names proven, download the certificate, and upload it here to finish the operation. Nothing is to be \
         paid.\n\n{}",
        ca::Csr::from_der(csr.der.clone()).pem()
    );
    text
}
