//! `GET /desk/plan/targets/{id}`: one promise with its path, its figures by year and its forecast.

use askama::Template;
use axum::extract::{Path, Query};
use kernel::{Problem, Problems, Refusal, Year};
use rust_decimal::Decimal;
use serde::Deserialize;
use web::{Cx, Form, Result, Safe, ui};

use super::card::{Card, YearRow, card, trajectory};
use super::desk;
use crate::actions::targets;
use crate::figures::{self, Board, TargetFigure};
use crate::target::{Path as Planned, Step};
use crate::wording::WordingKind;
use crate::{PlanId, TargetId, store};

#[derive(Template)]
#[template(path = "pages/target.html")]
struct TargetPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    board: &'a Board,
    card: Card,
    chart: Option<Safe>,
    rows: Vec<YearRow>,
    item: Option<(i64, String)>,
    strength: String,
    counting: String,
    /// The version of the rule that counts the newest year.
    rule: Option<String>,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    plan: Option<String>,
    year: Option<Year>,
}

/// Shows it.
pub async fn show(cx: Cx, Path(id): Path<String>, Query(choice): Query<Choice>) -> Result {
    draw(&cx, id, (super::chosen(choice.plan.as_deref()), choice.year), Form::new()).await
}

async fn draw(cx: &Cx, id: String, (chosen, year): (Option<PlanId>, Option<Year>), form: Form) -> Result {
    let board = cx
        .read(move |tx, by| {
            let plan = figures::shown(tx, by, chosen.as_ref())?.ok_or(Refusal::NotFound)?;
            figures::board(tx, by, plan, year)?.ok_or(Refusal::NotFound)
        })
        .await?;
    let found = board.targets.iter().find(|one| one.target.id.as_str() == id).ok_or(Refusal::NotFound)?;
    let (chart, rows) = trajectory(cx, &board, found);
    let form = if form.problems().is_empty() { filled(&board, found, &id) } else { form };
    let items = board.sections.iter().flat_map(|section| &section.measures).map(|measure| &measure.item);
    let goals = board.goals.iter().map(|goal| &goal.item);
    let item = items.chain(goals).find(|item| Some(&item.id) == found.target.item.as_ref());
    let page = TargetPage {
        cx,
        form: &form,
        card: card(cx, &board, found),
        chart,
        rows,
        item: item.map(|item| {
            (item.n, board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title))
        }),
        strength: found.target.promise.strength.clone(),
        counting: counting(cx, found),
        rule: rule(cx, found),
        board: &board,
    };
    cx.page(desk(page.card.title.clone()).of_form(&form), page)
}

/// The path and the words as stored, for the forms.
fn filled(board: &Board, figure: &TargetFigure, id: &str) -> Form {
    let words = board.words.of(WordingKind::Target, id).cloned().unwrap_or_default();
    let mut form = Form::filled([
        ("title_en", words.title_en),
        ("plain_zh", words.plain_zh),
        ("plain_en", words.plain_en),
    ]);
    for (year, step) in &figure.path {
        form = form.and(&format!("value-{year}"), step.value.to_string());
        form = form.and(&format!("source-{year}"), step.source.clone());
    }
    form
}

/// Which version of which rule counts, with its words while it is the one that the plan brought.
fn rule(cx: &Cx, figure: &TargetFigure) -> Option<String> {
    let (n, from) = figure.points.last()?.rule?;
    let version = cx.with("evidence-rule-version", &[("n", n.to_string()), ("from", from.to_string())]);
    Some(if n == 1 { format!("{} · {version}", counting(cx, figure)) } else { version })
}

/// Which deliveries move a counted target.
fn counting(cx: &Cx, figure: &TargetFigure) -> String {
    let promise = &figure.target.promise;
    if promise.kind != plan_doc::TargetKind::Counted {
        return String::new();
    }
    let counting = &promise.counting;
    let tally = cx.t(&format!("plan-tally-{}", counting.tally.code()));
    let kind = counting
        .kind
        .map_or_else(|| cx.t("plan-any-kind"), |kind| cx.t(&format!("evidence-kind-{}", kind.code())));
    let group = counting
        .group
        .map_or_else(|| cx.t("plan-any-group"), |group| cx.t(&format!("group-{}", group.code())));
    cx.with("plan-counting", &[("tally", tally), ("kind", kind), ("group", group)])
}

/// `POST /desk/plan/targets/{id}/path`
pub async fn set_path(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let done = match path_of(&form) {
        Ok(path) => {
            let of = TargetId::from(id.as_str());
            let chosen = super::chosen(Some(form.text("plan")));
            let submitted = cx.submit(&form, move |tx, by| {
                let plan = figures::shown(tx, by, chosen.as_ref())?.ok_or(Refusal::NotFound)?;
                store::find_target(tx, by.district(), &plan.id, &of)?.ok_or(Refusal::NotFound)?;
                targets::set_path(tx, by, &plan.id, &of, &path)?;
                Ok(format!("/desk/plan/targets/{of}?plan={}", plan.id))
            });
            submitted.await
        }
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let form = form.refused(refusal)?;
            let chosen = super::chosen(Some(form.text("plan")));
            draw(&cx, id, (chosen, None), form).await
        }
    }
}

/// Reads `value-2022` and `source-2022` for every year that was sent.
fn path_of(form: &Form) -> std::result::Result<Planned, Refusal> {
    let mut path = Planned::new();
    let mut problems = Problems::new();
    for name in form.names().filter(|name| name.starts_with("value-")) {
        let Some(year) = name.strip_prefix("value-").and_then(|year| year.parse::<Year>().ok()) else {
            continue;
        };
        let text = form.text(name);
        if text.is_empty() {
            continue;
        }
        let number = kernel::search_key(text).replace(',', "").parse::<Decimal>().ok();
        match number.filter(|number| !number.is_sign_negative()) {
            Some(value) => {
                let source = form.text(&format!("source-{year}")).to_owned();
                path.insert(year, Step { value, source });
            }
            None => problems.add(Problem::new("plan-not-a-figure").at(name.to_owned()).with("value", text)),
        }
    }
    problems.check()?;
    Ok(path)
}
