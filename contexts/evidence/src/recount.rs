//! Counting an indicator anew, a slice at a time, so that nobody waits for the writer until millions of
//! facts are counted. See `docs/decisions/0019-counted-anew-in-slices.md`.
//!
//! Deliveries are walked in the order of their days. What happens meanwhile is counted once: an act of a
//! delivery that was walked already moves the sums at once, one of a delivery that is still to come is left
//! to the walk. So at every commit the sums are those of all deliveries up to the cursor.

use db::Tx;
use jobs::{Failure, Job, JobContext};
use kernel::{Caller, Day, DistrictId, Refusal};
use serde::{Deserialize, Serialize};

use crate::counting::{Years, acts, add_to_indicators, counts};
use crate::rule::Rule;
use crate::{DeliveryId, IndicatorId, store};

/// The last delivery that was walked, and its day.
pub type Cursor = (Day, DeliveryId);

/// Deliveries that the action itself walks before it leaves the rest to the job. Few in tests, so that
/// they meet the rest.
const AT_ONCE: i64 = if cfg!(test) { 20 } else { 2_000 };
/// Deliveries of a slice of the job: some fifty milliseconds of the writer.
const SLICE: i64 = if cfg!(test) { 3 } else { 1_000 };
/// Deliveries read at once. Few in tests, so that they meet several pages.
const PAGE: i64 = if cfg!(test) { 2 } else { 500 };

/// Walks on with what is being counted anew, whoever began it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Recount {}

impl Job for Recount {
    const NAME: &'static str = "evidence.recount";
    const DEDUPLICATED: bool = true;

    fn run(&self, ctx: &JobContext) -> Result<(), Failure> {
        while ctx.write(step)? {
            if ctx.is_stopping() {
                return Err(Failure::Interrupted);
            }
        }
        Ok(ctx.finish(|_, _| Ok(()))?)
    }
}

/// Forgets what an indicator came to and counts it anew by the versions of its rule; what is more than a
/// moment's work is left to the job, and pages say so until it is done.
///
/// # Errors
/// As the database refuses.
pub(crate) fn begin(tx: &mut Tx, by: &Caller, indicator: &IndicatorId) -> Result<(), Refusal> {
    let district = by.district();
    store::indicator::forget(tx, district, [indicator])?;
    store::recount::end(tx, district, indicator)?;
    if let Some(rest) = walk(tx, district, indicator, None, AT_ONCE)? {
        store::recount::save(tx, district, indicator, &rest, by.now())?;
        jobs::enqueue(tx, by, &Recount {})?;
    }
    Ok(())
}

/// Counts an indicator of which nothing is stored to the end.
///
/// # Errors
/// As the database refuses.
pub(crate) fn whole(tx: &mut Tx, district: &DistrictId, indicator: &IndicatorId) -> Result<(), Refusal> {
    store::recount::end(tx, district, indicator)?;
    walk(tx, district, indicator, None, i64::MAX).map(drop)
}

/// One slice of one indicator; false when nothing is left to be counted.
pub(crate) fn step(tx: &mut Tx<'_>, by: &Caller) -> Result<bool, Refusal> {
    let district = by.district();
    let Some((indicator, from)) = store::recount::list(tx, district)?.pop_first() else { return Ok(false) };
    match walk(tx, district, &indicator, Some(from), SLICE)? {
        Some(rest) => store::recount::save(tx, district, &indicator, &rest, by.now())?,
        None => store::recount::end(tx, district, &indicator)?,
    }
    Ok(true)
}

/// Counts at most `most` deliveries after `from`, or from the first on; answers from where the next slice
/// goes on.
fn walk(
    tx: &mut Tx,
    district: &DistrictId,
    indicator: &IndicatorId,
    from: Option<Cursor>,
    most: i64,
) -> Result<Option<Cursor>, Refusal> {
    let mut versions = store::rule::list_of(tx, district, indicator)?;
    versions.retain(counts);
    versions.sort_by_key(|rule| rule.from);
    let (mut sums, mut left, mut rest) = (Years::new(), most, None);
    for rule in &versions {
        let first = (rule.from, DeliveryId::from(""));
        let mut after = from.iter().cloned().chain([first.clone()]).max().unwrap_or(first);
        while left > 0 {
            let ids = page(tx, district, rule, &after, left.min(PAGE))?;
            let Some(last) = ids.last() else { break };
            after = last.clone();
            left -= i64::try_from(ids.len()).unwrap_or(left);
            let facts = store::fact::of_deliveries(tx, district, ids.iter().map(|(_, id)| id))?;
            acts(&facts).try_for_each(|act| add_to_indicators(tx, district, &[rule], act, &mut sums))?;
        }
        if left == 0 {
            rest = Some(after);
            break;
        }
    }
    store::indicator::move_by(tx, district, &sums)?;
    Ok(rest)
}

/// The next deliveries of a version's days. With a purpose they cost those for that purpose, without all.
fn page(
    tx: &mut Tx,
    district: &DistrictId,
    rule: &Rule,
    after: &Cursor,
    limit: i64,
) -> Result<Vec<Cursor>, Refusal> {
    match &rule.conditions.purpose {
        Some(purpose) => store::delivery::ids_for(tx, district, purpose, (after, rule.to), limit),
        None => store::delivery::ids_of_days(tx, district, (after, rule.to), limit),
    }
}
