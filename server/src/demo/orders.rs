//! The service loop: what units offer, who is in the teams, and orders of residents at every step.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{Kind, Method};
use kernel::{Caller, Day, Group, Instant, Refusal};
use service::actions::delivery::{self, Report};
use service::actions::resources::{self, NewPerson};
use service::actions::{self, community, department, resident, team};
use service::order::{DayPart, Order, OrderId, Visit, Want};
use service::resource::{Offer, ResourceId, ResourceKind};
use service::team::{PersonId, PersonKind};

use super::data::orders::{OrderRow, ResourceRow, Rows};
use super::stage::Stage;
use super::{Part, Progress, fault};

/// The day on which teams and resources were entered.
const ENTERED_ON: &str = "2025-09-01";

/// What was entered.
struct Entered {
    resources: BTreeMap<String, (ResourceId, String)>,
    persons: BTreeMap<String, Vec<PersonId>>,
}

/// Plays all orders, one after the other.
pub fn load(stage: &mut Stage<'_, '_>, progress: &Progress) -> Result<(), Refusal> {
    let rows = Rows::read().map_err(fault)?;
    progress(Part::Orders, 0, rows.orders.len());
    let entered = enter(stage, &rows)?;
    for row in &rows.orders {
        play(stage, &entered, row)?;
    }
    progress(Part::Orders, rows.orders.len(), rows.orders.len());
    Ok(())
}

fn enter(stage: &mut Stage<'_, '_>, rows: &Rows) -> Result<Entered, Refusal> {
    let on = Day::parse(ENTERED_ON).ok_or_else(|| fault("no such day"))?;
    let purposes = super::deliveries::purposes(stage)?;
    let mut entered = Entered { resources: BTreeMap::new(), persons: BTreeMap::new() };
    for row in &rows.people {
        let unit = stage.unit(&row.unit_key)?;
        let by = acting(stage, &row.unit_key, on.at(9, 0))?;
        let new = NewPerson {
            name: row.name.clone(),
            kind: PersonKind::parse(&row.kind)
                .ok_or_else(|| fault(format!("team_people.csv: {}", row.name)))?,
            topics: row.topics.clone(),
            languages: row.languages.clone(),
        };
        let id = resources::add_person(stage.tx, &by, &unit, &new)?;
        entered.persons.entry(row.unit_key.clone()).or_default().push(id);
    }
    for row in &rows.resources {
        let unit = stage.unit(&row.unit_key)?;
        let mut offer = offer(row)?;
        offer.purpose = purposes.get(&row.measure).cloned();
        let by = acting(stage, &row.unit_key, on.at(10, 0))?;
        let id = resources::add(stage.tx, &by, &unit, &offer)?;
        entered.resources.insert(row.key.clone(), (id, row.unit_key.clone()));
    }
    Ok(entered)
}

fn offer(row: &ResourceRow) -> Result<Offer, Refusal> {
    let wrong = || fault(format!("resources.csv: {}", row.key));
    let list =
        |text: &str| text.split('|').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    Ok(Offer {
        kind: ResourceKind::parse(&row.kind).ok_or_else(wrong)?,
        title: row.title.clone(),
        summary: row.summary.clone(),
        topic: row.topic.clone(),
        groups: list(&row.groups).iter().filter_map(|code| Group::parse(code)).collect(),
        towns: BTreeSet::new(),
        languages: row.languages.clone(),
        minutes: row.minutes,
        lead_days: row.lead_days,
        months: (1, 12),
        weekdays: list(&row.weekdays).iter().filter_map(|n| n.parse().ok()).collect(),
        n_per_day: row.n_per_day,
        n_per_month: row.n_per_month,
        purpose: None,
    })
}

/// Whoever records for a unit, or a coordinator.
fn acting(stage: &mut Stage<'_, '_>, unit: &str, at: Instant) -> Result<Caller, Refusal> {
    let (login, _) = stage.pair(unit);
    stage.by(login, at)
}

/// An order on its way through the loop.
struct Walk<'a> {
    row: &'a OrderRow,
    id: OrderId,
    team: String,
    department: String,
}

fn play(stage: &mut Stage<'_, '_>, entered: &Entered, row: &OrderRow) -> Result<(), Refusal> {
    let order = send(stage, entered, row)?;
    let team = entered.resources.get(&row.resource).map_or("team_emergency", |(_, team)| team.as_str());
    let department = department_of(stage, team)?;
    let walk = Walk { row, id: order.id, team: team.to_owned(), department };
    let fate = row.fate.as_str();
    let on = row.sent_on;
    match fate {
        "submitted" => return Ok(()),
        "withdrawn" => {
            let by = stage.program(on.plus_days(1).at(18, 0));
            let order = resident::reload(stage.tx, &by, &walk.id)?;
            return resident::withdraw(stage.tx, &by, order, &row.words);
        }
        "returned" | "refused" | "passed_on" => return end_early(stage, &walk, fate),
        _ => {}
    }
    offer_out(stage, &walk)?;
    if fate == "dispatched" {
        return Ok(());
    }
    let by = acting(stage, &walk.department, on.at(15, 0))?;
    department::claim(stage.tx, &by, &walk.id, None)?;
    if fate == "handed_back" {
        let at = seen(stage, &by, &walk.id)?;
        return department::hand_back(stage.tx, &by, (&walk.id, at), &row.words);
    }
    if fate == "claimed" {
        return Ok(());
    }
    let (at, unit) = (seen(stage, &by, &walk.id)?, stage.unit(&walk.team)?);
    department::recruit(stage.tx, &by, (&walk.id, at), &BTreeSet::from([unit]))?;
    if fate == "recruiting" {
        return Ok(());
    }
    visit(stage, entered, &walk)
}

/// The key of the department above a team.
fn department_of(stage: &Stage<'_, '_>, team: &str) -> Result<String, Refusal> {
    let units = &stage.prepared.tables.units;
    let row = units.iter().find(|row| row.key == team);
    row.map(|row| row.parent_key.clone()).ok_or_else(|| fault(format!("no unit {team}")))
}

fn seen(stage: &mut Stage<'_, '_>, by: &Caller, id: &OrderId) -> Result<i64, Refusal> {
    Ok(actions::find(stage.tx, by, id)?.0.version)
}

fn send(stage: &mut Stage<'_, '_>, entered: &Entered, row: &OrderRow) -> Result<Order, Refusal> {
    let community = stage.unit(&row.community_key)?;
    let town = row.community_key.rsplit_once('_').map_or("", |(town, _)| town);
    let town = stage.unit(town)?;
    let by = stage.program(row.sent_on.at(9, 10));
    let draft = resident::begin(stage.tx, &by)?;
    let want = Want {
        resource: entered.resources.get(&row.resource).map(|(id, _)| id.clone()),
        need: row.need.clone(),
        group: Group::parse(&row.group),
        town: Some(town),
        community: Some(community),
        on: row.wish_on,
        part: DayPart::Morning,
        n_heads: row.heads,
        ..Want::default()
    };
    resident::keep_draft(stage.tx, &by, &draft.draft_key, (&want, None))?;
    resident::submit(stage.tx, &by, &draft.draft_key, (&row.name, &row.phone, "活动室"))
}

fn end_early(stage: &mut Stage<'_, '_>, walk: &Walk<'_>, fate: &str) -> Result<(), Refusal> {
    let by = acting(stage, &walk.row.community_key, walk.row.sent_on.at(14, 0))?;
    let at = seen(stage, &by, &walk.id)?;
    let (at, words) = ((&walk.id, at), walk.row.words.as_str());
    match fate {
        "returned" => community::ask_back(stage.tx, &by, at, words),
        "refused" => community::refuse(stage.tx, &by, at, words),
        _ => community::pass_on(stage.tx, &by, at, words),
    }
}

fn offer_out(stage: &mut Stage<'_, '_>, walk: &Walk<'_>) -> Result<(), Refusal> {
    let department = stage.unit(&walk.department)?;
    let by = acting(stage, &walk.row.community_key, walk.row.sent_on.at(10, 30))?;
    let at = seen(stage, &by, &walk.id)?;
    community::dispatch(stage.tx, &by, (&walk.id, at), &BTreeSet::from([department]))
}

fn visit(stage: &mut Stage<'_, '_>, entered: &Entered, walk: &Walk<'_>) -> Result<(), Refusal> {
    let row = walk.row;
    let fate = row.fate.as_str();
    let by = acting(stage, &walk.team, row.sent_on.plus_days(1).at(9, 30))?;
    team::accept(stage.tx, &by, &walk.id, None)?;
    if fate == "accepted" {
        return Ok(());
    }
    let on = row.wish_on.unwrap_or(row.sent_on.plus_days(7));
    let persons: BTreeSet<PersonId> =
        entered.persons.get(&walk.team).into_iter().flatten().take(2).cloned().collect();
    let at = seen(stage, &by, &walk.id)?;
    let visit = Visit { on, minute: 570, minutes: 60 };
    team::schedule(stage.tx, &by, (&walk.id, at), (visit, &persons))?;
    if fate == "scheduled" {
        return Ok(());
    }
    report(stage, walk, (on, &persons))?;
    let by = stage.program(on.plus_days(1).at(19, 0));
    let order = resident::reload(stage.tx, &by, &walk.id)?;
    if fate == "awaiting" {
        return Ok(());
    }
    resident::confirm(stage.tx, &by, order)?;
    if fate == "feedback" {
        return Ok(());
    }
    let order = resident::reload(stage.tx, &by, &walk.id)?;
    let stars = if fate == "low" { 2 } else { 5 };
    resident::rate(stage.tx, &by, order, Some(stars), &row.words)?;
    let by = acting(stage, &walk.team, on.plus_days(2).at(9, 0))?;
    team::rate(stage.tx, &by, &walk.id, (Some(5), ""))
}

/// The report of a team, and the second person who verifies it.
fn report(
    stage: &mut Stage<'_, '_>,
    walk: &Walk<'_>,
    (on, persons): (Day, &BTreeSet<PersonId>),
) -> Result<(), Refusal> {
    let row = walk.row;
    let group = Group::parse(&row.group).unwrap_or(Group::Other);
    let purposes = super::deliveries::purposes(stage)?;
    let usual = "健全基层科普服务体系";
    let rows = Rows::read().map_err(fault)?;
    let measure =
        rows.resources.iter().find(|one| one.key == row.resource).map_or(usual, |one| one.measure.as_str());
    let purpose = purposes.get(measure).ok_or_else(|| fault(format!("resources.csv: no {measure}")))?;
    let new = Report {
        kind: Kind::Lecture,
        venue: "活动室".to_owned(),
        heads: BTreeMap::from([(group, row.heads.unwrap_or(10))]),
        method: Method::SignInSheet,
        purposes: BTreeSet::from([purpose.clone()]),
        times: persons.iter().map(|id| (id.clone(), (560, 640))).collect(),
        note: String::new(),
        photos: Vec::new(),
    };
    let by = acting(stage, &walk.team, on.at(17, 0))?;
    let at = seen(stage, &by, &walk.id)?;
    delivery::report(stage.tx, &by, (&walk.id, at), &new)?;
    let (order, _) = actions::find(stage.tx, &by, &walk.id)?;
    let delivery = order.state.delivery().cloned().ok_or_else(|| fault("a report without a delivery"))?;
    let (_, second) = stage.pair(&walk.team);
    let by = stage.by(second, on.plus_days(1).at(10, 0))?;
    let version = evidence::actions::delivery::find(stage.tx, &by, &delivery)?.version;
    evidence::actions::delivery::verify(stage.tx, &by, (&delivery, version))
}
