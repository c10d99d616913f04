//! The whole content of a version, loaded and kept together.

use db::{Row, Tx, params};
use kernel::DistrictId;

use super::{doubt, item, target};
use crate::{Content, PlanId, Section, SectionKind};

fn section(row: &Row) -> Result<Section, db::Error> {
    Ok(Section {
        n: row.get("n")?,
        chapter: row.get("chapter")?,
        title: row.get("title")?,
        kind: row.parse("plan_section", "kind", SectionKind::parse)?,
        span: super::span(row)?,
    })
}

/// All that a version holds.
pub fn load_content(tx: &mut Tx<'_>, district: &DistrictId, plan: &PlanId) -> Result<Content, db::Error> {
    let doubts = doubt::list_doubts(tx, district, plan)?;
    Ok(Content { doubts, ..load_in_force(tx, district, plan)? })
}

/// What a version in force holds, without the doubts that were settled before.
pub fn load_in_force(tx: &mut Tx<'_>, district: &DistrictId, plan: &PlanId) -> Result<Content, db::Error> {
    Ok(Content {
        sections: list_sections(tx, district, plan)?,
        items: item::list_items(tx, district, plan)?,
        targets: target::list_targets(tx, district, plan)?,
        doubts: Vec::new(),
    })
}

fn list_sections(tx: &mut Tx<'_>, district: &DistrictId, plan: &PlanId) -> Result<Vec<Section>, db::Error> {
    let rows = tx.query(
        "select n, chapter, title, kind, span_from, span_to from plan_section
         where district_id = $1 and plan_id = $2 order by n",
        params![district, plan],
    )?;
    rows.iter().map(section).collect()
}

/// Keeps all that a new version holds.
pub fn insert_content(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    content: &Content,
) -> Result<(), db::Error> {
    for section in &content.sections {
        let (from, to) = super::ends(section.span);
        tx.execute(
            "insert into plan_section (district_id, plan_id, n, chapter, title, kind, span_from, span_to)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![
                district,
                plan,
                section.n,
                &section.chapter,
                &section.title,
                section.kind.code(),
                from,
                to
            ],
        )?;
    }
    for one in &content.items {
        item::insert_item(tx, district, plan, one)?;
    }
    for one in &content.targets {
        target::insert_target(tx, district, plan, one)?;
    }
    for one in &content.doubts {
        doubt::save_doubt(tx, district, plan, one)?;
    }
    Ok(())
}

/// Removes all that a draft holds.
pub fn delete_content(tx: &mut Tx<'_>, district: &DistrictId, plan: &PlanId) -> Result<(), db::Error> {
    tx.execute("delete from plan_doubt where district_id = $1 and plan_id = $2", params![district, plan])?;
    tx.execute("delete from plan_target where district_id = $1 and plan_id = $2", params![district, plan])?;
    tx.execute("delete from plan_duty where district_id = $1 and plan_id = $2", params![district, plan])?;
    tx.execute("delete from plan_item where district_id = $1 and plan_id = $2", params![district, plan])?;
    tx.execute("delete from plan_section where district_id = $1 and plan_id = $2", params![district, plan])?;
    Ok(())
}
