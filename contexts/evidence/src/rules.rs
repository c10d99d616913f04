//! What must hold before a delivery may be saved, and who may take which step. Pure.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Actor, Day, Problem, Problems, Reach, Refusal, Role, UnitId};

use crate::{Delivery, Details, PurposeId, State, Step};

/// Who records: also who edits and submits.
pub const RECORDERS: &[Role] = &[Role::Administrator, Role::Coordinator, Role::Editor, Role::CommunityWorker];
/// Who verifies, sends back and withdraws.
pub const VERIFIERS: &[Role] =
    &[Role::Administrator, Role::Coordinator, Role::Verifier, Role::CommunityWorker];
/// Who writes what counts, and puts it in force.
pub const RULE_KEEPERS: &[Role] = &[Role::Administrator, Role::Coordinator];
/// Who opens the pages at all.
pub const READERS: &[Role] = &Role::ALL;

/// A registered purpose, as far as the rules need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurposeSpan {
    /// Its title, for the message.
    pub title: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Left the plan: nothing new is recorded for it.
    pub retired: bool,
}

/// What the rules know of the world on the day of the delivery.
#[derive(Clone, Debug)]
pub struct World {
    /// Today in China.
    pub today: Day,
    /// For which units the actor may record.
    pub reach: Reach,
    /// Units that exist on the day.
    pub units: BTreeSet<UnitId>,
    /// Those of them that are towns or streets.
    pub towns: BTreeSet<UnitId>,
    /// Those of the purposes that are registered, retired ones too, by id.
    pub purposes: BTreeMap<PurposeId, PurposeSpan>,
    /// Whether some purpose is in force on the day; asked when one that was named is over by then.
    pub covered: bool,
}

/// Checks what is told against the world.
///
/// # Errors
/// Everything that must be mended, each at its field.
pub fn check(details: &Details, world: &World) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    if details.on > world.today {
        let problem = Problem::new("evidence-day-ahead").at("on").with("typed", details.on);
        problems.add(problem.with("today", world.today));
    }
    if !world.towns.contains(&details.town) {
        problems.add(Problem::new("evidence-town-unknown").at("town").with("on", details.on));
    }
    if !world.units.contains(&details.host) {
        problems.add(Problem::new("evidence-unit-unknown").at("host").with("on", details.on));
    } else if !world.reach.includes(&details.host) {
        problems.add(Problem::new("evidence-host-outside").at("host"));
    }
    if details.place.as_ref().is_some_and(|place| !world.units.contains(place)) {
        problems.add(Problem::new("evidence-unit-unknown").at("place").with("on", details.on));
    }
    for (field, units) in [("co_host", &details.co_hosts), ("supporter", &details.supporters)] {
        if units.iter().any(|unit| !world.units.contains(unit)) {
            problems.add(Problem::new("evidence-unit-unknown").at(field).with("on", details.on));
        }
    }
    if details.co_hosts.contains(&details.host) {
        problems.add(Problem::new("evidence-co-host-is-host").at("co_host"));
    }
    if details.supporters.iter().any(|unit| details.organisers().contains(unit)) {
        problems.add(Problem::new("evidence-supporter-organises").at("supporter"));
    }
    for id in &details.purposes {
        check_purpose(details.on, world, id, &mut problems);
    }
    problems.check()
}

/// Nothing new is recorded for a purpose that left the plan; what was recorded before may be mended.
///
/// # Errors
/// Invalid with each of them.
pub fn check_new(world: &World) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    for purpose in world.purposes.values().filter(|purpose| purpose.retired) {
        problems.add(Problem::new("evidence-purpose-retired").at("purpose").with("title", &purpose.title));
    }
    problems.check()
}

/// What happens after the last day of a purpose still counts for it while no other is in force on
/// that day: between two plans people go on working, and what they did must find its place.
fn check_purpose(on: Day, world: &World, id: &PurposeId, problems: &mut Problems) {
    let Some(purpose) = world.purposes.get(id) else {
        problems.add(Problem::new("evidence-purpose-unknown").at("purpose"));
        return;
    };
    let between = on > purpose.to && !world.covered;
    if !(purpose.from..=purpose.to).contains(&on) && !between {
        let problem = Problem::new("evidence-day-outside-plan").at("on").with("title", &purpose.title);
        problems.add(problem.with("from", purpose.from).with("to", purpose.to));
    }
}

/// A reason: 2 to 300 characters.
///
/// # Errors
/// Missing or too long.
pub fn reason(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    match text.chars().count() {
        0 | 1 => Err(Problem::new("evidence-reason-missing").at("reason").into()),
        n if n > 300 => {
            let problem = Problem::new("error-too-long").at("reason");
            Err(problem.with("most", 300).with("long", n).into())
        }
        _ => Ok(text.to_owned()),
    }
}

/// Whether the actor sees the delivery: all of them for the wide roles and viewers, else those
/// that a unit or town within reach organised, supported or housed.
pub fn sees(actor: &Actor, details: &Details) -> bool {
    match reading(actor) {
        Reach::All => true,
        Reach::Units(units) => {
            units.contains(&details.town)
                || units.contains(&details.host)
                || details.co_hosts.iter().chain(&details.supporters).any(|unit| units.contains(unit))
        }
    }
}

/// What the actor reads.
pub fn reading(actor: &Actor) -> Reach {
    if actor.has(Role::Viewer) { Reach::All } else { actor.reach(READERS) }
}

/// Whether a step is within the actor's rights. A returned or drafted delivery belongs to those
/// who record for its host; a waiting or counted one to those who verify there.
pub fn may(actor: &Actor, delivery: &Delivery, step: Step) -> bool {
    let records = || actor.reach(RECORDERS).includes(&delivery.details.host);
    let verifies = || actor.reach(VERIFIERS).includes(&delivery.details.host);
    match step {
        Step::Edit | Step::Submit => records(),
        Step::Verify | Step::SendBack => verifies(),
        Step::Withdraw => match delivery.state() {
            State::Draft | State::Returned { .. } => records(),
            State::Submitted { .. } | State::Verified { .. } | State::Withdrawn { .. } => verifies(),
        },
    }
}

/// The steps that fit the state and the actor, for the buttons of the record page. One's own
/// delivery is never offered for verification.
pub fn open_steps(actor: &Actor, delivery: &Delivery) -> Vec<Step> {
    let fits = |step: Step| match (delivery.state(), step) {
        (State::Draft | State::Returned { .. }, Step::Edit | Step::Submit | Step::Withdraw)
        | (State::Submitted { .. }, Step::SendBack)
        | (State::Verified { .. }, Step::Withdraw) => true,
        (State::Submitted { submitted }, Step::Verify) => actor
            .account
            .as_ref()
            .is_some_and(|account| *account != submitted.by && *account != delivery.recorded.by),
        (State::Draft | State::Returned { .. }, Step::Verify | Step::SendBack)
        | (State::Submitted { .. }, Step::Edit | Step::Submit | Step::Withdraw)
        | (State::Verified { .. }, Step::Edit | Step::Submit | Step::Verify | Step::SendBack)
        | (
            State::Withdrawn { .. },
            Step::Edit | Step::Submit | Step::Verify | Step::SendBack | Step::Withdraw,
        ) => false,
    };
    Step::ALL.into_iter().filter(|step| fits(*step) && may(actor, delivery, *step)).collect()
}
