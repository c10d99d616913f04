//! `GET /desk/plan/versions/{id}/diff`: what a version changes against the one that it replaces.

use askama::Template;
use axum::extract::Path;
use kernel::Refusal;
use web::{Cx, Result};

use super::desk;
use crate::actions::load;
use crate::diff::{Change, Stretch, changes, stretches};
use crate::target::Promise;
use crate::{Content, Item, Plan, PlanId, store};

#[derive(Template)]
#[template(path = "pages/diff.html")]
struct DiffPage<'a> {
    cx: &'a Cx,
    plan: &'a Plan,
    old: &'a Plan,
    groups: Vec<Group>,
}

/// Changes of one sort.
pub(crate) struct Group {
    pub title: String,
    pub rows: Vec<Row>,
}

/// One change: what it concerns, how it was and how it is; empty where there is no such side.
pub(crate) struct Row {
    pub title: String,
    pub before: Vec<Stretch>,
    pub after: Vec<Stretch>,
}

/// Shows it.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result {
    let (plan, old, before, after) = cx
        .read(move |tx, by| {
            let id = PlanId::from(id.as_str());
            let plan = load(tx, by, &id)?;
            let old = plan.replaces.clone().ok_or(Refusal::NotFound)?;
            let old = load(tx, by, &old)?;
            let before = store::load_content(tx, by.district(), &old.id)?;
            let after = store::load_content(tx, by.district(), &id)?;
            Ok((plan, old, before, after))
        })
        .await?;
    let groups = groups(&cx, &before, &after);
    let title = cx.t("plan-diff-title");
    cx.page(desk(title), DiffPage { cx: &cx, plan: &plan, old: &old, groups })
}

/// The order in which changes are told.
const ORDER: [&str; 8] =
    ["added", "removed", "reworded", "moved", "reassigned", "target-added", "target-removed", "retargeted"];

/// All changes, sorted into groups in a fixed order.
pub(crate) fn groups(cx: &Cx, before: &Content, after: &Content) -> Vec<Group> {
    let all = changes((&before.items, &before.targets), (&after.items, &after.targets));
    let group = |code: &&str| Group {
        title: cx.t(&format!("plan-change-{code}")),
        rows: all.iter().filter(|change| change.code() == *code).map(|change| row(cx, change)).collect(),
    };
    ORDER.iter().map(group).filter(|group| !group.rows.is_empty()).collect()
}

fn row(cx: &Cx, change: &Change) -> Row {
    let row = |title: &str, before: String, after: String| {
        let (before, after) = stretches(&before, &after);
        Row { title: title.to_owned(), before, after }
    };
    match change {
        Change::Added(item) => row(&item.title, String::new(), item.body.clone()),
        Change::Removed(item) => row(&item.title, item.body.clone(), String::new()),
        Change::Reworded(old, new) => row(&new.title, words(old), words(new)),
        Change::Moved(old, new) => row(&new.title, place(old), place(new)),
        Change::Reassigned(old, new) => row(&new.title, owners(cx, old), owners(cx, new)),
        Change::TargetAdded(target) => {
            row(&target.promise.subject, String::new(), promise(cx, &target.promise))
        }
        Change::TargetRemoved(target) => {
            row(&target.promise.subject, promise(cx, &target.promise), String::new())
        }
        Change::Retargeted(old, new) => {
            row(&new.promise.subject, promise(cx, &old.promise), promise(cx, &new.promise))
        }
    }
}

fn words(item: &Item) -> String {
    format!("{}。{}", item.title, item.body)
}

fn place(item: &Item) -> String {
    format!("{} › {}", item.chapter, item.section)
}

fn owners(cx: &Cx, item: &Item) -> String {
    let names = |leading: bool| -> String {
        let of = item.duties.iter().filter(|duty| crate::item::leads(duty.role) == leading);
        of.map(|duty| duty.name.as_str()).collect::<Vec<_>>().join("、")
    };
    format!("{}{} {}{}", cx.t("plan-leads"), names(true), cx.t("plan-supports"), names(false))
}

fn promise(cx: &Cx, promise: &Promise) -> String {
    let kind = cx.t(&format!("plan-target-kind-{}", promise.kind.code()));
    let word = cx.t(&format!("plan-comparator-{}", crate::target::comparator_word(promise.comparator)));
    let value = promise.value.map(|value| super::figure(cx, value)).unwrap_or_default();
    let due = cx.with("plan-due", &[("due", super::due_words(cx, &promise.due))]);
    format!("{kind} · {word} {value} {} {} · {due} {}", promise.unit, promise.per, promise.strength)
}
