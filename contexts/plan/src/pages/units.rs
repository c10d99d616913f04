//! `GET /desk/plan/units`: every unit with duties and every town, a line each: how it stands.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use evidence::{Part, Period as Years, PurposeId, Sums, totals};
use kernel::{Refusal, UnitId, Year};
use people::units::{Unit, UnitKind};
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Paging, Result, Safe, Tone, ui};

use super::{desk, options, unit_name};
use crate::figures::{self, Board};
use crate::item::leads;
use crate::rules::Status;
use crate::supervision;
use crate::{AnnualPlan, store};

#[derive(Template)]
#[template(path = "pages/units.html")]
struct UnitsPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    board: &'a Board,
    kinds: Vec<(String, String)>,
    states: Vec<(String, String)>,
    rows: Vec<Row>,
    paging: Paging,
}

struct Row {
    id: UnitId,
    name: String,
    kind: String,
    tag: Safe,
    n_led: i64,
    n_behind: i64,
    annual: Safe,
    open: Option<(i64, i64)>,
    sums: Sums,
    sessions: String,
    href: String,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    year: Option<Year>,
    kind: Option<String>,
    state: Option<String>,
    page: Option<String>,
    format: Option<String>,
}

/// What the page is drawn from.
struct Loaded {
    board: Board,
    annual: Vec<AnnualPlan>,
    organised: BTreeMap<UnitId, Sums>,
    done: BTreeMap<(UnitId, PurposeId), Sums>,
    in_towns: BTreeMap<UnitId, Sums>,
    open: BTreeMap<UnitId, (i64, i64)>,
}

/// Shows it.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let year = choice.year;
    let found = cx
        .read(move |tx, by| {
            let Some(plan) = figures::shown(tx, by, None)? else { return Ok(None) };
            let Some(board) = figures::board(tx, by, plan, year)? else { return Ok(None) };
            let (district, years) = (by.district(), Years::year(board.year));
            Ok::<_, Refusal>(Some(Loaded {
                annual: store::list_annual(tx, district, board.year)?,
                organised: totals::by_unit(tx, district, None, Part::Organiser, years)?,
                done: totals::by_purpose_and_unit(tx, district, Part::Organiser, years)?,
                in_towns: totals::by_town(tx, district, None, years)?,
                open: supervision::open_by_unit(tx, by)?,
                board,
            }))
        })
        .await?;
    let Some(loaded) = found else { return cx.redirect("/desk/plan") };
    let kind = choice.kind.as_deref().and_then(UnitKind::parse);
    let mut rows: Vec<Row> = units(&loaded.board)
        .into_iter()
        .filter(|unit| kind.is_none_or(|kind| unit.kind == kind))
        .map(|unit| row(&cx, &loaded, unit))
        .filter(|row| match choice.state.as_deref() {
            Some("behind") => row.n_behind > 0,
            Some("open") => row.open.is_some_and(|(n, _)| n > 0),
            Some("late") => row.open.is_some_and(|(_, late)| late > 0),
            Some(_) | None => true,
        })
        .collect();
    rows.sort_by_key(|row| (-row.n_behind, -row.open.map_or(0, |(_, late)| late)));
    if let Some(format) = choice.format.as_deref().and_then(Format::parse) {
        return export(&cx, rows, format);
    }
    let paging = Paging::at(choice.page.as_deref().and_then(|page| page.parse().ok()));
    let paging = paging.of(i64::try_from(rows.len()).unwrap_or(0));
    let (skip, size) = (paging.offset().max(0).unsigned_abs(), paging.size.unsigned_abs());
    let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let form = Form::filled([
        ("year", loaded.board.year.to_string()),
        ("kind", choice.kind.unwrap_or_default()),
        ("state", choice.state.unwrap_or_default()),
    ]);
    let any = |mut all: Vec<(String, String)>| {
        all.insert(0, (String::new(), cx.t("supervision-any")));
        all
    };
    let page = UnitsPage {
        cx: &cx,
        form: &form,
        kinds: any(options(&cx, "unit-kind-", ["department", "town", "school", "society"])),
        states: any(options(&cx, "plan-units-", ["behind", "open", "late"])),
        rows: rows.into_iter().skip(at(skip)).take(at(size)).collect(),
        paging,
        board: &loaded.board,
    };
    cx.page(desk(cx.t("plan-nav-units")), page)
}

/// Units that have a part in the plan, and the towns, which carry it in their places.
fn units(board: &Board) -> Vec<&Unit> {
    let measures = || board.sections.iter().flat_map(|section| &section.measures);
    let has_part = |unit: &Unit| measures().any(|measure| measure.item.role_of(&unit.id).is_some());
    let mut units: Vec<&Unit> =
        board.units.values().filter(|unit| unit.kind == UnitKind::Town || has_part(unit)).collect();
    units.sort_by(|a, b| (a.kind, &a.code, &a.name).cmp(&(b.kind, &b.code, &b.name)));
    units
}

fn row(cx: &Cx, loaded: &Loaded, unit: &Unit) -> Row {
    let board = &loaded.board;
    let led = board
        .sections
        .iter()
        .flat_map(|section| &section.measures)
        .filter(|measure| measure.item.role_of(&unit.id).is_some_and(leads));
    let plan = loaded.annual.iter().find(|plan| plan.unit == unit.id);
    let own = |measure: &figures::MeasureFigure| {
        let purpose = PurposeId::from(measure.item.id.as_str());
        let done = loaded.done.get(&(unit.id.clone(), purpose)).map_or(0, |sums| sums.sessions);
        figures::own(plan, &measure.item.id, done, (board.year, cx.by.today())).status
    };
    let states: Vec<Status> = led.map(own).collect();
    let count = |n: usize| i64::try_from(n).unwrap_or(0);
    let n_behind = count(states.iter().filter(|state| **state == Status::Behind).count());
    let organised = loaded.organised.get(&unit.id).copied().unwrap_or_default();
    let (sums, mut filter) = (organised, Years::year(board.year).filter());
    let sums = if unit.kind == UnitKind::Town {
        filter.town = Some(unit.id.clone());
        loaded.in_towns.get(&unit.id).copied().unwrap_or_default()
    } else {
        filter.unit = Some(unit.id.clone());
        filter.part = Some(Part::Organiser);
        sums
    };
    let reads = supervision::actions::reading(&cx.by.actor).includes(&unit.id);
    let open = reads.then(|| loaded.open.get(&unit.id).copied().unwrap_or((0, 0)));
    let late = open.is_some_and(|(_, late)| late > 0);
    let tag = match (states.is_empty(), n_behind > 0 || late) {
        (_, true) => super::status(cx, Status::Behind),
        (true, false) => ui::tag(Tone::Quiet, &cx.t("plan-supporting")),
        (false, false) => super::status(cx, Status::OnCourse),
    };
    Row {
        id: unit.id.clone(),
        name: unit_name(cx, unit, true),
        kind: cx.t(&format!("unit-kind-{}", unit.kind.code())),
        tag,
        n_led: count(states.len()),
        n_behind,
        annual: super::annual_form::state_tag(cx, plan),
        open,
        sessions: cx.number(sums.sessions),
        sums,
        href: filter.href(),
    }
}

fn export(cx: &Cx, rows: Vec<Row>, format: Format) -> Result {
    let keys = ["unit", "kind", "led", "behind", "open", "late", "sessions", "heads"];
    let headers = keys.map(|key| cx.t(&format!("plan-units-column-{key}"))).to_vec();
    let row = |row: Row| {
        vec![
            row.name.into(),
            row.kind.into(),
            Cell::Number(row.n_led),
            Cell::Number(row.n_behind),
            row.open.map_or(Cell::Empty, |(n, _)| Cell::Number(n)),
            row.open.map_or(Cell::Empty, |(_, late)| Cell::Number(late)),
            Cell::Number(row.sums.sessions),
            Cell::Number(row.sums.person_times),
        ]
    };
    cx.export(format, "units", headers, rows.into_iter().map(row).collect())
}
