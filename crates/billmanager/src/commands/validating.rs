//! Domain control: looking again after the client published a record, and sending the mail again.

use ca::{NameValidation, ValidationChoice};

use super::{AtWork, at_work, buying, order, sync};
use crate::{
    Failure,
    arguments::Key,
    run::Session,
    service::{addresses_in, names_in},
};

/// The client says that the record is there. The CA looks by itself and has no call to ask for it, so its answer is read again.
pub(super) async fn dns(session: &Session) -> Result<(), Failure> {
    let mut work = at_work(session).await?;
    let AtWork { service, account, .. } = &mut work;
    let order = service.order().ok_or_else(|| Failure::missed("order"))?;
    for name in names_in(session.arguments.text(Key::Domain))? {
        tracing::info!(item = service.id(), %name, "the client says that the record is published");
    }
    buying::tell_validations(session, account, service, &order).await?;
    sync::look(session, account, service.id()).await
}

/// Sends the validation mail to these addresses; the same ones as before get it again.
pub(super) async fn mail(session: &Session) -> Result<(), Failure> {
    let given = session.arguments.text(Key::Emails);
    let addresses = addresses_in(given);
    if addresses.is_empty() {
        return Err(Failure::value("approver_email", given));
    }
    let mut work = at_work(session).await?;
    let AtWork { service, account, .. } = &mut work;
    let order = service.order().ok_or_else(|| Failure::missed("order"))?;
    let list = addresses.join(",");
    if service.param("approver_email") == list {
        return Ok(account.connector.resend_validation(&order).await?);
    }
    service.params.insert("approver_email".to_owned(), list.clone());
    let csr = service.csr()?;
    let names = service.names(&csr, order::kind(&session.templates(), service))?;
    for validation in service.validations(&names)? {
        let NameValidation {
            choice: ValidationChoice::Email { .. },
            ..
        } = &validation
        else {
            return Err(Failure::value(
                "approver_method",
                service.param("approver_method"),
            ));
        };
        account.connector.change_validation(&order, &validation).await?;
    }
    let saved = session.host.save_param(service.id(), "approver_email", &list);
    Ok(saved.await?)
}
