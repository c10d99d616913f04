//! The list of flags: the filter in the address, its pages, its files.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::{Day, UnitId};
use web::{Cell, Cx, Form, Format, Page, Paging, Safe, Tone, ui};

use super::part::sentence;
use super::store::{Asked, Line};
use super::{Rule, State, store};
use crate::pages::names::{Names, coded, or_any};
use crate::rules;

#[derive(Template)]
#[template(path = "flags/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: Form,
    rules: Vec<(String, String)>,
    states: Vec<(String, String)>,
    units: Vec<(String, String)>,
    lines: Vec<Shown>,
    sum: String,
    paging: Paging,
    may_set: bool,
}

struct Shown {
    href: String,
    title: String,
    is_demo: bool,
    on: String,
    host: String,
    sentence: String,
    state: Safe,
    answer: String,
    delivery_state: Safe,
}

/// The longest file, in lines.
const MOST: i64 = 50_000;

/// `GET /desk/flags`
pub async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> web::Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let text = |name: &str| query.get(name).map_or("", |text| text.trim());
    let state = if query.contains_key("state") { text("state") } else { "open" };
    let asked = Asked {
        state: State::CODES.into_iter().find(|code| *code == state),
        rule: Rule::parse(text("rule")),
        host: Some(text("unit")).filter(|id| !id.is_empty()).map(UnitId::from),
        from: Day::parse(text("from")),
        to: Day::parse(text("to")),
    };
    let format = Format::parse(text("format"));
    let paging = Paging::at(text("page").parse().ok());
    let span = if format.is_some() { (MOST, 0) } else { (paging.size, paging.offset()) };
    let (lines, n, names) = cx
        .read(move |tx, by| {
            let reach = by.actor.reach(rules::VERIFIERS);
            let (lines, n) = store::list(tx, by.district(), &reach, &asked, span)?;
            let names = Names::load(tx, by, lines.iter().map(|line| &line.flag.host))?;
            Ok((lines, n, names))
        })
        .await?;
    if let Some(format) = format {
        return file(&cx, format, &lines, &names);
    }
    let form = Form::new()
        .and("state", state)
        .and("rule", text("rule"))
        .and("unit", text("unit"))
        .and("from", text("from"))
        .and("to", text("to"));
    let body = Index {
        cx: &cx,
        form,
        rules: or_any(
            &cx,
            "evidence-any",
            coded(&cx, "evidence-flag-rule-", Rule::ALL.iter().map(|one| one.code())),
        ),
        states: or_any(&cx, "evidence-any", coded(&cx, "evidence-flag-state-", State::CODES)),
        units: or_any(&cx, "evidence-any", names.partners(&cx)),
        lines: lines.iter().map(|line| shown(&cx, &names, line)).collect(),
        sum: cx.with("evidence-flags-sum", &[("n", cx.number(n))]),
        paging: paging.of(n),
        may_set: cx.may(super::pages::SET),
    };
    cx.page(Page::new(cx.t("evidence-flags")), body)
}

fn shown(cx: &Cx, names: &Names, line: &Line) -> Shown {
    let tone = match line.flag.state {
        State::Open => Tone::Wait,
        State::Answered { .. } => Tone::Ok,
        State::Gone => Tone::Quiet,
    };
    Shown {
        href: format!("/desk/deliveries/{}", line.flag.delivery),
        title: line.title.clone(),
        is_demo: line.is_demo,
        on: line.flag.on.to_string(),
        host: names.unit(cx, &line.flag.host),
        sentence: sentence(cx, &line.flag.found),
        state: ui::tag(tone, &cx.t(&format!("evidence-flag-state-{}", line.flag.state.code()))),
        answer: answer(line),
        delivery_state: crate::pages::deliveries::state_tag(cx, &line.delivery_state),
    }
}

fn answer(line: &Line) -> String {
    match &line.flag.state {
        State::Answered { answered, answer } => format!("{}：{answer}", answered.name),
        State::Open | State::Gone => String::new(),
    }
}

fn file(cx: &Cx, format: Format, lines: &[Line], names: &Names) -> web::Result {
    let keys = [
        "evidence-on", "evidence-delivery-title", "evidence-host", "evidence-state", "evidence-flag-rule",
        "evidence-flag-found", "evidence-flag-state", "evidence-flag-answer", "evidence-number",
    ];
    let headers = keys.map(|key| cx.t(key)).to_vec();
    let rows = lines.iter().map(|line| {
        let flag = &line.flag;
        let texts = [
            line.title.clone(),
            names.unit(cx, &flag.host),
            cx.t(&format!("evidence-state-{}", line.delivery_state)),
            cx.t(&format!("evidence-flag-rule-{}", flag.found.rule.code())),
            sentence(cx, &flag.found),
            cx.t(&format!("evidence-flag-state-{}", flag.state.code())),
            answer(line),
            flag.delivery.to_string(),
        ];
        std::iter::once(Cell::Day(flag.on)).chain(texts.map(Cell::from)).collect()
    });
    cx.export(format, "flags", headers, rows.collect())
}
