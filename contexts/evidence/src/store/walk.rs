//! How the list of deliveries is walked: newest first along an index that fits the filter, so that
//! a page costs its lines and not the table.
//!
//! A walk starts from the links of one key, from the days, or from the searched texts. A reach of
//! a few units is walked unit by unit: the newest of all are among the newest of each. `cross
//! join` keeps SQLite in the order written here; PostgreSQL plans by its own statistics.

use db::Val;
use kernel::{DistrictId, Reach, UnitId, search_key};

use super::Sql;
use crate::filter::Filter;

/// A reach of more units than this is checked line by line.
const MOST_UNITS: usize = 20;

/// Where a walk starts.
enum Start {
    /// From the links of a kind and key.
    Link(&'static str, String),
    /// From the days.
    Days,
    /// From the texts that are searched.
    Text,
}

/// What a walk gives of each delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// `id, occurred_on`: from the index alone, where the filter lets it.
    Ids,
    /// Also `heads, minutes`.
    Sums,
}

/// The walks whose union, newest first, is the filtered list: each a select of at most `limit` lines.
pub(super) fn union(
    sql: &mut Sql,
    district: &DistrictId,
    reach: &Reach,
    filter: &Filter,
    (wanted, limit): (Wanted, i64),
) {
    let starts = starts(reach, filter);
    // a reach of no unit
    if starts.is_empty() {
        sql.push("select id, occurred_on, heads, minutes from evidence_delivery where 1 = 0", []);
        return;
    }
    let walks_reach = walks_reach(reach, filter);
    for (n, start) in starts.iter().enumerate() {
        if n > 0 {
            sql.push(" union ", []);
        }
        sql.push("select * from (", []);
        let checked = if walks_reach { &Reach::All } else { reach };
        walk(sql, district, (start, checked), filter, (wanted, limit));
        sql.push(&format!(") b{n}"), []);
    }
}

/// Asks whether one of the walks alone has `limit` lines: 1 or 0 as `more`. They are asked one after
/// the other, until one has, and from their indexes, so that a long list is known as such for little.
pub(super) fn is_long(sql: &mut Sql, district: &DistrictId, reach: &Reach, filter: &Filter, limit: i64) {
    let checked = if walks_reach(reach, filter) { &Reach::All } else { reach };
    // the first is for a reach of no unit
    sql.push("select case when 1 = 0 then 1", []);
    for (n, start) in starts(reach, filter).iter().enumerate() {
        sql.push(" when (select count(*) from (", []);
        walk(sql, district, (start, checked), filter, (Wanted::Ids, limit));
        sql.push(&format!(") b{n}) >= ? then 1"), [limit.into()]);
    }
    sql.push(" else 0 end as more", []);
}

/// Whether the walks start from the units of the reach.
fn walks_reach(reach: &Reach, filter: &Filter) -> bool {
    let few = matches!(reach, Reach::Units(units) if units.len() <= MOST_UNITS);
    few && filter.unit.is_none() && !open(filter) && filter.text.is_empty()
}

/// Deliveries in these states are few, and their index knows them.
fn open(filter: &Filter) -> bool {
    filter.state.is_some_and(|state| state != "verified")
}

fn starts(reach: &Reach, filter: &Filter) -> Vec<Start> {
    if open(filter) {
        return vec![Start::Days];
    }
    if !filter.text.is_empty() {
        return vec![Start::Text];
    }
    if let (true, Reach::Units(units)) = (walks_reach(reach, filter), reach) {
        let kinds = |unit: &UnitId| {
            ["organiser", "supporter", "town"].map(|kind| Start::Link(kind, unit.to_string()))
        };
        return units.iter().flat_map(kinds).collect();
    }
    if let (Some(unit), None) = (&filter.unit, filter.part) {
        return ["organiser", "supporter"].map(|kind| Start::Link(kind, unit.to_string())).into();
    }
    let first = links(filter).into_iter().next();
    vec![first.map_or(Start::Days, |(kind, key)| Start::Link(kind, key))]
}

/// The link kinds and keys that the filter asks for.
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

fn walk(
    sql: &mut Sql,
    district: &DistrictId,
    (start, reach): (&Start, &Reach),
    filter: &Filter,
    (wanted, limit): (Wanted, i64),
) {
    let (id, on, table) = match start {
        Start::Link(..) => ("l.delivery_id", "l.occurred_on", "evidence_delivery_link l"),
        Start::Days => ("d.id", "d.occurred_on", "evidence_delivery d"),
        Start::Text => ("t.id", "t.occurred_on", "evidence_delivery t"),
    };
    let started = |link: &(&'static str, String)| matches!(start, Start::Link(kind, key) if *kind == link.0 && *key == link.1);
    let (first, others): (Vec<_>, Vec<_>) = links(filter).into_iter().partition(started);
    sql.push(&format!("select {id} as id, {on} as occurred_on"), []);
    if wanted == Wanted::Sums {
        // of a group only its own heads are summed
        let heads = match others.iter().position(|(kind, _)| *kind == "group") {
            Some(n) => format!("f{n}.n"),
            None if first.iter().any(|(kind, _)| *kind == "group") => "l.n".to_owned(),
            None => "d.heads".to_owned(),
        };
        if filter.groups.is_empty() {
            sql.push(&format!(", {heads} as heads, d.minutes as minutes"), []);
        } else {
            sql.push(
                &format!(
                    ", (select cast(coalesce(sum(g.n), 0) as bigint) from evidence_delivery_link g
                        where g.district_id = ? and g.delivery_id = {id} and g.kind = 'group' and g.key in "
                ),
                [district.into()],
            );
            sql.rows([groups(filter)]).push(") as heads, d.minutes as minutes", []);
        }
    }
    sql.push(&format!(" from {table}"), []);
    for n in 0..others.len() {
        sql.push(&format!(" cross join evidence_delivery_link f{n}"), []);
    }
    let joins = !matches!(start, Start::Days) && (wanted == Wanted::Sums || asks_delivery(filter, start));
    if joins {
        sql.push(" cross join evidence_delivery d", []);
    }
    match start {
        Start::Days => sql.push(" where d.district_id = ?", [district.into()]),
        Start::Link(kind, key) => sql.push(
            " where l.district_id = ? and l.kind = ? and l.key = ?",
            [district.into(), (*kind).into(), key.as_str().into()],
        ),
        Start::Text => sql.push(
            " where t.district_id = ? and t.search_key like ? escape '\\'",
            [district.into(), pattern(&filter.text).into()],
        ),
    };
    if joins {
        sql.push(&format!(" and d.district_id = ? and d.id = {id}"), [district.into()]);
    }
    for (n, (kind, key)) in others.iter().enumerate() {
        sql.push(
            &format!(
                " and f{n}.district_id = ? and f{n}.delivery_id = {id} and f{n}.kind = ? and f{n}.key = ?"
            ),
            [district.into(), (*kind).into(), key.as_str().into()],
        );
    }
    narrow(sql, on, filter, matches!(start, Start::Text));
    narrow_by_rule(sql, (district, id), filter);
    if let (Some(unit), None, false) = (&filter.unit, filter.part, matches!(start, Start::Link(..))) {
        within(sql, district, id, ["organiser", "supporter"], [unit]);
    }
    if let Reach::Units(units) = reach {
        within(sql, district, id, ["organiser", "supporter", "town"], units);
    }
    sql.push(&format!(" order by {on} desc, {id} desc limit ?"), [limit.into()]);
}

/// Whether the filter asks for what only the delivery itself knows.
fn asks_delivery(filter: &Filter, start: &Start) -> bool {
    let text = !filter.text.is_empty() && !matches!(start, Start::Text);
    let of_rules = !filter.kinds.is_empty() || !filter.topics.is_empty() || filter.place.is_some();
    filter.kind.is_some() || filter.state.is_some() || text || of_rules
}

/// The parts of the filter that the delivery itself answers.
fn narrow(sql: &mut Sql, on: &str, filter: &Filter, text_done: bool) {
    if let Some(from) = filter.from {
        sql.push(&format!(" and {on} >= ?"), [from.into()]);
    }
    if let Some(to) = filter.to {
        sql.push(&format!(" and {on} <= ?"), [to.into()]);
    }
    if let Some(kind) = filter.kind {
        sql.push(" and d.kind = ?", [kind.into()]);
    }
    if let Some(state) = filter.state {
        sql.push(" and d.state = ?", [state.into()]);
        if open(filter) {
            // says to SQLite that the index of open ones has them all
            sql.push(" and d.state <> 'verified'", []);
        }
    }
    if !filter.text.is_empty() && !text_done {
        sql.push(" and d.search_key like ? escape '\\'", [pattern(&filter.text).into()]);
    }
}

/// The parts of the filter that only rules ask for.
fn narrow_by_rule(sql: &mut Sql, (district, id): (&DistrictId, &str), filter: &Filter) {
    if !filter.kinds.is_empty() {
        sql.push(" and d.kind in ", []).rows([filter.kinds.iter().map(|kind| (*kind).into()).collect()]);
    }
    if let Some(place) = &filter.place {
        sql.push(" and d.place_id = ?", [place.into()]);
    }
    for (n, word) in filter.topics.iter().enumerate() {
        let open = if n == 0 { " and (" } else { " or " };
        sql.push(&format!("{open}d.search_key like ? escape '\\'"), [pattern(word).into()]);
    }
    if !filter.topics.is_empty() {
        sql.push(")", []);
    }
    if !filter.groups.is_empty() {
        sql.push(
            &format!(
                " and exists (select 1 from evidence_delivery_link g
                    where g.district_id = ? and g.delivery_id = {id} and g.kind = 'group' and g.key in "
            ),
            [district.into()],
        );
        sql.rows([groups(filter)]).push(")", []);
    }
}

fn groups(filter: &Filter) -> Vec<Val> {
    filter.groups.iter().map(|group| group.code().into()).collect()
}

/// What a text is searched by.
fn pattern(text: &str) -> String {
    let found = search_key(text).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{found}%")
}

/// Only deliveries in which one of these units has a part.
fn within<'a, const N: usize>(
    sql: &mut Sql,
    district: &DistrictId,
    id: &str,
    kinds: [&'static str; N],
    units: impl IntoIterator<Item = &'a UnitId>,
) {
    let units: Vec<Val> = units.into_iter().map(Into::into).collect();
    if units.is_empty() {
        sql.push(" and 1 = 0", []);
        return;
    }
    sql.push(
        &format!(
            " and exists (select 1 from evidence_delivery_link w
                where w.district_id = ? and w.delivery_id = {id} and w.kind in "
        ),
        [district.into()],
    );
    sql.rows([kinds.map(Into::into).to_vec()]).push(" and w.key in ", []).rows([units]).push(")", []);
}
