//! The time, handed in.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::{Day, Instant};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;

    /// Today, by the civil calendar of China.
    fn today(&self) -> Day {
        self.now().day()
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // the one place that asks the machine
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands until it is told to move: for tests and for writing past years.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock at noon (China time) of a day such as `2025-09-01`; a text that is no day gives 1970.
    pub fn at(day: &str) -> Self {
        let micros = Day::parse(day).map_or(0, |day| day.at(12, 0).micros());
        Self(AtomicI64::new(micros))
    }

    /// Moves the clock on (or back, when negative).
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
    }

    /// Puts the clock at an instant.
    pub fn set(&self, instant: Instant) {
        self.0.store(instant.micros(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst))
    }
}
