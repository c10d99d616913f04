//! When something is flagged, and who may answer. Pure.

use kernel::{AccountId, Actor, Problem, Refusal};

use super::Limits;
use super::look::Look;
use crate::{Delivery, Method, State, rules};

/// Fewer heads than these repeat by themselves: a class, a team, a handful at home.
pub const FEWEST_HEADS: i64 = 20;
/// A list with fewer persons says too little.
pub const FEWEST_PERSONS: i64 = 5;

/// Whether two photos show the same. A plain one shows nothing.
pub const fn looks_alike(one: Look, other: Look, limits: &Limits) -> bool {
    !one.is_plain() && !other.is_plain() && one.distance(other) as i64 <= limits.photo_bits
}

/// Whether nobody can have been at both: the times, each a start and a length in minutes, are nearer
/// than the way from one town to another.
pub const fn at_once(one: (i64, i64), other: (i64, i64), limits: &Limits) -> bool {
    one.0 < other.0 + other.1 + limits.travel_minutes && other.0 < one.0 + one.1 + limits.travel_minutes
}

/// How many percent of the longer of two lists stand on both; 0 when either is too short to say.
pub fn overlap_percent(one: i64, other: i64, both: i64) -> i64 {
    if one.min(other) < FEWEST_PERSONS { 0 } else { both * 100 / one.max(other) }
}

/// Whether heads were counted one by one: an estimate is a round number, and round numbers repeat.
pub const fn is_counted(method: Method, heads: i64) -> bool {
    heads >= FEWEST_HEADS
        && match method {
            Method::CheckIn | Method::SignInSheet => true,
            Method::Estimate => false,
        }
}

/// Whether flags are asked for: of what waits or counts.
pub const fn is_asked(state: &State) -> bool {
    match state {
        State::Submitted { .. } | State::Verified { .. } => true,
        State::Draft | State::Returned { .. } | State::Withdrawn { .. } => false,
    }
}

/// Whether the actor may say that it is fine: who verifies there and neither recorded nor submitted it.
pub fn may_answer(actor: &Actor, delivery: &Delivery) -> bool {
    let (State::Submitted { submitted } | State::Verified { submitted, .. }) = delivery.state() else {
        return false;
    };
    let verifies = actor.reach(rules::VERIFIERS).includes(&delivery.details.host);
    let own = |account: &AccountId| *account == submitted.by || *account == delivery.recorded.by;
    verifies && actor.account.as_ref().is_some_and(|account| !own(account))
}

/// Why it is fine: 2 to 300 characters.
///
/// # Errors
/// Missing or too long, at the field `answer`.
pub fn answer(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    match text.chars().count() {
        0 | 1 => Err(Problem::new("evidence-flag-answer-missing").at("answer").into()),
        n if n > 300 => {
            Err(Problem::new("error-too-long").at("answer").with("most", 300).with("long", n).into())
        }
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_times_are_at_once_when_the_way_between_two_towns_does_not_fit_between_them() {
        let limits = Limits::default();
        let cases = [
            ((840, 90), (840, 90), true),
            ((840, 90), (900, 60), true),
            ((840, 60), (905, 60), true),
            ((840, 60), (910, 60), false),
            ((910, 60), (840, 60), false),
            ((540, 600), (600, 30), true),
        ];
        for (one, other, expected) in cases {
            assert_eq!(at_once(one, other, &limits), expected, "{one:?} {other:?}");
            assert_eq!(at_once(other, one, &limits), expected, "the order does not matter");
        }
    }

    #[test]
    fn a_list_is_the_same_when_nearly_all_of_the_longer_one_stand_on_both() {
        assert_eq!(overlap_percent(40, 42, 39), 92);
        assert_eq!(overlap_percent(10, 200, 10), 5, "ten of two hundred are guests");
        assert_eq!(overlap_percent(4, 4, 4), 0, "four persons are a family");
    }

    #[test]
    fn an_estimate_may_repeat_and_a_count_may_not() {
        assert!(!is_counted(Method::Estimate, 50));
        assert!(!is_counted(Method::CheckIn, 19));
        assert!(is_counted(Method::SignInSheet, 46));
    }
}
