//! `GET /desk/plan/inspections`: the list, with its filter, its pages, its files.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use db::Tx;
use kernel::{Caller, Day, Problem, Reach, Refusal, UnitId};
use people::units::Unit;
use web::{Cell, Cx, Form, Format, Paging, Result, Safe, ui};

use super::{shows_answers, state_tag};
use crate::inspection::store::{self, Filter};
use crate::inspection::{Checklist, ChecklistId, Inspection, State};
use crate::pages::{desk, options, unit_name, unit_names};
use crate::supervision::actions::reading;

#[derive(Template)]
#[template(path = "inspection/pages/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: Form,
    filtered: bool,
    lines: Vec<Line>,
    n: String,
    paging: Paging,
    units: Vec<(String, String)>,
    states: Vec<(String, String)>,
    keeps: bool,
}

/// A line of the list, and of a unit's page.
pub struct Line {
    /// Where its page is.
    pub href: String,
    /// By which checklist.
    pub title: String,
    /// Whom.
    pub unit: String,
    /// On which day.
    pub on: Day,
    /// Who looks.
    pub inspector: String,
    /// How it stands.
    pub state: Safe,
    /// `86 / 100`; empty before there is a result.
    pub score: String,
    /// Things found; empty before there is a result.
    pub findings: String,
    is_demo: bool,
}

/// A line as shown.
fn unit_line(
    cx: &Cx,
    units: &BTreeMap<UnitId, Unit>,
    lists: &BTreeMap<ChecklistId, Checklist>,
    one: &Inspection,
) -> Line {
    let list = lists.get(&one.checklist);
    let result = matches!(one.state, State::Done { .. }) && shows_answers(cx, one);
    let score = || format!("{} / {}", one.score(), list.map_or(0, |list| list.total));
    Line {
        href: format!("/desk/plan/inspections/{}", one.id),
        title: list.map(|list| list.title.clone()).unwrap_or_default(),
        unit: units.get(&one.unit).map(|unit| unit_name(cx, unit, true)).unwrap_or_default(),
        on: one.on,
        inspector: one.inspector_name.clone(),
        state: state_tag(cx, one),
        score: if result { score() } else { String::new() },
        findings: if result { one.n_findings().to_string() } else { String::new() },
        is_demo: one.is_demo,
    }
}

/// The newest inspections of a unit, for its page.
pub struct OfUnit {
    list: Vec<Inspection>,
    lists: BTreeMap<ChecklistId, Checklist>,
}

/// Loads them. The caller looks whether the actor reads the unit.
pub(crate) fn of_unit(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId) -> std::result::Result<OfUnit, Refusal> {
    let filter = Filter { unit: Some(unit.clone()), state: None };
    let (list, _) = store::list(tx, by.district(), (&Reach::All, None), &filter, (5, 0))?;
    let lists = store::list_checklists(tx, by.district())?;
    Ok(OfUnit { list, lists: lists.into_iter().map(|list| (list.id.clone(), list)).collect() })
}

impl OfUnit {
    /// As shown.
    pub fn lines(&self, cx: &Cx, units: &BTreeMap<UnitId, Unit>) -> Vec<Line> {
        self.list.iter().map(|one| unit_line(cx, units, &self.lists, one)).collect()
    }
}

/// Shows it.
pub async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let text = |name: &str| query.get(name).map_or("", |text| text.trim());
    let state = State::CODES.into_iter().find(|code| *code == text("state"));
    let unit = Some(text("unit")).filter(|id| !id.is_empty()).map(UnitId::from);
    let filter = Filter { unit, state };
    let filtered = filter != Filter::default();
    let format = Format::parse(text("format"));
    let paging = Paging::at(text("page").parse().ok());
    let (list, n, units, lists) = cx
        .read(move |tx, by| {
            let who = (&reading(&by.actor), by.actor.account.as_ref());
            let span = if format.is_some() { (50_000, 0) } else { (paging.size, paging.offset()) };
            let (list, n) = store::list(tx, by.district(), who, &filter, span)?;
            let units = unit_names(tx, by, list.iter().map(|one| &one.unit))?;
            let lists = store::list_checklists(tx, by.district())?;
            let lists: BTreeMap<_, _> = lists.into_iter().map(|list| (list.id.clone(), list)).collect();
            Ok((list, n, units, lists))
        })
        .await?;
    let lines: Vec<Line> = list.iter().map(|one| unit_line(&cx, &units, &lists, one)).collect();
    if let Some(format) = format {
        return export(&cx, format, &list, lines);
    }
    let mut form = ["unit", "state"].iter().fold(Form::new(), |form, name| form.and(name, text(name)));
    if state.is_none() && !text("state").is_empty() {
        form = form.refused(Refusal::from(Problem::new("plan-choose").at("state")))?;
    }
    let any = |mut all: Vec<(String, String)>| {
        all.insert(0, (String::new(), cx.t("supervision-any")));
        all
    };
    let reach = reading(&cx.by.actor);
    let mine = units.values().filter(|unit| reach.includes(&unit.id));
    let body = Index {
        cx: &cx,
        form,
        filtered,
        lines,
        n: cx.number(n),
        paging: paging.of(n),
        units: any(mine.map(|unit| (unit.id.to_string(), unit_name(&cx, unit, true))).collect()),
        states: any(options(&cx, "inspection-state-", State::CODES)),
        keeps: cx.may(crate::pages::KEEP),
    };
    cx.page(desk(cx.t("inspection-title")), body)
}

fn export(cx: &Cx, format: Format, list: &[Inspection], lines: Vec<Line>) -> Result {
    let keys = ["unit", "title", "on", "inspector", "state", "score", "findings"];
    let headers = keys.map(|key| cx.t(&format!("inspection-column-{key}"))).to_vec();
    let row = |(one, line): (&Inspection, Line)| -> Vec<Cell> {
        vec![
            line.unit.into(),
            line.title.into(),
            line.on.into(),
            line.inspector.into(),
            cx.t(&format!("inspection-state-{}", one.state.code())).into(),
            if line.score.is_empty() { Cell::Empty } else { Cell::Number(one.score()) },
            if line.findings.is_empty() { Cell::Empty } else { line.findings.into() },
        ]
    };
    cx.export(format, "inspections", headers, list.iter().zip(lines).map(row).collect())
}
