//! Time, as the bank sees it: instants are milliseconds UTC, days are days in Shanghai.
//!
//! Business date, value date and created-at are three different things; this file only offers the
//! last one and the calendar to compute the others. Tests hold a [`ManualClock`] and move time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
pub type Ms = i64;

pub const SECOND: Ms = 1_000;
pub const MINUTE: Ms = 60 * SECOND;
pub const HOUR: Ms = 60 * MINUTE;
pub const DAY: Ms = 24 * HOUR;

/// The only source of time. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Manual(Arc<Manual>),
}

struct Manual {
    now: AtomicI64,
    moved: tokio::sync::Notify,
}

/// The hand that moves a manual clock in tests.
#[derive(Clone)]
pub struct ManualClock(Arc<Manual>);

impl Clock {
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until its hand moves it.
    pub fn manual(start: Ms) -> (Self, ManualClock) {
        let manual = Arc::new(Manual {
            now: AtomicI64::new(start),
            moved: tokio::sync::Notify::new(),
        });
        (Self(Source::Manual(manual.clone())), ManualClock(manual))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    pub fn now(&self) -> Ms {
        match &self.0 {
            Source::System => Timestamp::now().as_millisecond().saturating_add(ahead()),
            Source::Manual(manual) => manual.now.load(Ordering::SeqCst),
        }
    }

    /// Today's date in Shanghai.
    pub fn today(&self) -> Date {
        date_of(self.now())
    }

    /// Sleeps by this clock: a manual clock wakes when it has been moved far enough.
    pub async fn sleep(&self, span: Duration) {
        match &self.0 {
            Source::System => tokio::time::sleep(span).await,
            Source::Manual(manual) => {
                let until = self
                    .now()
                    .saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX));
                loop {
                    let moved = manual.moved.notified();
                    if manual.now.load(Ordering::SeqCst) >= until {
                        return;
                    }
                    moved.await;
                }
            }
        }
    }
}

/// By how much the bank of a test lives ahead of its machine: `CLOCK_AHEAD` in the environment, milliseconds, so that a
/// bank that was killed can wake on the day on which something falls due. Only builds with debug assertions look at it.
#[cfg(debug_assertions)]
fn ahead() -> Ms {
    static AHEAD: std::sync::LazyLock<Ms> = std::sync::LazyLock::new(|| {
        let text = std::env::var("CLOCK_AHEAD").ok();
        text.and_then(|text| text.parse().ok()).unwrap_or(0)
    });
    *AHEAD
}

#[cfg(not(debug_assertions))]
fn ahead() -> Ms {
    0
}

impl ManualClock {
    /// Moves time forward by so many milliseconds.
    pub fn forward(&self, span: Ms) {
        self.0.now.fetch_add(span, Ordering::SeqCst);
        self.0.moved.notify_waiters();
    }

    pub fn set(&self, now: Ms) {
        self.0.now.store(now, Ordering::SeqCst);
        self.0.moved.notify_waiters();
    }
}

/// The bank's zone. China has kept one zone without daylight saving since 1991.
pub fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::fixed(jiff::tz::offset(8)))
}

/// The Shanghai date on which an instant falls; out-of-range instants clamp to the calendar's ends.
pub fn date_of(at: Ms) -> Date {
    stamp(at).to_zoned(zone()).date()
}

/// First instant of a Shanghai day and of the next one: `[start, end)`.
pub fn day_bounds(day: Date) -> (Ms, Ms) {
    let start = day.to_zoned(zone()).map_or(0, |z| z.timestamp().as_millisecond());
    let next = day
        .tomorrow()
        .and_then(|d| d.to_zoned(zone()))
        .map_or(start, |z| z.timestamp().as_millisecond());
    (start, next)
}

/// `2026-11-23 10:00:05`, Shanghai time.
pub fn text_of(at: Ms) -> String {
    stamp(at)
        .to_zoned(zone())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

fn stamp(at: Ms) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(if at < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_belongs_to_shanghai() {
        let day = jiff::civil::date(2026, 11, 23);
        let (start, end) = day_bounds(day);
        assert_eq!(end - start, DAY);
        assert_eq!(text_of(start), "2026-11-23 00:00:00");
        assert_eq!(date_of(start), day);
        assert_eq!(date_of(start - 1), jiff::civil::date(2026, 11, 22));
        assert_eq!(date_of(end), jiff::civil::date(2026, 11, 24));
    }

    #[tokio::test]
    async fn a_manual_clock_wakes_its_sleepers() {
        let (clock, hand) = Clock::manual(1_000);
        let sleeper = clock.sleep(Duration::from_secs(5));
        tokio::pin!(sleeper);
        assert!(futures_util::poll!(sleeper.as_mut()).is_pending());
        hand.forward(4_999);
        assert!(futures_util::poll!(sleeper.as_mut()).is_pending());
        hand.forward(1);
        sleeper.await;
        assert_eq!(clock.now(), 6_000);
    }
}
