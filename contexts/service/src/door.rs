//! Who came to a visit and when, as it is noted at the door. Pure.
//!
//! A note may arrive late, twice and out of its order, since a phone without a line keeps it: the earliest
//! coming and the latest leaving hold, so that the same notes give the same answer in any order.

use kernel::{Day, Instant, Problem, Refusal};

use crate::order::Visit;
use crate::team::PersonId;

/// Wrong codes of a round after which only the list is left.
pub const MOST_WRONG: i64 = 5;
/// So many minutes a phone may be ahead of the program.
const AHEAD: i64 = 5;

/// What is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// They came.
    Came,
    /// They left.
    Left,
}

impl What {
    /// The word in forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Left => "left",
        }
    }

    /// What a code says.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Came, Self::Left].into_iter().find(|one| one.code() == code)
    }
}

/// What is known of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Who.
    pub person: PersonId,
    /// Minute of the day at which they came.
    pub came: i64,
    /// At which they left; none while they are there.
    pub left: Option<i64>,
}

/// What is known of the resident's code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// When it was told rightly.
    pub at: Option<Instant>,
    /// How often wrongly.
    pub n_wrong: i64,
}

/// A moment as the sender's clock showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub on: Day,
    /// The minute of it.
    pub minute: i64,
}

/// Whether a moment can be one of a visit, seen from now.
///
/// # Errors
/// Invalid on another day than the agreed one, and for a moment that is still to come.
pub fn check_moment(visit: Visit, moment: Moment, now: Moment) -> Result<(), Refusal> {
    if moment.on != visit.on {
        let problem = Problem::new("service-door-other-day").with("day", visit.on);
        return Err(problem.with("told", moment.on).into());
    }
    let ahead = moment.on > now.on || (moment.on == now.on && moment.minute > now.minute + AHEAD);
    if ahead || !(0..24 * 60).contains(&moment.minute) {
        let at = crate::clock_text(moment.minute.clamp(0, 24 * 60 - 1));
        return Err(Problem::new("service-door-ahead").with("at", at).into());
    }
    Ok(())
}

/// What is known of a person after a note.
///
/// # Errors
/// Invalid for a leaving without a coming, or before it.
pub fn noted(
    (person, name): (&PersonId, &str),
    before: Option<&Presence>,
    (what, minute): (What, i64),
) -> Result<Presence, Refusal> {
    let wrong = |key| Refusal::from(Problem::new(key).at("person").with("name", name));
    let after = match (what, before) {
        (What::Came, None) => Presence { person: person.clone(), came: minute, left: None },
        (What::Came, Some(known)) => Presence { came: known.came.min(minute), ..known.clone() },
        (What::Left, None) => return Err(wrong("service-door-left-unseen")),
        (What::Left, Some(known)) => {
            Presence { left: Some(known.left.map_or(minute, |left| left.max(minute))), ..known.clone() }
        }
    };
    if after.left.is_some_and(|left| left < after.came) {
        return Err(wrong("service-out-before-in"));
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: &str = "李医生";

    fn visit() -> Visit {
        Visit { on: Day::parse("2025-11-10").unwrap(), minute: 570, minutes: 60 }
    }

    fn at(day: &str, minute: i64) -> Moment {
        Moment { on: Day::parse(day).unwrap(), minute }
    }

    fn key(refusal: Refusal) -> String {
        let Refusal::Invalid(problems) = refusal else { return format!("{refusal:?}") };
        problems.first().map(|one| one.key.to_owned()).unwrap_or_default()
    }

    #[test]
    fn notes_that_come_twice_or_in_another_order_give_the_same() {
        let person = PersonId::from("p");
        let all = [(What::Came, 572), (What::Left, 640), (What::Came, 568), (What::Left, 632)];
        let run = |order: &[usize]| {
            let mut known = None;
            for n in order {
                known = Some(noted((&person, WHO), known.as_ref(), all[*n]).unwrap());
            }
            known.unwrap()
        };
        let expected = Presence { person: person.clone(), came: 568, left: Some(640) };
        for order in [[0, 1, 2, 3], [2, 0, 3, 1], [0, 3, 1, 2], [2, 3, 1, 0]] {
            assert_eq!(run(&order), expected, "{order:?}");
        }
        assert_eq!(run(&[0, 0, 1, 1, 2, 3, 3, 2]), expected);
    }

    #[test]
    fn nobody_leaves_who_did_not_come_or_before_they_came() {
        let person = PersonId::from("p");
        assert_eq!(
            key(noted((&person, WHO), None, (What::Left, 600)).unwrap_err()),
            "service-door-left-unseen"
        );
        let came = noted((&person, WHO), None, (What::Came, 600)).unwrap();
        let early = noted((&person, WHO), Some(&came), (What::Left, 599));
        assert_eq!(key(early.unwrap_err()), "service-out-before-in");
    }

    #[test]
    fn a_note_is_of_the_agreed_day_and_of_no_time_to_come() {
        let now = at("2025-11-10", 575);
        for minute in [0, 570, 575, 580] {
            check_moment(visit(), at("2025-11-10", minute), now).unwrap();
        }
        // the phone had no line until the next day
        check_moment(visit(), at("2025-11-10", 1_439), at("2025-11-11", 3)).unwrap();
        for (moment, why) in [
            (at("2025-11-09", 575), "service-door-other-day"),
            (at("2025-11-11", 1), "service-door-other-day"),
            (at("2025-11-10", 581), "service-door-ahead"),
            (at("2025-11-10", -1), "service-door-ahead"),
            (at("2025-11-10", 1_440), "service-door-ahead"),
        ] {
            assert_eq!(key(check_moment(visit(), moment, now).unwrap_err()), why, "{moment:?}");
        }
        assert_eq!(
            key(check_moment(visit(), at("2025-11-10", 1), at("2025-11-09", 2)).unwrap_err()),
            "service-door-ahead"
        );
    }
}
