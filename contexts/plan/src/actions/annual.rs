//! Writing, submitting and handing back annual plans, and correcting those whose year is over.

use db::Tx;
use kernel::{Caller, Problem, Problems, Refusal, Role, UnitId, Year};
use people::units;
use serde_json::json;

use super::{keeper, record};
use crate::annual::Line;
use crate::{AnnualPlan, Correction, ItemId, store};

/// The roles that write annual plans.
pub const WRITERS: &[Role] = &[Role::Administrator, Role::Coordinator, Role::Editor];

/// The longest description of a line, in characters.
const MOST_WORDS: usize = 300;
/// More sessions than this in a month are a slip of the finger.
const MOST_SESSIONS: i64 = 10_000;

/// A line as a person writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLine {
    /// For which item.
    pub item: ItemId,
    /// What.
    pub what: String,
    /// Sessions by month, January first.
    pub months: [i64; 12],
    /// Person-times in the year.
    pub n_heads: Option<i64>,
}

/// A unit's plan for a year, empty when nobody opened it.
///
/// # Errors
/// `NotFound` for a unit that the actor does not reach.
pub fn open(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId, year: Year) -> Result<AnnualPlan, Refusal> {
    if !by.actor.reach(WRITERS).includes(unit) {
        return Err(Refusal::NotFound);
    }
    let found = store::find_annual(tx, by.district(), unit, year)?;
    Ok(found.unwrap_or_else(|| AnnualPlan::open(unit.clone(), year)))
}

/// Loads a plan that is to be changed, as the person has it before them in `version`.
///
/// # Errors
/// `NotFound` out of reach; conflict when somebody changed it meanwhile.
fn open_seen(
    tx: &mut Tx<'_>,
    by: &Caller,
    unit: &UnitId,
    year: Year,
    version: i64,
) -> Result<AnnualPlan, Refusal> {
    let plan = open(tx, by, unit, year)?;
    if plan.version != version {
        return Err(Refusal::Conflict(Problem::new("plan-annual-changed-meanwhile")));
    }
    Ok(plan)
}

/// Lets a plan through whose year still runs or is to come.
///
/// # Errors
/// Conflict when the year is over: what was planned then is a record, which [`correct`] mends.
fn runs(plan: AnnualPlan, by: &Caller) -> Result<AnnualPlan, Refusal> {
    if plan.is_over(by.today()) {
        return Err(Refusal::Conflict(Problem::new("plan-annual-year-over").with("year", plan.year)));
    }
    Ok(plan)
}

/// Replaces the lines of an annual plan. `version` is the one that the person had before them.
///
/// # Errors
/// `NotFound` out of reach; conflict when it is submitted, was changed meanwhile or its year is over;
/// invalid for lines without words, for items of no plan in force, or for too many sessions.
pub fn write(
    tx: &mut Tx<'_>,
    by: &Caller,
    unit: &UnitId,
    year: Year,
    version: i64,
    lines: &[NewLine],
) -> Result<(), Refusal> {
    let mut plan = runs(open_seen(tx, by, unit, year, version)?, by)?.written()?;
    check(tx, by, unit, year, lines)?;
    plan.lines = entered(by, lines);
    store::save_annual(tx, by.district(), &plan)?;
    let detail = json!({ "year": year, "lines": plan.lines.len(), "sessions": plan.sessions() });
    record(tx, by, "plan.annual.write", ("unit", unit.as_str()), detail)
}

/// The lines with ids of their own.
fn entered(by: &Caller, lines: &[NewLine]) -> Vec<Line> {
    let line = |line: &NewLine| Line {
        id: by.id(),
        item: line.item.clone(),
        what: line.what.trim().to_owned(),
        months: line.months,
        n_heads: line.n_heads,
    };
    lines.iter().map(line).collect()
}

/// Mends a plan whose year is over, with a reason that stays beside it. What it says then counts.
///
/// # Errors
/// `NotFound` out of reach; conflict when the year is not over or somebody changed it meanwhile;
/// `Forbidden` unless the actor keeps the plan; invalid without a reason, without any session, or for
/// lines that [`write`] would refuse.
pub fn correct(
    tx: &mut Tx<'_>,
    by: &Caller,
    (unit, year): (&UnitId, Year),
    version: i64,
    lines: &[NewLine],
    reason: &str,
) -> Result<(), Refusal> {
    let plan = open_seen(tx, by, unit, year, version)?;
    let account = keeper(&by.actor)?;
    if !plan.is_over(by.today()) {
        return Err(Refusal::Conflict(Problem::new("plan-annual-year-runs").with("year", year)));
    }
    if reason.trim().is_empty() {
        return Err(Problem::new("plan-annual-correction-reason-missing").at("reason").into());
    }
    check(tx, by, unit, year, lines)?;
    let n_before = if plan.is_submitted() { plan.sessions() } else { 0 };
    let plan = plan.correct(entered(by, lines), account.clone(), by.now())?;
    store::save_annual(tx, by.district(), &plan)?;
    let correction = Correction {
        id: by.id(),
        reason: reason.trim().to_owned(),
        n_before,
        n_after: plan.sessions(),
        by: account,
        at: by.now(),
    };
    store::insert_correction(tx, by.district(), (unit, year), &correction)?;
    let detail = json!({
        "year": year, "reason": correction.reason, "before": n_before, "after": correction.n_after,
    });
    record(tx, by, "plan.annual.correct", ("unit", unit.as_str()), detail)
}

fn check(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId, year: Year, lines: &[NewLine]) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    let known = units::find_any(tx, by.district(), unit, by.today())?;
    if known.is_none() {
        return Err(Refusal::NotFound);
    }
    let mut items = Vec::new();
    for plan in store::list_published(tx, by.district())? {
        if plan.period.is_some_and(|period| period.includes(year)) {
            items.extend(store::list_items(tx, by.district(), &plan.id)?);
        }
    }
    for (n, line) in lines.iter().enumerate() {
        let words = line.what.trim().chars().count();
        if words == 0 {
            problems.add(Problem::new("plan-line-words-missing").at(format!("what-{n}")));
        }
        if words > MOST_WORDS {
            problems
                .add(Problem::new("plan-line-words-long").at(format!("what-{n}")).with("most", MOST_WORDS));
        }
        if !items.iter().any(|item| item.id == line.item && item.is_measure()) {
            problems.add(Problem::new("plan-line-item-unknown").at(format!("what-{n}")).with("year", year));
        }
        if line.months.iter().any(|sessions| !(0..=MOST_SESSIONS).contains(sessions)) {
            problems
                .add(Problem::new("plan-line-too-many").at(format!("m1-{n}")).with("most", MOST_SESSIONS));
        }
    }
    problems.check()
}

/// The unit stands behind its plan, as the person has it before them in `version`.
///
/// # Errors
/// `NotFound` out of reach; invalid when empty; conflict when it was submitted already, was changed
/// meanwhile or its year is over.
pub fn submit(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId, year: Year, version: i64) -> Result<(), Refusal> {
    let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
    let plan = runs(open_seen(tx, by, unit, year, version)?, by)?.submit(account, by.now())?;
    store::save_annual(tx, by.district(), &plan)?;
    let detail = json!({ "year": year, "sessions": plan.sessions() });
    record(tx, by, "plan.annual.submit", ("unit", unit.as_str()), detail)
}

/// The coordinator hands a plan back with a reason.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; `NotFound`; invalid without a reason; conflict when
/// it is not submitted or its year is over.
pub fn hand_back(
    tx: &mut Tx<'_>,
    by: &Caller,
    unit: &UnitId,
    year: Year,
    reason: &str,
) -> Result<(), Refusal> {
    keeper(&by.actor)?;
    let found = store::find_annual(tx, by.district(), unit, year)?.ok_or(Refusal::NotFound)?;
    let plan = runs(found, by)?.hand_back(reason)?;
    store::save_annual(tx, by.district(), &plan)?;
    record(
        tx,
        by,
        "plan.annual.hand-back",
        ("unit", unit.as_str()),
        json!({ "year": year, "reason": reason }),
    )
}
