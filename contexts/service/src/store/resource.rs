//! Resources, and what is held of them.

use std::collections::BTreeMap;

use db::{Row, Tx, params};
use kernel::{Day, DistrictId, Group, Problem, Refusal, UnitId};

use super::{joined, parted};
use crate::resource::{Held, Offer, Resource, ResourceId, ResourceKind, ResourceState};

const TABLE: &str = "service_resource";

/// Inserts a new one, or saves one whose version was raised by one.
///
/// # Errors
/// Conflict when somebody else changed it meanwhile.
pub fn save(tx: &mut Tx<'_>, district: &DistrictId, one: &Resource) -> Result<(), Refusal> {
    let offer = &one.offer;
    let n = tx.execute(
        "insert into service_resource (district_id, id, unit_id, kind, title, summary, topic, groups, towns,
             languages, minutes, lead_days, from_month, to_month, weekdays, n_per_day, n_per_month, purpose_id,
             state, n_version, changed_by, changed_at, is_demo)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
             $21, $22, $23)
         on conflict (district_id, id) do update set kind = excluded.kind, title = excluded.title,
             summary = excluded.summary, topic = excluded.topic, groups = excluded.groups,
             towns = excluded.towns, languages = excluded.languages, minutes = excluded.minutes,
             lead_days = excluded.lead_days, from_month = excluded.from_month, to_month = excluded.to_month,
             weekdays = excluded.weekdays, n_per_day = excluded.n_per_day,
             n_per_month = excluded.n_per_month, purpose_id = excluded.purpose_id, state = excluded.state,
             n_version = excluded.n_version, changed_by = excluded.changed_by,
             changed_at = excluded.changed_at
         where service_resource.n_version = excluded.n_version - 1",
        params![
            district,
            &one.id,
            &one.unit,
            offer.kind.code(),
            offer.title.trim(),
            offer.summary.trim(),
            offer.topic.trim(),
            joined(offer.groups.iter().map(|group| group.code())),
            joined(offer.towns.iter().map(UnitId::as_str)),
            offer.languages.trim(),
            offer.minutes,
            offer.lead_days,
            offer.months.0,
            offer.months.1,
            offer.weekdays.iter().map(i64::to_string).collect::<Vec<_>>().join(","),
            offer.n_per_day,
            offer.n_per_month,
            &offer.purpose,
            one.state.code(),
            one.version,
            &one.changed_by,
            one.changed_at,
            one.is_demo
        ],
    )?;
    if n == 1 { Ok(()) } else { Err(Refusal::Conflict(Problem::new("service-changed-meanwhile"))) }
}

/// All of them, or only those that can be ordered.
pub fn list(tx: &mut Tx<'_>, district: &DistrictId, only_open: bool) -> Result<Vec<Resource>, db::Error> {
    let rows = tx.query(
        "select * from service_resource where district_id = $1 and (state = 'open' or not $2)
         order by topic, title, id",
        params![district, only_open],
    )?;
    rows.iter().map(resource).collect()
}

/// The resource with this id.
pub fn find(tx: &mut Tx<'_>, district: &DistrictId, id: &ResourceId) -> Result<Option<Resource>, db::Error> {
    tx.find("select * from service_resource where district_id = $1 and id = $2", params![district, id])?
        .as_ref()
        .map(resource)
        .transpose()
}

/// What orders hold of each resource from a day on: by the agreed day, else by the day asked for.
pub fn held(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    from: Day,
) -> Result<BTreeMap<ResourceId, Held>, db::Error> {
    let rows = tx.query(
        "select resource_id, coalesce(visit_on, wanted_on) as day, count(distinct coalesce(delivery_id, id)) as n
         from service_order
         where district_id = $1 and resource_id is not null and (visit_on >= $2 or wanted_on >= $2)
             and state not in ('draft', 'refused', 'withdrawn', 'merged', 'passed_on')
         group by resource_id, coalesce(visit_on, wanted_on)",
        params![district, from],
    )?;
    let mut all: BTreeMap<ResourceId, Held> = BTreeMap::new();
    for row in &rows {
        let day: Option<Day> = row.get("day")?;
        if let Some(day) = day {
            all.entry(row.get("resource_id")?).or_default().insert(day, row.get("n")?);
        }
    }
    Ok(all)
}

/// What orders hold of one resource in the months of two days.
pub fn held_of(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &ResourceId,
    (from, but): (Day, &str),
) -> Result<Held, db::Error> {
    let rows = tx.query(
        "select coalesce(visit_on, wanted_on) as day, count(distinct coalesce(delivery_id, id)) as n
         from service_order
         where district_id = $1 and resource_id = $2 and (visit_on >= $3 or wanted_on >= $3) and id <> $4
             and state not in ('draft', 'refused', 'withdrawn', 'merged', 'passed_on')
         group by coalesce(visit_on, wanted_on)",
        params![district, id, from, but],
    )?;
    let mut held = Held::new();
    for row in &rows {
        let day: Option<Day> = row.get("day")?;
        if let Some(day) = day {
            held.insert(day, row.get("n")?);
        }
    }
    Ok(held)
}

fn resource(row: &Row) -> Result<Resource, db::Error> {
    let text = |column: &str| row.get::<String>(column);
    Ok(Resource {
        id: row.get("id")?,
        unit: row.get("unit_id")?,
        offer: Offer {
            kind: row.parse(TABLE, "kind", ResourceKind::parse)?,
            title: text("title")?,
            summary: text("summary")?,
            topic: text("topic")?,
            groups: parted(&text("groups")?).filter_map(Group::parse).collect(),
            towns: parted(&text("towns")?).map(UnitId::from).collect(),
            languages: text("languages")?,
            minutes: row.get("minutes")?,
            lead_days: row.get("lead_days")?,
            months: (row.get("from_month")?, row.get("to_month")?),
            weekdays: parted(&text("weekdays")?).filter_map(|n| n.parse().ok()).collect(),
            n_per_day: row.get("n_per_day")?,
            n_per_month: row.get("n_per_month")?,
            purpose: row.get("purpose_id")?,
        },
        state: row.parse(TABLE, "state", ResourceState::parse)?,
        version: row.get("n_version")?,
        changed_by: row.get("changed_by")?,
        changed_at: row.get("changed_at")?,
        is_demo: row.get("is_demo")?,
    })
}
