//! Facts: appended, never changed.

use std::collections::{BTreeMap, BTreeSet};

use db::{Row, Tx, Val, params};
use kernel::{Day, DistrictId, Group, Refusal};

use super::{Sql, corrupt};
use crate::fact::{Fact, Footprint, Quantity};
use crate::{DeliveryId, Kind};

const TABLE: &str = "evidence_fact";

/// Places that one act takes in the order of facts; a delivery leaves at most eight.
const PLACES: i64 = 16;

/// The first place of a new act: one draw gives room for all facts of one delivery.
pub fn next_place(tx: &mut Tx) -> Result<i64, Refusal> {
    Ok(tx.next("evidence_fact")? * PLACES)
}

/// The place that stands for the act of a fact.
pub const fn place_of(seq: i64) -> i64 {
    seq - seq.rem_euclid(PLACES)
}

/// Appends facts.
pub fn append(tx: &mut Tx, district: &DistrictId, facts: &[Fact]) -> Result<(), Refusal> {
    let rows: Vec<_> = facts.iter().map(|fact| values(district, fact)).collect();
    tx.execute_each(
        "insert into evidence_fact (district_id, seq, source_id, kind, occurred_on, month, host_id, town_id,
            organisers, supporters, purposes, quantity, group_code, n, rule_version, recorded_by, recorded_at,
            reverses, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        &rows,
    )?;
    Ok(())
}

fn values(district: &DistrictId, fact: &Fact) -> [Val; 19] {
    [
        district.into(),
        fact.seq.into(),
        (&fact.source).into(),
        fact.kind.into(),
        fact.on.into(),
        fact.on.month_text().into(),
        (&fact.host).into(),
        (&fact.town).into(),
        joined(&fact.organisers).into(),
        joined(&fact.supporters).into(),
        joined(&fact.purposes).into(),
        fact.quantity.into(),
        fact.group.map_or("", Group::code).into(),
        fact.n.into(),
        fact.rule_version.into(),
        (&fact.by).into(),
        fact.at.into(),
        fact.reverses.as_ref().map(|(seq, _)| *seq).into(),
        fact.reverses.as_ref().map(|(_, reason)| reason.as_str()).into(),
    ]
}

fn joined<T: Clone + Into<String>>(ids: &BTreeSet<T>) -> String {
    let ids: Vec<String> = ids.iter().cloned().map(T::into).collect();
    ids.join(" ")
}

fn parted<T: From<String> + Ord>(ids: &str) -> BTreeSet<T> {
    ids.split_whitespace().map(|id| T::from(id.to_owned())).collect()
}

/// The facts of a delivery, in order.
pub fn list(tx: &mut Tx, district: &DistrictId, source: &DeliveryId) -> Result<Vec<Fact>, Refusal> {
    let rows = tx.query(
        "select f.* from evidence_fact s
         join evidence_fact f on f.district_id = s.district_id and f.seq >= s.seq and f.seq < s.seq + $3
         where s.district_id = $1 and s.source_id = $2 and s.quantity = 'session' order by f.seq",
        params![district, source, PLACES - 1],
    )?;
    rows.iter().map(|row| Ok(fact(row)?)).collect()
}

/// The facts of some deliveries, those of each together and in order.
pub fn of_deliveries<'a>(
    tx: &mut Tx,
    district: &DistrictId,
    sources: impl Iterator<Item = &'a DeliveryId>,
) -> Result<Vec<Fact>, Refusal> {
    let mut sql = Sql::default();
    sql.push(
        "select f.* from evidence_fact s
         join evidence_fact f on f.district_id = s.district_id and f.seq >= s.seq and f.seq < s.seq + ?
         where s.district_id = ? and s.quantity = 'session' and s.source_id in ",
        [(PLACES - 1).into(), district.into()],
    );
    sql.rows([sources.map(Into::into).collect()]).push(" order by f.source_id, f.seq", []);
    let rows = tx.query(&sql.text, &sql.params)?;
    rows.iter().map(|row| Ok(fact(row)?)).collect()
}

/// Facts from the place `from` on, at most `limit`. The last act of a full page may be cut.
pub fn page(tx: &mut Tx, district: &DistrictId, from: i64, limit: i64) -> Result<Vec<Fact>, Refusal> {
    let rows = tx.query(
        "select * from evidence_fact where district_id = $1 and seq >= $2 order by seq limit $3",
        params![district, from, limit],
    )?;
    rows.iter().map(|row| Ok(fact(row)?)).collect()
}

/// What of a fact moves totals: read by the million.
pub struct Brief {
    /// Its place.
    pub seq: i64,
    /// Month, town, organisers, supporters and purposes as they are stored, a line each: facts alike in
    /// them move the same cells.
    pub footprint: String,
    /// What is counted.
    pub quantity: Quantity,
    /// Whom.
    pub group: Option<Group>,
    /// How many.
    pub n: i64,
}

/// As [`page`], in brief.
pub fn page_in_brief(
    tx: &mut Tx,
    district: &DistrictId,
    from: i64,
    limit: i64,
) -> Result<Vec<Brief>, Refusal> {
    // one text for all that stays as it is: each column of a row costs
    let rows = tx.query(
        "select seq, n, quantity || '/' || group_code as counted,
            substr(occurred_on, 1, 7) || '\n' || town_id || '\n' || organisers || '\n' || supporters || '\n' || purposes
                as footprint
         from evidence_fact where district_id = $1 and seq >= $2 order by seq limit $3",
        params![district, from, limit],
    )?;
    rows.into_iter().map(|row| Ok(brief(row)?)).collect()
}

/// What [`Brief::footprint`] says.
pub fn footprint(text: &str) -> Result<Footprint<'_>, db::Error> {
    let mut lines = text.split('\n');
    let mut next = || lines.next().ok_or_else(|| corrupt(TABLE, text, "organisers"));
    let ids = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    Ok(Footprint {
        month: next()?,
        town: next()?,
        organisers: ids(next()?),
        supporters: ids(next()?),
        purposes: ids(next()?),
    })
}

fn brief(row: Row) -> Result<Brief, db::Error> {
    let bad = || corrupt(TABLE, "?", "seq");
    let Ok([Val::Int(seq), Val::Int(n), Val::Text(counted), Val::Text(footprint)]) =
        <[Val; 4]>::try_from(row.into_vals())
    else {
        return Err(bad());
    };
    let (quantity, group) = counted.split_once('/').unwrap_or((&counted, ""));
    let quantity = Quantity::parse(quantity).ok_or_else(|| corrupt(TABLE, &seq.to_string(), "quantity"))?;
    Ok(Brief { seq, n, quantity, group: group_of(seq, group)?, footprint })
}

fn group_of(seq: i64, code: &str) -> Result<Option<Group>, db::Error> {
    match code {
        "" => Ok(None),
        code => Group::parse(code).map(Some).ok_or_else(|| corrupt(TABLE, &seq.to_string(), "group_code")),
    }
}

/// The acts at these places; what is gone is absent.
pub fn acts(tx: &mut Tx, district: &DistrictId, places: &[i64]) -> Result<BTreeMap<i64, Vec<Fact>>, Refusal> {
    let mut acts: BTreeMap<i64, Vec<Fact>> = places.iter().map(|place| (*place, Vec::new())).collect();
    let (Some((first, _)), Some((last, _))) = (acts.first_key_value(), acts.last_key_value()) else {
        return Ok(acts);
    };
    // acts that stand close together are read in one walk, stragglers one by one
    let (first, last) = (*first, *last);
    let close = (last - first) / PLACES < 4 * i64::try_from(acts.len()).unwrap_or(i64::MAX);
    let walks = if close { vec![(first, last)] } else { acts.keys().map(|place| (*place, *place)).collect() };
    for (from, to) in walks {
        let rows = tx.query(
            "select * from evidence_fact where district_id = $1 and seq >= $2 and seq < $3 order by seq",
            params![district, from, to + PLACES],
        )?;
        for row in &rows {
            let fact = fact(row)?;
            if let Some(act) = acts.get_mut(&place_of(fact.seq)) {
                act.push(fact);
            }
        }
    }
    acts.retain(|_, act| !act.is_empty());
    Ok(acts)
}

/// How many facts there are.
pub fn count(tx: &mut Tx, district: &DistrictId) -> Result<usize, Refusal> {
    let row = tx.one("select count(*) as n from evidence_fact where district_id = $1", params![district])?;
    Ok(row.get("n")?)
}

/// Places of acts beyond `after`, in order.
pub fn list_places(tx: &mut Tx, district: &DistrictId, after: i64, limit: i64) -> Result<Vec<i64>, Refusal> {
    let rows = tx.query(
        "select distinct seq - seq % $4 as place from evidence_fact
         where district_id = $1 and seq >= $2 order by place limit $3",
        params![district, after.saturating_add(PLACES), limit, PLACES],
    )?;
    rows.iter().map(|row| Ok(row.get("place")?)).collect()
}

fn fact(row: &Row) -> Result<Fact, db::Error> {
    let seq: i64 = row.get("seq")?;
    let group: String = row.get("group_code")?;
    let quantity: String = row.get("quantity")?;
    let reverses: Option<i64> = row.get("reverses")?;
    let reason: Option<String> = row.get("reason")?;
    let bad = |column| corrupt(TABLE, &seq.to_string(), column);
    let on: Day = row.get("occurred_on")?;
    // Lists and totals compare these texts, so they stand as they were written, not merely legible.
    for (column, written) in [("occurred_on", on.to_string()), ("month", on.month_text())] {
        if row.get::<String>(column)? != written {
            return Err(bad(column));
        }
    }
    Ok(Fact {
        seq,
        source: row.get("source_id")?,
        kind: row.parse(TABLE, "kind", Kind::parse)?,
        on,
        host: row.get("host_id")?,
        town: row.get("town_id")?,
        organisers: parted(&row.get::<String>("organisers")?),
        supporters: parted(&row.get::<String>("supporters")?),
        purposes: parted(&row.get::<String>("purposes")?),
        quantity: Quantity::parse(&quantity).ok_or_else(|| bad("quantity"))?,
        group: group_of(seq, &group)?,
        n: row.get("n")?,
        rule_version: row.get("rule_version")?,
        by: row.get("recorded_by")?,
        at: row.get("recorded_at")?,
        reverses: reverses.zip(reason),
    })
}
