//! Orders that go with one that leads, and those that one visit served.

use std::collections::BTreeMap;

use db::{Tx, Val, params};
use kernel::{DistrictId, Reach};

use super::order::order;
use crate::order::batch::fits;
use crate::order::{Order, OrderId};

/// More than these are not looked through for what fits together.
const MOST: i64 = 500;

/// Those that go with an order, the oldest first.
pub fn with(tx: &mut Tx<'_>, district: &DistrictId, lead: &OrderId) -> Result<Vec<Order>, db::Error> {
    let rows = tx.query(
        "select * from service_order where district_id = $1 and merged_into = $2 and state = 'merged'
             and ended_at is null
         order by year, n",
        params![district, lead],
    )?;
    rows.iter().map(order).collect()
}

/// How many go with an order.
pub fn count(tx: &mut Tx<'_>, district: &DistrictId, lead: &OrderId) -> Result<i64, db::Error> {
    tx.one(
        "select count(*) as n from service_order where district_id = $1 and merged_into = $2
             and state = 'merged' and ended_at is null",
        params![district, lead],
    )?
    .get("n")
}

/// The others that the same visit served: the report was theirs too.
pub fn served(tx: &mut Tx<'_>, district: &DistrictId, one: &Order) -> Result<Vec<Order>, db::Error> {
    let Some(delivery) = one.state.delivery() else { return Ok(Vec::new()) };
    let rows = tx.query(
        "select * from service_order where district_id = $1 and delivery_id = $2 and id <> $3
             and state in ('awaiting', 'feedback', 'closed')
         order by year, n",
        params![district, delivery, &one.id],
    )?;
    rows.iter().map(order).collect()
}

/// Whether the team said how it was received: once for all that its visit served.
pub fn is_rated_back(tx: &mut Tx<'_>, district: &DistrictId, one: &Order) -> Result<bool, db::Error> {
    let Some(delivery) = one.state.delivery() else { return Ok(false) };
    let row = tx.one(
        "select count(*) as n from service_order o
         join service_rating r on r.district_id = o.district_id and r.order_id = o.id and r.round = o.n_reopened
         where o.district_id = $1 and o.delivery_id = $2 and r.side = 'team'",
        params![district, delivery],
    )?;
    Ok(row.get::<i64>("n")? > 0)
}

/// Orders that wait for the community within reach and lead nobody, the oldest first.
pub fn waiting(tx: &mut Tx<'_>, district: &DistrictId, reach: &Reach) -> Result<Vec<Order>, db::Error> {
    let mut params: Vec<Val> = vec![district.into()];
    let mut sql = "select o.* from service_order o where o.district_id = $1 and o.state = 'submitted'
             and not exists (select 1 from service_order w where w.district_id = o.district_id
                 and w.merged_into = o.id and w.state = 'merged' and w.ended_at is null)"
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
    params.push(MOST.into());
    sql.push_str(&format!(" order by o.year, o.n limit ${}", params.len()));
    tx.query(&sql, &params)?.iter().map(order).collect()
}

/// Which orders within reach fit together: each with how many others it could share a visit.
pub fn fitting(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    reach: &Reach,
) -> Result<BTreeMap<OrderId, usize>, db::Error> {
    let all = waiting(tx, district, reach)?;
    let n = |one: &Order| all.iter().filter(|other| fits(one, other)).count();
    Ok(all.iter().map(|one| (one.id.clone(), n(one))).filter(|(_, n)| *n > 0).collect())
}
