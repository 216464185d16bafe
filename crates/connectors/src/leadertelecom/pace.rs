//! How fast and how many at once (reference §8.1 #21: at most two calls a second, four in flight).

use ca::Limits;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Semaphore, SemaphorePermit};

pub(super) struct Pace {
    rate: Option<DefaultDirectRateLimiter>,
    in_flight: Option<Semaphore>,
}

impl Pace {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            rate: limits
                .per_second
                .map(|rate| RateLimiter::direct(Quota::per_second(rate))),
            in_flight: limits.in_flight.map(|most| Semaphore::new(most.get() as usize)),
        }
    }

    /// A place among the calls in flight, given back when dropped.
    pub(super) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        match &self.in_flight {
            // Only a closed semaphore refuses, and nobody closes this one.
            Some(places) => places.acquire().await.ok(),
            None => None,
        }
    }

    /// Waits until one more request may be sent.
    pub(super) async fn turn(&self) {
        if let Some(rate) = &self.rate {
            rate.until_ready().await;
        }
    }
}
