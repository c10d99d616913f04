//! How often a unit reports too much, estimated from its call-backs.
//!
//! The calls of a year are a stratified sample: each month's deliveries of the unit are a stratum of
//! `N` of which `n` were reached. A call found too much when fewer came or nobody did. The share is
//! weighted by `N / n`; its variance is that of a share among `n` calls, made larger by unequal weights
//! (Kish) and smaller by the part of all that was called (finite population); the interval is the
//! exact one of Korn and Graubard. Months without a reached call say nothing and are left out; calls
//! that reached nobody are counted beside it.

use std::collections::BTreeMap;

use survey_stats::proportion::{Method, Sample, from_moments};

use super::Outcome;

/// With fewer calls nothing is said: ten calls without a misfit still leave a quarter possible.
pub const FEWEST_CALLS: i64 = 10;
/// How often the interval holds the truth.
const LEVEL: f64 = 0.95;

/// A call-back that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its month.
    pub month: String,
    /// Verified deliveries of the unit in that month.
    pub stratum: i64,
    /// What was found.
    pub outcome: Outcome,
    /// Heads reported.
    pub reported: i64,
    /// Heads heard of, when it was reached.
    pub heard: Option<i64>,
}

/// What the calls of a unit say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OverReporting {
    /// Calls that reached somebody.
    pub n: i64,
    /// Calls that reached nobody.
    pub not_reached: i64,
    /// Of the reached ones, those with fewer or nobody.
    pub over: i64,
    /// Heads reported by the deliveries that were reached, and heard of.
    pub heads: (i64, i64),
    /// Estimated share of deliveries that report too much, with its interval, each 0 to 1; none below
    /// [`FEWEST_CALLS`].
    pub rate: Option<Rate>,
}

/// A share with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// The share.
    pub value: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// What these calls of one unit say.
pub fn over_reporting(calls: &[Call]) -> OverReporting {
    // month: deliveries, reached, too much
    let mut months: BTreeMap<&str, (i64, i64, i64)> = BTreeMap::new();
    let mut said = OverReporting::default();
    for call in calls {
        let over = match call.outcome {
            Outcome::NotReached => {
                said.not_reached += 1;
                continue;
            }
            Outcome::Confirmed => 0,
            Outcome::Fewer | Outcome::DidNotHappen => 1,
        };
        let month = months.entry(&call.month).or_insert((call.stratum, 0, 0));
        month.1 += 1;
        month.2 += over;
        said.n += 1;
        said.over += over;
        said.heads.0 += call.reported;
        said.heads.1 += call.heard.unwrap_or(0);
    }
    if said.n >= FEWEST_CALLS {
        said.rate = rate(months.values().copied(), said.n);
    }
    said
}

fn rate(months: impl Iterator<Item = (i64, i64, i64)>, n: i64) -> Option<Rate> {
    let (mut all, mut over, mut squares) = (0.0, 0.0, 0.0);
    for (stratum, reached, too_much) in months {
        let (stratum, reached) = (stratum as f64, reached as f64);
        all += stratum;
        over += stratum * too_much as f64 / reached;
        squares += stratum * stratum / reached;
    }
    let n = n as f64;
    let value = over / all;
    if n >= all {
        return Some(Rate { value, lower: value, upper: value });
    }
    let kish = n * squares / (all * all);
    let variance = value * (1.0 - value) / (n - 1.0) * kish * (1.0 - n / all);
    let sample = Sample { n, kish, df: n - 1.0 };
    let found = from_moments(value, variance, sample, Method::Beta, LEVEL).ok()?;
    let (lower, upper) = (found.interval.lower.max(0.0), found.interval.upper.min(1.0));
    Some(Rate { value, lower, upper })
}

#[cfg(test)]
mod tests {
    use kernel::{Rng, SeededRng};

    use super::super::rules::{Candidate, Size, draw};
    use super::*;

    fn call(month: usize, stratum: i64, outcome: Outcome) -> Call {
        let heard = if outcome == Outcome::DidNotHappen { Some(0) } else { Some(30) };
        Call { month: format!("2025-{month:02}"), stratum, outcome, reported: 40, heard }
    }

    #[test]
    fn few_calls_say_nothing_and_ten_without_a_misfit_still_leave_a_quarter_possible() {
        let calls: Vec<Call> = (0..10).map(|at| call(at % 5, 40, Outcome::Confirmed)).collect();
        assert_eq!(over_reporting(&calls[..9]).rate, None);
        let rate = over_reporting(&calls).rate.unwrap();
        assert!(rate.value == 0.0 && rate.lower == 0.0 && (0.2..0.35).contains(&rate.upper), "{rate:?}");
    }

    #[test]
    fn who_was_not_reached_is_counted_beside_and_who_was_all_called_has_no_doubt_left() {
        let outcomes = [Outcome::Confirmed, Outcome::Fewer, Outcome::DidNotHappen];
        let mut calls: Vec<Call> = (0..12).map(|at| call(1, 12, outcomes[at % 3])).collect();
        let said = over_reporting(&calls);
        assert_eq!((said.n, said.over, said.heads), (12, 8, (480, 240)));
        let rate = said.rate.unwrap();
        assert_eq!((rate.lower, rate.upper), (rate.value, rate.value));
        calls.push(Call { heard: None, ..call(1, 12, Outcome::NotReached) });
        assert_eq!((over_reporting(&calls).n, over_reporting(&calls).not_reached), (12, 1));
    }

    /// Draws a year of a unit again and again, by the draw itself, where so many of 1,000 deliveries
    /// report too much: how often the interval holds the true share.
    fn coverage(per_mille: u64, months: &[usize]) -> f64 {
        let rng = SeededRng::new(per_mille + 11);
        let size = Size { percent: 10, least: 2, most: 10 };
        let (mut held, rounds) = (0, 1_500);
        for _ in 0..rounds {
            let (mut calls, mut wrong, mut all) = (Vec::new(), 0.0, 0.0);
            for (month, n) in months.iter().enumerate() {
                let candidates: Vec<Candidate> = (0..*n)
                    .map(|at| Candidate { delivery: format!("{at:03}").into(), unit: "u".into(), heads: 40 })
                    .collect();
                let over: Vec<bool> = candidates.iter().map(|_| rng.below(1_000) < per_mille).collect();
                wrong += over.iter().filter(|over| **over).count() as f64;
                all += *n as f64;
                for drawn in draw(&candidates, size, rng.below(1 << 40).cast_signed()) {
                    let at: usize = drawn.candidate.delivery.as_str().parse().unwrap();
                    let outcome = if over[at] { Outcome::Fewer } else { Outcome::Confirmed };
                    calls.push(call(month, drawn.stratum, outcome));
                }
            }
            let (rate, truth) = (over_reporting(&calls).rate.unwrap(), wrong / all);
            held += usize::from((rate.lower - 1e-9..=rate.upper + 1e-9).contains(&truth));
        }
        held as f64 / f64::from(rounds)
    }

    #[test]
    fn the_interval_holds_the_truth_at_least_as_often_as_it_says() {
        let year = [5, 8, 12, 20, 35, 40, 8, 6, 45, 30, 12, 10];
        for (per_mille, months) in
            [(20, &year[..]), (100, &year), (300, &year), (500, &year), (100, &year[..6])]
        {
            let share = coverage(per_mille, months);
            println!("{per_mille} of 1000, {} months: {share:.3}", months.len());
            assert!((0.94..=1.0).contains(&share), "{per_mille} of 1000: {share}");
        }
    }
}
