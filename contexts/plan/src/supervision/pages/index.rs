//! `GET /desk/plan/supervision`: the list, with its filter, its pages, its files.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::{Day, Problem, Refusal, UnitId};
use people::units::Unit;
use web::{Cell, Cx, Form, Format, Paging, Result, Safe, ui};

use super::{number, reason_words, state_tag};
use crate::pages::{desk, options, unit_name, unit_names};
use crate::supervision::store::list::{self, Filter};
use crate::supervision::{Cause, Supervision, actions};

#[derive(Template)]
#[template(path = "supervision/pages/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: Form,
    filtered: bool,
    lines: Vec<Line>,
    n: String,
    paging: Paging,
    units: Vec<(String, String)>,
    causes: Vec<(String, String)>,
    states: Vec<(String, String)>,
    keeps: bool,
}

/// A line of the list, and of a unit's page.
pub struct Line {
    /// Where its page is.
    pub href: String,
    /// `督办〔2025〕3号`
    pub number: String,
    /// What it is about.
    pub title: String,
    /// Whose.
    pub unit: String,
    /// Why.
    pub cause: String,
    /// Until when.
    pub due: Day,
    /// How it stands.
    pub state: Safe,
    /// Who holds it now; empty when it is the unit itself.
    pub holder: String,
    is_demo: bool,
}

/// A line as shown.
pub fn unit_line(cx: &Cx, units: &BTreeMap<UnitId, Unit>, one: &Supervision) -> Line {
    let name = |id: &UnitId| units.get(id).map(|unit| unit_name(cx, unit, true)).unwrap_or_default();
    Line {
        href: format!("/desk/plan/supervision/{}", one.id),
        number: number(cx, one),
        title: one.subject.title.clone(),
        unit: name(&one.unit),
        cause: cx.t(&format!("supervision-cause-{}", one.cause.code())),
        due: one.due,
        state: state_tag(cx, one, cx.by.today()),
        holder: if one.held.level > 0 && one.state.is_open() { name(&one.held.unit) } else { String::new() },
        is_demo: one.is_demo,
    }
}

/// Shows it.
pub async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let text = |name: &str| query.get(name).map_or("", |text| text.trim());
    let (filter, problems) = read(text);
    let format = Format::parse(text("format"));
    let paging = Paging::at(text("page").parse().ok());
    let filtered = filter != Filter::default();
    let (list, n, units) = cx
        .read(move |tx, by| {
            let reach = actions::reading(&by.actor);
            let span = if format.is_some() { (50_000, 0) } else { (paging.size, paging.offset()) };
            let list = list::page(tx, by.district(), (&reach, &filter), by.today(), span)?;
            let n = list::count(tx, by.district(), (&reach, &filter), by.today())?;
            let of = list.iter().flat_map(|one| [&one.unit, &one.held.unit]);
            let units = unit_names(tx, by, of)?;
            Ok((list, n, units))
        })
        .await?;
    if let Some(format) = format {
        return export(&cx, format, &list, &units);
    }
    let mut form =
        ["unit", "cause", "state"].iter().fold(Form::new(), |form, name| form.and(name, text(name)));
    if !problems.is_empty() {
        form = form.refused(Refusal::Invalid(problems))?;
    }
    let any = |mut all: Vec<(String, String)>| {
        all.insert(0, (String::new(), cx.t("supervision-any")));
        all
    };
    let reach = actions::reading(&cx.by.actor);
    let mine = units.values().filter(|unit| reach.includes(&unit.id));
    let body = Index {
        cx: &cx,
        form,
        filtered,
        lines: list.iter().map(|one| unit_line(&cx, &units, one)).collect(),
        n: cx.number(n),
        paging: paging.of(n),
        units: any(mine.map(|unit| (unit.id.to_string(), unit_name(&cx, unit, true))).collect()),
        causes: any(options(&cx, "supervision-cause-", Cause::ALL.map(Cause::code))),
        states: any(options(&cx, "supervision-state-", Filter::states())),
        keeps: cx.may(crate::pages::KEEP),
    };
    cx.page(desk(cx.t("supervision-title")), body)
}

/// Reads the filter. What cannot be read is named and left out.
fn read<'a>(text: impl Fn(&str) -> &'a str) -> (Filter, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut check = |name: &'static str, known: bool| {
        if !known && !text(name).is_empty() {
            problems.push(Problem::new("plan-choose").at(name));
        }
    };
    let cause = Cause::parse(text("cause"));
    let state = Filter::states().find(|code| *code == text("state"));
    check("cause", cause.is_some());
    check("state", state.is_some());
    let unit = Some(text("unit")).filter(|id| !id.is_empty()).map(UnitId::from);
    (Filter { unit, cause, state }, problems)
}

fn export(cx: &Cx, format: Format, list: &[Supervision], units: &BTreeMap<UnitId, Unit>) -> Result {
    let keys =
        ["number", "unit", "subject", "cause", "because", "request", "raised", "due", "state", "holder"];
    let headers = keys.map(|key| cx.t(&format!("supervision-column-{key}"))).to_vec();
    let row = |one: &Supervision| -> Vec<Cell> {
        let line = unit_line(cx, units, one);
        vec![
            line.number.into(),
            line.unit.into(),
            line.title.into(),
            line.cause.into(),
            reason_words(cx, &one.reason).into(),
            one.request.clone().into(),
            one.raised.at.day().into(),
            one.due.into(),
            cx.t(&format!("supervision-state-{}", one.state.code())).into(),
            line.holder.into(),
        ]
    };
    cx.export(format, "supervision", headers, list.iter().map(row).collect())
}
