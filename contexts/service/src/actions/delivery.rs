//! What happened, reported once: it becomes a delivery in `evidence`, and the hours of who was there.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use evidence::{Deliverer, Details, Kind, Method, NewDelivery, Photo, PurposeId};
use kernel::{Caller, Group, Problem, Problems, Refusal};

use super::{At, Side, keep, tell, turn};
use crate::order::{Clock, Order};
use crate::store;
use crate::team::PersonId;

/// What a team reports.
#[derive(Clone, Debug)]
pub struct Report {
    /// What it was.
    pub kind: Kind,
    /// Where, in words.
    pub venue: String,
    /// Heads by group.
    pub heads: BTreeMap<Group, i64>,
    /// How they were counted.
    pub method: Method,
    /// What it was done for.
    pub purposes: BTreeSet<PurposeId>,
    /// From when to when each person was there, in minutes of the day; who is absent here was not.
    pub times: BTreeMap<PersonId, (i64, i64)>,
    /// Anything else.
    pub note: String,
    /// Photos.
    pub photos: Vec<Photo>,
}

/// Reports: the delivery goes to a second person in `evidence`, the resident is asked whether it was so.
///
/// # Errors
/// Not found; forbidden; conflict; invalid with all that has to be mended, among it a leaving before the
/// coming and a day that is still ahead.
pub fn report(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, new: &Report) -> Result<(), Refusal> {
    let (order, team) = super::team::held(tx, by, at)?;
    let Some(visit) = order.state.visit() else { return order.unfit() };
    let duties = store::duty::of_order(tx, by.district(), (&order.id, order.n_reopened))?;
    let mut problems = Problems::new();
    for duty in &duties {
        let Some((came, left)) = new.times.get(&duty.person) else { continue };
        if left < came || *came < 0 || *left > 24 * 60 {
            let field = format!("out-{}", duty.person);
            problems.add(Problem::new("service-out-before-in").at(field).with("name", &duty.name));
        }
    }
    if new.times.is_empty() {
        problems.add(Problem::new("service-nobody-came").at("person"));
    }
    problems.check()?;
    let mut came = Vec::new();
    for duty in &duties {
        let Some(times) = new.times.get(&duty.person) else { continue };
        let at = (&order.id, order.n_reopened);
        store::duty::check(tx, by.district(), at, &duty.person, *times)?;
        came.push(Deliverer { name: duty.name.clone(), role: String::new() });
    }
    let details = details(&order, new, &team, came)?;
    // The same round of an order is one delivery, however often it is sent.
    let client_key = format!("order-{}-{}", order.id, order.n_reopened);
    let delivery =
        NewDelivery { client_key, details, persons: String::new(), photos: new.photos.clone(), submit: true };
    let delivery = evidence::actions::delivery::record(tx, by, &delivery)?;
    let turn = turn(tx, by, Clock::Confirm)?;
    let order = order.report(turn, delivery)?;
    let words = format!("{} {}", visit.on, crate::clock_text(visit.minute));
    keep(tx, by, &order, Side::Staff(Some(team)), ("report", &words))?;
    tell(tx, by, &order, None, "confirm")
}

fn details(
    order: &Order,
    new: &Report,
    team: &kernel::UnitId,
    deliverers: Vec<Deliverer>,
) -> Result<Details, Refusal> {
    let Some(visit) = order.state.visit() else { return order.unfit() };
    let Some(town) = order.want.town.clone() else { return order.unfit() };
    let co_hosts = order.state.department().filter(|unit| *unit != team).cloned().into_iter().collect();
    let supporters: BTreeSet<_> =
        order.want.community.iter().filter(|unit| **unit != town).cloned().collect();
    Ok(Details {
        kind: new.kind,
        topic: order.want.topic.clone(),
        title: order.want.title.clone(),
        on: visit.on,
        start: Some(visit.minute),
        minutes: visit.minutes,
        venue: new.venue.trim().to_owned(),
        town,
        place: None,
        host: team.clone(),
        co_hosts,
        supporters,
        heads: new.heads.clone(),
        method: new.method,
        purposes: new.purposes.clone(),
        deliverers,
        works: String::new(),
        note: format!("{}\n{}", order.number(), new.note.trim()).trim().to_owned(),
    })
}
