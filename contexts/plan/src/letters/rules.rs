//! Points that add up, and scores proposed from figures. Pure.

use evidence::DutyRole;
use kernel::{Problem, round_half_up};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::clause::{Basis, Clause};

/// A whole point, in hundredths.
pub const POINT: i64 = 100;
/// What a letter is worth unless somebody says otherwise.
pub const TOTAL: i64 = 100 * POINT;
/// Days that a unit has to appeal after the review.
pub const APPEAL_DAYS: i64 = 10;

/// How much a clause weighs when points are spread: leading three times as much as supporting.
pub const fn weight(role: DutyRole) -> i64 {
    match role {
        DutyRole::Lead => 3,
        DutyRole::JointLead => 2,
        DutyRole::Support => 1,
    }
}

/// Spreads points by weight so that they add up to the total: whole points where there are enough
/// of them, else hundredths. The largest remainders get what rounding left.
pub fn spread(weights: &[i64], total: i64) -> Vec<i64> {
    let n = i64::try_from(weights.len()).unwrap_or(i64::MAX);
    let unit = if total % POINT == 0 && total / POINT >= n * 2 { POINT } else { 1 };
    let (whole, sum) = (total / unit, weights.iter().sum::<i64>().max(1));
    let mut shares: Vec<(usize, i64, i64)> = weights
        .iter()
        .enumerate()
        .map(|(at, weight)| (at, whole * weight / sum, whole * weight % sum))
        .collect();
    let mut left = whole - shares.iter().map(|(_, share, _)| share).sum::<i64>();
    shares.sort_by_key(|(at, _, rest)| (-rest, *at));
    for share in &mut shares {
        if left > 0 {
            share.1 += 1;
            left -= 1;
        }
    }
    shares.sort_by_key(|(at, _, _)| *at);
    shares.into_iter().map(|(_, share, _)| share * unit).collect()
}

/// Whether the clauses' points are what the letter says that it is worth.
///
/// # Errors
/// The problem, which names the sum, the total and the difference.
pub fn adds_up(clauses: &[Clause], total: i64) -> Result<(), Problem> {
    let sum: i64 = clauses.iter().map(|clause| clause.points).sum();
    if clauses.is_empty() {
        return Err(Problem::new("plan-letter-empty"));
    }
    if sum == total {
        return Ok(());
    }
    let key = if sum > total { "plan-letter-points-over" } else { "plan-letter-points-short" };
    let problem =
        Problem::new(key).at("total").with("sum", points_text(sum)).with("total", points_text(total));
    Err(problem.with("difference", points_text((total - sum).abs())))
}

/// What is known of a clause at the year's end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// The figure; `None` when nothing was collected.
    pub now: Option<Decimal>,
    /// How much higher it may be, where persons are not known.
    pub unknown: Decimal,
}

/// The rule and the score that it gives, in hundredths. A supporting unit is judged by whether it
/// contributed, a leading one by how much of what was asked for is there.
pub fn propose(clause: &Clause, figure: Figure) -> (Basis, Option<i64>) {
    let Some(now) = figure.now else { return (Basis::NotCollected, None) };
    let leads = crate::item::leads(clause.role);
    match clause.asked.filter(|asked| *asked > Decimal::ZERO) {
        None if leads => (Basis::CannotSay, None),
        None if now > Decimal::ZERO => (Basis::Contributed, Some(clause.points)),
        None => (Basis::NotCollected, None),
        Some(asked) if now >= asked => (Basis::Reached, Some(clause.points)),
        // a lower bound cannot say that too little is there
        Some(asked) if now + figure.unknown >= asked => (Basis::CannotSay, None),
        Some(asked) => {
            let share = round_half_up(Decimal::from(clause.points) * now.max(Decimal::ZERO) / asked, 0);
            (Basis::Share, share.to_i64())
        }
    }
}

/// Points as people write them: `12.5`.
pub fn points_text(hundredths: i64) -> String {
    Decimal::new(hundredths, 2).normalize().to_string()
}

/// Reads points with at most two decimals.
///
/// # Errors
/// The problem, without its field.
pub fn read_points(text: &str) -> Result<i64, Problem> {
    let wrong = || Problem::new("plan-letter-points-unreadable").with("typed", text);
    let value: Decimal = text.trim().parse().map_err(|_| wrong())?;
    let hundredths = value.checked_mul(Decimal::from(POINT)).ok_or_else(wrong)?;
    if value < Decimal::ZERO || !hundredths.fract().is_zero() {
        return Err(wrong());
    }
    hundredths.to_i64().filter(|points| *points <= 1_000_000).ok_or_else(wrong)
}
