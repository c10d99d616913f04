//! What a resident does, without an account: the draft in the browser, then number and code.

use db::Tx;
use kernel::{Caller, Problem, Problems, Refusal, Year};

use super::{Side, keep, put, said, still, tell, turn};
use crate::contact::{self, Contact};
use crate::order::{Channel, Clock, DayPart, Order, OrderId, Running, State, Want};
use crate::party::{Part, PartyState};
use crate::resource::ResourceState;
use crate::store::rating::Rating;
use crate::{ResourceId, store};

/// Orders that one number may have open, and may send in a day.
const MOST_OPEN: i64 = 8;
const MOST_A_DAY: i64 = 5;
/// Wrong codes that one address may type in an hour.
const MOST_GUESSES: i64 = 10;
/// The longest need, in characters.
const LONGEST_NEED: usize = 500;

/// Begins a draft; gives its key.
///
/// # Errors
/// As the database refuses.
pub fn begin(tx: &mut Tx<'_>, by: &Caller) -> Result<Order, Refusal> {
    let is_demo = people::district::settings(tx, by.district())?.is_some_and(|settings| settings.is_demo);
    let order = Order {
        id: by.id(),
        year: by.today().year(),
        n: tx.next("service_order")?,
        draft_key: by.rng.token(),
        want: Want::default(),
        contact: None,
        phone_mac: String::new(),
        channel: Channel::Web,
        entered_by: None,
        state: State::Draft,
        running: Running::default(),
        n_reopened: 0,
        created_at: by.now(),
        submitted_at: None,
        state_at: by.now(),
        version: 1,
        is_demo,
    };
    store::order::insert(tx, by.district(), &order)?;
    Ok(order)
}

/// The draft of a key.
///
/// # Errors
/// Not found.
pub fn draft(tx: &mut Tx<'_>, by: &Caller, key: &str) -> Result<Order, Refusal> {
    let found = store::order::find_by_draft(tx, by.district(), key)?;
    found.filter(|_| key.len() == 64).ok_or(Refusal::NotFound)
}

/// Keeps what was typed so far, whole or not.
///
/// # Errors
/// Not found; conflict once it was sent.
pub fn keep_draft(
    tx: &mut Tx<'_>,
    by: &Caller,
    key: &str,
    (want, contact): (&Want, Option<&Contact>),
) -> Result<(), Refusal> {
    let mut order = draft(tx, by, key)?;
    if order.state != State::Draft {
        return Err(Refusal::Conflict(Problem::new("service-sent-already")));
    }
    order.want = want.clone();
    if let Some(contact) = contact {
        order.contact = Some(contact::seal(by, &order.id, contact)?);
    }
    Ok(store::order::save_want(tx, by.district(), &order)?)
}

/// Completes what the resource says, and looks at every part of a wish.
///
/// # Errors
/// All that has to be mended.
pub fn check(tx: &mut Tx<'_>, by: &Caller, order: &mut Order) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    let today = by.today();
    let want = &mut order.want;
    want.need = want.need.trim().to_owned();
    let long = want.need.chars().count();
    if long > LONGEST_NEED {
        problems.add(Problem::new("error-too-long").at("need").with("most", LONGEST_NEED).with("long", long));
    }
    if want.on.is_some_and(|on| on <= today) {
        problems.add(Problem::new("service-day-early").at("on").with("today", today));
    }
    if want.on.is_some_and(|on| on > today.plus_days(365)) {
        problems.add(Problem::new("service-day-far").at("on"));
    }
    if want.n_heads.is_some_and(|n| !(1..=2000).contains(&n)) {
        problems.add(Problem::new("service-number-range").at("heads").with("least", 1).with("most", 2000));
    }
    let towns = people::units::towns(tx, by.district(), today)?;
    let town = towns.iter().find(|town| want.town.as_ref() == Some(&town.id));
    if town.is_none() {
        problems.add(Problem::new("service-town-missing").at("town"));
    }
    if let Some(town) = town {
        let below = people::units::subtree(tx, by.district(), &town.id, today)?;
        match &want.community {
            Some(unit) if below.contains(unit) => {}
            Some(_) | None => want.community = Some(town.id.clone()),
        }
    }
    match want.resource.clone() {
        None if want.need.is_empty() => problems.add(Problem::new("service-need-missing").at("need")),
        None => {
            want.title = shortened(&want.need);
            want.topic = String::new();
        }
        Some(id) => check_resource(tx, by, (&id, order), &mut problems)?,
    }
    problems.check()
}

/// The first words of a need, as its title.
fn shortened(need: &str) -> String {
    let line = need.lines().next().unwrap_or_default();
    let short: String = line.chars().take(24).collect();
    if short.chars().count() < need.chars().count() { format!("{short}…") } else { short }
}

fn check_resource(
    tx: &mut Tx<'_>,
    by: &Caller,
    (id, order): (&ResourceId, &mut Order),
    problems: &mut Problems,
) -> Result<(), Refusal> {
    let found = store::resource::find(tx, by.district(), id)?;
    let Some(resource) = found.filter(|one| one.state == ResourceState::Open) else {
        problems.add(Problem::new("service-resource-gone").at("item"));
        return Ok(());
    };
    let want = &mut order.want;
    want.title.clone_from(&resource.offer.title);
    want.topic.clone_from(&resource.offer.topic);
    if want.town.as_ref().is_some_and(|town| !resource.offer.comes_to(town)) {
        problems.add(Problem::new("service-town-not-served").at("town").with("title", &resource.offer.title));
    }
    let today = by.today();
    let held = store::resource::held_of(tx, by.district(), id, (today, order.id.as_str()))?;
    match want.on {
        None => problems.add(Problem::new("service-day-missing").at("on")),
        Some(on) if on > today && !resource.offer.is_free(on, today, &held) => {
            problems.add(Problem::new("service-day-taken").at("on").with("day", on));
        }
        Some(_) => {}
    }
    Ok(())
}

/// Sends a draft. Sent twice it is one order.
///
/// # Errors
/// Not found; invalid with all that has to be mended, and when one number sends too much.
pub fn submit(
    tx: &mut Tx<'_>,
    by: &Caller,
    key: &str,
    (name, phone, place): (&str, &str, &str),
) -> Result<Order, Refusal> {
    let order = draft(tx, by, key)?;
    if order.state != State::Draft {
        return Ok(order);
    }
    enter(tx, by, order, (name, phone, place), Side::Resident)
}

/// Takes a whole order in, by whoever enters it.
pub(super) fn enter(
    tx: &mut Tx<'_>,
    by: &Caller,
    mut order: Order,
    (name, phone, place): (&str, &str, &str),
    side: Side,
) -> Result<Order, Refusal> {
    let contact = contact::read(name, phone, place);
    let checked = check(tx, by, &mut order);
    let contact = match (contact, checked) {
        (Ok(contact), Ok(())) => contact,
        (Err(Refusal::Invalid(mut some)), Err(Refusal::Invalid(more))) => {
            some.extend(more);
            return Err(Refusal::Invalid(some));
        }
        (Err(refusal), Ok(()) | Err(_)) | (Ok(_), Err(refusal)) => return Err(refusal),
    };
    let mac = contact::phone_mac(by, &contact.phone);
    let since = by.now().plus_seconds(-24 * 3600);
    let (lately, open) = store::order::of_phone(tx, by.district(), (&mac, since))?;
    if lately >= MOST_A_DAY || open >= MOST_OPEN {
        return Err(Problem::new("service-too-many").at("phone").with("n", MOST_A_DAY).into());
    }
    order.contact = Some(contact::seal(by, &order.id, &contact)?);
    order.phone_mac = mac;
    let turn = turn(tx, by, Clock::Check)?;
    let order = order.submit(turn)?;
    keep(tx, by, &order, side, ("submit", ""))?;
    if let Some(community) = &order.want.community {
        put(tx, by, &order, (Part::Community, PartyState::Holds), community, "")?;
        tell(tx, by, &order, Some(community), "check")?;
    }
    Ok(order)
}

/// What number and code lead to.
#[derive(Clone, Debug)]
pub enum Found {
    /// The order.
    Order(Box<Order>),
    /// No such order, or another code; the two are not told apart.
    Wrong,
    /// Too many wrong ones from here: nothing is looked at.
    Blocked,
}

/// Looks for an order by number and code; changes nothing. Who finds none is to be counted by
/// [`note_wrong`], in a transaction of its own: what is refused is not kept.
///
/// # Errors
/// As the database refuses.
pub fn look(tx: &mut Tx<'_>, by: &Caller, number: &str, code: &str) -> Result<Found, Refusal> {
    let since = by.now().plus_seconds(-3600);
    if store::guess::count(tx, by.district(), (origin(by), since))? >= MOST_GUESSES {
        return Ok(Found::Blocked);
    }
    let order = match read_number(number) {
        Some(number) => store::order::find_by_number(tx, by.district(), number)?,
        None => None,
    };
    let found = order.filter(|order| contact::is_code(by, &order.id, code));
    Ok(found.map_or(Found::Wrong, |order| Found::Order(Box::new(order))))
}

/// Counts a wrong code by the address that it came from.
///
/// # Errors
/// As the database refuses.
pub fn note_wrong(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    let now = by.now();
    Ok(store::guess::add(tx, by.district(), origin(by), (now.plus_seconds(-3600), now))?)
}

fn origin(by: &Caller) -> &str {
    if by.address.is_empty() { "-" } else { by.address.as_str() }
}

/// Reads `2025-0042`, also without the hyphen's zeros and in full width.
pub fn read_number(text: &str) -> Option<(Year, i64)> {
    let text = kernel::search_key(text);
    let (year, n) = text.split_once('-')?;
    Some((year.parse().ok()?, n.parse().ok()?))
}

/// Changes day and part of the day while the community has it; answers what was asked.
///
/// # Errors
/// Conflict in any other state; invalid for a day that is no free one.
pub fn change(
    tx: &mut Tx<'_>,
    by: &Caller,
    mut order: Order,
    (on, part, words): (Option<kernel::Day>, DayPart, &str),
) -> Result<(), Refusal> {
    order.want.on = on;
    order.want.part = part;
    check(tx, by, &mut order)?;
    let (order, step) = match &order.state {
        State::Returned { n_left, .. } => {
            let due = super::calendar(tx, by)?.add_working_days(by.today(), (*n_left).max(1));
            let turn = crate::order::Turn { at: by.now(), running: Running::until(due) };
            let words = said(words, "words")?;
            (order.answer(turn)?, ("answer", words))
        }
        State::Submitted => {
            let mut order = order;
            order.version = order.version.saturating_add(1);
            let words = on.map(|on| on.to_string()).unwrap_or_default();
            (order, ("change", words))
        }
        State::Draft
        | State::Joined { .. }
        | State::Refused { .. }
        | State::Dispatched
        | State::Claimed { .. }
        | State::Recruiting { .. }
        | State::Accepted { .. }
        | State::Scheduled { .. }
        | State::InDelivery { .. }
        | State::Awaiting { .. }
        | State::Feedback { .. }
        | State::Closed { .. }
        | State::Withdrawn { .. }
        | State::Merged { .. }
        | State::PassedOn { .. } => {
            return Err(Refusal::Conflict(Problem::new("service-change-late")));
        }
    };
    keep(tx, by, &order, Side::Resident, (step.0, &step.1))?;
    match order.want.community.clone() {
        Some(community) => tell(tx, by, &order, Some(&community), "check"),
        None => Ok(()),
    }
}

/// The resident no longer wants it.
///
/// # Errors
/// Conflict once they have come.
pub fn withdraw(tx: &mut Tx<'_>, by: &Caller, order: Order, words: &str) -> Result<(), Refusal> {
    let told: Vec<_> = [order.state.team(), order.state.department(), order.want.community.as_ref()]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let who = crate::order::Who { by: None, name: String::new(), at: by.now() };
    let (goes_along, before) = (matches!(order.state, State::Joined { .. }), order.clone());
    let reason = words.trim().chars().take(300).collect();
    let order = order.withdraw(still(by), who, reason)?;
    // Where others go with it the visit stays, under another of them.
    let led = super::batch::hand_over(tx, by, &before)?;
    keep(tx, by, &order, Side::Resident, ("withdraw", words))?;
    if let Some(unit) = told.first().filter(|_| !led && !goes_along) {
        tell(tx, by, &order, Some(unit), "withdrawn")?;
    }
    Ok(())
}

/// The resident says that it was so.
///
/// # Errors
/// Conflict unless it was reported.
pub fn confirm(tx: &mut Tx<'_>, by: &Caller, order: Order) -> Result<(), Refusal> {
    let turn = turn(tx, by, Clock::Rate)?;
    let order = order.confirm(turn)?;
    keep(tx, by, &order, Side::Resident, ("confirm", ""))?;
    if store::batch::is_rated_back(tx, by.district(), &order)? {
        return Ok(());
    }
    let team = order.state.team().cloned();
    tell(tx, by, &order, team.as_ref(), "rate")
}

/// The resident says that it was not so: the department has it again.
///
/// # Errors
/// Conflict unless it was reported; invalid without words.
pub fn dispute(tx: &mut Tx<'_>, by: &Caller, order: Order, words: &str) -> Result<(), Refusal> {
    let words = said(words, "words")?;
    reopen(tx, by, order, Side::Resident, &words)
}

/// Opens an order again, with all its history.
pub(super) fn reopen(
    tx: &mut Tx<'_>,
    by: &Caller,
    order: Order,
    side: Side,
    words: &str,
) -> Result<(), Refusal> {
    let turn = turn(tx, by, Clock::Find)?;
    let team = order.state.team().cloned();
    let order = order.reopen(turn)?;
    keep(tx, by, &order, side, ("reopen", words))?;
    if let Some(team) = team {
        put(tx, by, &order, (Part::Team, PartyState::Lapsed), &team, "")?;
    }
    let department = order.state.department().cloned();
    tell(tx, by, &order, department.as_ref(), "find")
}

/// The resident rates; two stars or fewer open a call.
///
/// # Errors
/// Conflict unless it was confirmed, and a second time; invalid without stars.
pub fn rate(
    tx: &mut Tx<'_>,
    by: &Caller,
    order: Order,
    stars: Option<i64>,
    words: &str,
) -> Result<(), Refusal> {
    let stars = stars.filter(|n| (1..=5).contains(n));
    let stars = stars.ok_or_else(|| Refusal::from(Problem::new("service-stars-missing").at("stars")))?;
    let words: String = words.trim().chars().take(300).collect();
    rate_by(tx, by, &order, (Side::Resident, stars), &words)?;
    if stars <= super::late::LOW_STARS {
        let at = (&order.id, order.n_reopened);
        store::call::open(tx, by.district(), at, ("low", by.now()))?;
        let community = order.want.community.clone();
        tell(tx, by, &order, community.as_ref(), "call")?;
    }
    super::late::close_if_rated(tx, by, order)
}

/// Notes a side's rating.
pub(super) fn rate_by(
    tx: &mut Tx<'_>,
    by: &Caller,
    order: &Order,
    (side, stars): (Side, i64),
    words: &str,
) -> Result<(), Refusal> {
    if !matches!(order.state, State::Feedback { .. }) {
        return Err(Refusal::Conflict(Problem::new("service-unfit").with("state", order.state.code())));
    }
    let (code, step) = match &side {
        Side::Resident | Side::Program => ("resident", "rate"),
        Side::Staff(_) => ("team", "rate_back"),
    };
    let rating = Rating { side: code.to_owned(), stars, words: words.to_owned(), at: by.now() };
    let at = (&order.id, order.n_reopened);
    if !store::rating::insert(tx, by.district(), at, by.actor.account.as_ref(), &rating)? {
        return Err(Refusal::Conflict(Problem::new("service-rated-already")));
    }
    super::note(tx, by, order, side, (step, &"★".repeat(usize::try_from(stars).unwrap_or(0))))
}

/// A refused order goes to the coordinator once: the community looks at it again, and it stands one
/// level higher.
///
/// # Errors
/// Conflict unless it was refused, and a second time; invalid without words.
pub fn appeal(tx: &mut Tx<'_>, by: &Caller, order: Order, words: &str) -> Result<(), Refusal> {
    let words = said(words, "words")?;
    let before = store::step::list(tx, by.district(), &order.id)?;
    if before.iter().any(|step| step.step == "appeal") {
        return Err(Refusal::Conflict(Problem::new("service-appealed-already")));
    }
    let mut turn = turn(tx, by, Clock::Check)?;
    let community = order.want.community.clone();
    let path = match &community {
        Some(unit) => people::units::path(tx, by.district(), unit, by.today())?,
        None => Vec::new(),
    };
    let above = path.iter().map(|unit| unit.id.clone()).find(|unit| Some(unit) != community.as_ref());
    turn.running.level = 1;
    turn.running.held.clone_from(&above);
    let order = order.look_again(turn)?;
    keep(tx, by, &order, Side::Resident, ("appeal", &words))?;
    if let Some(above) = above {
        put(tx, by, &order, (Part::Above, PartyState::Holds), &above, "")?;
        tell(tx, by, &order, Some(&above), "appeal")?;
    }
    Ok(())
}

/// The address under which a resident sees an order.
pub fn href(by: &Caller, order: &Order) -> String {
    format!("/orders/{}?code={}", order.number(), contact::code(by, &order.id))
}

/// The order of a step that a resident takes, by its id; the code was looked at before.
pub fn reload(tx: &mut Tx<'_>, by: &Caller, id: &OrderId) -> Result<Order, Refusal> {
    store::order::find(tx, by.district(), id)?.ok_or(Refusal::NotFound)
}
