//! Delivery into memory: what tests and previews look at.

use std::{collections::VecDeque, sync::Arc};

use async_trait::async_trait;
use parking_lot::Mutex;

use crate::{DeliveryError, Letter, Mailer};

/// Keeps every letter; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Mailbox {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    letters: Vec<Letter>,
    failures: VecDeque<DeliveryError>,
}

impl Mailbox {
    /// All letters, in the order they came.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.inner.lock().letters.clone()
    }

    /// The letters to one address.
    #[must_use]
    pub fn to(&self, address: &str) -> Vec<Letter> {
        self.inner
            .lock()
            .letters
            .iter()
            .filter(|letter| letter.to.address() == address)
            .cloned()
            .collect()
    }

    /// Lets a coming delivery fail; called twice, the next two.
    pub fn fail_next(&self, error: DeliveryError) {
        self.inner.lock().failures.push_back(error);
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn deliver(&self, letter: &Letter) -> Result<(), DeliveryError> {
        let mut inner = self.inner.lock();
        if let Some(error) = inner.failures.pop_front() {
            return Err(error);
        }
        inner.letters.push(letter.clone());
        Ok(())
    }
}
