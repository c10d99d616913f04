//! Units with their aliases and their past, and the role accounts.

use kernel::{Day, Refusal};
use people::accounts::{self, NewAccount};
use people::district::{self, Settings};
use people::units::{self, Change, NewUnit, Renamed};

use super::data::{AccountRow, UnitRow};
use super::stage::{ADMINISTRATOR, Stage};
use super::{Part, Progress, fault};

/// For how many days the trail of the demonstration is kept: thirty years.
const TRAIL_DAYS: i64 = 10_950;

/// Enters the units as they were when the registry opened, then accounts, then what became of some
/// of the units.
pub fn load(stage: &mut Stage<'_, '_>, progress: &Progress) -> Result<(), Refusal> {
    let tables = &stage.prepared.tables;
    let total = tables.units.len() + tables.accounts.len();
    progress(Part::Registry, 0, total);
    let opened = tables.units.first().map(|root| root.valid_from).ok_or_else(|| fault("units.csv: empty"))?;
    name_root(stage, opened)?;
    keep_trail(stage, opened)?;
    for row in tables.units.iter().skip(1).filter(|row| row.valid_from == opened) {
        create(stage, row)?;
    }
    for row in tables.accounts.iter().filter(|row| row.login != ADMINISTRATOR) {
        open(stage, row, opened)?;
    }
    for row in tables.units.iter().filter(|row| row.valid_from > opened) {
        rename(stage, row)?;
    }
    for row in &tables.units {
        if let Some(on) = row.valid_to
            && tables.unit(&row.key, on).is_none()
        {
            end(stage, row, on)?;
        }
    }
    progress(Part::Registry, total, total);
    Ok(())
}

fn name_root(stage: &mut Stage<'_, '_>, opened: Day) -> Result<(), Refusal> {
    let Some(row) = stage.prepared.tables.units.first() else { return Ok(()) };
    let change = change(stage, row, opened, "")?;
    let by = stage.administrator(opened.at(8, 0))?;
    let root = change.unit.clone();
    units::correct(stage.tx, &by, change, names(row))?;
    row.aliases.iter().try_for_each(|alias| units::name_alias(stage.tx, &by, &root, alias))
}

/// The years that are played are long past: their trail would be cleared away in the first night.
fn keep_trail(stage: &mut Stage<'_, '_>, opened: Day) -> Result<(), Refusal> {
    let by = stage.administrator(opened.at(8, 0))?;
    let settings = district::settings(stage.tx, by.district())?.ok_or(Refusal::NotFound)?;
    district::change_settings(stage.tx, &by, &Settings { audit_days: TRAIL_DAYS, ..settings })
}

fn create(stage: &mut Stage<'_, '_>, row: &UnitRow) -> Result<(), Refusal> {
    let by = stage.administrator(row.valid_from.at(8, 0))?;
    let Renamed { name, short_name, name_en, code } = names(row);
    let new = NewUnit {
        kind: row.kind,
        name,
        short_name,
        name_en,
        parent: Some(stage.unit(&row.parent_key)?),
        code,
        from: row.valid_from,
        aliases: row.aliases.clone(),
    };
    let id = units::create(stage.tx, &by, new)?;
    stage.units.insert(row.key.clone(), id);
    Ok(())
}

fn open(stage: &mut Stage<'_, '_>, row: &AccountRow, on: Day) -> Result<(), Refusal> {
    let by = stage.administrator(on.at(8, 30))?;
    let unit = stage.unit(&row.unit_key)?;
    let new = NewAccount {
        login: row.login.clone(),
        name: row.name.clone(),
        unit: Some(unit.clone()),
        password: stage.prepared.password.clone(),
        must_change_password: false,
        roles: vec![(row.role, unit)],
    };
    let account = accounts::create(stage.tx, &by, new)?;
    stage.enter(&row.login, account);
    Ok(())
}

/// The second row of a key: another name from its first day on.
fn rename(stage: &mut Stage<'_, '_>, row: &UnitRow) -> Result<(), Refusal> {
    let change = change(stage, row, row.valid_from, "演示：更名")?;
    let by = stage.administrator(row.valid_from.at(9, 0))?;
    units::rename(stage.tx, &by, change, names(row))
}

fn end(stage: &mut Stage<'_, '_>, row: &UnitRow, on: Day) -> Result<(), Refusal> {
    let by = stage.administrator(on.at(9, 0))?;
    if row.successor_key.is_empty() {
        let change = change(stage, row, on, "演示：撤销")?;
        return units::close(stage.tx, &by, change);
    }
    let change = change(stage, row, on, "演示：合并")?;
    let into = stage.unit(&row.successor_key)?;
    units::merge(stage.tx, &by, change, &into)
}

fn change(stage: &mut Stage<'_, '_>, row: &UnitRow, on: Day, reason: &str) -> Result<Change, Refusal> {
    let unit = stage.unit(&row.key)?;
    let by = stage.administrator(on.at(9, 0))?;
    let seen = units::record_version(stage.tx, by.district(), &unit)?.ok_or(Refusal::NotFound)?;
    Ok(Change { unit, seen, on, reason: reason.to_owned() })
}

/// A short name that is the name is none.
fn names(row: &UnitRow) -> Renamed {
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let short_name = if row.short_name == row.name { String::new() } else { row.short_name.clone() };
    Renamed { name: row.name.clone(), short_name, name_en: some(&row.name_en), code: some(&row.code) }
}
