//! Hashed persons of deliveries, the secret of the hashes, and appearances by indicator.

use std::collections::{BTreeMap, BTreeSet};

use db::{Tx, Val, params};
use kernel::{DistrictId, Refusal, Rng, Year};

use super::{Sql, corrupt};
use crate::{DeliveryId, IndicatorId};

/// The district's secret, made when it is first needed.
pub fn secret(tx: &mut Tx, district: &DistrictId, rng: &dyn Rng) -> Result<String, Refusal> {
    let find = "select secret from evidence_secret where district_id = $1";
    if let Some(row) = tx.find(find, params![district])? {
        return Ok(row.get("secret")?);
    }
    tx.execute(
        "insert into evidence_secret (district_id, secret) values ($1, $2) on conflict (district_id) do nothing",
        params![district, rng.token()],
    )?;
    Ok(tx.one(find, params![district])?.get("secret")?)
}

/// Puts these persons in place of those a delivery had.
pub fn replace(
    tx: &mut Tx,
    district: &DistrictId,
    id: &DeliveryId,
    persons: &BTreeSet<String>,
) -> Result<(), Refusal> {
    tx.execute(
        "delete from evidence_delivery_person where district_id = $1 and delivery_id = $2",
        params![district, id],
    )?;
    let rows: Vec<[Val; 3]> = persons.iter().map(|hash| [district.into(), id.into(), hash.into()]).collect();
    tx.execute_each(
        "insert into evidence_delivery_person (district_id, delivery_id, person_hash) values ($1, $2, $3)",
        &rows,
    )?;
    Ok(())
}

/// The persons of a delivery.
pub fn of_delivery(tx: &mut Tx, district: &DistrictId, id: &DeliveryId) -> Result<BTreeSet<String>, Refusal> {
    let rows = tx.query(
        "select person_hash from evidence_delivery_person where district_id = $1 and delivery_id = $2",
        params![district, id],
    )?;
    rows.iter().map(|row| Ok(row.get("person_hash")?)).collect()
}

/// How many persons a delivery's list identifies.
pub fn count(tx: &mut Tx, district: &DistrictId, id: &DeliveryId) -> Result<i64, Refusal> {
    let row = tx.one(
        "select count(*) as n from evidence_delivery_person where district_id = $1 and delivery_id = $2",
        params![district, id],
    )?;
    Ok(row.get("n")?)
}

/// Appearances by year of these persons for an indicator.
pub fn appearances(
    tx: &mut Tx,
    district: &DistrictId,
    indicator: &IndicatorId,
    persons: &BTreeSet<String>,
) -> Result<BTreeMap<String, BTreeMap<Year, i64>>, Refusal> {
    let mut appearances: BTreeMap<String, BTreeMap<Year, i64>> = BTreeMap::new();
    let persons: Vec<&String> = persons.iter().collect();
    for part in persons.chunks(500) {
        let mut sql = Sql::default();
        sql.push(
            "select person_hash, year, refs from evidence_indicator_person
             where district_id = ? and indicator_id = ? and person_hash in ",
            [district.into(), indicator.into()],
        );
        sql.rows([part.iter().map(|hash| hash.as_str().into()).collect()]);
        for row in tx.query(&sql.text, &sql.params)? {
            let hash: String = row.get("person_hash")?;
            let year = Year::try_from(row.get::<i64>("year")?)
                .map_err(|_| corrupt("evidence_indicator_person", &hash, "year"))?;
            appearances.entry(hash).or_default().insert(year, row.get("refs")?);
        }
    }
    Ok(appearances)
}

/// Writes appearances of a year.
pub fn save_appearances(
    tx: &mut Tx,
    district: &DistrictId,
    indicator: &IndicatorId,
    rows: &[(String, Year, i64)],
) -> Result<(), Refusal> {
    let rows: Vec<[Val; 5]> = rows
        .iter()
        .map(|(hash, year, refs)| {
            [district.into(), indicator.into(), hash.into(), i64::from(*year).into(), refs.into()]
        })
        .collect();
    tx.execute_each(
        "insert into evidence_indicator_person (district_id, indicator_id, person_hash, year, refs)
         values ($1, $2, $3, $4, $5)
         on conflict (district_id, indicator_id, person_hash, year) do update set refs = excluded.refs",
        &rows,
    )?;
    Ok(())
}
