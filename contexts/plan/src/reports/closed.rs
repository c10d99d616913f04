//! What was signed of a report's span: its year's snapshot, or those of a quarter's three months.

use std::collections::BTreeMap;

use db::Tx;
use evidence::actions::close;
use evidence::close::{Period, Snapshot};
use evidence::fact::Grain;
use evidence::{Part, Sums};
use kernel::{Caller, Refusal};

use super::report::{Scope, Span};

/// The signed totals of a span, all of whose periods are closed.
pub struct Signed {
    cells: BTreeMap<(String, Grain, String), Sums>,
}

/// The signed totals of a span; `None` while a part of it is open.
///
/// # Errors
/// As the database refuses.
pub fn signed(tx: &mut Tx<'_>, by: &Caller, span: Span) -> Result<Option<Signed>, Refusal> {
    let periods = match span.quarter {
        None => vec![Period::Year(span.year)],
        Some(quarter) => {
            (quarter * 3 - 2..=quarter * 3).map(|month| Period::Month(span.year, month)).collect()
        }
    };
    let mut cells: BTreeMap<(String, Grain, String), Sums> = BTreeMap::new();
    for period in periods {
        let Some(Snapshot { cells: of_period, .. }) = close::snapshot(tx, by, period)? else {
            return Ok(None);
        };
        for (cell, sums) in of_period {
            cells.entry((cell.purpose, cell.grain, cell.key)).or_default().add(sums);
        }
    }
    Ok(Some(Signed { cells }))
}

impl Signed {
    /// Whether the snapshots tell of such a scope: those of months may hold the district alone.
    pub fn tells_of(&self, scope: &Scope) -> bool {
        let wanted: &[Grain] = match scope {
            Scope::District => return true,
            Scope::Unit(_) => &[Grain::Organiser, Grain::Supporter],
            Scope::Town(_) => &[Grain::Town],
        };
        self.cells.keys().any(|(_, grain, _)| wanted.contains(grain))
    }

    /// The sums of a purpose (empty: the whole) as they were signed, of a unit those of its part; a cell that
    /// is not there was nothing. `None` where the snapshots do not tell of the scope.
    pub fn of(&self, scope: &Scope, purpose: &str, part: Part) -> Option<Sums> {
        if !self.tells_of(scope) {
            return None;
        }
        let (grain, key) = match scope {
            Scope::District => (Grain::All, String::new()),
            Scope::Town(town) => (Grain::Town, town.to_string()),
            Scope::Unit(unit) => (part.into(), unit.to_string()),
        };
        Some(self.cells.get(&(purpose.to_owned(), grain, key)).copied().unwrap_or_default())
    }
}
