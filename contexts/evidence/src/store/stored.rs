//! Rows that go from hand to hand: who took which step is in columns of its own, a change names the
//! version that it was made on, and a list holds what the actor reaches.

use db::{Row, Tx, Val};
use kernel::{AccountId, DistrictId, Instant, Problem, Reach, Refusal};

use super::Sql;
use crate::{Life, Stamp};

/// The columns of a step: who, under which name, when.
pub(crate) type Step = [&'static str; 3];

pub(crate) const RECORDED: Step = ["recorded_by", "recorded_name", "recorded_at"];
pub(crate) const SUBMITTED: Step = ["submitted_by", "submitted_name", "submitted_at"];
pub(crate) const VERIFIED: Step = ["verified_by", "verified_name", "verified_at"];
pub(crate) const CLOSED: Step = ["closed_by", "closed_name", "closed_at"];
const CONFIRMED: Step = ["confirmed_by", "confirmed_name", "confirmed_at"];

/// An impossible row.
pub(crate) fn corrupt(table: &'static str, row: &str, column: &'static str) -> db::Error {
    db::Error::Corrupt { table: table.into(), row: row.into(), column: column.into() }
}

/// A row that is being read.
pub(crate) struct Stored<'a> {
    row: &'a Row,
    table: &'static str,
    /// Its id.
    pub id: String,
}

impl<'a> Stored<'a> {
    pub fn new(row: &'a Row, table: &'static str) -> Result<Self, db::Error> {
        Ok(Self { row, table, id: row.get("id")? })
    }

    /// The stamp of a step; `None` when nobody took it.
    pub fn stamp(&self, [by, name, at]: Step) -> Result<Option<Stamp>, db::Error> {
        let by: Option<AccountId> = self.row.get(by)?;
        let at: Option<Instant> = self.row.get(at)?;
        let name: Option<String> = self.row.get(name)?;
        Ok(by.zip(at).map(|(by, at)| Stamp { by, name: name.unwrap_or_default(), at }))
    }

    /// The stamp of a step that the row's state says was taken.
    pub fn taken(&self, step: Step) -> Result<Stamp, db::Error> {
        let [by, ..] = step;
        self.stamp(step)?.ok_or_else(|| self.bad(by))
    }

    /// Why it was closed.
    pub fn reason(&self) -> Result<String, db::Error> {
        self.row.get::<Option<String>>("closed_reason")?.ok_or_else(|| self.bad("closed_reason"))
    }

    /// The life of what a second person confirms; `first` is what waiting is called in the store.
    pub fn life(&self, first: &str) -> Result<Life, db::Error> {
        match self.row.get::<String>("state")?.as_str() {
            state if state == first => Ok(Life::Waiting),
            "confirmed" => Ok(Life::Confirmed { confirmed: self.taken(CONFIRMED)? }),
            "withdrawn" => Ok(Life::Withdrawn {
                confirmed: self.stamp(CONFIRMED)?,
                withdrawn: self.taken(CLOSED)?,
                reason: self.reason()?,
            }),
            _ => Err(self.bad("state")),
        }
    }

    /// An impossible value in a column.
    pub fn bad(&self, column: &'static str) -> db::Error {
        corrupt(self.table, &self.id, column)
    }
}

/// The three values of a stamp, or three nulls.
pub(crate) fn stamp_values(stamp: Option<&Stamp>) -> [Val; 3] {
    [
        stamp.map(|stamp| stamp.by.as_str()).into(),
        stamp.map(|stamp| stamp.name.as_str()).into(),
        stamp.map(|stamp| stamp.at).into(),
    ]
}

/// Saves a step if nobody wrote since version `seen`. In `update`, $1 to $3 are district, id and the
/// version seen, $4 to $6 state, next version and reason; the stamps follow, three places each, then
/// `more`.
pub(crate) fn save_step(
    tx: &mut Tx,
    update: &'static str,
    (district, id, seen): (&DistrictId, &str, i64),
    (state, reason): (&str, Option<&str>),
    stamps: &[Option<&Stamp>],
    more: impl IntoIterator<Item = Val>,
) -> Result<(), Refusal> {
    let row: [Val; 6] =
        [district.into(), id.into(), seen.into(), state.into(), (seen + 1).into(), reason.into()];
    let stamps = stamps.iter().flat_map(|stamp| stamp_values(*stamp));
    let params: Vec<Val> = row.into_iter().chain(stamps).chain(more).collect();
    unchanged_since(tx.execute(update, &params)?)
}

/// Saves a step of what a second person confirms, as [`save_step`]: the stamps of whoever confirmed it and
/// of whoever withdrew it follow in that order.
pub(crate) fn save_life(
    tx: &mut Tx,
    update: &'static str,
    at: (&DistrictId, &str, i64),
    (life, code): (&Life, &str),
) -> Result<(), Refusal> {
    let (confirmed, closed, reason) = match life {
        Life::Waiting => (None, None, None),
        Life::Confirmed { confirmed } => (Some(confirmed), None, None),
        Life::Withdrawn { confirmed, withdrawn, reason } => {
            (confirmed.as_ref(), Some(withdrawn), Some(reason.as_str()))
        }
    };
    save_step(tx, update, at, (code, reason), &[confirmed, closed], [])
}

/// Refuses when a save found the row changed.
pub(crate) fn unchanged_since(rows: u64) -> Result<(), Refusal> {
    if rows == 1 { Ok(()) } else { Err(Refusal::Conflict(Problem::new("evidence-changed-meanwhile"))) }
}

/// Keeps a statement to the units within reach; false when there are none.
pub(crate) fn within(sql: &mut Sql, reach: &Reach) -> bool {
    let Reach::Units(units) = reach else { return true };
    if !units.is_empty() {
        sql.push(" and unit_id in ", []).rows([units.iter().map(Into::into).collect()]);
    }
    !units.is_empty()
}

/// What waits for this account, oldest first: id, what it is called, since when; `select` gives them
/// the names `called` and `since`, and takes the district as $1 and the account as $2.
pub(crate) fn waiting<T: From<String>>(
    tx: &mut Tx,
    select: &'static str,
    (district, account): (&DistrictId, &AccountId),
    reach: &Reach,
    limit: i64,
) -> Result<super::list::Counted<(T, String, Instant)>, Refusal> {
    let mut sql = Sql { text: select.to_owned(), params: vec![district.into(), account.into()] };
    if !within(&mut sql, reach) {
        return Ok((Vec::new(), 0));
    }
    sql.push(" order by since, id limit ?", [limit.into()]);
    let rows = tx.query(&sql.text, &sql.params)?;
    let read = |row: &Row| -> Result<_, db::Error> {
        Ok((T::from(row.get::<String>("id")?), row.get("called")?, row.get("since")?))
    };
    super::list::counted(&rows, read)
}
