//! Lists of supervision items: filtered, and what waits.

use std::collections::BTreeMap;

use db::{Tx, Val};
use kernel::{Day, DistrictId, Reach, UnitId};

use super::{Supervision, supervision};
use crate::supervision::{Cause, State};

/// Which items. Everything absent means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this unit.
    pub unit: Option<UnitId>,
    /// For this cause.
    pub cause: Option<Cause>,
    /// One of [`Filter::GROUPS`], or of [`State::CODES`].
    pub state: Option<&'static str>,
}

impl Filter {
    /// Open, late, the unit's turn, the other side's turn, over.
    pub const GROUPS: [&'static str; 5] = ["open", "late", "unit", "other", "ended"];

    /// What may stand for a state in the address.
    pub fn states() -> impl Iterator<Item = &'static str> {
        Self::GROUPS.into_iter().chain(State::CODES)
    }
}

/// The condition with `where` and its parameters; `None` when nothing can be within reach.
fn condition(
    district: &DistrictId,
    reach: &Reach,
    filter: &Filter,
    today: Day,
) -> Option<(String, Vec<Val>)> {
    let mut params: Vec<Val> = vec![district.into()];
    let mut text = " where district_id = $1".to_owned();
    let mut put = |value: Val| {
        params.push(value);
        format!("${}", params.len())
    };
    if let Some(unit) = &filter.unit {
        text.push_str(&format!(" and unit_id = {}", put(unit.into())));
    }
    if let Some(cause) = filter.cause {
        text.push_str(&format!(" and cause = {}", put(cause.code().into())));
    }
    match filter.state {
        None => {}
        Some("open") => text.push_str(" and state not in ('closed', 'withdrawn')"),
        Some("unit") => text.push_str(" and state in ('raised', 'acknowledged', 'returned')"),
        Some("other") => text.push_str(" and state in ('extending', 'replied')"),
        Some("ended") => text.push_str(" and state in ('closed', 'withdrawn')"),
        Some("late") => {
            text.push_str(" and state in ('raised', 'acknowledged', 'returned') and due_on < ");
            text.push_str(&put(today.into()));
        }
        Some(state) => text.push_str(&format!(" and state = {}", put(state.into()))),
    }
    if let Reach::Units(units) = reach {
        if units.is_empty() {
            return None;
        }
        let marks: Vec<String> = units.iter().map(|unit| put(unit.into())).collect();
        text.push_str(&format!(" and unit_id in ({})", marks.join(", ")));
    }
    Some((text, params))
}

/// Items within reach: the open ones first, the oldest date first.
pub fn page(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (reach, filter): (&Reach, &Filter),
    today: Day,
    (limit, offset): (i64, i64),
) -> Result<Vec<Supervision>, db::Error> {
    let Some((condition, mut params)) = condition(district, reach, filter, today) else {
        return Ok(Vec::new());
    };
    let mut sql = "select * from supervision".to_owned();
    sql.push_str(&condition);
    sql.push_str(" order by case when state in ('closed', 'withdrawn') then 1 else 0 end, due_on, id");
    let next = params.len() + 1;
    sql.push_str(&format!(" limit ${next} offset ${}", next + 1));
    params.extend([limit.into(), offset.into()]);
    tx.query(&sql, &params)?.iter().map(supervision).collect()
}

/// How many there are.
pub fn count(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (reach, filter): (&Reach, &Filter),
    today: Day,
) -> Result<i64, db::Error> {
    let Some((condition, params)) = condition(district, reach, filter, today) else { return Ok(0) };
    let mut sql = "select count(*) as n from supervision".to_owned();
    sql.push_str(&condition);
    tx.one(&sql, &params)?.get("n")
}

/// Late items that are held above their unit by one of these.
pub fn held_by(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    units: &[UnitId],
    today: Day,
) -> Result<Vec<Supervision>, db::Error> {
    let mut found = Vec::new();
    for unit in units {
        let rows = tx.query(
            "select * from supervision where district_id = $1 and held_unit_id = $2 and held_level > 0
                 and state in ('raised', 'acknowledged', 'returned') and due_on < $3 order by due_on, id",
            db::params![district, unit, today],
        )?;
        for row in &rows {
            found.push(supervision(row)?);
        }
    }
    Ok(found)
}

/// Open items by unit, and how many of them are late.
pub fn open_by_unit(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    today: Day,
) -> Result<BTreeMap<UnitId, (i64, i64)>, db::Error> {
    let rows = tx.query(
        "select unit_id, count(*) as n,
             count(*) filter (where due_on < $2 and state in ('raised', 'acknowledged', 'returned')) as late
         from supervision where district_id = $1 and state not in ('closed', 'withdrawn') group by unit_id",
        db::params![district, today],
    )?;
    rows.iter().map(|row| Ok((row.get("unit_id")?, (row.get("n")?, row.get("late")?)))).collect()
}
