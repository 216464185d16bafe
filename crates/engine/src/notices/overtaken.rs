//! What is not sent any more when its turn comes: a mail may wait for days while the mail server is away.

use domain::state::ServiceState;
use notify::{Mail, MailKind, mail::EndingBecause};
use store::notice::Notice;

use super::{days_until, reminders};
use crate::{Engine, Result};

/// Another certificate is in force.
const REPLACED: &str = "replaced";
/// The service was closed or suspended.
const NOT_ACTIVE: &str = "not_active";
/// Something comes after the certificate now.
const SETTLED: &str = "settled";
/// A newer mail says the same.
const SAID_AGAIN: &str = "said_again";

/// Why a notice is not to be sent any more, as a word of its own; what it says of days is set to today.
pub(super) async fn why(engine: &Engine, notice: &Notice, mail: &mut Mail) -> Result<Option<&'static str>> {
    let (Some(service), Some(certificate)) = (notice.service_id, notice.certificate_id) else {
        return Ok(None);
    };
    let reader = engine.store().reader();
    let Some(service) = store::service::find(reader, service).await? else {
        return Ok(Some(NOT_ACTIVE));
    };
    if service.certificate_id != Some(certificate) {
        return Ok(Some(REPLACED));
    }
    let kind = mail.kind();
    if matches!(kind, MailKind::Issued | MailKind::Reissued) {
        return Ok(None);
    }
    if service.state != ServiceState::Active {
        return Ok(Some(NOT_ACTIVE));
    }
    let is_newer = |other: &Notice| {
        other.id > notice.id
            && other.kind == notice.kind
            && other.certificate_id == notice.certificate_id
            && other.recipient == notice.recipient
    };
    if store::notice::of_service(reader, service.id)
        .await?
        .iter()
        .any(is_newer)
    {
        return Ok(Some(SAID_AGAIN));
    }
    let is_under_way = store::operation::changing(reader, service.id).await?.is_some();
    let days = |day| u16::try_from(days_until(engine, day)).unwrap_or(0);
    let is_settled = match mail {
        Mail::Ending(ending) => {
            ending.days = days(ending.end_date);
            match ending.why {
                EndingBecause::NotSold => is_under_way,
                _ => reminders::why_none_follows(engine, &service).await?.is_none(),
            }
        }
        Mail::NotEnoughMoney(short) => {
            short.days = days(short.until);
            is_under_way
        }
        Mail::ReissueNeedsYou(_) => !is_under_way,
        _ => false,
    };
    Ok(is_settled.then_some(SETTLED))
}
