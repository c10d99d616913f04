//! Closing a period, and what happens to one afterwards.

use std::collections::BTreeMap;

use db::Tx;
use kernel::{Caller, Day, DistrictId, Problem, Refusal, Year};
use merkle::{Key, note};
use serde_json::json;

use super::{audit, stamp};
use crate::close::{self, Close, ClosedIndicator, Late, LateKind, Period, Snapshot, may_close, next};
use crate::fact::{Cell, RULE_VERSION, Sums};
use crate::{Delivery, Filter, Stamp, indicators, log, month, rules, store};

/// What closing a period would leave out, and what it would say.
#[derive(Clone, Debug)]
pub struct Before {
    /// The district's total as it stands.
    pub total: Sums,
    /// What waits for a second person.
    pub n_submitted: i64,
    /// Drafts, and what was sent back.
    pub n_unfinished: i64,
}

/// The periods that are closed, and those that may be closed now.
///
/// # Errors
/// As the database refuses.
pub fn list(tx: &mut Tx, by: &Caller) -> Result<(Vec<Close>, Vec<Period>), Refusal> {
    let closes = store::close::list(tx, by.district())?;
    let open = next(&periods(&closes), first(tx, by.district())?, by.today());
    Ok((closes, open))
}

fn periods(closes: &[Close]) -> Vec<Period> {
    closes.iter().filter_map(|one| Period::parse(&one.period)).collect()
}

fn first(tx: &mut Tx, district: &DistrictId) -> Result<Option<Period>, Refusal> {
    Ok(store::close::first_month(tx, district)?.and_then(|month| Period::parse(&month)))
}

/// The checklist before a close.
///
/// # Errors
/// Forbidden; invalid when the period may not be closed.
pub fn look(tx: &mut Tx, by: &Caller, period: Period) -> Result<Before, Refusal> {
    keeper(by)?;
    let closes = store::close::list(tx, by.district())?;
    may_close(period, &periods(&closes), first(tx, by.district())?, by.today())?;
    let cells = store::close::cells(tx, by.district(), &period.to_string())?;
    let total = cells.iter().find(|(cell, _)| cell.purpose.is_empty() && cell.key.is_empty());
    Ok(Before {
        total: total.map(|(_, sums)| *sums).unwrap_or_default(),
        n_submitted: open(tx, by, period, "submitted")?,
        n_unfinished: open(tx, by, period, "draft")? + open(tx, by, period, "returned")?,
    })
}

fn open(tx: &mut Tx, by: &Caller, period: Period, state: &'static str) -> Result<i64, Refusal> {
    let (from, to) = period.days().unzip();
    let filter = Filter { from, to, state: Some(state), ..Filter::default() };
    let (sums, _) = store::list::sums(tx, by.district(), &kernel::Reach::All, &filter)?;
    Ok(sums.sessions)
}

/// Closes a period: signs the head of the log and every number of the period. There is no way back.
///
/// # Errors
/// Forbidden; invalid when it runs still or is not the next; conflict when it was closed meanwhile.
pub fn close(tx: &mut Tx, by: &Caller, period: Period) -> Result<(), Refusal> {
    let closed = keeper(by)?;
    let before = look(tx, by, period)?;
    indicators::check_counted(tx, by.district())?;
    let of = log::of(by.district());
    let signed = merkle::sign(tx, by, &of)?;
    let head = signed.map(|signed| signed.head).ok_or_else(|| Problem::new("evidence-extract-unsigned"))?;
    let name = period.to_string();
    let mut cells = store::close::cells(tx, by.district(), &name)?;
    let (towns, indicators) = numbers(tx, by, period)?;
    cells.extend(towns);
    cells.sort_by(|(one, _), (other, _)| one.cmp(other));
    let snapshot = Snapshot {
        period: name.clone(),
        origin: of.origin(),
        head,
        closed_at: by.now(),
        n_left_out: before.n_submitted,
        rule_version: RULE_VERSION,
        cells,
        indicators,
    };
    let body = snapshot.canonical();
    let over = merkle::Head { size: head.size, root: close::hash(&body) };
    let note = note::write(&close::origin(&of.origin(), &name), over, &*by.seal);
    let (total, n_left_out) = (before.total, before.n_submitted);
    let close = Close { period: name.clone(), body, note, total, n_left_out, closed };
    if !store::close::insert(tx, by.district(), &close, head.size)? {
        return Err(Refusal::Conflict(Problem::new("evidence-close-done").with("period", period)));
    }
    let detail = json!({ "period": name, "left_out": n_left_out });
    audit(tx, by, "evidence.close", ("period", &name), detail)
}

/// The cells of a period that no total keeps, and every indicator.
type Numbers = (BTreeMap<Cell, Sums>, Vec<ClosedIndicator>);

/// What a period comes to as it is counted now, beside its totals.
///
/// # Errors
/// As the database refuses.
pub(crate) fn numbers(tx: &mut Tx, by: &Caller, period: Period) -> Result<Numbers, Refusal> {
    match (period, period.days()) {
        (Period::Year(year), _) => Ok((BTreeMap::new(), figures(tx, by, year)?)),
        (Period::Month(..), Some((from, to))) => {
            let month = month::count(tx, by, (&period.to_string(), from, to))?;
            Ok((month.towns, month.indicators))
        }
        (Period::Month(..), None) => Ok(Numbers::default()),
    }
}

fn figures(tx: &mut Tx, by: &Caller, year: Year) -> Result<Vec<ClosedIndicator>, Refusal> {
    let mut closed = Vec::new();
    for series in indicators::values(tx, by, year)? {
        let Some(point) = series.points.last().filter(|point| point.year == year) else { continue };
        let rule = point.rule.map(|(n, _)| n);
        closed.push(ClosedIndicator::of(&series.indicator, point.value, point.to_date, point.n, rule));
    }
    Ok(closed)
}

/// What was signed of a year; none while it is open. For pages that show a number of the year: what was
/// closed stands beside what is counted now.
///
/// # Errors
/// As the database refuses.
pub fn of_year(tx: &mut Tx, district: &DistrictId, year: Year) -> Result<Option<Snapshot>, Refusal> {
    let found = store::close::find(tx, district, &format!("{year:04}"))?;
    Ok(found.and_then(|close| Snapshot::parse(&close.body)))
}

/// What was signed of a period; `None` while it is open.
///
/// # Errors
/// As the database refuses; broken for a body that cannot be read.
pub fn snapshot(tx: &mut Tx, by: &Caller, period: Period) -> Result<Option<Snapshot>, Refusal> {
    let Some(close) = store::close::find(tx, by.district(), &period.to_string())? else { return Ok(None) };
    let unreadable = || Refusal::Broken(format!("the close of {period} cannot be read").into());
    Snapshot::parse(&close.body).map(Some).ok_or_else(unreadable)
}

/// The closed periods in which a day lies, which a change would move.
///
/// # Errors
/// As the database refuses.
pub fn closed_on(tx: &mut Tx, district: &DistrictId, on: Day) -> Result<Vec<String>, Refusal> {
    store::close::closed_of(tx, district, (&on.month_text(), &format!("{:04}", on.year())))
}

/// Notes what a delivery moved in periods that were closed, with the reason; `sign` is -1 when it was taken
/// back.
///
/// # Errors
/// Invalid when a period is closed and no reason is given.
pub(crate) fn note_late(
    tx: &mut Tx,
    by: &Caller,
    (delivery, sign): (&Delivery, i64),
    acted: &Stamp,
    reason: &str,
) -> Result<(), Refusal> {
    let details = &delivery.details;
    let closed = closed_on(tx, by.district(), details.on)?;
    let moved =
        Sums { sessions: sign, person_times: sign * details.all_heads(), minutes: sign * details.minutes };
    note(tx, by, &closed, ((LateKind::Delivery, delivery.id.as_str()), moved), (acted, reason))
}

/// The closed periods that a stock, a figure or a statement moves: those whose last day it holds for.
///
/// # Errors
/// As the database refuses.
pub(crate) fn closed_within(
    tx: &mut Tx,
    district: &DistrictId,
    days: (Day, Option<Day>),
) -> Result<Vec<String>, Refusal> {
    let holds = |period: &String| Period::parse(period).is_some_and(|period| period.ends_within(days));
    Ok(store::close::periods(tx, district)?.into_iter().filter(holds).collect())
}

/// Notes in each of these closed periods that a record moved it, with the reason.
///
/// # Errors
/// Invalid when there is any and no reason is given.
pub(crate) fn note(
    tx: &mut Tx,
    by: &Caller,
    closed: &[String],
    ((kind, id), moved): ((LateKind, &str), Sums),
    (acted, reason): (&Stamp, &str),
) -> Result<(), Refusal> {
    let Some(first) = closed.last() else { return Ok(()) };
    let reason = rules::reason(reason)
        .map_err(|_| Problem::new("evidence-close-needs-reason").at("reason").with("period", first))?;
    let late = Late { source: (kind, id.to_owned()), moved, reason, acted: acted.clone() };
    for period in closed {
        let id: String = by.id();
        store::close::insert_late(tx, by.district(), (period, &id), &late)?;
    }
    Ok(())
}

/// Checks every closed period: signature, hash, the log at that size, and that what it said then and what
/// moved it since give what is counted now. Answers how many fit, or the first thing that does not.
///
/// # Errors
/// As the database refuses.
pub fn examine(tx: &mut Tx, district: &DistrictId, key: &Key) -> Result<Result<usize, String>, Refusal> {
    let closes = store::close::list(tx, district)?;
    for one in &closes {
        let snapshot = match close::check(&one.body, &one.note, key) {
            Ok(snapshot) => snapshot,
            Err(misfit) => return Ok(Err(misfit)),
        };
        let period = &snapshot.period;
        if *period != one.period || snapshot.total("") != one.total {
            return Ok(Err(format!("the close of {} is not the one that was signed for it", one.period)));
        }
        let of = log::of(district);
        let grown = merkle::size(tx, &of)? >= snapshot.head.size;
        if !grown || merkle::root(tx, &of, snapshot.head.size)? != snapshot.head.root {
            return Ok(Err(format!("the log is no longer the one over which {period} was closed")));
        }
        let mut expected = snapshot.total("");
        store::close::list_late(tx, district, period)?.iter().for_each(|late| expected.add(late.moved));
        let cells = store::close::cells(tx, district, period)?;
        let all = cells.iter().find(|(cell, _)| cell.purpose.is_empty() && cell.key.is_empty());
        let now = all.map(|(_, sums)| *sums).unwrap_or_default();
        if now != expected {
            return Ok(Err(format!("{period} was closed and moved to {expected:?}, but {now:?} is counted")));
        }
    }
    Ok(Ok(closes.len()))
}

fn keeper(by: &Caller) -> Result<Stamp, Refusal> {
    let keeps = by.actor.may(kernel::Permission::Roles(rules::RULE_KEEPERS));
    if keeps { stamp(by) } else { Err(Refusal::Forbidden) }
}
