//! Versions of plans.

use db::{Row, Tx, params};
use kernel::{AccountId, DistrictId, Instant, Problem, Refusal};

use crate::plan::{Obstacles, Period, PlanState};
use crate::{DocumentId, Plan, PlanId};

const COLUMNS: &str = "id, document_id, replaces_id, title, from_year, to_year, state, n_version, created_at,
    published_at, published_by, superseded_at";

fn plan(row: &Row) -> Result<Plan, db::Error> {
    let corrupt = |column| super::corrupt(row, "plan", column);
    let from: Option<i64> = row.get("from_year")?;
    let period = match from {
        None => None,
        Some(_) => {
            Some(Period::new(row.get("from_year")?, row.get("to_year")?).map_err(|_| corrupt("to_year"))?)
        }
    };
    let published = || -> Result<(Instant, AccountId), db::Error> {
        let at: Option<Instant> = row.get("published_at")?;
        let by: Option<AccountId> = row.get("published_by")?;
        at.zip(by).ok_or_else(|| corrupt("published_at"))
    };
    let state = match row.get::<String>("state")?.as_str() {
        "draft" => PlanState::Draft,
        "published" => {
            let (at, by) = published()?;
            PlanState::Published { at, by }
        }
        "superseded" => {
            let (published_at, by) = published()?;
            let at: Option<Instant> = row.get("superseded_at")?;
            PlanState::Superseded { published_at, by, at: at.ok_or_else(|| corrupt("superseded_at"))? }
        }
        _ => return Err(corrupt("state")),
    };
    Ok(Plan {
        id: row.get("id")?,
        document: row.get("document_id")?,
        replaces: row.get("replaces_id")?,
        title: row.get("title")?,
        period,
        state,
        version: row.get("n_version")?,
        created_at: row.get("created_at")?,
    })
}

/// Keeps a new draft.
pub fn insert_plan(tx: &mut Tx<'_>, district: &DistrictId, plan: &Plan) -> Result<(), db::Error> {
    tx.execute(
        "insert into plan (district_id, id, document_id, replaces_id, title, from_year, to_year, state, n_version,
             created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            district,
            &plan.id,
            &plan.document,
            plan.replaces.as_ref(),
            &plan.title,
            plan.period.map(|period| i64::from(period.from)),
            plan.period.map(|period| i64::from(period.to)),
            plan.state.code(),
            plan.version,
            plan.created_at
        ],
    )?;
    Ok(())
}

/// Saves a version whose number a transition has raised by one.
///
/// # Errors
/// Conflict when somebody else changed it meanwhile.
pub fn save_plan(tx: &mut Tx<'_>, district: &DistrictId, plan: &Plan) -> Result<(), Refusal> {
    let (published_at, by, superseded_at) = match &plan.state {
        PlanState::Draft => (None, None, None),
        PlanState::Published { at, by } => (Some(*at), Some(by), None),
        PlanState::Superseded { published_at, by, at } => (Some(*published_at), Some(by), Some(*at)),
    };
    let n = tx.execute(
        "update plan set title = $3, from_year = $4, to_year = $5, state = $6, n_version = $7, published_at = $8,
             published_by = $9, superseded_at = $10, replaces_id = $12
         where district_id = $1 and id = $2 and n_version = $11",
        params![
            district,
            &plan.id,
            &plan.title,
            plan.period.map(|period| i64::from(period.from)),
            plan.period.map(|period| i64::from(period.to)),
            plan.state.code(),
            plan.version,
            published_at,
            by,
            superseded_at,
            plan.version - 1,
            plan.replaces.as_ref()
        ],
    )?;
    if n == 1 { Ok(()) } else { Err(Refusal::Conflict(Problem::new("plan-changed-meanwhile"))) }
}

/// One version.
pub fn find_plan(tx: &mut Tx<'_>, district: &DistrictId, id: &PlanId) -> Result<Option<Plan>, db::Error> {
    let sql = format!("select {COLUMNS} from plan where district_id = $1 and id = $2");
    tx.find(&sql, params![district, id])?.as_ref().map(plan).transpose()
}

/// The version that was read from a document.
pub fn plan_of_document(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    document: &DocumentId,
) -> Result<Option<PlanId>, db::Error> {
    let row = tx.find(
        "select id from plan where district_id = $1 and document_id = $2",
        params![district, document],
    )?;
    row.map(|row| row.get("id")).transpose()
}

/// All versions, the newest first.
pub fn list_plans(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<Plan>, db::Error> {
    let sql = format!("select {COLUMNS} from plan where district_id = $1 order by created_at desc, id desc");
    tx.query(&sql, params![district])?.iter().map(plan).collect()
}

/// The plans in force, the latest period first.
pub fn list_published(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<Plan>, db::Error> {
    let sql = format!(
        "select {COLUMNS} from plan where district_id = $1 and state = 'published'
         order by from_year desc, published_at desc"
    );
    tx.query(&sql, params![district])?.iter().map(plan).collect()
}

/// Removes a draft whose content is gone.
pub fn delete_plan(tx: &mut Tx<'_>, district: &DistrictId, id: &PlanId) -> Result<(), db::Error> {
    tx.execute(
        "delete from plan where district_id = $1 and id = $2 and state = 'draft'",
        params![district, id],
    )?;
    Ok(())
}

/// What stands in the way of publishing.
pub fn obstacles(tx: &mut Tx<'_>, district: &DistrictId, id: &PlanId) -> Result<Obstacles, db::Error> {
    let row = tx.one(
        "select (select count(*) from plan_doubt
                 where district_id = $1 and plan_id = $2 and blocking = true and state = 'open') as n_doubts,
                (select count(distinct name) from plan_duty
                 where district_id = $1 and plan_id = $2 and standing = 'unmatched') as n_names,
                (select count(*) from plan_item where district_id = $1 and plan_id = $2) as n_items",
        params![district, id],
    )?;
    Ok(Obstacles {
        n_doubts: row.get("n_doubts")?,
        n_names: row.get("n_names")?,
        n_items: row.get("n_items")?,
    })
}
