//! `GET /desk/plan`: how far every promise is, on one page that a leader reads in a minute.

use askama::Template;
use axum::extract::Query;
use kernel::Year;
use serde::Deserialize;
use web::{Cell, Cx, Format, Result, Safe, ui};

use super::card::{Card, YearRow, card, trajectory};
use super::map::{TownMap, load_map};
use super::{KEEP, desk, holder, status};
use crate::SectionKind;
use crate::figures::{self, Board, MeasureFigure};
use crate::item::leads;
use crate::rules::Status;
use crate::wording::WordingKind;

#[derive(Template)]
#[template(path = "pages/board.html")]
struct BoardPage<'a> {
    cx: &'a Cx,
    board: &'a Board,
    title: String,
    cards: Vec<(Card, Option<Safe>, Vec<YearRow>)>,
    sections: Vec<SectionRows>,
    goals: Vec<GoalRow>,
    counts: Vec<(Safe, i64)>,
    target_counts: Vec<(Safe, i64)>,
    n_measures: String,
    n_behind: usize,
    behind: Vec<Behind>,
    map: TownMap,
}

#[derive(Template)]
#[template(path = "pages/board_empty.html")]
struct EmptyPage<'a> {
    cx: &'a Cx,
}

struct SectionRows {
    kind: String,
    title: String,
    rows: Vec<MeasureRow>,
}

struct MeasureRow {
    n: i64,
    title: String,
    leads: String,
    done: String,
    planned: String,
    heads: String,
    href: String,
    status: Safe,
    /// What waits for verification, where the reason does not say it.
    /// What was closed, where it differs from what is counted now.
    closed: String,
    waiting: String,
    why: String,
}

/// A unit that leads measures which are behind, with the reasons.
struct Behind {
    unit: String,
    href: String,
    /// Address, title and reason.
    measures: Vec<(String, String, String)>,
}

struct GoalRow {
    n: i64,
    title: String,
    words: String,
    href: String,
    filled: bool,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    plan: Option<String>,
    year: Option<Year>,
    format: Option<String>,
}

/// Shows the board, or gives it as a file.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let chosen = super::chosen(choice.plan.as_deref());
    let year = choice.year;
    // All who sign in see the same board; the ways to other pages differ for those who keep the plan.
    let place = match cx.kept(if cx.may(KEEP) { "keeper" } else { "reader" }).await {
        Ok(page) => return page,
        Err(place) => place,
    };
    let found = cx
        .read(move |tx, by| {
            let Some(plan) = figures::shown(tx, by, chosen.as_ref())? else { return Ok(None) };
            let Some(board) = figures::board(tx, by, plan, year)? else { return Ok(None) };
            let map = load_map(tx, by, &board, None)?;
            Ok(Some((board, map)))
        })
        .await?;
    let Some((board, towns)) = found else {
        return cx.page(desk(cx.t("plan-title")), EmptyPage { cx: &cx });
    };
    if let Some(format) = choice.format.as_deref().and_then(Format::parse) {
        return export(&cx, &board, format);
    }
    let cards = board.targets.iter().map(|one| {
        let (chart, rows) = trajectory(&cx, &board, one);
        (card(&cx, &board, one), chart, rows)
    });
    let measures = || board.sections.iter().flat_map(|section| &section.measures);
    let page = BoardPage {
        cx: &cx,
        title: cx.with("plan-board-title", &[("n", board.targets.len().to_string())]),
        cards: cards.collect(),
        sections: sections(&cx, &board),
        goals: goals(&cx, &board),
        counts: counts(&cx, measures().map(|measure| measure.status)),
        target_counts: counts(&cx, board.targets.iter().map(|target| target.status)),
        n_measures: cx.number(i64::try_from(measures().count()).unwrap_or(i64::MAX)),
        n_behind: measures().filter(|measure| measure.status == Status::Behind).count(),
        behind: behind(&cx, &board),
        map: TownMap::new(&cx, &towns, board.year, None),
        board: &board,
    };
    cx.page_kept(place, desk(page.title.clone()), page)
}

fn sections(cx: &Cx, board: &Board) -> Vec<SectionRows> {
    let rows = |section: &figures::SectionFigure| SectionRows {
        kind: match section.section.kind {
            SectionKind::Action | SectionKind::Project => {
                cx.t(&format!("plan-section-{}", section.section.kind.code()))
            }
            SectionKind::Other => String::new(),
        },
        title: board.words.title(
            cx.locale,
            WordingKind::Section,
            &section.section.title,
            &section.section.title,
        ),
        rows: section.measures.iter().map(|measure| row(cx, board, measure)).collect(),
    };
    board.sections.iter().map(rows).collect()
}

fn row(cx: &Cx, board: &Board, measure: &MeasureFigure) -> MeasureRow {
    let item = &measure.item;
    let names: Vec<String> = item
        .duties
        .iter()
        .filter(|duty| leads(duty.role))
        .map(|duty| holder(cx, board, duty, true))
        .collect();
    MeasureRow {
        n: item.n,
        title: board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title),
        leads: names.join(&cx.t("plan-list-comma")),
        done: cx.number(measure.sums.sessions),
        planned: super::planned(cx, measure.n_planned(), measure.n_drafted),
        heads: cx.number(measure.sums.person_times),
        href: evidence_href(board.year, Some(item.id.as_str())),
        status: status(cx, measure.status),
        why: super::why::of_sessions(cx, board.year, measure.status, &measure.into()),
        closed: super::closed::of_measure(cx, board, measure),
        waiting: match measure.n_waiting {
            0 => String::new(),
            _ if matches!(measure.status, Status::Behind | Status::Waiting) => String::new(),
            n => cx.with("plan-waiting", &[("n", n.to_string())]),
        },
    }
}

/// The list of exactly the verified deliveries of a year, of one measure or of all.
pub(crate) fn evidence_href(year: Year, item: Option<&str>) -> String {
    let mut filter = evidence::Period::year(year).filter();
    filter.purpose = item.map(evidence::PurposeId::from);
    filter.href()
}

fn goals(cx: &Cx, board: &Board) -> Vec<GoalRow> {
    let row = |goal: &figures::GoalFigure| GoalRow {
        n: goal.item.n,
        title: board.words.title(cx.locale, WordingKind::Item, goal.item.id.as_str(), &goal.item.title),
        words: match goal.n {
            Some(n) => cx.with("plan-goal-attested", &[("n", n.to_string())]),
            None => cx.t("plan-goal-unfilled"),
        },
        href: goal.href.clone().unwrap_or_default(),
        filled: goal.n.is_some(),
    };
    board.goals.iter().map(row).collect()
}

/// How many stand in each state, for the lines at the top.
fn counts(cx: &Cx, all: impl Iterator<Item = Status> + Clone) -> Vec<(Safe, i64)> {
    Status::ALL
        .into_iter()
        .filter_map(|one| {
            let n = i64::try_from(all.clone().filter(|status| *status == one).count()).ok()?;
            (n > 0).then(|| (status(cx, one), n))
        })
        .collect()
}

/// What is behind, under each unit that leads it, those with the most first.
fn behind(cx: &Cx, board: &Board) -> Vec<Behind> {
    let mut units: Vec<Behind> = Vec::new();
    let measures = board.sections.iter().flat_map(|section| &section.measures);
    for measure in measures.filter(|measure| measure.status == Status::Behind) {
        let item = &measure.item;
        let title = board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title);
        let href = format!("/desk/plan/items/{}?plan={}&year={}", item.n, board.plan.id, board.year);
        let why = super::why::of_sessions(cx, board.year, measure.status, &measure.into());
        for duty in item.duties.iter().filter(|duty| leads(duty.role)) {
            let unit = holder(cx, board, duty, true);
            let one = (href.clone(), format!("{}. {title}", item.n), why.clone());
            match units.iter_mut().find(|behind| behind.unit == unit) {
                Some(behind) => behind.measures.push(one),
                None => {
                    let id = duty.holder.unit().map(ToString::to_string).unwrap_or_default();
                    let (plan, year) = (board.plan.id.as_str(), board.year.to_string());
                    let query = [("plan", plan), ("unit", id.as_str()), ("year", year.as_str())];
                    let href = cx.href("/desk/plan/duties", &query);
                    units.push(Behind { unit, href, measures: vec![one] });
                }
            }
        }
    }
    units.sort_by_key(|behind| std::cmp::Reverse(behind.measures.len()));
    units
}

fn export(cx: &Cx, board: &Board, format: Format) -> Result {
    let keys = ["kind", "number", "title", "leads", "planned", "done", "heads", "goal", "status"];
    let headers = keys.map(|key| cx.t(&format!("plan-column-{key}"))).to_vec();
    let mut rows = Vec::new();
    for target in &board.targets {
        let one = card(cx, board, target);
        let value = target.now.map_or(Cell::Empty, |now| Cell::Decimal(now.normalize().to_string()));
        let word = cx.t(&format!("plan-status-{}", target.status.code()));
        let kind = one.kind.into();
        rows.push(vec![
            kind,
            Cell::Empty,
            one.title.into(),
            Cell::Empty,
            Cell::Empty,
            value,
            Cell::Empty,
            one.goal.into(),
            word.into(),
        ]);
    }
    for (section, rows_of) in board.sections.iter().zip(sections(cx, board)) {
        for (measure, shown) in section.measures.iter().zip(rows_of.rows) {
            rows.push(vec![
                rows_of.title.clone().into(),
                Cell::Number(measure.item.n),
                shown.title.into(),
                shown.leads.into(),
                Cell::Number(measure.n_planned()),
                Cell::Number(measure.sums.sessions),
                Cell::Number(measure.sums.person_times),
                Cell::Empty,
                cx.t(&format!("plan-status-{}", measure.status.code())).into(),
            ]);
        }
    }
    cx.export(format, &format!("plan-{}", board.year), headers, rows)
}
