//! Deliveries from a table: all or nothing, each problem by its line and column, and no change when
//! the same table comes twice.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use db::Tx;
use kernel::{Caller, Day, Problem, Refusal, hex, search_key};
use people::units::{NameMatch, Names};
use sha2::{Digest, Sha256};

use super::delivery::{self, NewDelivery};
use crate::reading::{self, Typed};
use crate::{Purpose, State, Step, purposes, rules, store};

/// A line of the table: texts by the form's field names, units and purposes still as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number in the file.
    pub line: usize,
    /// The host's own number of the delivery: the same number of one host is the same delivery.
    pub key: String,
    /// Field and text.
    pub fields: Vec<(String, String)>,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Deliveries recorded and submitted.
    pub recorded: usize,
    /// Drafts and returned ones that were changed and submitted.
    pub changed: usize,
    /// Lines that changed nothing.
    pub same: usize,
    /// Lines of deliveries that were withdrawn: they stay so, and do not count.
    pub withdrawn: usize,
}

/// Takes a table in.
///
/// # Errors
/// `Invalid` with every problem of every line, each with the field `line:field`; nothing is kept.
pub fn run(tx: &mut Tx, by: &Caller, rows: &[Row]) -> Result<Imported, Refusal> {
    let mut names = BTreeMap::new();
    let purposes = purposes::list_with_retired(tx, by.district())?;
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    let mut done = Imported::default();
    for row in rows {
        let result =
            if !seen.insert((search_key(field(row, "host")), search_key(&row.key))) && !row.key.is_empty() {
                Err(Problem::new("evidence-import-twice").at("key").with("key", &row.key).into())
            } else {
                let names = names_on(tx, by, row, &mut names)?;
                one(tx, by, row, (names, &purposes), &mut done)
            };
        match result {
            Ok(()) => {}
            Err(Refusal::Invalid(found)) => problems.extend(found.into_iter().map(|found| at(row, found))),
            Err(Refusal::Conflict(found)) => problems.push(at(row, found)),
            Err(
                other @ (Refusal::NotFound
                | Refusal::Forbidden
                | Refusal::Unavailable(_)
                | Refusal::Broken(_)),
            ) => {
                return Err(other);
            }
        }
    }
    if problems.is_empty() { Ok(done) } else { Err(Refusal::Invalid(problems)) }
}

fn field<'a>(row: &'a Row, name: &str) -> &'a str {
    row.fields.iter().find(|(field, _)| field == name).map_or("", |(_, text)| text.as_str())
}

/// The names as they were on the day of the row: a town that was merged since keeps what it did.
fn names_on<'a>(
    tx: &mut Tx,
    by: &Caller,
    row: &Row,
    known: &'a mut BTreeMap<Day, Names>,
) -> Result<&'a Names, Refusal> {
    let typed = Typed::new([("on", field(row, "on"))]);
    let on = reading::day(&typed, "on").unwrap_or(by.today()).min(by.today());
    Ok(match known.entry(on) {
        Entry::Occupied(names) => names.into_mut(),
        Entry::Vacant(free) => free.insert(Names::load(tx, by.district(), on)?),
    })
}

/// Puts a problem at its line: the field becomes `line:field`.
fn at(row: &Row, problem: Problem) -> Problem {
    let field = problem.field.clone().unwrap_or("key".into());
    problem.at(format!("{}:{field}", row.line))
}

fn one(
    tx: &mut Tx,
    by: &Caller,
    row: &Row,
    known: (&Names, &[Purpose]),
    done: &mut Imported,
) -> Result<(), Refusal> {
    if row.key.is_empty() {
        return Err(Problem::new("error-missing").at("key").into());
    }
    let (typed, mut problems) = resolved(row, known);
    let details = match reading::details(&typed) {
        Ok(details) if problems.is_empty() => details,
        Ok(_) => return Err(Refusal::Invalid(problems)),
        Err(Refusal::Invalid(more)) => {
            problems.extend(more);
            return Err(Refusal::Invalid(problems));
        }
        Err(other) => return Err(other),
    };
    // each host counts its own activities 1, 2, 3
    let digest = hex(Sha256::digest(format!("{}\n{}", details.host, search_key(&row.key))));
    let client_key = format!("import-{}", digest.get(..40).unwrap_or_default());
    let new = NewDelivery { client_key, details, persons: String::new(), photos: Vec::new(), submit: true };
    let Some(earlier) = store::delivery::find_by_client_key(tx, by.district(), &new.client_key)? else {
        delivery::record(tx, by, &new)?;
        done.recorded += 1;
        return Ok(());
    };
    let locked = || Err(Problem::new("evidence-import-locked").at("key").with("key", &row.key).into());
    if !rules::sees(&by.actor, &earlier.details) {
        return locked(); // moved on the desk to a host out of reach since: nothing is told of it
    }
    if earlier.details == new.details {
        match earlier.state() {
            State::Withdrawn { .. } => done.withdrawn += 1,
            State::Draft | State::Returned { .. } | State::Submitted { .. } | State::Verified { .. } => {
                done.same += 1;
            }
        }
        return Ok(());
    }
    match earlier.state() {
        State::Draft | State::Returned { .. } if rules::may(&by.actor, &earlier, Step::Edit) => {
            delivery::edit(tx, by, (&earlier.id, earlier.version), &new)?;
            done.changed += 1;
            Ok(())
        }
        State::Draft
        | State::Returned { .. }
        | State::Submitted { .. }
        | State::Verified { .. }
        | State::Withdrawn { .. } => locked(),
    }
}

/// The fields with names of units and codes of purposes turned into ids, and those that nobody bears.
fn resolved(row: &Row, (names, purposes): (&Names, &[Purpose])) -> (Typed, Vec<Problem>) {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut problems = Vec::new();
    for (field, text) in row.fields.iter().filter(|(_, text)| !text.trim().is_empty()) {
        let found: Vec<Result<String, Problem>> = match field.as_str() {
            "town" | "host" | "place" => vec![unit(names, field, text)],
            "co_host" | "supporter" => several(text).map(|name| unit(names, field, name)).collect(),
            "purpose" => several(text).map(|written| purpose(purposes, written)).collect(),
            _ => vec![Ok(text.clone())],
        };
        for one in found {
            match one {
                Ok(text) => pairs.push((field.clone(), text)),
                Err(problem) => {
                    // so that it is not called missing besides
                    pairs.push((field.clone(), text.clone()));
                    problems.push(problem);
                }
            }
        }
    }
    (Typed::new(pairs), problems)
}

/// Names or codes in one cell.
fn several(text: &str) -> impl Iterator<Item = &str> {
    text.split(['、', '；', ';', '，', ',', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

fn unit(names: &Names, field: &str, written: &str) -> Result<String, Problem> {
    match names.find(written) {
        NameMatch::Known(unit, _) => Ok(unit.id.to_string()),
        NameMatch::Unknown { suggestions } => {
            let near: Vec<String> = suggestions.into_iter().map(|unit| unit.name).collect();
            let key = if near.is_empty() { "evidence-import-unit" } else { "evidence-import-unit-near" };
            let problem = Problem::new(key).at(field.to_owned()).with("name", written);
            Err(problem.with("near", near.join("、")))
        }
    }
}

fn purpose(purposes: &[Purpose], written: &str) -> Result<String, Problem> {
    let key = search_key(written);
    let named = |one: &&Purpose| search_key(&one.code) == key || search_key(&one.title) == key;
    let found = purposes.iter().find(named).map(|one| one.id.to_string());
    found.ok_or_else(|| Problem::new("evidence-import-purpose").at("purpose").with("name", written))
}
