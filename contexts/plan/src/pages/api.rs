//! `GET /api/plan.json`: the plan in force as open data, in the shape in which the parser prints one,
//! with the figures of the year beside.

use axum::response::IntoResponse;
use evidence::open::{self, Told};
use http::header::CONTENT_TYPE;
use kernel::Refusal;
use plan_doc::ItemKind;
use serde_json::{Value, json};
use web::{Cx, Result};

use super::public::{hides, left_out, person_times};
use crate::figures::{self, Board, MeasureFigure, TargetFigure};
use crate::item::{item_kind_code, leads};
use crate::{Content, Item, store};

/// Gives it.
pub async fn plan(cx: Cx) -> Result {
    let (board, content, told) = cx
        .read(|tx, by| {
            let plan = figures::shown(tx, by, None)?.ok_or(Refusal::NotFound)?;
            let content = store::load_content(tx, by.district(), &plan.id)?;
            let board = figures::board(tx, by, plan, None)?.ok_or(Refusal::NotFound)?;
            Ok((board, content, open::told(tx, by)?))
        })
        .await?;
    let mut chapters: Vec<&str> = content.sections.iter().map(|section| section.chapter.as_str()).collect();
    chapters.dedup();
    let measures =
        content.items.iter().filter(|item| matches!(item.kind, ItemKind::Goal | ItemKind::Measure));
    let safeguards = content.items.iter().filter(|item| item.kind == ItemKind::Safeguard);
    let body = json!({
        "title": board.plan.title,
        "period": format!("{}年", board.period.text()),
        "as_of": board.on,
        "year": board.year,
        "chapters": chapters,
        "sections": content.sections.iter().map(|section| &section.title).collect::<Vec<_>>(),
        "measures": measures.map(|item| measure(&cx, (&board, &told), item)).collect::<Vec<_>>(),
        "safeguards": safeguards.map(|item| json!({ "section": item.section, "title": item.title }))
            .collect::<Vec<_>>(),
        "targets": board.targets.iter().map(|one| target(&content, &told, one)).collect::<Vec<_>>(),
    });
    Ok(([(CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response())
}

fn measure(cx: &Cx, (board, told): (&Board, &Told), item: &Item) -> Value {
    let names = |leading: bool| -> Vec<&str> {
        let of = item.duties.iter().filter(|duty| leads(duty.role) == leading);
        of.map(|duty| duty.name.as_str()).collect()
    };
    let mut all = board.sections.iter().flat_map(|section| &section.measures);
    let figure = all.find(|figure| figure.item.id == item.id);
    json!({
        "n": item.n,
        "chapter": item.chapter,
        "section": item.section,
        "title": item.title,
        "kind": item_kind_code(item.kind),
        "lead": names(true),
        "support": names(false),
        "joint_lead": names(true).len() > 1,
        "figures": figure.map(|figure| figures_of(cx, (board, told), figure)),
    })
}

fn figures_of(cx: &Cx, (board, told): (&Board, &Told), figure: &MeasureFigure) -> Value {
    let shown = person_times(told, board, figure).map_or_else(|| json!(left_out(cx)), |n| json!(n));
    json!({
        "sessions": figure.sums.sessions,
        "person_times": shown,
        "planned_sessions": figure.n_planned(),
        "status": figure.status.code(),
    })
}

fn target(content: &Content, told: &Told, one: &TargetFigure) -> Value {
    let promise = &one.target.promise;
    let item = content.items.iter().find(|item| Some(&item.id) == one.target.item.as_ref());
    let hidden = hides(told, one);
    let number = |value: rust_decimal::Decimal| {
        serde_json::from_str::<Value>(&value.normalize().to_string()).unwrap_or(Value::Null)
    };
    json!({
        "id": one.target.code,
        "section": one.target.section,
        "measure": item.map(|item| &item.title),
        "kind": promise.kind.code(),
        "form": promise.form.map(|form| form.code()),
        "subject": promise.subject,
        "comparator": promise.comparator.code(),
        "value": promise.value.map(number),
        "unit": promise.unit,
        "per": promise.per,
        "by": promise.due,
        "confirmed": one.is_confirmed(),
        "figure": one.now.filter(|_| !hidden).map(number),
        "figure_is": match one.now {
            None if one.counting => "counting",
            None => "not-collected",
            Some(_) if hidden => "suppressed",
            Some(_) => "known",
        },
        "status": one.status.code(),
    })
}
