//! Addresses that may approve by mail.

use crate::{Failure, Kind, arguments::Key, run::Session, service::names_in, xml::Element};

/// A list per name. The CA takes an address only while its list is fresh, so nothing is kept.
pub(super) async fn addresses(session: &Session) -> Result<Element, Failure> {
    let hidden = |failure: Failure| {
        let told = failure.to_string();
        Failure::new(Kind::Approver).saying(told).because(failure)
    };
    let names = names_in(session.arguments.text(Key::Domain)).map_err(hidden)?;
    let module = session.arguments.number(Key::Module);
    let module = module.ok_or_else(|| hidden(Failure::missed("module")))?;
    let account = session.account(module).await.map_err(hidden)?;
    let mut document = Element::doc();
    for name in names {
        let found = account.connector.approver_emails(&name).await;
        let mut addresses = found.map_err(|error| hidden(error.into()))?;
        addresses.sort();
        addresses.dedup();
        let mut domain = Element::new("domain").with("name", name.as_str());
        for address in addresses {
            domain.push(Element::new("approver").text(address));
        }
        document.push(domain);
    }
    Ok(document)
}
