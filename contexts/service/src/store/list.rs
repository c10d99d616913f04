//! Lists of orders: filtered, and what waits.

use db::{Tx, Val};
use kernel::{Day, DistrictId, Reach, UnitId};

use super::order::order;
use crate::order::{Order, OrderId, State};

/// Which orders. Everything absent means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this town.
    pub town: Option<UnitId>,
    /// In which this unit has a part.
    pub unit: Option<UnitId>,
    /// One of [`Filter::GROUPS`], or of [`State::CODES`].
    pub state: Option<&'static str>,
    /// Of which topic.
    pub topic: Option<String>,
    /// The number, as `2025-17` or `17`.
    pub number: Option<i64>,
    /// Sent in this month, `2025-11`.
    pub month: Option<(kernel::Instant, kernel::Instant)>,
}

impl Filter {
    /// Open, late, due today, answered by the resident who was asked, fitting into a visit with others,
    /// ended, and those that found nobody.
    pub const GROUPS: [&'static str; 7] = ["open", "late", "today", "answered", "fits", "ended", "unmet"];

    /// What may stand for a state in the address.
    pub fn states() -> impl Iterator<Item = &'static str> {
        Self::GROUPS.into_iter().chain(State::CODES.into_iter().filter(|code| *code != "draft"))
    }
}

/// The condition and its parameters; `None` when nothing can be within reach.
fn condition(
    district: &DistrictId,
    reach: &Reach,
    (filter, fitting): (&Filter, &[OrderId]),
    today: Day,
) -> Option<(String, Vec<Val>)> {
    let mut params: Vec<Val> = vec![district.into()];
    let mut text = " where o.district_id = $1 and o.state <> 'draft'".to_owned();
    let mut put = |value: Val| {
        params.push(value);
        format!("${}", params.len())
    };
    if let Some(town) = &filter.town {
        text.push_str(&format!(" and o.town_id = {}", put(town.into())));
    }
    if let Some(topic) = &filter.topic {
        text.push_str(&format!(" and o.topic = {}", put(topic.into())));
    }
    if let Some(n) = filter.number {
        text.push_str(&format!(" and o.n = {}", put(n.into())));
    }
    if let Some((from, to)) = filter.month {
        let (from, to) = (put(from.into()), put(to.into()));
        text.push_str(&format!(" and o.submitted_at >= {from} and o.submitted_at < {to}"));
    }
    match filter.state {
        None => {}
        Some("open") => text.push_str(" and o.ended_at is null"),
        Some("ended") => text.push_str(" and o.ended_at is not null"),
        Some("unmet") => text.push_str(" and o.state in ('refused', 'passed_on')"),
        Some("late") => {
            text.push_str(
                " and o.state in ('submitted', 'dispatched', 'claimed', 'recruiting', 'accepted', 'scheduled',
                 'in_delivery') and o.due_on < ",
            );
            text.push_str(&put(today.into()));
        }
        Some("today") => {
            text.push_str(
                " and o.state in ('submitted', 'dispatched', 'claimed', 'recruiting', 'accepted', 'scheduled',
                 'in_delivery') and o.due_on = ",
            );
            text.push_str(&put(today.into()));
        }
        Some("answered") => text.push_str(
            " and o.state = 'submitted' and exists (select 1 from service_step s
                 where s.district_id = o.district_id and s.order_id = o.id and s.step = 'answer'
                 and s.at >= o.state_at)",
        ),
        Some("fits") if fitting.is_empty() => return None,
        Some("fits") => {
            let marks: Vec<String> = fitting.iter().map(|id| put(id.into())).collect();
            text.push_str(&format!(" and o.id in ({})", marks.join(", ")));
        }
        // What goes with another is written as merged without an end.
        Some("joined") => text.push_str(" and o.state = 'merged' and o.ended_at is null"),
        Some("merged") => text.push_str(" and o.state = 'merged' and o.ended_at is not null"),
        Some(state) => text.push_str(&format!(" and o.state = {}", put(state.into()))),
    }
    let mut with_part = |units: Vec<&UnitId>| {
        let marks: Vec<String> = units.into_iter().map(|unit| put(unit.into())).collect();
        text.push_str(" and o.id in (select p.order_id from service_party p where p.district_id = $1 and ");
        text.push_str(&format!("p.unit_id in ({}))", marks.join(", ")));
    };
    if let Some(unit) = &filter.unit {
        with_part(vec![unit]);
    }
    if let Reach::Units(units) = reach {
        if units.is_empty() {
            return None;
        }
        with_part(units.iter().collect());
    }
    Some((text, params))
}

/// Which orders a list of those that fit together is about; empty for any other list.
fn fitting(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (reach, filter): (&Reach, &Filter),
) -> Result<Vec<OrderId>, db::Error> {
    if filter.state == Some("fits") {
        return Ok(super::batch::fitting(tx, district, reach)?.into_keys().collect());
    }
    Ok(Vec::new())
}

/// Orders within reach: the open ones first, the oldest clock first.
pub fn page(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (reach, filter): (&Reach, &Filter),
    today: Day,
    (limit, offset): (i64, i64),
) -> Result<Vec<Order>, db::Error> {
    let fitting = fitting(tx, district, (reach, filter))?;
    let Some((condition, mut params)) = condition(district, reach, (filter, &fitting), today) else {
        return Ok(Vec::new());
    };
    let mut sql = "select o.* from service_order o".to_owned();
    sql.push_str(&condition);
    sql.push_str(" order by case when o.ended_at is null then 0 else 1 end, o.due_on nulls last, o.id desc");
    let next = params.len() + 1;
    sql.push_str(&format!(" limit ${next} offset ${}", next + 1));
    params.extend([limit.into(), offset.into()]);
    tx.query(&sql, &params)?.iter().map(order).collect()
}

/// How many there are.
pub fn count(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (reach, filter): (&Reach, &Filter),
    today: Day,
) -> Result<i64, db::Error> {
    let fitting = fitting(tx, district, (reach, filter))?;
    let Some((condition, params)) = condition(district, reach, (filter, &fitting), today) else {
        return Ok(0);
    };
    let mut sql = "select count(*) as n from service_order o".to_owned();
    sql.push_str(&condition);
    tx.one(&sql, &params)?.get("n")
}

/// Open orders in which one of these units has this part; `offered` also counts those it was only asked for.
pub fn waiting(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (part, party_state): (&str, &str),
    reach: &Reach,
    limit: i64,
) -> Result<Vec<Order>, db::Error> {
    let mut params: Vec<Val> = vec![district.into(), part.into(), party_state.into()];
    let mut sql = "select o.* from service_party p
         join service_order o on o.district_id = p.district_id and o.id = p.order_id
         where p.district_id = $1 and p.part = $2 and p.state = $3 and o.ended_at is null
             and o.state not in ('draft', 'merged')"
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
        sql.push_str(&format!(" and p.unit_id in ({})", marks.join(", ")));
    }
    params.push(limit.into());
    sql.push_str(&format!(" order by o.due_on nulls last, o.id limit ${}", params.len()));
    tx.query(&sql, &params)?.iter().map(order).collect()
}

/// Orders whose staff let the day pass.
pub fn late(tx: &mut Tx<'_>, district: &DistrictId, today: Day) -> Result<Vec<Order>, db::Error> {
    let rows = tx.query(
        "select * from service_order where district_id = $1 and due_on < $2
             and state in ('submitted', 'dispatched', 'claimed', 'recruiting', 'accepted', 'scheduled',
                 'in_delivery')
         order by due_on, id limit 500",
        db::params![district, today],
    )?;
    rows.iter().map(order).collect()
}

/// Orders whose resident was silent until the day passed.
pub fn silent(tx: &mut Tx<'_>, district: &DistrictId, today: Day) -> Result<Vec<Order>, db::Error> {
    let rows = tx.query(
        "select * from service_order where district_id = $1 and due_on < $2
             and state in ('awaiting', 'feedback') order by due_on, id limit 500",
        db::params![district, today],
    )?;
    rows.iter().map(order).collect()
}

/// Orders of the same number, or of the same town and topic, that the community could merge with one.
pub fn alike(tx: &mut Tx<'_>, district: &DistrictId, one: &Order) -> Result<Vec<Order>, db::Error> {
    let rows = tx.query(
        "select * from service_order where district_id = $1 and id <> $2 and ended_at is null
             and state in ('submitted', 'dispatched', 'claimed', 'recruiting', 'accepted', 'scheduled')
             and community_id = $3 and (topic = $4 or phone_mac = $5)
         order by submitted_at limit 10",
        db::params![district, &one.id, &one.want.community, &one.want.topic, &one.phone_mac],
    )?;
    rows.iter().map(order).collect()
}
