//! The list of call-backs, and drawing a month's sample.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::{Problem, Problems, UnitId};
use web::{Cell, Cx, Form, Format, Page, Paging, Safe, Tone, ui};

use super::rules::Size;
use super::store::{Asked, Draw, Line};
use super::{State, actions, store};
use crate::pages::names::{Names, coded, or_any};

#[derive(Template)]
#[template(path = "callbacks/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: &'a Form,
    filter: Form,
    states: Vec<(String, String)>,
    units: Vec<(String, String)>,
    lines: Vec<Shown>,
    sum: String,
    paging: Paging,
    runs: bool,
    draws: Vec<String>,
    draw_open: bool,
}

struct Shown {
    href: String,
    title: String,
    is_demo: bool,
    month: String,
    on: String,
    unit: String,
    caller: String,
    state: Safe,
    found: String,
}

/// The longest file, in lines.
const MOST: i64 = 50_000;

/// `GET /desk/callbacks`
pub(super) async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> web::Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let (form, _) = new_draw(&cx);
    page(&cx, &query, &form).await
}

/// A form that draws the month before with the default size.
fn new_draw(cx: &Cx) -> (Form, Size) {
    let (today, size) = (cx.by.today(), Size::default());
    let before = today.plus_days(-i64::from(today.day_of_month())).month_text();
    let form = Form::new()
        .and("month", before)
        .and("percent", size.percent.to_string())
        .and("least", size.least.to_string())
        .and("most", size.most.to_string());
    (form, size)
}

/// `POST /desk/callbacks`: draws.
pub(super) async fn draw(cx: Cx, form: Form) -> web::Result {
    let done = async {
        let mut problems = Problems::new();
        let mut number = |field: &'static str| {
            let n = form.count(field).and_then(|n| n.ok_or_else(|| Problem::new("error-missing").at(field)));
            problems.take(n).unwrap_or(1)
        };
        let (percent, least, most) = (number("percent"), number("least"), number("most"));
        problems.check()?;
        let (size, month) = (Size::read(percent, least, most)?, form.text("month").to_owned());
        cx.submit(&form, move |tx, by| {
            actions::draw(tx, by, &month, size)?;
            Ok(format!("/desk/callbacks?state=drawn&month={month}"))
        })
        .await
    };
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => page(&cx, &BTreeMap::new(), &form.refused(refusal)?).await,
    }
}

async fn page(cx: &Cx, query: &BTreeMap<String, String>, form: &Form) -> web::Result {
    let text = |name: &str| query.get(name).map_or("", |text| text.trim());
    let asked = Asked {
        state: State::CODES.into_iter().find(|code| *code == text("state")),
        month: text("month").to_owned(),
        unit: Some(text("unit")).filter(|id| !id.is_empty()).map(UnitId::from),
    };
    let format = Format::parse(text("format"));
    let paging = Paging::at(text("page").parse().ok());
    let span = if format.is_some() { (MOST, 0) } else { (paging.size, paging.offset()) };
    let (lines, n, draws, names) = cx
        .read(move |tx, by| {
            let (lines, n) = store::list(tx, by.district(), &actions::callers(by), &asked, span)?;
            let units: Vec<&UnitId> =
                lines.iter().flat_map(|line| [Some(&line.callback.unit), caller(line)]).flatten().collect();
            let names = Names::load(tx, by, units)?;
            Ok((lines, n, store::draws(tx, by.district(), 12)?, names))
        })
        .await?;
    let lines: Vec<Shown> = lines.iter().map(|line| shown(cx, &names, line)).collect();
    if let Some(format) = format {
        return file(cx, format, lines);
    }
    let filter =
        Form::new().and("state", text("state")).and("month", text("month")).and("unit", text("unit"));
    let runs = cx.may(super::pages::RUN);
    let body = Index {
        cx,
        form,
        filter,
        states: or_any(cx, "evidence-any", coded(cx, "evidence-callback-state-", State::CODES)),
        units: or_any(cx, "evidence-any", names.partners(cx)),
        draw_open: !form.problems().is_empty() || (lines.is_empty() && draws.is_empty()),
        lines,
        sum: cx.with("evidence-callbacks-sum", &[("n", cx.number(n))]),
        paging: paging.of(n),
        runs,
        draws: draws.iter().filter(|_| runs).map(|draw| drawn(cx, draw)).collect(),
    };
    cx.page(Page::new(cx.t("evidence-callbacks")).of_form(form), body)
}

fn caller(line: &Line) -> Option<&UnitId> {
    match &line.callback.state {
        State::Drawn => None,
        State::Assigned(assigned) | State::Answered { by: assigned, .. } => Some(&assigned.unit),
    }
}

/// A draw in a sentence, with all that is needed to make it again.
fn drawn(cx: &Cx, draw: &Draw) -> String {
    let args = [
        ("month", draw.month.clone()),
        ("n", cx.number(draw.n)),
        ("all", cx.number(i64::try_from(draw.frame.split(' ').count()).unwrap_or(0))),
        ("percent", draw.size.percent.to_string()),
        ("least", draw.size.least.to_string()),
        ("most", draw.size.most.to_string()),
        ("seed", draw.seed.to_string()),
        ("at", draw.at.minute_text()),
    ];
    cx.with("evidence-callback-drawn", &args)
}

fn shown(cx: &Cx, names: &Names, line: &Line) -> Shown {
    let one = &line.callback;
    let (tone, found) = match &one.state {
        State::Drawn => (Tone::Wait, String::new()),
        State::Assigned(_) => (Tone::Wait, String::new()),
        State::Answered { answer, .. } => {
            (Tone::Ok, cx.t(&format!("evidence-callback-outcome-{}", answer.outcome.code())))
        }
    };
    Shown {
        href: format!("/desk/callbacks/{}", one.id),
        title: line.title.clone(),
        is_demo: line.is_demo,
        month: one.month.clone(),
        on: line.on.to_string(),
        unit: names.unit(cx, &one.unit),
        caller: caller(line).map(|unit| names.unit(cx, unit)).unwrap_or_default(),
        state: ui::tag(tone, &cx.t(&format!("evidence-callback-state-{}", one.state.code()))),
        found,
    }
}

fn file(cx: &Cx, format: Format, lines: Vec<Shown>) -> web::Result {
    let keys = [
        "evidence-callback-month", "evidence-on", "evidence-delivery-title", "evidence-host",
        "evidence-callback-caller", "evidence-callback-found",
    ];
    let row = |line: Shown| -> Vec<Cell> {
        [line.month, line.on, line.title, line.unit, line.caller, line.found].map(Cell::from).to_vec()
    };
    let rows = lines.into_iter().map(row).collect();
    cx.export(format, "callbacks", keys.map(|key| cx.t(key)).to_vec(), rows)
}
