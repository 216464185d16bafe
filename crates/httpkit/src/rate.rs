//! Attempts per address: sign-in, registration, reset.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock};

/// Counts attempts per address on the monotonic clock, in this process.
///
/// The limit per user lives in the engine; this one keeps an address from trying many users.
#[derive(Debug)]
pub struct Attempts {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
}

impl Attempts {
    /// So many a minute, after a burst of as many.
    #[must_use]
    pub fn per_minute(count: NonZeroU32) -> Self {
        Self {
            limiter: DefaultKeyedRateLimiter::keyed(Quota::per_minute(count)),
        }
    }

    /// Counts one attempt.
    ///
    /// # Errors
    /// How long to wait when there were too many.
    pub fn count(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        // Without an address (a socket that is not TCP) the front end counts.
        let Some(address) = address else { return Ok(()) };
        let outcome = self.limiter.check_key(&network_of(address));
        // Addresses that were quiet long enough are forgotten, so the table stays as large as the attack.
        if self.limiter.len() > 10_000 {
            self.limiter.retain_recent();
        }
        outcome.map_err(|busy| busy.wait_time_from(self.limiter.clock().now()))
    }
}

/// One subscriber of IPv6 holds a /64.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_burst_passes_and_the_next_is_told_to_wait_but_another_address_is_not() {
        let attempts = Attempts::per_minute(NonZeroU32::new(3).unwrap());
        let address: IpAddr = "203.0.113.5".parse().unwrap();
        for _ in 0..3 {
            attempts.count(Some(address)).unwrap();
        }
        let wait = attempts.count(Some(address)).unwrap_err();
        assert!(
            wait > Duration::from_secs(10) && wait <= Duration::from_secs(20),
            "{wait:?}"
        );
        attempts.count(Some("203.0.113.6".parse().unwrap())).unwrap();
    }

    #[test]
    fn a_whole_ipv6_network_counts_as_one() {
        let attempts = Attempts::per_minute(NonZeroU32::new(1).unwrap());
        attempts.count(Some("2001:db8:1:2::1".parse().unwrap())).unwrap();
        assert!(
            attempts
                .count(Some("2001:db8:1:2:ffff::9".parse().unwrap()))
                .is_err()
        );
        attempts.count(Some("2001:db8:1:3::1".parse().unwrap())).unwrap();
    }
}
