//! Units from a table: all or nothing, each problem by its line and column, and no change when the
//! same table comes twice.

use std::collections::BTreeSet;

use db::Tx;
use kernel::{Caller, Day, Problem, Refusal, UnitId, search_key};

use super::actions::{add_alias, create};
use super::{NewUnit, Unit, UnitKind, holders, keeper, tree};

/// Columns by the catalogue's key of their header. A problem's field is `line:column`.
pub mod column {
    /// The name.
    pub const NAME: &str = "people-unit-name";
    /// The kind, in words of either language or its code.
    pub const KIND: &str = "people-unit-kind";
    /// The name of what it lies under; empty for the district.
    pub const PARENT: &str = "people-unit-parent";
    /// The first day.
    pub const FROM: &str = "people-unit-from";
    /// The short name.
    pub const SHORT: &str = "people-unit-short";
    /// The English name.
    pub const EN: &str = "people-unit-en";
    /// The code.
    pub const CODE: &str = "people-unit-code";
    /// Other names.
    pub const ALIASES: &str = "people-unit-aliases";
}

/// A line of the table, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number in the file.
    pub line: usize,
    /// The name.
    pub name: String,
    /// The kind, when it was understood.
    pub kind: Option<UnitKind>,
    /// The name of the parent.
    pub parent: String,
    /// The first day, as written.
    pub from: String,
    /// The short name.
    pub short_name: String,
    /// The English name.
    pub name_en: String,
    /// The code.
    pub code: String,
    /// Other names.
    pub aliases: Vec<String>,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Units entered.
    pub created: usize,
    /// Units that got another alias.
    pub aliased: usize,
    /// Lines that changed nothing.
    pub same: usize,
}

/// What became of one line.
enum Outcome {
    Created,
    Aliased,
    Same,
    /// Its parent is not there yet: perhaps it stands further below.
    Later,
}

/// Takes a table in.
///
/// # Errors
/// `Forbidden` unless the actor keeps the registry; `Invalid` with every problem of every line, each
/// with the field `line:column`.
pub fn run(tx: &mut Tx<'_>, by: &Caller, rows: &[Row]) -> Result<Imported, Refusal> {
    keeper(&by.actor)?;
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    let mut left: Vec<&Row> = Vec::new();
    for row in rows {
        if seen.insert((search_key(&row.name), search_key(&row.parent))) {
            left.push(row);
        } else {
            problems.push(at(row, column::NAME, Problem::new("people-import-twice").with("name", &row.name)));
        }
    }
    let mut done = Imported::default();
    // Parents may stand below their children: go on while a round gets further.
    loop {
        let before = left.len();
        let mut later = Vec::new();
        for row in left {
            match one(tx, by, row) {
                Ok(Outcome::Created) => done.created += 1,
                Ok(Outcome::Aliased) => done.aliased += 1,
                Ok(Outcome::Same) => done.same += 1,
                Ok(Outcome::Later) => later.push(row),
                Err(Refusal::Invalid(found)) => {
                    problems.extend(found.into_iter().map(|problem| place(row, problem)));
                }
                Err(other) => return Err(other),
            }
        }
        left = later;
        if left.is_empty() || left.len() == before {
            break;
        }
    }
    for row in left {
        let problem = Problem::new("people-import-no-parent").with("name", &row.parent);
        problems.push(at(row, column::PARENT, problem));
    }
    if problems.is_empty() { Ok(done) } else { Err(Refusal::Invalid(problems)) }
}

fn at(row: &Row, column: &str, problem: Problem) -> Problem {
    problem.at(format!("{}:{column}", row.line))
}

/// Puts a problem of the form's fields at the table's columns.
fn place(row: &Row, problem: Problem) -> Problem {
    let field = problem.field.clone().unwrap_or_default();
    let column = match field.as_ref() {
        "kind" => column::KIND,
        "parent" => column::PARENT,
        "from" => column::FROM,
        "short_name" => column::SHORT,
        "name_en" => column::EN,
        "code" => column::CODE,
        "alias" => column::ALIASES,
        _ => column::NAME,
    };
    at(row, column, problem)
}

fn one(tx: &mut Tx<'_>, by: &Caller, row: &Row) -> Result<Outcome, Refusal> {
    let kind = row.kind.ok_or(Problem::new("people-unit-kind-missing").at("kind"))?;
    let from = match row.from.trim() {
        "" => Err(Problem::new("error-missing").at("from")),
        text => Day::parse(text).ok_or(Problem::new("error-not-a-day").at("from").with("value", text)),
    }?;
    if kind == UnitKind::District {
        let root = tree::root(tx, by.district(), by.today())?;
        return match root.filter(|root| search_key(&root.name) == search_key(&row.name)) {
            Some(root) => aliased(tx, by, &root, row),
            None => Err(Problem::new("people-unit-second-district").at("kind").into()),
        };
    }
    let Some(parent) = parent(tx, by, row, from)? else { return Ok(Outcome::Later) };
    match holders::find_below(tx, by.district(), &parent, &search_key(&row.name), from)?.as_slice() {
        [] => {}
        [unit] => {
            same(unit, kind, from, row)?;
            return aliased(tx, by, unit, row);
        }
        _ => {
            let problem = Problem::new("people-import-parent-unsure").with("name", &row.name);
            return Err(problem.at("name").into());
        }
    }
    let optional = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let new = NewUnit {
        kind,
        name: row.name.clone(),
        short_name: row.short_name.clone(),
        name_en: optional(&row.name_en),
        parent: Some(parent),
        code: optional(&row.code),
        from,
        aliases: row.aliases.clone(),
    };
    create(tx, by, new)?;
    Ok(Outcome::Created)
}

/// The parent by its name on the first day, else by its name of today.
fn parent(tx: &mut Tx<'_>, by: &Caller, row: &Row, from: Day) -> Result<Option<UnitId>, Refusal> {
    let key = search_key(&row.parent);
    if key.is_empty() {
        return Ok(tree::root(tx, by.district(), from)?.map(|unit| unit.id));
    }
    for on in [from, by.today()] {
        let named = holders::named(tx, by.district(), &key, on)?;
        match named.as_slice() {
            [] => {}
            [one] => return Ok(Some(one.clone())),
            _ => {
                let problem = Problem::new("people-import-parent-unsure").with("name", &row.parent);
                return Err(problem.at("parent").into());
            }
        }
    }
    Ok(None)
}

/// Whether a unit that is there already is what the line says.
fn same(unit: &Unit, kind: UnitKind, from: Day, row: &Row) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    let mut compare = |field: &'static str, stored: &str, written: &str| {
        if stored != written.trim() {
            let problem = Problem::new("people-import-differs").at(field);
            problems.push(problem.with("stored", stored).with("written", written.trim()));
        }
    };
    compare("short_name", &unit.short_name, &row.short_name);
    compare("name_en", unit.name_en.as_deref().unwrap_or_default(), &row.name_en);
    compare("code", unit.code.as_deref().unwrap_or_default(), &row.code);
    compare("from", &unit.valid_from.to_string(), &from.to_string());
    if unit.kind != kind {
        problems.push(Problem::new("people-import-kind-differs").at("kind"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid(problems)) }
}

/// Adds the aliases that are new.
fn aliased(tx: &mut Tx<'_>, by: &Caller, unit: &Unit, row: &Row) -> Result<Outcome, Refusal> {
    let mut outcome = Outcome::Same;
    for alias in &row.aliases {
        if add_alias(tx, by, &unit.id, alias)? {
            outcome = Outcome::Aliased;
        }
    }
    Ok(outcome)
}
