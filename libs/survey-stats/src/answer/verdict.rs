//! Reached, not reached, or cannot say.
//!
//! A target counts as reached when the whole interval lies at or above it, as not reached when the whole
//! interval lies below, and otherwise the survey cannot say. A point estimate alone never decides.

use crate::estimate::Interval;

/// The three possible answers to "is the target reached?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// the interval lies at or above the target
    Reached,
    /// the interval lies below the target
    NotReached,
    /// the interval holds the target
    CannotSay,
}

/// Compares an interval with a target.
///
/// ```
/// use survey_stats::{answer::{verdict, Verdict}, Interval};
/// let i = Interval { lower: 0.131, upper: 0.172, level: 0.95, df: 40.0 };
/// assert_eq!(verdict(&i, 0.15), Verdict::CannotSay);
/// assert_eq!(verdict(&i, 0.13), Verdict::Reached);
/// assert_eq!(verdict(&i, 0.18), Verdict::NotReached);
/// ```
pub fn verdict(interval: &Interval, target: f64) -> Verdict {
    if interval.lower >= target {
        Verdict::Reached
    } else if interval.upper < target {
        Verdict::NotReached
    } else {
        Verdict::CannotSay
    }
}
