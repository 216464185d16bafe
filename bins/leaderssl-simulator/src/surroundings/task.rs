//! Background tasks that end with their owner.

use std::future::Future;

use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

/// A group of tasks: dropping the group ends them, [`Tasks::shutdown`] also waits for them.
#[derive(Debug)]
pub(super) struct Tasks {
    spawner: Spawner,
    _stop_on_drop: DropGuard,
}

/// Starts tasks in a group without keeping the group alive.
#[derive(Debug, Clone)]
pub(super) struct Spawner {
    stop: CancellationToken,
    tracker: TaskTracker,
}

impl Tasks {
    pub(super) fn new() -> Self {
        let stop = CancellationToken::new();
        let spawner = Spawner {
            stop: stop.clone(),
            tracker: TaskTracker::new(),
        };
        Self {
            spawner,
            _stop_on_drop: stop.drop_guard(),
        }
    }

    pub(super) fn spawner(&self) -> Spawner {
        self.spawner.clone()
    }

    pub(super) async fn shutdown(self) {
        self.spawner.stop.cancel();
        self.spawner.tracker.close();
        self.spawner.tracker.wait().await;
    }
}

impl Spawner {
    /// Runs `work` until it is done or the group ends; in the second case it is dropped where it waits.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tracker.spawn(async move {
            let _ = stop.run_until_cancelled(work).await;
        });
    }
}
