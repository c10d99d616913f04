//! Who goes to which visit, and how long they were there.

use db::{Row, Tx, params};
use kernel::{Day, DistrictId};

use crate::order::{OrderId, Visit};
use crate::team::{Duty, PersonId};

/// Names a person for a visit; `false` when another visit of theirs overlaps. Saying so again changes nothing.
pub fn name(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
    person: &PersonId,
    visit: Visit,
) -> Result<bool, db::Error> {
    let (from, to) = (visit.minute, visit.minute.saturating_add(visit.minutes));
    let row = tx.one(
        "select count(*) as n from service_duty d
         join service_order o on o.district_id = d.district_id and o.id = d.order_id
         where d.district_id = $1 and d.person_id = $2 and d.visit_on = $3 and d.from_minute < $5
             and d.to_minute > $4 and d.order_id <> $6 and d.round = o.n_reopened
             and o.state not in ('withdrawn', 'claimed', 'dispatched')",
        params![district, person, visit.on, from, to, order],
    )?;
    if row.get::<i64>("n")? > 0 {
        return Ok(false);
    }
    tx.execute(
        "insert into service_duty (district_id, order_id, round, person_id, visit_on, from_minute, to_minute)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (district_id, order_id, round, person_id) do update set visit_on = excluded.visit_on,
             from_minute = excluded.from_minute, to_minute = excluded.to_minute",
        params![district, order, round, person, visit.on, from, to],
    )?;
    Ok(true)
}

/// Nobody is named any more for a visit that did not begin.
pub fn clear(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
) -> Result<(), db::Error> {
    tx.execute(
        "delete from service_duty where district_id = $1 and order_id = $2 and round = $3 and in_minute is null",
        params![district, order, round],
    )?;
    Ok(())
}

/// Notes from when to when a person was there, in minutes of the day.
pub fn check(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
    person: &PersonId,
    (came, left): (i64, i64),
) -> Result<bool, db::Error> {
    let n = tx.execute(
        "update service_duty set in_minute = $5, out_minute = $6
         where district_id = $1 and order_id = $2 and round = $3 and person_id = $4",
        params![district, order, round, person, came, left],
    )?;
    Ok(n == 1)
}

fn duty(row: &Row) -> Result<Duty, db::Error> {
    Ok(Duty {
        order: row.get("order_id")?,
        person: row.get("person_id")?,
        name: row.get("name")?,
        title: row.get("title")?,
        on: row.get::<Day>("visit_on")?,
        from: row.get("from_minute")?,
        to: row.get("to_minute")?,
        came: row.get("in_minute")?,
        left: row.get("out_minute")?,
    })
}

/// Who is named for a visit.
pub fn of_order(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
) -> Result<Vec<Duty>, db::Error> {
    let rows = tx.query(
        "select d.*, p.name, o.title from service_duty d
         join service_person p on p.district_id = d.district_id and p.id = d.person_id
         join service_order o on o.district_id = d.district_id and o.id = d.order_id
         where d.district_id = $1 and d.order_id = $2 and d.round = $3 order by p.name, p.id",
        params![district, order, round],
    )?;
    rows.iter().map(duty).collect()
}

/// A person's visits of which it is known how long they were there, and those to come, the newest first.
pub fn of_person(tx: &mut Tx<'_>, district: &DistrictId, person: &PersonId) -> Result<Vec<Duty>, db::Error> {
    let rows = tx.query(
        "select d.*, p.name, o.title from service_duty d
         join service_person p on p.district_id = d.district_id and p.id = d.person_id
         join service_order o on o.district_id = d.district_id and o.id = d.order_id
         where d.district_id = $1 and d.person_id = $2 order by d.visit_on desc, d.from_minute desc limit 500",
        params![district, person],
    )?;
    rows.iter().map(duty).collect()
}

/// Minutes that each person of a team was there, over visits that were reported.
pub fn minutes_of_team(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    unit: &kernel::UnitId,
) -> Result<std::collections::BTreeMap<PersonId, i64>, db::Error> {
    let rows = tx.query(
        "select d.person_id, cast(sum(d.out_minute - d.in_minute) as bigint) as n from service_duty d
         join service_person p on p.district_id = d.district_id and p.id = d.person_id
         where d.district_id = $1 and p.unit_id = $2 and d.out_minute is not null group by d.person_id",
        params![district, unit],
    )?;
    rows.iter().map(|row| Ok((row.get("person_id")?, row.get("n")?))).collect()
}
