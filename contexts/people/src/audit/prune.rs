//! Removing entries that are older than the district keeps them.

use db::Tx;
use kernel::{Caller, Instant, Refusal};
use serde_json::json;

use super::{Entry, SHORTEST_DAYS, record, store};
use crate::district;

/// A day, in seconds.
const DAY: i64 = 86_400;
/// A trail without an entry for so long belongs to a clock that jumped, not to a quiet office.
const QUIET_DAYS: i64 = 60;

/// From where on entries are kept; `None` when the clock cannot be trusted.
fn keep_from(now: Instant, newest: Instant, days: i64) -> Option<Instant> {
    let plausible = now.seconds_since(newest) <= QUIET_DAYS * DAY;
    plausible.then(|| now.plus_seconds(-days.max(SHORTEST_DAYS).saturating_mul(DAY)))
}

/// Whether the trail goes on across the day from which it is kept: the last entry before and the first
/// after it lie no longer apart than an office is quiet. Where they do, the later side was written by a
/// clock that jumped ahead, and all that is true stands on the side that would go.
fn is_unbroken(before: Option<Instant>, after: Option<Instant>) -> bool {
    before.zip(after).is_none_or(|(before, after)| after.seconds_since(before) <= QUIET_DAYS * DAY)
}

/// Removes what is older than the setting and records how many entries that were. A clock that
/// stands far beyond the newest entry, or beyond all but those written under it, removes nothing: after
/// a jump ahead the trail would be gone.
///
/// # Errors
/// As the database refuses.
pub fn prune(tx: &mut Tx<'_>, by: &Caller) -> Result<u64, Refusal> {
    let Some(settings) = district::settings(tx, by.district())? else { return Ok(0) };
    let Some(newest) = store::newest(tx, by.district())? else { return Ok(0) };
    let Some(from) = keep_from(by.now(), newest, settings.audit_days) else { return Ok(0) };
    let (before, after) = store::around(tx, by.district(), from)?;
    if !is_unbroken(before, after) {
        return Ok(0);
    }
    let removed = store::delete_before(tx, by.district(), from)?;
    if removed > 0 {
        let district = by.district().clone();
        let detail = json!({ "removed": removed, "before": from.day() });
        record(
            tx,
            by,
            Entry { action: "people.audit.prune", subject: ("district", district.as_str()), detail },
        )?;
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Day;

    fn at(day: &str) -> Instant {
        Day::parse(day).unwrap().at(12, 0)
    }

    #[test]
    fn entries_are_kept_for_at_least_half_a_year_whatever_is_stored() {
        let from = keep_from(at("2025-12-31"), at("2025-12-30"), 1).unwrap();
        assert_eq!(from.day(), Day::parse("2025-07-04").unwrap());
        let from = keep_from(at("2025-12-31"), at("2025-12-30"), 365).unwrap();
        assert_eq!(from.day(), Day::parse("2024-12-31").unwrap());
    }

    #[test]
    fn a_clock_that_jumped_a_year_ahead_removes_nothing() {
        assert_eq!(keep_from(at("2026-12-31"), at("2025-12-30"), 180), None);
    }
}
