//! Reads one ordered product out of request parameters and checks it as the CA does.

use domain::{
    DomainName, NameSet,
    contact::Organisation,
    product::{ProductKind, ValidationLevel},
    term::Years,
};
use pki::UniqueValue;

use crate::{
    catalogue::{self, FreeName, MOST_NAMES, Product},
    csr::{self, KeptCsr},
    faults::{ActiveFaults, Fault},
    mailbox,
    params::Params,
    record::{Approval, CertificateRequest, DcvType, NameControl, NameOrigin},
    refusal::Refusal,
    shared::Shared,
};

/// How long `dcv_emails` answers count, under [`Fault::ListedEmailsOnly`].
const LISTING_LIFE: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// Finds the SSL product that a request names.
pub(crate) fn product_of(params: &Params) -> Result<&'static Product, Refusal> {
    let id = params.required_integer("nomenclature_id")?;
    if id == catalogue::GPU_PRODUCT_ID {
        return Err(Refusal::bad_request("nomenclature_id is not an SSL certificate"));
    }
    catalogue::find(id).ok_or_else(Refusal::not_found)
}

/// Reads the term: whole years on sale, given in days.
pub(crate) fn years_of(params: &Params, product: &Product) -> Result<Years, Refusal> {
    let days = params.required_integer("days")?;
    u32::try_from(days)
        .ok()
        .and_then(Years::from_days)
        .filter(|years| product.terms().any(|term| term == *years))
        .ok_or_else(|| Refusal::bad_request("days is invalid"))
}

/// Reads a certificate request for a product: names, CSR, validation and organisation.
pub(crate) fn request_of(
    shared: &Shared,
    item: &Params,
    product: &Product,
    faults: &ActiveFaults,
) -> Result<CertificateRequest, Refusal> {
    let csr = csr::judge(&item.required_text("csr")?)?;
    let names = names_of(item, &csr)?;
    check_names(product, &names)?;
    let dcv_type = dcv_type_of(item)?;
    let approvals = approvals_of(item, &names, dcv_type)?;
    let request = CertificateRequest {
        nomenclature_id: product.id,
        csr: KeptCsr::from(&csr),
        unique_value: unique_value_of(item)?,
        organisation: organisation_of(item, product.level)?,
        approvals,
        names,
    };
    for approval in &request.approvals {
        check_approval(shared, approval, product, faults)?;
    }
    Ok(request)
}

/// Whether this way of showing control is allowed, for this name and product, today.
pub(crate) fn check_approval(
    shared: &Shared,
    approval: &Approval,
    product: &Product,
    faults: &ActiveFaults,
) -> Result<(), Refusal> {
    let Approval {
        name,
        dcv_type,
        email,
    } = approval;
    let word = dcv_type.word();
    if !shared.rules.allows(dcv_type.method(), shared.clock.today()) {
        return Err(Refusal::bad_request(format!(
            "dcv_type {word} is no longer allowed"
        )));
    }
    if name.is_wildcard() && !dcv_type.method().takes_wildcards() {
        return Err(Refusal::bad_request(format!(
            "dcv_type {word} is not allowed for wildcard name {name}"
        )));
    }
    let hash_fits = product.brand.uses_csr_hashes() || faults.has(&Fault::HashForAllBrands);
    if dcv_type.uses_token() && !hash_fits {
        return Err(Refusal::bad_request(format!(
            "dcv_type {word} is not offered for {}",
            product.title()
        )));
    }
    let Some(email) = email else { return Ok(()) };
    if !mailbox::may_approve(email, name) {
        return Err(Refusal::bad_request(format!("{email} may not approve {name}")));
    }
    if faults.has(&Fault::ListedEmailsOnly) {
        let listed = shared.listed_approvers.lock();
        let now = shared.clock.now();
        let is_fresh = listed
            .get(name)
            .is_some_and(|at| now.duration_since(*at) <= LISTING_LIFE);
        if !is_fresh {
            return Err(Refusal::bad_request(format!(
                "{email} was not listed for {name} within 24 hours"
            )));
        }
    }
    Ok(())
}

/// Control of each name at the start: the ordered names, and the free one if it can be shown the same way.
pub(crate) fn control_of(request: &CertificateRequest, product: &Product) -> Vec<NameControl> {
    let ordered = request.approvals.iter().map(|approval| NameControl {
        approval: approval.clone(),
        origin: NameOrigin::Ordered,
        proven_at: None,
    });
    let free = free_name(product, &request.names).and_then(|name| {
        let main = request.approvals.first()?;
        let fits = match (&main.email, main.dcv_type) {
            (Some(email), _) => mailbox::may_approve(email, &name),
            (None, dcv_type) => !name.is_wildcard() || dcv_type.method().takes_wildcards(),
        };
        fits.then(|| NameControl {
            approval: Approval { name, ..main.clone() },
            origin: NameOrigin::Free,
            proven_at: None,
        })
    });
    ordered.chain(free).collect()
}

fn free_name(product: &Product, names: &NameSet) -> Option<DomainName> {
    let main = names.main();
    let text = match product.free_name {
        FreeName::Nothing => return None,
        FreeName::Base => main.without_wildcard().as_str().to_owned(),
        FreeName::Www => match main.as_str().strip_prefix("www.") {
            Some(base) => base.to_owned(),
            None => format!("www.{main}"),
        },
    };
    let name = DomainName::parse(&text).ok()?;
    (!names.iter().any(|ordered| *ordered == name)).then_some(name)
}

fn names_of(item: &Params, csr: &pki::Csr) -> Result<NameSet, Refusal> {
    let main = match item.domain_name("domain_name")? {
        Some(name) => name,
        None => csr.names().main().clone(),
    };
    if !csr.names().contains(&main) {
        return Err(Refusal::unprocessable("domain_name does not match the CSR"));
    }
    Ok(NameSet::new(main, item.domain_names("additional_domains")?))
}

/// Product rules: wildcard products take exactly one wildcard, single ones exactly one other name.
fn check_names(product: &Product, names: &NameSet) -> Result<(), Refusal> {
    let title = product.title();
    let has_wildcard = names.wildcard_count() > 0;
    match product.kind {
        ProductKind::Wildcard if !names.main().is_wildcard() => {
            return Err(Refusal::unprocessable(format!("{title} needs a wildcard name")));
        }
        ProductKind::Single if has_wildcard => {
            return Err(Refusal::unprocessable(format!("{title} takes no wildcard name")));
        }
        ProductKind::MultiDomain if has_wildcard && !product.takes_wildcards() => {
            return Err(Refusal::unprocessable(format!("{title} takes no wildcard name")));
        }
        ProductKind::Single | ProductKind::Wildcard if names.len() > 1 => {
            return Err(Refusal::unprocessable(format!("{title} takes one name only")));
        }
        _ => {}
    }
    if names.len() > MOST_NAMES as usize {
        return Err(Refusal::unprocessable(format!(
            "additional_domains has more than {MOST_NAMES} names"
        )));
    }
    Ok(())
}

fn dcv_type_of(item: &Params) -> Result<DcvType, Refusal> {
    DcvType::parse(&item.required_text("dcv_type")?)
        .ok_or_else(|| Refusal::bad_request("dcv_type is invalid"))
}

/// One method for all names; for mail, an approver per name, the main one's where it may approve.
fn approvals_of(item: &Params, names: &NameSet, dcv_type: DcvType) -> Result<Vec<Approval>, Refusal> {
    if dcv_type != DcvType::Email {
        return Ok(names
            .iter()
            .map(|name| Approval {
                name: name.clone(),
                dcv_type,
                email: None,
            })
            .collect());
    }
    let main_email = item.required_text("dcv_email")?;
    let extra = item.map("additional_validation_emails");
    let extra: Vec<(Option<DomainName>, String)> = extra
        .pairs()
        .map(|(name, email)| (DomainName::parse(name).ok(), email))
        .collect();
    names
        .iter()
        .map(|name| {
            let own = extra
                .iter()
                .find(|(of, _)| of.as_ref() == Some(name))
                .map(|(_, email)| email.clone());
            let email = own
                .or_else(|| {
                    let fits = name == names.main() || mailbox::may_approve(&main_email, name);
                    fits.then(|| main_email.clone())
                })
                .ok_or_else(|| {
                    Refusal::bad_request(format!("additional_validation_emails has none for {name}"))
                })?;
            Ok(Approval {
                name: name.clone(),
                dcv_type,
                email: Some(email),
            })
        })
        .collect()
}

fn unique_value_of(item: &Params) -> Result<Option<UniqueValue>, Refusal> {
    item.text("unique_value")
        .map(|value| {
            value
                .parse()
                .map_err(|_| Refusal::bad_request("unique_value is not 1 to 20 letters and digits"))
        })
        .transpose()
}

/// OV and EV need name, country and city; lengths are those of BR 7.1.4.2, in characters.
fn organisation_of(item: &Params, level: ValidationLevel) -> Result<Option<Organisation>, Refusal> {
    if !level.needs_organisation() {
        return Ok(None);
    }
    let optional = |name: &str, most: usize| {
        let text = item.text(name).unwrap_or_default();
        if text.chars().count() > most {
            return Err(Refusal::bad_request(format!(
                "{name} is longer than {most} characters"
            )));
        }
        Ok(text)
    };
    let required = |name: &str, most: usize| {
        item.required_text(name)?;
        optional(name, most)
    };
    let country = required("country_name", 2)?.to_ascii_uppercase();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Refusal::bad_request(
            "country_name is not a country code of two letters",
        ));
    }
    Ok(Some(Organisation {
        name: required("organization_name", 64)?,
        country,
        city: required("city_name", 128)?,
        region: optional("region_name", 128)?,
        street: [optional("address_1", 128)?, optional("address_2", 128)?]
            .join(" ")
            .trim()
            .to_owned(),
        postal_code: optional("zip_code", 40)?,
        phone: item.text("phone").unwrap_or_default(),
        registration_number: String::new(),
    }))
}
