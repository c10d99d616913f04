//! The demonstration district: made once, from the tables in `server/demo`, through the same actions
//! that people use, and all in one transaction: there is the whole district or nothing of it.

mod calendar;
mod calls;
mod closes;
pub mod data;
mod deliveries;
mod fates;
mod figures;
pub mod generate;
mod inspections;
mod letters;
mod orders;
mod photos;
mod plan;
mod registry;
mod rosters;
mod stage;
mod stocks;
mod supervision;
pub mod timeline;

use std::sync::Arc;

use db::Db;
use kernel::{Refusal, Rng, SeededRng, SystemRng};
use people::accounts::{PasswordHash, password};

use data::Tables;
use stage::Stage;

/// What the loader is about to do, and how far it is: a word, steps done, steps in all.
pub type Progress = Arc<dyn Fn(Part, usize, usize) + Send + Sync>;

/// A part of the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Units with their past, and accounts.
    Registry,
    /// The plan, read and published, and the annual plans.
    Plan,
    /// Stocks and narratives.
    Stocks,
    /// Deliveries; its steps are what people did to them.
    Deliveries,
    /// Supervision.
    Supervision,
    /// Inspections.
    Inspections,
    /// Responsibility letters, which rest on all the rest.
    Letters,
    /// The service loop.
    Orders,
}

/// What was found at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No district: it was made.
    Made,
    /// The demonstration, as it was left.
    There,
    /// A district that is no demonstration; nothing was changed.
    Real,
}

/// Makes the demonstration unless the database has a district already.
///
/// `percent` of 100 is the whole; less is for tests. `password` is that of every account.
///
/// # Errors
/// A sentence that says what went wrong; then nothing was kept.
pub fn load(db: &Db, percent: u64, password: &str, progress: &Progress) -> Result<Found, String> {
    load_sealed(db, percent, (password, Arc::new(kernel::Unsealed)), progress)
}

/// As [`load`], with the installation's key: residents' contacts are sealed with it, and closed months and
/// years are signed; without one nothing is closed.
///
/// # Errors
/// As [`load`].
pub fn load_sealed(
    db: &Db,
    percent: u64,
    (password, seal): (&str, Arc<dyn kernel::Seal>),
    progress: &Progress,
) -> Result<Found, String> {
    if let Some(found) = found(db)? {
        return Ok(found);
    }
    let prepared = Arc::new(prepare(percent, password, seal)?);
    let progress = Arc::clone(progress);
    db.write_now(move |tx| {
        let mut stage = Stage::open(tx, &prepared)?;
        registry::load(&mut stage, &progress)?;
        plan::load(&mut stage, &progress)?;
        stocks::load(&mut stage, &progress)?;
        figures::load(&mut stage, &progress)?;
        deliveries::load(&mut stage, &progress)?;
        calls::load(&mut stage, &progress)?;
        supervision::load(&mut stage, &progress)?;
        inspections::load(&mut stage, &progress)?;
        letters::load(&mut stage, &progress)?;
        orders::load(&mut stage, &progress)?;
        closes::load(&mut stage)
    })
    .map_err(|refusal| format!("The demonstration could not be written: {refusal}"))?;
    Ok(Found::Made)
}

/// Which district the database has, if any.
///
/// # Errors
/// What the database says.
pub fn found(db: &Db) -> Result<Option<Found>, String> {
    let district = db.read_now(people::district).map_err(|refusal| refusal.to_string())?;
    Ok(district.map(|district| if district.is_demo { Found::There } else { Found::Real }))
}

/// Everything that needs no database: an action may run twice and must not draw anew.
struct Prepared {
    tables: Tables,
    planned: Vec<generate::Planned>,
    acts: Vec<timeline::Act>,
    photos: deliveries::Photos,
    outcome: ::plan::actions::documents::Outcome,
    password: PasswordHash,
    seal: Arc<dyn kernel::Seal>,
}

fn prepare(percent: u64, password: &str, seal: Arc<dyn kernel::Seal>) -> Result<Prepared, String> {
    let tables = Tables::read()?;
    let planned = generate::deliveries(&tables, generate::SEED, percent)?;
    let rng = SeededRng::new(generate::SEED + 1);
    let acts = timeline::acts(&tables, &planned, &rng);
    let photos = deliveries::photos(&planned)?;
    let outcome = ::plan::actions::documents::understand(data::PLAN_NAME, data::PLAN.as_bytes());
    let password = password::hash(password, &SystemRng).map_err(|refusal| refusal.to_string())?;
    Ok(Prepared { tables, planned, acts, photos, outcome, password, seal })
}

/// A fault in the demonstration's own tables.
fn fault(reason: impl Into<String>) -> Refusal {
    Refusal::Broken(reason.into().into())
}

/// A password for the demonstration's accounts.
pub fn draw_password(rng: &dyn Rng) -> String {
    password::temporary(rng)
}
