//! The CA's keys: a root and an issuing CA of each key family, and the signing of leaves.
//!
//! Nothing here is trusted by anything: names say so, and the roots are made at the first start of a state.

use std::{sync::Arc, time::Duration};

use domain::{DomainName, contact::Organisation, product::ValidationLevel};
use jiff::civil::Date;
use parking_lot::Mutex;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType, SerialNumber,
    SubjectPublicKeyInfo,
};
use serde::{Deserialize, Serialize};

use crate::record::KeyFamily;

/// Most characters of a common name (X.520 upper bound); a longer main name is in the SANs only.
const LONGEST_COMMON_NAME: usize = 64;

/// A hierarchy as it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct HierarchyPems {
    pub(crate) family: KeyFamily,
    pub(crate) root: String,
    root_key: String,
    pub(crate) issuing: String,
    issuing_key: String,
}

impl std::fmt::Debug for HierarchyPems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HierarchyPems")
            .field("family", &self.family)
            .finish_non_exhaustive()
    }
}

/// A hierarchy ready to sign.
pub(crate) struct Hierarchy {
    pub(crate) pems: HierarchyPems,
    issuer: Issuer<'static, KeyPair>,
}

/// The hierarchies; each is made when it is first needed.
#[derive(Default)]
pub(crate) struct Authority {
    ec: Mutex<Option<Arc<Hierarchy>>>,
    rsa: Mutex<Option<Arc<Hierarchy>>>,
}

/// What a leaf shall say.
#[derive(Debug)]
pub(crate) struct Leaf<'a> {
    pub(crate) public_key_der: &'a [u8],
    pub(crate) main_name: &'a DomainName,
    pub(crate) names: &'a [DomainName],
    pub(crate) level: ValidationLevel,
    pub(crate) organisation: Option<&'a Organisation>,
    pub(crate) serial: [u8; 16],
    pub(crate) valid_from: Date,
    /// Last day of validity.
    pub(crate) valid_to: Date,
}

/// Why a certificate could not be made.
#[derive(Debug, thiserror::Error)]
#[error("certificate could not be made")]
pub struct SigningError(#[from] rcgen::Error);

impl Authority {
    /// Takes kept hierarchies in.
    pub(crate) fn restore(pems: &[HierarchyPems]) -> Result<Self, SigningError> {
        let authority = Self::default();
        for pems in pems {
            *authority.slot(pems.family).lock() = Some(Arc::new(Hierarchy::open(pems.clone())?));
        }
        Ok(authority)
    }

    /// The hierarchy of a family; a new one is given to `keep` before anyone sees it.
    pub(crate) fn hierarchy<E: From<SigningError>>(
        &self,
        family: KeyFamily,
        keep: impl FnOnce(&HierarchyPems) -> Result<(), E>,
    ) -> Result<Arc<Hierarchy>, E> {
        let mut slot = self.slot(family).lock();
        if let Some(hierarchy) = &*slot {
            return Ok(Arc::clone(hierarchy));
        }
        let hierarchy = Arc::new(Hierarchy::make(family)?);
        keep(&hierarchy.pems)?;
        *slot = Some(Arc::clone(&hierarchy));
        Ok(hierarchy)
    }

    fn slot(&self, family: KeyFamily) -> &Mutex<Option<Arc<Hierarchy>>> {
        match family {
            KeyFamily::Ec => &self.ec,
            KeyFamily::Rsa => &self.rsa,
        }
    }
}

impl Hierarchy {
    fn open(pems: HierarchyPems) -> Result<Self, SigningError> {
        let issuer = Issuer::from_ca_cert_pem(&pems.issuing, KeyPair::from_pem(&pems.issuing_key)?)?;
        Ok(Self { pems, issuer })
    }

    fn make(family: KeyFamily) -> Result<Self, SigningError> {
        let (root_algorithm, issuing_algorithm, title) = match family {
            KeyFamily::Ec => (
                &rcgen::PKCS_ECDSA_P384_SHA384,
                &rcgen::PKCS_ECDSA_P256_SHA256,
                "ECC",
            ),
            KeyFamily::Rsa => (&rcgen::PKCS_RSA_SHA384, &rcgen::PKCS_RSA_SHA256, "RSA"),
        };
        let root_key = KeyPair::generate_for(root_algorithm)?;
        let root_params = ca_params(
            &format!("LeaderSSL Simulator {title} Root (not trusted)"),
            2045,
            BasicConstraints::Unconstrained,
        );
        let root = root_params.self_signed(&root_key)?;
        let root_issuer = Issuer::from_params(&root_params, &root_key);

        let issuing_key = KeyPair::generate_for(issuing_algorithm)?;
        let mut issuing_params = ca_params(
            &format!("LeaderSSL Simulator {title} Server CA"),
            2044,
            BasicConstraints::Constrained(0),
        );
        issuing_params.use_authority_key_identifier_extension = true;
        issuing_params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let issuing = issuing_params.signed_by(&issuing_key, &root_issuer)?;

        Self::open(HierarchyPems {
            family,
            root: root.pem(),
            root_key: root_key.serialize_pem(),
            issuing: issuing.pem(),
            issuing_key: issuing_key.serialize_pem(),
        })
    }

    /// Signs a leaf and returns it as PEM.
    pub(crate) fn sign(&self, leaf: &Leaf<'_>) -> Result<String, SigningError> {
        let mut params = CertificateParams::default();
        params.serial_number = Some(SerialNumber::from_slice(&leaf.serial));
        let midnight = |day: Date| {
            let part = |number: i8| u8::try_from(number).unwrap_or(1);
            rcgen::date_time_ymd(i32::from(day.year()), part(day.month()), part(day.day()))
        };
        params.not_before = midnight(leaf.valid_from);
        // BR 6.3.2 counts notAfter in, so the last day ends a second before the next.
        params.not_after = midnight(leaf.valid_to) + Duration::from_secs(24 * 60 * 60 - 1);
        params.subject_alt_names = leaf
            .names
            .iter()
            .map(|name| Ok(SanType::DnsName(name.as_str().try_into()?)))
            .collect::<Result<_, rcgen::Error>>()?;
        params.distinguished_name = subject(leaf)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        if self.pems.family == KeyFamily::Rsa {
            params.key_usages.push(KeyUsagePurpose::KeyEncipherment);
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.custom_extensions = vec![policy(leaf.level)];
        let public_key = SubjectPublicKeyInfo::from_der(leaf.public_key_der)?;
        Ok(params.signed_by(&public_key, &self.issuer)?.pem())
    }
}

fn ca_params(common_name: &str, last_year: i16, constraints: BasicConstraints) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mut subject = DistinguishedName::new();
    subject.push(DnType::OrganizationName, "LeaderSSL Simulator");
    subject.push(DnType::CommonName, common_name);
    params.distinguished_name = subject;
    // Old enough for orders in the past of a simulated clock.
    params.not_before = rcgen::date_time_ymd(2015, 1, 1);
    params.not_after = rcgen::date_time_ymd(i32::from(last_year), 12, 31);
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    params
}

/// DV names the domain alone; OV adds the organisation and where it is; EV adds how it is registered.
fn subject(leaf: &Leaf<'_>) -> Result<DistinguishedName, rcgen::Error> {
    let mut subject = DistinguishedName::new();
    if let Some(organisation) = leaf.organisation.filter(|_| leaf.level.needs_organisation()) {
        let country = || -> Result<DnValue, rcgen::Error> {
            Ok(DnValue::PrintableString(
                organisation.country.to_ascii_uppercase().try_into()?,
            ))
        };
        if leaf.level == ValidationLevel::Ev {
            subject.push(DnType::CustomDnType(vec![2, 5, 4, 15]), "Private Organization");
            subject.push(
                DnType::CustomDnType(vec![1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 3]),
                country()?,
            );
            let number = if organisation.registration_number.is_empty() {
                "not given"
            } else {
                &organisation.registration_number
            };
            subject.push(DnType::CustomDnType(vec![2, 5, 4, 5]), number);
        }
        subject.push(DnType::CountryName, country()?);
        let texts = [
            (DnType::StateOrProvinceName, &organisation.region),
            (DnType::LocalityName, &organisation.city),
            (DnType::OrganizationName, &organisation.name),
        ];
        for (kind, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            subject.push(kind, text.as_str());
        }
    }
    if leaf.main_name.as_str().len() <= LONGEST_COMMON_NAME {
        subject.push(DnType::CommonName, leaf.main_name.as_str());
    }
    Ok(subject)
}

/// The certificate policy of the validation level (BR 7.1.6.1, EVG 9.3), as DER.
fn policy(level: ValidationLevel) -> CustomExtension {
    const DV: &[u8] = &[
        0x30, 0x0a, 0x30, 0x08, 0x06, 0x06, 0x67, 0x81, 0x0c, 0x01, 0x02, 0x01,
    ];
    const OV: &[u8] = &[
        0x30, 0x0a, 0x30, 0x08, 0x06, 0x06, 0x67, 0x81, 0x0c, 0x01, 0x02, 0x02,
    ];
    const EV: &[u8] = &[0x30, 0x09, 0x30, 0x07, 0x06, 0x05, 0x67, 0x81, 0x0c, 0x01, 0x01];
    let der = match level {
        ValidationLevel::Dv => DV,
        ValidationLevel::Ov => OV,
        ValidationLevel::Ev => EV,
    };
    CustomExtension::from_oid_content(&[2, 5, 29, 32], der.to_vec())
}
