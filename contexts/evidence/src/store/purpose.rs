//! Purposes and who answers for them.

use std::collections::BTreeMap;

use db::{Row, Tx, Val, params};
use kernel::{Day, DistrictId, Refusal, UnitId};

use super::corrupt;
use crate::rules::PurposeSpan;
use crate::{DutyRole, Purpose, PurposeId};

/// Writes a purpose and its duties anew.
pub fn save(tx: &mut Tx, district: &DistrictId, purpose: &Purpose, position: i64) -> Result<(), Refusal> {
    tx.execute(
        "insert into evidence_purpose (district_id, id, code, title, title_en, valid_from, valid_to, position,
            retired)
         values ($1, $2, $3, $4, $5, $6, $7, $8, false)
         on conflict (district_id, id) do update set code = excluded.code, title = excluded.title,
            title_en = excluded.title_en, valid_from = excluded.valid_from, valid_to = excluded.valid_to,
            position = excluded.position, retired = false",
        params![
            district,
            &purpose.id,
            &purpose.code,
            &purpose.title,
            purpose.title_en.as_deref(),
            purpose.from,
            purpose.to,
            position
        ],
    )?;
    tx.execute(
        "delete from evidence_purpose_duty where district_id = $1 and purpose_id = $2",
        params![district, &purpose.id],
    )?;
    // a unit named twice keeps its strongest part
    let mut duties: BTreeMap<&UnitId, DutyRole> = BTreeMap::new();
    for (unit, role) in &purpose.duties {
        let held = duties.entry(unit).or_insert(*role);
        *held = (*held).min(*role);
    }
    let rows: Vec<[Val; 4]> = duties
        .into_iter()
        .map(|(unit, role)| [district.into(), (&purpose.id).into(), unit.into(), role.into()])
        .collect();
    tx.execute_each(
        "insert into evidence_purpose_duty (district_id, purpose_id, unit_id, role) values ($1, $2, $3, $4)",
        &rows,
    )?;
    Ok(())
}

/// Marks every purpose as retired; those still in the plan are written anew after it.
pub fn retire_all(tx: &mut Tx, district: &DistrictId) -> Result<(), Refusal> {
    tx.execute("update evidence_purpose set retired = true where district_id = $1", params![district])?;
    Ok(())
}

/// The spans of these purposes, for the rules.
pub fn spans<'a>(
    tx: &mut Tx,
    district: &DistrictId,
    ids: impl IntoIterator<Item = &'a PurposeId>,
) -> Result<BTreeMap<PurposeId, PurposeSpan>, Refusal> {
    let mut params: Vec<Val> = vec![district.into()];
    params.extend(ids.into_iter().map(Val::from));
    let named: Vec<String> = (2..=params.len()).map(|place| format!("${place}")).collect();
    if named.is_empty() {
        return Ok(BTreeMap::new());
    }
    // as in people's `kinds`: rows of values are walked, a list after `in` would be built into a table
    let sql = format!(
        "with named (id) as (values (cast({} as text)))
         select p.id, p.title, p.valid_from, p.valid_to, p.retired from named
            cross join evidence_purpose p
         where p.district_id = $1 and p.id = named.id",
        named.join(" as text)), (cast(")
    );
    let rows = tx.query(&sql, &params)?;
    let span = |row: &Row| -> Result<_, db::Error> {
        let span = PurposeSpan {
            title: row.get("title")?,
            from: row.get("valid_from")?,
            to: row.get("valid_to")?,
            retired: row.get("retired")?,
        };
        Ok((row.get("id")?, span))
    };
    rows.iter().map(|row| Ok(span(row)?)).collect()
}

/// Whether any purpose that was not retired is in force on the day.
pub fn is_any_in_force(tx: &mut Tx, district: &DistrictId, on: Day) -> Result<bool, Refusal> {
    let found = tx.find(
        "select 1 as one from evidence_purpose
         where district_id = $1 and retired = false and valid_from <= $2 and valid_to >= $2 limit 1",
        params![district, on],
    )?;
    Ok(found.is_some())
}

/// All purposes with their duties in the plan's order; with `retired` also those that left it.
pub fn list(tx: &mut Tx, district: &DistrictId, retired: bool) -> Result<Vec<Purpose>, Refusal> {
    let rows = tx.query(
        "select id, code, title, title_en, valid_from, valid_to from evidence_purpose
         where district_id = $1 and (retired = false or $2) order by retired, position, id",
        params![district, retired],
    )?;
    let duties = tx.query(
        "select purpose_id, unit_id, role from evidence_purpose_duty where district_id = $1
         order by role, unit_id",
        params![district],
    )?;
    let mut by_purpose: BTreeMap<PurposeId, Vec<(UnitId, DutyRole)>> = BTreeMap::new();
    for row in &duties {
        let unit: UnitId = row.get("unit_id")?;
        let role: String = row.get("role")?;
        let role =
            DutyRole::parse(&role).ok_or_else(|| corrupt("evidence_purpose_duty", unit.as_str(), "role"))?;
        by_purpose.entry(row.get("purpose_id")?).or_default().push((unit, role));
    }
    let mut purpose = |row: &Row| -> Result<Purpose, db::Error> {
        let id: PurposeId = row.get("id")?;
        Ok(Purpose {
            duties: by_purpose.remove(&id).unwrap_or_default(),
            code: row.get("code")?,
            title: row.get("title")?,
            title_en: row.get("title_en")?,
            from: row.get("valid_from")?,
            to: row.get("valid_to")?,
            id,
        })
    };
    rows.iter().map(|row| Ok(purpose(row)?)).collect()
}
