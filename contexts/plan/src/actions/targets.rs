//! Correcting and confirming targets, and entering the path of one.

use db::Tx;
use kernel::{Caller, Problem, Problems, Refusal};
use plan_doc::Comparator;
use serde_json::json;

use super::{correct, items, keeper, load, plans, record};
use crate::target::{Path, Promise, TargetState};
use crate::{ItemId, PlanId, PlanState, Target, TargetId, store};

/// What must hold of a promise before it is saved.
fn check(promise: &Promise) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    if promise.subject.trim().is_empty() {
        problems.add(Problem::new("plan-target-subject-missing").at("subject"));
    }
    let directed = matches!(promise.comparator, Comparator::Rising | Comparator::Falling);
    if promise.value.is_none() && !directed {
        problems.add(Problem::new("plan-target-value-missing").at("value"));
    }
    if promise.due_on().is_none() {
        problems.add(Problem::new("plan-target-due-wrong").at("due").with("value", &promise.due));
    }
    problems.check()
}

/// Corrects a target of a draft; it has to be confirmed anew, and its doubts are settled by that.
///
/// # Errors
/// As [`correct`]; `NotFound`; invalid without subject, value or a day that it is due.
pub fn edit(
    tx: &mut Tx<'_>,
    by: &Caller,
    plan: &PlanId,
    id: &TargetId,
    item: Option<ItemId>,
    promise: Promise,
) -> Result<(), Refusal> {
    correct(tx, by, plan)?;
    check(&promise)?;
    if let Some(item) = &item {
        store::find_item(tx, by.district(), plan, item)?.ok_or(Refusal::NotFound)?;
    }
    let target = store::find_target(tx, by.district(), plan, id)?.ok_or(Refusal::NotFound)?;
    let mut target = target.correct(promise);
    target.item = item;
    store::save_target(tx, by.district(), plan, &target)?;
    items::settle_where(tx, by, plan, |doubt| doubt.target.as_ref() == Some(id))?;
    let detail = json!({ "subject": target.promise.subject, "kind": target.promise.kind.code() });
    record(tx, by, "plan.target.edit", ("plan_target", id.as_str()), detail)
}

/// Adds a target to a draft, with the sentence it stands in.
///
/// # Errors
/// As [`edit`].
pub fn add(
    tx: &mut Tx<'_>,
    by: &Caller,
    plan: &PlanId,
    item: Option<ItemId>,
    sentence: &str,
    promise: Promise,
) -> Result<TargetId, Refusal> {
    correct(tx, by, plan)?;
    check(&promise)?;
    let item = match item {
        Some(item) => Some(store::find_item(tx, by.district(), plan, &item)?.ok_or(Refusal::NotFound)?),
        None => None,
    };
    let n =
        store::list_targets(tx, by.district(), plan)?.iter().map(|target| target.n).max().unwrap_or(0) + 1;
    let target = Target {
        id: by.id(),
        n,
        code: format!("target-{n}"),
        section: item.as_ref().map(|item| item.section.clone()).unwrap_or_default(),
        item: item.map(|item| item.id),
        promise,
        sentence: sentence.trim().to_owned(),
        span: None,
        state: TargetState::Proposed,
    };
    store::insert_target(tx, by.district(), plan, &target)?;
    let detail = json!({ "subject": target.promise.subject });
    record(tx, by, "plan.target.add", ("plan_target", target.id.as_str()), detail)?;
    Ok(target.id)
}

/// Takes a target out of a draft.
///
/// # Errors
/// As [`correct`]; `NotFound`.
pub fn delete(tx: &mut Tx<'_>, by: &Caller, plan: &PlanId, id: &TargetId) -> Result<(), Refusal> {
    correct(tx, by, plan)?;
    let target = store::find_target(tx, by.district(), plan, id)?.ok_or(Refusal::NotFound)?;
    items::settle_where(tx, by, plan, |doubt| doubt.target.as_ref() == Some(id))?;
    store::delete_target(tx, by.district(), plan, id)?;
    let detail = json!({ "subject": target.promise.subject });
    record(tx, by, "plan.target.delete", ("plan_target", id.as_str()), detail)
}

/// A person stands behind kind and number. In a plan in force the indicator counts from now on.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; `NotFound`; conflict when it is confirmed, or the
/// plan is superseded.
pub fn confirm(tx: &mut Tx<'_>, by: &Caller, plan: &PlanId, id: &TargetId) -> Result<(), Refusal> {
    let target = store::find_target(tx, by.district(), plan, id)?.ok_or(Refusal::NotFound)?;
    confirm_these(tx, by, plan, vec![target])
}

/// A person stands behind all targets that are still proposed.
///
/// # Errors
/// As [`confirm`].
pub fn confirm_all(tx: &mut Tx<'_>, by: &Caller, plan: &PlanId) -> Result<(), Refusal> {
    let all = store::list_targets(tx, by.district(), plan)?;
    let open = all.into_iter().filter(|target| target.state == TargetState::Proposed).collect();
    confirm_these(tx, by, plan, open)
}

fn confirm_these(tx: &mut Tx<'_>, by: &Caller, id: &PlanId, targets: Vec<Target>) -> Result<(), Refusal> {
    let account = keeper(&by.actor)?;
    let plan = load(tx, by, id)?;
    for target in targets {
        let target = target.confirm(account.clone(), by.now())?;
        store::save_target(tx, by.district(), id, &target)?;
        let detail = json!({ "subject": target.promise.subject, "kind": target.promise.kind.code() });
        record(tx, by, "plan.target.confirm", ("plan_target", target.id.as_str()), detail)?;
    }
    match plan.state {
        PlanState::Draft => Ok(()),
        PlanState::Published { .. } => plans::register(tx, by),
        PlanState::Superseded { .. } => Err(Refusal::Conflict(Problem::new("plan-not-in-force"))),
    }
}

/// Replaces the path of a target: for each year a value and the paper that decided it.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; `NotFound`; invalid for a year outside the plan or
/// a value without a source.
pub fn set_path(
    tx: &mut Tx<'_>,
    by: &Caller,
    plan: &PlanId,
    id: &TargetId,
    path: &Path,
) -> Result<(), Refusal> {
    keeper(&by.actor)?;
    let of = load(tx, by, plan)?;
    store::find_target(tx, by.district(), plan, id)?.ok_or(Refusal::NotFound)?;
    let mut problems = Problems::new();
    for (year, step) in path {
        if !of.period.is_some_and(|period| period.includes(*year)) {
            problems.add(Problem::new("plan-path-year").at(format!("value-{year}")).with("year", year));
        }
        if step.source.trim().is_empty() {
            problems.add(
                Problem::new("plan-path-source-missing").at(format!("source-{year}")).with("year", year),
            );
        }
    }
    problems.check()?;
    store::save_path(tx, by, id, path)?;
    let steps: Vec<_> =
        path.iter().map(|(year, step)| json!([year, step.value.to_string(), step.source])).collect();
    record(tx, by, "plan.target.path", ("plan_target", id.as_str()), json!({ "path": steps }))
}
