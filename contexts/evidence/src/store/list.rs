//! The list of deliveries, and what waits for an account.

use std::collections::BTreeMap;

use db::{Row, Tx, Val, params};
use kernel::{AccountId, Day, DistrictId, Group, Instant, Reach, Refusal, UnitId};

use super::walk::Wanted;
use super::{Sql, corrupt, walk};
use crate::fact::Sums;
use crate::filter::Filter;
use crate::{DeliveryId, Kind, State};

/// Rows counted for the totals line at most; beyond it says "more than".
pub const COUNTED: i64 = 500;

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
    sql.push("select d.* from (", []);
    walk::union(&mut sql, district, reach, filter, (Wanted::Ids, limit.saturating_add(offset)));
    sql.push(
        ") u cross join evidence_delivery d
         where d.district_id = ? and d.id = u.id
         order by u.occurred_on desc, u.id desc limit ? offset ?",
        [district.into(), limit.into(), offset.into()],
    );
    let rows = tx.query(&sql.text, &sql.params)?;
    rows.iter().map(|row| Ok(line(row)?)).collect()
}

/// The sums of the list, or that there are more rows than are counted: then the sums say nothing. With a
/// group, its heads only.
pub fn sums(
    tx: &mut Tx,
    district: &DistrictId,
    reach: &Reach,
    filter: &Filter,
) -> Result<(Sums, bool), Refusal> {
    let mut sql = Sql::default();
    walk::is_long(&mut sql, district, reach, filter, COUNTED + 1);
    if tx.one(&sql.text, &sql.params)?.get::<i64>("more")? == 1 {
        return Ok((Sums::default(), true));
    }
    let mut sql = Sql::default();
    sql.push(
        "select count(*) as sessions, cast(coalesce(sum(heads), 0) as bigint) as person_times,
            cast(coalesce(sum(minutes), 0) as bigint) as minutes from (",
        [],
    );
    walk::union(&mut sql, district, reach, filter, (Wanted::Sums, COUNTED + 1));
    sql.push(") u", []);
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

/// What waits for this account, oldest first: submitted deliveries that it may verify; and how many
/// they are in all.
pub fn waiting(
    tx: &mut Tx,
    district: &DistrictId,
    reach: &Reach,
    account: &AccountId,
    limit: i64,
) -> Result<Counted<Line>, Refusal> {
    let mut sql = Sql::default();
    sql.push(
        "select *, count(*) over () as n_all from evidence_delivery where district_id = ? and state = 'submitted' and state <> 'verified'
            and recorded_by <> ? and submitted_by <> ?",
        [district.into(), account.into(), account.into()],
    );
    if let Reach::Units(units) = reach {
        let units: Vec<Val> = units.iter().map(Into::into).collect();
        if units.is_empty() {
            return Ok((Vec::new(), 0));
        }
        sql.push(" and host_id in ", []).rows([units]);
    }
    sql.push(" order by recorded_at, id limit ?", [limit.into()]);
    let rows = tx.query(&sql.text, &sql.params)?;
    counted(&rows, line)
}

/// The first of some rows, and how many there are in all.
pub type Counted<T> = (Vec<T>, i64);

/// The rows, with how many there were before the limit.
pub fn counted<T>(rows: &[Row], read: impl Fn(&Row) -> Result<T, db::Error>) -> Result<Counted<T>, Refusal> {
    let all = rows.first().map(|row| row.get("n_all")).transpose()?.unwrap_or(0);
    Ok((rows.iter().map(|row| Ok(read(row)?)).collect::<Result<_, Refusal>>()?, all))
}

/// What this account has begun or got back, oldest first; and how much that is in all.
pub fn unfinished(
    tx: &mut Tx,
    district: &DistrictId,
    account: &AccountId,
    limit: i64,
) -> Result<Counted<Line>, Refusal> {
    let rows = tx.query(
        "select *, count(*) over () as n_all from evidence_delivery
         where district_id = $1 and state in ('draft', 'returned') and state <> 'verified' and recorded_by = $2
         order by recorded_at, id limit $3",
        params![district, account, limit],
    )?;
    counted(&rows, line)
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

/// What was submitted and not yet verified, by purpose and year.
pub fn waiting_by_purpose(
    tx: &mut Tx,
    district: &DistrictId,
    (first, last): (&str, &str),
) -> Result<Vec<(String, String, Sums)>, Refusal> {
    // `state <> 'verified'` is there for the index of what is open, which has it as its condition.
    let rows = tx.query(
        "select l.key, substr(d.occurred_on, 1, 4) as year, count(*) as sessions,
            cast(sum(d.heads) as bigint) as person_times, cast(sum(d.minutes) as bigint) as minutes
         from evidence_delivery d
         join evidence_delivery_link l
            on l.district_id = d.district_id and l.delivery_id = d.id and l.kind = 'purpose'
         where d.district_id = $1 and d.state = 'submitted' and d.state <> 'verified'
            and d.occurred_on >= $2 and d.occurred_on <= $3
         group by l.key, substr(d.occurred_on, 1, 4)",
        params![district, first, last],
    )?;
    let read = |row: &Row| -> Result<_, db::Error> {
        let (sessions, person_times) = (row.get("sessions")?, row.get("person_times")?);
        let sums = Sums { sessions, person_times, minutes: row.get("minutes")? };
        Ok((row.get("key")?, row.get("year")?, sums))
    };
    rows.iter().map(|row| Ok(read(row)?)).collect()
}
