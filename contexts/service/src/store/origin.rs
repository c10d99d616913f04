//! Orders that came from other systems, by the numbers that they have there.

use db::{Tx, params};
use kernel::{AccountId, DistrictId, Instant};

use super::order::order;
use crate::order::{Order, OrderId};

/// An order, and the number and the kind that another system gave it.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// The order.
    pub order: Order,
    /// Its number there; empty when it did not come from there.
    pub number: String,
    /// What kind of call it was there.
    pub kind: String,
}

/// Notes where an order came from.
pub fn insert(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (account, number): (&AccountId, &str),
    (order, kind, at): (&OrderId, &str, Instant),
) -> Result<(), db::Error> {
    tx.execute(
        "insert into service_origin (district_id, account_id, number, order_id, kind, at)
         values ($1, $2, $3, $4, $5, $6)",
        params![district, account, number, order, kind, at],
    )?;
    Ok(())
}

/// The order of a number there.
pub fn find(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (account, number): (&AccountId, &str),
) -> Result<Option<OrderId>, db::Error> {
    tx.find(
        "select order_id from service_origin where district_id = $1 and account_id = $2 and number = $3",
        params![district, account, number],
    )?
    .map(|row| row.get("order_id"))
    .transpose()
}

/// What a system sent, changed since a moment, the oldest change first: a page of 200 after the last id of
/// the page before.
pub fn changed(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    account: &AccountId,
    (since, after): (Instant, &str),
) -> Result<Vec<Foreign>, db::Error> {
    let rows = tx.query(
        "select o.*, g.number as foreign_number, g.kind as foreign_kind from service_origin g
         join service_order o on o.district_id = g.district_id and o.id = g.order_id
         where g.district_id = $1 and g.account_id = $2
             and (o.state_at > $3 or (o.state_at = $3 and o.id > $4))
         order by o.state_at, o.id limit 200",
        params![district, account, since, after],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Foreign {
                order: order(row)?,
                number: row.get("foreign_number")?,
                kind: row.get("foreign_kind")?,
            })
        })
        .collect()
}
