//! Doubts of a version.

use db::{Row, Tx, params};
use kernel::DistrictId;

use super::{args_of, args_text, ends, span, who};
use crate::{Doubt, PlanId};

fn doubt(row: &Row) -> Result<Doubt, db::Error> {
    Ok(Doubt {
        id: row.get("id")?,
        n: row.get("n")?,
        key: row.get("key")?,
        args: args_of(row, "plan_doubt", "detail")?,
        item: row.get("item_id")?,
        target: row.get("target_id")?,
        span: span(row)?,
        blocking: row.get("blocking")?,
        settled: who(row, "settled_by", "settled_at")?,
    })
}

/// Doubts in the order of the text.
pub fn list_doubts(tx: &mut Tx<'_>, district: &DistrictId, plan: &PlanId) -> Result<Vec<Doubt>, db::Error> {
    let rows = tx.query(
        "select id, n, key, detail, item_id, target_id, span_from, span_to, blocking, settled_by, settled_at
         from plan_doubt where district_id = $1 and plan_id = $2 order by n, id",
        params![district, plan],
    )?;
    rows.iter().map(doubt).collect()
}

/// Keeps a doubt, or saves that it is settled.
pub fn save_doubt(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    doubt: &Doubt,
) -> Result<(), db::Error> {
    let (from, to) = ends(doubt.span);
    let state = if doubt.settled.is_some() { "settled" } else { "open" };
    tx.execute(
        "insert into plan_doubt (district_id, plan_id, id, n, key, detail, item_id, target_id, span_from, span_to,
             blocking, state, settled_by, settled_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         on conflict (district_id, plan_id, id) do update set state = excluded.state,
             settled_by = excluded.settled_by, settled_at = excluded.settled_at",
        params![
            district,
            plan,
            &doubt.id,
            doubt.n,
            &doubt.key,
            args_text(&doubt.args),
            doubt.item.as_ref(),
            doubt.target.as_ref(),
            from,
            to,
            doubt.blocking,
            state,
            doubt.settled.as_ref().map(|(by, _)| by),
            doubt.settled.as_ref().map(|(_, at)| *at)
        ],
    )?;
    Ok(())
}
