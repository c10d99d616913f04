//! Why a promise or a measure stands as it does, in a sentence with its numbers.

use kernel::{Day, Year};
use plan_doc::Comparator;
use web::Cx;

use super::figure;
use crate::figures::{MeasureFigure, Own, TargetFigure};
use crate::rules::{Status, asked_by, months_over};

/// Sessions of a year that a sentence speaks of: a measure's, or one unit's part in it.
pub(crate) struct Sessions {
    /// Planned by month in submitted plans.
    pub planned: [i64; 12],
    /// Verified.
    pub done: i64,
    /// Waiting for verification.
    pub waiting: i64,
    /// Spoken of by drafts alone.
    pub drafted: i64,
}

impl From<&MeasureFigure> for Sessions {
    fn from(measure: &MeasureFigure) -> Self {
        Self {
            planned: measure.planned,
            done: measure.sums.sessions,
            waiting: measure.n_waiting,
            drafted: measure.n_drafted,
        }
    }
}

/// Why a unit's own part stands so, in a sentence with its numbers.
pub(crate) fn of_own(cx: &Cx, year: Year, own: &Own) -> String {
    let number = |n: i64| cx.number(n);
    match (own.n_planned(), own.n_drafted) {
        (0, 0) => cx.t("plan-because-own-none"),
        (0, n) => cx.with("plan-because-own-drafted", &[("n", number(n))]),
        (_, _) if own.status == Status::Behind => {
            let sessions = Sessions { planned: own.planned, done: own.done, waiting: 0, drafted: 0 };
            of_sessions(cx, year, own.status, &sessions)
        }
        (planned, _) => {
            let asked = own.asked(year, cx.by.today());
            let args = [("asked", number(asked)), ("planned", number(planned)), ("done", number(own.done))];
            cx.with("plan-because-own-kept", &args)
        }
    }
}

/// Why sessions of a year stand so; empty where the state alone says it.
pub(crate) fn of_sessions(cx: &Cx, year: Year, status: Status, of: &Sessions) -> String {
    let today = cx.by.today();
    let asked = asked_by(year, today, &of.planned);
    let short = asked - of.done;
    let number = |n: i64| cx.number(n);
    match status {
        Status::Behind => {
            let month = months_over(year, today);
            let key = if month == 12 { "plan-because-behind-year" } else { "plan-because-behind" };
            let args = [
                ("month", month.to_string()),
                ("asked", number(asked)),
                ("done", number(of.done)),
                ("short", number(short)),
            ];
            let mut words = cx.with(key, &args);
            if of.waiting > 0 {
                let left = [("n", number(of.waiting)), ("short", number(short - of.waiting))];
                words.push_str(&cx.with("plan-because-still", &left));
            }
            words
        }
        Status::Waiting => {
            cx.with("plan-because-waiting", &[("short", number(short)), ("n", number(of.waiting))])
        }
        Status::Unfilled if of.drafted > 0 => cx.with("plan-because-drafted", &[("n", number(of.drafted))]),
        Status::Unfilled => cx.t("plan-because-nothing"),
        Status::CannotSay => cx.with("plan-because-no-plan", &[("done", number(of.done))]),
        Status::Reached | Status::ReachedLate | Status::Ahead | Status::OnCourse | Status::NotApplicable => {
            String::new()
        }
    }
}

/// Why a promise stands so on a day; empty where its figure beside the goal says it.
pub(crate) fn of_target(cx: &Cx, figure_of: &TargetFigure, on: Day) -> String {
    let promise = &figure_of.target.promise;
    let due = super::due_words(cx, &promise.due);
    match figure_of.status {
        Status::ReachedLate => match figure_of.reached_on {
            Some(day) => cx.with("plan-because-late-on", &[("day", day.to_string()), ("due", due)]),
            None => cx.with("plan-because-late", &[("due", due)]),
        },
        Status::Behind => {
            let ended = promise.due_on().is_some_and(|due| on >= due);
            let asked = if ended { figure_of.goal } else { figure_of.asked };
            let (Some(now), Some(asked)) = (figure_of.now, asked) else { return String::new() };
            let climbs = !matches!(promise.comparator, Comparator::AtMost | Comparator::LessThan);
            let gap = asked - now;
            if !climbs || gap.is_sign_negative() || gap.is_zero() {
                return String::new();
            }
            let key = if ended { "plan-because-missed" } else { "plan-because-below" };
            let args = [
                ("asked", figure(cx, figure_of.written_up(asked))),
                ("short", figure(cx, figure_of.written_up(gap))),
                ("unit", promise.unit.clone()),
                ("on", on.to_string()),
            ];
            cx.with(key, &args)
        }
        Status::Reached
        | Status::Ahead
        | Status::OnCourse
        | Status::CannotSay
        | Status::Waiting
        | Status::Unfilled
        | Status::NotApplicable => String::new(),
    }
}
