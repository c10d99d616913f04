//! What was noted at the door, and whether the resident's code was told there.

use db::{Row, Tx, params};
use kernel::{AccountId, DistrictId, Instant};

use crate::door::{Presence, Told};
use crate::order::OrderId;

fn presence(row: &Row) -> Result<Presence, db::Error> {
    Ok(Presence { person: row.get("person_id")?, came: row.get("in_minute")?, left: row.get("out_minute")? })
}

/// Who was noted at a round of an order.
pub fn list(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
) -> Result<Vec<Presence>, db::Error> {
    let rows = tx.query(
        "select * from service_door where district_id = $1 and order_id = $2 and round = $3 order by person_id",
        params![district, order, round],
    )?;
    rows.iter().map(presence).collect()
}

/// Saves what is known of a person now.
pub fn save(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
    one: &Presence,
    (by, at): (Option<&AccountId>, Instant),
) -> Result<(), db::Error> {
    tx.execute(
        "insert into service_door (district_id, order_id, round, person_id, in_minute, out_minute, noted_by,
             noted_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (district_id, order_id, round, person_id) do update set in_minute = excluded.in_minute,
             out_minute = excluded.out_minute, noted_by = excluded.noted_by, noted_at = excluded.noted_at",
        params![
            district,
            order,
            round,
            &one.person,
            one.came,
            one.left,
            by.map(AccountId::as_str).unwrap_or_default(),
            at
        ],
    )?;
    Ok(())
}

/// What is known of the code of a round.
pub fn told(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
) -> Result<Told, db::Error> {
    let row = tx.find(
        "select told_at, n_wrong from service_door_code
         where district_id = $1 and order_id = $2 and round = $3",
        params![district, order, round],
    )?;
    let Some(row) = row else { return Ok(Told::default()) };
    Ok(Told { at: row.get("told_at")?, n_wrong: row.get("n_wrong")? })
}

/// Saves what is known of the code.
pub fn save_told(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
    told: Told,
    by: Option<&AccountId>,
) -> Result<(), db::Error> {
    let by = told.at.and(by);
    tx.execute(
        "insert into service_door_code (district_id, order_id, round, n_wrong, told_by, told_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (district_id, order_id, round) do update set n_wrong = excluded.n_wrong,
             told_by = excluded.told_by, told_at = excluded.told_at",
        params![district, order, round, told.n_wrong, by, told.at],
    )?;
    Ok(())
}
