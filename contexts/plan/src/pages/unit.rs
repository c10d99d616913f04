//! `GET /desk/plan/units/{unit}`: a unit's state on one page, read in a minute: what is behind and why,
//! its duties, its targets, its annual plan, what is asked of it, what it did.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use db::Tx;
use evidence::callbacks::estimate::OverReporting;
use evidence::{DutyRole, Part, Period as Years, PurposeId, Sums, totals};
use kernel::{Caller, Refusal, UnitId, Year};
use people::units::{self, Unit, UnitKind};
use serde::Deserialize;
use web::{Cx, Form, Result, Safe, Tone, ui};

use super::{desk, status, unit_name};
use crate::actions::annual::WRITERS;
use crate::figures::{self, Board, MeasureFigure};
use crate::inspection;
use crate::item::leads;
use crate::letters::{self, Letter};
use crate::rules::{Status, asked_by};
use crate::supervision::{self, Supervision, unit_line};
use crate::wording::WordingKind;
use crate::{AnnualPlan, store};

#[derive(Template)]
#[template(path = "pages/unit.html")]
struct UnitPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    board: &'a Board,
    unit: &'a Unit,
    title: String,
    kind: String,
    verdict: Vec<(Safe, String)>,
    letter: Option<(Safe, String)>,
    rate: Option<String>,
    behind: Vec<DutyRow>,
    rows: Vec<DutyRow>,
    targets: Vec<TargetRow>,
    annual: AnnualWords,
    done: Vec<(String, String, String)>,
    supervision: Option<Vec<supervision::Line>>,
    inspections: Option<Vec<inspection::Line>>,
    arranged: Vec<(String, String, String, String)>,
}

/// A duty with its state and why, in a sentence.
#[derive(Clone)]
struct DutyRow {
    n: i64,
    title: String,
    role: String,
    leads: bool,
    status: Status,
    tag: Safe,
    why: String,
    href: String,
}

struct TargetRow {
    title: String,
    href: String,
    words: String,
    tag: Safe,
}

/// Whether the annual plan is kept.
struct AnnualWords {
    tag: Safe,
    words: String,
    href: Option<String>,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    year: Option<Year>,
}

/// What the page is drawn from.
struct Loaded {
    board: Board,
    unit: Unit,
    organised: BTreeMap<PurposeId, Sums>,
    supported: BTreeMap<PurposeId, Sums>,
    all: [Sums; 3],
    annual: Option<AnnualPlan>,
    letter: Option<Letter>,
    rate: OverReporting,
    supervision: Option<Vec<Supervision>>,
    inspections: Option<inspection::OfUnit>,
    units: BTreeMap<UnitId, Unit>,
}

fn load(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &UnitId,
    year: Option<Year>,
) -> std::result::Result<Option<Loaded>, Refusal> {
    let Some(plan) = figures::shown(tx, by, None)? else { return Ok(None) };
    let Some(board) = figures::board(tx, by, plan, year)? else { return Ok(None) };
    let unit = units::heir(tx, by.district(), id, board.on)?.ok_or(Refusal::NotFound)?;
    let years = Years::year(board.year);
    let district = by.district();
    let of = |sums: BTreeMap<UnitId, Sums>| sums.get(&unit.id).copied().unwrap_or_default();
    let all = [
        of(totals::by_unit(tx, district, None, Part::Organiser, years)?),
        of(totals::by_unit(tx, district, None, Part::Supporter, years)?),
        of(totals::by_town(tx, district, None, years)?),
    ];
    let reads = supervision::actions::reading(&by.actor).includes(&unit.id);
    let supervision = if reads { Some(supervision::open_of(tx, by, &unit.id)?) } else { None };
    let held = supervision.iter().flatten().map(|one: &Supervision| &one.held.unit);
    let inspections = if reads { Some(inspection::of_unit(tx, by, &unit.id)?) } else { None };
    let units = super::unit_names(tx, by, held)?;
    Ok(Some(Loaded {
        organised: totals::by_purpose_of_unit(tx, district, (&unit.id, Part::Organiser), years)?,
        supported: totals::by_purpose_of_unit(tx, district, (&unit.id, Part::Supporter), years)?,
        annual: store::find_annual(tx, district, &unit.id, board.year)?,
        letter: letters::actions::of_unit(tx, by, &unit.id, board.year)?,
        rate: evidence::callbacks::actions::rate_of(tx, district, &unit.id, board.year)?,
        all,
        supervision,
        inspections,
        units,
        unit,
        board,
    }))
}

/// Shows it.
pub async fn show(cx: Cx, Path(id): Path<String>, Query(choice): Query<Choice>) -> Result {
    let (id, year) = (UnitId::from(id), choice.year);
    let Some(loaded) = cx.read(move |tx, by| load(tx, by, &id, year)).await? else {
        return cx.redirect("/desk/plan");
    };
    let (board, unit) = (&loaded.board, &loaded.unit);
    let rows = rows(&cx, &loaded);
    let form = Form::filled([("year", board.year.to_string())]);
    let page = UnitPage {
        cx: &cx,
        form: &form,
        title: unit_name(&cx, unit, false),
        kind: cx.t(&format!("unit-kind-{}", unit.kind.code())),
        verdict: verdict(&cx, &loaded, &rows),
        behind: rows.iter().filter(|row| row.leads && row.status == Status::Behind).cloned().collect(),
        letter: loaded.letter.as_ref().map(|letter| {
            (letters::pages::state_tag(&cx, letter.state.code()), format!("/desk/plan/letters/{}", letter.id))
        }),
        rate: called(&loaded.rate).then(|| evidence::callbacks::rate_words(&cx, &loaded.rate)),
        targets: targets(&cx, &loaded),
        annual: annual(&cx, &loaded),
        done: done(&cx, &loaded),
        supervision: loaded
            .supervision
            .as_ref()
            .map(|open| open.iter().map(|one| unit_line(&cx, &loaded.units, one)).collect()),
        inspections: loaded.inspections.as_ref().map(|of| of.lines(&cx, &loaded.units)),
        arranged: arranged(&cx, &loaded),
        rows,
        board,
        unit,
    };
    cx.page(desk(page.title.clone()), page)
}

fn measures(board: &Board) -> impl Iterator<Item = &MeasureFigure> {
    board.sections.iter().flat_map(|section| &section.measures)
}

/// Whether any of the unit's deliveries was called back.
pub(super) const fn called(rate: &OverReporting) -> bool {
    rate.n + rate.not_reached > 0
}

/// The unit's duties, leading ones first, those behind at the top.
fn rows(cx: &Cx, loaded: &Loaded) -> Vec<DutyRow> {
    let row = |measure: &MeasureFigure| {
        let role = measure.item.role_of(&loaded.unit.id)?;
        Some((role, row(cx, loaded, measure, role)))
    };
    let mut rows: Vec<(DutyRole, DutyRow)> = measures(&loaded.board).filter_map(row).collect();
    rows.sort_by_key(|(role, row)| (!row.leads, row.status != Status::Behind, *role, row.n));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(cx: &Cx, loaded: &Loaded, measure: &MeasureFigure, role: DutyRole) -> DutyRow {
    let (board, item) = (&loaded.board, &measure.item);
    let purpose = PurposeId::from(item.id.as_str());
    let is_led = leads(role);
    let sums = if is_led { loaded.organised.get(&purpose) } else { loaded.supported.get(&purpose) };
    let done = sums.copied().unwrap_or_default().sessions;
    let own = figures::own(loaded.annual.as_ref(), &item.id, done, (board.year, cx.by.today()));
    let mut filter = Years::year(board.year).filter();
    filter.purpose = Some(purpose);
    filter.unit = Some(loaded.unit.id.clone());
    filter.part = Some(if is_led { Part::Organiser } else { Part::Supporter });
    DutyRow {
        n: item.n,
        title: board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title),
        role: cx.t(&format!("plan-role-{}", role.code())),
        leads: is_led,
        status: own.status,
        tag: if is_led { status(cx, own.status) } else { ui::tag(Tone::Quiet, &cx.t("plan-supporting")) },
        why: if is_led {
            super::why::of_own(cx, board.year, &own)
        } else {
            cx.with("plan-unit-supports", &[("n", cx.number(done))])
        },
        href: filter.href(),
    }
}

/// How it stands, in three lines.
fn verdict(cx: &Cx, loaded: &Loaded, rows: &[DutyRow]) -> Vec<(Safe, String)> {
    let led: Vec<&DutyRow> = rows.iter().filter(|row| row.leads).collect();
    let n = |wanted: &[Status]| led.iter().filter(|row| wanted.contains(&row.status)).count();
    let behind = n(&[Status::Behind]);
    let good = n(&[Status::Reached, Status::Ahead, Status::OnCourse]);
    let mut lines = Vec::new();
    if led.is_empty() {
        lines.push((ui::tag(Tone::Quiet, &cx.t("plan-supporting")), cx.t("plan-unit-leads-none")));
    } else {
        let args = [
            ("all", led.len().to_string()),
            ("good", good.to_string()),
            ("behind", behind.to_string()),
            ("other", (led.len() - good - behind).to_string()),
        ];
        let tone = if behind > 0 { Status::Behind } else { Status::OnCourse };
        lines.push((status(cx, tone), cx.with("plan-unit-verdict", &args)));
    }
    if let Some(open) = &loaded.supervision {
        let late = open.iter().filter(|one| one.is_late(cx.by.today())).count();
        let args = [("n", open.len().to_string()), ("late", late.to_string())];
        let (tone, key) = match (open.len(), late) {
            (0, _) => (Tone::Ok, "plan-unit-supervision-none"),
            (_, 0) => (Tone::Wait, "plan-unit-supervision-open"),
            (_, _) => (Tone::Late, "plan-unit-supervision-late"),
        };
        lines.push((ui::tag(tone, &cx.t("supervision-title")), cx.with(key, &args)));
    }
    lines
}

fn targets(cx: &Cx, loaded: &Loaded) -> Vec<TargetRow> {
    let board = &loaded.board;
    let led = |item: &crate::ItemId| {
        let measure = measures(board).find(|measure| measure.item.id == *item);
        measure.and_then(|measure| measure.item.role_of(&loaded.unit.id)).is_some_and(leads)
    };
    let of = board.targets.iter().filter(|one| one.target.item.as_ref().is_some_and(led));
    of.map(|one| {
        let card = super::card::card(cx, board, one);
        TargetRow {
            href: format!("/desk/plan/targets/{}?year={}", card.id, board.year),
            words: format!("{} · {}", card.value, card.goal),
            tag: card.status,
            title: card.title,
        }
    })
    .collect()
}

fn annual(cx: &Cx, loaded: &Loaded) -> AnnualWords {
    let (year, unit) = (loaded.board.year, &loaded.unit.id);
    let may = cx.by.actor.reach(WRITERS).includes(unit);
    let href = may.then(|| format!("/desk/plan/years/{year}/units/{unit}"));
    let tag = super::annual_form::state_tag(cx, loaded.annual.as_ref());
    let Some(plan) = loaded.annual.as_ref().filter(|plan| plan.is_submitted()) else {
        return AnnualWords { tag, words: cx.t("plan-unit-annual-none"), href };
    };
    let (asked, held) = figures::kept(plan, cx.by.today(), |item| {
        let purpose = PurposeId::from(item.as_str());
        loaded.organised.get(&purpose).map_or(0, |sums| sums.sessions)
    });
    let planned: i64 = plan.lines.iter().map(crate::Line::total).sum();
    let args = [
        ("planned", cx.number(planned)),
        ("asked", cx.number(asked)),
        ("held", cx.number(held)),
        ("short", cx.number(asked - held)),
    ];
    let (tag, key) = match asked - held {
        _ if asked == 0 => (tag, "plan-unit-annual-begins"),
        0 => (ui::tag(Tone::Ok, &cx.t("plan-unit-annual-kept-tag")), "plan-unit-annual-kept"),
        _ => (ui::tag(Tone::Late, &cx.t("plan-unit-annual-missed-tag")), "plan-unit-annual-missed"),
    };
    AnnualWords { tag, words: cx.with(key, &args), href }
}

/// What was done in the year: name, words, the list behind it.
fn done(cx: &Cx, loaded: &Loaded) -> Vec<(String, String, String)> {
    let [organised, supported, town] = loaded.all;
    let line = |key: &str, sums: Sums, narrow: &dyn Fn(&mut evidence::Filter)| {
        let mut filter = Years::year(loaded.board.year).filter();
        narrow(&mut filter);
        let args = [("n", cx.number(sums.sessions)), ("heads", cx.number(sums.person_times))];
        (cx.t(key), cx.with("plan-unit-sums", &args), filter.href())
    };
    let unit = &loaded.unit.id;
    let part = |part: Part| {
        move |filter: &mut evidence::Filter| {
            filter.unit = Some(unit.clone());
            filter.part = Some(part);
        }
    };
    let mut lines = vec![
        line("plan-unit-organised", organised, &part(Part::Organiser)),
        line("plan-unit-supported", supported, &part(Part::Supporter)),
    ];
    if loaded.unit.kind == UnitKind::Town {
        lines.push(line("plan-unit-in-town", town, &|filter| filter.town = Some(unit.clone())));
    }
    lines
}

/// The lines of the annual plan: measure, what, asked for by the day of the year's, held for the measure.
fn arranged(cx: &Cx, loaded: &Loaded) -> Vec<(String, String, String, String)> {
    // A draft is the unit's own until it stands behind it.
    let may = cx.by.actor.reach(WRITERS).includes(&loaded.unit.id);
    let shown = loaded.annual.as_ref().filter(|plan| plan.is_submitted() || may);
    let Some(plan) = shown else { return Vec::new() };
    plan.lines
        .iter()
        .map(|line| {
            let found = measures(&loaded.board).find(|measure| measure.item.id == line.item);
            let title = found.map_or_else(String::new, |measure| {
                let item = &measure.item;
                loaded.board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title)
            });
            let asked = asked_by(plan.year, cx.by.today(), &line.months);
            let purpose = PurposeId::from(line.item.as_str());
            let held = loaded.organised.get(&purpose).map_or(0, |sums| sums.sessions);
            (
                title,
                line.what.clone(),
                format!("{} / {}", cx.number(asked), cx.number(line.total())),
                cx.number(held),
            )
        })
        .collect()
}
