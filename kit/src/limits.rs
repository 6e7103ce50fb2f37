//! Rate limits held in this process: a brake on noise and guessing, never a guard of money.
//!
//! Limits that guard money or identity (one-time codes, wrong passwords) are counted in SQL by
//! their domains. These here only keep one caller from crowding out the others.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota as Rate, RateLimiter};

/// So many at once, refilled evenly over `per`.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    pub burst: u32,
    pub per: Duration,
}

/// The caller should come back after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter(pub Duration);

impl RetryAfter {
    /// Whole seconds, at least one.
    pub fn seconds(self) -> u32 {
        u32::try_from(self.0.as_secs().max(1)).unwrap_or(u32::MAX)
    }
}

/// One family of limits, keyed by caller. Cheap to clone.
#[derive(Clone)]
pub struct Limiter(Arc<DefaultKeyedRateLimiter<String>>);

impl Limiter {
    pub fn new(quota: Quota) -> Self {
        let burst = NonZeroU32::new(quota.burst).unwrap_or(NonZeroU32::MIN);
        let rate = Rate::with_period(quota.per / burst.get())
            .map_or_else(|| Rate::per_second(burst), |r| r.allow_burst(burst));
        Self(Arc::new(RateLimiter::keyed(rate)))
    }

    /// Takes one from the caller's allowance.
    pub fn check(&self, key: &str) -> Result<(), RetryAfter> {
        self.0
            .check_key(&key.to_owned())
            .map_err(|no| RetryAfter(no.wait_time_from(DefaultClock::default().now())))
    }

    /// Forgets callers whose allowance is full again; call it now and then.
    pub fn sweep(&self) {
        self.0.retain_recent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_the_next_one_waits() {
        let limiter = Limiter::new(Quota {
            burst: 3,
            per: Duration::from_mins(1),
        });
        for _ in 0..3 {
            assert_eq!(limiter.check("a"), Ok(()));
        }
        assert!(limiter.check("a").is_err_and(|wait| wait.seconds() <= 20));
        assert_eq!(limiter.check("b"), Ok(()));
    }
}
