//! Validation by mail: approvers, the mails that the CA sends, and what a code confirms.

use std::{collections::BTreeMap, sync::Arc};

use domain::DomainName;
use jiff::{SignedDuration, Timestamp};

use crate::{
    record::{Certificate, CertificateStatus, DcvType, Mail},
    shared::{Change, Shared, SimulatorError},
    state::Entry,
};

/// The constructed mailboxes, and no others (BR 3.2.2.4.4).
const MAILBOXES: [&str; 5] = ["admin", "administrator", "hostmaster", "postmaster", "webmaster"];

/// How long a code may be used.
const CODE_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Path of the confirmation page on the API's listener.
pub(crate) const CONFIRM_PATH: &str = "/validation/confirm";

/// Addresses that may approve a name: the five mailboxes at each authorization domain name.
pub(crate) fn approvers(name: &DomainName) -> Vec<String> {
    name.authorization_candidates()
        .iter()
        .flat_map(|domain| MAILBOXES.map(|mailbox| format!("{mailbox}@{domain}")))
        .collect()
}

/// Whether an address may approve a name.
pub(crate) fn may_approve(address: &str, name: &DomainName) -> bool {
    approvers(name)
        .iter()
        .any(|approver| approver.eq_ignore_ascii_case(address))
}

impl Shared {
    /// Sends one mail per approver of the names that still wait for mail.
    pub(crate) fn send_approval_mails(&self, change: &mut Change<'_>, certificate: &Certificate) {
        let mut by_address: BTreeMap<&str, Vec<DomainName>> = BTreeMap::new();
        let waiting = certificate
            .control
            .iter()
            .filter(|control| control.proven_at.is_none());
        for approval in waiting.map(|control| &control.approval) {
            if let (DcvType::Email, Some(email)) = (approval.dcv_type, approval.email.as_deref()) {
                by_address.entry(email).or_default().push(approval.name.clone());
            }
        }
        for (to, names) in by_address {
            let code = self.random.code();
            let link = format!("http://{}{CONFIRM_PATH}?code={code}", self.api_address);
            let list = names
                .iter()
                .map(DomainName::as_str)
                .collect::<Vec<_>>()
                .join("\n  ");
            let mail = Mail {
                id: change.next_mail_id(),
                to: to.to_owned(),
                subject: format!("Domain control validation for {}", certificate.main_name()),
                text: format!(
                    "A certificate was ordered for\n\n  {list}\n\nIf you approve it, open\n\n  {link}\n\nor enter this \
                     code:\n\n  {code}\n\nOrder {}. The code can be used for 30 days.\n",
                    certificate.issuer_order_number
                ),
                code,
                link,
                certificate_id: certificate.id,
                names,
                sent_at: self.clock.now(),
                confirmed_at: None,
            };
            change.put(Entry::Mail(Arc::new(mail)));
        }
    }

    /// Takes a code from a mail: the names it was sent for are proven.
    pub(crate) fn confirm_mail(&self, code: &str) -> Result<Vec<DomainName>, SimulatorError> {
        let now = self.clock.now();
        let (id, names) = self.change(|change| {
            let mail = change
                .mail_with_code(code)
                .cloned()
                .ok_or(SimulatorError::BadCode)?;
            if is_too_old(&mail, now) {
                return Err(SimulatorError::BadCode);
            }
            let id = mail.certificate_id;
            let certificate = change
                .certificate(id)
                .cloned()
                .ok_or(SimulatorError::NoSuchCertificate { id })?;
            if certificate.status == CertificateStatus::Pending {
                let mut proven = Certificate::clone(&certificate);
                for control in &mut proven.control {
                    // A mail sent before a change of method or address proves nothing any more.
                    let is_current = control.approval.dcv_type == DcvType::Email
                        && control.approval.email.as_deref() == Some(mail.to.as_str());
                    if is_current && mail.names.contains(&control.approval.name) {
                        control.proven_at.get_or_insert(now);
                    }
                }
                change.put(Entry::Certificate(Arc::new(proven)));
            }
            let mut confirmed = Mail::clone(&mail);
            confirmed.confirmed_at.get_or_insert(now);
            change.put(Entry::Mail(Arc::new(confirmed)));
            Ok((id, mail.names.clone()))
        })?;
        self.nudge(id);
        Ok(names)
    }
}

fn is_too_old(mail: &Mail, now: Timestamp) -> bool {
    now.duration_since(mail.sent_at) > CODE_LIFE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn approvers_are_the_five_mailboxes_at_every_level() {
        let name = |text: &str| DomainName::parse(text).unwrap();
        assert_eq!(
            approvers(&name("example.net")),
            [
                "admin@example.net",
                "administrator@example.net",
                "hostmaster@example.net",
                "postmaster@example.net",
                "webmaster@example.net"
            ]
        );
        assert_eq!(approvers(&name("*.shop.example.net")).len(), 10);
        assert!(may_approve("Admin@Example.net", &name("www.example.net")));
        assert!(!may_approve("info@example.net", &name("example.net")));
        assert!(!may_approve("admin@www.example.net", &name("example.net")));
    }
}
