//! Visits as calendars have them, and the addresses of these.

use db::{Tx, params};
use kernel::{AccountId, Day, DistrictId, Instant, UnitId, Year};

use crate::order::{OrderId, Visit};

/// A visit in a team's calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Of which order.
    pub order: OrderId,
    /// Which time it was opened, from 0.
    pub round: i64,
    /// Its number.
    pub number: String,
    /// What it is; empty for what is on no menu, since that is in a resident's words.
    pub title: String,
    /// In which town.
    pub town: Option<UnitId>,
    /// When.
    pub visit: Visit,
    /// Rises with every change.
    pub sequence: i64,
    /// When it was changed last.
    pub changed_at: Instant,
    /// Whether it was called off.
    pub is_cancelled: bool,
}

/// Puts a visit into the calendar of its team, or moves it there.
pub fn put(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round, team): (&OrderId, i64, &UnitId),
    visit: Visit,
    at: Instant,
) -> Result<(), db::Error> {
    tx.execute(
        "insert into service_visit (district_id, order_id, round, unit_id, visit_on, from_minute, n_minutes,
             n_sequence, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, 0, $8)
         on conflict (district_id, order_id, round, unit_id) do update set visit_on = excluded.visit_on,
             from_minute = excluded.from_minute, n_minutes = excluded.n_minutes, cancelled_at = null,
             n_sequence = service_visit.n_sequence + 1, changed_at = excluded.changed_at",
        params![district, order, round, team, visit.on, visit.minute, visit.minutes, at],
    )?;
    Ok(())
}

/// Calls an order's visit off, wherever it stands.
pub fn call_off(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
    at: Instant,
) -> Result<(), db::Error> {
    tx.execute(
        "update service_visit set cancelled_at = $4, changed_at = $4, n_sequence = n_sequence + 1
         where district_id = $1 and order_id = $2 and round = $3 and cancelled_at is null",
        params![district, order, round, at],
    )?;
    Ok(())
}

/// A team's visits from a day on, the earliest first; a thousand at most.
pub fn list(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (unit, from): (&UnitId, Day),
) -> Result<Vec<Entry>, db::Error> {
    let rows = tx.query(
        "select v.order_id, v.round, o.year, o.n, case when o.resource_id is null then '' else o.title end as title,
             o.town_id, v.visit_on, v.from_minute, v.n_minutes, v.n_sequence, v.changed_at, v.cancelled_at
         from service_visit v join service_order o on o.district_id = v.district_id and o.id = v.order_id
         where v.district_id = $1 and v.unit_id = $2 and v.visit_on >= $3
         order by v.visit_on, v.from_minute, v.order_id limit 1000",
        params![district, unit, from],
    )?;
    rows.iter()
        .map(|row| {
            let (year, n): (Year, i64) = (row.get("year")?, row.get("n")?);
            Ok(Entry {
                order: row.get("order_id")?,
                round: row.get("round")?,
                number: format!("{year}-{n:04}"),
                title: row.get("title")?,
                town: row.get("town_id")?,
                visit: Visit {
                    on: row.get("visit_on")?,
                    minute: row.get("from_minute")?,
                    minutes: row.get("n_minutes")?,
                },
                sequence: row.get("n_sequence")?,
                changed_at: row.get("changed_at")?,
                is_cancelled: row.get::<Option<Instant>>("cancelled_at")?.is_some(),
            })
        })
        .collect()
}

/// Sets the address of a team's calendar, by its hash.
pub fn renew(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    unit: &UnitId,
    hash: &str,
    (by, at): (&AccountId, Instant),
) -> Result<(), db::Error> {
    tx.execute(
        "insert into service_calendar (district_id, unit_id, token_hash, made_by, made_at)
         values ($1, $2, $3, $4, $5)
         on conflict (district_id, unit_id) do update set token_hash = excluded.token_hash,
             made_by = excluded.made_by, made_at = excluded.made_at",
        params![district, unit, hash, by, at],
    )?;
    Ok(())
}

/// Takes the address away.
pub fn revoke(tx: &mut Tx<'_>, district: &DistrictId, unit: &UnitId) -> Result<(), db::Error> {
    tx.execute(
        "delete from service_calendar where district_id = $1 and unit_id = $2",
        params![district, unit],
    )?;
    Ok(())
}

/// The team whose calendar has this address.
pub fn find(tx: &mut Tx<'_>, district: &DistrictId, hash: &str) -> Result<Option<UnitId>, db::Error> {
    tx.find(
        "select unit_id from service_calendar where district_id = $1 and token_hash = $2",
        params![district, hash],
    )?
    .map(|row| row.get("unit_id"))
    .transpose()
}

/// When a team's calendar got its address; none without one.
pub fn made_at(tx: &mut Tx<'_>, district: &DistrictId, unit: &UnitId) -> Result<Option<Instant>, db::Error> {
    tx.find(
        "select made_at from service_calendar where district_id = $1 and unit_id = $2",
        params![district, unit],
    )?
    .map(|row| row.get("made_at"))
    .transpose()
}
