//! Open data: the district's tables for everybody, with a dictionary, a licence and a fingerprint.
//! Fewer than five persons are left out, with as much more as it takes that no total gives them away.
//!
//! The tables are made once a day and when something that counted was taken back, away from whoever asks: a year of deliveries is added up then, and an
//! address without an account costs what it sends.

mod columns;
pub mod pages;
mod persons;
pub mod store;
pub mod tables;

use db::Tx;
use jobs::{Failure, Job, JobContext};
use kernel::{Caller, DistrictId, Refusal, Year};
use serde::{Deserialize, Serialize};

pub use columns::Column;
pub use persons::{Told, told};
pub use tables::{Cell, Published, Table};

/// Makes every table of every year anew.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MakeOpen {}

impl Job for MakeOpen {
    const NAME: &'static str = "evidence.make-open";
    const DEDUPLICATED: bool = true;

    fn run(&self, ctx: &JobContext) -> Result<(), Failure> {
        for year in ctx.read(|tx, by| years(tx, by.district(), by.today().year()))? {
            if ctx.is_stopping() {
                return Err(Failure::Interrupted);
            }
            let made = ctx.read(move |tx, by| make(tx, by, year))?;
            ctx.write(move |tx, by| keep(tx, by, year, &made))?;
        }
        Ok(ctx.finish(|_, _| Ok(()))?)
    }
}

/// Once a day: asks for the tables to be made.
pub(crate) fn ask(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    let Some(served) = people::district::served(tx)? else { return Ok(()) };
    make_soon(tx, &Caller { actor: kernel::Actor::public(served.id), ..by.clone() })
}

/// Asks for the tables to be made as soon as the worker comes to it, however many ask: what was taken back is
/// not published until tomorrow.
///
/// # Errors
/// As the database refuses.
pub(crate) fn make_soon(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    jobs::enqueue(tx, by, &MakeOpen {}).map(drop)
}

/// The years in which anything was counted, and the one that runs.
fn years(tx: &mut Tx, district: &DistrictId, today: Year) -> Result<Vec<Year>, Refusal> {
    let first = crate::store::close::first_month(tx, district)?;
    let first = first.and_then(|month| month.get(..4)?.parse::<Year>().ok());
    Ok((first.unwrap_or(today).min(today)..=today).collect())
}

/// Makes the tables of a year as they stand now.
///
/// # Errors
/// As the database refuses.
pub fn make(tx: &mut Tx, by: &Caller, year: Year) -> Result<Vec<Published>, Refusal> {
    Table::ALL.iter().map(|table| tables::make(tx, by, *table, year)).collect()
}

/// Keeps what was made in place of what was there.
///
/// # Errors
/// As the database refuses.
pub fn keep(tx: &mut Tx, by: &Caller, year: Year, made: &[Published]) -> Result<(), Refusal> {
    made.iter().try_for_each(|one| store::save(tx, by.district(), (year, by.today()), one))
}
