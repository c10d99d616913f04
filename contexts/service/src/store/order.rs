//! One order: in and out of its row.

use db::{Row, Tx, params};
use kernel::{AccountId, DistrictId, Group, Problem, Refusal, UnitId};

use super::corrupt;
use crate::order::{Along, Channel, DayPart, Order, OrderId, Running, State, Visit, Want, Who, Work};

const TABLE: &str = "service_order";

/// Inserts a draft, or an order that was entered for somebody.
pub fn insert(tx: &mut Tx<'_>, district: &DistrictId, one: &Order) -> Result<(), db::Error> {
    tx.execute(
        "insert into service_order (district_id, id, year, n, draft_key, state, title, need, topic, phone_mac,
             day_part, language, channel, entered_by, words, held_level, n_reopened, created_at, state_at,
             n_version, is_demo)
         values ($1, $2, $3, $4, $5, 'draft', '', '', '', '', 'any', '', $6, $7, '', 0, 0, $8, $8, $9, $10)",
        params![
            district,
            &one.id,
            one.year,
            one.n,
            &one.draft_key,
            one.channel.code(),
            &one.entered_by,
            one.created_at,
            one.version,
            one.is_demo
        ],
    )?;
    Ok(())
}

/// The word of a state in its column. What goes with another is written as what was merged into it, only
/// without an end: so every sum that leaves merged orders out (free days, a team's load) counts the visit
/// once, and the column's check, which no later file could widen on both databases, stays whole.
const fn stored(state: &State) -> &'static str {
    if let State::Joined { .. } = state { "merged" } else { state.code() }
}

/// Saves one whose version a step has raised by one.
///
/// # Errors
/// Conflict when somebody else changed it meanwhile.
pub fn save(tx: &mut Tx<'_>, district: &DistrictId, one: &Order) -> Result<(), Refusal> {
    save_want(tx, district, one)?;
    let (merged, n_left, began) = match &one.state {
        State::Merged { into, .. } => (Some(into), None, None),
        State::Joined { into, along } => (Some(into), None, along.began),
        State::Returned { n_left, .. } => (None, Some(*n_left), None),
        State::InDelivery { began, .. } => (None, None, Some(*began)),
        State::Draft
        | State::Submitted
        | State::Refused { .. }
        | State::Dispatched
        | State::Claimed { .. }
        | State::Recruiting { .. }
        | State::Accepted { .. }
        | State::Scheduled { .. }
        | State::Awaiting { .. }
        | State::Feedback { .. }
        | State::Closed { .. }
        | State::Withdrawn { .. }
        | State::PassedOn { .. } => (None, None, None),
    };
    let (ended, visit) = (one.state.ended(), one.state.visit());
    let n = tx.execute(
        "update service_order set state = $3, department_id = $4, team_id = $5, visit_on = $6,
             visit_minute = $7, visit_minutes = $8, began_at = $9, delivery_id = $10, merged_into = $11,
             words = $12, ended_by = $13, ended_name = $14, ended_at = $15, due_on = $16, n_left = $17,
             held_level = $18, held_unit_id = $19, n_reopened = $20, submitted_at = $21, state_at = $22,
             n_version = $23
         where district_id = $1 and id = $2 and n_version = $23 - 1",
        params![
            district,
            &one.id,
            stored(&one.state),
            one.state.department(),
            one.state.team(),
            visit.map(|visit| visit.on),
            visit.map(|visit| visit.minute),
            visit.map(|visit| visit.minutes),
            began,
            one.state.delivery(),
            merged,
            one.state.words(),
            ended.and_then(|who| who.by.clone()),
            ended.map(|who| who.name.as_str()),
            ended.map(|who| who.at),
            one.running.due,
            n_left,
            one.running.level,
            &one.running.held,
            one.n_reopened,
            one.submitted_at,
            one.state_at,
            one.version
        ],
    )?;
    if n == 1 { Ok(()) } else { Err(Refusal::Conflict(Problem::new("service-changed-meanwhile"))) }
}

/// Saves what is asked for and who to call; the version stays.
pub fn save_want(tx: &mut Tx<'_>, district: &DistrictId, one: &Order) -> Result<(), db::Error> {
    tx.execute(
        "update service_order set resource_id = $3, title = $4, need = $5, topic = $6, group_code = $7,
             town_id = $8, community_id = $9, contact = $10, phone_mac = $11, wanted_on = $12, day_part = $13,
             n_heads = $14, language = $15
         where district_id = $1 and id = $2",
        params![
            district,
            &one.id,
            &one.want.resource,
            &one.want.title,
            &one.want.need,
            &one.want.topic,
            one.want.group,
            &one.want.town,
            &one.want.community,
            &one.contact,
            &one.phone_mac,
            one.want.on,
            one.want.part.code(),
            one.want.n_heads,
            &one.want.language
        ],
    )?;
    Ok(())
}

/// The order with this id.
pub fn find(tx: &mut Tx<'_>, district: &DistrictId, id: &OrderId) -> Result<Option<Order>, db::Error> {
    tx.find("select * from service_order where district_id = $1 and id = $2", params![district, id])?
        .as_ref()
        .map(order)
        .transpose()
}

/// The order with this number.
pub fn find_by_number(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (year, n): (kernel::Year, i64),
) -> Result<Option<Order>, db::Error> {
    tx.find(
        "select * from service_order where district_id = $1 and year = $2 and n = $3 and state <> 'draft'",
        params![district, year, n],
    )?
    .as_ref()
    .map(order)
    .transpose()
}

/// The order that a browser began.
pub fn find_by_draft(tx: &mut Tx<'_>, district: &DistrictId, key: &str) -> Result<Option<Order>, db::Error> {
    tx.find("select * from service_order where district_id = $1 and draft_key = $2", params![district, key])?
        .as_ref()
        .map(order)
        .transpose()
}

/// Orders of a number since a moment, and how many of them are not over yet.
pub fn of_phone(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (phone_mac, since): (&str, kernel::Instant),
) -> Result<(i64, i64), db::Error> {
    let row = tx.one(
        "select count(*) filter (where created_at >= $3) as lately,
             count(*) filter (where ended_at is null) as open
         from service_order where district_id = $1 and phone_mac = $2 and state <> 'draft'",
        params![district, phone_mac, since],
    )?;
    Ok((row.get("lately")?, row.get("open")?))
}

/// Drafts that nobody sent are forgotten.
pub fn forget_drafts(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    before: kernel::Instant,
) -> Result<u64, db::Error> {
    tx.execute(
        "delete from service_order where district_id = $1 and state = 'draft' and created_at < $2",
        params![district, before],
    )
}

/// Contacts of orders that ended before a moment are erased; the orders stay. Gives which.
pub fn erase_contacts(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    before: kernel::Instant,
) -> Result<Vec<OrderId>, db::Error> {
    let rows = tx.query(
        "update service_order set contact = null, phone_mac = ''
         where district_id = $1 and ended_at < $2 and contact is not null returning id",
        params![district, before],
    )?;
    rows.iter().map(|row| row.get("id")).collect()
}

fn work(row: &Row) -> Result<Work, db::Error> {
    let team: Option<UnitId> = row.get("team_id")?;
    Ok(Work { department: department(row)?, team: team.ok_or_else(|| corrupt(row, TABLE, "team_id"))? })
}

fn department(row: &Row) -> Result<UnitId, db::Error> {
    row.get::<Option<_>>("department_id")?.ok_or_else(|| corrupt(row, TABLE, "department_id"))
}

fn visit(row: &Row) -> Result<Visit, db::Error> {
    let lacks = |column| corrupt(row, TABLE, column);
    Ok(Visit {
        on: row.get::<Option<_>>("visit_on")?.ok_or_else(|| lacks("visit_on"))?,
        minute: row.get::<Option<_>>("visit_minute")?.ok_or_else(|| lacks("visit_minute"))?,
        minutes: row.get::<Option<_>>("visit_minutes")?.ok_or_else(|| lacks("visit_minutes"))?,
    })
}

fn along(row: &Row) -> Result<Along, db::Error> {
    let agreed: Option<kernel::Day> = row.get("visit_on")?;
    Ok(Along {
        department: row.get("department_id")?,
        team: row.get("team_id")?,
        visit: agreed.map(|_| visit(row)).transpose()?,
        began: row.get("began_at")?,
    })
}

fn ended(row: &Row) -> Result<Who, db::Error> {
    let by: Option<AccountId> = row.get("ended_by")?;
    let at = row.get::<Option<_>>("ended_at")?.ok_or_else(|| corrupt(row, TABLE, "ended_at"))?;
    Ok(Who { by, name: row.get::<Option<String>>("ended_name")?.unwrap_or_default(), at })
}

fn state(row: &Row) -> Result<State, db::Error> {
    let lacks = |column| corrupt(row, TABLE, column);
    let words = || row.get::<String>("words");
    let delivery = || row.get::<Option<_>>("delivery_id")?.ok_or_else(|| lacks("delivery_id"));
    Ok(match row.get::<String>("state")?.as_str() {
        "draft" => State::Draft,
        "submitted" => State::Submitted,
        "returned" => State::Returned {
            question: words()?,
            n_left: row.get::<Option<_>>("n_left")?.ok_or_else(|| lacks("n_left"))?,
        },
        "refused" => State::Refused { who: ended(row)?, reason: words()? },
        "dispatched" => State::Dispatched,
        "claimed" => State::Claimed { department: department(row)? },
        "recruiting" => State::Recruiting { department: department(row)? },
        "accepted" => State::Accepted { work: work(row)? },
        "scheduled" => State::Scheduled { work: work(row)?, visit: visit(row)? },
        "in_delivery" => State::InDelivery {
            work: work(row)?,
            visit: visit(row)?,
            began: row.get::<Option<_>>("began_at")?.ok_or_else(|| lacks("began_at"))?,
        },
        "awaiting" => State::Awaiting { work: work(row)?, visit: visit(row)?, delivery: delivery()? },
        "feedback" => State::Feedback { work: work(row)?, visit: visit(row)?, delivery: delivery()? },
        "closed" => {
            State::Closed { work: work(row)?, visit: visit(row)?, delivery: delivery()?, who: ended(row)? }
        }
        "withdrawn" => State::Withdrawn { who: ended(row)?, reason: words()? },
        "merged" if row.get::<Option<kernel::Instant>>("ended_at")?.is_none() => State::Joined {
            into: row.get::<Option<_>>("merged_into")?.ok_or_else(|| lacks("merged_into"))?,
            along: along(row)?,
        },
        "merged" => State::Merged {
            into: row.get::<Option<_>>("merged_into")?.ok_or_else(|| lacks("merged_into"))?,
            who: ended(row)?,
        },
        "passed_on" => State::PassedOn { who: ended(row)?, reason: words()? },
        _ => return Err(lacks("state")),
    })
}

fn group(row: &Row) -> Result<Option<Group>, db::Error> {
    row.get("group_code")
}

/// The order of a row.
pub fn order(row: &Row) -> Result<Order, db::Error> {
    Ok(Order {
        id: row.get("id")?,
        year: row.get("year")?,
        n: row.get("n")?,
        draft_key: row.get("draft_key")?,
        want: Want {
            resource: row.get("resource_id")?,
            title: row.get("title")?,
            need: row.get("need")?,
            topic: row.get("topic")?,
            group: group(row)?,
            town: row.get("town_id")?,
            community: row.get("community_id")?,
            on: row.get("wanted_on")?,
            part: row.parse(TABLE, "day_part", DayPart::parse)?,
            n_heads: row.get("n_heads")?,
            language: row.get("language")?,
        },
        contact: row.get("contact")?,
        phone_mac: row.get("phone_mac")?,
        channel: row.parse(TABLE, "channel", Channel::parse)?,
        entered_by: row.get("entered_by")?,
        state: state(row)?,
        running: Running {
            due: row.get("due_on")?,
            level: row.get("held_level")?,
            held: row.get("held_unit_id")?,
        },
        n_reopened: row.get("n_reopened")?,
        created_at: row.get("created_at")?,
        submitted_at: row.get("submitted_at")?,
        state_at: row.get("state_at")?,
        version: row.get("n_version")?,
        is_demo: row.get("is_demo")?,
    })
}

/// Notes who entered a draft for somebody, and how they came.
pub fn mark_entered(tx: &mut Tx<'_>, district: &DistrictId, one: &Order) -> Result<(), db::Error> {
    tx.execute(
        "update service_order set channel = $3, entered_by = $4 where district_id = $1 and id = $2",
        params![district, &one.id, one.channel.code(), &one.entered_by],
    )?;
    Ok(())
}
