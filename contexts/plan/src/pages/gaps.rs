//! `GET /desk/plan/gaps`: which units have not planned their year, and which measures nobody planned.

use askama::Template;
use axum::extract::Query;
use evidence::DutyRole;
use kernel::Year;
use people::units::{self, Unit, UnitKind};
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Result, Safe, ui};

use super::desk;
use crate::figures::{self, Board};
use crate::item::leads;
use crate::wording::WordingKind;
use crate::{AnnualPlan, AnnualState, Item, store};

#[derive(Template)]
#[template(path = "pages/gaps.html")]
struct GapsPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    board: &'a Board,
    units: Vec<UnitRow>,
    measures: Vec<Unplanned>,
    n_submitted: usize,
}

/// A measure for which no submitted plan has a session.
struct Unplanned {
    n: i64,
    title: String,
    /// Who leads it.
    leads: String,
    /// Sessions that only drafts speak of, with whose they are; empty when there are none.
    drafts: String,
}

struct UnitRow {
    name: String,
    href: String,
    n_leads: usize,
    n_lines: usize,
    /// Sessions of a submitted plan.
    sessions: i64,
    /// The same in words, with what a draft speaks of.
    planned: String,
    state: Safe,
    word: &'static str,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    year: Option<Year>,
    format: Option<String>,
}

/// Shows the gaps, or gives the units as a file.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let year = choice.year;
    let found = cx
        .read(move |tx, by| {
            let Some(plan) = figures::shown(tx, by, None)? else { return Ok(None) };
            let Some(board) = figures::board(tx, by, plan, year)? else { return Ok(None) };
            let annual = store::list_annual(tx, by.district(), board.year)?;
            let units = units::list(tx, by.district(), board.on)?;
            Ok(Some((board, annual, units)))
        })
        .await?;
    let Some((board, annual, units)) = found else { return cx.redirect("/desk/plan") };
    let rows = unit_rows(&cx, &board, &annual, &units);
    if let Some(format) = choice.format.as_deref().and_then(Format::parse) {
        let keys = ["unit", "n-leads", "n-lines", "planned", "status"];
        let headers = keys.map(|key| cx.t(&format!("plan-column-{key}"))).to_vec();
        let whole = |n: usize| Cell::Number(i64::try_from(n).unwrap_or(i64::MAX));
        let row = |row: UnitRow| {
            let cells: Vec<Cell> = vec![
                row.name.into(),
                whole(row.n_leads),
                whole(row.n_lines),
                Cell::Number(row.sessions),
                cx.t(row.word).into(),
            ];
            cells
        };
        return cx.export(format, "annual-plans", headers, rows.into_iter().map(row).collect());
    }
    let form = Form::filled([("year", board.year.to_string())]);
    let page = GapsPage {
        cx: &cx,
        form: &form,
        measures: unplanned(&cx, &board, &annual),
        n_submitted: annual.iter().filter(|plan| plan.is_submitted()).count(),
        units: rows,
        board: &board,
    };
    cx.page(desk(cx.t("plan-nav-gaps")), page)
}

/// Units that lead something, and the towns; those who have not submitted first.
fn unit_rows(cx: &Cx, board: &Board, annual: &[AnnualPlan], units: &[Unit]) -> Vec<UnitRow> {
    let n_leads = |unit: &Unit| {
        let measures = board.sections.iter().flat_map(|section| &section.measures);
        measures.filter(|measure| measure.item.role_of(&unit.id).is_some_and(leads)).count()
    };
    let owes = |unit: &&Unit| n_leads(unit) > 0 || unit.kind == UnitKind::Town;
    let mut rows: Vec<UnitRow> = units
        .iter()
        .filter(owes)
        .map(|unit| {
            let plan = annual.iter().find(|plan| plan.unit == unit.id);
            let word = match plan.map(|plan| &plan.state) {
                Some(AnnualState::Submitted { .. }) => "plan-annual-submitted",
                Some(AnnualState::Draft { handed_back: Some(_) }) => "plan-annual-handed-back",
                Some(AnnualState::Draft { handed_back: None }) => "plan-annual-draft",
                None => "plan-annual-none",
            };
            let written = plan.map_or(0, AnnualPlan::sessions);
            let submitted = plan.is_some_and(AnnualPlan::is_submitted);
            let (sessions, drafted) = if submitted { (written, 0) } else { (0, written) };
            UnitRow {
                name: super::unit_name(cx, unit, false),
                href: format!("/desk/plan/years/{}/units/{}", board.year, unit.id),
                n_leads: n_leads(unit),
                n_lines: plan.map_or(0, |plan| plan.lines.len()),
                sessions,
                planned: super::planned(cx, sessions, drafted),
                state: super::annual_form::state_tag(cx, plan),
                word,
            }
        })
        .collect();
    rows.sort_by_key(|row| (row.word == "plan-annual-submitted", row.n_leads == 0));
    rows
}

/// Measures for which no submitted plan has a session, with those who lead them and what drafts say.
fn unplanned(cx: &Cx, board: &Board, annual: &[AnnualPlan]) -> Vec<Unplanned> {
    let measures = board.sections.iter().flat_map(|section| &section.measures);
    measures
        .map(|measure| &measure.item)
        .filter(|item| !annual.iter().any(|plan| plan.is_submitted() && plan.arranges(&item.id)))
        .map(|item| {
            let title = board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title);
            let of = item.duties.iter().filter(|duty| duty.role != DutyRole::Support);
            let names: Vec<String> = of.map(|duty| super::holder(cx, board, duty, true)).collect();
            let leads = names.join(&cx.t("plan-list-comma"));
            Unplanned { n: item.n, title, leads, drafts: drafts(cx, board, annual, item) }
        })
        .collect()
}

/// Whose drafts speak of an item, with how many sessions.
fn drafts(cx: &Cx, board: &Board, annual: &[AnnualPlan], item: &Item) -> String {
    let of = annual.iter().filter(|plan| !plan.is_submitted() && plan.arranges(&item.id));
    let words = of.map(|plan| {
        let lines = plan.lines.iter().filter(|line| line.item == item.id);
        let n = lines.map(crate::Line::total).sum();
        let unit = board.units.get(&plan.unit).map(|unit| super::unit_name(cx, unit, true));
        cx.with("plan-drafted-by", &[("unit", unit.unwrap_or_default()), ("n", cx.number(n))])
    });
    words.collect::<Vec<_>>().join(&cx.t("plan-list-comma"))
}
