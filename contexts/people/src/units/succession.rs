//! What became of a unit, and why: the lines of its history.

use db::{Row, Tx, params};
use kernel::{Caller, Day, DistrictId, Instant, UnitId};

/// What happened to a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuccessionKind {
    /// It was entered.
    Create,
    /// It has another name from the day on.
    Rename,
    /// What was written wrongly was mended.
    Correct,
    /// It lies elsewhere in the tree from the day on.
    Move,
    /// It became part of its successor on the day.
    Merge,
    /// It ended on the day.
    Close,
    /// Its successor was taken out of it on the day.
    Split,
}

impl SuccessionKind {
    /// All.
    pub const ALL: [Self; 7] =
        [Self::Create, Self::Rename, Self::Correct, Self::Move, Self::Merge, Self::Close, Self::Split];

    /// The word in the store and, after `unit-change-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Rename => "rename",
            Self::Correct => "correct",
            Self::Move => "move",
            Self::Merge => "merge",
            Self::Close => "close",
            Self::Split => "split",
        }
    }

    /// The kind of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// One line of a unit's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// The unit that it happened to.
    pub unit: UnitId,
    /// What happened.
    pub kind: SuccessionKind,
    /// From which day.
    pub on: Day,
    /// The other unit of a merge or a split.
    pub successor: Option<UnitId>,
    /// Why, in the words of whoever entered it; may be empty.
    pub reason: String,
    /// Who entered it.
    pub by: String,
    /// When it was entered.
    pub at: Instant,
}

fn succession(row: &Row) -> Result<Succession, db::Error> {
    Ok(Succession {
        unit: row.get("unit_id")?,
        kind: row.parse("unit_succession", "kind", SuccessionKind::parse)?,
        on: row.get("on_day")?,
        successor: row.get("successor_id")?,
        reason: row.get("reason")?,
        by: row.get("account_name")?,
        at: row.get("recorded_at")?,
    })
}

/// What happened to a unit, and what others brought it (merged into it, split from another): the
/// newest first.
///
/// # Errors
/// As the database refuses.
pub fn successions(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
) -> Result<Vec<Succession>, db::Error> {
    let rows = tx.query(
        "select unit_id, kind, on_day, successor_id, reason, account_name, recorded_at
         from unit_succession
         where district_id = $1 and (unit_id = $2 or successor_id = $2)
         order by on_day desc, recorded_at desc, id desc",
        params![district, id],
    )?;
    rows.iter().map(succession).collect()
}

/// Notes what happened.
pub(crate) fn note(
    tx: &mut Tx<'_>,
    by: &Caller,
    unit: &UnitId,
    kind: SuccessionKind,
    on: Day,
    successor: Option<&UnitId>,
    reason: &str,
) -> Result<(), db::Error> {
    let id: String = by.id();
    tx.execute(
        "insert into unit_succession (district_id, id, unit_id, kind, on_day, successor_id, reason, account_name,
             recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![by.district(), id, unit, kind.code(), on, successor, reason, &by.actor.name, by.now()],
    )?;
    Ok(())
}
