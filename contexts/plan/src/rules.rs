//! When a promise is kept, ahead, behind, or cannot be judged. Pure; every rule has its rows in a table of cases.

use kernel::{Day, Year, round_half_up};
use plan_doc::{Comparator, Form, TargetKind};
use rust_decimal::Decimal;

use crate::target::{Path, Promise};

/// How a promise or a measure stands: shown in a word, a shape and a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// ✓ the number is reached.
    Reached,
    /// ✓ the number is reached, but only after its due day.
    ReachedLate,
    /// ✓ further than the path asks for today.
    Ahead,
    /// ✓ as far as the path asks for today.
    OnCourse,
    /// ！ less than the path asks for today, or missed at the end.
    Behind,
    /// ？ the figures do not decide it.
    CannotSay,
    /// … what waits for verification would bring it on course.
    Waiting,
    /// Nobody has given the figure: 未填.
    Unfilled,
    /// The question does not arise.
    NotApplicable,
}

impl Status {
    /// All.
    pub const ALL: [Self; 9] = [
        Self::Reached,
        Self::ReachedLate,
        Self::Ahead,
        Self::OnCourse,
        Self::Behind,
        Self::CannotSay,
        Self::Waiting,
        Self::Unfilled,
        Self::NotApplicable,
    ];

    /// After `plan-status-` the catalogue's key.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::ReachedLate => "reached-late",
            Self::Ahead => "ahead",
            Self::OnCourse => "on-course",
            Self::Behind => "behind",
            Self::CannotSay => "cannot-say",
            Self::Waiting => "waiting",
            Self::Unfilled => "unfilled",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// What is known of a target today.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The figure today: people trained so far, things in the register, places covered. `None`: 未填.
    pub now: Option<Decimal>,
    /// What waits for verification on top of it.
    pub waiting: Decimal,
    /// Figures at the end of past years, for promises of a direction.
    pub by_year: Vec<(Year, Decimal)>,
    /// Places that have to be covered, for coverage.
    pub n_places: Option<i64>,
    /// Heads whose person is not known: a count of persons may be as much higher.
    pub unidentified: Decimal,
    /// From where to where a surveyed figure may lie.
    pub interval: Option<(Decimal, Decimal)>,
    /// Whether the newest year still runs, so that its figure says nothing of a direction.
    pub runs: bool,
}

/// The number that `now` is compared with: the promised one, or the count of places to cover.
pub fn goal(promise: &Promise, known: &Known) -> Option<Decimal> {
    if promise.is_coverage() { known.n_places.map(Decimal::from) } else { promise.value }
}

/// What the path asks for on a day: between two years' ends in a straight line. Without a path of a
/// person's making the line runs from nothing at the start to the goal at the end: a reference.
pub fn asked(goal: Decimal, path: &Path, from: Day, due: Day, on: Day) -> Decimal {
    let points = points(goal, path, from, due);
    let mut before = (from, Decimal::ZERO);
    for (day, value) in points {
        if on <= day {
            return between(before, (day, value), on);
        }
        before = (day, value);
    }
    before.1
}

/// What is asked for at the end of a year: what a person planned, else, without any path, equal parts
/// for the years up to the one in which the goal is due.
pub fn asked_at_year_end(goal: Decimal, path: &Path, from: Day, due: Day, year: Year) -> Option<Decimal> {
    if path.is_empty() && due == Day::new(due.year(), 12, 31)? {
        let (part, whole) = (year - from.year() + 1, due.year() - from.year() + 1);
        return Some(goal * Decimal::from(part.min(whole)) / Decimal::from(whole.max(1)));
    }
    Some(asked(goal, path, from, due, Day::new(year, 12, 31)?))
}

/// Whether an even path from nothing to the goal is a fair reference. It is none for a share, a
/// figure a head, a change against an earlier one, or a number that may not be passed.
pub const fn has_reference(promise: &Promise) -> bool {
    let climbs =
        matches!(promise.comparator, Comparator::AtLeast | Comparator::MoreThan | Comparator::Exactly);
    let kind = matches!(promise.kind, TargetKind::Counted | TargetKind::Registered);
    let form = matches!(promise.form, None | Some(Form::Cumulative | Form::Coverage | Form::Yearly));
    climbs && kind && form
}

/// The ends of the path's years up to the goal.
fn points(goal: Decimal, path: &Path, from: Day, due: Day) -> Vec<(Day, Decimal)> {
    let steps = path.iter().filter_map(|(year, step)| Some((Day::new(*year, 12, 31)?, step.value)));
    let mut points: Vec<_> = steps.filter(|(day, _)| *day > from && *day < due).collect();
    let last = path.get(&due.year()).map_or(goal, |step| step.value);
    points.push((due, last));
    points
}

fn between(a: (Day, Decimal), b: (Day, Decimal), on: Day) -> Decimal {
    let whole = b.0.days_since(a.0);
    let part = on.days_since(a.0).clamp(0, whole.max(0));
    if whole <= 0 { b.1 } else { a.1 + (b.1 - a.1) * Decimal::from(part) / Decimal::from(whole) }
}

/// How a target stands on a day.
pub fn status(promise: &Promise, known: &Known, path: &Path, from: Day, on: Day) -> Status {
    match promise.kind {
        TargetKind::Measured | TargetKind::Financial => return from_outside(promise, known, path, from, on),
        // How many statements were signed says nothing of what they state.
        TargetKind::Attested if known.by_year.is_empty() => return Status::Unfilled,
        TargetKind::Attested => return Status::CannotSay,
        TargetKind::Counted | TargetKind::Registered => {}
    }
    if let Comparator::Rising | Comparator::Falling = promise.comparator {
        return direction(promise.comparator, known);
    }
    let (Some(now), Some(due)) = (known.now, promise.due_on()) else { return Status::Unfilled };
    let (now, from, due) = match promise.form {
        None | Some(Form::Cumulative | Form::Coverage) => (now, from, due),
        // Promised anew for every year: each year is judged by itself.
        Some(Form::Yearly) => match year_alone(known, on) {
            Some(alone) => alone,
            None => return Status::Unfilled,
        },
        // A change against an earlier figure that nobody has given.
        Some(Form::YearlyStep | Form::Increase | Form::Decrease | Form::Monotone) => {
            return Status::CannotSay;
        }
    };
    let Some(goal) = goal(promise, known) else { return Status::CannotSay };
    match promise.comparator {
        Comparator::AtLeast if now >= goal => Status::Reached,
        Comparator::MoreThan if now > goal => Status::Reached,
        Comparator::Exactly if now == goal => Status::Reached,
        // More than exactly so many: whether that keeps the promise is for a person to say.
        Comparator::Exactly if now > goal => Status::CannotSay,
        Comparator::AtMost | Comparator::LessThan => ceiling(promise.comparator, now, goal, on >= due),
        Comparator::AtLeast | Comparator::MoreThan | Comparator::Exactly => {
            let asked = asked(goal, path, from, due, on);
            let judged = climbing(now, known.waiting, asked, on > due);
            let short = matches!(judged, Status::Behind | Status::Waiting);
            // a lower bound cannot say that too few came
            let may_suffice = known.unidentified > Decimal::ZERO && now + known.unidentified >= asked;
            if short && may_suffice { Status::CannotSay } else { judged }
        }
        Comparator::Rising | Comparator::Falling => Status::CannotSay,
    }
}

/// A figure from outside against what was promised. One of a survey decides only when its whole interval
/// lies on one side; one without an interval decides nothing. There is no even path to a share or to a
/// figure a head: before it is due only a path of a person's making can say how it stands.
fn from_outside(promise: &Promise, known: &Known, path: &Path, from: Day, on: Day) -> Status {
    let Some(now) = known.now else { return Status::Unfilled };
    let (low, high) = match (promise.kind, known.interval) {
        (TargetKind::Measured, None) => return Status::CannotSay,
        (_, Some(interval)) => interval,
        (_, None) => (now, now),
    };
    let plain =
        promise.form.is_none() && matches!(promise.comparator, Comparator::AtLeast | Comparator::MoreThan);
    let (true, Some(goal), Some(due)) = (plain, promise.value, promise.due_on()) else {
        return Status::CannotSay;
    };
    let reached = if promise.comparator == Comparator::AtLeast { low >= goal } else { low > goal };
    if reached {
        return Status::Reached;
    }
    let bar = if on >= due {
        Some(goal)
    } else {
        Some(asked(goal, path, from, due, on)).filter(|_| !path.is_empty())
    };
    match bar {
        Some(bar) if high < bar => Status::Behind,
        Some(bar) if on < due && low >= bar => Status::OnCourse,
        Some(_) | None => Status::CannotSay,
    }
}

/// The figure of the day's own year, with that year's first and last day.
fn year_alone(known: &Known, on: Day) -> Option<(Decimal, Day, Day)> {
    let (_, value) = known.by_year.iter().find(|(year, _)| *year == on.year())?;
    Some((*value, Day::new(on.year(), 1, 1)?, Day::new(on.year(), 12, 31)?))
}

/// A number that may not be passed: kept so far, kept at the end, or broken.
fn ceiling(comparator: Comparator, now: Decimal, limit: Decimal, ended: bool) -> Status {
    let kept = if comparator == Comparator::AtMost { now <= limit } else { now < limit };
    match (kept, ended) {
        (false, _) => Status::Behind,
        (true, true) => Status::Reached,
        (true, false) => Status::OnCourse,
    }
}

/// A number on its way up, judged by what the path asks for today.
fn climbing(now: Decimal, waiting: Decimal, asked: Decimal, ended: bool) -> Status {
    let well_ahead = asked * Decimal::new(11, 1);
    if !ended && now >= asked {
        return if now > well_ahead && now > Decimal::ZERO { Status::Ahead } else { Status::OnCourse };
    }
    if waiting > Decimal::ZERO && now + waiting >= asked { Status::Waiting } else { Status::Behind }
}

/// A direction needs two whole years, one after the other, before it can be seen; the years before
/// the first figure are none.
fn direction(comparator: Comparator, known: &Known) -> Status {
    let over = known.by_year.len() - usize::from(known.runs && !known.by_year.is_empty());
    let begun = known.by_year.iter().take(over).skip_while(|(_, value)| value.is_zero());
    let by_year: Vec<(Year, Decimal)> = begun.copied().collect();
    let pairs = || by_year.iter().zip(by_year.iter().skip(1));
    match by_year.len() {
        0 if known.by_year.is_empty() => Status::Unfilled,
        0 | 1 => Status::CannotSay,
        _ if pairs().any(|(a, b)| a.0 + 1 != b.0) => Status::CannotSay,
        _ if comparator == Comparator::Rising && pairs().all(|(a, b)| a.1 < b.1) => Status::OnCourse,
        _ if comparator == Comparator::Falling && pairs().all(|(a, b)| a.1 > b.1) => Status::OnCourse,
        _ => Status::Behind,
    }
}

/// Sessions arranged for a year against those held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Year12 {
    /// Planned by month, January first.
    pub planned: [i64; 12],
    /// Verified sessions this year.
    pub done: i64,
    /// Sessions that wait for verification.
    pub waiting: i64,
}

/// How many months of a year are over on a day.
pub fn months_over(year: Year, on: Day) -> usize {
    match year.cmp(&on.year()) {
        std::cmp::Ordering::Less => 12,
        std::cmp::Ordering::Equal => usize::try_from(on.month()).unwrap_or(1).saturating_sub(1),
        std::cmp::Ordering::Greater => 0,
    }
}

/// Sessions that are asked for by a day of a year: a month's when the month is over.
pub fn asked_by(year: Year, on: Day, planned: &[i64; 12]) -> i64 {
    planned.iter().take(months_over(year, on)).sum()
}

/// How a measure stands in a year, by the annual plans of its units. A month's sessions are asked
/// for when the month is over.
pub fn measure_status(year: Year, on: Day, figures: &Year12) -> Status {
    let planned: i64 = figures.planned.iter().sum();
    if planned == 0 {
        return if figures.done == 0 && figures.waiting == 0 { Status::Unfilled } else { Status::CannotSay };
    }
    let asked = asked_by(year, on, &figures.planned);
    if figures.done >= planned {
        Status::Reached
    } else if figures.done >= asked {
        if asked > 0 && figures.done * 10 > asked * 11 { Status::Ahead } else { Status::OnCourse }
    } else if figures.done + figures.waiting >= asked {
        Status::Waiting
    } else {
        Status::Behind
    }
}

/// What a counted target would come to at the pace so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forecast {
    /// This much at the due day, at the pace of the days so far.
    Pace {
        /// The figure at the due day, whole.
        value: Decimal,
        /// Deliveries that the pace rests on.
        n: i64,
        /// Days that the pace rests on.
        days: i64,
    },
    /// Fewer deliveries or days than a pace needs.
    TooFew {
        /// Deliveries so far.
        n: i64,
    },
    /// A stock, a survey or an account has no pace.
    NotApplicable,
}

/// Fewer deliveries than this carry no pace.
pub const FORECAST_MIN_DELIVERIES: i64 = 5;
/// Fewer days than this carry no pace.
pub const FORECAST_MIN_DAYS: i64 = 90;

/// The pace so far, drawn out to the due day. Only what is counted has a pace.
pub fn forecast(promise: &Promise, known: &Known, n_deliveries: i64, from: Day, on: Day) -> Forecast {
    let additive = match promise.form {
        None | Some(Form::Cumulative) => true,
        Some(
            Form::Yearly
            | Form::YearlyStep
            | Form::Increase
            | Form::Decrease
            | Form::Coverage
            | Form::Monotone,
        ) => false,
    };
    let (Some(now), Some(due)) = (known.now, promise.due_on()) else { return Forecast::NotApplicable };
    if promise.kind != TargetKind::Counted || !additive || on >= due || known.unidentified > Decimal::ZERO {
        return Forecast::NotApplicable;
    }
    let days = on.days_since(from).saturating_add(1);
    if n_deliveries < FORECAST_MIN_DELIVERIES || days < FORECAST_MIN_DAYS {
        return Forecast::TooFew { n: n_deliveries };
    }
    let whole = due.days_since(from).saturating_add(1);
    let value = round_half_up(now * Decimal::from(whole) / Decimal::from(days), 0);
    Forecast::Pace { value, n: n_deliveries, days }
}

/// The figure at the period's start that a yearly step and an end figure imply together: 0.1 more a
/// year up to 2.5 over five years began at 2.0. Derived, for a person to confirm; never a source.
pub fn derived_start(promise: &Promise, all: &[&Promise], n_years: i64) -> Option<Decimal> {
    let end = promise.value.filter(|_| promise.form.is_none() && promise.kind == TargetKind::Financial)?;
    let step = all.iter().find(|other| {
        other.form == Some(Form::YearlyStep) && other.kind == promise.kind && other.unit == promise.unit
    })?;
    Some(end - step.value? * Decimal::from(n_years)).filter(|start| *start >= Decimal::ZERO)
}

/// What a figure of this kind needs before it can be shown; after `plan-needs-` the catalogue's keys.
pub fn needs(promise: &Promise) -> &'static [&'static str] {
    match promise.kind {
        TargetKind::Measured => &["survey"],
        TargetKind::Financial if promise.unit.contains('人') || promise.per.contains('人') => {
            &["population", "accounts"]
        }
        TargetKind::Financial => &["accounts"],
        TargetKind::Registered => &["register"],
        TargetKind::Counted => &["deliveries"],
        TargetKind::Attested => &["attestation"],
    }
}
