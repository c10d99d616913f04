//! The SQL of call-backs.

use db::{Row, Tx, Val, params};
use kernel::{AccountId, DistrictId, Instant, Reach, Refusal, UnitId, Year};

use super::estimate::Call;
use super::rules::{Candidate, Size};
use super::{Answer, Assigned, Callback, CallbackId, Contact, Outcome, Source, State};
use crate::store::list::Counted;
use crate::store::{Sql, corrupt};
use crate::{DeliveryId, Stamp};

const TABLE: &str = "evidence_callback";

/// The verified deliveries of a month, `2025-09`, in the order of their ids.
pub fn candidates(tx: &mut Tx, district: &DistrictId, month: &str) -> Result<Vec<Candidate>, Refusal> {
    let rows = tx.query(
        "select id, host_id, heads from evidence_delivery
         where district_id = $1 and occurred_on >= $2 and occurred_on <= $3 and state = 'verified' order by id",
        params![district, format!("{month}-01"), format!("{month}-31")],
    )?;
    rows.iter().map(|row| Ok(candidate(row)?)).collect()
}

/// Those of some ids, however they stand now.
pub fn candidates_of(tx: &mut Tx, district: &DistrictId, ids: &[&str]) -> Result<Vec<Candidate>, Refusal> {
    let mut all = Vec::new();
    for part in ids.chunks(500) {
        let mut sql = Sql::default();
        sql.push(
            "select id, host_id, heads from evidence_delivery where district_id = ? and id in ",
            [district.into()],
        );
        sql.rows([part.iter().map(|id| (*id).into()).collect()]);
        for row in tx.query(&sql.text, &sql.params)? {
            all.push(candidate(&row)?);
        }
    }
    Ok(all)
}

fn candidate(row: &Row) -> Result<Candidate, db::Error> {
    Ok(Candidate {
        delivery: row.get::<String>("id")?.into(),
        unit: row.get("host_id")?,
        heads: row.get("heads")?,
    })
}

/// A month's draw as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// `2025-09`.
    pub month: String,
    /// The seed.
    pub seed: i64,
    /// The size.
    pub size: Size,
    /// How many were drawn.
    pub n: i64,
    /// The ids it was drawn from, parted by spaces.
    pub frame: String,
    /// Who drew; empty for the schedule.
    pub name: String,
    /// When.
    pub at: Instant,
}

/// Keeps a draw; says whether the month had none.
pub fn insert_draw(tx: &mut Tx, district: &DistrictId, draw: &Draw) -> Result<bool, Refusal> {
    let n = tx.execute(
        "insert into evidence_callback_draw (district_id, month, seed, percent, least, most, n_drawn, frame,
            drawn_name, drawn_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (district_id, month) do nothing",
        params![
            district, &draw.month, draw.seed, draw.size.percent, draw.size.least, draw.size.most, draw.n,
            &draw.frame, &draw.name, draw.at
        ],
    )?;
    Ok(n == 1)
}

/// The draws, the newest month first.
pub fn draws(tx: &mut Tx, district: &DistrictId, limit: i64) -> Result<Vec<Draw>, Refusal> {
    let rows = tx.query(
        "select * from evidence_callback_draw where district_id = $1 order by month desc limit $2",
        params![district, limit],
    )?;
    let read = |row: &Row| -> Result<Draw, db::Error> {
        Ok(Draw {
            month: row.get("month")?,
            seed: row.get("seed")?,
            size: Size { percent: row.get("percent")?, least: row.get("least")?, most: row.get("most")? },
            n: row.get("n_drawn")?,
            frame: row.get("frame")?,
            name: row.get("drawn_name")?,
            at: row.get("drawn_at")?,
        })
    };
    rows.iter().map(|row| Ok(read(row)?)).collect()
}

/// Inserts call-backs that were just drawn.
pub fn insert(tx: &mut Tx, district: &DistrictId, all: &[Callback]) -> Result<(), Refusal> {
    let rows: Vec<[Val; 8]> = all
        .iter()
        .map(|one| {
            [
                district.into(),
                (&one.id).into(),
                one.month.as_str().into(),
                (&one.delivery).into(),
                (&one.unit).into(),
                one.stratum.into(),
                one.reported.into(),
                one.drawn_at.into(),
            ]
        })
        .collect();
    tx.execute_each(
        "insert into evidence_callback (district_id, id, month, delivery_id, unit_id, n_stratum, reported, state,
            version, drawn_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'drawn', 1, $8)
         on conflict (district_id, delivery_id) do nothing",
        &rows,
    )?;
    Ok(())
}

/// The call-back of an id.
pub fn find(tx: &mut Tx, district: &DistrictId, id: &CallbackId) -> Result<Option<Callback>, Refusal> {
    let row =
        tx.find("select * from evidence_callback where district_id = $1 and id = $2", params![district, id])?;
    Ok(row.as_ref().map(callback).transpose()?)
}

/// Writes where it stands, if nobody did since version `seen`.
pub fn save(tx: &mut Tx, district: &DistrictId, one: &Callback, seen: i64) -> Result<(), Refusal> {
    let (assigned, answered) = match &one.state {
        State::Drawn => (None, None),
        State::Assigned(assigned) => (Some(assigned), None),
        State::Answered { by, answer, answered } => (Some(by), Some((answer, answered))),
    };
    let (clear, veiled) = match &one.contact {
        Contact::None => (None, None),
        Contact::Veiled(veiled) => (None, Some(veiled.as_slice())),
        Contact::Clear(told) => (Some(told.as_str()), None),
    };
    let n = tx.execute(
        "update evidence_callback set state = $4, version = $5, caller_unit_id = $6, contact = $7, contact_veiled = $18,
            assigned_by = $8, assigned_name = $9, assigned_at = $10, outcome = $11, heard = $12, source = $13,
            note = $14, answered_by = $15, answered_name = $16, answered_at = $17
         where district_id = $1 and id = $2 and version = $3",
        params![
            district,
            &one.id,
            seen,
            one.state.code(),
            seen + 1,
            assigned.map(|by| by.unit.as_str()),
            clear,
            assigned.map(|by| by.assigned.by.as_str()),
            assigned.map(|by| by.assigned.name.as_str()),
            assigned.map(|by| by.assigned.at),
            answered.map(|(answer, _)| answer.outcome.code()),
            answered.and_then(|(answer, _)| answer.heard),
            answered.and_then(|(answer, _)| answer.source.map(Source::code)),
            answered.map(|(answer, _)| answer.note.as_str()),
            answered.map(|(_, stamp)| stamp.by.as_str()),
            answered.map(|(_, stamp)| stamp.name.as_str()),
            answered.map(|(_, stamp)| stamp.at),
            veiled
        ],
    )?;
    crate::actions::unchanged(i64::from(n == 1), 1)
}

/// Erases whom to call: of what was answered before one moment, and assigned before another.
pub fn erase_contacts(
    tx: &mut Tx,
    district: &DistrictId,
    (answered, assigned): (Instant, Instant),
) -> Result<u64, Refusal> {
    Ok(tx.execute(
        "update evidence_callback set contact = null, contact_veiled = null
         where district_id = $1 and (contact is not null or contact_veiled is not null)
            and ((state = 'answered' and answered_at < $2) or (state <> 'answered' and assigned_at < $3))",
        params![district, answered, assigned],
    )?)
}

/// What the list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// In this state, one of [`State::CODES`].
    pub state: Option<&'static str>,
    /// Of this month, `2025-09`; any when empty.
    pub month: String,
    /// Of this host.
    pub unit: Option<UnitId>,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The call-back.
    pub callback: Callback,
    /// The delivery's title.
    pub title: String,
    /// Its day.
    pub on: kernel::Day,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

/// A page of those that the reader runs (all) or that their units call, the newest month first.
pub fn list(
    tx: &mut Tx,
    district: &DistrictId,
    callers: &Reach,
    asked: &Asked,
    (limit, offset): (i64, i64),
) -> Result<Counted<Line>, Refusal> {
    let mut sql = Sql::default();
    sql.push(
        "select c.*, d.title, d.occurred_on, d.is_demo, count(*) over () as n_all
         from evidence_callback c join evidence_delivery d on d.district_id = c.district_id and d.id = c.delivery_id
         where c.district_id = ?",
        [district.into()],
    );
    if let Some(state) = asked.state {
        sql.push(" and c.state = ?", [state.into()]);
    }
    if !asked.month.is_empty() {
        sql.push(" and c.month = ?", [asked.month.as_str().into()]);
    }
    if let Some(unit) = &asked.unit {
        sql.push(" and c.unit_id = ?", [unit.into()]);
    }
    if let Reach::Units(units) = callers {
        if units.is_empty() {
            return Ok((Vec::new(), 0));
        }
        sql.push(" and c.caller_unit_id in ", []).rows([units.iter().map(Into::into).collect()]);
    }
    sql.push(" order by c.month desc, c.unit_id, c.id limit ? offset ?", [limit.into(), offset.into()]);
    let rows = tx.query(&sql.text, &sql.params)?;
    crate::store::list::counted(&rows, |row| {
        Ok(Line {
            callback: callback(row)?,
            title: row.get("title")?,
            on: row.get("occurred_on")?,
            is_demo: row.get("is_demo")?,
        })
    })
}

/// How many wait in a state, and since when the oldest does; only those that these units call.
pub fn waiting(
    tx: &mut Tx,
    district: &DistrictId,
    state: &'static str,
    callers: &Reach,
) -> Result<Option<(i64, Instant)>, Refusal> {
    let mut sql = Sql::default();
    sql.push(
        "select count(*) as n, min(drawn_at) as since from evidence_callback
         where district_id = ? and state = ? and state <> 'answered'",
        [district.into(), state.into()],
    );
    if let Reach::Units(units) = callers {
        if units.is_empty() {
            return Ok(None);
        }
        sql.push(" and caller_unit_id in ", []).rows([units.iter().map(Into::into).collect()]);
    }
    let row = tx.one(&sql.text, &sql.params)?;
    let since: Option<Instant> = row.get("since")?;
    Ok(since.map(|since| -> Result<_, db::Error> { Ok((row.get("n")?, since)) }).transpose()?)
}

/// The answered calls of a year with their units; of one unit, when it is named.
pub fn calls(
    tx: &mut Tx,
    district: &DistrictId,
    year: Year,
    unit: Option<&UnitId>,
) -> Result<Vec<(UnitId, Call)>, Refusal> {
    let mut sql = Sql::default();
    sql.push(
        "select unit_id, month, n_stratum, outcome, reported, heard from evidence_callback
         where district_id = ? and month >= ? and month <= ? and state = 'answered'",
        [district.into(), format!("{year:04}-01").into(), format!("{year:04}-12").into()],
    );
    if let Some(unit) = unit {
        sql.push(" and unit_id = ?", [unit.into()]);
    }
    sql.push(" order by unit_id, month, id", []);
    let read = |row: &Row| -> Result<(UnitId, Call), db::Error> {
        let call = Call {
            month: row.get("month")?,
            stratum: row.get("n_stratum")?,
            outcome: row.parse(TABLE, "outcome", Outcome::parse)?,
            reported: row.get("reported")?,
            heard: row.get("heard")?,
        };
        Ok((row.get("unit_id")?, call))
    };
    tx.query(&sql.text, &sql.params)?.iter().map(|row| Ok(read(row)?)).collect()
}

fn callback(row: &Row) -> Result<Callback, db::Error> {
    let id: String = row.get("id")?;
    let bad = |column| corrupt(TABLE, &id, column);
    let stamp = |by: &str, name: &str, at: &str| -> Result<Option<Stamp>, db::Error> {
        let (account, moment): (Option<AccountId>, Option<Instant>) = (row.get(by)?, row.get(at)?);
        let name = row.get::<Option<String>>(name)?.unwrap_or_default();
        Ok(account.zip(moment).map(|(by, at)| Stamp { by, name, at }))
    };
    let assigned = || -> Result<Assigned, db::Error> {
        let unit: Option<UnitId> = row.get("caller_unit_id")?;
        let assigned = stamp("assigned_by", "assigned_name", "assigned_at")?;
        let (unit, assigned) = unit.zip(assigned).ok_or_else(|| bad("caller_unit_id"))?;
        Ok(Assigned { unit, assigned })
    };
    let state = match row.get::<String>("state")?.as_str() {
        "drawn" => State::Drawn,
        "assigned" => State::Assigned(assigned()?),
        "answered" => {
            let source: Option<String> = row.get("source")?;
            let answer = Answer {
                outcome: row.parse(TABLE, "outcome", Outcome::parse)?,
                heard: row.get("heard")?,
                source: source
                    .as_deref()
                    .map(|code| Source::parse(code).ok_or_else(|| bad("source")))
                    .transpose()?,
                note: row.get::<Option<String>>("note")?.unwrap_or_default(),
            };
            let answered = stamp("answered_by", "answered_name", "answered_at")?;
            State::Answered { by: assigned()?, answer, answered: answered.ok_or_else(|| bad("answered_by"))? }
        }
        _ => return Err(bad("state")),
    };
    Ok(Callback {
        month: row.get("month")?,
        delivery: DeliveryId::from(row.get::<String>("delivery_id")?),
        unit: row.get("unit_id")?,
        stratum: row.get("n_stratum")?,
        reported: row.get("reported")?,
        state,
        contact: match (row.get("contact_veiled")?, row.get("contact")?) {
            (Some(veiled), _) => Contact::Veiled(veiled),
            (None, Some(told)) => Contact::Clear(told),
            (None, None) => Contact::None,
        },
        version: row.get("version")?,
        drawn_at: row.get("drawn_at")?,
        id: id.into(),
    })
}
