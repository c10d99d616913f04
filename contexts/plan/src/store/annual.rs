//! Annual plans of units.

use std::collections::BTreeMap;

use db::{Row, Tx, params};
use kernel::{DistrictId, Problem, Refusal, UnitId, Year};

use crate::annual::{AnnualState, Correction, Line};
use crate::{AnnualPlan, ItemId};

fn annual(row: &Row, year: Year) -> Result<AnnualPlan, db::Error> {
    let corrupt = |column| super::corrupt(row, "annual_plan", column);
    let state = match row.get::<String>("state")?.as_str() {
        "draft" => AnnualState::Draft { handed_back: row.get("handed_back_reason")? },
        "submitted" => {
            let who = super::who(row, "submitted_by", "submitted_at")?;
            let (by, at) = who.ok_or_else(|| corrupt("submitted_by"))?;
            AnnualState::Submitted { by, at }
        }
        _ => return Err(corrupt("state")),
    };
    Ok(AnnualPlan {
        unit: row.get("unit_id")?,
        year,
        state,
        version: row.get("n_version")?,
        lines: Vec::new(),
    })
}

/// Lines of one unit, or of all when `unit` is `None`, by unit.
fn lines(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    year: Year,
    unit: Option<&UnitId>,
) -> Result<BTreeMap<UnitId, Vec<Line>>, db::Error> {
    let rows = tx.query(
        "select l.unit_id, l.id, l.item_id, l.what, l.n_heads, m.month, m.n_sessions
         from annual_plan_line l
         left join annual_plan_month m on m.district_id = l.district_id and m.line_id = l.id
         where l.district_id = $1 and l.year = $2 and l.unit_id = coalesce($3, l.unit_id)
         order by l.unit_id, l.id, m.month",
        params![district, year, unit],
    )?;
    let mut of_unit: BTreeMap<UnitId, Vec<Line>> = BTreeMap::new();
    for row in &rows {
        let lines = of_unit.entry(row.get("unit_id")?).or_default();
        let id = row.get("id")?;
        if lines.last().is_none_or(|line| line.id != id) {
            let (item, what, n_heads) = (row.get("item_id")?, row.get("what")?, row.get("n_heads")?);
            lines.push(Line { id, item, what, months: [0; 12], n_heads });
        }
        put_month(row, lines.last_mut().map(|line| &mut line.months))?;
    }
    Ok(of_unit)
}

fn put_month(row: &Row, months: Option<&mut [i64; 12]>) -> Result<(), db::Error> {
    let (month, n): (Option<i64>, Option<i64>) = (row.get("month")?, row.get("n_sessions")?);
    if let (Some(month), Some(n), Some(months)) = (month, n, months) {
        let at = usize::try_from(month - 1).ok();
        let cell = at.and_then(|at| months.get_mut(at));
        *cell.ok_or_else(|| super::corrupt(row, "annual_plan_month", "month"))? = n;
    }
    Ok(())
}

const COLUMNS: &str = "unit_id, state, n_version, submitted_by, submitted_at, handed_back_reason";

/// A unit's plan for a year; `None` when nobody opened it.
pub fn find_annual(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    unit: &UnitId,
    year: Year,
) -> Result<Option<AnnualPlan>, db::Error> {
    let sql =
        format!("select {COLUMNS} from annual_plan where district_id = $1 and unit_id = $2 and year = $3");
    let Some(row) = tx.find(&sql, params![district, unit, year])? else { return Ok(None) };
    let mut plan = annual(&row, year)?;
    plan.lines = lines(tx, district, year, Some(unit))?.remove(unit).unwrap_or_default();
    Ok(Some(plan))
}

/// All plans of a year.
pub fn list_annual(tx: &mut Tx<'_>, district: &DistrictId, year: Year) -> Result<Vec<AnnualPlan>, db::Error> {
    let mut of_unit = lines(tx, district, year, None)?;
    let sql =
        format!("select {COLUMNS} from annual_plan where district_id = $1 and year = $2 order by unit_id");
    let rows = tx.query(&sql, params![district, year])?;
    rows.iter()
        .map(|row| {
            let mut plan = annual(row, year)?;
            plan.lines = of_unit.remove(&plan.unit).unwrap_or_default();
            Ok(plan)
        })
        .collect()
}

/// What the annual plans of a year arrange for an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arranged {
    /// Sessions by month in submitted plans, January first.
    pub months: [i64; 12],
    /// Sessions of the year that only drafts speak of: nobody stands behind them yet.
    pub n_drafted: i64,
}

/// Sessions that the plans of a year arrange, by item: by month what is submitted, beside it what is
/// only drafted.
pub fn list_arranged(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    year: Year,
) -> Result<BTreeMap<ItemId, Arranged>, db::Error> {
    let rows = tx.query(
        "select l.item_id, p.state, m.month, cast(sum(m.n_sessions) as bigint) as n_sessions
         from annual_plan p
         join annual_plan_line l on l.district_id = p.district_id and l.unit_id = p.unit_id and l.year = p.year
         join annual_plan_month m on m.district_id = l.district_id and m.line_id = l.id
         where p.district_id = $1 and p.year = $2
         group by l.item_id, p.state, m.month",
        params![district, year],
    )?;
    let mut arranged: BTreeMap<ItemId, Arranged> = BTreeMap::new();
    for row in &rows {
        let of = arranged.entry(row.get("item_id")?).or_default();
        if row.get::<String>("state")? == "submitted" {
            put_month(row, Some(&mut of.months))?;
        } else {
            of.n_drafted += row.get::<i64>("n_sessions")?;
        }
    }
    Ok(arranged)
}

/// Person-times that submitted plans of a year arrange, by item; items for which nobody said are absent.
pub fn planned_heads(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    year: Year,
) -> Result<BTreeMap<ItemId, i64>, db::Error> {
    let rows = tx.query(
        "select l.item_id, cast(sum(l.n_heads) as bigint) as n_heads
         from annual_plan p
         join annual_plan_line l on l.district_id = p.district_id and l.unit_id = p.unit_id and l.year = p.year
         where p.district_id = $1 and p.year = $2 and p.state = 'submitted' and l.n_heads is not null
         group by l.item_id",
        params![district, year],
    )?;
    rows.iter().map(|row| Ok((row.get("item_id")?, row.get("n_heads")?))).collect()
}

/// Saves a plan whose version a transition has raised by one, and all its lines.
///
/// # Errors
/// Conflict when somebody else changed it meanwhile.
pub fn save_annual(tx: &mut Tx<'_>, district: &DistrictId, plan: &AnnualPlan) -> Result<(), Refusal> {
    let year = plan.year;
    let (by, at, reason) = match &plan.state {
        AnnualState::Draft { handed_back } => (None, None, handed_back.as_deref()),
        AnnualState::Submitted { by, at } => (Some(by), Some(*at), None),
    };
    let n = tx.execute(
        "insert into annual_plan (district_id, unit_id, year, state, n_version, submitted_by, submitted_at,
             handed_back_reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (district_id, unit_id, year) do update set state = excluded.state,
             n_version = excluded.n_version, submitted_by = excluded.submitted_by,
             submitted_at = excluded.submitted_at, handed_back_reason = excluded.handed_back_reason
         where annual_plan.n_version = excluded.n_version - 1",
        params![district, &plan.unit, year, plan.state.code(), plan.version, by, at, reason],
    )?;
    if n != 1 {
        return Err(Refusal::Conflict(Problem::new("plan-changed-meanwhile")));
    }
    tx.execute(
        "delete from annual_plan_month where district_id = $1 and line_id in
             (select id from annual_plan_line where district_id = $1 and unit_id = $2 and year = $3)",
        params![district, &plan.unit, year],
    )?;
    tx.execute(
        "delete from annual_plan_line where district_id = $1 and unit_id = $2 and year = $3",
        params![district, &plan.unit, year],
    )?;
    for line in &plan.lines {
        insert_line(tx, district, plan, line)?;
    }
    Ok(())
}

fn insert_line(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &AnnualPlan,
    line: &Line,
) -> Result<(), db::Error> {
    tx.execute(
        "insert into annual_plan_line (district_id, id, unit_id, year, item_id, what, n_sessions, n_heads)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            district,
            &line.id,
            &plan.unit,
            plan.year,
            &line.item,
            &line.what,
            line.total(),
            line.n_heads
        ],
    )?;
    for (month, n) in (1i64..).zip(line.months).filter(|(_, n)| *n > 0) {
        tx.execute(
            "insert into annual_plan_month (district_id, line_id, month, n_sessions) values ($1, $2, $3, $4)",
            params![district, &line.id, month, n],
        )?;
    }
    Ok(())
}

/// Keeps why a plan was changed after its year.
pub fn insert_correction(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (unit, year): (&UnitId, Year),
    correction: &Correction,
) -> Result<(), db::Error> {
    let Correction { id, reason, n_before, n_after, by, at } = correction;
    tx.execute(
        "insert into annual_plan_correction
             (district_id, id, unit_id, year, reason, n_before, n_after, corrected_by, corrected_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![district, id, unit, year, reason, *n_before, *n_after, by, *at],
    )?;
    Ok(())
}

/// The corrections of a plan whose year is over, the newest first.
pub fn list_corrections(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    unit: &UnitId,
    year: Year,
) -> Result<Vec<Correction>, db::Error> {
    let rows = tx.query(
        "select id, reason, n_before, n_after, corrected_by, corrected_at from annual_plan_correction
         where district_id = $1 and unit_id = $2 and year = $3 order by corrected_at desc, id desc",
        params![district, unit, year],
    )?;
    let correction = |row: &Row| {
        Ok(Correction {
            id: row.get("id")?,
            reason: row.get("reason")?,
            n_before: row.get("n_before")?,
            n_after: row.get("n_after")?,
            by: row.get("corrected_by")?,
            at: row.get("corrected_at")?,
        })
    };
    rows.iter().map(correction).collect()
}
