//! Correcting a draft: its head, its items, its doubts.

use std::collections::{BTreeMap, HashMap};

use db::Tx;
use kernel::{Caller, Problem, Problems, Refusal};
use plan_doc::ItemKind;
use serde_json::json;

use super::{correct, keeper, names, record};
use crate::item::duties;
use crate::plan::{Period, Plan};
use crate::{Doubt, DoubtId, Duty, Holder, Item, ItemId, PlanId, TargetId, store};

/// What a person writes for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemForm {
    /// What it is.
    pub kind: ItemKind,
    /// The section it stands in.
    pub section: String,
    /// Its title.
    pub title: String,
    /// Its words.
    pub body: String,
    /// Names of those who lead.
    pub leads: Vec<String>,
    /// Names of those who help.
    pub supports: Vec<String>,
}

/// Parts a list of names as people type it: by line, comma or 、.
pub fn split_names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in text.split(['\n', '、', '，', ',', '；', ';']).map(str::trim).filter(|name| !name.is_empty())
    {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Corrects the title and the years of a draft.
///
/// # Errors
/// As [`correct`]; invalid without a title or with years that are none.
pub fn edit_head(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &PlanId,
    title: &str,
    period: Period,
) -> Result<(), Refusal> {
    keeper(&by.actor)?;
    if title.trim().is_empty() {
        return Err(Problem::new("plan-title-missing").at("title").into());
    }
    let mut plan = super::load(tx, by, id)?.corrected()?;
    plan.title = title.trim().to_owned();
    plan.period = Some(period);
    detach(tx, by, &mut plan)?;
    store::save_plan(tx, by.district(), &plan)?;
    settle_where(tx, by, id, |doubt| {
        matches!(doubt.key.as_str(), "title-missing" | "period-missing" | "period-inferred")
    })?;
    let detail = json!({ "title": plan.title, "from": period.from, "to": period.to });
    record(tx, by, "plan.head", ("plan", id.as_str()), detail)
}

/// A draft for other years than the plan that it was taken to continue is a plan of its own: its
/// items and targets get ids of their own, so that no figure of the old one moves.
fn detach(tx: &mut Tx<'_>, by: &Caller, plan: &mut Plan) -> Result<(), Refusal> {
    let Some(old) = plan.replaces.clone() else { return Ok(()) };
    let old = super::load(tx, by, &old)?;
    let shares = old.period.zip(plan.period).is_some_and(|(old, new)| old.overlaps(new));
    if shares {
        return Ok(());
    }
    let mut content = store::load_content(tx, by.district(), &plan.id)?;
    let items: BTreeMap<ItemId, ItemId> =
        content.items.iter().map(|item| (item.id.clone(), by.id())).collect();
    let targets: BTreeMap<TargetId, TargetId> =
        content.targets.iter().map(|target| (target.id.clone(), by.id())).collect();
    let renew = |item: &mut Option<ItemId>| *item = item.as_ref().and_then(|id| items.get(id).cloned());
    for item in &mut content.items {
        items.get(&item.id).cloned().into_iter().for_each(|id| item.id = id);
    }
    for target in &mut content.targets {
        targets.get(&target.id).cloned().into_iter().for_each(|id| target.id = id);
        renew(&mut target.item);
    }
    for doubt in &mut content.doubts {
        renew(&mut doubt.item);
        doubt.target = doubt.target.as_ref().and_then(|id| targets.get(id).cloned());
    }
    store::delete_content(tx, by.district(), &plan.id)?;
    store::insert_content(tx, by.district(), &plan.id, &content)?;
    plan.replaces = None;
    Ok(())
}

/// Corrects an item; what was doubted in it is settled by that.
///
/// # Errors
/// As [`correct`]; `NotFound`; invalid without a title.
pub fn edit(
    tx: &mut Tx<'_>,
    by: &Caller,
    plan: &PlanId,
    id: &ItemId,
    form: &ItemForm,
) -> Result<(), Refusal> {
    correct(tx, by, plan)?;
    let mut item = store::find_item(tx, by.district(), plan, id)?.ok_or(Refusal::NotFound)?;
    fill(tx, by, plan, &mut item, form)?;
    store::save_item(tx, by.district(), plan, &item)?;
    settle_where(tx, by, plan, |doubt| doubt.item.as_ref() == Some(id) && doubt.target.is_none())?;
    record(tx, by, "plan.item.edit", ("plan_item", id.as_str()), json!({ "title": item.title }))
}

/// Adds an item at the end of the draft.
///
/// # Errors
/// As [`edit`].
pub fn add(tx: &mut Tx<'_>, by: &Caller, plan: &PlanId, form: &ItemForm) -> Result<ItemId, Refusal> {
    correct(tx, by, plan)?;
    let mut item = Item {
        id: by.id(),
        n: store::next_number(tx, by.district(), plan)?,
        chapter: String::new(),
        section: String::new(),
        kind: form.kind,
        title: String::new(),
        body: String::new(),
        span: None,
        duties: Vec::new(),
    };
    fill(tx, by, plan, &mut item, form)?;
    store::insert_item(tx, by.district(), plan, &item)?;
    record(tx, by, "plan.item.add", ("plan_item", item.id.as_str()), json!({ "title": item.title }))?;
    Ok(item.id)
}

/// Takes an item out of the draft; the numbers close up.
///
/// # Errors
/// As [`correct`]; `NotFound`.
pub fn delete(tx: &mut Tx<'_>, by: &Caller, plan: &PlanId, id: &ItemId) -> Result<(), Refusal> {
    correct(tx, by, plan)?;
    let item = store::find_item(tx, by.district(), plan, id)?.ok_or(Refusal::NotFound)?;
    settle_where(tx, by, plan, |doubt| doubt.item.as_ref() == Some(id))?;
    store::delete_item(tx, by.district(), plan, id)?;
    store::renumber(tx, by.district(), plan)?;
    record(tx, by, "plan.item.delete", ("plan_item", id.as_str()), json!({ "title": item.title }))
}

/// Joins an item to the one before it: its words and duties are added there.
///
/// # Errors
/// As [`correct`]; `NotFound`; invalid for the first item.
pub fn merge(tx: &mut Tx<'_>, by: &Caller, plan: &PlanId, id: &ItemId) -> Result<ItemId, Refusal> {
    correct(tx, by, plan)?;
    let items = store::list_items(tx, by.district(), plan)?;
    let at = items.iter().position(|item| item.id == *id).ok_or(Refusal::NotFound)?;
    let before = at.checked_sub(1).and_then(|at| items.get(at));
    let (Some(before), Some(item)) = (before, items.get(at)) else {
        return Err(Problem::new("plan-merge-first").into());
    };
    let mut joined = before.clone();
    joined.body = format!("{}\n{}。{}", joined.body, item.title, item.body).trim().to_owned();
    for duty in &item.duties {
        if !joined.duties.iter().any(|known| known.name == duty.name) {
            joined.duties.push(duty.clone());
        }
    }
    joined.duties = with_roles(joined.duties);
    store::save_item(tx, by.district(), plan, &joined)?;
    settle_where(tx, by, plan, |doubt| doubt.item.as_ref() == Some(id))?;
    store::delete_item(tx, by.district(), plan, id)?;
    store::renumber(tx, by.district(), plan)?;
    let detail = json!({ "title": item.title, "into": joined.title });
    record(tx, by, "plan.item.merge", ("plan_item", joined.id.as_str()), detail)?;
    Ok(joined.id)
}

/// Parts an item in two where `from` begins in its words: what follows becomes an item of its own,
/// its first sentence the title, with the same duties.
///
/// # Errors
/// As [`correct`]; `NotFound`; invalid when the words do not stand in the item, or nothing follows.
pub fn split(
    tx: &mut Tx<'_>,
    by: &Caller,
    plan: &PlanId,
    id: &ItemId,
    from: &str,
) -> Result<ItemId, Refusal> {
    correct(tx, by, plan)?;
    let mut item = store::find_item(tx, by.district(), plan, id)?.ok_or(Refusal::NotFound)?;
    let missing = || Refusal::from(Problem::new("plan-split-missing").at("from").with("words", from));
    let (first, second) =
        item.body.split_once(from).filter(|_| !from.trim().is_empty()).ok_or_else(missing)?;
    let rest = format!("{from}{second}");
    let (title, body) = rest.split_once('。').unwrap_or((rest.as_str(), ""));
    let new = Item {
        id: by.id(),
        n: item.n,
        title: title.trim().to_owned(),
        body: body.trim().to_owned(),
        span: None,
        ..item.clone()
    };
    item.body = first.trim().to_owned();
    store::save_item(tx, by.district(), plan, &item)?;
    make_room(tx, by, plan, item.n)?;
    store::insert_item(tx, by.district(), plan, &Item { n: item.n + 1, ..new.clone() })?;
    let detail = json!({ "title": item.title, "new": new.title });
    record(tx, by, "plan.item.split", ("plan_item", id.as_str()), detail)?;
    Ok(new.id)
}

/// Moves all numbers after `n` up by one.
fn make_room(tx: &mut Tx<'_>, by: &Caller, plan: &PlanId, n: i64) -> Result<(), Refusal> {
    let later = store::list_items(tx, by.district(), plan)?.into_iter().filter(|item| item.n > n);
    for item in later {
        let n = item.n + 1;
        store::save_item(tx, by.district(), plan, &Item { n, ..item })?;
    }
    Ok(())
}

/// A person looked at a doubt and the draft is right as it stands.
///
/// # Errors
/// As [`correct`]; `NotFound`.
pub fn settle(tx: &mut Tx<'_>, by: &Caller, plan: &PlanId, id: &DoubtId) -> Result<(), Refusal> {
    correct(tx, by, plan)?;
    match settle_where(tx, by, plan, |doubt| doubt.id == *id)? {
        0 => Err(Refusal::NotFound),
        _ => record(tx, by, "plan.doubt.settle", ("plan", plan.as_str()), json!({ "doubt": id })),
    }
}

/// Settles open doubts; gives how many.
pub(crate) fn settle_where(
    tx: &mut Tx<'_>,
    by: &Caller,
    plan: &PlanId,
    which: impl Fn(&Doubt) -> bool,
) -> Result<usize, Refusal> {
    let account = keeper(&by.actor)?;
    let doubts = store::list_doubts(tx, by.district(), plan)?;
    let open: Vec<Doubt> =
        doubts.into_iter().filter(|doubt| doubt.settled.is_none() && which(doubt)).collect();
    for doubt in &open {
        let settled = Doubt { settled: Some((account.clone(), by.now())), ..doubt.clone() };
        store::save_doubt(tx, by.district(), plan, &settled)?;
    }
    Ok(open.len())
}

/// Puts what was written into an item, and looks its names up.
fn fill(
    tx: &mut Tx<'_>,
    by: &Caller,
    plan: &PlanId,
    item: &mut Item,
    form: &ItemForm,
) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    if form.title.trim().is_empty() {
        problems.add(Problem::new("plan-item-title-missing").at("title"));
    }
    problems.check()?;
    let all = store::list_items(tx, by.district(), plan)?;
    let known: HashMap<&str, &Holder> =
        all.iter().flat_map(|item| &item.duties).map(|duty| (duty.name.as_str(), &duty.holder)).collect();
    let holders = |names: &[String]| -> Vec<(String, Holder)> {
        let holder =
            |name: &String| known.get(name.as_str()).map_or(Holder::Unmatched, |known| (*known).clone());
        names.iter().map(|name| (name.clone(), holder(name))).collect()
    };
    item.kind = form.kind;
    item.title = form.title.trim().to_owned();
    item.body = form.body.trim().to_owned();
    if item.section != form.section {
        let of_section = all.iter().find(|other| other.section == form.section);
        item.chapter = of_section.map(|other| other.chapter.clone()).unwrap_or_default();
        item.section.clone_from(&form.section);
    }
    item.duties = merge_spread(&item.duties, duties(holders(&form.leads), holders(&form.supports)));
    names::look_up(tx, by, std::slice::from_mut(item), &[])
}

/// A collective name that was spread over units stands in several duties under one name; written
/// again in the same part it keeps all of them.
fn merge_spread(before: &[Duty], after: Vec<Duty>) -> Vec<Duty> {
    let mut merged = Vec::new();
    for duty in after {
        let same: Vec<&Duty> = before
            .iter()
            .filter(|old| {
                old.name == duty.name && crate::item::leads(old.role) == crate::item::leads(duty.role)
            })
            .collect();
        if same.len() > 1 {
            merged.extend(same.into_iter().map(|old| Duty { role: duty.role, ..old.clone() }));
        } else {
            merged.push(duty);
        }
    }
    merged
}

/// Roles set right after leads came together: one leads alone, several lead jointly.
fn with_roles(all: Vec<Duty>) -> Vec<Duty> {
    let (leads, supports): (Vec<Duty>, Vec<Duty>) =
        all.into_iter().partition(|duty| crate::item::leads(duty.role));
    let pair = |duty: Duty| (duty.name, duty.holder);
    duties(leads.into_iter().map(pair).collect(), supports.into_iter().map(pair).collect())
}
