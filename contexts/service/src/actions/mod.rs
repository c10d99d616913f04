//! One function a verb: load what the actor may see, decide, save, note the step, tell.

pub mod batch;
pub mod calendar;
pub mod community;
pub mod delivery;
pub mod department;
pub mod door;
pub mod late;
pub mod messages;
pub mod resident;
pub mod resources;
pub mod settings;
pub mod team;

use std::collections::BTreeMap;

use ::jobs::outbox::{self, Message, MessageKind};
use db::Tx;
use kernel::{Caller, Day, Problem, Refusal, UnitId, Workdays};
use people::audit;
use serde_json::json;

use crate::order::{Clock, Order, OrderId, Running, Turn, Who, rules};
use crate::party::{Part, Party, PartyState};
use crate::store;
use crate::store::step::Step;

/// An order at the version that a person had before them.
pub type At<'a> = (&'a OrderId, i64);

/// The order with its parties, if the actor sees it.
///
/// # Errors
/// Not found: the two are not told apart.
pub fn find(tx: &mut Tx<'_>, by: &Caller, id: &OrderId) -> Result<(Order, Vec<Party>), Refusal> {
    let order = store::order::find(tx, by.district(), id)?.ok_or(Refusal::NotFound)?;
    let parties = store::party::list(tx, by.district(), id)?;
    if rules::sees(&by.actor, &order, &parties) { Ok((order, parties)) } else { Err(Refusal::NotFound) }
}

/// The order for a step; conflict when it was changed since the person saw it.
pub(crate) fn load(tx: &mut Tx<'_>, by: &Caller, (id, seen): At<'_>) -> Result<(Order, Vec<Party>), Refusal> {
    let (order, parties) = find(tx, by, id)?;
    if order.version != seen {
        return Err(Refusal::Conflict(Problem::new("service-changed-meanwhile")));
    }
    Ok((order, parties))
}

/// Lets a step through, or not.
pub(crate) const fn only(may: bool) -> Result<(), Refusal> {
    if may { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// Who acts, for the record.
pub(crate) fn who(by: &Caller) -> Who {
    Who { by: by.actor.account.clone(), name: by.actor.name.clone(), at: by.now() }
}

/// Words that must not be empty, at their field.
pub(crate) fn said(words: &str, field: &'static str) -> Result<String, Refusal> {
    let words = words.trim();
    match words.chars().count() {
        0 => Err(Problem::new("service-words-missing").at(field).into()),
        1..=600 => Ok(words.replace("\r\n", "\n")),
        n => Err(Problem::new("error-too-long").at(field).with("most", 600).with("long", n).into()),
    }
}

/// Working days that each step may take.
pub(crate) fn days(tx: &mut Tx<'_>, by: &Caller) -> Result<BTreeMap<Clock, i64>, Refusal> {
    let set = store::setting::list(tx, by.district())?;
    let of = |clock: Clock| set.get(clock.code()).copied().unwrap_or(clock.usual_days());
    Ok(Clock::ALL.into_iter().map(|clock| (clock, of(clock))).collect())
}

/// The calendar.
pub(crate) fn calendar(tx: &mut Tx<'_>, by: &Caller) -> Result<Workdays, Refusal> {
    Ok(people::workdays::calendar(tx, by.district())?)
}

/// A step taken now, after which this clock runs from a day on.
pub(crate) fn turn_from(tx: &mut Tx<'_>, by: &Caller, clock: Clock, from: Day) -> Result<Turn, Refusal> {
    let n_days = days(tx, by)?.get(&clock).copied().unwrap_or(clock.usual_days());
    let due = calendar(tx, by)?.add_working_days(from, n_days);
    Ok(Turn { at: by.now(), running: Running::until(due) })
}

/// A step taken now, after which this clock runs.
pub(crate) fn turn(tx: &mut Tx<'_>, by: &Caller, clock: Clock) -> Result<Turn, Refusal> {
    turn_from(tx, by, clock, by.today())
}

/// A step taken now, after which no clock runs.
pub(crate) fn still(by: &Caller) -> Turn {
    Turn { at: by.now(), running: Running::default() }
}

/// Who takes a step, for the timeline.
#[derive(Clone, Debug)]
pub(crate) enum Side {
    /// The resident, who has no account.
    Resident,
    /// Somebody for a unit.
    Staff(Option<UnitId>),
    /// The program, when a day passed.
    Program,
}

/// Saves an order after a step, and notes the step.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    by: &Caller,
    order: &Order,
    side: Side,
    (step, words): (&'static str, &str),
) -> Result<(), Refusal> {
    store::order::save(tx, by.district(), order)?;
    calendar::follow(tx, by, order, step)?;
    batch::follow(tx, by, order, &side, (step, words))?;
    note(tx, by, order, side, (step, words))
}

/// Notes a step that changed nothing of the order itself.
pub(crate) fn note(
    tx: &mut Tx<'_>,
    by: &Caller,
    order: &Order,
    side: Side,
    (step, words): (&'static str, &str),
) -> Result<(), Refusal> {
    let (code, name, unit) = match side {
        Side::Resident => ("resident", "", None),
        Side::Staff(unit) => ("staff", by.actor.name.as_str(), unit),
        Side::Program => ("program", "", None),
    };
    let line = Step {
        step: step.to_owned(),
        side: code.to_owned(),
        by_name: name.to_owned(),
        unit,
        at: by.now(),
        words: words.trim().to_owned(),
        due: order.running.due,
    };
    store::step::insert(tx, by.district(), &order.id, by.actor.account.as_ref(), &line)?;
    let detail = json!({ "number": order.number(), "state": order.state.code(), "words": line.words });
    let action = crate::audited(step);
    audit::record(tx, by, audit::Entry { action, subject: ("service_order", order.id.as_str()), detail })
}

/// Tells a unit, or with none the resident, that it is their turn. All messages of this context go
/// through here: those for a unit into the inbox of its people and wherever they want them, those for a
/// resident, who has no inbox, into the list of what is to be told.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    by: &Caller,
    order: &Order,
    unit: Option<&UnitId>,
    key: &'static str,
) -> Result<(), Refusal> {
    let id: String = by.id();
    store::step::tell(tx, by.district(), (&id, &order.id), unit, (key, by.now()))?;
    let Some(unit) = unit else { return messages::tell_resident(tx, by, order, key) };
    let Some(name) = crate::message_name(key) else { return Ok(()) };
    let to = people::accounts::nearest_holders(tx, by.district(), unit, rules::DOERS, by.today())?;
    let message = Message {
        kind: MessageKind { name, urgent: false },
        key: format!("order/{}/{key}/{}/{unit}", order.id, order.version),
        args: vec![("title", order.want.title.clone()), ("number", order.number())],
        href: format!("/desk/orders/{}", order.id),
        to,
    };
    outbox::tell(tx, by, &message)?;
    Ok(())
}

/// Puts units into a part.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    by: &Caller,
    order: &Order,
    (part, state): (Part, PartyState),
    unit: &UnitId,
    reason: &str,
) -> Result<(), Refusal> {
    let party = Party { part, unit: unit.clone(), state, reason: reason.to_owned(), at: by.now() };
    Ok(store::party::put(tx, by.district(), &order.id, &party)?)
}

/// Shows who to call, and writes down who looked: for the audit and for the resident.
///
/// # Errors
/// Not found; forbidden unless it is the actor's step; invalid when it cannot be opened.
pub fn show_contact(tx: &mut Tx<'_>, by: &Caller, id: &OrderId) -> Result<crate::Contact, Refusal> {
    let (order, _) = find(tx, by, id)?;
    only(rules::may_call(&by.actor, &order))?;
    let opened = order.contact.as_ref().and_then(|sealed| crate::contact::open(by, id, sealed));
    let contact = opened.ok_or_else(|| Refusal::from(Problem::new("service-contact-unreadable")))?;
    let unit = by.actor.units().into_iter().next();
    note(tx, by, &order, Side::Staff(unit), ("contact", ""))?;
    Ok(contact)
}
