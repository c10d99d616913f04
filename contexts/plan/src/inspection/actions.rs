//! The steps of checklists and inspections: one function a verb.

use std::collections::BTreeMap;

use db::Tx;
use evidence::Photo;
use kernel::{AccountId, Caller, Day, Problem, Problems, Refusal, UnitId};
use people::{accounts, units};
use serde_json::json;

use super::{Answer, Checklist, ChecklistId, Inspection, InspectionId, Item, State, store};
use crate::actions::{keeper, record};
use crate::store::proof;
use crate::supervision::actions::{self as supervision, NewItem, is_unit_side, who};
use crate::supervision::{Cause, Reason, Subject, SubjectKind, SupervisionId};

/// A version of a checklist as a person writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChecklist {
    /// The version that it follows; `None` for a new one.
    pub follows: Option<ChecklistId>,
    /// Its title.
    pub title: String,
    /// The points in all, as stated.
    pub total: i64,
    /// What is looked at, in order.
    pub items: Vec<Item>,
}

/// Makes a checklist, or its next version.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; invalid when its points do not add up to what is stated;
/// conflict when it follows a version that is no longer the newest.
pub fn make(tx: &mut Tx<'_>, by: &Caller, new: &NewChecklist) -> Result<ChecklistId, Refusal> {
    keeper(&by.actor)?;
    let id: ChecklistId = by.id();
    let (family, n) = match &new.follows {
        None => (id.to_string(), 1),
        Some(before) => {
            let before = find_checklist(tx, by, before)?;
            (before.family, before.n.saturating_add(1))
        }
    };
    let items = (1..).zip(&new.items).map(|(n, item)| Item {
        n,
        words: item.words.trim().to_owned(),
        ..item.clone()
    });
    let one = Checklist {
        id,
        family,
        n,
        title: new.title.trim().to_owned(),
        total: new.total,
        items: items.collect(),
        made: who(by),
    };
    one.check()?;
    store::insert_checklist(tx, by.district(), &one)?;
    let detail =
        json!({ "title": one.title, "version": one.n, "total": one.total, "items": one.items.len() });
    record(tx, by, "plan.inspection.make-checklist", ("checklist", one.id.as_str()), detail)?;
    Ok(one.id)
}

/// A version with its items.
///
/// # Errors
/// `NotFound`.
pub fn find_checklist(tx: &mut Tx<'_>, by: &Caller, id: &ChecklistId) -> Result<Checklist, Refusal> {
    store::find_checklist(tx, by.district(), id)?.ok_or(Refusal::NotFound)
}

/// What is planned: one inspection for each unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInspections {
    /// By which version.
    pub checklist: ChecklistId,
    /// Whom.
    pub units: Vec<UnitId>,
    /// On which day.
    pub on: Day,
    /// Who looks.
    pub inspector: AccountId,
}

/// Plans inspections; gives the first one's id.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; invalid without units, for a day that has passed, and for
/// an inspector who holds something in one of the units.
pub fn plan(tx: &mut Tx<'_>, by: &Caller, new: &NewInspections) -> Result<InspectionId, Refusal> {
    keeper(&by.actor)?;
    find_checklist(tx, by, &new.checklist)?;
    let mut problems = Problems::new();
    if new.units.is_empty() {
        problems.add(Problem::new("supervision-unit-unknown").at("unit"));
    }
    if new.on < by.today() {
        problems.add(Problem::new("inspection-past").at("on").with("today", by.today()));
    }
    let account = accounts::find(tx, by.district(), &new.inspector)?;
    let actor = accounts::actor(tx, by.district(), &new.inspector, by.today())?;
    let (Some(account), Some(actor)) = (account, actor) else {
        return Err(Problem::new("inspection-inspector").at("inspector").into());
    };
    for unit in &new.units {
        match units::find(tx, by.district(), unit, by.today())? {
            None => problems.add(Problem::new("supervision-unit-unknown").at("unit")),
            Some(unit) if actor.grants.iter().any(|grant| grant.unit == unit.id) => {
                problems.add(Problem::new("inspection-own-unit").at("inspector").with("unit", unit.label()));
            }
            Some(_) => {}
        }
    }
    problems.check()?;
    let is_demo = people::district::settings(tx, by.district())?.is_some_and(|settings| settings.is_demo);
    let mut first = None;
    for unit in &new.units {
        let one = Inspection {
            id: by.id(),
            checklist: new.checklist.clone(),
            unit: unit.clone(),
            on: new.on,
            inspector: new.inspector.clone(),
            inspector_name: account.name.clone(),
            planned: who(by),
            state: State::Planned,
            comment: None,
            answers: BTreeMap::new(),
            version: 1,
            is_demo,
        };
        store::insert(tx, by.district(), &one)?;
        let detail = json!({ "unit": unit, "on": new.on });
        record(tx, by, "plan.inspection.plan", ("inspection", one.id.as_str()), detail)?;
        first.get_or_insert(one.id);
    }
    first.ok_or(Refusal::NotFound)
}

/// Whether the actor looks: the inspector, or who keeps the plan without holding anything in the unit.
pub fn may_fill(by: &Caller, one: &Inspection) -> bool {
    let inspects = by.actor.account.as_ref() == Some(&one.inspector);
    inspects || supervision::is_other_side(&by.actor, &one.unit)
}

/// The inspection, if the actor sees it: who inspects, and the people of the unit and those above.
///
/// # Errors
/// `NotFound`.
pub fn find(tx: &mut Tx<'_>, by: &Caller, id: &InspectionId) -> Result<Inspection, Refusal> {
    let found = store::find(tx, by.district(), id)?;
    let sees = |one: &Inspection| {
        by.actor.account.as_ref() == Some(&one.inspector)
            || supervision::reading(&by.actor).includes(&one.unit)
    };
    found.filter(sees).ok_or(Refusal::NotFound)
}

/// Lets those through who see what was filled in: everybody who sees the inspection once it is done,
/// before that only who inspects.
///
/// # Errors
/// `NotFound`.
pub fn find_shown(tx: &mut Tx<'_>, by: &Caller, id: &InspectionId) -> Result<(), Refusal> {
    let one = find(tx, by, id)?;
    let shown = matches!(one.state, State::Done { .. }) || may_fill(by, &one);
    if shown { Ok(()) } else { Err(Refusal::NotFound) }
}

/// An inspection at the version that a person had before them.
pub type At<'a> = (&'a InspectionId, i64);

fn load(tx: &mut Tx<'_>, by: &Caller, (id, seen): At<'_>) -> Result<Inspection, Refusal> {
    let one = find(tx, by, id)?;
    if one.version != seen {
        return Err(Refusal::Conflict(Problem::new("plan-changed-meanwhile")));
    }
    Ok(one)
}

/// What an inspector filled in.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// Points and findings by the number of the item; what is absent is open.
    pub answers: BTreeMap<i64, (i64, String)>,
    /// Photos and scans.
    pub photos: Vec<Photo>,
    /// Whether the result stands.
    pub finish: bool,
}

/// Keeps what was filled in, and closes the inspection when that is asked for.
///
/// # Errors
/// `NotFound`; `Forbidden` for who does not inspect; invalid with what is open or does not fit; conflict.
pub fn fill(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, filled: &Filled) -> Result<(), Refusal> {
    let one = load(tx, by, at)?;
    if !may_fill(by, &one) {
        return Err(Refusal::Forbidden);
    }
    let checklist = find_checklist(tx, by, &one.checklist)?;
    let answer = |(n, (given, finding)): (&i64, &(i64, String))| {
        (*n, Answer { given: *given, finding: finding.trim().to_owned(), supervision: None })
    };
    let mut answers: BTreeMap<i64, Answer> = one.answers.clone();
    answers.extend(filled.answers.iter().map(answer));
    let one = one.fill(&checklist, answers)?;
    store::save(tx, by.district(), &one)?;
    proof::insert(tx, by, ("inspection", one.id.as_str()), &filled.photos)?;
    let mut detail = json!({ "unit": one.unit, "answers": one.answers.len() });
    if filled.finish {
        let one = one.finish(&checklist, who(by))?;
        store::save(tx, by.district(), &one)?;
        detail = json!({ "unit": one.unit, "points": one.score(), "total": checklist.total });
        return record(tx, by, "plan.inspection.finish", ("inspection", one.id.as_str()), detail);
    }
    record(tx, by, "plan.inspection.fill", ("inspection", one.id.as_str()), detail)
}

/// It does not happen.
///
/// # Errors
/// `NotFound`; `Forbidden` unless the actor keeps the plan; invalid without a reason; conflict.
pub fn cancel(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, why: &str) -> Result<(), Refusal> {
    let one = load(tx, by, at)?;
    keeper(&by.actor)?;
    let one = one.cancel(who(by), why)?;
    store::save(tx, by.district(), &one)?;
    let detail = json!({ "unit": one.unit, "reason": why.trim() });
    record(tx, by, "plan.inspection.cancel", ("inspection", one.id.as_str()), detail)
}

/// The unit says something of its result.
///
/// # Errors
/// `NotFound`; `Forbidden` for who does not answer for the unit; invalid without words; conflict.
pub fn comment(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, words: &str) -> Result<(), Refusal> {
    let one = load(tx, by, at)?;
    if !is_unit_side(&by.actor, &one.unit) {
        return Err(Refusal::Forbidden);
    }
    let one = one.comment_on(who(by), words)?;
    store::save(tx, by.district(), &one)?;
    let detail = json!({ "unit": one.unit, "words": words.trim() });
    record(tx, by, "plan.inspection.comment", ("inspection", one.id.as_str()), detail)
}

/// A finding becomes a supervision item.
///
/// # Errors
/// `NotFound`; `Forbidden` unless the actor keeps the plan; conflict before there is a result, and when
/// the finding became one already.
pub fn raise_finding(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, n: i64) -> Result<SupervisionId, Refusal> {
    let mut one = load(tx, by, at)?;
    keeper(&by.actor)?;
    if !matches!(one.state, State::Done { .. }) {
        return Err(Refusal::Conflict(Problem::new("inspection-no-result")));
    }
    let checklist = find_checklist(tx, by, &one.checklist)?;
    let item = checklist.items.into_iter().find(|item| item.n == n).ok_or(Refusal::NotFound)?;
    let answer = one.answers.get_mut(&n).filter(|answer| !answer.finding.is_empty());
    let answer = answer.ok_or(Refusal::NotFound)?;
    if answer.supervision.is_some() {
        return Err(Refusal::Conflict(Problem::new("inspection-raised-already")));
    }
    let new = NewItem {
        unit: one.unit.clone(),
        subject: Subject { kind: SubjectKind::Inspection, id: one.id.to_string(), title: item.words },
        request: answer.finding.clone(),
        n_days: None,
    };
    let args = [("given", answer.given), ("points", item.points)];
    let args = args.map(|(name, n)| (name.to_owned(), n.to_string())).to_vec();
    let reason =
        Reason { code: "finding".to_owned(), args, href: format!("/desk/plan/inspections/{}", one.id) };
    let raised = supervision::raise_for(tx, by, Cause::Finding, reason, &new)?;
    answer.supervision = Some(raised.clone());
    one.version = one.version.saturating_add(1);
    store::save(tx, by.district(), &one)?;
    Ok(raised)
}
