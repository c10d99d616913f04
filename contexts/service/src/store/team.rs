//! What teams can do, and their people.

use std::collections::BTreeMap;

use db::{Row, Tx, params};
use kernel::{AccountId, DistrictId, Instant, Problem, Refusal, UnitId};

use super::{joined, parted};
use crate::team::{Person, PersonId, PersonKind, Profile};

/// Saves what a team can do, whose version was raised by one.
///
/// # Errors
/// Conflict when somebody else changed it meanwhile.
pub fn save(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    one: &Profile,
    (by, at): (&AccountId, Instant),
) -> Result<(), Refusal> {
    let n = tx.execute(
        "insert into service_team (district_id, unit_id, topics, languages, towns, n_load, n_version,
             changed_by, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (district_id, unit_id) do update set topics = excluded.topics,
             languages = excluded.languages, towns = excluded.towns, n_load = excluded.n_load,
             n_version = excluded.n_version, changed_by = excluded.changed_by, changed_at = excluded.changed_at
         where service_team.n_version = excluded.n_version - 1",
        params![
            district,
            &one.unit,
            &one.topics,
            &one.languages,
            joined(one.towns.iter().map(UnitId::as_str)),
            one.n_load,
            one.version,
            by,
            at
        ],
    )?;
    if n == 1 { Ok(()) } else { Err(Refusal::Conflict(Problem::new("service-changed-meanwhile"))) }
}

/// What each team that told it can do.
pub fn profiles(tx: &mut Tx<'_>, district: &DistrictId) -> Result<BTreeMap<UnitId, Profile>, db::Error> {
    let rows = tx.query("select * from service_team where district_id = $1", params![district])?;
    rows.iter()
        .map(|row| {
            let unit: UnitId = row.get("unit_id")?;
            let towns: String = row.get("towns")?;
            let profile = Profile {
                unit: unit.clone(),
                topics: row.get("topics")?,
                languages: row.get("languages")?,
                towns: parted(&towns).map(UnitId::from).collect(),
                n_load: row.get("n_load")?,
                version: row.get("n_version")?,
            };
            Ok((unit, profile))
        })
        .collect()
}

/// Adds a person, or saves one whose version was raised by one.
///
/// # Errors
/// Conflict when somebody else changed it meanwhile.
pub fn save_person(tx: &mut Tx<'_>, district: &DistrictId, one: &Person) -> Result<(), Refusal> {
    let state = if one.is_active { "active" } else { "left" };
    let n = tx.execute(
        "insert into service_person (district_id, id, unit_id, name, kind, topics, languages, proof_code, state,
             n_version, added_at, is_demo)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (district_id, id) do update set name = excluded.name, kind = excluded.kind,
             topics = excluded.topics, languages = excluded.languages, state = excluded.state,
             n_version = excluded.n_version
         where service_person.n_version = excluded.n_version - 1",
        params![
            district,
            &one.id,
            &one.unit,
            &one.name,
            one.kind.code(),
            &one.topics,
            &one.languages,
            &one.proof_code,
            state,
            one.version,
            one.added_at,
            one.is_demo
        ],
    )?;
    if n == 1 { Ok(()) } else { Err(Refusal::Conflict(Problem::new("service-changed-meanwhile"))) }
}

fn person(row: &Row) -> Result<Person, db::Error> {
    Ok(Person {
        id: row.get("id")?,
        unit: row.get("unit_id")?,
        name: row.get("name")?,
        kind: row.parse("service_person", "kind", PersonKind::parse)?,
        topics: row.get("topics")?,
        languages: row.get("languages")?,
        proof_code: row.get("proof_code")?,
        is_active: row.get::<String>("state")? == "active",
        version: row.get("n_version")?,
        added_at: row.get("added_at")?,
        is_demo: row.get("is_demo")?,
    })
}

/// The people of a team: those who are there first.
pub fn persons(tx: &mut Tx<'_>, district: &DistrictId, unit: &UnitId) -> Result<Vec<Person>, db::Error> {
    let rows = tx.query(
        "select * from service_person where district_id = $1 and unit_id = $2 order by state, name, id",
        params![district, unit],
    )?;
    rows.iter().map(person).collect()
}

/// The person with this id.
pub fn find_person(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &PersonId,
) -> Result<Option<Person>, db::Error> {
    tx.find("select * from service_person where district_id = $1 and id = $2", params![district, id])?
        .as_ref()
        .map(person)
        .transpose()
}

/// The person whose proof of hours bears this code.
pub fn find_by_proof(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    code: &str,
) -> Result<Option<Person>, db::Error> {
    tx.find(
        "select * from service_person where district_id = $1 and proof_code = $2",
        params![district, code],
    )?
    .as_ref()
    .map(person)
    .transpose()
}
