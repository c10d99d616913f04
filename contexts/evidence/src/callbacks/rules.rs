//! How many are drawn and which, who may call, and what an answer means. Pure.

use std::collections::BTreeMap;

use kernel::{Actor, Problem, Problems, Refusal, Rng, SeededRng, UnitId};

use super::{Answer, Outcome, Source};
use crate::{Delivery, DeliveryId, State, rules};

/// How many days a number to call is kept after the answer, for a question of the coordinator.
pub const CONTACT_DAYS: i64 = 14;
/// How many days it is kept when nobody calls.
pub const UNCALLED_DAYS: i64 = 90;
/// So many percent fewer may have come as people remember: they say forty for forty-three.
pub const TOLERANCE_PERCENT: i64 = 10;

/// How large a unit's sample of a month is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Percent of its verified deliveries ...
    pub percent: i64,
    /// ... at least so many ...
    pub least: i64,
    /// ... and at most so many.
    pub most: i64,
}

impl Default for Size {
    /// A twentieth, at least two and at most ten: a unit with one delivery a week then has about
    /// twenty calls in a year, enough to say something, and no unit's calls fill a working day.
    fn default() -> Self {
        Self { percent: 5, least: 2, most: 10 }
    }
}

impl Size {
    /// As typed.
    ///
    /// # Errors
    /// Each that is out of its range, at its field.
    pub fn read(percent: i64, least: i64, most: i64) -> Result<Self, Refusal> {
        let mut problems = Problems::new();
        for (field, n, limit) in [("percent", percent, 100), ("least", least, 100), ("most", most, 1000)] {
            if !(1..=limit).contains(&n) {
                let problem = Problem::new("evidence-limit-range").at(field).with("typed", n);
                problems.add(problem.with("least", 1).with("most", limit));
            }
        }
        if least > most {
            problems.add(Problem::new("evidence-callback-least-over-most").at("least"));
        }
        problems.check()?;
        Ok(Self { percent, least, most })
    }

    /// Of so many deliveries.
    pub fn of(self, stratum: i64) -> i64 {
        // rounded up, so that a share is never undercut
        ((stratum * self.percent + 99) / 100).clamp(self.least, self.most).min(stratum)
    }
}

/// A delivery that may be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub delivery: DeliveryId,
    /// Its host.
    pub unit: UnitId,
    /// Its heads.
    pub heads: i64,
}

/// One that was drawn, with how many it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// What.
    pub candidate: Candidate,
    /// Deliveries of its host among the candidates.
    pub stratum: i64,
}

/// Draws from each unit without putting back; the same seed and candidates give the same sample.
pub fn draw(candidates: &[Candidate], size: Size, seed: i64) -> Vec<Drawn> {
    let rng = SeededRng::new(seed.cast_unsigned());
    let mut units: BTreeMap<&UnitId, Vec<&Candidate>> = BTreeMap::new();
    for candidate in candidates {
        units.entry(&candidate.unit).or_default().push(candidate);
    }
    let mut all = Vec::new();
    for mut left in units.into_values() {
        left.sort_by(|one, other| one.delivery.cmp(&other.delivery));
        let stratum = i64::try_from(left.len()).unwrap_or(i64::MAX);
        for _ in 0..size.of(stratum) {
            let at = usize::try_from(rng.below(left.len() as u64)).unwrap_or(0);
            if at < left.len() {
                all.push(Drawn { candidate: left.swap_remove(at).clone(), stratum });
            }
        }
    }
    all
}

/// Whether a unit may be asked to call: it had no part in it.
pub fn is_outside(unit: &UnitId, delivery: &Delivery) -> bool {
    let details = &delivery.details;
    !details.organisers().contains(unit) && !details.supporters.contains(unit)
}

/// Whether somebody may call: they work for the unit that calls, for none that had a part, and neither
/// recorded, submitted, verified nor gave the delivery.
pub fn may_call(actor: &Actor, caller: &UnitId, delivery: &Delivery) -> bool {
    let Some(account) = &actor.account else { return false };
    let reach =
        actor.reach(rules::RECORDERS).includes(caller) || actor.reach(rules::VERIFIERS).includes(caller);
    let had_a_hand = match delivery.state() {
        State::Submitted { submitted } | State::Returned { submitted, .. } => submitted.by == *account,
        State::Verified { submitted, verified } => submitted.by == *account || verified.by == *account,
        State::Withdrawn { before, .. } => match before {
            crate::Before::Counted { submitted, verified } => {
                submitted.by == *account || verified.by == *account
            }
            crate::Before::Uncounted => false,
        },
        State::Draft => false,
    };
    let name = kernel::search_key(&actor.name);
    let gave = delivery.details.deliverers.iter().any(|person| person.key() == name);
    let outside = actor.units().iter().all(|unit| is_outside(unit, delivery));
    reach && outside && !had_a_hand && !gave && *account != delivery.recorded.by
}

/// What was typed of a call: whether it was held (`yes`, `no`, `unknown`), how many came, who was asked.
#[derive(Clone, Debug)]
pub struct Heard<'a> {
    /// `yes`, `no` or `unknown`.
    pub held: &'a str,
    /// How many came, if a number was typed.
    pub heads: Option<i64>,
    /// Who was asked.
    pub source: Option<Source>,
    /// Anything else.
    pub note: &'a str,
}

/// What a call means. The number that was reported is compared here and was not shown to the caller.
///
/// # Errors
/// What is missing, each at its field.
pub fn answer(heard: &Heard<'_>, reported: i64) -> Result<Answer, Refusal> {
    let mut problems = Problems::new();
    let missing = |field| Problem::new("error-missing").at(field);
    let held = match heard.held {
        "yes" => Some(true),
        "no" => Some(false),
        "unknown" => None,
        _ => return Err(missing("held").into()),
    };
    if held.is_some() && heard.source.is_none() {
        problems.add(missing("source"));
    }
    if held == Some(true) && heard.heads.is_none() {
        problems.add(Problem::new("evidence-callback-heads-missing").at("heads"));
    }
    let long = heard.note.chars().count();
    if long > 500 {
        problems.add(Problem::new("error-too-long").at("note").with("most", 500).with("long", long));
    }
    problems.check()?;
    let enough = |n: i64| n * 100 >= reported * (100 - TOLERANCE_PERCENT);
    let (outcome, n) = match (held, heard.heads) {
        (Some(true), Some(n)) if enough(n) => (Outcome::Confirmed, Some(n)),
        (Some(true), n) => (Outcome::Fewer, n),
        (Some(false), _) => (Outcome::DidNotHappen, Some(0)),
        (None, _) => (Outcome::NotReached, None),
    };
    let source = heard.source.filter(|_| held.is_some());
    Ok(Answer { outcome, heard: n, source, note: heard.note.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(units: &[(&str, usize)]) -> Vec<Candidate> {
        let of = |(unit, n): &(&str, usize)| {
            let unit = (*unit).to_owned();
            (0..*n).map(move |at| Candidate {
                delivery: format!("{unit}-{at:03}").into(),
                unit: unit.clone().into(),
                heads: 40,
            })
        };
        units.iter().flat_map(of).collect()
    }

    #[test]
    fn a_sample_is_a_share_of_each_unit_within_its_bounds_and_never_more_than_there_is() {
        let size = Size::default();
        let cases = [(1, 1), (2, 2), (30, 2), (41, 3), (100, 5), (900, 10)];
        for (stratum, n) in cases {
            assert_eq!(size.of(stratum), n, "of {stratum}");
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_and_every_delivery_has_the_same_chance() {
        let all = candidates(&[("a", 8), ("b", 20)]);
        let size = Size { percent: 25, least: 2, most: 10 };
        let mut reversed = all.clone();
        reversed.reverse();
        assert_eq!(
            draw(&all, size, 7),
            draw(&reversed, size, 7),
            "the order in which they come does not matter"
        );
        assert_ne!(draw(&all, size, 7), draw(&all, size, 8));
        let mut drawn: BTreeMap<String, i64> = BTreeMap::new();
        for seed in 0..4_000 {
            let sample = draw(&all, size, seed * 7_919);
            assert_eq!(sample.len(), 2 + 5);
            sample.iter().for_each(|one| *drawn.entry(one.candidate.delivery.to_string()).or_default() += 1);
        }
        // a quarter of 4,000 each: five standard deviations are 137
        assert!(drawn.len() == 28 && drawn.values().all(|n| (863..=1_137).contains(n)), "{drawn:?}");
    }

    #[test]
    fn what_was_heard_is_judged_by_the_number_that_the_caller_was_not_shown() {
        let heard =
            |held: &'static str, heads| Heard { held, heads, source: Some(Source::Community), note: "" };
        let outcome = |held, heads| answer(&heard(held, heads), 50).map(|answer| answer.outcome);
        assert_eq!(outcome("yes", Some(45)).unwrap(), Outcome::Confirmed);
        assert_eq!(outcome("yes", Some(80)).unwrap(), Outcome::Confirmed);
        assert_eq!(outcome("yes", Some(44)).unwrap(), Outcome::Fewer);
        assert_eq!(outcome("no", None).unwrap(), Outcome::DidNotHappen);
        assert_eq!(outcome("unknown", None).unwrap(), Outcome::NotReached);
        assert!(outcome("yes", None).is_err() && outcome("", Some(3)).is_err());
    }
}
