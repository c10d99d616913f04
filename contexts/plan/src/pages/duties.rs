//! `GET /desk/plan/duties`: what each unit leads, leads with others and supports, with its numbers.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use evidence::callbacks::estimate::OverReporting;
use evidence::{DutyRole, Part, Period as Years, PurposeId, Sums, totals};
use kernel::{Day, Refusal, UnitId, Year};
use people::units::{self, Unit, UnitKind};
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Result, Safe, ui};

use super::{desk, status, why};
use crate::actions::annual::WRITERS;
use crate::figures::{self, Board, MeasureFigure};
use crate::item::leads;
use crate::rules::Status;
use crate::wording::WordingKind;
use crate::{AnnualPlan, store};

#[derive(Template)]
#[template(path = "pages/duties.html")]
struct DutiesPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    board: &'a Board,
    unit: Option<&'a Unit>,
    units: Vec<(String, String)>,
    rows: Vec<Row>,
    /// How many of the duties that the unit leads are behind by its own plan.
    n_leads: usize,
    n_behind: usize,
    plan: &'a str,
    annual: Option<(String, Safe)>,
    rate: Option<String>,
}

struct Row {
    n: i64,
    title: String,
    role: String,
    sums: Sums,
    done: String,
    heads: String,
    planned: String,
    n_planned: i64,
    /// How the unit's own part stands; a supporting unit's part has no state.
    own: Option<Status>,
    tag: Option<Safe>,
    why: String,
    district: String,
    item_href: String,
    href: String,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    plan: Option<String>,
    unit: Option<String>,
    year: Option<Year>,
    format: Option<String>,
}

/// What the page is drawn from.
struct Loaded {
    board: Board,
    units: Vec<Unit>,
    unit: Option<Unit>,
    organised: BTreeMap<PurposeId, Sums>,
    supported: BTreeMap<PurposeId, Sums>,
    annual: Option<AnnualPlan>,
    rate: OverReporting,
    today: Day,
}

/// Shows a unit's duties: the chosen one's, else the reader's own, else the first with any.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let (wanted, year) = (choice.unit.clone().filter(|id| !id.is_empty()).map(UnitId::from), choice.year);
    let chosen = super::chosen(choice.plan.as_deref());
    let found = cx
        .read(move |tx, by| {
            let Some(plan) = figures::shown(tx, by, chosen.as_ref())? else { return Ok(None) };
            let Some(board) = figures::board(tx, by, plan, year)? else { return Ok(None) };
            let units = units::list(tx, by.district(), board.on)?;
            let wanted =
                wanted.clone().or_else(|| by.actor.units().into_iter().find(|unit| has_duty(&board, unit)));
            let first = || units.iter().find(|unit| has_duty(&board, &unit.id)).cloned();
            let unit = match &wanted {
                Some(id) => Some(units::heir(tx, by.district(), id, board.on)?.ok_or(Refusal::NotFound)?),
                None => first(),
            };
            let years = Years::year(board.year);
            let (mut organised, mut supported, mut annual) = (BTreeMap::new(), BTreeMap::new(), None);
            let mut rate = OverReporting::default();
            if let Some(unit) = &unit {
                let part = |part| (&unit.id, part);
                organised = totals::by_purpose_of_unit(tx, by.district(), part(Part::Organiser), years)?;
                supported = totals::by_purpose_of_unit(tx, by.district(), part(Part::Supporter), years)?;
                annual = store::find_annual(tx, by.district(), &unit.id, board.year)?;
                rate = evidence::callbacks::actions::rate_of(tx, by.district(), &unit.id, board.year)?;
            }
            Ok(Some(Loaded { board, units, unit, organised, supported, annual, rate, today: by.today() }))
        })
        .await?;
    let Some(loaded) = found else { return cx.redirect("/desk/plan") };
    let rows = rows(&cx, &loaded);
    if let Some(format) = choice.format.as_deref().and_then(Format::parse) {
        return export(&cx, rows, format);
    }
    let units = options(&cx, &loaded);
    let form = Form::filled([
        ("unit", loaded.unit.as_ref().map(|unit| unit.id.to_string()).unwrap_or_default()),
        ("year", loaded.board.year.to_string()),
    ]);
    let page = DutiesPage {
        cx: &cx,
        form: &form,
        unit: loaded.unit.as_ref(),
        units,
        n_leads: rows.iter().filter(|row| row.own.is_some()).count(),
        n_behind: rows.iter().filter(|row| row.own == Some(Status::Behind)).count(),
        plan: choice.plan.as_deref().unwrap_or_default(),
        rows,
        annual: annual(&cx, &loaded),
        rate: super::unit::called(&loaded.rate).then(|| evidence::callbacks::rate_words(&cx, &loaded.rate)),
        board: &loaded.board,
    };
    cx.page(desk(cx.t("plan-nav-duties")), page)
}

fn has_duty(board: &Board, unit: &UnitId) -> bool {
    board
        .sections
        .iter()
        .flat_map(|section| &section.measures)
        .any(|measure| measure.item.role_of(unit).is_some())
}

/// Units that owe something first, then the towns, which carry the plan in their places.
fn options(cx: &Cx, loaded: &Loaded) -> Vec<(String, String)> {
    let owing = loaded.units.iter().filter(|unit| has_duty(&loaded.board, &unit.id));
    let towns = loaded.units.iter().filter(|unit| unit.kind == UnitKind::Town);
    let chosen = loaded.unit.iter();
    let mut all: Vec<(String, String)> = Vec::new();
    for unit in owing.chain(towns).chain(chosen) {
        if !all.iter().any(|(id, _)| id == unit.id.as_str()) {
            all.push((unit.id.to_string(), super::unit_name(cx, unit, false)));
        }
    }
    all
}

fn rows(cx: &Cx, loaded: &Loaded) -> Vec<Row> {
    let Some(unit) = &loaded.unit else { return Vec::new() };
    let measures = || loaded.board.sections.iter().flat_map(|section| &section.measures);
    let mut rows: Vec<(DutyRole, Row)> = measures()
        .filter_map(|measure| {
            let role = measure.item.role_of(&unit.id)?;
            Some((role, row(cx, loaded, unit, measure, role)))
        })
        .collect();
    // What is behind stands first among what the unit leads.
    rows.sort_by_key(|(role, row)| (!leads(*role), row.own != Some(Status::Behind), *role, row.n));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(cx: &Cx, loaded: &Loaded, unit: &Unit, measure: &MeasureFigure, role: DutyRole) -> Row {
    let item = &measure.item;
    let purpose = PurposeId::from(item.id.as_str());
    let (sums, part) = if leads(role) {
        (loaded.organised.get(&purpose), Part::Organiser)
    } else {
        (loaded.supported.get(&purpose), Part::Supporter)
    };
    let sums = sums.copied().unwrap_or_default();
    let part_of =
        figures::own(loaded.annual.as_ref(), &item.id, sums.sessions, (loaded.board.year, loaded.today));
    let own = Some(&part_of).filter(|_| leads(role));
    let board = &loaded.board;
    let mut filter = Years::year(loaded.board.year).filter();
    filter.purpose = Some(purpose);
    filter.unit = Some(unit.id.clone());
    filter.part = Some(part);
    let done = cx.number(sums.sessions);
    Row {
        n: item.n,
        title: loaded.board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title),
        role: cx.t(&format!("plan-role-{}", role.code())),
        done: if leads(role) { done } else { cx.with("plan-contribution", &[("n", done)]) },
        heads: cx.number(sums.person_times),
        planned: super::planned(cx, part_of.n_planned(), part_of.n_drafted),
        n_planned: part_of.n_planned(),
        // A supporting unit gives a contribution, not progress: it has no state of its own.
        tag: own.map(|own| status(cx, own.status)),
        why: own.map(|own| why::of_own(cx, board.year, own)).unwrap_or_default(),
        own: own.map(|own| own.status),
        district: cx.t(&format!("plan-status-{}", measure.status.code())),
        item_href: format!("/desk/plan/items/{}?plan={}&year={}", item.n, board.plan.id, board.year),
        href: filter.href(),
        sums,
    }
}

/// The state of the unit's annual plan, and where it is written by those who may.
fn annual(cx: &Cx, loaded: &Loaded) -> Option<(String, Safe)> {
    let unit = loaded.unit.as_ref()?;
    if !cx.by.actor.reach(WRITERS).includes(&unit.id) {
        return None;
    }
    let state = super::annual_form::state_tag(cx, loaded.annual.as_ref());
    Some((format!("/desk/plan/years/{}/units/{}", loaded.board.year, unit.id), state))
}

fn export(cx: &Cx, rows: Vec<Row>, format: Format) -> Result {
    let keys = ["number", "title", "role", "done", "heads", "planned", "status", "why"];
    let headers = keys.map(|key| cx.t(&format!("plan-column-{key}"))).to_vec();
    let row = |row: Row| {
        vec![
            Cell::Number(row.n),
            row.title.into(),
            row.role.into(),
            Cell::Number(row.sums.sessions),
            Cell::Number(row.sums.person_times),
            Cell::Number(row.n_planned),
            row.own.map(|own| cx.t(&format!("plan-status-{}", own.code()))).into(),
            row.why.into(),
        ]
    };
    cx.export(format, "duties", headers, rows.into_iter().map(row).collect())
}
