//! What raises an item, and what does not. Pure.

use std::collections::{BTreeMap, BTreeSet};

use evidence::PurposeId;
use kernel::{Day, UnitId, Workdays, round_half_up};
use rust_decimal::Decimal;

use super::{Cause, Reason, Subject, SubjectKind};
use crate::figures::{Board, MeasureFigure, TargetFigure};
use crate::item::leads;
use crate::rules::{Status, asked_by};
use crate::{AnnualPlan, AnnualState, ItemId, Line};

/// What a district set for a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Whether the program raises it by itself.
    pub active: bool,
    /// Working days to answer.
    pub n_days: i64,
    /// How much is lacking at least, in percent of what was asked for by the day.
    pub n_percent: i64,
    /// Working days after a month's end in which its deliveries may still be verified.
    pub n_grace: i64,
    /// Working days after the end of an item before the same is raised again.
    pub n_rest: i64,
    /// Working days after the date before it goes one more level up.
    pub n_escalate: i64,
}

impl Setting {
    /// What holds until a district sets its own. Ten working days are two weeks, for what needs work;
    /// five are one week, for what needs a word. A tenth below the path is the same tenth from which the
    /// board says ahead. Five working days after a month are the longest that a verifier takes.
    pub const fn of(cause: Cause) -> Self {
        let usual = Self { active: true, n_days: 10, n_percent: 10, n_grace: 0, n_rest: 20, n_escalate: 5 };
        match cause {
            Cause::Behind => usual,
            Cause::Missed => Self { n_days: 5, n_percent: 0, n_grace: 5, ..usual },
            Cause::Manual | Cause::Finding => Self { n_percent: 0, n_rest: 0, ..usual },
        }
    }
}

/// Something that would be raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// To whom.
    pub unit: UnitId,
    /// Why.
    pub cause: Cause,
    /// About what.
    pub subject: Subject,
    /// With which figures.
    pub reason: Reason,
}

/// An item of before: what is open is not raised again, what has just ended neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// To whom.
    pub unit: UnitId,
    /// Why.
    pub cause: Cause,
    /// About what: kind and id.
    pub subject: (SubjectKind, String),
    /// When it was raised.
    pub raised_on: Day,
    /// When it ended; `None` while it is open.
    pub ended_on: Option<Day>,
}

/// What is known on a day.
pub struct Known<'a> {
    /// The plan with its numbers.
    pub board: &'a Board,
    /// The annual plans of the year.
    pub annual: &'a [AnnualPlan],
    /// Verified sessions that a unit organised for a measure in the year.
    pub done: &'a BTreeMap<(UnitId, PurposeId), i64>,
    /// Items of before.
    pub past: &'a [Past],
    /// The day.
    pub today: Day,
    /// The calendar.
    pub calendar: &'a Workdays,
}

impl Known<'_> {
    /// The year's last day, once it has passed.
    fn ended(&self) -> Option<Day> {
        last_day(self.board.year, 12).filter(|last| *last < self.today)
    }

    /// Whether the plan's last year is over, so that what was due by its end can be judged for good.
    fn is_last(&self) -> bool {
        self.board.year == self.board.period.to
    }
}

/// What would be raised today, missed lines first. A unit that missed its own line for a measure is
/// not also told that the measure is behind: it is the same shortfall.
pub fn candidates(known: &Known<'_>, setting: impl Fn(Cause) -> Setting) -> Vec<Candidate> {
    let (behind, missed) = (setting(Cause::Behind), setting(Cause::Missed));
    let lines = if missed.active { missed_lines(known, &missed) } else { Vec::new() };
    let open_lines = known.past.iter().filter(|past| past.ended_on.is_none() && past.cause == Cause::Missed);
    let told: BTreeSet<(UnitId, String)> = lines
        .iter()
        .map(|one| (one.unit.clone(), one.subject.id.clone()))
        .chain(open_lines.map(|past| (past.unit.clone(), past.subject.1.clone())))
        .collect();
    let mut all = lines;
    // Of a year that is over, targets are judged by the next one, unless there is none.
    if behind.active && (known.ended().is_none() || known.is_last()) {
        all.extend(behind_targets(known, &behind));
    }
    // And what was planned for it and not held is said to each unit by its own line.
    if behind.active && known.ended().is_none() {
        let year = known.board.year;
        let measures = behind_measures(known, &behind).into_iter();
        all.extend(measures.filter(|one| {
            let line = (one.unit.clone(), format!("{year}/{}", one.subject.id));
            !told.contains(&line)
        }));
    }
    all.retain(|one| may_be_raised(one, known, setting(one.cause).n_rest));
    all
}

/// Whether nothing like it is open, and nothing like it ended within the span of rest. What was raised
/// after the year had ended is not raised again: nothing can be added to that year.
fn may_be_raised(one: &Candidate, known: &Known<'_>, n_rest: i64) -> bool {
    let same = |past: &&Past| {
        past.unit == one.unit
            && past.cause == one.cause
            && past.subject.0 == one.subject.kind
            && past.subject.1 == one.subject.id
    };
    let rested = |on: Day| known.calendar.working_days_between(on, known.today) >= n_rest;
    let last_word = |past: &Past| known.ended().is_some_and(|last| past.raised_on > last);
    known.past.iter().filter(same).all(|past| past.ended_on.is_some_and(rested) && !last_word(past))
}

/// The measures of a board.
fn measures(board: &Board) -> impl Iterator<Item = &MeasureFigure> {
    board.sections.iter().flat_map(|section| &section.measures)
}

/// The living units that lead an item.
fn leading<'a>(board: &'a Board, item: &ItemId) -> Vec<&'a UnitId> {
    let found = measures(board).find(|measure| measure.item.id == *item);
    let duties = found.map(|measure| measure.item.duties.as_slice()).unwrap_or_default();
    let held = duties.iter().filter(|duty| leads(duty.role)).filter_map(|duty| duty.holder.unit());
    held.filter(|unit| board.units.contains_key(*unit)).collect()
}

/// Whether at least so many percent of what was asked for are lacking.
fn lacks(done: Decimal, asked: Decimal, n_percent: i64) -> bool {
    asked > done && (asked - done) * Decimal::from(100) >= asked * Decimal::from(n_percent)
}

fn args<const N: usize>(pairs: [(&str, String); N]) -> Vec<(String, String)> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn behind_targets(known: &Known<'_>, setting: &Setting) -> Vec<Candidate> {
    let mut found = Vec::new();
    let behind = known.board.targets.iter().filter(|one| one.status == Status::Behind && one.is_confirmed());
    for figure in behind {
        let (Some(item), Some(reason)) = (&figure.target.item, target_reason(known, setting, figure)) else {
            continue;
        };
        for unit in leading(known.board, item) {
            found.push(Candidate {
                unit: unit.clone(),
                cause: Cause::Behind,
                subject: Subject {
                    kind: SubjectKind::Target,
                    id: figure.target.id.to_string(),
                    title: figure.target.promise.subject.clone(),
                },
                reason: reason.clone(),
            });
        }
    }
    found
}

/// Why a target that is behind is raised; `None` when too little is lacking. A promise without a path
/// (a number that may not be passed) is compared with the goal itself.
fn target_reason(known: &Known<'_>, setting: &Setting, figure: &TargetFigure) -> Option<Reason> {
    let now = figure.now?;
    let (code, asked) = match figure.asked {
        Some(asked) if lacks(now, asked, setting.n_percent) => ("target", asked),
        Some(_) => return None,
        None => ("limit", figure.goal?),
    };
    let pairs = [
        ("on", known.board.on.to_string()),
        ("now", round_half_up(now, figure.places()).normalize().to_string()),
        ("asked", figure.written_up(asked).to_string()),
        ("goal", figure.goal.map(|goal| goal.normalize().to_string()).unwrap_or_default()),
        ("unit", figure.target.promise.unit.clone()),
    ];
    let href = figure.href().unwrap_or_default().to_owned();
    Some(Reason { code: code.to_owned(), args: args(pairs), href })
}

fn behind_measures(known: &Known<'_>, setting: &Setting) -> Vec<Candidate> {
    let mut found = Vec::new();
    for measure in measures(known.board).filter(|one| one.status == Status::Behind) {
        let asked = asked_by(known.board.year, known.today, &measure.planned);
        if !lacks(measure.sums.sessions.into(), asked.into(), setting.n_percent) {
            continue;
        }
        let reason =
            sessions_reason("measure", known, (measure.sums.sessions, asked), &measure.item.id, None);
        for unit in leading(known.board, &measure.item.id) {
            found.push(Candidate {
                unit: unit.clone(),
                cause: Cause::Behind,
                subject: Subject {
                    kind: SubjectKind::Measure,
                    id: measure.item.id.to_string(),
                    title: measure.item.title.clone(),
                },
                reason: reason.clone(),
            });
        }
    }
    found
}

fn sessions_reason(
    code: &str,
    known: &Known<'_>,
    (done, asked): (i64, i64),
    item: &ItemId,
    unit: Option<&UnitId>,
) -> Reason {
    let mut filter = evidence::Period::year(known.board.year).filter();
    filter.purpose = Some(PurposeId::from(item.as_str()));
    filter.unit = unit.cloned();
    filter.part = unit.map(|_| evidence::Part::Organiser);
    let pairs = [
        ("on", known.board.on.to_string()),
        ("now", done.to_string()),
        ("asked", asked.to_string()),
        ("short", (asked - done).to_string()),
    ];
    Reason { code: code.to_owned(), args: args(pairs), href: filter.href() }
}

/// The last day of a month of a year.
fn last_day(year: kernel::Year, month: i8) -> Option<Day> {
    let next = if month == 12 { Day::new(year + 1, 1, 1) } else { Day::new(year, month + 1, 1) };
    next.map(|day| day.plus_days(-1))
}

/// Months that are over, and whose deliveries had their time to be verified.
fn months_over(known: &Known<'_>, n_grace: i64) -> usize {
    let year = known.board.year;
    let over = |month: i8| {
        let last = last_day(year, month);
        last.is_some_and(|last| known.calendar.add_working_days(last, n_grace) < known.today)
    };
    (1..=12).take_while(|month| over(*month)).count()
}

fn missed_lines(known: &Known<'_>, setting: &Setting) -> Vec<Candidate> {
    let over = months_over(known, setting.n_grace);
    let year = known.board.year;
    let mut found = Vec::new();
    for plan in known.annual {
        let submitted = matches!(plan.state, AnnualState::Submitted { .. });
        if !submitted || !known.board.units.contains_key(&plan.unit) {
            continue;
        }
        for (item, asked) in asked_by_item(&plan.lines, over) {
            let Some(measure) = measures(known.board).find(|one| one.item.id == item) else { continue };
            let key = (plan.unit.clone(), PurposeId::from(item.as_str()));
            let done = known.done.get(&key).copied().unwrap_or(0);
            // What waits for verification would fill it: nobody is blamed while others look.
            if !lacks(done.into(), asked.into(), setting.n_percent) || measure.n_waiting >= asked - done {
                continue;
            }
            found.push(Candidate {
                unit: plan.unit.clone(),
                cause: Cause::Missed,
                subject: Subject {
                    kind: SubjectKind::Line,
                    id: format!("{year}/{item}"),
                    title: measure.item.title.clone(),
                },
                reason: sessions_reason("line", known, (done, asked), &item, Some(&plan.unit)),
            });
        }
    }
    found
}

/// Sessions that lines ask for in the first months, by measure.
fn asked_by_item(lines: &[Line], over: usize) -> BTreeMap<ItemId, i64> {
    let mut asked: BTreeMap<ItemId, i64> = BTreeMap::new();
    for line in lines {
        *asked.entry(line.item.clone()).or_default() += line.months.iter().take(over).sum::<i64>();
    }
    asked.retain(|_, n| *n > 0);
    asked
}
