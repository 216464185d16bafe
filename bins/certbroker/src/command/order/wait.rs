//! Working on an order in this process until it is issued, refused, or waits for somebody.

use std::time::Duration;

use domain::{
    id::{NumberKind, ServiceId},
    state::{OperationState, ServiceState, ValidationState},
};
use engine::services::{ProofView, ServiceView};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::super::desk::Desk;
use crate::exit::{NoAnswer, Refused};

/// Between two looks at the service.
const LOOK: Duration = Duration::from_millis(200);

/// Until when to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// Until the client has to do something.
    ClientsTurn,
    /// Until the certificate is issued: what the client has to do was said before.
    Issued,
}

/// Runs a worker until the service is settled. What comes back is how the command ends, once the service has been shown.
///
/// # Errors
/// The database failed.
pub(super) async fn until_settled(
    desk: &Desk,
    service: ServiceId,
    until: Until,
    seconds: u64,
) -> anyhow::Result<Option<anyhow::Error>> {
    let stop = CancellationToken::new();
    let worker = tokio::spawn(desk.engine().worker().run_until(stop.clone()));
    let looked = tokio::select! {
        looked = timeout(Duration::from_secs(seconds), look(desk, service, until)) => looked,
        _ = tokio::signal::ctrl_c() => Ok(Ok(Some(NoAnswer("interrupted; the order goes on".to_owned()).into()))),
    };
    stop.cancel();
    // What has begun comes to its end.
    worker.await?;
    looked.unwrap_or_else(|_| {
        let text = format!("not issued after {seconds} s; the order goes on");
        Ok(Some(NoAnswer(text).into()))
    })
}

async fn look(desk: &Desk, service: ServiceId, until: Until) -> anyhow::Result<Option<anyhow::Error>> {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let view = desk.engine().services().show(desk.owner(), service).await?;
        match progress(&view, until) {
            Progress::Works => {}
            Progress::Rests => return Ok(None),
            Progress::Stopped(why) => return Ok(Some(why)),
        }
    }
}

/// What becomes of a service while a worker runs.
enum Progress {
    /// The worker has something to do.
    Works,
    /// It is issued, or the client has something to do.
    Rests,
    /// It is over, or a person of the seller must look.
    Stopped(anyhow::Error),
}

fn progress(view: &ServiceView, until: Until) -> Progress {
    match view.line.state {
        ServiceState::Active | ServiceState::Suspended => return Progress::Rests,
        ServiceState::Failed | ServiceState::Closed => {
            let why = view.failure.as_ref().map_or_else(String::new, |failure| {
                format!(": {}", failure.text.as_deref().unwrap_or(&failure.code))
            });
            return Progress::Stopped(Refused(format!("the order failed{why}")).into());
        }
        ServiceState::Opening | ServiceState::WaitingForValidation | ServiceState::WaitingForIssue => {}
    }
    let manual = view
        .operations
        .iter()
        .find(|operation| operation.state == OperationState::Manual);
    if let Some(operation) = manual {
        let number = NumberKind::Operation.show(operation.number);
        return Progress::Stopped(anyhow::anyhow!(
            "a person must look at it: certbroker operation show {number}"
        ));
    }
    let is_for_client = until == Until::ClientsTurn
        && view.line.state == ServiceState::WaitingForValidation
        && view.validations.iter().any(|one| {
            let is_by_hand = one.zone.is_none() || matches!(one.proof, ProofView::Mail { .. });
            one.state != ValidationState::Proven && is_by_hand
        });
    if is_for_client {
        Progress::Rests
    } else {
        Progress::Works
    }
}
