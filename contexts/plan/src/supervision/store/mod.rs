//! The SQL of supervision.

pub mod list;
pub mod setting;
pub mod step;

use db::{Row, Tx, params};
use kernel::{DistrictId, Problem, Refusal, Year};

use super::{Cause, Held, Past, Reason, State, Subject, SubjectKind, Supervision, SupervisionId, Who};
use crate::store::{args_of, args_text, corrupt};

const TABLE: &str = "supervision";

/// The next number of a year.
pub fn next_number(tx: &mut Tx<'_>, district: &DistrictId, year: Year) -> Result<i64, db::Error> {
    tx.one(
        "select coalesce(max(n), 0) + 1 as n from supervision where district_id = $1 and year = $2",
        params![district, year],
    )?
    .get("n")
}

/// Inserts a new one. `false` when the same is open already.
pub fn insert(tx: &mut Tx<'_>, district: &DistrictId, one: &Supervision) -> Result<bool, db::Error> {
    let n = tx.execute(
        "insert into supervision (district_id, id, year, n, unit_id, cause, subject_kind, subject_id,
             subject_title, request, reason, reason_args, evidence_href, raised_by, raised_name, raised_at,
             due_on, state, held_level, held_unit_id, held_on, words, n_version, is_demo)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'raised', 0, $5,
             $18, '', $19, $20)
         on conflict do nothing",
        params![
            district,
            &one.id,
            one.year,
            one.n,
            &one.unit,
            one.cause.code(),
            one.subject.kind.code(),
            &one.subject.id,
            &one.subject.title,
            &one.request,
            &one.reason.code,
            args_text(&one.reason.args),
            &one.reason.href,
            &one.raised.by,
            &one.raised.name,
            one.raised.at,
            one.due,
            one.held.on,
            one.version,
            one.is_demo
        ],
    )?;
    Ok(n == 1)
}

/// Saves one whose version a step has raised by one.
///
/// # Errors
/// Conflict when somebody else changed it meanwhile.
pub fn save(tx: &mut Tx<'_>, district: &DistrictId, one: &Supervision) -> Result<(), Refusal> {
    let (until, replied_by) = match &one.state {
        State::Extending { until, .. } => (Some(*until), None),
        State::Replied { by, .. } => (None, Some(by)),
        State::Raised
        | State::Acknowledged
        | State::Returned { .. }
        | State::Closed { .. }
        | State::Withdrawn { .. } => (None, None),
    };
    let (ended, words) = match &one.state {
        State::Closed { who, words } => (Some(who), words.as_str()),
        State::Withdrawn { who, why } => (Some(who), why.as_str()),
        State::Returned { why } | State::Extending { why, .. } => (None, why.as_str()),
        State::Raised | State::Acknowledged | State::Replied { .. } => (None, ""),
    };
    let n = tx.execute(
        "update supervision set due_on = $3, state = $4, paused_on = $5, until_on = $6, replied_by = $7,
             held_level = $8, held_unit_id = $9, held_on = $10, ended_by = $11, ended_name = $12,
             ended_at = $13, words = $14, n_version = $15
         where district_id = $1 and id = $2 and n_version = $15 - 1",
        params![
            district,
            &one.id,
            one.due,
            one.state.code(),
            one.state.paused_on(),
            until,
            replied_by,
            one.held.level,
            &one.held.unit,
            one.held.on,
            ended.and_then(|who| who.by.clone()),
            ended.map(|who| who.name.as_str()),
            ended.map(|who| who.at),
            words,
            one.version
        ],
    )?;
    if n == 1 { Ok(()) } else { Err(Refusal::Conflict(Problem::new("plan-changed-meanwhile"))) }
}

/// The item with this id.
pub fn find(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &SupervisionId,
) -> Result<Option<Supervision>, db::Error> {
    tx.find("select * from supervision where district_id = $1 and id = $2", params![district, id])?
        .as_ref()
        .map(supervision)
        .transpose()
}

/// Everything that the program raised: what is open, and when the rest ended.
pub fn past(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<Past>, db::Error> {
    let rows = tx.query(
        "select unit_id, cause, subject_kind, subject_id, raised_at, ended_at
         from supervision where district_id = $1 and cause in ('behind', 'missed')",
        params![district],
    )?;
    rows.iter()
        .map(|row| {
            let ended: Option<kernel::Instant> = row.get("ended_at")?;
            Ok(Past {
                unit: row.get("unit_id")?,
                cause: row.parse(TABLE, "cause", Cause::parse)?,
                subject: (row.parse(TABLE, "subject_kind", SubjectKind::parse)?, row.get("subject_id")?),
                raised_on: row.get::<kernel::Instant>("raised_at")?.day(),
                ended_on: ended.map(kernel::Instant::day),
            })
        })
        .collect()
}

fn state(row: &Row) -> Result<State, db::Error> {
    let lacks = |column| corrupt(row, TABLE, column);
    let words = || row.get::<String>("words");
    let paused_on = || row.get::<Option<_>>("paused_on")?.ok_or_else(|| lacks("paused_on"));
    let ended = || -> Result<Who, db::Error> {
        let at = row.get::<Option<_>>("ended_at")?.ok_or_else(|| lacks("ended_at"))?;
        let name = row.get::<Option<String>>("ended_name")?.unwrap_or_default();
        Ok(Who { by: row.get("ended_by")?, name, at })
    };
    Ok(match row.get::<String>("state")?.as_str() {
        "raised" => State::Raised,
        "acknowledged" => State::Acknowledged,
        "extending" => State::Extending {
            until: row.get::<Option<_>>("until_on")?.ok_or_else(|| lacks("until_on"))?,
            why: words()?,
            paused_on: paused_on()?,
        },
        "replied" => State::Replied {
            by: row.get::<Option<_>>("replied_by")?.ok_or_else(|| lacks("replied_by"))?,
            paused_on: paused_on()?,
        },
        "returned" => State::Returned { why: words()? },
        "closed" => State::Closed { who: ended()?, words: words()? },
        "withdrawn" => State::Withdrawn { who: ended()?, why: words()? },
        _ => return Err(lacks("state")),
    })
}

fn supervision(row: &Row) -> Result<Supervision, db::Error> {
    Ok(Supervision {
        id: row.get("id")?,
        year: row.get("year")?,
        n: row.get("n")?,
        unit: row.get("unit_id")?,
        cause: row.parse(TABLE, "cause", Cause::parse)?,
        subject: Subject {
            kind: row.parse(TABLE, "subject_kind", SubjectKind::parse)?,
            id: row.get("subject_id")?,
            title: row.get("subject_title")?,
        },
        request: row.get("request")?,
        reason: Reason {
            code: row.get("reason")?,
            args: args_of(row, TABLE, "reason_args")?,
            href: row.get("evidence_href")?,
        },
        raised: Who { by: row.get("raised_by")?, name: row.get("raised_name")?, at: row.get("raised_at")? },
        due: row.get("due_on")?,
        state: state(row)?,
        held: Held { level: row.get("held_level")?, unit: row.get("held_unit_id")?, on: row.get("held_on")? },
        version: row.get("n_version")?,
        is_demo: row.get("is_demo")?,
    })
}
