//! The years that a person entered.

use db::{Row, Tx, params};
use kernel::workdays::{Arrangement, Run};
use kernel::{AccountId, Caller, DistrictId, Instant, Problem, Refusal, Workdays, Year};

/// A year that a person entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// The year.
    pub year: Year,
    /// What its notice says.
    pub arrangement: Arrangement,
    /// Who entered it last, by name.
    pub by: String,
    /// When.
    pub at: Instant,
    /// Counts changes.
    pub version: i64,
}

fn entered(row: &Row) -> Result<Entered, db::Error> {
    let arrangement = Arrangement { source: row.get("source")?, ..Arrangement::default() };
    Ok(Entered {
        year: row.get("year")?,
        arrangement,
        by: row.get("entered_name")?,
        at: row.get("entered_at")?,
        version: row.get("n_version")?,
    })
}

fn list(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<Entered>, db::Error> {
    let rows = tx.query(
        "select year, source, entered_name, entered_at, n_version from workday_year
         where district_id = $1 order by year",
        params![district],
    )?;
    let mut years = rows.iter().map(entered).collect::<Result<Vec<_>, _>>()?;
    if years.is_empty() {
        return Ok(years);
    }
    let rows = tx.query(
        "select year, from_day, to_day, kind, name from workday_run
         where district_id = $1 order by year, from_day",
        params![district],
    )?;
    for row in &rows {
        let year: Year = row.get("year")?;
        let run = Run { from: row.get("from_day")?, to: row.get("to_day")?, name: row.get("name")? };
        let of = years.iter_mut().find(|one| one.year == year).map(|one| &mut one.arrangement);
        match (row.get::<String>("kind")?.as_str(), of) {
            ("off", Some(arrangement)) => arrangement.off.push(run),
            ("work", Some(arrangement)) => arrangement.make_up.push(run),
            _ => {
                let (table, column) = ("workday_run".to_owned(), "kind".to_owned());
                return Err(db::Error::Corrupt { table, row: year.to_string(), column });
            }
        }
    }
    Ok(years)
}

/// The calendar of a district.
///
/// # Errors
/// As the database refuses.
pub fn calendar(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Workdays, db::Error> {
    let years = list(tx, district)?;
    Ok(years.into_iter().fold(Workdays::known(), |known, one| known.with(one.year, one.arrangement)))
}

/// A year that a person entered.
///
/// # Errors
/// As the database refuses.
pub fn find(tx: &mut Tx<'_>, district: &DistrictId, year: Year) -> Result<Option<Entered>, db::Error> {
    Ok(list(tx, district)?.into_iter().find(|one| one.year == year))
}

/// Saves a year whose version was raised by one.
///
/// # Errors
/// Conflict when somebody else changed it meanwhile.
pub(super) fn save(
    tx: &mut Tx<'_>,
    by: &Caller,
    account: &AccountId,
    (year, version): (Year, i64),
    arrangement: &Arrangement,
) -> Result<(), Refusal> {
    let (district, name) = (by.district(), &by.actor.name);
    let n = tx.execute(
        "insert into workday_year (district_id, year, source, entered_by, entered_name, entered_at, n_version)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (district_id, year) do update set source = excluded.source,
             entered_by = excluded.entered_by, entered_name = excluded.entered_name,
             entered_at = excluded.entered_at, n_version = excluded.n_version
         where workday_year.n_version = excluded.n_version - 1",
        params![district, year, &arrangement.source, account, name, by.now(), version],
    )?;
    if n != 1 {
        return Err(Refusal::Conflict(Problem::new("people-workdays-changed-meanwhile")));
    }
    tx.execute("delete from workday_run where district_id = $1 and year = $2", params![district, year])?;
    let off = arrangement.off.iter().map(|run| ("off", run));
    let make_up = arrangement.make_up.iter().map(|run| ("work", run));
    for (kind, run) in off.chain(make_up) {
        tx.execute(
            "insert into workday_run (district_id, year, from_day, to_day, kind, name)
             values ($1, $2, $3, $4, $5, $6)",
            params![district, year, run.from, run.to, kind, &run.name],
        )?;
    }
    Ok(())
}
