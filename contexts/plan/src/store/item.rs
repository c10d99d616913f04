//! Items of a version with their duties.

use std::collections::BTreeMap;

use db::{Row, Tx, params};
use kernel::{DistrictId, UnitId};

use crate::item::{item_kind, item_kind_code};
use evidence::DutyRole;

use crate::{Duty, Holder, Item, ItemId, PlanId};

const COLUMNS: &str = "id, n, chapter, section, kind, title, body, span_from, span_to";

fn item(row: &Row, duties: Vec<Duty>) -> Result<Item, db::Error> {
    Ok(Item {
        id: row.get("id")?,
        n: row.get("n")?,
        chapter: row.get("chapter")?,
        section: row.get("section")?,
        kind: row.parse("plan_item", "kind", item_kind)?,
        title: row.get("title")?,
        body: row.get("body")?,
        span: super::span(row)?,
        duties,
    })
}

fn duty(row: &Row) -> Result<Duty, db::Error> {
    let unit: Option<UnitId> = row.get("unit_id")?;
    let holder = match (row.get::<String>("standing")?.as_str(), unit) {
        ("matched", Some(unit)) => Holder::Unit(unit),
        ("unmatched", None) => Holder::Unmatched,
        ("text", None) => Holder::Text,
        _ => return Err(super::corrupt(row, "plan_duty", "standing")),
    };
    Ok(Duty { role: row.parse("plan_duty", "role", DutyRole::parse)?, name: row.get("name")?, holder })
}

/// Items in the order of their numbers, each with its duties.
pub fn list_items(tx: &mut Tx<'_>, district: &DistrictId, plan: &PlanId) -> Result<Vec<Item>, db::Error> {
    let mut duties: BTreeMap<String, Vec<Duty>> = BTreeMap::new();
    let rows = tx.query(
        "select item_id, role, name, standing, unit_id from plan_duty
         where district_id = $1 and plan_id = $2 order by item_id, n",
        params![district, plan],
    )?;
    for row in &rows {
        duties.entry(row.get("item_id")?).or_default().push(duty(row)?);
    }
    let sql =
        format!("select {COLUMNS} from plan_item where district_id = $1 and plan_id = $2 order by n, id");
    let rows = tx.query(&sql, params![district, plan])?;
    rows.iter()
        .map(|row| {
            let id: String = row.get("id")?;
            item(row, duties.remove(&id).unwrap_or_default())
        })
        .collect()
}

fn duties_of(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    id: &ItemId,
) -> Result<Vec<Duty>, db::Error> {
    let rows = tx.query(
        "select role, name, standing, unit_id from plan_duty
         where district_id = $1 and plan_id = $2 and item_id = $3 order by n",
        params![district, plan, id],
    )?;
    rows.iter().map(duty).collect()
}

/// One item.
pub fn find_item(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    id: &ItemId,
) -> Result<Option<Item>, db::Error> {
    let sql = format!("select {COLUMNS} from plan_item where district_id = $1 and plan_id = $2 and id = $3");
    let Some(row) = tx.find(&sql, params![district, plan, id])? else { return Ok(None) };
    let duties = duties_of(tx, district, plan, id)?;
    item(&row, duties).map(Some)
}

/// The item of a number.
pub fn item_by_number(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    n: i64,
) -> Result<Option<Item>, db::Error> {
    let row = tx.find(
        "select id from plan_item where district_id = $1 and plan_id = $2 and n = $3 order by id limit 1",
        params![district, plan, n],
    )?;
    let Some(row) = row else { return Ok(None) };
    let id: ItemId = row.get("id")?;
    find_item(tx, district, plan, &id)
}

/// Keeps a new item with its duties.
pub fn insert_item(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    item: &Item,
) -> Result<(), db::Error> {
    let (from, to) = super::ends(item.span);
    tx.execute(
        "insert into plan_item (district_id, plan_id, id, n, chapter, section, kind, title, body, span_from, span_to)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            district,
            plan,
            &item.id,
            item.n,
            &item.chapter,
            &item.section,
            item_kind_code(item.kind),
            &item.title,
            &item.body,
            from,
            to
        ],
    )?;
    insert_duties(tx, district, plan, item)
}

fn insert_duties(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    item: &Item,
) -> Result<(), db::Error> {
    for (n, duty) in (1i64..).zip(&item.duties) {
        tx.execute(
            "insert into plan_duty (district_id, plan_id, item_id, n, role, name, standing, unit_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![
                district,
                plan,
                &item.id,
                n,
                duty.role.code(),
                &duty.name,
                duty.holder.code(),
                duty.holder.unit()
            ],
        )?;
    }
    Ok(())
}

fn delete_duties(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    id: &ItemId,
) -> Result<(), db::Error> {
    tx.execute(
        "delete from plan_duty where district_id = $1 and plan_id = $2 and item_id = $3",
        params![district, plan, id],
    )?;
    Ok(())
}

/// Saves an item and its duties.
pub fn save_item(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    item: &Item,
) -> Result<(), db::Error> {
    let (from, to) = super::ends(item.span);
    tx.execute(
        "update plan_item set n = $4, chapter = $5, section = $6, kind = $7, title = $8, body = $9, span_from = $10,
             span_to = $11
         where district_id = $1 and plan_id = $2 and id = $3",
        params![
            district,
            plan,
            &item.id,
            item.n,
            &item.chapter,
            &item.section,
            item_kind_code(item.kind),
            &item.title,
            &item.body,
            from,
            to
        ],
    )?;
    delete_duties(tx, district, plan, &item.id)?;
    insert_duties(tx, district, plan, item)
}

/// Removes an item from a version, with its duties; targets and doubts that named it stay without it.
pub fn delete_item(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    id: &ItemId,
) -> Result<(), db::Error> {
    delete_duties(tx, district, plan, id)?;
    tx.execute(
        "update plan_target set item_id = null where district_id = $1 and plan_id = $2 and item_id = $3",
        params![district, plan, id],
    )?;
    tx.execute(
        "update plan_doubt set item_id = null where district_id = $1 and plan_id = $2 and item_id = $3",
        params![district, plan, id],
    )?;
    tx.execute(
        "delete from plan_item where district_id = $1 and plan_id = $2 and id = $3",
        params![district, plan, id],
    )?;
    Ok(())
}

/// The first free number of a version.
pub fn next_number(tx: &mut Tx<'_>, district: &DistrictId, plan: &PlanId) -> Result<i64, db::Error> {
    let row = tx.one(
        "select coalesce(max(n), 0) + 1 as n from plan_item where district_id = $1 and plan_id = $2",
        params![district, plan],
    )?;
    row.get("n")
}

/// Numbers the items anew without gaps, in the order in which they stand.
pub fn renumber(tx: &mut Tx<'_>, district: &DistrictId, plan: &PlanId) -> Result<(), db::Error> {
    let rows = tx.query(
        "select id, n from plan_item where district_id = $1 and plan_id = $2 order by n, span_from, id",
        params![district, plan],
    )?;
    for (n, row) in (1i64..).zip(&rows) {
        if row.get::<i64>("n")? != n {
            let id: ItemId = row.get("id")?;
            tx.execute(
                "update plan_item set n = $4 where district_id = $1 and plan_id = $2 and id = $3",
                params![district, plan, &id, n],
            )?;
        }
    }
    Ok(())
}

/// Names that mean no unit yet, and in how many items each stands.
pub fn unmatched_names(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
) -> Result<Vec<(String, i64)>, db::Error> {
    let rows = tx.query(
        "select name, count(distinct item_id) as n from plan_duty
         where district_id = $1 and plan_id = $2 and standing = 'unmatched' group by name order by name",
        params![district, plan],
    )?;
    rows.iter().map(|row| Ok((row.get("name")?, row.get("n")?))).collect()
}

/// Says what an unmatched name means, in all items of a version.
pub fn assign_name(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    name: &str,
    holder: &Holder,
) -> Result<u64, db::Error> {
    tx.execute(
        "update plan_duty set standing = $4, unit_id = $5
         where district_id = $1 and plan_id = $2 and name = $3 and standing = 'unmatched'",
        params![district, plan, name, holder.code(), holder.unit()],
    )
}
