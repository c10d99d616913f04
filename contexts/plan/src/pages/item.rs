//! `GET /desk/plan/items/{n}`: one point of the plan: its sentence, who owes it, what was done.

use askama::Template;
use axum::extract::{Path, Query};
use evidence::{Period as Years, PurposeId, Sums, totals};
use kernel::{Day, Group, Refusal, Year};
use serde::Deserialize;
use web::{Cx, Form, Result, Safe, ui};

use super::board::evidence_href;
use super::map::{TownMap, load_map};
use super::{desk, holder, status, unit_name};
use crate::chart::{Series, Stroke, lines};
use crate::figures::{self, Board};
use crate::item::item_kind_code;
use crate::wording::WordingKind;
use crate::{Item, store};

#[derive(Template)]
#[template(path = "pages/item.html")]
struct ItemPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    board: &'a Board,
    item: &'a Item,
    title: String,
    kind: String,
    plain: Option<String>,
    status: Option<Safe>,
    why: String,
    facts: Vec<(String, String, String)>,
    duties: Vec<(String, Vec<String>)>,
    targets: Vec<(String, String)>,
    lines: Vec<(String, String, String, Option<Safe>)>,
    tables: Vec<Table>,
    chart: Option<Safe>,
    map: Option<TownMap>,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    plan: Option<String>,
    year: Option<Year>,
}

/// One way to part the numbers, each with the list that it was counted from.
struct Table {
    title: String,
    first: String,
    rows: Vec<(String, String, String, String)>,
    chart: bool,
}

/// What the page needs beside the board.
struct More {
    item: Item,
    towns: super::map::Towns,
    groups: Vec<(Group, Sums)>,
    months: Vec<(String, Sums)>,
    years: Vec<(Year, Sums)>,
    annual: Vec<crate::AnnualPlan>,
}

/// Shows it.
pub async fn show(cx: Cx, Path(n): Path<i64>, Query(choice): Query<Choice>) -> Result {
    let (chosen, year) = (super::chosen(choice.plan.as_deref()), choice.year);
    let (board, more) = cx
        .read(move |tx, by| {
            let plan = figures::shown(tx, by, chosen.as_ref())?.ok_or(Refusal::NotFound)?;
            let mut item = store::item_by_number(tx, by.district(), &plan.id, n)?.ok_or(Refusal::NotFound)?;
            let board = figures::board(tx, by, plan, year)?.ok_or(Refusal::NotFound)?;
            figures::hand_on(tx, by, std::slice::from_mut(&mut item), (&board.units, board.on))?;
            let purpose = PurposeId::from(item.id.as_str());
            let district = by.district();
            let span = Years { from: board.period.from, to: board.year };
            let more = More {
                towns: load_map(tx, by, &board, Some(&purpose))?,
                groups: totals::by_group(tx, district, Some(&purpose), Years::year(board.year))?
                    .into_iter()
                    .collect(),
                months: totals::by_month(tx, district, Some(&purpose), board.year)?.into_iter().collect(),
                years: totals::by_year(tx, district, Some(&purpose), span)?.into_iter().collect(),
                annual: store::list_annual(tx, district, board.year)?,
                item,
            };
            Ok((board, more))
        })
        .await?;
    draw(&cx, &board, &more, Form::new())
}

fn draw(cx: &Cx, board: &Board, more: &More, form: Form) -> Result {
    let item = &more.item;
    let id = item.id.as_str();
    let words = board.words.of(WordingKind::Item, id).cloned().unwrap_or_default();
    let form =
        form.and("title_en", words.title_en).and("plain_zh", words.plain_zh).and("plain_en", words.plain_en);
    let title = board.words.title(cx.locale, WordingKind::Item, id, &item.title);
    let measure = board.sections.iter().flat_map(|s| &s.measures).find(|measure| measure.item.id == item.id);
    let purpose = PurposeId::from(id);
    let map = TownMap::new(cx, &more.towns, board.year, Some((&purpose, &title)));
    let page = ItemPage {
        cx,
        form: &form,
        kind: cx.t(&format!("plan-kind-{}", item_kind_code(item.kind))),
        plain: board.words.plain(cx.locale, WordingKind::Item, id).map(str::to_owned),
        status: measure.map(|measure| status(cx, measure.status)),
        why: measure
            .map(|measure| super::why::of_sessions(cx, board.year, measure.status, &measure.into()))
            .unwrap_or_default(),
        facts: measure.map(|measure| facts(cx, board, measure)).unwrap_or_default(),
        duties: duties(cx, board, item),
        targets: targets(cx, board, item),
        lines: planned(cx, board, more),
        tables: tables(cx, board, more),
        chart: chart(cx, board, more, &title),
        map: item.is_measure().then_some(map),
        title,
        item,
        board,
    };
    cx.page(desk(page.title.clone()), page)
}

fn facts(cx: &Cx, board: &Board, measure: &figures::MeasureFigure) -> Vec<(String, String, String)> {
    let href = evidence_href(board.year, Some(measure.item.id.as_str()));
    let planned = super::planned(cx, measure.n_planned(), measure.n_drafted);
    let mut facts = vec![
        (cx.t("plan-column-done"), cx.number(measure.sums.sessions), href.clone()),
        (cx.t("plan-column-heads"), cx.number(measure.sums.person_times), href),
        (cx.t("plan-column-planned"), planned, String::new()),
    ];
    if let Some(heads) = measure.planned_heads {
        facts.push((cx.t("plan-column-planned-heads"), cx.number(heads), String::new()));
    }
    facts
}

/// Who has which part, by role.
fn duties(cx: &Cx, board: &Board, item: &Item) -> Vec<(String, Vec<String>)> {
    let name = |duty: &crate::Duty| holder(cx, board, duty, false);
    evidence::DutyRole::ALL
        .iter()
        .map(|role| (cx.t(&format!("plan-role-{}", role.code())), item.with_role(*role).map(name).collect()))
        .filter(|(_, names): &(String, Vec<String>)| !names.is_empty())
        .collect()
}

fn targets(cx: &Cx, board: &Board, item: &Item) -> Vec<(String, String)> {
    let of = board.targets.iter().filter(|one| one.target.item.as_ref() == Some(&item.id));
    of.map(|one| {
        let card = super::card::card(cx, board, one);
        let words = format!("{}：{} · {}", card.title, card.value, card.goal);
        (format!("/desk/plan/targets/{}?plan={}&year={}", card.id, board.plan.id, board.year), words)
    })
    .collect()
}

/// Lines of the annual plans of the year that serve the item.
fn planned(cx: &Cx, board: &Board, more: &More) -> Vec<(String, String, String, Option<Safe>)> {
    let mut rows = Vec::new();
    for plan in &more.annual {
        let unit = board.units.get(&plan.unit).map(|unit| unit_name(cx, unit, false)).unwrap_or_default();
        // A draft is shown as one: nobody stands behind it yet.
        let state = || (!plan.is_submitted()).then(|| super::annual_form::state_tag(cx, Some(plan)));
        for line in plan.lines.iter().filter(|line| line.item == more.item.id) {
            rows.push((unit.clone(), line.what.clone(), cx.number(line.total()), state()));
        }
    }
    rows
}

/// The numbers by year, group and month.
fn tables(cx: &Cx, board: &Board, more: &More) -> Vec<Table> {
    let row = |name: String, sums: &Sums, filter: evidence::Filter| {
        let filter = evidence::Filter { purpose: Some(PurposeId::from(more.item.id.as_str())), ..filter };
        (name, cx.number(sums.sessions), cx.number(sums.person_times), filter.href())
    };
    let of_year = || Years::year(board.year).filter();
    let years =
        more.years.iter().map(|(year, sums)| row(year.to_string(), sums, Years::year(*year).filter()));
    let groups = more.groups.iter().map(|(group, sums)| {
        let filter = evidence::Filter { group: Some(*group), ..of_year() };
        row(cx.t(&format!("group-{}", group.code())), sums, filter)
    });
    let months = more.months.iter().map(|(month, sums)| {
        let first = Day::parse(&format!("{month}-01"));
        // Four weeks and a few days on lies the next month, whatever the month's length.
        let next = first.map(|day| day.plus_days(32)).and_then(|day| Day::new(day.year(), day.month(), 1));
        let last = next.map(|day| day.plus_days(-1));
        row(month.clone(), sums, evidence::Filter { from: first, to: last, ..of_year() })
    });
    let table = |key: &str, first: &str, rows: Vec<_>| Table {
        title: cx.t(&format!("plan-by-{key}")),
        first: cx.t(&format!("plan-column-{first}")),
        chart: key == "year",
        rows,
    };
    let all = [
        table("year", "year", years.collect()),
        table("group", "group", groups.collect()),
        table("month", "month", months.collect()),
    ];
    all.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

#[allow(clippy::cast_precision_loss)] // for drawing only
fn chart(cx: &Cx, board: &Board, more: &More, title: &str) -> Option<Safe> {
    let points = more.years.iter().map(|(year, sums)| (*year, sums.sessions as f64)).collect();
    let series = [Series { name: cx.t("plan-column-done"), stroke: Stroke::Actual, points }];
    let words = cx.with("plan-chart-sessions", &[("title", title.to_owned())]);
    lines(board.period.from, board.period.to, None, &series, &words).map(Safe)
}
