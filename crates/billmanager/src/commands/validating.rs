//! Domain control: looking again after the client published a record, and sending the mail again.

use ca::{NameValidation, ValidationChoice};

use super::{buying, sync};
use crate::{
    Failure,
    arguments::Key,
    lock::ItemLock,
    run::Session,
    service::{Service, addresses_in, names_in},
};

/// The client says that the record is there. The CA looks by itself and has no call to ask for it, so its answer is read again.
pub(super) async fn dns(session: &Session) -> Result<(), Failure> {
    let item = session.item()?;
    let _lock = ItemLock::take(&session.root, session.module, &*session.records, item).await?;
    let mut service = Service::read(&*session.records, item).await?;
    let account = session.account(service.row.connection).await?;
    let order = service.order().ok_or_else(|| Failure::missed("order"))?;
    for name in names_in(session.arguments.text(Key::Domain))? {
        tracing::info!(item, %name, "the client says that the record is published");
    }
    buying::tell_validations(session, &account, &mut service, &order).await?;
    sync::look(session, &account, item).await
}

/// Sends the validation mail to these addresses; the same ones as before get it again.
pub(super) async fn mail(session: &Session) -> Result<(), Failure> {
    let item = session.item()?;
    let given = session.arguments.text(Key::Emails);
    let addresses = addresses_in(given);
    if addresses.is_empty() {
        return Err(Failure::value("approver_email", given));
    }
    let _lock = ItemLock::take(&session.root, session.module, &*session.records, item).await?;
    let mut service = Service::read(&*session.records, item).await?;
    let account = session.account(service.row.connection).await?;
    let order = service.order().ok_or_else(|| Failure::missed("order"))?;
    let list = addresses.join(",");
    let is_same = service.param("approver_email") == list;
    if is_same {
        account.connector.resend_validation(&order).await?;
    } else {
        service.params.insert("approver_email".to_owned(), list.clone());
        let csr = service.csr()?;
        let names = service.names(&csr, super::order::kind(&session.templates(), &service))?;
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
        session.host.save_param(item, "approver_email", &list).await?;
    }
    Ok(())
}
