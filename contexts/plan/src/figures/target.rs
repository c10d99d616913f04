//! A promise beside its number.

use std::collections::BTreeMap;

use db::Tx;
use evidence::{IndicatorId, PurposeId, Reached, Series, Sums, Tally, reached};
use kernel::{Caller, Day, Refusal, Value, Year};
use plan_doc::{Comparator, Form, TargetKind};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::Target;
use crate::rules::{self, Forecast, Known, Status};
use crate::target::{Path, TargetState};

/// A promise and its number.
#[derive(Clone, Debug)]
pub struct TargetFigure {
    /// The promise.
    pub target: Target,
    /// How it stands.
    pub status: Status,
    /// The figure as of the day; `None` is 未填, or being counted anew.
    pub now: Option<Decimal>,
    /// Whether it is being counted anew, so that nothing can be said for a while.
    pub counting: bool,
    /// What it is compared with.
    pub goal: Option<Decimal>,
    /// What the path asks for on the day.
    pub asked: Option<Decimal>,
    /// The path that a person entered; empty when nobody did.
    pub path: Path,
    /// The figures at the ends of the years so far, with what each rests on.
    pub points: Vec<YearPoint>,
    /// Deliveries, entries or narratives behind the figure.
    pub n: i64,
    /// Person-times whose person is not known.
    pub unidentified: Option<i64>,
    /// What it would come to.
    pub forecast: Forecast,
    /// From where to where a surveyed figure may lie.
    pub interval: Option<(Decimal, Decimal)>,
    /// The day for which a figure from outside holds.
    pub as_of: Option<Day>,
    /// The start that the plan implies, to be confirmed.
    pub derived_start: Option<Decimal>,
    /// The day, after the due one, on which it was reached; none in time, or where no day is known.
    pub reached_on: Option<Day>,
}

impl TargetFigure {
    /// Whether a person stands behind it.
    pub const fn is_confirmed(&self) -> bool {
        matches!(self.target.state, TargetState::Confirmed { .. })
    }

    /// The decimal places in which its numbers are written: as many as the goal or the figure has, at most
    /// two, so that a promise of 2.5 yuan never reads as 3 and one of 500 persons never as 233.3.
    pub fn places(&self) -> u32 {
        let of = [self.goal, self.now].into_iter().flatten();
        of.map(|value| value.normalize().scale()).max().unwrap_or(0).min(2)
    }

    /// A number that it asks for or lacks, as it is written: rounded up, since a line asks for parts of
    /// persons.
    pub fn written_up(&self, value: Decimal) -> Decimal {
        value.round_dp_with_strategy(self.places(), RoundingStrategy::ToPositiveInfinity).normalize()
    }

    /// The list behind the figure.
    pub fn href(&self) -> Option<&str> {
        let last = self.points.last()?;
        let yearly = self.target.promise.form == Some(Form::Yearly);
        if yearly { last.href.as_deref() } else { last.href_to_date.as_deref() }
    }
}

/// One year of a target.
#[derive(Clone, Debug)]
pub struct YearPoint {
    /// The year.
    pub year: Year,
    /// In the year alone.
    pub value: Option<Decimal>,
    /// Up to its end.
    pub to_date: Option<Decimal>,
    /// The list behind the year.
    pub href: Option<String>,
    /// The list behind the figure up to its end.
    pub href_to_date: Option<String>,
    /// The version of the rule that counted the year, and its first day; only where rules count.
    pub rule: Option<(i64, Day)>,
}

/// A number, if there is one: what nobody filled is none.
pub(super) fn number(value: Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(number),
        Value::NotApplicable | Value::NotCollected | Value::Suppressed | Value::Counting => None,
    }
}

/// What waits for verification for a counted target. Of distinct persons, and of one kind or group
/// only, nothing can be said before it is verified.
pub(super) fn waiting_for(target: &Target, waiting: &BTreeMap<PurposeId, Sums>) -> Decimal {
    let counting = &target.promise.counting;
    let narrowed = counting.kind.is_some() || counting.group.is_some();
    let of = target.item.as_ref().and_then(|item| waiting.get(&PurposeId::from(item.as_str())));
    match (target.promise.kind, of) {
        (TargetKind::Counted, Some(sums)) if !narrowed => match counting.tally {
            Tally::Sessions => sums.sessions.into(),
            Tally::PersonTimes => sums.person_times.into(),
            Tally::Persons => Decimal::ZERO,
        },
        _ => Decimal::ZERO,
    }
}

/// The first and the last day of a day's year.
fn year_of(on: Day) -> Option<(Day, Day)> {
    Some((Day::new(on.year(), 1, 1)?, Day::new(on.year(), 12, 31)?))
}

/// The figure of a target as of a day.
pub(super) fn target_figure(
    target: &Target,
    series: Option<&Series>,
    path: Path,
    (n_towns, waiting): (i64, Decimal),
    (from, on, today): (Day, Day, Day),
) -> TargetFigure {
    let points: Vec<YearPoint> = series
        .map(|series| series.points.as_slice())
        .unwrap_or_default()
        .iter()
        .map(|point| YearPoint {
            year: point.year,
            value: number(point.value),
            to_date: number(point.to_date),
            href: point.href.clone(),
            href_to_date: point.href_to_date.clone(),
            rule: point.rule,
        })
        .collect();
    // A statement is no amount, however many were signed.
    let promise = &target.promise;
    let has_source = promise.kind != TargetKind::Attested;
    let last = series.and_then(|series| series.points.last());
    let counting = last.is_some_and(|point| point.value == Value::Counting);
    let (interval, as_of) = (last.and_then(|point| point.interval), last.and_then(|point| point.as_of));
    let yearly = promise.form == Some(Form::Yearly);
    let newest = points.last().and_then(|point| if yearly { point.value } else { point.to_date });
    let now = newest.filter(|_| has_source);
    let by_year = points.iter().filter_map(|point| Some((point.year, point.value?))).collect();
    let sum_of = |count: fn(&evidence::Point) -> i64| -> i64 {
        let points = series.map(|series| series.points.as_slice()).unwrap_or_default();
        let last = points.len().saturating_sub(1);
        let from = if yearly || promise.kind != TargetKind::Counted { last } else { 0 };
        points.iter().skip(from).map(count).sum()
    };
    let n = sum_of(|point| point.n);
    let unidentified = Some(sum_of(|point| point.unidentified.unwrap_or(0))).filter(|n| *n > 0);
    let known = Known {
        now,
        waiting,
        by_year,
        n_places: Some(n_towns).filter(|_| promise.is_of_towns()),
        unidentified: unidentified.unwrap_or(0).into(),
        interval,
        runs: on == today && promise.kind == TargetKind::Counted,
    };
    let goal = rules::goal(promise, &known);
    let span = if yearly { year_of(on) } else { promise.due_on().map(|due| (from, due)) };
    let asked = goal.zip(span).map(|(goal, (from, due))| rules::asked(goal, &path, from, due, on));
    let has_line = has_source && (!path.is_empty() || rules::has_reference(promise));
    TargetFigure {
        status: match counting {
            true => Status::CannotSay,
            false => rules::status(&target.promise, &known, &path, from, on),
        },
        now,
        counting,
        goal,
        asked: asked.filter(|_| has_line),
        forecast: rules::forecast(&target.promise, &known, n, from, on),
        path,
        points,
        n,
        unidentified,
        interval,
        as_of,
        derived_start: None,
        reached_on: None,
        target: target.clone(),
    }
}

/// Says of a promise that is reached whether that came after its due day, and on which. Asks only
/// for those whose due day is over and whose figure at that year's end does not settle it.
pub(super) fn look_when(
    tx: &mut Tx<'_>,
    by: &Caller,
    figure: &mut TargetFigure,
    on: Day,
) -> Result<(), Refusal> {
    let promise = &figure.target.promise;
    let (Status::Reached, Some(due), Some(goal)) = (figure.status, promise.due_on(), figure.goal) else {
        return Ok(());
    };
    let comparator = promise.comparator;
    let there = |value: Decimal| match comparator {
        Comparator::AtLeast => value >= goal,
        Comparator::MoreThan => value > goal,
        Comparator::Exactly => value == goal,
        // Kept, not reached: there is no day on which it came about.
        Comparator::AtMost | Comparator::LessThan | Comparator::Rising | Comparator::Falling => true,
    };
    let year_end = year_of(due).is_some_and(|(_, last)| last == due);
    let then = figure.points.iter().find(|point| point.year == due.year()).and_then(|point| point.to_date);
    let settled = there(Decimal::MIN) || (year_end && then.is_some_and(there));
    if due >= on || settled || promise.form == Some(Form::Yearly) {
        return Ok(());
    }
    let id = IndicatorId::from(figure.target.id.as_str());
    match reached(tx, by, &id, |value| there(value.into()), (due, on))? {
        Reached::InTime => {}
        Reached::On(day) => {
            figure.status = Status::ReachedLate;
            figure.reached_on = Some(day);
        }
        // The year's end says that it was late, and nothing on which day it came.
        Reached::Unknown if year_end && then.is_some() => figure.status = Status::ReachedLate,
        Reached::Unknown => {}
    }
    Ok(())
}
