//! What the program does by itself each day: raises what is behind, and takes up one level what is late.

use std::collections::BTreeMap;

use db::Tx;
use evidence::{Part, Period as Years, totals};
use kernel::{Actor, Caller, Reach, Refusal};
use people::units;

use super::actions::{self, NewItem, begin};
use super::rules::Known;
use super::store::list::Filter;
use super::{Candidate, Cause, Setting, Supervision, candidates, store};
use crate::figures::{self, Board};

/// What would be raised today.
#[derive(Debug)]
pub enum Preview {
    /// No plan is in force on this day: nothing is judged.
    NoPlan,
    /// These.
    Would(Box<Board>, Vec<Candidate>),
}

fn settings(tx: &mut Tx<'_>, by: &Caller) -> Result<impl Fn(Cause) -> Setting + use<>, Refusal> {
    let set = store::setting::list(tx, by.district())?;
    Ok(move |cause: Cause| set.get(&cause).map_or_else(|| Setting::of(cause), |set| set.setting))
}

/// Looks at the board, the annual plans and what is open already.
///
/// # Errors
/// As the database refuses.
pub fn preview(tx: &mut Tx<'_>, by: &Caller) -> Result<Preview, Refusal> {
    let today = by.today();
    let year = today.year();
    let Some(plan) = figures::shown(tx, by, None)? else { return Ok(Preview::NoPlan) };
    if !plan.period.is_some_and(|period| period.includes(year)) {
        return Ok(Preview::NoPlan);
    }
    let Some(board) = figures::board(tx, by, plan, Some(year))? else { return Ok(Preview::NoPlan) };
    let annual = crate::store::list_annual(tx, by.district(), year)?;
    let mut done = BTreeMap::new();
    for plan in &annual {
        let of = (&plan.unit, Part::Organiser);
        for (purpose, sums) in totals::by_purpose_of_unit(tx, by.district(), of, Years::year(year))? {
            done.insert((plan.unit.clone(), purpose), sums.sessions);
        }
    }
    let past = store::past(tx, by.district())?;
    let calendar = people::workdays::calendar(tx, by.district())?;
    let setting = settings(tx, by)?;
    let known =
        Known { board: &board, annual: &annual, done: &done, past: &past, today, calendar: &calendar };
    let found = candidates(&known, setting);
    Ok(Preview::Would(Box::new(board), found))
}

/// Raises what is behind or missed; gives how many items there are now more.
///
/// # Errors
/// As the database refuses.
pub fn raise_due(tx: &mut Tx<'_>, by: &Caller) -> Result<usize, Refusal> {
    let Preview::Would(_, found) = preview(tx, by)? else { return Ok(0) };
    let calendar = people::workdays::calendar(tx, by.district())?;
    let setting = settings(tx, by)?;
    let mut n = 0;
    for one in found {
        let due = calendar.add_working_days(by.today(), setting(one.cause).n_days);
        let new = NewItem { unit: one.unit, subject: one.subject, request: String::new(), n_days: None };
        n += usize::from(begin(tx, by, (one.cause, one.reason), &new, due)?.is_some());
    }
    Ok(n)
}

/// As [`raise_due`], by a coordinator who has looked at the preview.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan.
pub fn raise_now(tx: &mut Tx<'_>, by: &Caller) -> Result<usize, Refusal> {
    crate::actions::keeper(&by.actor)?;
    raise_due(tx, by)
}

/// Takes late items one level up: at once when the date has passed, and again after a span of working
/// days, until the district itself holds them. Gives how many were taken.
///
/// # Errors
/// As the database refuses.
pub fn escalate_late(tx: &mut Tx<'_>, by: &Caller) -> Result<usize, Refusal> {
    let filter = Filter { state: Some("late"), ..Filter::default() };
    let late = store::list::page(tx, by.district(), (&Reach::All, &filter), by.today(), (10_000, 0))?;
    if late.is_empty() {
        return Ok(0);
    }
    let calendar = people::workdays::calendar(tx, by.district())?;
    let setting = settings(tx, by)?;
    let mut n = 0;
    for one in late {
        let waited = calendar.working_days_between(one.held.on, by.today());
        if one.held.level == 0 || waited >= setting(one.cause).n_escalate {
            n += usize::from(escalate(tx, by, one)?);
        }
    }
    Ok(n)
}

fn escalate(tx: &mut Tx<'_>, by: &Caller, one: Supervision) -> Result<bool, Refusal> {
    let holder = units::heir(tx, by.district(), &one.held.unit, by.today())?;
    let Some(above) = holder.and_then(|unit| unit.parent) else { return Ok(false) };
    let one = one.escalate(above, by.today())?;
    actions::keep(tx, by, &one, ("escalate", "plan.supervision.escalate"), "")?;
    Ok(true)
}

/// Comes round each day: nobody acts but the program.
pub(crate) fn daily(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    let Some(served) = people::district::served(tx)? else { return Ok(()) };
    let by = Caller { actor: Actor::public(served.id), ..by.clone() };
    escalate_late(tx, &by)?;
    raise_due(tx, &by)?;
    Ok(())
}
