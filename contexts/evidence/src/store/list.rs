//! The list of deliveries: every filter walks an index of (filter, day).

use std::collections::BTreeMap;

use db::{Row, Tx, Val, params};
use kernel::{AccountId, Day, DistrictId, Group, Instant, Reach, Refusal, UnitId, search_key};

use super::{Sql, corrupt};
use crate::fact::Sums;
use crate::filter::Filter;
use crate::{DeliveryId, Kind, State};

/// Rows counted for the totals line at most; beyond it says "more than".
pub const COUNTED: i64 = 1_000;

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Id.
    pub id: DeliveryId,
    /// Title.
    pub title: String,
    /// Kind.
    pub kind: Kind,
    /// Day.
    pub on: Day,
    /// Minutes.
    pub minutes: i64,
    /// Town.
    pub town: UnitId,
    /// Host.
    pub host: UnitId,
    /// All heads.
    pub heads: i64,
    /// A code of [`State::CODES`].
    pub state: &'static str,
    /// Who recorded it.
    pub recorded_by: AccountId,
    /// Under which name.
    pub recorded_name: String,
    /// When.
    pub recorded_at: Instant,
    /// When it was handed to a second person.
    pub submitted_at: Option<Instant>,
    /// Why it was returned or withdrawn.
    pub reason: Option<String>,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

/// One page of the list, newest first.
pub fn page(
    tx: &mut Tx,
    district: &DistrictId,
    reach: &Reach,
    filter: &Filter,
    (limit, offset): (i64, i64),
) -> Result<Vec<Line>, Refusal> {
    let mut sql = Sql::default();
    sql.push("select d.* ", []);
    from_where(&mut sql, district, reach, filter);
    let on = if links(filter).is_empty() { "d" } else { "l0" };
    let id = if links(filter).is_empty() { "id" } else { "delivery_id" };
    sql.push(
        &format!(" order by {on}.occurred_on desc, {on}.{id} desc limit ? offset ?"),
        [limit.into(), offset.into()],
    );
    let rows = tx.query(&sql.text, &sql.params)?;
    rows.iter().map(|row| Ok(line(row)?)).collect()
}

/// The sums of the list, and whether there are more rows than were counted. With a group, its
/// heads only.
pub fn sums(
    tx: &mut Tx,
    district: &DistrictId,
    reach: &Reach,
    filter: &Filter,
) -> Result<(Sums, bool), Refusal> {
    let mut sql = Sql::default();
    let heads = match links(filter).iter().position(|(kind, _)| *kind == "group") {
        Some(place) => format!("l{place}.n"),
        None => "d.heads".to_owned(),
    };
    sql.push(
        &format!(
            "select count(*) as sessions, cast(coalesce(sum(heads), 0) as bigint) as person_times,
                cast(coalesce(sum(minutes), 0) as bigint) as minutes
             from (select {heads} as heads, d.minutes as minutes "
        ),
        [],
    );
    from_where(&mut sql, district, reach, filter);
    sql.push(" limit ?) as counted", [(COUNTED + 1).into()]);
    let row = tx.one(&sql.text, &sql.params)?;
    let read = |row: Row| -> Result<Sums, db::Error> {
        Ok(Sums {
            sessions: row.get("sessions")?,
            person_times: row.get("person_times")?,
            minutes: row.get("minutes")?,
        })
    };
    let sums = read(row)?;
    Ok((sums, sums.sessions > COUNTED))
}

/// The link kinds and keys that the filter asks for. The first drives the walk.
fn links(filter: &Filter) -> Vec<(&'static str, String)> {
    let unit = filter.unit.as_ref().zip(filter.part);
    [
        unit.map(|(unit, part)| (part.code(), unit.to_string())),
        filter.purpose.as_ref().map(|purpose| ("purpose", purpose.to_string())),
        filter.town.as_ref().map(|town| ("town", town.to_string())),
        filter.group.map(|group| ("group", group.code().to_owned())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn from_where(sql: &mut Sql, district: &DistrictId, reach: &Reach, filter: &Filter) {
    let links = links(filter);
    if links.is_empty() {
        sql.push("from evidence_delivery d", []);
    } else {
        sql.push("from evidence_delivery_link l0", []);
        for place in 1..links.len() {
            let join = format!(
                " join evidence_delivery_link l{place} on l{place}.district_id = l0.district_id
                    and l{place}.delivery_id = l0.delivery_id and l{place}.kind = ? and l{place}.key = ?"
            );
            let values = links.get(place).map(|(kind, key)| [Val::from(*kind), key.as_str().into()]);
            sql.push(&join, values.into_iter().flatten());
        }
        sql.push(" join evidence_delivery d on d.district_id = l0.district_id and d.id = l0.delivery_id", []);
    }
    match links.first() {
        None => sql.push(" where d.district_id = ?", [district.into()]),
        Some((kind, key)) => sql.push(
            " where l0.district_id = ? and l0.kind = ? and l0.key = ?",
            [district.into(), (*kind).into(), key.as_str().into()],
        ),
    };
    if let (Some(unit), None) = (&filter.unit, filter.part) {
        within(sql, district, ["organiser", "supporter"], [unit]);
    }
    if let Reach::Units(units) = reach {
        within(sql, district, ["organiser", "supporter", "town"], units);
    }
    let on = if links.is_empty() { "d" } else { "l0" };
    if let Some(from) = filter.from {
        sql.push(&format!(" and {on}.occurred_on >= ?"), [from.into()]);
    }
    if let Some(to) = filter.to {
        sql.push(&format!(" and {on}.occurred_on <= ?"), [to.into()]);
    }
    if let Some(kind) = filter.kind {
        sql.push(" and d.kind = ?", [kind.into()]);
    }
    if let Some(state) = filter.state {
        sql.push(" and d.state = ?", [state.into()]);
    }
    if !filter.text.is_empty() {
        let found = search_key(&filter.text).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        sql.push(" and d.search_key like ? escape '\\'", [format!("%{found}%").into()]);
    }
}

/// Only deliveries that one of these units has a part in.
fn within<'a, const N: usize>(
    sql: &mut Sql,
    district: &DistrictId,
    kinds: [&'static str; N],
    units: impl IntoIterator<Item = &'a UnitId>,
) {
    let units: Vec<Val> = units.into_iter().map(Into::into).collect();
    if units.is_empty() {
        sql.push(" and false", []);
        return;
    }
    sql.push(
        " and d.id in (select w.delivery_id from evidence_delivery_link w where w.district_id = ? and w.kind in ",
        [district.into()],
    );
    sql.rows([kinds.map(Into::into).to_vec()]).push(" and w.key in ", []).rows([units]).push(")", []);
}

/// What waits for this account, oldest first: submitted deliveries that it may verify.
pub fn waiting(
    tx: &mut Tx,
    district: &DistrictId,
    reach: &Reach,
    account: &AccountId,
    limit: i64,
) -> Result<Vec<Line>, Refusal> {
    let mut sql = Sql::default();
    sql.push(
        "select * from evidence_delivery where district_id = ? and state = 'submitted'
            and recorded_by <> ? and submitted_by <> ?",
        [district.into(), account.into(), account.into()],
    );
    if let Reach::Units(units) = reach {
        let units: Vec<Val> = units.iter().map(Into::into).collect();
        if units.is_empty() {
            return Ok(Vec::new());
        }
        sql.push(" and host_id in ", []).rows([units]);
    }
    sql.push(" order by recorded_at, id limit ?", [limit.into()]);
    let rows = tx.query(&sql.text, &sql.params)?;
    rows.iter().map(|row| Ok(line(row)?)).collect()
}

/// What this account has begun or got back, oldest first.
pub fn unfinished(
    tx: &mut Tx,
    district: &DistrictId,
    account: &AccountId,
    limit: i64,
) -> Result<Vec<Line>, Refusal> {
    let rows = tx.query(
        "select * from evidence_delivery
         where district_id = $1 and state in ('draft', 'returned') and recorded_by = $2
         order by recorded_at, id limit $3",
        params![district, account, limit],
    )?;
    rows.iter().map(|row| Ok(line(row)?)).collect()
}

fn line(row: &Row) -> Result<Line, db::Error> {
    let id: String = row.get("id")?;
    let state: String = row.get("state")?;
    let state = State::CODES.into_iter().find(|code| *code == state);
    Ok(Line {
        title: row.get("title")?,
        kind: row.parse("evidence_delivery", "kind", Kind::parse)?,
        on: row.get("occurred_on")?,
        minutes: row.get("minutes")?,
        town: row.get("town_id")?,
        host: row.get("host_id")?,
        heads: row.get("heads")?,
        state: state.ok_or_else(|| corrupt("evidence_delivery", &id, "state"))?,
        recorded_by: row.get("recorded_by")?,
        recorded_name: row.get("recorded_name")?,
        recorded_at: row.get("recorded_at")?,
        submitted_at: row.get("submitted_at")?,
        reason: row.get("closed_reason")?,
        is_demo: row.get("is_demo")?,
        id: id.into(),
    })
}

/// Heads by group of these deliveries, for files.
pub fn heads(
    tx: &mut Tx,
    district: &DistrictId,
    lines: &[Line],
) -> Result<BTreeMap<(DeliveryId, Group), i64>, Refusal> {
    let mut heads = BTreeMap::new();
    for part in lines.chunks(500) {
        let mut sql = Sql::default();
        sql.push(
            "select delivery_id, key, n from evidence_delivery_link
             where district_id = ? and kind = 'group' and delivery_id in ",
            [district.into()],
        );
        sql.rows([part.iter().map(|line| (&line.id).into()).collect()]);
        for row in tx.query(&sql.text, &sql.params)? {
            let group = row.parse("evidence_delivery_link", "key", Group::parse)?;
            heads.insert((row.get("delivery_id")?, group), row.get("n")?);
        }
    }
    Ok(heads)
}

/// What was submitted and not yet verified, by purpose.
pub fn waiting_by_purpose(
    tx: &mut Tx,
    district: &DistrictId,
    (first, last): (&str, &str),
) -> Result<Vec<(String, Sums)>, Refusal> {
    // `state <> 'verified'` is there for the index of what is open, which has it as its condition.
    let rows = tx.query(
        "select l.key, count(*) as sessions, cast(sum(d.heads) as bigint) as person_times,
            cast(sum(d.minutes) as bigint) as minutes
         from evidence_delivery d
         join evidence_delivery_link l
            on l.district_id = d.district_id and l.delivery_id = d.id and l.kind = 'purpose'
         where d.district_id = $1 and d.state = 'submitted' and d.state <> 'verified'
            and d.occurred_on >= $2 and d.occurred_on <= $3
         group by l.key",
        params![district, first, last],
    )?;
    let read = |row: &Row| -> Result<(String, Sums), db::Error> {
        let (sessions, person_times) = (row.get("sessions")?, row.get("person_times")?);
        Ok((row.get("key")?, Sums { sessions, person_times, minutes: row.get("minutes")? }))
    };
    rows.iter().map(|row| Ok(read(row)?)).collect()
}
