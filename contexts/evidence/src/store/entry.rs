//! Entries of registered stocks.

use std::collections::BTreeMap;

use db::{Row, Tx, Val, params};
use kernel::{AccountId, Day, DistrictId, Instant, Reach, Refusal, UnitId};

use super::Sql;
use super::stored::{self, CLOSED, RECORDED, Stored, VERIFIED, save_step, stamp_values};
use crate::entry::{Entry, EntryDetails, EntryState};
use crate::{EntryId, IndicatorId};

const TABLE: &str = "evidence_entry";

/// Inserts a new one.
pub fn insert(tx: &mut Tx, district: &DistrictId, entry: &Entry) -> Result<(), Refusal> {
    let details = &entry.details;
    let [by, name, at] = stamp_values(Some(&entry.recorded));
    tx.execute(
        "insert into evidence_entry (district_id, id, indicator_id, state, version, title, unit_id, town_id,
            valid_from, valid_to, proof, is_demo, recorded_by, recorded_name, recorded_at)
         values ($1, $2, $3, 'recorded', 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            district,
            &entry.id,
            &details.indicator,
            &details.title,
            &details.unit,
            details.town.as_ref().map(UnitId::as_str),
            details.from,
            details.to,
            &details.proof,
            entry.is_demo,
            by,
            name,
            at
        ],
    )?;
    Ok(())
}

/// The entry with this id.
pub fn find(tx: &mut Tx, district: &DistrictId, id: &EntryId) -> Result<Option<Entry>, Refusal> {
    let row =
        tx.find("select * from evidence_entry where district_id = $1 and id = $2", params![district, id])?;
    row.map(|row| Ok(entry(&row)?)).transpose()
}

/// Writes the state if nobody wrote since `seen`.
pub fn save(tx: &mut Tx, district: &DistrictId, entry: &Entry, seen: i64) -> Result<(), Refusal> {
    let (verified, closed, reason) = match &entry.state {
        EntryState::Recorded => (None, None, None),
        EntryState::Verified { verified } => (Some(verified), None, None),
        EntryState::Ended { verified, ended, reason } => (Some(verified), Some(ended), Some(reason.as_str())),
        EntryState::Withdrawn { verified, withdrawn, reason } => {
            (verified.as_ref(), Some(withdrawn), Some(reason.as_str()))
        }
    };
    save_step(
        tx,
        "update evidence_entry set state = $4, version = $5, closed_reason = $6, verified_by = $7,
            verified_name = $8, verified_at = $9, closed_by = $10, closed_name = $11, closed_at = $12,
            valid_to = $13
         where district_id = $1 and id = $2 and version = $3",
        (district, entry.id.as_str(), seen),
        (entry.state.code(), reason),
        &[verified, closed],
        [entry.details.to.into()],
    )
}

/// Entries that the actor sees, newest first; of one indicator, or of all; with a day those that
/// are counted on it.
pub fn list(
    tx: &mut Tx,
    district: &DistrictId,
    reach: &Reach,
    (indicator, on): (Option<&IndicatorId>, Option<Day>),
    (limit, offset): (i64, i64),
) -> Result<Vec<Entry>, Refusal> {
    let mut sql = Sql::default();
    sql.push("select * ", []);
    if !from_where(&mut sql, district, reach, (indicator, on)) {
        return Ok(Vec::new());
    }
    sql.push(" order by valid_from desc, id desc limit ? offset ?", [limit.into(), offset.into()]);
    let rows = tx.query(&sql.text, &sql.params)?;
    rows.iter().map(|row| Ok(entry(row)?)).collect()
}

/// How many there are of them.
pub fn count(
    tx: &mut Tx,
    district: &DistrictId,
    reach: &Reach,
    (indicator, on): (Option<&IndicatorId>, Option<Day>),
) -> Result<i64, Refusal> {
    let mut sql = Sql::default();
    sql.push("select count(*) as n ", []);
    if !from_where(&mut sql, district, reach, (indicator, on)) {
        return Ok(0);
    }
    Ok(tx.one(&sql.text, &sql.params)?.get("n")?)
}

fn from_where(
    sql: &mut Sql,
    district: &DistrictId,
    reach: &Reach,
    (indicator, on): (Option<&IndicatorId>, Option<Day>),
) -> bool {
    sql.push("from evidence_entry where district_id = ?", [district.into()]);
    if let Some(indicator) = indicator {
        sql.push(" and indicator_id = ?", [indicator.into()]);
    }
    if let Some(on) = on {
        sql.push(
            " and state in ('verified', 'ended') and valid_from <= ? and (valid_to is null or valid_to >= ?)",
            [on.into(), on.into()],
        );
    }
    if let Reach::Units(units) = reach {
        let units: Vec<Val> = units.iter().map(Into::into).collect();
        if units.is_empty() {
            return false;
        }
        sql.push(" and (unit_id in ", []).rows([units.clone()]).push(" or town_id in ", []);
        sql.rows([units]).push(")", []);
    }
    true
}

/// Counted entries of one indicator that stand for the same town, or none, from and until the same day.
#[derive(Clone, Debug)]
pub struct Stock {
    /// The town.
    pub town: Option<UnitId>,
    /// First day.
    pub from: Day,
    /// Last day; none while it stands.
    pub to: Option<Day>,
    /// How many entries.
    pub n: i64,
}

/// The counted entries of all indicators. Those without any are absent: not collected, not 0.
pub fn stocks(tx: &mut Tx, district: &DistrictId) -> Result<BTreeMap<IndicatorId, Vec<Stock>>, Refusal> {
    let rows = tx.query(
        "select indicator_id, town_id, valid_from, valid_to, count(*) as n from evidence_entry
         where district_id = $1 and state in ('verified', 'ended')
         group by indicator_id, town_id, valid_from, valid_to",
        params![district],
    )?;
    let mut stocks: BTreeMap<IndicatorId, Vec<Stock>> = BTreeMap::new();
    for row in &rows {
        let (town, from, to) = (row.get("town_id")?, row.get("valid_from")?, row.get("valid_to")?);
        stocks.entry(row.get("indicator_id")?).or_default().push(Stock { town, from, to, n: row.get("n")? });
    }
    Ok(stocks)
}

fn entry(row: &Row) -> Result<Entry, db::Error> {
    let stored = Stored::new(row, TABLE)?;
    let (verified, closed) = (|| stored.taken(VERIFIED), || stored.taken(CLOSED));
    let state = match row.get::<String>("state")?.as_str() {
        "recorded" => EntryState::Recorded,
        "verified" => EntryState::Verified { verified: verified()? },
        "ended" => EntryState::Ended { verified: verified()?, ended: closed()?, reason: stored.reason()? },
        "withdrawn" => {
            let verified = stored.stamp(VERIFIED)?;
            EntryState::Withdrawn { verified, withdrawn: closed()?, reason: stored.reason()? }
        }
        _ => return Err(stored.bad("state")),
    };
    Ok(Entry {
        details: EntryDetails {
            indicator: row.get("indicator_id")?,
            title: row.get("title")?,
            unit: row.get("unit_id")?,
            town: row.get("town_id")?,
            from: row.get("valid_from")?,
            to: row.get("valid_to")?,
            proof: row.get("proof")?,
        },
        state,
        version: row.get("version")?,
        recorded: stored.taken(RECORDED)?,
        is_demo: row.get("is_demo")?,
        id: stored.id.into(),
    })
}

/// What waits for this account, oldest first: id, title, since when; and how many they are.
pub fn waiting(
    tx: &mut Tx,
    district: &DistrictId,
    reach: &Reach,
    account: &AccountId,
    limit: i64,
) -> Result<super::list::Counted<(EntryId, String, Instant)>, Refusal> {
    stored::waiting(
        tx,
        "select id, title as called, recorded_at as since, count(*) over () as n_all from evidence_entry
         where district_id = $1 and state = 'recorded' and recorded_by <> $2",
        (district, account),
        reach,
        limit,
    )
}

/// Marks it as belonging to the demonstration.
pub fn mark_demo(tx: &mut Tx, district: &DistrictId, id: &EntryId) -> Result<(), Refusal> {
    tx.execute(
        "update evidence_entry set is_demo = true where district_id = $1 and id = $2",
        params![district, id],
    )?;
    Ok(())
}
