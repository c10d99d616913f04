//! The steps of an item: one function a verb.

use db::Tx;
use evidence::{DeliveryId, Photo};
use kernel::{AccountId, Actor, Caller, Day, Problem, Problems, Reach, Refusal, Role, UnitId, Workdays};
use people::units;
use serde_json::json;

use super::{
    Cause, Held, Reason, Setting, State, Subject, SubjectKind, Supervision, SupervisionId, Who, store,
    telling,
};
use crate::actions::{keeper, record};
use crate::store::proof;

/// The roles that answer for a unit.
pub const UNIT_SIDE: &[Role] = &[Role::Editor, Role::Verifier, Role::CommunityWorker];

/// Whose items an actor sees: their own units', and those of all below.
pub fn reading(actor: &Actor) -> Reach {
    actor.reach(&Role::ALL)
}

/// Who acts, for the record.
pub(crate) fn who(by: &Caller) -> Who {
    Who { by: by.actor.account.clone(), name: by.actor.name.clone(), at: by.now() }
}

/// What holds for a cause.
pub fn setting(tx: &mut Tx<'_>, by: &Caller, cause: Cause) -> Result<Setting, Refusal> {
    let set = store::setting::list(tx, by.district())?;
    Ok(set.get(&cause).map_or_else(|| Setting::of(cause), |set| set.setting))
}

/// Changes what holds for a cause.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; invalid for figures out of range.
pub fn set(tx: &mut Tx<'_>, by: &Caller, all: &[(Cause, Setting)]) -> Result<(), Refusal> {
    let account = keeper(&by.actor)?;
    let mut problems = Problems::new();
    for (cause, new) in all {
        let ranges = [
            ("days", new.n_days, 1, 250),
            ("percent", new.n_percent, 0, 100),
            ("grace", new.n_grace, 0, 60),
            ("rest", new.n_rest, 0, 250),
            ("escalate", new.n_escalate, 1, 250),
        ];
        for (name, n, least, most) in ranges {
            if !(least..=most).contains(&n) {
                let at = format!("{name}-{}", cause.code());
                let problem = Problem::new("supervision-setting-range").at(at);
                problems.add(problem.with("least", least).with("most", most));
            }
        }
    }
    problems.check()?;
    for (cause, new) in all {
        let old = setting(tx, by, *cause)?;
        if old != *new {
            store::setting::save(tx, by, &account, *cause, new)?;
            let detail = json!({ "active": new.active, "days": new.n_days, "percent": new.n_percent,
                "grace": new.n_grace, "rest": new.n_rest, "escalate": new.n_escalate });
            record(tx, by, "plan.supervision.set", ("supervision_setting", cause.code()), detail)?;
        }
    }
    Ok(())
}

/// The item, if the actor sees it.
///
/// # Errors
/// `NotFound`.
pub fn find(tx: &mut Tx<'_>, by: &Caller, id: &SupervisionId) -> Result<Supervision, Refusal> {
    let found = store::find(tx, by.district(), id)?;
    found.filter(|one| reading(&by.actor).includes(&one.unit)).ok_or(Refusal::NotFound)
}

/// Whether the actor answers for the unit.
pub fn is_unit_side(actor: &Actor, unit: &UnitId) -> bool {
    actor.reach(UNIT_SIDE).includes(unit)
}

/// Whether the actor is the other side: keeps the plan, and holds nothing in the unit itself.
pub fn is_other_side(actor: &Actor, unit: &UnitId) -> bool {
    keeper(actor).is_ok() && actor.grants.iter().all(|grant| grant.unit != *unit)
}

fn unit_side(by: &Caller, one: &Supervision) -> Result<AccountId, Refusal> {
    let account = by.actor.account.clone().filter(|_| is_unit_side(&by.actor, &one.unit));
    account.ok_or(Refusal::Forbidden)
}

fn other_side(by: &Caller, one: &Supervision) -> Result<(), Refusal> {
    keeper(&by.actor)?;
    if is_other_side(&by.actor, &one.unit) {
        return Ok(());
    }
    Err(Problem::new("supervision-own-unit").into())
}

/// What a coordinator raises by hand, or an inspection leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// To whom.
    pub unit: UnitId,
    /// About what.
    pub subject: Subject,
    /// What is asked for.
    pub request: String,
    /// Working days to answer; what holds for the cause when nobody said.
    pub n_days: Option<i64>,
}

/// Raises an item by hand.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; invalid for an unknown unit, without a subject's name or
/// words, or for a date that is too near or too far.
pub fn raise(tx: &mut Tx<'_>, by: &Caller, new: &NewItem) -> Result<SupervisionId, Refusal> {
    raise_for(tx, by, Cause::Manual, Reason::default(), new)
}

/// As [`raise`], for a cause and with what led to it.
pub(crate) fn raise_for(
    tx: &mut Tx<'_>,
    by: &Caller,
    cause: Cause,
    reason: Reason,
    new: &NewItem,
) -> Result<SupervisionId, Refusal> {
    keeper(&by.actor)?;
    let mut problems = Problems::new();
    let unit = units::find(tx, by.district(), &new.unit, by.today())?;
    if unit.is_none_or(|unit| unit.kind == units::UnitKind::District) {
        problems.add(Problem::new("supervision-unit-unknown").at("unit"));
    }
    if new.subject.title.trim().is_empty() {
        problems.add(Problem::new("supervision-subject-missing").at("title"));
    }
    if new.request.trim().is_empty() {
        problems.add(Problem::new("supervision-request-missing").at("request"));
    }
    let n_days = match new.n_days {
        Some(n) => n,
        None => setting(tx, by, cause)?.n_days,
    };
    if !(1..=250).contains(&n_days) {
        problems.add(Problem::new("supervision-setting-range").at("days").with("least", 1).with("most", 250));
    }
    problems.check()?;
    let calendar = people::workdays::calendar(tx, by.district())?;
    let due = calendar.add_working_days(by.today(), n_days);
    let raised = begin(tx, by, (cause, reason), new, due)?;
    raised.ok_or_else(|| Refusal::Conflict(Problem::new("supervision-open-already")))
}

/// Inserts a new item with its first step; `None` when the same is open already.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    by: &Caller,
    (cause, reason): (Cause, Reason),
    new: &NewItem,
    due: Day,
) -> Result<Option<SupervisionId>, Refusal> {
    let year = by.today().year();
    let is_demo = people::district::settings(tx, by.district())?.is_some_and(|settings| settings.is_demo);
    let one = Supervision {
        id: by.id(),
        year,
        n: store::next_number(tx, by.district(), year)?,
        unit: new.unit.clone(),
        cause,
        subject: Subject { title: new.subject.title.trim().to_owned(), ..new.subject.clone() },
        request: new.request.trim().to_owned(),
        reason,
        raised: who(by),
        due,
        state: State::Raised,
        held: Held { level: 0, unit: new.unit.clone(), on: by.today() },
        version: 1,
        is_demo,
    };
    if !store::insert(tx, by.district(), &one)? {
        return Ok(None);
    }
    let step = ("raise", &one.raised);
    let n = store::step::insert(tx, by.district(), &one.id, step, (&one.request, Some(due)))?;
    telling::tell(tx, by, &one, ("raise", n))?;
    let detail = json!({ "unit": one.unit, "cause": cause.code(), "subject": one.subject.title, "due": due });
    record(tx, by, "plan.supervision.raise", ("supervision", one.id.as_str()), detail)?;
    Ok(Some(one.id))
}

/// An item at the version that a person had before them.
pub type At<'a> = (&'a SupervisionId, i64);

/// Loads an item for a step.
fn load(tx: &mut Tx<'_>, by: &Caller, (id, seen): At<'_>) -> Result<Supervision, Refusal> {
    let one = find(tx, by, id)?;
    if one.version != seen {
        return Err(Refusal::Conflict(Problem::new("plan-changed-meanwhile")));
    }
    Ok(one)
}

/// Saves an item after a step, and notes the step; gives the step's number.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    by: &Caller,
    one: &Supervision,
    (step, action): (&'static str, &'static str),
    words: &str,
) -> Result<i64, Refusal> {
    store::save(tx, by.district(), one)?;
    let due = one.state.is_open().then_some(one.due);
    let n = store::step::insert(tx, by.district(), &one.id, (step, &who(by)), (words.trim(), due))?;
    telling::tell(tx, by, one, (step, n))?;
    let detail = json!({ "unit": one.unit, "words": words.trim(), "due": one.due });
    record(tx, by, action, ("supervision", one.id.as_str()), detail)?;
    Ok(n)
}

fn calendar(tx: &mut Tx<'_>, by: &Caller) -> Result<Workdays, Refusal> {
    Ok(people::workdays::calendar(tx, by.district())?)
}

/// The unit has seen it.
///
/// # Errors
/// `NotFound`; `Forbidden` unless the actor answers for the unit; conflict.
pub fn acknowledge(tx: &mut Tx<'_>, by: &Caller, at: At<'_>) -> Result<(), Refusal> {
    let one = load(tx, by, at)?;
    unit_side(by, &one)?;
    let one = one.acknowledge()?;
    keep(tx, by, &one, ("acknowledge", "plan.supervision.acknowledge"), "").map(|_| ())
}

/// What a unit answers with.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Its words.
    pub words: String,
    /// Deliveries that show it.
    pub deliveries: Vec<DeliveryId>,
    /// Photos and scans.
    pub photos: Vec<Photo>,
}

/// The unit answers.
///
/// # Errors
/// As [`acknowledge`]; invalid without words.
pub fn reply(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, answer: &Answer) -> Result<(), Refusal> {
    let one = load(tx, by, at)?;
    let account = unit_side(by, &one)?;
    let one = one.reply(account, &answer.words, by.today())?;
    let n = keep(tx, by, &one, ("reply", "plan.supervision.reply"), &answer.words)?;
    for delivery in &answer.deliveries {
        evidence::actions::delivery::find(tx, by, delivery)?;
        store::step::name_delivery(tx, by.district(), &one.id, (delivery, n))?;
    }
    proof::insert(tx, by, ("supervision", one.id.as_str()), &answer.photos)
}

/// The unit asks for more time.
///
/// # Errors
/// As [`acknowledge`]; invalid without a reason, or for a day that is not later.
pub fn ask_extension(
    tx: &mut Tx<'_>,
    by: &Caller,
    at: At<'_>,
    until: Day,
    words: &str,
) -> Result<(), Refusal> {
    let one = load(tx, by, at)?;
    unit_side(by, &one)?;
    let one = one.ask_extension(until, words, by.today())?;
    let said = format!("{until} {}", words.trim());
    keep(tx, by, &one, ("ask", "plan.supervision.ask-extension"), &said).map(|_| ())
}

/// The other side grants or refuses the time.
///
/// # Errors
/// `NotFound`; `Forbidden` unless the actor keeps the plan; invalid for one's own unit, or a refusal
/// without a reason; conflict.
pub fn decide_extension(
    tx: &mut Tx<'_>,
    by: &Caller,
    at: At<'_>,
    granted: bool,
    words: &str,
) -> Result<(), Refusal> {
    let one = load(tx, by, at)?;
    other_side(by, &one)?;
    let (one, step) = if granted {
        (one.grant(by.today(), &calendar(tx, by)?)?, ("grant", "plan.supervision.grant"))
    } else {
        (one.refuse(words, by.today(), &calendar(tx, by)?)?, ("refuse", "plan.supervision.refuse"))
    };
    keep(tx, by, &one, step, words).map(|_| ())
}

/// The other side is content.
///
/// # Errors
/// As [`decide_extension`]; invalid by whoever answered.
pub fn close(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, words: &str) -> Result<(), Refusal> {
    let one = load(tx, by, at)?;
    other_side(by, &one)?;
    let one = one.close(who(by), words)?;
    keep(tx, by, &one, ("close", "plan.supervision.close"), words).map(|_| ())
}

/// The other side asks for a better answer.
///
/// # Errors
/// As [`decide_extension`].
pub fn send_back(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, words: &str) -> Result<(), Refusal> {
    let one = load(tx, by, at)?;
    other_side(by, &one)?;
    let one = one.send_back(words, by.today(), &calendar(tx, by)?)?;
    keep(tx, by, &one, ("return", "plan.supervision.return"), words).map(|_| ())
}

/// It was raised in error.
///
/// # Errors
/// As [`decide_extension`].
pub fn withdraw(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, words: &str) -> Result<(), Refusal> {
    let one = load(tx, by, at)?;
    other_side(by, &one)?;
    let one = one.withdraw(who(by), words)?;
    keep(tx, by, &one, ("withdraw", "plan.supervision.withdraw"), words).map(|_| ())
}

/// The measure or target that an address or a form names as `measure:ID` or `target:ID`.
pub fn read_subject(text: &str) -> Option<(SubjectKind, &str)> {
    let (kind, id) = text.split_once(':')?;
    match SubjectKind::parse(kind)? {
        kind @ (SubjectKind::Target | SubjectKind::Measure) => Some((kind, id)),
        SubjectKind::Line | SubjectKind::Inspection | SubjectKind::Other => None,
    }
}
