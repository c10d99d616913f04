//! What the program does by itself each day: raises what is behind, and takes up one level what is late.

use std::collections::BTreeMap;

use db::Tx;
use evidence::{Part, Period as Years, totals};
use kernel::{Actor, Caller, Day, Reach, Refusal, UnitId, Year};
use people::accounts;
use people::units::{self, Unit};

use super::actions::{self, NewItem, begin};
use super::rules::Known;
use super::store::list::Filter;
use super::{Candidate, Cause, Setting, Supervision, candidates, store};
use crate::figures::{self, Board};

/// What would be raised today.
#[derive(Debug)]
pub enum Preview {
    /// No year of a plan is to be looked at.
    NoPlan,
    /// These, with the units by which they are named.
    Would(BTreeMap<UnitId, Unit>, Vec<Candidate>),
}

/// The last month in which the year before is still looked at: until the first quarter's report is due,
/// in which it is no news any more.
const LOOKED_BACK_UNTIL: i8 = 3;

fn settings(tx: &mut Tx<'_>, by: &Caller) -> Result<impl Fn(Cause) -> Setting + use<>, Refusal> {
    let set = store::setting::list(tx, by.district())?;
    Ok(move |cause: Cause| set.get(&cause).map_or_else(|| Setting::of(cause), |set| set.setting))
}

/// The years of plans that are looked at on a day: the one that runs, and before it the last one, since
/// what its last months asked for, and what was due at its end, shows only when it is over. A year that
/// was closed is a record (`docs/decisions/0018-a-year-that-is-over.md`).
fn boards(tx: &mut Tx<'_>, by: &Caller) -> Result<Vec<Board>, Refusal> {
    let today = by.today();
    let plans = crate::store::list_published(tx, by.district())?;
    let mut boards = Vec::new();
    let before = (today.month() <= LOOKED_BACK_UNTIL).then(|| today.year() - 1);
    for year in before.into_iter().chain([today.year()]) {
        let plan = plans.iter().find(|plan| plan.period.is_some_and(|period| period.includes(year)));
        let Some(plan) = plan else { continue };
        if !is_closed(tx, by, year)? {
            boards.extend(figures::board(tx, by, plan.clone(), Some(year))?);
        }
    }
    Ok(boards)
}

fn is_closed(tx: &mut Tx<'_>, by: &Caller, year: Year) -> Result<bool, Refusal> {
    let Some(last) = Day::new(year, 12, 31) else { return Ok(false) };
    Ok(evidence::actions::close::closed_on(tx, by.district(), last)?.contains(&format!("{year:04}")))
}

/// Looks at the board, the annual plans and what is open already.
///
/// # Errors
/// As the database refuses.
pub fn preview(tx: &mut Tx<'_>, by: &Caller) -> Result<Preview, Refusal> {
    let boards = boards(tx, by)?;
    if boards.is_empty() {
        return Ok(Preview::NoPlan);
    }
    let past = store::past(tx, by.district())?;
    let calendar = people::workdays::calendar(tx, by.district())?;
    let setting = settings(tx, by)?;
    let (mut named, mut found) = (BTreeMap::new(), Vec::new());
    for board in boards {
        let annual = crate::store::list_annual(tx, by.district(), board.year)?;
        let years = Years::year(board.year);
        let done = totals::by_purpose_and_unit(tx, by.district(), Part::Organiser, years)?;
        let done = done.into_iter().map(|(key, sums)| (key, sums.sessions)).collect();
        let (board, annual, done, past, calendar) = (&board, &annual, &done, &past, &calendar);
        let known = Known { board, annual, done, past, today: by.today(), calendar };
        found.extend(candidates(&known, &setting));
        named.extend(board.units.clone());
    }
    Ok(Preview::Would(named, found))
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
    let Some(above) = above(tx, by, &one)? else { return Ok(false) };
    let one = one.escalate(above, by.today())?;
    actions::keep(tx, by, &one, ("escalate", "plan.supervision.escalate"), "")?;
    Ok(true)
}

/// The nearest unit above in which somebody can take the item up: who holds a role there and none in the
/// unit that is late. A unit in which nobody works, or only people of the late unit itself, is passed over:
/// the association's own item would else come back to the association.
fn above(tx: &mut Tx<'_>, by: &Caller, one: &Supervision) -> Result<Option<UnitId>, Refusal> {
    let (district, today) = (by.district(), by.today());
    let own = accounts::holders_in(tx, district, &one.unit, today)?;
    let mut next = units::heir(tx, district, &one.held.unit, today)?.and_then(|unit| unit.parent);
    while let Some(unit) = next {
        let there = accounts::holders_in(tx, district, &unit, today)?;
        if there.iter().any(|account| !own.contains(account)) {
            return Ok(Some(unit));
        }
        next = units::find(tx, district, &unit, today)?.and_then(|unit| unit.parent);
    }
    Ok(None)
}

/// Comes round each day: nobody acts but the program.
pub(crate) fn daily(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    let Some(served) = people::district::served(tx)? else { return Ok(()) };
    let by = Caller { actor: Actor::public(served.id), ..by.clone() };
    escalate_late(tx, &by)?;
    raise_due(tx, &by)?;
    Ok(())
}
