//! The district: its name, its settings, and how it is founded.

use db::{Row, Tx, params};
use kernel::{Actor, Caller, DistrictId, Problem, Problems, Refusal, Role};
use serde_json::json;

use crate::audit::{self, SHORTEST_DAYS};
use crate::units;

/// The longest time for which the audit trail may be kept, in days: thirty years.
const LONGEST_DAYS: i64 = 10_950;

/// What an administrator can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The district.
    pub id: DistrictId,
    /// Its name, as in titles.
    pub name: String,
    /// Its division code, such as `530302`; may be empty.
    pub code: String,
    /// Whether all data is demonstration data.
    pub is_demo: bool,
    /// For how many days audit entries are kept.
    pub audit_days: i64,
    /// Counts changes.
    pub version: i64,
}

fn settings_of(row: &Row) -> Result<Settings, db::Error> {
    Ok(Settings {
        id: row.get("district_id")?,
        name: row.get("name")?,
        code: row.get("code")?,
        is_demo: row.get("is_demo")?,
        audit_days: row.get("audit_days")?,
        version: row.get("version")?,
    })
}

/// The settings of a district.
///
/// # Errors
/// As the database refuses.
pub fn settings(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Option<Settings>, db::Error> {
    tx.find(
        "select district_id, name, code, is_demo, audit_days, version from district where district_id = $1",
        params![district],
    )?
    .as_ref()
    .map(settings_of)
    .transpose()
}

/// The district that this installation serves; `None` before setup.
///
/// # Errors
/// As the database refuses.
pub fn served(tx: &mut Tx<'_>) -> Result<Option<Settings>, db::Error> {
    tx.find(
        "select district_id, name, code, is_demo, audit_days, version from district
         order by created_at, district_id limit 1",
        &[],
    )?
    .as_ref()
    .map(settings_of)
    .transpose()
}

/// Changes the name and how long the audit trail is kept.
///
/// # Errors
/// `Forbidden` unless the actor is an administrator; `Invalid` for an empty name and a trail kept
/// shorter than [`SHORTEST_DAYS`]; `Conflict` when somebody else changed them since `new.version`.
pub fn change_settings(tx: &mut Tx<'_>, by: &Caller, new: &Settings) -> Result<(), Refusal> {
    administrator(&by.actor)?;
    let mut problems = Problems::new();
    problems.take(check_name(&new.name));
    problems.take(check_code(&new.code));
    if new.audit_days < SHORTEST_DAYS {
        problems.add(Problem::new("people-audit-days-short").at("audit_days").with("least", SHORTEST_DAYS));
    } else if new.audit_days > LONGEST_DAYS {
        problems.add(Problem::new("people-audit-days-long").at("audit_days").with("most", LONGEST_DAYS));
    }
    problems.check()?;
    let changed = tx.execute(
        "update district set name = $2, code = $3, audit_days = $4, version = version + 1
         where district_id = $1 and version = $5",
        params![by.district(), new.name.trim(), new.code.trim(), new.audit_days, new.version],
    )?;
    if changed == 0 {
        return Err(Refusal::Conflict(Problem::new("people-settings-changed-meanwhile")));
    }
    units::correct_root(tx, by, &new.name, &new.code)?;
    let district = by.district().clone();
    let detail = json!({ "name": new.name.trim(), "code": new.code.trim(), "audit_days": new.audit_days });
    audit::record(
        tx,
        by,
        audit::Entry { action: "people.settings.change", subject: ("district", district.as_str()), detail },
    )
}

/// Enters the district itself. `setup` calls this once.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &DistrictId,
    name: &str,
    code: &str,
    is_demo: bool,
) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    problems.take(check_name(name));
    problems.take(check_code(code));
    problems.check()?;
    tx.execute(
        "insert into district (district_id, name, code, is_demo, audit_days, created_at, version)
         values ($1, $2, $3, $4, $5, $6, 1)",
        params![id, name.trim(), code.trim(), is_demo, SHORTEST_DAYS, by.now()],
    )?;
    Ok(())
}

fn check_name(name: &str) -> Result<(), Problem> {
    match name.trim().chars().count() {
        0 => Err(Problem::new("people-district-name-missing").at("name")),
        1..=50 => Ok(()),
        _ => Err(Problem::new("people-district-name-long").at("name")),
    }
}

/// Six digits (GB/T 2260), or none.
fn check_code(code: &str) -> Result<(), Problem> {
    let code = code.trim();
    let six = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    if six || code.is_empty() { Ok(()) } else { Err(Problem::new("people-district-code").at("code")) }
}

/// Lets administrators through.
pub(crate) fn administrator(actor: &Actor) -> Result<(), Refusal> {
    if actor.has(Role::Administrator) { Ok(()) } else { Err(Refusal::Forbidden) }
}
