//! `GET /desk/plan/versions`: all versions of all plans, and which is in force.

use askama::Template;
use axum::extract::Query;
use serde::Deserialize;
use web::{Cell, Cx, Format, Result, Safe, Tone, ui};

use super::desk;
use crate::{Plan, PlanState, store};

#[derive(Template)]
#[template(path = "pages/versions.html")]
struct VersionsPage<'a> {
    cx: &'a Cx,
    rows: Vec<Row>,
    compare: Option<(String, String)>,
}

struct Row {
    id: String,
    title: String,
    period: String,
    state: Safe,
    at: String,
    draft: bool,
    replaces: bool,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    format: Option<String>,
}

/// Shows the list, or gives it as a file.
pub async fn list(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let keeps = cx.may(super::KEEP);
    let all = cx.read(|tx, by| Ok(store::list_plans(tx, by.district())?)).await?;
    let all: Vec<Plan> = all.into_iter().filter(|plan| keeps || !plan.is_draft()).collect();
    if let Some(format) = choice.format.as_deref().and_then(Format::parse) {
        let headers =
            ["plan", "period", "status", "at"].map(|key| cx.t(&format!("plan-column-{key}"))).to_vec();
        let rows = all.iter().map(|plan| {
            let state = cx.t(&format!("plan-state-{}", plan.state.code()));
            let cells: Vec<Cell> =
                vec![plan.title.clone().into(), period(plan).into(), state.into(), at(plan).into()];
            cells
        });
        return cx.export(format, "plans", headers, rows.collect());
    }
    let periods: Vec<&Plan> = all.iter().filter(|plan| plan.is_published()).collect();
    let compare = match periods.as_slice() {
        [newer, older, ..] => Some((older.id.to_string(), newer.id.to_string())),
        [] | [_] => None,
    };
    let rows = all.iter().map(|plan| row(&cx, plan)).collect();
    cx.page(desk(cx.t("plan-nav-versions")), VersionsPage { cx: &cx, rows, compare })
}

fn row(cx: &Cx, plan: &Plan) -> Row {
    let tone = match plan.state {
        PlanState::Draft => Tone::Wait,
        PlanState::Published { .. } => Tone::Ok,
        PlanState::Superseded { .. } => Tone::Quiet,
    };
    Row {
        id: plan.id.to_string(),
        title: if plan.title.is_empty() { cx.t("plan-untitled") } else { plan.title.clone() },
        period: period(plan),
        state: ui::tag(tone, &cx.t(&format!("plan-state-{}", plan.state.code()))),
        at: at(plan),
        draft: plan.is_draft(),
        replaces: plan.replaces.is_some(),
    }
}

fn period(plan: &Plan) -> String {
    plan.period.map(crate::Period::text).unwrap_or_default()
}

/// Since when it stands as it does.
fn at(plan: &Plan) -> String {
    match &plan.state {
        PlanState::Draft => plan.created_at,
        PlanState::Published { at, .. } | PlanState::Superseded { at, .. } => *at,
    }
    .minute_text()
}
