//! The open tables: how their rows are made.

use std::collections::BTreeMap;

use db::Tx;
use kernel::{Caller, Day, Group, Refusal, UnitId, Value, Year};
use people::units::Unit;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::store::{self, Counted};
use crate::suppression::{Shown, tree};
use crate::words::codes;
use crate::{Kind, Period, Series, indicators, totals};

codes!(
    /// A table that is published.
    Table {
        /// Verified deliveries by month, town and kind, with person-times by group.
        Deliveries = "deliveries",
        /// The plan's measures by year.
        Measures = "measures",
        /// The plan's targets and other numbers by year.
        Targets = "targets",
        /// The units of the district.
        Units = "units",
    }
);

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Words: a name, a code, a month.
    Text(String),
    /// The key of words in the catalogue, which ends in a code.
    Word(String),
    /// A number, as its digits.
    Number(String),
    /// Left out: it would tell of fewer than five persons.
    Suppressed,
    /// Nobody has filled it, or it says nothing here.
    Empty,
}

impl Cell {
    fn shown(shown: Shown) -> Self {
        shown.map_or(Self::Suppressed, |n| Self::Number(n.to_string()))
    }

    /// As it stands in the fingerprint and in JSON: a code for words, an asterisk for what was left out.
    pub fn plain(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
            Self::Word(key) => key.rsplit_once('-').map_or(key.as_str(), |(_, code)| code),
            Self::Suppressed => "*",
            Self::Empty => "",
        }
    }
}

/// A published table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Which.
    pub table: Table,
    /// Its rows, each with a cell for each of [`Table::columns`].
    pub rows: Vec<Vec<Cell>>,
}

impl Published {
    /// SHA-256 over the codes of the columns and the rows, as lines of cells parted by tabs: the same in
    /// every language and every format.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let codes: Vec<&str> = self.table.columns().iter().map(|column| column.code).collect();
        hash.update(codes.join("\t"));
        for row in &self.rows {
            hash.update("\n");
            hash.update(row.iter().map(Cell::plain).collect::<Vec<_>>().join("\t"));
        }
        kernel::hex(hash.finalize())
    }
}

/// Makes a table as it stands now.
///
/// # Errors
/// As the database refuses.
pub fn make(tx: &mut Tx, by: &Caller, table: Table, year: Year) -> Result<Published, Refusal> {
    let rows = match table {
        Table::Deliveries => deliveries(tx, by, year)?,
        Table::Measures => measures(tx, by, year)?,
        Table::Targets => targets(tx, by, year)?,
        Table::Units => units(tx, by, year)?,
    };
    Ok(Published { table, rows })
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn number(n: i64) -> Cell {
    Cell::Number(n.to_string())
}

/// The months of a year that are over: one that runs grows from day to day, and what it grew by would
/// tell of few.
fn months_over(year: Year, today: Day) -> Option<(Day, Day)> {
    let (from, end) = (Day::new(year, 1, 1)?, Day::new(year, 12, 31)?);
    let before = today.plus_days(-i64::from(today.day_of_month()));
    Some((from, end.min(before))).filter(|(from, to)| from <= to)
}

/// A line a month, town and kind; then the district, and one a town. The rows lie in the tree of the
/// towns, so that what is left out follows from none of the sums.
fn deliveries(tx: &mut Tx, by: &Caller, year: Year) -> Result<Vec<Vec<Cell>>, Refusal> {
    let Some(days) = months_over(year, by.today()) else { return Ok(Vec::new()) };
    let cells = store::counted(tx, by.district(), days)?;
    if cells.is_empty() {
        // nothing has no sums: a row of them would have no groups
        return Ok(Vec::new());
    }
    let mut heads: BTreeMap<(String, UnitId, Kind), Vec<i64>> = BTreeMap::new();
    for (key, group, n) in store::heads(tx, by.district(), days)? {
        let row = heads.entry(key).or_insert_with(|| vec![0; Group::ALL.len()]);
        if let Some(at) = Group::ALL.iter().position(|one| *one == group).and_then(|at| row.get_mut(at)) {
            *at += n;
        }
    }
    let mut towns: Vec<&UnitId> = cells.iter().map(|cell| &cell.town).collect();
    towns.sort();
    towns.dedup();
    let branch = |town: &UnitId| towns.iter().position(|one| *one == town).map_or(0, |at| at + 1);
    let parents: Vec<Option<usize>> = std::iter::once(None).chain(towns.iter().map(|_| Some(0))).collect();
    let leaves: Vec<(usize, Vec<i64>)> = cells
        .iter()
        .map(|cell| {
            let key = (cell.month.clone(), cell.town.clone(), cell.kind);
            (branch(&cell.town), heads.remove(&key).unwrap_or_else(|| vec![0; Group::ALL.len()]))
        })
        .collect();
    let shown = tree(&parents, &leaves);
    let names = names_of(tx, by, &towns, days.1)?;
    let name = |town: &UnitId| names.get(town).cloned().unwrap_or_else(|| town.to_string());
    let row = |head: [Cell; 4], (sessions, minutes): (i64, i64), shown: &[Shown]| -> Vec<Cell> {
        let sums = [number(sessions), number(minutes)];
        head.into_iter().chain(sums).chain(shown.iter().map(|one| Cell::shown(*one))).collect()
    };
    let month = |(cell, shown): (&Counted, &Vec<Shown>)| {
        let kind = Cell::Word(format!("evidence-kind-{}", cell.kind.code()));
        let level = Cell::Word("evidence-open-level-month".to_owned());
        let head = [level, text(&cell.month), text(name(&cell.town)), kind];
        row(head, (cell.sessions, cell.minutes), shown)
    };
    let sum = |(town, shown): (Option<&UnitId>, &Vec<Shown>)| {
        let of = cells.iter().filter(|cell| town.is_none_or(|town| cell.town == *town));
        let sums =
            of.fold((0, 0), |(sessions, minutes), cell| (sessions + cell.sessions, minutes + cell.minutes));
        let level = if town.is_some() { "town" } else { "district" };
        let level = Cell::Word(format!("evidence-open-level-{level}"));
        let head = [level, text(format!("{year:04}")), text(town.map(name).unwrap_or_default()), Cell::Empty];
        row(head, sums, shown)
    };
    let branches = std::iter::once(None).chain(towns.iter().map(|town| Some(*town)));
    let months = cells.iter().zip(&shown.rows).map(month);
    Ok(months.chain(branches.zip(&shown.branches).map(sum)).collect())
}

/// The names of units as they last were, those that closed too.
fn names_of(
    tx: &mut Tx,
    by: &Caller,
    units: &[&UnitId],
    on: Day,
) -> Result<BTreeMap<UnitId, String>, Refusal> {
    let mut names = BTreeMap::new();
    for id in units {
        if let Some(unit) = people::units::find_any(tx, by.district(), id, on)? {
            names.insert((*id).clone(), unit.name);
        }
    }
    Ok(names)
}

/// A measure's deliveries may be those of others too: the rows do not add up.
fn measures(tx: &mut Tx, by: &Caller, year: Year) -> Result<Vec<Vec<Cell>>, Refusal> {
    let sums = totals::by_purpose(tx, by.district(), Period::year(year))?;
    let told = super::told(tx, by)?;
    let all = crate::purposes::list(tx, by.district())?;
    let row = |one: crate::Purpose| {
        let sums = sums.get(&one.id).copied().unwrap_or_default();
        let persons = told.person_times(&one.id, year, sums.person_times);
        vec![
            text(one.code),
            text(one.title),
            text(format!("{year:04}")),
            number(sums.sessions),
            Cell::shown(persons),
        ]
    };
    Ok(all.into_iter().map(row).collect())
}

fn targets(tx: &mut Tx, by: &Caller, year: Year) -> Result<Vec<Vec<Cell>>, Refusal> {
    let told = super::told(tx, by)?;
    let row = |series: Series| -> Option<Vec<Cell>> {
        let point = series.points.last().filter(|point| point.year == year)?;
        let of = &series.indicator;
        let value = match point.value {
            Value::Number(_) if told.hides_value(&of.id, year) => Cell::Suppressed,
            Value::Number(n) => Cell::Number(n.normalize().to_string()),
            Value::Suppressed => Cell::Suppressed,
            Value::NotCollected | Value::NotApplicable | Value::Counting => Cell::Empty,
        };
        // an interval or a day of an earlier year's figure says nothing of this one
        let known = value != Cell::Empty;
        let (low, high) = point.interval.filter(|_| known).unzip();
        let as_of = point.as_of.filter(|_| known);
        let digits = |n: Option<rust_decimal::Decimal>| {
            n.map_or(Cell::Empty, |n| Cell::Number(n.normalize().to_string()))
        };
        Some(vec![
            text(&of.title),
            Cell::Word(format!("evidence-indicator-{}", of.source.code())),
            text(&of.unit),
            text(format!("{year:04}")),
            value,
            digits(low),
            digits(high),
            as_of.map_or(Cell::Empty, |on| text(on.to_string())),
            number(point.n),
        ])
    };
    Ok(indicators::values(tx, by, year)?.into_iter().filter_map(row).collect())
}

/// The units of a year's end, or of today.
fn units(tx: &mut Tx, by: &Caller, year: Year) -> Result<Vec<Vec<Cell>>, Refusal> {
    let on = Day::new(year, 12, 31).map_or(by.today(), |end| end.min(by.today()));
    let all: Vec<Unit> = people::units::list(tx, by.district(), on)?;
    let names: BTreeMap<&UnitId, &str> = all.iter().map(|unit| (&unit.id, unit.name.as_str())).collect();
    let row = |unit: &Unit| {
        let under = unit.parent.as_ref().and_then(|id| names.get(id)).copied();
        vec![
            text(&unit.name),
            Cell::Word(format!("unit-kind-{}", unit.kind.code())),
            text(under.unwrap_or_default()),
            text(unit.valid_from.to_string()),
        ]
    };
    Ok(all.iter().map(row).collect())
}
