//! Orders of units and towns by a number. A rank says more than a few cases can: below a smallest number of
//! cases, which a district sets, nobody is ranked, and the page says so. Each rank stands beside its number
//! of cases and an interval.

pub mod pages;
mod store;

use db::Tx;
use kernel::{Caller, DistrictId, Permission, Problem, Refusal};
use serde_json::json;

use crate::actions::{audit, stamp};
use crate::rules::RULE_KEEPERS;

/// The smallest number while a district has set none: with ten cases and none of the kind that is looked
/// for, a quarter of all may still be of that kind; with fewer a rank is chance.
pub const USUAL_LEAST: i64 = 10;
/// The least and the most that a district may set.
pub const RANGE: (i64, i64) = (2, 1_000);

/// Rows in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking<T> {
    /// The rank, from 1, and the row; equal values share a rank.
    pub ranked: Vec<(usize, T)>,
    /// Those with too few cases, in the order in which they came.
    pub too_few: Vec<T>,
}

/// Puts rows into their order, the largest value first. `of` gives the number of cases and the value.
pub fn rank<T>(rows: Vec<T>, least: i64, of: impl Fn(&T) -> (i64, f64)) -> Ranking<T> {
    let (mut enough, too_few): (Vec<T>, Vec<T>) = rows.into_iter().partition(|row| of(row).0 >= least);
    enough.sort_by(|one, other| of(other).1.total_cmp(&of(one).1));
    let mut last: Option<(f64, usize)> = None;
    let ranked = enough.into_iter().zip(1..).map(|(row, place)| {
        let value = of(&row).1;
        let rank = match last {
            Some((before, rank)) if before.total_cmp(&value).is_eq() => rank,
            Some(_) | None => place,
        };
        last = Some((value, rank));
        (rank, row)
    });
    Ranking { ranked: ranked.collect(), too_few }
}

/// The 95% interval of a count: between which numbers a place that goes on as it did would mostly come to
/// lie in a year. Byar's approximation to the exact limits of a Poisson count, as the public health
/// observatories of England use it for areas (APHO Technical Briefing 3, 2008).
pub fn count_interval(n: i64) -> (f64, f64) {
    #[allow(clippy::cast_precision_loss)] // counts of a year are far below 2^52
    let n = n.max(0) as f64;
    let z = 1.959_963_985;
    let limit = |n: f64, sign: f64| n * (1.0 - 1.0 / (9.0 * n) + sign * z / (3.0 * n.sqrt())).powi(3);
    let lower = if n > 0.0 { limit(n, -1.0).max(0.0) } else { 0.0 };
    (lower, limit(n + 1.0, 1.0))
}

/// From how many cases on a district ranks.
///
/// # Errors
/// As the database refuses.
pub fn least(tx: &mut Tx, district: &DistrictId) -> Result<i64, Refusal> {
    Ok(store::find(tx, district)?.unwrap_or(USUAL_LEAST))
}

/// Sets from how many cases on units and towns are ranked.
///
/// # Errors
/// Forbidden but for those who keep the rules; invalid out of [`RANGE`].
pub fn set_least(tx: &mut Tx, by: &Caller, least: i64) -> Result<(), Refusal> {
    let stamp = stamp(by)?;
    if !by.actor.may(Permission::Roles(RULE_KEEPERS)) {
        return Err(Refusal::Forbidden);
    }
    let (fewest, most) = RANGE;
    if !(fewest..=most).contains(&least) {
        let problem = Problem::new("evidence-limit-range").at("least").with("typed", least);
        return Err(problem.with("least", fewest).with("most", most).into());
    }
    store::save(tx, by.district(), least, &stamp)?;
    audit(tx, by, "evidence.ranking.set", ("district", by.district().as_str()), json!({ "least": least }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_fewer_cases_than_the_smallest_number_has_no_rank() {
        let rows = vec![("a", 9, 1.0), ("b", 10, 0.2), ("c", 30, 0.5), ("d", 12, 0.5)];
        let ranking = rank(rows, 10, |row| (row.1, row.2));
        let ranks: Vec<(usize, &str)> = ranking.ranked.iter().map(|(rank, row)| (*rank, row.0)).collect();
        assert_eq!(ranks, [(1, "c"), (1, "d"), (3, "b")], "equal values share a rank");
        assert_eq!(ranking.too_few.iter().map(|row| row.0).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn the_interval_of_a_count_is_that_of_the_tables() {
        // exact limits of Poisson counts, after Ulm (1990): 1 in 0.025 to 5.572, 10 in 4.795 to 18.390,
        // 100 in 81.364 to 121.627; Byar comes within one part of a hundred from 10 on
        for (n, lower, upper) in [(10, 4.795, 18.390), (100, 81.364, 121.627)] {
            let (low, high) = count_interval(n);
            assert!(
                (low / lower - 1.0_f64).abs() < 0.01 && (high / upper - 1.0_f64).abs() < 0.01,
                "{n} {low} {high}"
            );
        }
        assert!((count_interval(1).1 - 5.572).abs() < 0.05);
        assert_eq!(count_interval(0).0, 0.0);
        assert!((count_interval(0).1 - 3.689).abs() < 0.3, "{:?}", count_interval(0));
    }
}
