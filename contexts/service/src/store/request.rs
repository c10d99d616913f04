//! Orders as other systems ask for them: by number, service, span and whether they are over.

use db::{Tx, Val};
use kernel::{DistrictId, Instant, Year};

use super::order::order;
use crate::order::Order;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// These numbers, whenever they were sent; empty for all.
    pub numbers: Vec<(Year, i64)>,
    /// Of this resource, or `need` for none.
    pub service: Option<String>,
    /// Whether they are still open.
    pub open: Option<bool>,
    /// Sent in this span.
    pub span: (Instant, Instant),
    /// So many at most.
    pub limit: i64,
    /// After so many.
    pub offset: i64,
}

/// The orders, the newest first.
///
/// # Errors
/// As the database refuses.
pub fn list(tx: &mut Tx<'_>, district: &DistrictId, asked: &Asked) -> Result<Vec<Order>, db::Error> {
    let mut params: Vec<Val> = vec![district.into()];
    let mut put = |value: Val| {
        params.push(value);
        format!("${}", params.len())
    };
    let mut sql =
        "select o.* from service_order o where o.district_id = $1 and o.state <> 'draft'".to_owned();
    if asked.numbers.is_empty() {
        let (from, to) = (put(asked.span.0.into()), put(asked.span.1.into()));
        sql.push_str(&format!(" and o.submitted_at >= {from} and o.submitted_at <= {to}"));
    } else {
        let each = asked.numbers.iter().map(|(year, n)| {
            let (year, n) = (put((*year).into()), put((*n).into()));
            format!("(o.year = {year} and o.n = {n})")
        });
        let each: Vec<String> = each.collect();
        sql.push_str(&format!(" and ({})", each.join(" or ")));
    }
    match asked.service.as_deref() {
        None => {}
        Some(crate::open311::NEED) => sql.push_str(" and o.resource_id is null"),
        Some(code) => sql.push_str(&format!(" and o.resource_id = {}", put(code.into()))),
    }
    match asked.open {
        None => {}
        Some(true) => sql.push_str(" and o.ended_at is null"),
        Some(false) => sql.push_str(" and o.ended_at is not null"),
    }
    let (limit, offset) = (put(asked.limit.into()), put(asked.offset.into()));
    sql.push_str(&format!(" order by o.submitted_at desc, o.id limit {limit} offset {offset}"));
    tx.query(&sql, &params)?.iter().map(order).collect()
}

/// A step of an order.
#[derive(Clone, Debug)]
pub struct Updated {
    /// The order's number.
    pub number: String,
    /// Which step of it.
    pub n: i64,
    /// After `service-step-` the key of what was done.
    pub step: String,
    /// When.
    pub at: Instant,
    /// Whether the order is over by now.
    pub is_over: bool,
}

/// Steps of a span, the oldest first, a thousand at most.
///
/// # Errors
/// As the database refuses.
pub fn updates(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (from, to): (Instant, Instant),
) -> Result<Vec<Updated>, db::Error> {
    let rows = tx.query(
        "select o.year, o.n as number, s.n, s.step, s.at, o.ended_at from service_step s
         join service_order o on o.district_id = s.district_id and o.id = s.order_id
         where s.district_id = $1 and s.at >= $2 and s.at <= $3 and s.step <> 'contact'
         order by s.at, s.order_id, s.n limit 1000",
        db::params![district, from, to],
    )?;
    rows.iter()
        .map(|row| {
            let (year, n): (Year, i64) = (row.get("year")?, row.get("number")?);
            Ok(Updated {
                number: format!("{year}-{n:04}"),
                n: row.get("n")?,
                step: row.get("step")?,
                at: row.get("at")?,
                is_over: row.get::<Option<Instant>>("ended_at")?.is_some(),
            })
        })
        .collect()
}
