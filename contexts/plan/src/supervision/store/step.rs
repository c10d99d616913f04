//! Steps of an item, and the deliveries that its replies name.

use db::{Tx, params};
use evidence::DeliveryId;
use kernel::{Day, DistrictId};

use crate::supervision::{SupervisionId, Who};

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number, from 1.
    pub n: i64,
    /// After `supervision-step-` the key of what was done.
    pub step: String,
    /// Who, and when.
    pub who: Who,
    /// With which words.
    pub words: String,
    /// Until when the unit had to answer after it.
    pub due: Option<Day>,
}

/// Adds a step; gives its number.
pub fn insert(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &SupervisionId,
    (step, who): (&str, &Who),
    (words, due): (&str, Option<Day>),
) -> Result<i64, db::Error> {
    let n: i64 = tx
        .one(
            "select coalesce(max(n), 0) + 1 as n from supervision_step
             where district_id = $1 and supervision_id = $2",
            params![district, id],
        )?
        .get("n")?;
    tx.execute(
        "insert into supervision_step (district_id, supervision_id, n, step, by_id, by_name, at, words, due_on)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![district, id, n, step, &who.by, &who.name, who.at, words, due],
    )?;
    Ok(n)
}

/// The timeline, the oldest first.
pub fn list(tx: &mut Tx<'_>, district: &DistrictId, id: &SupervisionId) -> Result<Vec<Step>, db::Error> {
    let rows = tx.query(
        "select n, step, by_id, by_name, at, words, due_on from supervision_step
         where district_id = $1 and supervision_id = $2 order by n",
        params![district, id],
    )?;
    rows.iter()
        .map(|row| {
            let who = Who { by: row.get("by_id")?, name: row.get("by_name")?, at: row.get("at")? };
            Ok(Step {
                n: row.get("n")?,
                step: row.get("step")?,
                who,
                words: row.get("words")?,
                due: row.get("due_on")?,
            })
        })
        .collect()
}

/// Notes that a reply names a delivery; once is enough.
pub fn name_delivery(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &SupervisionId,
    (delivery, n): (&DeliveryId, i64),
) -> Result<(), db::Error> {
    tx.execute(
        "insert into supervision_delivery (district_id, supervision_id, delivery_id, n_step)
         values ($1, $2, $3, $4) on conflict do nothing",
        params![district, id, delivery, n],
    )?;
    Ok(())
}

/// The deliveries that replies name.
pub fn deliveries(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &SupervisionId,
) -> Result<Vec<DeliveryId>, db::Error> {
    let rows = tx.query(
        "select delivery_id from supervision_delivery
         where district_id = $1 and supervision_id = $2 order by n_step, delivery_id",
        params![district, id],
    )?;
    rows.iter().map(|row| row.get("delivery_id")).collect()
}
