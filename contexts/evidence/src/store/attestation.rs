//! Attestations.

use std::collections::BTreeMap;

use db::{Row, Tx, params};
use kernel::{AccountId, DistrictId, Instant, Reach, Refusal, Year};

use super::stored::{self, Step, Stored, save_life, stamp_values, within};
use super::{Sql, corrupt};
use crate::attestation::Attestation;
use crate::{AttestationId, IndicatorId};

const TABLE: &str = "evidence_attestation";
const SIGNED: Step = ["signed_by", "signed_name", "signed_at"];

/// Inserts a new one.
pub fn insert(tx: &mut Tx, district: &DistrictId, one: &Attestation) -> Result<(), Refusal> {
    let [by, name, at] = stamp_values(Some(&one.signed));
    tx.execute(
        "insert into evidence_attestation (district_id, id, indicator_id, state, version, year, unit_id, body,
            evidence, is_demo, signed_by, signed_name, signed_at)
         values ($1, $2, $3, 'signed', 1, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            district,
            &one.id,
            &one.indicator,
            i64::from(one.year),
            &one.unit,
            &one.body,
            &one.evidence,
            one.is_demo,
            by,
            name,
            at
        ],
    )?;
    Ok(())
}

/// The attestation with this id.
pub fn find(tx: &mut Tx, district: &DistrictId, id: &AttestationId) -> Result<Option<Attestation>, Refusal> {
    let row = tx.find(
        "select * from evidence_attestation where district_id = $1 and id = $2",
        params![district, id],
    )?;
    row.map(|row| Ok(attestation(&row)?)).transpose()
}

/// Writes the state if nobody wrote since `seen`.
pub fn save(tx: &mut Tx, district: &DistrictId, one: &Attestation, seen: i64) -> Result<(), Refusal> {
    save_life(
        tx,
        "update evidence_attestation set state = $4, version = $5, closed_reason = $6, confirmed_by = $7,
            confirmed_name = $8, confirmed_at = $9, closed_by = $10, closed_name = $11, closed_at = $12
         where district_id = $1 and id = $2 and version = $3",
        (district, one.id.as_str(), seen),
        (&one.life, one.code()),
    )
}

/// Which of them a list names. Everything absent means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this indicator.
    pub indicator: Option<IndicatorId>,
    /// About this year.
    pub year: Option<Year>,
    /// In this state, one of [`Attestation::CODES`].
    pub state: Option<&'static str>,
}

/// Those of the filter that the actor sees, newest year first.
pub fn list(
    tx: &mut Tx,
    district: &DistrictId,
    reach: &Reach,
    filter: &Filter,
    (limit, offset): (i64, i64),
) -> Result<Vec<Attestation>, Refusal> {
    let mut sql = Sql::default();
    sql.push("select * ", []);
    if !from_where(&mut sql, district, reach, filter) {
        return Ok(Vec::new());
    }
    sql.push(" order by year desc, id desc limit ? offset ?", [limit.into(), offset.into()]);
    let rows = tx.query(&sql.text, &sql.params)?;
    rows.iter().map(|row| Ok(attestation(row)?)).collect()
}

/// How many there are of them.
pub fn count(tx: &mut Tx, district: &DistrictId, reach: &Reach, filter: &Filter) -> Result<i64, Refusal> {
    let mut sql = Sql::default();
    sql.push("select count(*) as n ", []);
    if !from_where(&mut sql, district, reach, filter) {
        return Ok(0);
    }
    Ok(tx.one(&sql.text, &sql.params)?.get("n")?)
}

fn from_where(sql: &mut Sql, district: &DistrictId, reach: &Reach, filter: &Filter) -> bool {
    sql.push("from evidence_attestation where district_id = ?", [district.into()]);
    if let Some(indicator) = &filter.indicator {
        sql.push(" and indicator_id = ?", [indicator.into()]);
    }
    if let Some(year) = filter.year {
        sql.push(" and year = ?", [i64::from(year).into()]);
    }
    if let Some(state) = filter.state {
        sql.push(" and state = ?", [state.into()]);
    }
    within(sql, reach)
}

/// How many attestations stand, by indicator and year.
pub fn standing(tx: &mut Tx, district: &DistrictId) -> Result<BTreeMap<(IndicatorId, Year), i64>, Refusal> {
    let rows = tx.query(
        "select indicator_id, year, count(*) as n from evidence_attestation
         where district_id = $1 and state = 'confirmed' group by indicator_id, year",
        params![district],
    )?;
    let read = |row: &Row| -> Result<_, db::Error> {
        let id: IndicatorId = row.get("indicator_id")?;
        let year =
            Year::try_from(row.get::<i64>("year")?).map_err(|_| corrupt(TABLE, id.as_str(), "year"))?;
        Ok(((id, year), row.get("n")?))
    };
    rows.iter().map(|row| Ok(read(row)?)).collect()
}

fn attestation(row: &Row) -> Result<Attestation, db::Error> {
    let stored = Stored::new(row, TABLE)?;
    Ok(Attestation {
        indicator: row.get("indicator_id")?,
        year: Year::try_from(row.get::<i64>("year")?).map_err(|_| stored.bad("year"))?,
        unit: row.get("unit_id")?,
        body: row.get("body")?,
        evidence: row.get("evidence")?,
        life: stored.life("signed")?,
        version: row.get("version")?,
        signed: stored.taken(SIGNED)?,
        is_demo: row.get("is_demo")?,
        id: stored.id.into(),
    })
}

/// What waits for this account, oldest first: id, who signed, since when; and how many they are.
pub fn waiting(
    tx: &mut Tx,
    district: &DistrictId,
    reach: &Reach,
    account: &AccountId,
    limit: i64,
) -> Result<super::list::Counted<(AttestationId, String, Instant)>, Refusal> {
    stored::waiting(
        tx,
        "select id, signed_name as called, signed_at as since, count(*) over () as n_all from evidence_attestation
         where district_id = $1 and state = 'signed' and signed_by <> $2",
        (district, account),
        reach,
        limit,
    )
}

/// Marks it as belonging to the demonstration.
pub fn mark_demo(tx: &mut Tx, district: &DistrictId, id: &AttestationId) -> Result<(), Refusal> {
    tx.execute(
        "update evidence_attestation set is_demo = true where district_id = $1 and id = $2",
        params![district, id],
    )?;
    Ok(())
}
