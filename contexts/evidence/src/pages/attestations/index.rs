//! The list of attestations.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::{Problem, Reach, Refusal};
use web::{Cell, Cx, Form, Format, Page, Paging, Safe, ui};

use super::state_tag;
use crate::pages::entries::title;
use crate::pages::names::{Names, coded, or_any};
use crate::store::attestation::Filter;
use crate::{Attestation, Indicator, IndicatorId, Source, indicators, rules, store};

#[derive(Template)]
#[template(path = "pages/attestations/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: Form,
    filtered: bool,
    choices: Vec<(String, String)>,
    states: Vec<(String, String)>,
    lines: Vec<Line>,
    n: i64,
    partial: Option<String>,
    paging: Paging,
    may_record: bool,
}

struct Line {
    href: String,
    indicator: String,
    unit: String,
    year: String,
    body: String,
    signed: String,
    state_code: &'static str,
    state: Safe,
}

/// `GET /desk/attestations`
pub async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> web::Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let text = |name: &str| query.get(name).map_or("", String::as_str);
    let format = Format::parse(text("format"));
    let paging = Paging::at(text("page").parse().ok());
    let (filter, problems) = read(text);
    let filtered = filter != Filter::default();
    let (list, n, whole, all, names) = cx
        .read(move |tx, by| {
            let reach = rules::reading(&by.actor);
            let span = if format.is_some() { (50_000, 0) } else { (paging.size, paging.offset()) };
            let list = store::attestation::list(tx, by.district(), &reach, &filter, span)?;
            let n = store::attestation::count(tx, by.district(), &reach, &filter)?;
            // a number of the whole district leads here with this state: a shorter list says so
            let whole = match reach {
                Reach::Units(_) if filter.state == Some("confirmed") => {
                    store::attestation::count(tx, by.district(), &Reach::All, &filter)?
                }
                Reach::Units(_) | Reach::All => n,
            };
            let names = Names::load(tx, by, list.iter().map(|one| &one.unit))?;
            Ok((list, n, whole, indicators::list(tx, by.district())?, names))
        })
        .await?;
    let named = |id: &IndicatorId| {
        let found = all.iter().find(|one: &&Indicator| one.id == *id);
        found.map_or_else(|| id.to_string(), |one| title(&cx, one))
    };
    let lines: Vec<Line> = list
        .into_iter()
        .map(|one| Line {
            href: format!("/desk/attestations/{}", one.id),
            indicator: named(&one.indicator),
            unit: names.unit(&cx, &one.unit),
            year: one.year.to_string(),
            signed: one.signed.name.clone(),
            state_code: one.code(),
            state: state_tag(&cx, one.code()),
            body: one.body,
        })
        .collect();
    if let Some(format) = format {
        return file(&cx, format, lines);
    }
    let may_record = cx.may(crate::pages::RECORD);
    let mut form =
        ["indicator", "year", "state"].iter().fold(Form::new(), |form, name| form.and(name, text(name)));
    if !problems.is_empty() {
        form = form.refused(Refusal::Invalid(problems))?;
    }
    let attested = all.iter().filter(|one| one.source == Source::Attested);
    let choices = attested.map(|one| (one.id.to_string(), title(&cx, one))).collect();
    let choices = or_any(&cx, "evidence-any", choices);
    let states = coded(&cx, "evidence-attestation-", Attestation::CODES);
    let states = or_any(&cx, "evidence-any", states);
    let partial =
        (n < whole).then(|| cx.with("evidence-attestations-partial", &crate::pages::of_all(&cx, n, whole)));
    let body = Index {
        cx: &cx,
        form,
        filtered,
        choices,
        states,
        lines,
        n,
        partial,
        paging: paging.of(n),
        may_record,
    };
    cx.page(Page::new(cx.t("evidence-attestations")), body)
}

/// Reads the filter. What cannot be read is named and left out.
fn read<'a>(text: impl Fn(&str) -> &'a str) -> (Filter, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut check = |name: &'static str, known: bool| {
        if !known && !text(name).is_empty() {
            problems.push(Problem::new("evidence-filter-unreadable").at(name).with("typed", text(name)));
        }
    };
    let year = text("year").trim().parse().ok();
    let state = Attestation::CODES.into_iter().find(|code| *code == text("state"));
    check("year", year.is_some());
    check("state", state.is_some());
    let indicator = Some(text("indicator")).filter(|id| !id.is_empty()).map(IndicatorId::from);
    (Filter { indicator, year, state }, problems)
}

fn file(cx: &Cx, format: Format, lines: Vec<Line>) -> web::Result {
    let keys = [
        "evidence-indicator", "evidence-attestation-year", "evidence-unit", "evidence-attestation-body",
        "evidence-attestation-signer", "evidence-state",
    ];
    let row = |line: Line| -> Vec<Cell> {
        let state = cx.t(&format!("evidence-attestation-{}", line.state_code));
        [line.indicator, line.year, line.unit, line.body, line.signed, state].map(Cell::from).to_vec()
    };
    let rows = lines.into_iter().map(row).collect();
    cx.export(format, "attestations", keys.map(|key| cx.t(key)).to_vec(), rows)
}
