//! A certificate authority for the tests, with every mistake on offer.

use certbroker_pki::{Certificate, Csr, KeyChoice, PrivateKey, Subject, csr};
use domain::name::{DomainName, NameSet};
use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyUsagePurpose, SanType, date_time_ymd,
};

/// The instant of all tests.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(crate) fn name(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

pub(crate) fn names(main: &str, more: &[&str]) -> NameSet {
    NameSet::new(name(main), more.iter().map(|text| name(text)))
}

/// A CA certificate and what signs with it.
pub(crate) struct Authority {
    pub(crate) certificate: Certificate,
    issuer: Issuer<'static, PrivateKey>,
}

/// First and last day of validity.
#[derive(Clone, Copy)]
pub(crate) struct Days(pub(crate) (i32, u8, u8), pub(crate) (i32, u8, u8));

pub(crate) const VALID: Days = Days((2026, 1, 1), (2036, 1, 1));
pub(crate) const ENDED: Days = Days((2016, 1, 1), (2026, 1, 1));

impl Authority {
    pub(crate) fn root(subject: &str) -> Self {
        let key = PrivateKey::make(KeyChoice::P256).unwrap();
        let params = ca_params(subject, VALID);
        let der = params.self_signed(&key).unwrap();
        Self {
            certificate: Certificate::from_der(der.der()).unwrap(),
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn intermediate(&self, subject: &str, days: Days) -> Self {
        self.certify(PrivateKey::make(KeyChoice::P384).unwrap(), subject, days)
    }

    /// Signs a CA certificate for a key, so that one key can have several certificates.
    pub(crate) fn certify(&self, key: PrivateKey, subject: &str, days: Days) -> Self {
        let params = ca_params(subject, days);
        let der = params.signed_by(&key, &self.issuer).unwrap();
        Self {
            certificate: Certificate::from_der(der.der()).unwrap(),
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn issue(&self, key: &PrivateKey, names: &NameSet, days: Days) -> Certificate {
        self.issue_with(key, names, days, |_| {})
    }

    pub(crate) fn issue_with(
        &self,
        key: &PrivateKey,
        names: &NameSet,
        days: Days,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Certificate {
        let mut params = CertificateParams::default();
        params.distinguished_name = common_name(names.main().as_str());
        params.subject_alt_names = names
            .iter()
            .map(|name| SanType::DnsName(name.as_str().try_into().unwrap()))
            .collect();
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        set_days(&mut params, days);
        change(&mut params);
        Certificate::from_der(params.signed_by(key, &self.issuer).unwrap().der()).unwrap()
    }
}

pub(crate) fn request(key: &PrivateKey, names: &NameSet) -> Csr {
    csr::make(key, names, &Subject::default()).unwrap()
}

pub(crate) fn common_name(text: &str) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, text);
    subject
}

fn ca_params(subject: &str, days: Days) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name(subject);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    set_days(&mut params, days);
    params
}

fn set_days(params: &mut CertificateParams, Days(first, last): Days) {
    params.not_before = date_time_ymd(first.0, first.1, first.2);
    params.not_after = date_time_ymd(last.0, last.1, last.2);
}
