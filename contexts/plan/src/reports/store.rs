//! All SQL of printed reports.

use db::{Tx, params};
use kernel::{DistrictId, Year};

use super::report::{Kept, Scope, Span};

/// Keeps a report as it was printed; `cells` are the bytes that the hash is of.
pub fn insert(tx: &mut Tx<'_>, district: &DistrictId, kept: &Kept, cells: &str) -> Result<(), db::Error> {
    tx.execute(
        "insert into plan_report (district_id, code, scope, unit_id, year, quarter, cells, sha256, printed_by,
             printed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            district,
            &kept.code,
            kept.scope.code(),
            kept.scope.unit(),
            kept.span.year,
            kept.span.quarter.map(i64::from),
            cells,
            &kept.sha256,
            &kept.by,
            kept.at
        ],
    )?;
    Ok(())
}

/// A printed report by its code, with the bytes of its cells.
pub fn find(tx: &mut Tx<'_>, district: &DistrictId, code: &str) -> Result<Option<(Kept, String)>, db::Error> {
    let row = tx.find(
        "select scope, unit_id, year, quarter, cells, sha256, printed_by, printed_at
         from plan_report where district_id = $1 and code = $2",
        params![district, code],
    )?;
    let Some(row) = row else { return Ok(None) };
    let corrupt = |column: &str| db::Error::Corrupt {
        table: "plan_report".to_owned(),
        row: code.to_owned(),
        column: column.to_owned(),
    };
    let scope = Scope::parse(&row.get::<String>("scope")?, row.get("unit_id")?);
    let year: i64 = row.get("year")?;
    let quarter: Option<i64> = row.get("quarter")?;
    let quarter = quarter.map(i8::try_from).transpose().map_err(|_| corrupt("quarter"))?;
    let cells: String = row.get("cells")?;
    let kept = Kept {
        code: code.to_owned(),
        scope: scope.ok_or_else(|| corrupt("scope"))?,
        span: Span { year: Year::try_from(year).map_err(|_| corrupt("year"))?, quarter },
        lines: serde_json::from_str(&cells).map_err(|_| corrupt("cells"))?,
        sha256: row.get("sha256")?,
        by: row.get("printed_by")?,
        at: row.get("printed_at")?,
    };
    Ok(Some((kept, cells)))
}

/// The reports that were printed last, the newest first: code, scope, unit, year, quarter, when.
pub fn newest(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    most: i64,
) -> Result<Vec<(String, Scope, Span, kernel::Instant)>, db::Error> {
    let rows = tx.query(
        "select code, scope, unit_id, year, quarter, printed_at from plan_report
         where district_id = $1 order by printed_at desc, code limit $2",
        params![district, most],
    )?;
    let mut all = Vec::new();
    for row in &rows {
        let code: String = row.get("code")?;
        let corrupt = |column: &str| db::Error::Corrupt {
            table: "plan_report".to_owned(),
            row: code.clone(),
            column: column.to_owned(),
        };
        let scope = Scope::parse(&row.get::<String>("scope")?, row.get("unit_id")?);
        let quarter: Option<i64> = row.get("quarter")?;
        let quarter = quarter.map(i8::try_from).transpose().map_err(|_| corrupt("quarter"))?;
        let year = Year::try_from(row.get::<i64>("year")?).map_err(|_| corrupt("year"))?;
        let scope = scope.ok_or_else(|| corrupt("scope"))?;
        all.push((code.clone(), scope, Span { year, quarter }, row.get("printed_at")?));
    }
    Ok(all)
}
