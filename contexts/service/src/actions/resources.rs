//! What units offer, what teams can do, and who is in them.

use db::Tx;
use kernel::{Caller, Problem, Problems, Refusal, UnitId};
use people::audit;
use people::units::UnitKind;
use serde_json::json;

use super::only;
use crate::order::rules::{self, OFFERERS};
use crate::resource::{Offer, Resource, ResourceId, ResourceState};
use crate::store;
use crate::team::{Person, PersonId, PersonKind, Profile};

/// Whether the actor enters what a unit offers.
pub fn offers_for(by: &Caller, unit: &UnitId) -> bool {
    by.actor.reach(OFFERERS).includes(unit)
}

fn record(
    tx: &mut Tx<'_>,
    by: &Caller,
    action: &'static str,
    subject: (&'static str, &str),
    detail: serde_json::Value,
) -> Result<(), Refusal> {
    audit::record(tx, by, audit::Entry { action, subject, detail })
}

/// Puts something on the resource list.
///
/// # Errors
/// Forbidden for a unit beyond reach; invalid with all that has to be mended.
pub fn add(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId, offer: &Offer) -> Result<ResourceId, Refusal> {
    let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
    if !offers_for(by, unit) {
        return Err(Problem::new("service-unit-not-yours").at("unit").into());
    }
    offer.check()?;
    let is_demo = people::district::settings(tx, by.district())?.is_some_and(|settings| settings.is_demo);
    let one = Resource {
        id: by.id(),
        unit: unit.clone(),
        offer: offer.clone(),
        state: ResourceState::Open,
        version: 1,
        changed_by: account,
        changed_at: by.now(),
        is_demo,
    };
    store::resource::save(tx, by.district(), &one)?;
    let detail = json!({ "title": one.offer.title, "unit": one.unit });
    record(tx, by, "service.resource.add", ("service_resource", one.id.as_str()), detail)?;
    Ok(one.id)
}

/// Changes what is told of a resource, and whether it is on the menu. Orders that hold it keep it.
///
/// # Errors
/// Not found; forbidden; conflict; invalid with all that has to be mended.
pub fn change(
    tx: &mut Tx<'_>,
    by: &Caller,
    (id, seen): (&ResourceId, i64),
    (offer, state): (&Offer, ResourceState),
) -> Result<(), Refusal> {
    let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
    let one = store::resource::find(tx, by.district(), id)?.ok_or(Refusal::NotFound)?;
    only(offers_for(by, &one.unit))?;
    if one.version != seen {
        return Err(Refusal::Conflict(Problem::new("service-changed-meanwhile")));
    }
    offer.check()?;
    let one = Resource {
        offer: offer.clone(),
        state,
        version: seen.saturating_add(1),
        changed_by: account,
        changed_at: by.now(),
        ..one
    };
    store::resource::save(tx, by.district(), &one)?;
    let detail = json!({ "title": one.offer.title, "state": state.code() });
    record(tx, by, "service.resource.change", ("service_resource", id.as_str()), detail)
}

/// Says what a team can do, and how much at a time.
///
/// # Errors
/// Not found unless it is a team within reach; conflict; invalid for a load out of range.
pub fn set_profile(tx: &mut Tx<'_>, by: &Caller, new: &Profile) -> Result<(), Refusal> {
    team(tx, by, &new.unit)?;
    only(offers_for(by, &new.unit))?;
    let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
    let mut problems = Problems::new();
    if !(0..=100).contains(&new.n_load) {
        problems.add(Problem::new("service-number-range").at("load").with("least", 0).with("most", 100));
    }
    for (field, text) in [("topics", &new.topics), ("languages", &new.languages)] {
        let long = text.chars().count();
        if long > 200 {
            problems.add(Problem::new("error-too-long").at(field).with("most", 200).with("long", long));
        }
    }
    problems.check()?;
    let next = Profile { version: new.version.saturating_add(1), ..new.clone() };
    store::team::save(tx, by.district(), &next, (&account, by.now()))?;
    let detail = json!({ "topics": new.topics, "load": new.n_load });
    record(tx, by, "service.team.set", ("unit", new.unit.as_str()), detail)
}

/// The team, if the actor sees it.
///
/// # Errors
/// Not found.
pub fn team(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId) -> Result<people::units::Unit, Refusal> {
    let found = people::units::find(tx, by.district(), unit, by.today())?;
    let reach = by.actor.reach(&kernel::Role::ALL);
    found
        .filter(|one| matches!(one.kind, UnitKind::Team | UnitKind::Department) && reach.includes(unit))
        .ok_or(Refusal::NotFound)
}

/// What is told of a person.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The name.
    pub name: String,
    /// Expert or volunteer.
    pub kind: PersonKind,
    /// Topics in words.
    pub topics: String,
    /// Languages in words.
    pub languages: String,
}

impl NewPerson {
    fn check(&self) -> Result<(), Refusal> {
        let mut problems = Problems::new();
        let fields = [
            ("name", &self.name, 1, 40),
            ("topics", &self.topics, 0, 100),
            ("languages", &self.languages, 0, 60),
        ];
        for (field, text, least, most) in fields {
            let long = text.trim().chars().count();
            if long < least {
                problems.add(Problem::new("error-missing").at(field));
            } else if long > most {
                problems.add(Problem::new("error-too-long").at(field).with("most", most).with("long", long));
            }
        }
        problems.check()
    }
}

/// Enters a person into a team.
///
/// # Errors
/// Not found; forbidden; invalid with all that has to be mended.
pub fn add_person(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId, new: &NewPerson) -> Result<PersonId, Refusal> {
    team(tx, by, unit)?;
    only(offers_for(by, unit))?;
    new.check()?;
    let is_demo = people::district::settings(tx, by.district())?.is_some_and(|settings| settings.is_demo);
    let digits = |n: u64| format!("{:05}", n);
    let one = Person {
        id: by.id(),
        unit: unit.clone(),
        name: new.name.trim().to_owned(),
        kind: new.kind,
        topics: new.topics.trim().to_owned(),
        languages: new.languages.trim().to_owned(),
        proof_code: (0..3).map(|_| digits(by.rng.below(100_000))).collect(),
        is_active: true,
        version: 1,
        added_at: by.now(),
        is_demo,
    };
    store::team::save_person(tx, by.district(), &one)?;
    record(tx, by, "service.person.add", ("service_person", one.id.as_str()), json!({ "unit": unit }))?;
    Ok(one.id)
}

/// The person, if the actor sees their team.
///
/// # Errors
/// Not found.
pub fn person(tx: &mut Tx<'_>, by: &Caller, id: &PersonId) -> Result<Person, Refusal> {
    let one = store::team::find_person(tx, by.district(), id)?.ok_or(Refusal::NotFound)?;
    let reach = by.actor.reach(&kernel::Role::ALL);
    if reach.includes(&one.unit) { Ok(one) } else { Err(Refusal::NotFound) }
}

/// Changes what is told of a person, or says that they left; their hours stay.
///
/// # Errors
/// Not found; forbidden; conflict; invalid with all that has to be mended.
pub fn change_person(
    tx: &mut Tx<'_>,
    by: &Caller,
    (id, seen): (&PersonId, i64),
    (new, is_active): (&NewPerson, bool),
) -> Result<(), Refusal> {
    let one = person(tx, by, id)?;
    only(offers_for(by, &one.unit))?;
    if one.version != seen {
        return Err(Refusal::Conflict(Problem::new("service-changed-meanwhile")));
    }
    new.check()?;
    let one = Person {
        name: new.name.trim().to_owned(),
        kind: new.kind,
        topics: new.topics.trim().to_owned(),
        languages: new.languages.trim().to_owned(),
        is_active,
        version: seen.saturating_add(1),
        ..one
    };
    store::team::save_person(tx, by.district(), &one)?;
    record(tx, by, "service.person.change", ("service_person", id.as_str()), json!({ "active": is_active }))
}

/// Whether the actor keeps the loop; for the board.
///
/// # Errors
/// Forbidden.
pub fn keeper(by: &Caller) -> Result<(), Refusal> {
    only(rules::keeps(&by.actor))
}
