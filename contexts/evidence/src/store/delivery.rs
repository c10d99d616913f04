//! Deliveries and their links.

use std::collections::{BTreeMap, BTreeSet};

use db::{Row, Tx, Val, params};
use kernel::{Day, DistrictId, Group, Refusal, UnitId, search_key};

use super::corrupt;
use super::stored::{
    CLOSED, RECORDED, SUBMITTED, Stored, VERIFIED, save_step, stamp_values, unchanged_since,
};
use crate::deliverer;
use crate::{Before, Delivery, DeliveryId, Details, Kind, Method, PurposeId, Stamp, State};

const TABLE: &str = "evidence_delivery";

/// Inserts a new one (a draft, or submitted at once) unless its client key was used before; says
/// whether it was new.
pub fn insert(tx: &mut Tx, district: &DistrictId, delivery: &Delivery) -> Result<bool, Refusal> {
    let details = &delivery.details;
    let (submitted, _, _, _) = columns(&delivery.state);
    let [by, name, at] = stamp_values(Some(&delivery.recorded));
    let [submitted_by, submitted_name, submitted_at] = stamp_values(submitted);
    let new = tx.execute(
        "insert into evidence_delivery (district_id, id, client_key, state, version, kind, topic, title,
            search_key, occurred_on, start_minute, minutes, venue, town_id, place_id, host_id, method, heads,
            works, note, is_demo, recorded_by, recorded_name, recorded_at, submitted_by, submitted_name,
            submitted_at, deliverers)
         values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
            $21, $22, $23, $24, $25, $26, $27)
         on conflict (district_id, client_key) do nothing",
        params![
            district,
            &delivery.id,
            &delivery.client_key,
            delivery.state.code(),
            details.kind,
            &details.topic,
            &details.title,
            search_text(details),
            details.on,
            details.start,
            details.minutes,
            &details.venue,
            &details.town,
            details.place.as_ref().map(UnitId::as_str),
            &details.host,
            details.method,
            details.all_heads(),
            &details.works,
            &details.note,
            delivery.is_demo,
            by,
            name,
            at,
            submitted_by,
            submitted_name,
            submitted_at,
            deliverer::text(&details.deliverers)
        ],
    )?;
    if new == 1 {
        insert_links(tx, district, delivery)?;
    }
    Ok(new == 1)
}

/// What the list's text filter looks in: title, topic and venue.
fn search_text(details: &Details) -> String {
    search_key(&format!("{}/{}/{}", details.title, details.topic, details.venue))
}

fn insert_links(tx: &mut Tx, district: &DistrictId, delivery: &Delivery) -> Result<(), Refusal> {
    let details = &delivery.details;
    let organisers = details.organisers();
    let links = std::iter::once(("town", details.town.as_str(), 0))
        .chain(organisers.iter().map(|unit| ("organiser", unit.as_str(), 0)))
        .chain(details.supporters.iter().map(|unit| ("supporter", unit.as_str(), 0)))
        .chain(details.purposes.iter().map(|purpose| ("purpose", purpose.as_str(), 0)))
        .chain(details.heads.iter().map(|(group, n)| ("group", group.code(), *n)));
    let rows: Vec<[Val; 6]> = links
        .map(|(kind, key, n)| {
            let (id, on) = (&delivery.id, details.on);
            [district.into(), id.into(), kind.into(), key.into(), n.into(), on.into()]
        })
        .collect();
    tx.execute_each(
        "insert into evidence_delivery_link (district_id, delivery_id, kind, key, n, occurred_on)
         values ($1, $2, $3, $4, $5, $6)",
        &rows,
    )?;
    let rows: Vec<[Val; 4]> = details
        .deliverers
        .iter()
        .map(|one| [district.into(), (&delivery.id).into(), one.key().into(), details.on.into()])
        .collect();
    tx.execute_each(
        "insert into evidence_deliverer (district_id, delivery_id, name_key, occurred_on) values ($1, $2, $3, $4)",
        &rows,
    )?;
    Ok(())
}

/// The delivery with this id.
pub fn find(tx: &mut Tx, district: &DistrictId, id: &DeliveryId) -> Result<Option<Delivery>, Refusal> {
    let row =
        tx.find("select * from evidence_delivery where district_id = $1 and id = $2", params![district, id])?;
    row.map(|row| with_links(tx, district, &row)).transpose()
}

/// The delivery that a phone's form made.
pub fn find_by_client_key(
    tx: &mut Tx,
    district: &DistrictId,
    key: &str,
) -> Result<Option<Delivery>, Refusal> {
    let row = tx.find(
        "select * from evidence_delivery where district_id = $1 and client_key = $2",
        params![district, key],
    )?;
    row.map(|row| with_links(tx, district, &row)).transpose()
}

/// Deliveries for a purpose in the order of their days, which lie after `after` (a day and the last
/// delivery of it that is known) and no later than `until`.
pub fn ids_for(
    tx: &mut Tx,
    district: &DistrictId,
    purpose: &PurposeId,
    ((on, id), until): (&(Day, DeliveryId), Day),
    limit: i64,
) -> Result<Vec<(Day, DeliveryId)>, Refusal> {
    let rows = tx.query(
        "select occurred_on, delivery_id from evidence_delivery_link
         where district_id = $1 and kind = 'purpose' and key = $2 and (occurred_on, delivery_id) > ($3, $4)
            and occurred_on <= $5
         order by occurred_on, delivery_id limit $6",
        params![district, purpose, *on, id, until, limit],
    )?;
    rows.iter().map(|row| Ok((row.get("occurred_on")?, row.get("delivery_id")?))).collect()
}

/// Verified deliveries in the order of their days, which lie after `after` (a day and the last delivery of
/// it that is known) and no later than `until`.
pub fn verified_between(
    tx: &mut Tx,
    district: &DistrictId,
    ((on, id), until): (&(Day, DeliveryId), Day),
    limit: i64,
) -> Result<Vec<(Day, DeliveryId)>, Refusal> {
    let rows = tx.query(
        "select occurred_on, id from evidence_delivery
         where district_id = $1 and (occurred_on, id) > ($2, $3) and occurred_on <= $4 and state = 'verified'
         order by occurred_on, id limit $5",
        params![district, *on, id, until, limit],
    )?;
    rows.iter().map(|row| Ok((row.get("occurred_on")?, row.get("id")?))).collect()
}

/// The same of deliveries in whatever state.
pub fn ids_of_days(
    tx: &mut Tx,
    district: &DistrictId,
    ((on, id), until): (&(Day, DeliveryId), Day),
    limit: i64,
) -> Result<Vec<(Day, DeliveryId)>, Refusal> {
    let rows = tx.query(
        "select occurred_on, id from evidence_delivery
         where district_id = $1 and (occurred_on, id) > ($2, $3) and occurred_on <= $4
         order by occurred_on, id limit $5",
        params![district, *on, id, until, limit],
    )?;
    rows.iter().map(|row| Ok((row.get("occurred_on")?, row.get("id")?))).collect()
}

fn with_links(tx: &mut Tx, district: &DistrictId, row: &Row) -> Result<Delivery, Refusal> {
    let id: DeliveryId = row.get::<String>("id")?.into();
    let links = tx.query(
        "select kind, key, n from evidence_delivery_link where district_id = $1 and delivery_id = $2",
        params![district, &id],
    )?;
    Ok(delivery(row, &links)?)
}

/// Writes the state if nobody wrote since `seen`.
pub fn save_state(tx: &mut Tx, district: &DistrictId, delivery: &Delivery, seen: i64) -> Result<(), Refusal> {
    let (submitted, verified, closed, reason) = columns(&delivery.state);
    save_step(
        tx,
        "update evidence_delivery set state = $4, version = $5, closed_reason = $6, submitted_by = $7,
            submitted_name = $8, submitted_at = $9, verified_by = $10, verified_name = $11, verified_at = $12,
            closed_by = $13, closed_name = $14, closed_at = $15
         where district_id = $1 and id = $2 and version = $3",
        (district, delivery.id.as_str(), seen),
        (delivery.state.code(), reason),
        &[submitted, verified, closed],
        [],
    )
}

/// Writes what is told anew, if nobody wrote since `seen`.
pub fn save_details(
    tx: &mut Tx,
    district: &DistrictId,
    delivery: &Delivery,
    seen: i64,
) -> Result<(), Refusal> {
    let details = &delivery.details;
    let n = tx.execute(
        "update evidence_delivery set version = $1, kind = $2, topic = $3, title = $4, search_key = $5,
            occurred_on = $6, start_minute = $7, minutes = $8, venue = $9, town_id = $10, place_id = $11,
            host_id = $12, method = $13, heads = $14, works = $15, note = $16, deliverers = $17
         where district_id = $18 and id = $19 and version = $20",
        params![
            seen + 1,
            details.kind,
            &details.topic,
            &details.title,
            search_text(details),
            details.on,
            details.start,
            details.minutes,
            &details.venue,
            &details.town,
            details.place.as_ref().map(UnitId::as_str),
            &details.host,
            details.method,
            details.all_heads(),
            &details.works,
            &details.note,
            deliverer::text(&details.deliverers),
            district,
            &delivery.id,
            seen
        ],
    )?;
    unchanged_since(n)?;
    tx.execute(
        "delete from evidence_delivery_link where district_id = $1 and delivery_id = $2",
        params![district, &delivery.id],
    )?;
    tx.execute(
        "delete from evidence_deliverer where district_id = $1 and delivery_id = $2",
        params![district, &delivery.id],
    )?;
    insert_links(tx, district, delivery)
}

/// Marks a delivery as belonging to the demonstration.
pub fn mark_demo(tx: &mut Tx, district: &DistrictId, id: &DeliveryId) -> Result<(), Refusal> {
    tx.execute(
        "update evidence_delivery set is_demo = true where district_id = $1 and id = $2",
        params![district, id],
    )?;
    Ok(())
}

type Columns<'a> = (Option<&'a Stamp>, Option<&'a Stamp>, Option<&'a Stamp>, Option<&'a str>);

fn columns(state: &State) -> Columns<'_> {
    match state {
        State::Draft => (None, None, None, None),
        State::Submitted { submitted } => (Some(submitted), None, None, None),
        State::Returned { submitted, returned, reason } => {
            (Some(submitted), None, Some(returned), Some(reason))
        }
        State::Verified { submitted, verified } => (Some(submitted), Some(verified), None, None),
        State::Withdrawn { before: Before::Uncounted, withdrawn, reason } => {
            (None, None, Some(withdrawn), Some(reason))
        }
        State::Withdrawn { before: Before::Counted { submitted, verified }, withdrawn, reason } => {
            (Some(submitted), Some(verified), Some(withdrawn), Some(reason))
        }
    }
}

fn state(row: &Row, stored: &Stored<'_>) -> Result<State, db::Error> {
    let (submitted, closed) = (|| stored.taken(SUBMITTED), || stored.taken(CLOSED));
    Ok(match row.get::<String>("state")?.as_str() {
        "draft" => State::Draft,
        "submitted" => State::Submitted { submitted: submitted()? },
        "returned" => {
            State::Returned { submitted: submitted()?, returned: closed()?, reason: stored.reason()? }
        }
        "verified" => State::Verified { submitted: submitted()?, verified: stored.taken(VERIFIED)? },
        "withdrawn" => {
            let before = match stored.stamp(VERIFIED)? {
                None => Before::Uncounted,
                Some(verified) => Before::Counted { submitted: submitted()?, verified },
            };
            State::Withdrawn { before, withdrawn: closed()?, reason: stored.reason()? }
        }
        _ => return Err(stored.bad("state")),
    })
}

fn delivery(row: &Row, links: &[Row]) -> Result<Delivery, db::Error> {
    let stored = Stored::new(row, TABLE)?;
    let host: UnitId = row.get("host_id")?;
    let mut details = Details {
        kind: row.parse(TABLE, "kind", Kind::parse)?,
        topic: row.get("topic")?,
        title: row.get("title")?,
        on: row.get("occurred_on")?,
        start: row.get("start_minute")?,
        minutes: row.get("minutes")?,
        venue: row.get("venue")?,
        town: row.get("town_id")?,
        place: row.get("place_id")?,
        host,
        co_hosts: BTreeSet::new(),
        supporters: BTreeSet::new(),
        heads: BTreeMap::new(),
        method: row.parse(TABLE, "method", Method::parse)?,
        purposes: BTreeSet::new(),
        deliverers: deliverer::read(&row.get::<String>("deliverers")?)
            .map_err(|_| stored.bad("deliverers"))?,
        works: row.get("works")?,
        note: row.get("note")?,
    };
    for link in links {
        let key: String = link.get("key")?;
        match link.get::<String>("kind")?.as_str() {
            "town" => {}
            "organiser" if key == details.host.as_str() => {}
            "organiser" => {
                details.co_hosts.insert(key.into());
            }
            "supporter" => {
                details.supporters.insert(key.into());
            }
            "purpose" => {
                details.purposes.insert(PurposeId::from(key));
            }
            "group" => {
                let group =
                    Group::parse(&key).ok_or_else(|| corrupt("evidence_delivery_link", &stored.id, "key"))?;
                details.heads.insert(group, link.get("n")?);
            }
            _ => return Err(corrupt("evidence_delivery_link", &stored.id, "kind")),
        }
    }
    Ok(Delivery {
        state: state(row, &stored)?,
        client_key: row.get("client_key")?,
        version: row.get("version")?,
        is_demo: row.get("is_demo")?,
        details,
        recorded: stored.taken(RECORDED)?,
        id: stored.id.into(),
    })
}
