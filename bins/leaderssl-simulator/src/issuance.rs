//! From a proven request to an X.509 certificate.

use std::sync::Arc;

use domain::DomainName;
use jiff::civil::Date;

use crate::{
    authority::Leaf,
    record::{Certificate, CertificateStatus, Issued, KeyFamily, NameOrigin},
    shared::{Shared, SimulatorError},
    state::Entry,
};

impl Shared {
    /// Signs a certificate whose names (and organisation) are proven and supersedes the one it replaces.
    ///
    /// Signing happens outside the lock; a certificate that was cancelled meanwhile stays cancelled.
    pub(crate) fn issue(&self, id: i64) -> Result<(), SimulatorError> {
        let Some(certificate) = self.state.lock().certificate(id).cloned() else {
            return Err(SimulatorError::NoSuchCertificate { id });
        };
        if !certificate.status.is_open() {
            return Err(SimulatorError::NotOpen {
                id,
                status: certificate.status,
            });
        }
        let now = self.clock.now();
        let today = self.clock.today();
        let product = certificate
            .product()
            .ok_or(SimulatorError::NoSuchCertificate { id })?;
        let former_end = self.end_of_former(&certificate);
        let terms = self.rules.ca_terms(product.in_rules(), today);
        let Some(valid_to) = terms.last_day(today, certificate.term, former_end) else {
            return self.reject(id, "the paid term is over");
        };
        let key = certificate
            .request
            .csr
            .certified_key()
            .ok_or(SimulatorError::BadStoredCsr { id })?;
        let family = key.family;
        let names = names_of(&certificate);
        let level = product.level;
        let serial = self.random.serial();
        let leaf = self.hierarchy(family)?.sign(&Leaf {
            public_key_der: &key.der,
            main_name: certificate.main_name(),
            names: &names,
            level,
            organisation: certificate.request.organisation.as_ref(),
            serial,
            valid_from: today,
            valid_to,
        })?;
        let issued = Issued {
            serial: hex::encode(serial),
            valid_from: today,
            valid_to,
            at: now,
            names,
            leaf,
            family,
        };
        self.change(|change| {
            let Some(current) = change
                .certificate(id)
                .filter(|current| current.status.is_open())
                .cloned()
            else {
                return Ok(());
            };
            let mut done = Certificate::clone(&current);
            done.status = CertificateStatus::Issued;
            done.issued = Some(issued);
            let replaced = done.replaces.and_then(|old| change.certificate(old)).cloned();
            change.put(Entry::Certificate(Arc::new(done)));
            if let Some(old) = replaced.filter(|old| old.status == CertificateStatus::Issued) {
                let mut old = Certificate::clone(&old);
                old.status = CertificateStatus::Replaced;
                change.put(Entry::Certificate(Arc::new(old)));
            }
            Ok(())
        })
    }

    /// The last day of the certificate that this one replaces.
    fn end_of_former(&self, certificate: &Certificate) -> Option<Date> {
        let former = self.state.lock().certificate(certificate.replaces?)?.clone();
        former.issued.as_ref().map(|issued| issued.valid_to)
    }

    /// The chain of a family: issuing CA and root, as PEM.
    pub(crate) fn chain(&self, family: KeyFamily) -> Result<[String; 2], SimulatorError> {
        let hierarchy = self.hierarchy(family)?;
        Ok([hierarchy.pems.issuing.clone(), hierarchy.pems.root.clone()])
    }
}

/// Ordered names, and the free one when it is proven too.
fn names_of(certificate: &Certificate) -> Vec<DomainName> {
    certificate
        .control
        .iter()
        .filter(|control| control.origin == NameOrigin::Ordered || control.proven_at.is_some())
        .map(|control| control.approval.name.clone())
        .collect()
}
