//! Counts over orders for the board, and orders of units.

use db::{Row, Tx, params};
use kernel::{Day, DistrictId, Instant, UnitId};

use super::order::order;
use crate::order::Order;

/// How many open orders stand in a state, and how many of them are late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The state's code.
    pub state: String,
    /// Orders in it.
    pub n: i64,
    /// Those whose day passed.
    pub n_late: i64,
}

/// Open orders by state.
pub fn standing(tx: &mut Tx<'_>, district: &DistrictId, today: Day) -> Result<Vec<Standing>, db::Error> {
    let rows = tx.query(
        "select case when state = 'merged' then 'joined' else state end as state, count(*) as n,
             count(*) filter (where due_on < $2 and state not in ('awaiting', 'feedback')) as late
         from service_order
         where district_id = $1 and ended_at is null and state <> 'draft' group by state",
        params![district, today],
    )?;
    rows.iter()
        .map(|row| Ok(Standing { state: row.get("state")?, n: row.get("n")?, n_late: row.get("late")? }))
        .collect()
}

/// Needs that found nobody: refused or passed on, by town, topic and month of sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// The town.
    pub town: UnitId,
    /// The topic; empty for needs that are on no menu.
    pub topic: String,
    /// When each was sent.
    pub sent: Instant,
}

/// Unmet needs since a moment, the newest first.
pub fn unmet(tx: &mut Tx<'_>, district: &DistrictId, since: Instant) -> Result<Vec<Unmet>, db::Error> {
    let rows = tx.query(
        "select town_id, topic, submitted_at from service_order
         where district_id = $1 and submitted_at >= $2 and state in ('refused', 'passed_on')
         order by submitted_at desc limit 20000",
        params![district, since],
    )?;
    let unmet = |row: &Row| {
        Ok(Unmet { town: row.get("town_id")?, topic: row.get("topic")?, sent: row.get("submitted_at")? })
    };
    rows.iter().map(unmet).collect()
}

/// What units did, by step: how often since a moment.
pub fn steps_by_unit(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    since: Instant,
) -> Result<Vec<(UnitId, String, i64)>, db::Error> {
    let rows = tx.query(
        "select unit_id, step, count(*) as n from service_step
         where district_id = $1 and at >= $2 and unit_id is not null
             and step in ('refuse', 'claim', 'hand_back', 'accept', 'decline', 'report')
         group by unit_id, step",
        params![district, since],
    )?;
    rows.iter().map(|row| Ok((row.get("unit_id")?, row.get("step")?, row.get("n")?))).collect()
}

/// Days from sending to the visit of what was reported since a moment, with the department.
pub fn waits(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    since: Instant,
) -> Result<Vec<(UnitId, Instant, Day)>, db::Error> {
    let rows = tx.query(
        "select department_id, submitted_at, visit_on from service_order
         where district_id = $1 and submitted_at >= $2 and state in ('awaiting', 'feedback', 'closed')
         order by submitted_at desc limit 20000",
        params![district, since],
    )?;
    rows.iter()
        .map(|row| Ok((row.get("department_id")?, row.get("submitted_at")?, row.get("visit_on")?)))
        .collect()
}

/// Orders that were opened again since a moment, by department.
pub fn reopened(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    since: Instant,
) -> Result<Vec<(UnitId, i64)>, db::Error> {
    let rows = tx.query(
        "select department_id, count(*) as n from service_order
         where district_id = $1 and submitted_at >= $2 and n_reopened > 0 and department_id is not null
         group by department_id",
        params![district, since],
    )?;
    rows.iter().map(|row| Ok((row.get("department_id")?, row.get("n")?))).collect()
}

/// Units that have open orders.
pub fn units_with_orders(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<UnitId>, db::Error> {
    let rows = tx.query(
        "select community_id as unit_id from service_order
             where district_id = $1 and ended_at is null and community_id is not null
         union select department_id from service_order
             where district_id = $1 and ended_at is null and department_id is not null
         union select team_id from service_order
             where district_id = $1 and ended_at is null and team_id is not null",
        params![district],
    )?;
    rows.iter().map(|row| row.get("unit_id")).collect()
}

/// Open orders that a unit has.
pub fn open_of(tx: &mut Tx<'_>, district: &DistrictId, unit: &UnitId) -> Result<Vec<Order>, db::Error> {
    let rows = tx.query(
        "select * from service_order where district_id = $1 and ended_at is null and state <> 'draft'
             and (community_id = $2 or department_id = $2 or team_id = $2) order by id limit 500",
        params![district, unit],
    )?;
    rows.iter().map(order).collect()
}
