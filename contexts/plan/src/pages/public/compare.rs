//! `GET /plan/compare?from=&to=`: two periods of the plan beside each other.

use askama::Template;
use axum::extract::Query;
use kernel::Refusal;
use serde::Deserialize;
use web::{Cx, Result};

use super::plan::public;
use crate::pages::diff::{Group, groups};
use crate::{Content, Plan, PlanId, diff, store};

#[derive(Template)]
#[template(path = "pages/public/compare.html")]
struct ComparePage<'a> {
    cx: &'a Cx,
    old: &'a Plan,
    new: &'a Plan,
    counts: Vec<(String, usize, usize)>,
    groups: Vec<Group>,
}

/// Which two.
#[derive(Deserialize)]
pub struct Choice {
    from: String,
    to: String,
}

/// Shows them.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let (old, new, before, mut after) = cx
        .read(move |tx, by| {
            let mut of = |id: &str| {
                let found = store::find_plan(tx, by.district(), &PlanId::from(id))?;
                let plan = found.filter(|plan| !plan.is_draft()).ok_or(Refusal::NotFound)?;
                let content = store::load_content(tx, by.district(), &plan.id)?;
                Ok::<_, Refusal>((plan, content))
            };
            let ((old, before), (new, after)) = (of(&choice.from)?, of(&choice.to)?);
            Ok((old, new, before, after))
        })
        .await?;
    join(&before, &mut after);
    let counts = vec![
        (cx.t("plan-compare-sections"), before.sections.len(), after.sections.len()),
        (cx.t("plan-compare-items"), before.items.len(), after.items.len()),
        (cx.t("plan-compare-targets"), before.targets.len(), after.targets.len()),
    ];
    let groups = groups(&cx, &before, &after);
    cx.page(public(cx.t("plan-compare")), ComparePage { cx: &cx, old: &old, new: &new, counts, groups })
}

/// Plans of two periods were not read as versions of each other: what is alike is taken for the same.
fn join(before: &Content, after: &mut Content) {
    let same = diff::same_items(&before.items, &after.items);
    for (item, same) in after.items.iter_mut().zip(same) {
        if let Some(old) = same.and_then(|at| before.items.get(at)) {
            item.id = old.id.clone();
        }
    }
    let same = diff::same_targets(&before.targets, &after.targets);
    for (target, same) in after.targets.iter_mut().zip(same) {
        if let Some(old) = same.and_then(|at| before.targets.get(at)) {
            target.id = old.id.clone();
        }
    }
}
