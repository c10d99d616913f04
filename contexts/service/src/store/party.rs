//! Which units have a part in an order.

use db::{Tx, params};
use kernel::{DistrictId, Instant, UnitId};

use super::corrupt;
use crate::order::OrderId;
use crate::party::{Part, Party, PartyState};

/// Puts a unit into a part, or changes what it holds there.
pub fn put(tx: &mut Tx<'_>, district: &DistrictId, order: &OrderId, one: &Party) -> Result<(), db::Error> {
    tx.execute(
        "insert into service_party (district_id, order_id, part, unit_id, state, reason, at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (district_id, order_id, part, unit_id)
         do update set state = excluded.state, reason = excluded.reason, at = excluded.at",
        params![district, order, one.part.code(), &one.unit, one.state.code(), &one.reason, one.at],
    )?;
    Ok(())
}

/// Those who were asked and have not answered are asked no more.
pub fn lapse(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    order: &OrderId,
    (part, at): (Part, Instant),
) -> Result<(), db::Error> {
    tx.execute(
        "update service_party set state = 'lapsed', at = $4
         where district_id = $1 and order_id = $2 and part = $3 and state in ('offered', 'holds')",
        params![district, order, part.code(), at],
    )?;
    Ok(())
}

/// All of an order.
pub fn list(tx: &mut Tx<'_>, district: &DistrictId, order: &OrderId) -> Result<Vec<Party>, db::Error> {
    let rows = tx.query(
        "select order_id as id, part, unit_id, state, reason, at from service_party
         where district_id = $1 and order_id = $2 order by at, unit_id",
        params![district, order],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Party {
                part: row.parse("service_party", "part", Part::parse)?,
                unit: row.get::<UnitId>("unit_id").map_err(|_| corrupt(row, "service_party", "unit_id"))?,
                state: row.parse("service_party", "state", PartyState::parse)?,
                reason: row.get("reason")?,
                at: row.get("at")?,
            })
        })
        .collect()
}

/// How many open orders a team has, without one.
pub fn load_of(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (team, but): (&UnitId, &OrderId),
) -> Result<i64, db::Error> {
    tx.one(
        "select count(*) as n from service_order where district_id = $1 and team_id = $2 and id <> $3
             and state in ('accepted', 'scheduled', 'in_delivery')",
        params![district, team, but],
    )?
    .get("n")
}

/// How many open orders each team has.
pub fn loads(
    tx: &mut Tx<'_>,
    district: &DistrictId,
) -> Result<std::collections::BTreeMap<UnitId, i64>, db::Error> {
    let rows = tx.query(
        "select team_id, count(*) as n from service_order where district_id = $1 and team_id is not null
             and state in ('accepted', 'scheduled', 'in_delivery') group by team_id",
        params![district],
    )?;
    rows.iter().map(|row| Ok((row.get("team_id")?, row.get("n")?))).collect()
}
