//! What a client enters for an order, checked against the tariff plan and the dated rules.

use ca::{NameValidation, ValidationChoice};
use domain::{
    contact::{Contact, FieldProblem, Organisation, is_mail_address},
    name::{DomainName, NameSet},
    price::ExtraNames,
    product::{ProductKind, ValidationMethod},
    rules::MethodRefusal,
};
use store::tariff::TariffPlan;

use super::ValidationPlan;
use crate::{
    Engine,
    error::{Error, Result},
};

/// The names as the CA will be told: parsed, counted, checked against the plan.
pub(crate) fn names(plan: &TariffPlan, typed: &[String]) -> Result<NameSet> {
    let mut problems = Vec::new();
    let mut names = Vec::new();
    for (place, text) in typed
        .iter()
        .enumerate()
        .filter(|(_, text)| !text.trim().is_empty())
    {
        match text.parse::<DomainName>() {
            Ok(name) => names.push(name),
            Err(error) => problems.push(FieldProblem {
                field: format!("names.{place}"),
                code: error.code(),
            }),
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let set = NameSet::from_names(names).ok_or_else(|| Error::field("names", "required"))?;
    let set = without_twin(plan.kind, set);
    match counted(plan, &set) {
        None => Ok(set),
        Some(code) => Err(Error::field("names", code)),
    }
}

/// A product for one name covers its www twin too: who types both means one.
fn without_twin(kind: ProductKind, set: NameSet) -> NameSet {
    let [main, other] = set.as_slice() else { return set };
    let is_twin = |a: &DomainName, b: &DomainName| b.as_str() == format!("www.{a}");
    let is_base = |a: &DomainName, b: &DomainName| a.as_str() == format!("*.{b}");
    match kind {
        ProductKind::Single if is_twin(main, other) || is_twin(other, main) => NameSet::new(main.clone(), []),
        ProductKind::Wildcard if is_base(main, other) => NameSet::new(main.clone(), []),
        _ => set,
    }
}

fn counted(plan: &TariffPlan, set: &NameSet) -> Option<&'static str> {
    let most = usize::try_from(plan.most_names).unwrap_or(1);
    match plan.kind {
        ProductKind::Single if set.main().is_wildcard() => Some("wildcard-not-in-product"),
        ProductKind::Wildcard if !set.main().is_wildcard() => Some("wildcard-expected"),
        ProductKind::Single | ProductKind::Wildcard if set.len() > 1 => Some("one-name-only"),
        ProductKind::MultiDomain if set.main().is_wildcard() => Some("main-name-is-wildcard"),
        ProductKind::MultiDomain if set.len() > most => Some("too-many-names"),
        _ => None,
    }
}

/// Names beyond those that the price includes.
pub(crate) fn extra_names(plan: &TariffPlan, names: &NameSet) -> ExtraNames {
    if plan.kind != ProductKind::MultiDomain {
        return ExtraNames::default();
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let included = u32::try_from(plan.included_names).unwrap_or(0);
    ExtraNames::beyond(
        count(names.standard_count()),
        included,
        count(names.wildcard_count()),
        0,
    )
}

/// How each name is proven; problems are named by field.
pub(crate) fn validations(
    plan: &TariffPlan,
    names: &NameSet,
    wanted: &ValidationPlan,
    engine: &Engine,
) -> Result<Vec<NameValidation>> {
    let mut problems = Vec::new();
    let mut chosen = Vec::new();
    for (place, given) in wanted.names.iter().enumerate() {
        let known = given
            .name
            .parse::<DomainName>()
            .is_ok_and(|name| names.contains(&name));
        if !known {
            problems.push(FieldProblem {
                field: format!("validation.names.{place}"),
                code: "not-a-name-of-the-order",
            });
        }
    }
    for name in names {
        let own = wanted
            .names
            .iter()
            .find(|given| given.name.parse::<DomainName>().as_ref() == Ok(name));
        let method = own.map_or(wanted.method, |own| own.method);
        let approver = own.and_then(|own| own.approver.clone());
        match check_choice(&plan.methods.0, name, method, approver.as_deref(), engine) {
            Ok(choice) => chosen.push(NameValidation {
                name: name.clone(),
                choice,
            }),
            Err(code) => problems.push(FieldProblem {
                field: format!("validation.{name}"),
                code,
            }),
        }
    }
    if problems.is_empty() {
        Ok(chosen)
    } else {
        Err(Error::Invalid(problems))
    }
}

/// Whether a name may be proven this way today; the code says why not.
pub(crate) fn check_choice(
    methods: &[ValidationMethod],
    name: &DomainName,
    method: ValidationMethod,
    approver: Option<&str>,
    engine: &Engine,
) -> std::result::Result<ValidationChoice, &'static str> {
    let judged = engine.dated_rules().may_prove(method, name, engine.today());
    if judged == Err(MethodRefusal::NotForWildcards) {
        return Err("method-not-for-wildcards");
    }
    if !methods.contains(&method) {
        return Err("method-not-offered");
    }
    if judged.is_err() {
        return Err("method-has-ended");
    }
    match method {
        ValidationMethod::Dns => Ok(ValidationChoice::Dns),
        ValidationMethod::Http => Ok(ValidationChoice::Http),
        ValidationMethod::Https => Ok(ValidationChoice::Https),
        ValidationMethod::Email => {
            let approver = approver
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .ok_or("approver-required")?;
            if !is_mail_address(approver) {
                return Err("email");
            }
            Ok(ValidationChoice::Email {
                approver: approver.to_lowercase(),
            })
        }
    }
}

/// Every wrong field of the people and the organisation.
pub(crate) fn check_people(
    plan: &TariffPlan,
    contact: &Contact,
    organisation: Option<&Organisation>,
) -> Result<Option<Organisation>> {
    let mut problems = contact.problems();
    let organisation = match (plan.level.needs_organisation(), organisation) {
        (true, Some(organisation)) => {
            problems.extend(organisation.problems());
            Some(organisation.clone())
        }
        (true, None) => {
            problems.push(FieldProblem {
                field: "organisation.name".to_owned(),
                code: "required",
            });
            None
        }
        (false, _) => None,
    };
    if problems.is_empty() {
        Ok(organisation)
    } else {
        Err(Error::Invalid(problems))
    }
}

/// The client program's own id: 1 to 100 printable characters.
pub(super) fn external_ref(text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if text.chars().count() > 100 {
        return Err(Error::field("external_ref", "too-long"));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::field("external_ref", "control-characters"));
    }
    Ok(Some(text.to_owned()))
}
