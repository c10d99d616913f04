//! The SQL of inspections.

use std::collections::BTreeMap;

use db::{Row, Tx, Val, params};
use kernel::{AccountId, DistrictId, Problem, Reach, Refusal, UnitId};

use super::{Answer, Checklist, ChecklistId, Comment, Inspection, InspectionId, Item, ItemKind, State};
use crate::store::corrupt;
use crate::supervision::{SupervisionId, Who};

/// Inserts a version of a checklist.
///
/// # Errors
/// Conflict when somebody else made the same version meanwhile.
pub fn insert_checklist(tx: &mut Tx<'_>, district: &DistrictId, one: &Checklist) -> Result<(), Refusal> {
    let n = tx.execute(
        "insert into checklist (district_id, id, family_id, n, title, total, made_by, made_name, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        params![
            district, &one.id, &one.family, one.n, &one.title, one.total, &one.made.by, &one.made.name,
            one.made.at
        ],
    )?;
    if n != 1 {
        return Err(Refusal::Conflict(Problem::new("plan-changed-meanwhile")));
    }
    for item in &one.items {
        tx.execute(
            "insert into checklist_item (district_id, checklist_id, n, words, kind, points)
             values ($1, $2, $3, $4, $5, $6)",
            params![district, &one.id, item.n, &item.words, item.kind.code(), item.points],
        )?;
    }
    Ok(())
}

fn who(row: &Row, [by, name, at]: [&str; 3]) -> Result<Option<Who>, db::Error> {
    let at = row.get::<Option<_>>(at)?;
    let (by, name): (Option<AccountId>, Option<String>) = (row.get(by)?, row.get(name)?);
    Ok(at.map(|at| Who { by, name: name.unwrap_or_default(), at }))
}

/// All versions of all checklists, the newest of each family first, without their items.
pub fn list_checklists(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<Checklist>, db::Error> {
    let rows = tx.query(
        "select * from checklist where district_id = $1 order by title, family_id, n desc",
        params![district],
    )?;
    rows.iter().map(checklist).collect()
}

fn checklist(row: &Row) -> Result<Checklist, db::Error> {
    let made = who(row, ["made_by", "made_name", "made_at"])?;
    Ok(Checklist {
        id: row.get("id")?,
        family: row.get("family_id")?,
        n: row.get("n")?,
        title: row.get("title")?,
        total: row.get("total")?,
        items: Vec::new(),
        made: made.ok_or_else(|| corrupt(row, "checklist", "made_at"))?,
    })
}

/// A version with its items.
pub fn find_checklist(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &ChecklistId,
) -> Result<Option<Checklist>, db::Error> {
    let found =
        tx.find("select * from checklist where district_id = $1 and id = $2", params![district, id])?;
    let Some(row) = found else { return Ok(None) };
    let mut one = checklist(&row)?;
    let rows = tx.query(
        "select n, words, kind, points from checklist_item where district_id = $1 and checklist_id = $2
         order by n",
        params![district, id],
    )?;
    for row in &rows {
        one.items.push(Item {
            n: row.get("n")?,
            words: row.get("words")?,
            kind: row.parse("checklist_item", "kind", ItemKind::parse)?,
            points: row.get("points")?,
        });
    }
    Ok(Some(one))
}

/// Inserts a planned inspection.
pub fn insert(tx: &mut Tx<'_>, district: &DistrictId, one: &Inspection) -> Result<(), db::Error> {
    tx.execute(
        "insert into inspection (district_id, id, checklist_id, unit_id, planned_on, inspector_id,
             inspector_name, state, planned_by, planned_name, planned_at, reason, comment_words, n_version,
             is_demo)
         values ($1, $2, $3, $4, $5, $6, $7, 'planned', $8, $9, $10, '', '', 1, $11)",
        params![
            district, &one.id, &one.checklist, &one.unit, one.on, &one.inspector, &one.inspector_name,
            &one.planned.by, &one.planned.name, one.planned.at, one.is_demo
        ],
    )?;
    Ok(())
}

/// Saves one whose version a step has raised by one, with its answers.
///
/// # Errors
/// Conflict when somebody else changed it meanwhile.
pub fn save(tx: &mut Tx<'_>, district: &DistrictId, one: &Inspection) -> Result<(), Refusal> {
    let (ended, reason) = match &one.state {
        State::Planned => (None, ""),
        State::Done { who } => (Some(who), ""),
        State::Cancelled { who, why } => (Some(who), why.as_str()),
    };
    let comment = one.comment.as_ref();
    let n = tx.execute(
        "update inspection set state = $3, ended_by = $4, ended_name = $5, ended_at = $6, reason = $7,
             comment_by = $8, comment_name = $9, comment_at = $10, comment_words = $11, n_version = $12
         where district_id = $1 and id = $2 and n_version = $12 - 1",
        params![
            district,
            &one.id,
            one.state.code(),
            ended.and_then(|who| who.by.clone()),
            ended.map(|who| who.name.as_str()),
            ended.map(|who| who.at),
            reason,
            comment.and_then(|comment| comment.who.by.clone()),
            comment.map(|comment| comment.who.name.as_str()),
            comment.map(|comment| comment.who.at),
            comment.map_or("", |comment| comment.words.as_str()),
            one.version
        ],
    )?;
    if n != 1 {
        return Err(Refusal::Conflict(Problem::new("plan-changed-meanwhile")));
    }
    for (n, answer) in &one.answers {
        tx.execute(
            "insert into inspection_answer (district_id, inspection_id, n, given, finding, supervision_id)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (district_id, inspection_id, n) do update set given = excluded.given,
                 finding = excluded.finding, supervision_id = excluded.supervision_id",
            params![district, &one.id, *n, answer.given, &answer.finding, &answer.supervision],
        )?;
    }
    Ok(())
}

fn inspection(row: &Row) -> Result<Inspection, db::Error> {
    let lacks = |column| corrupt(row, "inspection", column);
    let ended = || who(row, ["ended_by", "ended_name", "ended_at"])?.ok_or_else(|| lacks("ended_at"));
    let state = match row.get::<String>("state")?.as_str() {
        "planned" => State::Planned,
        "done" => State::Done { who: ended()? },
        "cancelled" => State::Cancelled { who: ended()?, why: row.get("reason")? },
        _ => return Err(lacks("state")),
    };
    let words: String = row.get("comment_words")?;
    let said = who(row, ["comment_by", "comment_name", "comment_at"])?;
    let planned = who(row, ["planned_by", "planned_name", "planned_at"])?;
    Ok(Inspection {
        id: row.get("id")?,
        checklist: row.get("checklist_id")?,
        unit: row.get("unit_id")?,
        on: row.get("planned_on")?,
        inspector: row.get("inspector_id")?,
        inspector_name: row.get("inspector_name")?,
        planned: planned.ok_or_else(|| lacks("planned_at"))?,
        state,
        comment: said.map(|who| Comment { who, words }),
        answers: BTreeMap::new(),
        version: row.get("n_version")?,
        is_demo: row.get("is_demo")?,
    })
}

/// Puts the answers to their inspections.
fn with_answers(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    mut all: Vec<Inspection>,
) -> Result<Vec<Inspection>, db::Error> {
    for one in &mut all {
        let rows = tx.query(
            "select n, given, finding, supervision_id from inspection_answer
             where district_id = $1 and inspection_id = $2 order by n",
            params![district, &one.id],
        )?;
        for row in &rows {
            let supervision: Option<SupervisionId> = row.get("supervision_id")?;
            let answer = Answer { given: row.get("given")?, finding: row.get("finding")?, supervision };
            one.answers.insert(row.get("n")?, answer);
        }
    }
    Ok(all)
}

/// The inspection with this id.
pub fn find(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &InspectionId,
) -> Result<Option<Inspection>, db::Error> {
    let found =
        tx.find("select * from inspection where district_id = $1 and id = $2", params![district, id])?;
    let Some(row) = found else { return Ok(None) };
    Ok(with_answers(tx, district, vec![inspection(&row)?])?.pop())
}

/// Which inspections. Everything absent means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this unit.
    pub unit: Option<UnitId>,
    /// One of [`State::CODES`].
    pub state: Option<&'static str>,
}

/// Those of units within reach, and those that an inspector has to do, the newest first. A unit does not
/// see what was filled in before it is done.
pub fn list(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (reach, inspector): (&Reach, Option<&AccountId>),
    filter: &Filter,
    (limit, offset): (i64, i64),
) -> Result<(Vec<Inspection>, i64), db::Error> {
    let mut params: Vec<Val> = vec![district.into()];
    let mut condition = " where district_id = $1".to_owned();
    let mut put = |value: Val| {
        params.push(value);
        format!("${}", params.len())
    };
    if let Some(unit) = &filter.unit {
        condition.push_str(&format!(" and unit_id = {}", put(unit.into())));
    }
    if let Some(state) = filter.state {
        condition.push_str(&format!(" and state = {}", put(state.into())));
    }
    if let Reach::Units(units) = reach {
        let inspector = put(inspector.map_or(Val::from(""), Val::from));
        let mut marks: Vec<String> = units.iter().map(|unit| put(unit.into())).collect();
        marks.push("''".to_owned());
        condition
            .push_str(&format!(" and (inspector_id = {inspector} or unit_id in ({}))", marks.join(", ")));
    }
    let mut sql = "select count(*) as n from inspection".to_owned();
    sql.push_str(&condition);
    let n = tx.one(&sql, &params)?.get("n")?;
    let mut sql = "select * from inspection".to_owned();
    sql.push_str(&condition);
    sql.push_str(&format!(
        " order by planned_on desc, id desc limit ${} offset ${}",
        params.len() + 1,
        params.len() + 2
    ));
    params.extend([limit.into(), offset.into()]);
    let rows = tx.query(&sql, &params)?;
    let all = rows.iter().map(inspection).collect::<Result<Vec<_>, _>>()?;
    Ok((with_answers(tx, district, all)?, n))
}

/// What an inspector has to do, the nearest day first.
pub fn to_do(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    inspector: &AccountId,
) -> Result<Vec<Inspection>, db::Error> {
    let rows = tx.query(
        "select * from inspection where district_id = $1 and inspector_id = $2 and state = 'planned'
         order by planned_on, id",
        params![district, inspector],
    )?;
    rows.iter().map(inspection).collect()
}
