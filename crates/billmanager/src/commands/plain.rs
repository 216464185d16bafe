//! Commands that change nothing at the CA.

use crate::{Failure, arguments::Key, lock::ItemLock, run::Session, service::Service};

/// Ends an operation. Suspending and closing change nothing at the CA: it has no such calls, and the certificate stays valid.
pub(super) async fn post(session: &Session, function: &'static str) -> Result<(), Failure> {
    let item = session.item()?;
    let _lock = ItemLock::take(&session.root, session.module, &*session.records, item).await?;
    Ok(session.host.post(function, item).await?)
}

/// Ends a change of the tariff plan or of addons; when that fails, the change is undone (protocol facts §5.6).
pub(super) async fn set_param(session: &Session) -> Result<(), Failure> {
    let item = session.item()?;
    let done = post(session, "service.postsetparam").await;
    let Err(failure) = done else {
        return Ok(());
    };
    crate::run::at_best("undoing the change of the tariff plan", async {
        let service = Service::read(&*session.records, item).await?;
        if service.row.last_pricelist > 0 {
            session
                .host
                .post("service.changepricelist.rollback", item)
                .await?;
        }
        Ok(())
    })
    .await;
    Err(failure)
}

/// Certificates have no statistics; the host only wants to hear that it was looked.
pub(super) async fn stat(session: &Session) -> Result<(), Failure> {
    let module = session.arguments.number(Key::Module);
    let module = module.ok_or_else(|| Failure::missed("module"))?;
    let clock = session.clock().await?;
    Ok(session.host.post_stat(module, clock.date()).await?)
}
