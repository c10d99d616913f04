//! Rules of counted indicators.

use std::collections::{BTreeMap, BTreeSet};

use db::{Row, Tx, Val, params};
use kernel::{Day, DistrictId, Group, Refusal};

use super::stored::{Stored, save_step, stamp_values};
use super::{Sql, corrupt};
use crate::indicator::Tally;
use crate::rule::{Conditions, Rule, RuleState, Told};
use crate::{DeliveryId, IndicatorId, Kind, Part, PurposeId, RuleId, Stamp};

const TABLE: &str = "evidence_rule";
const MADE: super::stored::Step = ["made_by", "made_name", "made_at"];
const PUT: super::stored::Step = ["put_by", "put_name", "put_at"];

/// Inserts a new one; false when its number was taken meanwhile.
pub fn insert(tx: &mut Tx, district: &DistrictId, rule: &Rule) -> Result<bool, Refusal> {
    let told = &rule.conditions;
    let codes = |codes: Vec<&'static str>| codes.join(" ");
    let text = |id: Option<&str>| id.unwrap_or_default().to_owned();
    let [made_by, made_name, made_at] = stamp_values(Some(&rule.made));
    let [put_by, put_name, put_at] = stamp_values(put(&rule.state));
    let rows = tx.execute(
        "insert into evidence_rule (district_id, id, indicator_id, n, state, version, is_ready, purpose_id,
            kinds, group_codes, topics, unit_id, unit_role, town_id, place_id, quantity, valid_from, valid_to,
            why, made_by, made_name, made_at, put_by, put_name, put_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
            $21, $22, $23, $24, $25)
         on conflict (district_id, indicator_id, n) do nothing",
        params![
            district,
            &rule.id,
            &rule.indicator,
            rule.n,
            rule.state.code(),
            rule.version,
            rule.is_ready,
            text(told.purpose.as_ref().map(PurposeId::as_str)),
            codes(told.kinds.iter().map(|kind| kind.code()).collect()),
            codes(told.groups.iter().map(|group| group.code()).collect()),
            told.topics.iter().map(String::as_str).collect::<Vec<_>>().join("\n"),
            text(told.unit.as_ref().map(|(unit, _)| unit.as_str())),
            told.unit.as_ref().map_or("", |(_, part)| part.code()),
            text(told.town.as_ref().map(kernel::UnitId::as_str)),
            text(told.place.as_ref().map(kernel::UnitId::as_str)),
            rule.tally.code(),
            rule.from,
            rule.to,
            &rule.why,
            made_by,
            made_name,
            made_at,
            put_by,
            put_name,
            put_at
        ],
    )?;
    Ok(rows == 1)
}

const fn put(state: &RuleState) -> Option<&Stamp> {
    match state {
        RuleState::Draft => None,
        RuleState::InForce { put } | RuleState::Superseded { put, .. } => Some(put),
    }
}

/// Writes state and days if nobody wrote since `seen`.
pub fn save(tx: &mut Tx, district: &DistrictId, rule: &Rule, seen: i64) -> Result<(), Refusal> {
    let by = match &rule.state {
        RuleState::Draft | RuleState::InForce { .. } => None,
        RuleState::Superseded { by, .. } => Some(*by),
    };
    save_step(
        tx,
        "update evidence_rule set state = $4, version = $5, why = coalesce($6, why), put_by = $7,
            put_name = $8, put_at = $9, valid_to = $10, superseded_by = $11
         where district_id = $1 and id = $2 and version = $3",
        (district, rule.id.as_str(), seen),
        (rule.state.code(), Some(&rule.why)),
        &[put(&rule.state)],
        [rule.to.into(), by.into()],
    )
}

/// Throws a draft away; false when it is none any more.
pub fn discard(tx: &mut Tx, district: &DistrictId, (id, seen): (&RuleId, i64)) -> Result<bool, Refusal> {
    let rows = tx.execute(
        "delete from evidence_rule where district_id = $1 and id = $2 and version = $3 and state = 'draft'",
        params![district, id, seen],
    )?;
    Ok(rows == 1)
}

/// The rule with this id.
pub fn find(tx: &mut Tx, district: &DistrictId, id: &RuleId) -> Result<Option<Rule>, Refusal> {
    let row =
        tx.find("select * from evidence_rule where district_id = $1 and id = $2", params![district, id])?;
    row.map(|row| Ok(rule(&row)?)).transpose()
}

/// The versions of an indicator, oldest first.
pub fn list_of(tx: &mut Tx, district: &DistrictId, indicator: &IndicatorId) -> Result<Vec<Rule>, Refusal> {
    let rows = tx.query(
        "select * from evidence_rule where district_id = $1 and indicator_id = $2 order by n",
        params![district, indicator],
    )?;
    rows.iter().map(|row| Ok(rule(row)?)).collect()
}

/// The versions of all indicators, oldest first.
pub fn list(tx: &mut Tx, district: &DistrictId) -> Result<BTreeMap<IndicatorId, Vec<Rule>>, Refusal> {
    let rows =
        tx.query("select * from evidence_rule where district_id = $1 order by n", params![district])?;
    let mut all: BTreeMap<IndicatorId, Vec<Rule>> = BTreeMap::new();
    for row in &rows {
        let rule = rule(row)?;
        all.entry(rule.indicator.clone()).or_default().push(rule);
    }
    Ok(all)
}

/// Those that a delivery for `purposes` on a day can move. One whose indicator is being counted anew is left
/// out while the walk is still to come to that delivery.
pub fn list_counting<'a>(
    tx: &mut Tx,
    district: &DistrictId,
    purposes: impl Iterator<Item = &'a str>,
    (on, id): (Day, &DeliveryId),
) -> Result<Vec<Rule>, Refusal> {
    let mut sql = Sql::default();
    sql.push(
        "select r.* from evidence_rule r
         join evidence_indicator i on i.district_id = r.district_id and i.id = r.indicator_id
         where r.district_id = ? and r.state <> 'draft' and i.retired = false and r.valid_from <= ?
            and r.valid_to >= ? and not exists (select 1 from evidence_recount c
                where c.district_id = r.district_id and c.indicator_id = r.indicator_id
                    and (c.after_on, c.after_id) < (?, ?))
            and r.purpose_id in ",
        [district.into(), on.into(), on.into(), on.into(), id.into()],
    );
    sql.rows([std::iter::once("").chain(purposes).map(Into::into).collect()]);
    let rows = tx.query(&sql.text, &sql.params)?;
    rows.iter().map(|row| Ok(rule(row)?)).collect()
}

/// What rules may ask of these deliveries that their facts do not hold.
pub fn told<'a>(
    tx: &mut Tx,
    district: &DistrictId,
    ids: impl IntoIterator<Item = &'a DeliveryId>,
) -> Result<BTreeMap<DeliveryId, Told>, Refusal> {
    let ids: BTreeSet<&DeliveryId> = ids.into_iter().collect();
    let ids: Vec<Val> = ids.into_iter().map(Into::into).collect();
    let mut told = BTreeMap::new();
    for part in ids.chunks(500) {
        let mut sql = Sql::default();
        sql.push(
            "select id, search_key, place_id from evidence_delivery where district_id = ? and id in ",
            [district.into()],
        );
        sql.rows([part.to_vec()]);
        for row in tx.query(&sql.text, &sql.params)? {
            let one = Told { search_key: row.get("search_key")?, place: row.get("place_id")? };
            told.insert(row.get("id")?, one);
        }
    }
    Ok(told)
}

fn rule(row: &Row) -> Result<Rule, db::Error> {
    let stored = Stored::new(row, TABLE)?;
    let text = |column| row.get::<String>(column);
    let some = |column| text(column).map(|id| Some(id).filter(|id| !id.is_empty()));
    let state = match text("state")?.as_str() {
        "draft" => RuleState::Draft,
        "in_force" => RuleState::InForce { put: stored.taken(PUT)? },
        "superseded" => {
            let by: Option<i64> = row.get("superseded_by")?;
            RuleState::Superseded {
                put: stored.taken(PUT)?,
                by: by.ok_or_else(|| stored.bad("superseded_by"))?,
            }
        }
        _ => return Err(stored.bad("state")),
    };
    let unit = match (some("unit_id")?, text("unit_role")?.as_str()) {
        (None, _) => None,
        (Some(unit), role) => Some((unit.into(), Part::parse(role).ok_or_else(|| stored.bad("unit_role"))?)),
    };
    let conditions = Conditions {
        purpose: some("purpose_id")?.map(Into::into),
        kinds: codes(&text("kinds")?, Kind::parse).ok_or_else(|| stored.bad("kinds"))?,
        groups: codes(&text("group_codes")?, Group::parse).ok_or_else(|| stored.bad("group_codes"))?,
        topics: text("topics")?.lines().map(str::to_owned).collect(),
        unit,
        town: some("town_id")?.map(Into::into),
        place: some("place_id")?.map(Into::into),
    };
    let tally = Tally::parse(&text("quantity")?);
    Ok(Rule {
        indicator: row.get("indicator_id")?,
        n: row.get("n")?,
        conditions,
        tally: tally.ok_or_else(|| corrupt(TABLE, &stored.id, "quantity"))?,
        from: row.get("valid_from")?,
        to: row.get("valid_to")?,
        why: text("why")?,
        is_ready: row.get("is_ready")?,
        made: stored.taken(MADE)?,
        state,
        version: row.get("version")?,
        id: stored.id.into(),
    })
}

/// Codes parted by spaces; `None` when one is unknown.
fn codes<T: Ord>(text: &str, parse: fn(&str) -> Option<T>) -> Option<BTreeSet<T>> {
    text.split_whitespace().map(parse).collect()
}
