//! Calls after a low rating, or none.

use db::{Row, Tx, params};
use kernel::{AccountId, DistrictId, Instant, Reach};

use crate::order::OrderId;

/// A call to be made, or that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// About which order.
    pub order: OrderId,
    /// In which of its rounds.
    pub round: i64,
    /// `low` or `missing`.
    pub cause: String,
    /// Since when.
    pub opened_at: Instant,
    /// Who called, under which name, when, with which outcome; none while it waits.
    pub answered: Option<(AccountId, String, Instant, String)>,
    /// What was said.
    pub words: String,
}

/// Opens one; once a round.
pub fn open(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
    (cause, at): (&str, Instant),
) -> Result<bool, db::Error> {
    let n = tx.execute(
        "insert into service_call (district_id, order_id, round, cause, opened_at, words)
         values ($1, $2, $3, $4, $5, '') on conflict do nothing",
        params![district, order, round, cause, at],
    )?;
    Ok(n == 1)
}

/// Notes what was said; `false` when somebody did before.
pub fn answer(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
    (by, name, at): (&AccountId, &str, Instant),
    (outcome, words): (&str, &str),
) -> Result<bool, db::Error> {
    let n = tx.execute(
        "update service_call set answered_by = $4, answered_name = $5, answered_at = $6, outcome = $7,
             words = $8
         where district_id = $1 and order_id = $2 and round = $3 and answered_at is null",
        params![district, order, round, by, name, at, outcome, words],
    )?;
    Ok(n == 1)
}

fn call(row: &Row) -> Result<Call, db::Error> {
    let by: Option<AccountId> = row.get("answered_by")?;
    let answered = match by {
        None => None,
        Some(by) => Some((
            by,
            row.get::<Option<String>>("answered_name")?.unwrap_or_default(),
            row.get("answered_at")?,
            row.get::<Option<String>>("outcome")?.unwrap_or_default(),
        )),
    };
    Ok(Call {
        order: row.get("order_id")?,
        round: row.get("round")?,
        cause: row.get("cause")?,
        opened_at: row.get("opened_at")?,
        answered,
        words: row.get("words")?,
    })
}

/// The calls of an order.
pub fn list(tx: &mut Tx<'_>, district: &DistrictId, order: &OrderId) -> Result<Vec<Call>, db::Error> {
    let rows = tx.query(
        "select * from service_call where district_id = $1 and order_id = $2 order by round",
        params![district, order],
    )?;
    rows.iter().map(call).collect()
}

/// Calls that wait for somebody of these communities.
pub fn waiting(tx: &mut Tx<'_>, district: &DistrictId, reach: &Reach) -> Result<Vec<Call>, db::Error> {
    let mut params: Vec<db::Val> = vec![district.into()];
    let mut sql = "select c.* from service_call c
         join service_order o on o.district_id = c.district_id and o.id = c.order_id
         where c.district_id = $1 and c.answered_at is null"
        .to_owned();
    if let Reach::Units(units) = reach {
        if units.is_empty() {
            return Ok(Vec::new());
        }
        let mut marks = Vec::new();
        for unit in units {
            params.push(unit.into());
            marks.push(format!("${}", params.len()));
        }
        sql.push_str(&format!(" and o.community_id in ({})", marks.join(", ")));
    }
    sql.push_str(" order by c.opened_at limit 50");
    tx.query(&sql, &params)?.iter().map(call).collect()
}
