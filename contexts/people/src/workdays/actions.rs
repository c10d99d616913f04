//! Entering a year's days off.

use db::Tx;
use kernel::workdays::Arrangement;
use kernel::{Caller, Problem, Problems, Refusal, Workdays, Year};
use serde_json::json;

use super::store;
use crate::{audit, units};

/// A year as a person enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The year.
    pub year: Year,
    /// What its notice says.
    pub arrangement: Arrangement,
    /// The version that the person had before them; 0 when nobody had entered the year.
    pub version: i64,
}

/// Enters what the notice for a year says, or corrects it.
///
/// # Errors
/// `Forbidden` unless the actor keeps the registry; invalid without a source, without days off, for a
/// day that is both off and worked, or for a make-up day that is no weekend day; conflict when
/// somebody else changed it meanwhile.
pub fn enter(tx: &mut Tx<'_>, by: &Caller, entry: &Entry) -> Result<(), Refusal> {
    units::keeper(&by.actor)?;
    let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
    check(entry)?;
    let version = entry.version.saturating_add(1);
    store::save(tx, by, &account, (entry.year, version), &entry.arrangement)?;
    let year = entry.year.to_string();
    let detail = json!({
        "year": entry.year,
        "source": entry.arrangement.source,
        "off": entry.arrangement.off.len(),
        "work": entry.arrangement.make_up.len(),
    });
    audit::record(
        tx,
        by,
        audit::Entry { action: "people.workdays.enter", subject: ("workday_year", &year), detail },
    )
}

fn check(entry: &Entry) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    let about = &entry.arrangement;
    if !(2021..=2099).contains(&entry.year) {
        return Err(Refusal::NotFound);
    }
    if about.source.trim().is_empty() {
        problems.add(Problem::new("people-workdays-source-missing").at("source"));
    }
    if about.off.is_empty() {
        problems.add(Problem::new("people-workdays-off-missing").at("off"));
    }
    for run in &about.make_up {
        if about.off.iter().any(|off| run.from <= off.to && off.from <= run.to) {
            problems.add(Problem::new("people-workdays-both").at("work").with("day", run.from));
        }
        let without = Workdays::default();
        let mut days = (0..=run.to.days_since(run.from)).map(|n| run.from.plus_days(n));
        if let Some(day) = days.find(|day| without.is_working_day(*day)) {
            problems.add(Problem::new("people-workdays-no-weekend").at("work").with("day", day));
        }
    }
    problems.check()
}
