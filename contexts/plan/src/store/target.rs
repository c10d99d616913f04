//! Targets of a version, and the paths that people entered for them.

use std::collections::BTreeMap;

use db::{Row, Tx, params};
use evidence::{Kind, Tally};
use kernel::{Caller, DistrictId, Group, Year};
use rust_decimal::Decimal;

use crate::target::{Counting, Path, Promise, Step, TargetState, comparator, form, form_code, target_kind};
use crate::{PlanId, Target, TargetId};

const COLUMNS: &str = "id, n, code, item_id, section, kind, form, subject, comparator, target_value, unit, per, due,
    approximate, scope, strength, tally, delivery_kind, audience, sentence, span_from, span_to, state, confirmed_by, confirmed_at";

fn target(row: &Row) -> Result<Target, db::Error> {
    let corrupt = |column| super::corrupt(row, "plan_target", column);
    let value: Option<String> = row.get("target_value")?;
    let value = value.map(|text| text.parse::<Decimal>().map_err(|_| corrupt("target_value"))).transpose()?;
    let state = match row.get::<String>("state")?.as_str() {
        "proposed" => TargetState::Proposed,
        "confirmed" => {
            let who = super::who(row, "confirmed_by", "confirmed_at")?;
            let (by, at) = who.ok_or_else(|| corrupt("confirmed_by"))?;
            TargetState::Confirmed { by, at }
        }
        _ => return Err(corrupt("state")),
    };
    Ok(Target {
        id: row.get("id")?,
        n: row.get("n")?,
        code: row.get("code")?,
        item: row.get("item_id")?,
        section: row.get("section")?,
        promise: Promise {
            kind: row.parse("plan_target", "kind", target_kind)?,
            form: row.parse("plan_target", "form", form)?,
            subject: row.get("subject")?,
            comparator: row.parse("plan_target", "comparator", comparator)?,
            value,
            unit: row.get("unit")?,
            per: row.get("per")?,
            due: row.get("due")?,
            approximate: row.get("approximate")?,
            scope: row.get("scope")?,
            strength: row.get("strength")?,
            counting: Counting {
                tally: row.parse("plan_target", "tally", Tally::parse)?,
                kind: optional(row, "delivery_kind", Kind::parse)?,
                group: optional(row, "audience", Group::parse)?,
            },
        },
        sentence: row.get("sentence")?,
        span: super::span(row)?,
        state,
    })
}

fn optional<T>(
    row: &Row,
    column: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, db::Error> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| parse(&text).ok_or_else(|| super::corrupt(row, "plan_target", column))).transpose()
}

/// Targets in their order.
pub fn list_targets(tx: &mut Tx<'_>, district: &DistrictId, plan: &PlanId) -> Result<Vec<Target>, db::Error> {
    let sql =
        format!("select {COLUMNS} from plan_target where district_id = $1 and plan_id = $2 order by n, id");
    tx.query(&sql, params![district, plan])?.iter().map(target).collect()
}

/// One target.
pub fn find_target(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    id: &TargetId,
) -> Result<Option<Target>, db::Error> {
    let sql =
        format!("select {COLUMNS} from plan_target where district_id = $1 and plan_id = $2 and id = $3");
    tx.find(&sql, params![district, plan, id])?.as_ref().map(target).transpose()
}

/// Keeps a new target.
pub fn insert_target(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    target: &Target,
) -> Result<(), db::Error> {
    tx.execute(
        "insert into plan_target (district_id, plan_id, id, n, code, section, kind, form, subject, comparator,
             target_value, unit, per, due, scope, strength, tally, sentence, state)
         values ($1, $2, $3, $4, $5, $6, 'counted', 'level', '', '=', '0', '', '', '', '', '', 'sessions', $7,
             'proposed')",
        params![district, plan, &target.id, target.n, &target.code, &target.section, &target.sentence],
    )?;
    save_target(tx, district, plan, target)
}

/// Saves a target.
pub fn save_target(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    target: &Target,
) -> Result<(), db::Error> {
    let promise = &target.promise;
    let (from, to) = super::ends(target.span);
    let (by, at) = match &target.state {
        TargetState::Proposed => (None, None),
        TargetState::Confirmed { by, at } => (Some(by), Some(*at)),
    };
    tx.execute(
        "update plan_target set item_id = $4, kind = $5, form = $6, subject = $7, comparator = $8, target_value = $9,
             unit = $10, per = $11, due = $12, approximate = $13, scope = $14, strength = $15, span_from = $16,
             span_to = $17, state = $18, confirmed_by = $19, confirmed_at = $20,
             tally = $21, delivery_kind = $22, audience = $23
         where district_id = $1 and plan_id = $2 and id = $3",
        params![
            district,
            plan,
            &target.id,
            target.item.as_ref(),
            promise.kind.code(),
            form_code(promise.form),
            &promise.subject,
            promise.comparator.code(),
            promise.value.map(|value| value.to_string()),
            &promise.unit,
            &promise.per,
            &promise.due,
            promise.approximate,
            &promise.scope,
            &promise.strength,
            from,
            to,
            target.state.code(),
            by,
            at,
            promise.counting.tally.code(),
            promise.counting.kind.map(Kind::code),
            promise.counting.group.map(Group::code)
        ],
    )?;
    Ok(())
}

/// Removes a target; doubts that named it stay without it.
pub fn delete_target(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    plan: &PlanId,
    id: &TargetId,
) -> Result<(), db::Error> {
    tx.execute(
        "update plan_doubt set target_id = null where district_id = $1 and plan_id = $2 and target_id = $3",
        params![district, plan, id],
    )?;
    tx.execute(
        "delete from plan_target where district_id = $1 and plan_id = $2 and id = $3",
        params![district, plan, id],
    )?;
    Ok(())
}

/// The paths that people entered, by target.
pub fn list_paths(tx: &mut Tx<'_>, district: &DistrictId) -> Result<BTreeMap<TargetId, Path>, db::Error> {
    let rows = tx.query(
        "select target_id, year, planned_value, source from plan_trajectory where district_id = $1",
        params![district],
    )?;
    let mut paths: BTreeMap<TargetId, Path> = BTreeMap::new();
    for row in &rows {
        let value: String = row.get("planned_value")?;
        let value = value.parse().map_err(|_| super::corrupt(row, "plan_trajectory", "planned_value"))?;
        let step = Step { value, source: row.get("source")? };
        paths.entry(row.get("target_id")?).or_default().insert(row.get("year")?, step);
    }
    Ok(paths)
}

/// Replaces the path of a target.
pub fn save_path(tx: &mut Tx<'_>, by: &Caller, id: &TargetId, path: &Path) -> Result<(), db::Error> {
    tx.execute(
        "delete from plan_trajectory where district_id = $1 and target_id = $2",
        params![by.district(), id],
    )?;
    for (year, step) in path {
        let year: Year = *year;
        tx.execute(
            "insert into plan_trajectory (district_id, target_id, year, planned_value, source, entered_by, entered_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            params![
                by.district(),
                id,
                i64::from(year),
                step.value.to_string(),
                &step.source,
                by.actor.account.as_ref().map(ToString::to_string).unwrap_or_default(),
                by.now()
            ],
        )?;
    }
    Ok(())
}
