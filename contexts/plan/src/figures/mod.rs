//! What the board and the public pages show: promises beside the numbers that the evidence keeps.
//! Costs the cells that are shown, never the facts.

mod own;
mod target;

pub use own::{Own, kept, own};
pub use target::{TargetFigure, YearPoint};

use std::collections::BTreeMap;

use db::Tx;
use evidence::close::Snapshot;
use evidence::{Period as Years, PurposeId, Series, Sums, indicators, totals};
use kernel::{Caller, Day, Refusal, UnitId, Year};
use people::units::{self, Unit, UnitKind};
use plan_doc::{Form, ItemKind};

use self::target::{look_when, number, target_figure, waiting_for};
use crate::plan::Period;
use crate::rules::{self, Forecast, Status, Year12};
use crate::{Holder, Item, Plan, PlanId, Section, SectionKind, Wordings, store};

/// A plan with its numbers in one year.
#[derive(Debug)]
pub struct Board {
    /// The plan.
    pub plan: Plan,
    /// Its years.
    pub period: Period,
    /// The year that is shown.
    pub year: Year,
    /// The day as of which it is judged: today, or the end of a year that is over.
    pub on: Day,
    /// Promises with a number.
    pub targets: Vec<TargetFigure>,
    /// Sections that hold measures, in order.
    pub sections: Vec<SectionFigure>,
    /// Goals without an owner.
    pub goals: Vec<GoalFigure>,
    /// Our own words.
    pub words: Wordings,
    /// The units of that day.
    pub units: BTreeMap<UnitId, Unit>,
    /// What was signed of the year, once it is closed.
    pub closed: Option<Snapshot>,
}

/// A section with its measures.
#[derive(Clone, Debug)]
pub struct SectionFigure {
    /// The section.
    pub section: Section,
    /// Its measures.
    pub measures: Vec<MeasureFigure>,
}

/// A measure and its numbers of the year.
#[derive(Clone, Debug)]
pub struct MeasureFigure {
    /// The measure.
    pub item: Item,
    /// Verified in the year.
    pub sums: Sums,
    /// Planned sessions by month, from submitted annual plans.
    pub planned: [i64; 12],
    /// Planned person-times; `None` when nobody said.
    pub planned_heads: Option<i64>,
    /// Sessions that only drafts of annual plans speak of.
    pub n_drafted: i64,
    /// Sessions of the year that wait for verification.
    pub n_waiting: i64,
    /// How it stands.
    pub status: Status,
}

impl MeasureFigure {
    /// Planned sessions of the year.
    pub fn n_planned(&self) -> i64 {
        self.planned.iter().sum()
    }
}

/// A goal and what was attested of it.
#[derive(Clone, Debug)]
pub struct GoalFigure {
    /// The goal.
    pub item: Item,
    /// Narratives that stand for the year; `None` is 未填.
    pub n: Option<i64>,
    /// Where they are.
    pub href: Option<String>,
}

/// The plan to show: the chosen one if it was ever in force, else the one whose years hold today,
/// else the latest.
///
/// # Errors
/// `NotFound` for a chosen plan that is a draft or is not there.
pub fn shown(tx: &mut Tx<'_>, by: &Caller, chosen: Option<&PlanId>) -> Result<Option<Plan>, Refusal> {
    if let Some(id) = chosen {
        let plan = store::find_plan(tx, by.district(), id)?.filter(|plan| !plan.is_draft());
        return plan.map(Some).ok_or(Refusal::NotFound);
    }
    let published = store::list_published(tx, by.district())?;
    let year = by.today().year();
    let now = published.iter().find(|plan| plan.period.is_some_and(|period| period.includes(year)));
    Ok(now.or(published.first()).cloned())
}

/// The year to show: the chosen one, else today's, within the plan's years.
pub fn year_of(period: Period, chosen: Option<Year>, today: Day) -> Year {
    chosen.unwrap_or(today.year()).clamp(period.from, period.to)
}

/// The day as of which a year is judged.
pub fn day_of(year: Year, today: Day) -> Day {
    match Day::new(year, 12, 31) {
        Some(end) if end < today => end,
        Some(_) | None => today,
    }
}

/// Loads a plan with its numbers. Gives `None` for a plan without years, which is never in force.
///
/// # Errors
/// As the database refuses.
pub fn board(
    tx: &mut Tx<'_>,
    by: &Caller,
    plan: Plan,
    chosen: Option<Year>,
) -> Result<Option<Board>, Refusal> {
    let Some(period) = plan.period else { return Ok(None) };
    let year = year_of(period, chosen, by.today());
    let (on, today) = (day_of(year, by.today()), by.today());
    let mut content = store::load_in_force(tx, by.district(), &plan.id)?;
    let units: BTreeMap<_, _> =
        units::list(tx, by.district(), on)?.into_iter().map(|unit| (unit.id.clone(), unit)).collect();
    hand_on(tx, by, &mut content.items, (&units, on))?;
    let series = indicators::values(tx, by, year)?;
    let sums = totals::by_purpose(tx, by.district(), Years::year(year))?;
    let arranged = store::list_arranged(tx, by.district(), year)?;
    let heads = store::planned_heads(tx, by.district(), year)?;
    let waiting = totals::waiting_by_purpose(tx, by.district(), Years { from: period.from, to: year })?;
    let mut so_far: BTreeMap<PurposeId, Sums> = BTreeMap::new();
    let mut this_year = BTreeMap::new();
    for ((purpose, of), sums) in &waiting {
        so_far.entry(purpose.clone()).or_default().add(*sums);
        if *of == year {
            this_year.insert(purpose.clone(), *sums);
        }
    }
    let n_towns = units.values().filter(|unit| unit.kind == UnitKind::Town).count();
    let n_towns = i64::try_from(n_towns).unwrap_or(i64::MAX);
    let paths = store::list_paths(tx, by.district())?;
    let promises: Vec<_> = content.targets.iter().map(|target| &target.promise).collect();
    // A year of a period that is over is looked back on: nothing is left to forecast.
    let over = by.today() > period.last_day();
    let mut targets = Vec::new();
    for target in &content.targets {
        let found = series.iter().find(|one| one.indicator.id.as_str() == target.id.as_str());
        let path = paths.get(&target.id).cloned().unwrap_or_default();
        let n_years = i64::from(period.to - period.from) + 1;
        let derived_start = rules::derived_start(&target.promise, &promises, n_years);
        let waits = if target.promise.form == Some(Form::Yearly) {
            waiting_for(target, &this_year)
        } else {
            waiting_for(target, &so_far)
        };
        // what a person's rule asks for, nobody can say of a delivery before it is verified
        let ready = found.and_then(|one| one.points.last()?.rule).is_none_or(|(n, _)| n == 1);
        let waits = if ready { waits } else { rust_decimal::Decimal::ZERO };
        let figure = target_figure(target, found, path, (n_towns, waits), (period.first_day(), on, today));
        let forecast = if over { Forecast::NotApplicable } else { figure.forecast.clone() };
        let mut figure = TargetFigure { derived_start, forecast, ..figure };
        look_when(tx, by, &mut figure, on)?;
        targets.push(figure);
    }
    let measure = |item: &Item| {
        let purpose = PurposeId::from(item.id.as_str());
        let sums = sums.get(&purpose).copied().unwrap_or_default();
        let store::Arranged { months: planned, n_drafted } =
            arranged.get(&item.id).copied().unwrap_or_default();
        let n_waiting = waiting.get(&(purpose, year)).map_or(0, |sums| sums.sessions);
        let figures = Year12 { planned, done: sums.sessions, waiting: n_waiting };
        MeasureFigure {
            item: item.clone(),
            sums,
            planned,
            planned_heads: heads.get(&item.id).copied(),
            n_drafted,
            n_waiting,
            status: rules::measure_status(year, today, &figures),
        }
    };
    let sections = grouped(&content.sections, &content.items);
    let sections = sections.into_iter().map(|(section, items)| SectionFigure {
        section,
        measures: items.into_iter().map(measure).collect(),
    });
    let sections = sections.collect();
    let goals = content.items.iter().filter(|item| item.kind == ItemKind::Goal);
    let goals = goals.map(|item| goal_figure(item, &series)).collect();
    let words = store::load_wordings(tx, by.district())?;
    let closed = evidence::actions::close::of_year(tx, by.district(), year)?;
    Ok(Some(Board { plan, period, year, on, targets, sections, goals, words, units, closed }))
}

/// Gives the duties of units that are no more to those that they were merged into, as of a day, whose
/// `living` units are given. Who comes to have two parts in an item so keeps the leading one. Asks
/// only for those that are gone.
///
/// # Errors
/// As the database refuses.
pub(crate) fn hand_on(
    tx: &mut Tx<'_>,
    by: &Caller,
    items: &mut [Item],
    (living, on): (&BTreeMap<UnitId, Unit>, Day),
) -> Result<(), Refusal> {
    let mut heirs: BTreeMap<UnitId, Option<UnitId>> = BTreeMap::new();
    for unit in items.iter().flat_map(|item| &item.duties).filter_map(|duty| duty.holder.unit()) {
        if !living.contains_key(unit) && !heirs.contains_key(unit) {
            let heir = units::heir(tx, by.district(), unit, on)?;
            heirs.insert(unit.clone(), heir.map(|heir| heir.id));
        }
    }
    for item in items {
        let before = item.duties.clone();
        for duty in &mut item.duties {
            if let Some(heir) = duty.holder.unit().and_then(|unit| heirs.get(unit)?.clone()) {
                duty.holder = Holder::Unit(heir);
            }
        }
        if item.duties != before {
            let mut kept: Vec<UnitId> = Vec::new();
            item.duties.sort_by_key(|duty| duty.role);
            item.duties.retain(|duty| {
                let unit = duty.holder.unit();
                let first = unit.is_none_or(|unit| !kept.contains(unit));
                kept.extend(unit.filter(|_| first).cloned());
                first
            });
        }
    }
    Ok(())
}

/// Measures under their sections in order; those under no section stand under their chapter.
fn grouped<'a>(sections: &[Section], items: &'a [Item]) -> Vec<(Section, Vec<&'a Item>)> {
    let mut groups: Vec<(Section, Vec<&Item>)> =
        sections.iter().map(|section| (section.clone(), Vec::new())).collect();
    for item in items.iter().filter(|item| item.is_measure()) {
        let of = |section: &Section| {
            let (title, chapter) = (&item.section, &item.chapter);
            section.title == *title && (title.is_empty() || section.chapter == *chapter)
                || (title.is_empty() && section.title == *chapter)
        };
        match groups.iter_mut().find(|(section, _)| of(section)) {
            Some((_, items)) => items.push(item),
            None => {
                let title = if item.section.is_empty() { &item.chapter } else { &item.section };
                let kind = SectionKind::of_title(title);
                let (chapter, title) = (item.chapter.clone(), title.clone());
                groups.push((Section { n: 0, chapter, title, kind, span: None }, vec![item]));
            }
        }
    }
    groups.retain(|(_, items)| !items.is_empty());
    groups
}

fn goal_figure(item: &Item, series: &[Series]) -> GoalFigure {
    let found = series.iter().find(|one| one.indicator.id.as_str() == item.id.as_str());
    let last = found.and_then(|series| series.points.last());
    let n = last.filter(|point| number(point.value).is_some()).map(|point| point.n);
    GoalFigure { item: item.clone(), n, href: last.and_then(|point| point.href.clone()) }
}
