//! The SQL of flags: what is asked to find them, and how they are kept.

use std::collections::BTreeSet;

use db::{Row, Tx, Val, params};
use kernel::{AccountId, Day, DistrictId, Instant, Reach, Refusal, UnitId};

use super::look::{Look, near};
use super::{Flag, Found, Limits, Other, Rule, State};
use crate::store::list::Counted;
use crate::store::{Sql, corrupt};
use crate::{Delivery, DeliveryId, ProofId, Stamp};

const TABLE: &str = "evidence_flag";

/// Keeps how a photo looks.
pub fn insert_look(
    tx: &mut Tx,
    district: &DistrictId,
    proof: &ProofId,
    (kind, subject): (&'static str, &str),
    look: Look,
) -> Result<(), Refusal> {
    let [a, b, c, d] = look.bands();
    tx.execute(
        "insert into evidence_look (district_id, proof_id, subject_kind, subject_id, look, band_a, band_b, band_c,
            band_d)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![district, proof, kind, subject, look.stored(), a, b, c, d],
    )?;
    Ok(())
}

/// The looks of a delivery's photos.
pub fn looks(tx: &mut Tx, district: &DistrictId, id: &DeliveryId) -> Result<Vec<Look>, Refusal> {
    let rows = tx.query(
        "select look from evidence_look
         where district_id = $1 and subject_kind = 'delivery' and subject_id = $2 order by proof_id",
        params![district, id],
    )?;
    rows.iter().map(|row| Ok(Look::read(row.get("look")?))).collect()
}

/// Photos of other records with a band near that of a look: the record and its photo's look. At one
/// million photos these are about a thousand rows of four indexes.
pub fn near_looks(
    tx: &mut Tx,
    district: &DistrictId,
    look: Look,
    own: &DeliveryId,
) -> Result<Vec<(Other, Look)>, Refusal> {
    let mut sql = Sql::default();
    for (n, (column, band)) in
        ["band_a", "band_b", "band_c", "band_d"].into_iter().zip(look.bands()).enumerate()
    {
        if n > 0 {
            sql.push(" union ", []);
        }
        sql.push(
            "select subject_kind, subject_id, look from evidence_look where district_id = ?",
            [district.into()],
        );
        sql.push(&format!(" and {column} in "), []).rows([near(band).map(Into::into).collect()]);
        sql.push(" and subject_id <> ?", [own.into()]);
    }
    let rows = tx.query(&sql.text, &sql.params)?;
    let read = |row: &Row| -> Result<(Other, Look), db::Error> {
        let kind = row.parse("evidence_look", "subject_kind", known_kind)?;
        Ok((Other { kind, id: row.get("subject_id")? }, Look::read(row.get("look")?)))
    };
    rows.iter().map(|row| Ok(read(row)?)).collect()
}

fn known_kind(text: &str) -> Option<&'static str> {
    Other::KINDS.into_iter().find(|kind| *kind == text)
}

/// Another delivery of the same day in another town, whose time is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameDay {
    /// Its id.
    pub id: String,
    /// When it began and how long it lasted, in minutes of the day.
    pub time: (i64, i64),
    /// The name as the first delivery writes it; empty when none was asked for.
    pub called: String,
}

/// Deliveries of that day in other towns that a person of this one gave too.
pub fn same_deliverers(tx: &mut Tx, district: &DistrictId, one: &Delivery) -> Result<Vec<SameDay>, Refusal> {
    let rows = tx.query(
        "select d.id, d.start_minute, d.minutes, p.name_key from evidence_deliverer p
            join evidence_deliverer o on o.district_id = p.district_id and o.name_key = p.name_key
                and o.occurred_on = p.occurred_on and o.delivery_id <> p.delivery_id
            join evidence_delivery d on d.district_id = o.district_id and d.id = o.delivery_id
         where p.district_id = $1 and p.delivery_id = $2 and d.town_id <> $3 and d.start_minute is not null
            and d.state in ('submitted', 'verified')
         order by d.id",
        params![district, &one.id, &one.details.town],
    )?;
    let written = |key: &str| one.details.deliverers.iter().find(|person| person.key() == key);
    let read = |row: &Row| -> Result<SameDay, db::Error> {
        let key: String = row.get("name_key")?;
        Ok(SameDay {
            id: row.get("id")?,
            time: (row.get("start_minute")?, row.get("minutes")?),
            called: written(&key).map_or(key, |person| person.name.clone()),
        })
    };
    rows.iter().map(|row| Ok(read(row)?)).collect()
}

/// Deliveries of that day in other towns that the same account recorded for the same host, where
/// nobody is named either.
pub fn same_recorder(tx: &mut Tx, district: &DistrictId, one: &Delivery) -> Result<Vec<SameDay>, Refusal> {
    let rows = tx.query(
        "select id, start_minute, minutes from evidence_delivery
         where district_id = $1 and occurred_on = $2 and host_id = $3 and recorded_by = $4 and town_id <> $5
            and id <> $6 and deliverers = '' and start_minute is not null and state in ('submitted', 'verified')
         order by id",
        params![
            district,
            one.details.on,
            &one.details.host,
            &one.recorded.by,
            &one.details.town,
            &one.id
        ],
    )?;
    let read = |row: &Row| -> Result<SameDay, db::Error> {
        let time = (row.get("start_minute")?, row.get("minutes")?);
        Ok(SameDay { id: row.get("id")?, time, called: String::new() })
    };
    rows.iter().map(|row| Ok(read(row)?)).collect()
}

/// How many others the account recorded shortly before, counted no further than `most`, and the
/// newest of them. What came in one table is no burst. The bound keeps the thousandth delivery of a
/// quarter of an hour as cheap as the tenth.
pub fn burst(
    tx: &mut Tx,
    district: &DistrictId,
    one: &Delivery,
    minutes: i64,
    most: i64,
) -> Result<Option<(i64, String)>, Refusal> {
    let at = one.recorded.at;
    let row = tx.one(
        "select count(*) as n, max(id) as id from (select id from evidence_delivery
            where district_id = $1 and recorded_by = $2 and recorded_at between $3 and $4 and id <> $5
                and substr(client_key, 1, 7) <> 'import-' and state <> 'withdrawn'
            order by recorded_at desc limit $6) as newest",
        params![district, &one.recorded.by, at.plus_seconds(-60 * minutes), at, &one.id, most],
    )?;
    let id: Option<String> = row.get("id")?;
    Ok(id.map(|id| -> Result<_, db::Error> { Ok((row.get("n")?, id)) }).transpose()?)
}

/// How many others of the host had as many heads, counted, within so many days; and the newest.
pub fn same_heads(
    tx: &mut Tx,
    district: &DistrictId,
    one: &Delivery,
    days: i64,
) -> Result<Option<(i64, String)>, Refusal> {
    let details = &one.details;
    let row = tx.one(
        "select count(*) as n, max(id) as id from evidence_delivery
         where district_id = $1 and host_id = $2 and heads = $3 and occurred_on between $4 and $5
            and method <> 'estimate' and id <> $6 and state in ('submitted', 'verified')",
        params![
            district,
            &details.host,
            details.all_heads(),
            details.on.plus_days(-days),
            details.on.plus_days(days),
            &one.id
        ],
    )?;
    let id: Option<String> = row.get("id")?;
    Ok(id.map(|id| -> Result<_, db::Error> { Ok((row.get("n")?, id)) }).transpose()?)
}

/// Deliveries of that day at other places with persons of this one's list: id, persons of both, its own.
pub fn shared_lists(
    tx: &mut Tx,
    district: &DistrictId,
    one: &Delivery,
) -> Result<Vec<(String, i64, i64)>, Refusal> {
    let rows = tx.query(
        "select d.id, count(*) as n_both, (select count(*) from evidence_delivery_person a
                where a.district_id = $1 and a.delivery_id = d.id) as n_all
         from evidence_delivery d
            cross join evidence_delivery_person m
            join evidence_delivery_person o on o.district_id = d.district_id and o.delivery_id = d.id
                and o.person_hash = m.person_hash
         where d.district_id = $1 and d.occurred_on = $2 and d.id <> $3 and d.state in ('submitted', 'verified')
            and (d.town_id <> $4 or d.venue <> $5) and m.district_id = $1 and m.delivery_id = $3
         group by d.id order by d.id",
        params![district, one.details.on, &one.id, &one.details.town, &one.details.venue],
    )?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("n_both")?, row.get("n_all")?))).collect()
}

/// The limits of the district.
pub fn limits(tx: &mut Tx, district: &DistrictId) -> Result<Limits, Refusal> {
    let row = tx.find("select * from evidence_flag_limits where district_id = $1", params![district])?;
    let read = |row: Row| -> Result<Limits, db::Error> {
        Ok(Limits {
            version: row.get("version")?,
            photo_bits: row.get("photo_bits")?,
            travel_minutes: row.get("travel_minutes")?,
            burst_n: row.get("burst_n")?,
            burst_minutes: row.get("burst_minutes")?,
            same_heads_n: row.get("same_heads_n")?,
            same_heads_days: row.get("same_heads_days")?,
            list_percent: row.get("list_percent")?,
        })
    };
    Ok(row.map(read).transpose()?.unwrap_or_default())
}

/// Sets the limits, if nobody did since version `seen`; says whether.
pub fn save_limits(tx: &mut Tx, district: &DistrictId, limits: &Limits, seen: i64) -> Result<bool, Refusal> {
    let [photo_bits, travel, burst_n, burst_minutes, heads_n, heads_days, list] = limits.numbers();
    let n = tx.execute(
        "insert into evidence_flag_limits as l (district_id, version, photo_bits, travel_minutes, burst_n,
            burst_minutes, same_heads_n, same_heads_days, list_percent)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (district_id) do update set version = excluded.version, photo_bits = excluded.photo_bits,
            travel_minutes = excluded.travel_minutes, burst_n = excluded.burst_n,
            burst_minutes = excluded.burst_minutes, same_heads_n = excluded.same_heads_n,
            same_heads_days = excluded.same_heads_days, list_percent = excluded.list_percent
         where l.version = $10",
        params![
            district,
            seen + 1,
            photo_bits,
            travel,
            burst_n,
            burst_minutes,
            heads_n,
            heads_days,
            list,
            seen
        ],
    )?;
    Ok(n == 1)
}

/// Raises a flag, or opens one again that was gone; what was answered stays answered.
pub fn raise(
    tx: &mut Tx,
    district: &DistrictId,
    one: &Delivery,
    found: &Found,
    at: Instant,
) -> Result<(), Refusal> {
    tx.execute(
        "insert into evidence_flag as f (district_id, delivery_id, rule, other_kind, other_id, n, called, host_id,
            occurred_on, state, raised_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10)
         on conflict (district_id, delivery_id, rule, other_id) do update set n = excluded.n,
            called = excluded.called, host_id = excluded.host_id, occurred_on = excluded.occurred_on,
            state = case when f.state = 'gone' then 'open' else f.state end",
        params![
            district,
            &one.id,
            found.rule,
            found.other.kind,
            &found.other.id,
            found.n,
            &found.called,
            &one.details.host,
            one.details.on,
            at
        ],
    )?;
    Ok(())
}

/// Writes the answer of a flag that was raised.
pub fn answer(
    tx: &mut Tx,
    district: &DistrictId,
    (id, rule, other): (&DeliveryId, Rule, &str),
    (answer, stamp): (&str, &Stamp),
) -> Result<(), Refusal> {
    tx.execute(
        "update evidence_flag set state = 'answered', answer = $5, answered_by = $6, answered_name = $7,
            answered_at = $8
         where district_id = $1 and delivery_id = $2 and rule = $3 and other_id = $4",
        params![district, id, rule, other, answer, &stamp.by, &stamp.name, stamp.at],
    )?;
    Ok(())
}

/// Closes the open flags of a delivery but those that are still so.
pub fn close_others(
    tx: &mut Tx,
    district: &DistrictId,
    id: &DeliveryId,
    still: &BTreeSet<(Rule, String)>,
) -> Result<(), Refusal> {
    for flag in of_delivery(tx, district, id)? {
        if flag.state == State::Open && !still.contains(&(flag.found.rule, flag.found.other.id.clone())) {
            tx.execute(
                "update evidence_flag set state = 'gone'
                 where district_id = $1 and delivery_id = $2 and rule = $3 and other_id = $4",
                params![district, id, flag.found.rule, &flag.found.other.id],
            )?;
        }
    }
    Ok(())
}

/// Closes the open flags of a delivery that counts no longer, and those of others that point to it.
pub fn close_all(tx: &mut Tx, district: &DistrictId, id: &DeliveryId) -> Result<(), Refusal> {
    tx.execute(
        "update evidence_flag set state = 'gone'
         where district_id = $1 and delivery_id = $2 and state = 'open'",
        params![district, id],
    )?;
    tx.execute(
        "update evidence_flag set state = 'gone' where district_id = $1 and other_id = $2 and state = 'open'",
        params![district, id],
    )?;
    Ok(())
}

/// The flags of a delivery, in the order of the rules.
pub fn of_delivery(tx: &mut Tx, district: &DistrictId, id: &DeliveryId) -> Result<Vec<Flag>, Refusal> {
    let rows = tx.query(
        "select * from evidence_flag where district_id = $1 and delivery_id = $2 order by rule, other_id",
        params![district, id],
    )?;
    rows.iter().map(|row| Ok(flag(row)?)).collect()
}

/// What the list of flags shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// In this state, one of [`State::CODES`]; all without.
    pub state: Option<&'static str>,
    /// By this rule.
    pub rule: Option<Rule>,
    /// Of this host.
    pub host: Option<UnitId>,
    /// Of deliveries on or after.
    pub from: Option<Day>,
    /// Of deliveries on or before.
    pub to: Option<Day>,
}

/// A line of the list: a flag, what the delivery is called, and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The flag.
    pub flag: Flag,
    /// The delivery's title.
    pub title: String,
    /// A code of [`crate::State::CODES`].
    pub delivery_state: String,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

/// A page of the list, the newest first, and how many there are in all.
pub fn list(
    tx: &mut Tx,
    district: &DistrictId,
    reach: &Reach,
    asked: &Asked,
    (limit, offset): (i64, i64),
) -> Result<Counted<Line>, Refusal> {
    let mut sql = Sql::default();
    sql.push(
        "select f.*, d.title, d.state as delivery_state, d.is_demo, count(*) over () as n_all
         from evidence_flag f join evidence_delivery d on d.district_id = f.district_id and d.id = f.delivery_id
         where f.district_id = ?",
        [district.into()],
    );
    let mut and = |text: &str, value: Option<Val>| {
        if let Some(value) = value {
            sql.push(text, [value]);
        }
    };
    and(" and f.state = ?", asked.state.map(Into::into));
    and(" and f.rule = ?", asked.rule.map(Into::into));
    and(" and f.host_id = ?", asked.host.as_ref().map(Into::into));
    and(" and f.occurred_on >= ?", asked.from.map(Into::into));
    and(" and f.occurred_on <= ?", asked.to.map(Into::into));
    if let Reach::Units(units) = reach {
        if units.is_empty() {
            return Ok((Vec::new(), 0));
        }
        sql.push(" and f.host_id in ", []).rows([units.iter().map(Into::into).collect()]);
    }
    sql.push(
        " order by f.raised_at desc, f.delivery_id, f.rule, f.other_id limit ? offset ?",
        [limit.into(), offset.into()],
    );
    let rows = tx.query(&sql.text, &sql.params)?;
    crate::store::list::counted(&rows, |row| {
        Ok(Line {
            flag: flag(row)?,
            title: row.get("title")?,
            delivery_state: row.get("delivery_state")?,
            is_demo: row.get("is_demo")?,
        })
    })
}

/// How many flags of counted deliveries nobody answered, and since when the oldest stands.
pub fn unanswered(tx: &mut Tx, district: &DistrictId) -> Result<Option<(i64, Instant)>, Refusal> {
    let row = tx.one(
        "select count(*) as n, min(f.raised_at) as since from evidence_flag f
            join evidence_delivery d on d.district_id = f.district_id and d.id = f.delivery_id
         where f.district_id = $1 and f.state = 'open' and d.state = 'verified'",
        params![district],
    )?;
    let since: Option<Instant> = row.get("since")?;
    Ok(since.map(|since| -> Result<_, db::Error> { Ok((row.get("n")?, since)) }).transpose()?)
}

fn flag(row: &Row) -> Result<Flag, db::Error> {
    let id: String = row.get("delivery_id")?;
    let bad = |column| corrupt(TABLE, &id, column);
    let state = match row.get::<String>("state")?.as_str() {
        "open" => State::Open,
        "gone" => State::Gone,
        "answered" => {
            let by: Option<AccountId> = row.get("answered_by")?;
            let at: Option<Instant> = row.get("answered_at")?;
            let answer: Option<String> = row.get("answer")?;
            let name = row.get::<Option<String>>("answered_name")?.unwrap_or_default();
            let (by, at) = by.zip(at).ok_or_else(|| bad("answered_by"))?;
            State::Answered { answered: Stamp { by, name, at }, answer: answer.ok_or_else(|| bad("answer"))? }
        }
        _ => return Err(bad("state")),
    };
    let kind: String = row.get("other_kind")?;
    Ok(Flag {
        found: Found {
            rule: Rule::parse(&row.get::<String>("rule")?).ok_or_else(|| bad("rule"))?,
            other: Other {
                kind: known_kind(&kind).ok_or_else(|| bad("other_kind"))?,
                id: row.get("other_id")?,
            },
            n: row.get("n")?,
            called: row.get("called")?,
        },
        state,
        raised_at: row.get("raised_at")?,
        host: row.get("host_id")?,
        on: row.get("occurred_on")?,
        delivery: id.into(),
    })
}
