//! The timeline of an order, and what is to be told to whom.

use db::{Tx, params};
use kernel::{Day, DistrictId, Instant, UnitId};

use crate::order::OrderId;

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// After `service-step-` the key of what was done.
    pub step: String,
    /// `resident`, `staff` or `program`.
    pub side: String,
    /// The name of the account; empty for the resident and the program.
    pub by_name: String,
    /// For which unit.
    pub unit: Option<UnitId>,
    /// When.
    pub at: Instant,
    /// With which words.
    pub words: String,
    /// Until when the next step had to be taken.
    pub due: Option<Day>,
}

/// Adds a step.
pub fn insert(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    order: &OrderId,
    by: Option<&kernel::AccountId>,
    one: &Step,
) -> Result<(), db::Error> {
    tx.execute(
        "insert into service_step (district_id, order_id, n, step, side, by_id, by_name, unit_id, at, words,
             due_on)
         select $1, $2, coalesce(max(n), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10 from service_step
         where district_id = $1 and order_id = $2",
        params![
            district,
            order,
            &one.step,
            &one.side,
            by.cloned(),
            &one.by_name,
            &one.unit,
            one.at,
            &one.words,
            one.due
        ],
    )?;
    Ok(())
}

/// The timeline, the oldest first.
pub fn list(tx: &mut Tx<'_>, district: &DistrictId, order: &OrderId) -> Result<Vec<Step>, db::Error> {
    let rows = tx.query(
        "select step, side, by_name, unit_id, at, words, due_on from service_step
         where district_id = $1 and order_id = $2 order by n",
        params![district, order],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Step {
                step: row.get("step")?,
                side: row.get("side")?,
                by_name: row.get("by_name")?,
                unit: row.get("unit_id")?,
                at: row.get("at")?,
                words: row.get("words")?,
                due: row.get("due_on")?,
            })
        })
        .collect()
}

/// Notes what is to be told; `unit` is none for the resident.
pub fn tell(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (id, order): (&str, &OrderId),
    unit: Option<&UnitId>,
    (key, at): (&str, Instant),
) -> Result<(), db::Error> {
    tx.execute(
        "insert into service_message (district_id, id, order_id, unit_id, key, at)
         values ($1, $2, $3, $4, $5, $6)",
        params![district, id, order, unit, key, at],
    )?;
    Ok(())
}

/// Whether an account took one of the steps with which a team delivers.
pub fn has_taken(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    order: &OrderId,
    account: Option<&kernel::AccountId>,
) -> Result<bool, db::Error> {
    let row = tx.one(
        "select count(*) as n from service_step where district_id = $1 and order_id = $2 and by_id = $3
             and step in ('accept', 'schedule', 'begin', 'report', 'along_accept', 'along_schedule', 'along_begin',
                 'along_report')",
        params![district, order, account.cloned()],
    )?;
    Ok(row.get::<i64>("n")? > 0)
}
