//! The requests that are bought.

use ca::{CaOrderRef, OrderRequest, Purchase, ReissueRequest, UniqueValue};
use domain::{name::NameSet, product::ProductKind, rules::DatedRules};

use crate::{
    Failure, Kind,
    run::{Account, Session},
    service::Service,
    template::{Flag, Templates},
};

/// Characters of a unique value: as many as the CA takes.
const UNIQUE: usize = 20;

/// A value that no other purchase has.
pub(super) fn unique_value() -> Result<UniqueValue, Failure> {
    seal::random::alphanumeric(UNIQUE)
        .parse()
        .map_err(|error| Failure::new(Kind::Internal).about("unique_value").because(error))
}

/// A new order for a service.
pub(super) async fn new_order(
    session: &Session,
    account: &Account,
    service: &Service,
    unique_value: UniqueValue,
) -> Result<Purchase, Failure> {
    let csr = service.csr()?;
    let templates = session.templates();
    let catalogue = account.connector.products().await?;
    let product = templates
        .product(&service.row.template, &catalogue)
        .map_err(|error| Failure::value("template", service.row.template.as_str()).because(error))?;
    let days = u32::from(service.years()?.days());
    if product.term(days).is_none() {
        return Err(
            Failure::value("period", service.row.period.to_string()).with("product", product.name.as_str())
        );
    }
    let names = service.names(&csr, product.kind)?;
    if u32::try_from(names.len()).unwrap_or(u32::MAX) > product.max_names {
        return Err(Failure::value("altname", names.len().to_string()).with("product", product.name.as_str()));
    }
    if (product.kind == ProductKind::Wildcard) != names.main().is_wildcard()
        && product.kind != ProductKind::MultiDomain
    {
        return Err(Failure::value("CN", names.main().to_string()).with("product", product.name.as_str()));
    }
    let validations = service.validations(&names)?;
    refuse_ended_methods(service, &names, account)?;
    let organisation = service.organisation(&csr, &*session.records).await?;
    if product.level.needs_organisation() && organisation.is_none() {
        return Err(Failure::value("organisation", "org_name"));
    }
    Ok(Purchase::Order(Box::new(OrderRequest {
        product: product.id.clone(),
        days,
        names,
        csr: Service::port_csr(&csr),
        unique_value,
        validations,
        contact: service.contact(),
        organisation: organisation.filter(|_| product.level.needs_organisation()),
        price_ceiling: None,
    })))
}

/// A new certificate within a paid order, with the request that the host keeps.
pub(super) fn new_reissue(
    account: &Account,
    service: &Service,
    kind: ProductKind,
    ca_order: CaOrderRef,
    unique_value: UniqueValue,
) -> Result<Purchase, Failure> {
    let csr = service.csr()?;
    let names = service.names(&csr, kind)?;
    let validations = service.validations(&names)?;
    refuse_ended_methods(service, &names, account)?;
    Ok(Purchase::Reissue {
        ca_order,
        request: ReissueRequest {
            names,
            csr: Service::port_csr(&csr),
            unique_value,
            validations,
        },
    })
}

/// Which names a template takes.
pub(super) fn kind(templates: &Templates, service: &Service) -> ProductKind {
    let flags = templates
        .template(&service.row.template)
        .map_or(&[][..], |template| template.flags.as_slice());
    if flags.contains(&Flag::Multidomain) || (flags.is_empty() && service.has_several_names()) {
        ProductKind::MultiDomain
    } else if flags.contains(&Flag::Wildcard) {
        ProductKind::Wildcard
    } else {
        ProductKind::Single
    }
}

fn refuse_ended_methods(service: &Service, names: &NameSet, account: &Account) -> Result<(), Failure> {
    let method = service.method()?;
    let today = account.clock.date();
    for name in names {
        if let Err(refusal) = DatedRules::baseline().may_prove(method, name, today) {
            return Err(
                Failure::value("approver_method", service.param("approver_method"))
                    .with("domain", name.to_string())
                    .with("problem", format!("{refusal:?}")),
            );
        }
    }
    Ok(())
}
