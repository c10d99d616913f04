//! `GET /desk/plan/map`: the towns as tiles, shaded by what was done there, with the table beside.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use db::Tx;
use evidence::{Period as Years, PurposeId, Sums, totals};
use kernel::{Caller, Day, Refusal, UnitId, Year};
use people::units::{self, Unit, UnitKind};
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Result, ui};

use super::{desk, float};
use crate::chart::{legend, shade};
use crate::figures::{self, Board};
use crate::wording::WordingKind;

/// What the map is drawn from: the towns of the board's day, those merged before it in which something
/// was done that year, and what was done in each.
pub(crate) struct Towns {
    pub towns: Vec<Unit>,
    pub sums: BTreeMap<UnitId, Sums>,
    /// Those of the towns that are no more, with who answers for them.
    pub merged: BTreeMap<UnitId, Option<Unit>>,
}

/// Loads what was done in the towns in the board's year, for one measure or for all.
pub(crate) fn load_map(
    tx: &mut Tx<'_>,
    by: &Caller,
    board: &Board,
    item: Option<&PurposeId>,
) -> std::result::Result<Towns, Refusal> {
    let mut towns: Vec<Unit> =
        board.units.values().filter(|unit| unit.kind == UnitKind::Town).cloned().collect();
    let sums = totals::by_town(tx, by.district(), item, Years::year(board.year))?;
    let merged = add_merged(tx, by, &mut towns, &sums, board.on)?;
    towns.sort_by(|a, b| (&a.code, &a.name).cmp(&(&b.code, &b.name)));
    Ok(Towns { towns, sums, merged })
}

/// A town that was merged during the year keeps its tile beside its heir's, so that the tiles add up
/// to the total and each leads to the list of exactly what it counts. The heir may bear its name by
/// now: those that are no more are given back with their heirs, to be told apart.
pub(crate) fn add_merged(
    tx: &mut Tx<'_>,
    by: &Caller,
    towns: &mut Vec<Unit>,
    sums: &BTreeMap<UnitId, Sums>,
    on: Day,
) -> std::result::Result<BTreeMap<UnitId, Option<Unit>>, Refusal> {
    let mut merged = BTreeMap::new();
    for id in sums.keys() {
        if towns.iter().all(|town| town.id != *id) {
            towns.extend(units::find_any(tx, by.district(), id, on)?);
            merged.insert(id.clone(), units::heir(tx, by.district(), id, on)?);
        }
    }
    Ok(merged)
}

/// A map ready to be drawn.
pub(crate) struct TownMap {
    pub title: String,
    pub tiles: Vec<Tile>,
    pub legend: Vec<(u8, String)>,
    pub total: String,
}

/// One town.
pub(crate) struct Tile {
    pub name: String,
    pub sessions: String,
    pub heads: String,
    pub shade: u8,
    pub href: String,
    n: (i64, i64),
}

impl TownMap {
    /// Shades each town by its sessions; `item` is the measure's id and title, or none for all.
    pub fn new(cx: &Cx, of: &Towns, year: Year, item: Option<(&PurposeId, &str)>) -> Self {
        let highest = of.sums.values().map(|sums| sums.sessions).max().unwrap_or(0);
        let tile = |town: &Unit| {
            let sums = of.sums.get(&town.id).copied().unwrap_or_default();
            let mut filter = Years::year(year).filter();
            filter.town = Some(town.id.clone());
            filter.purpose = item.map(|(id, _)| id.clone());
            let name = super::unit_name(cx, town, true);
            let name = match of.merged.get(&town.id) {
                None => name,
                Some(heir) => former(cx, name, heir.as_ref()),
            };
            Tile {
                name,
                sessions: cx.number(sums.sessions),
                heads: cx.number(sums.person_times),
                shade: shade(sums.sessions, highest),
                href: filter.href(),
                n: (sums.sessions, sums.person_times),
            }
        };
        let range = |(shade, from, to): (u8, i64, i64)| {
            let words =
                if from == to { cx.number(from) } else { format!("{}–{}", cx.number(from), cx.number(to)) };
            (shade, words)
        };
        let title = item.map_or_else(|| cx.t("plan-map-all"), |(_, title)| title.to_owned());
        let total: i64 = of.sums.values().map(|sums| sums.sessions).sum();
        Self {
            title: cx.with("plan-map-title", &[("title", title), ("year", year.to_string())]),
            tiles: of.towns.iter().map(tile).collect(),
            legend: legend(highest).into_iter().map(range).collect(),
            total: cx.number(total),
        }
    }
}

/// The name of a unit that is no more, with what became of it.
fn former(cx: &Cx, name: String, heir: Option<&Unit>) -> String {
    match heir {
        Some(heir) => {
            cx.with("plan-merged-into", &[("name", name), ("heir", super::unit_name(cx, heir, true))])
        }
        None => cx.with("plan-closed", &[("name", name)]),
    }
}

#[derive(Template)]
#[template(path = "pages/map.html")]
struct MapPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    ranking: Option<TownRanking>,
    map: TownMap,
    items: Vec<(String, String)>,
    years: Vec<(String, String)>,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    plan: Option<String>,
    item: Option<String>,
    year: Option<Year>,
    /// `sessions` for the towns in the order of their number.
    order: Option<String>,
    format: Option<String>,
}

/// Shows the map, or gives its table as a file.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let year = choice.year;
    let chosen = choice.item.clone().filter(|id| !id.is_empty()).map(PurposeId::from);
    let (of, plan) = (chosen.clone(), super::chosen(choice.plan.as_deref()));
    let found = cx
        .read(move |tx, by| {
            let Some(plan) = figures::shown(tx, by, plan.as_ref())? else { return Ok(None) };
            let Some(board) = figures::board(tx, by, plan, year)? else { return Ok(None) };
            let towns = load_map(tx, by, &board, of.as_ref())?;
            let least = evidence::ranking::least(tx, by.district())?;
            Ok(Some((board, towns, least)))
        })
        .await?;
    let Some((board, towns, least)) = found else { return cx.redirect("/desk/plan") };
    let items = measures(&cx, &board);
    let title = chosen.as_ref().and_then(|id| items.iter().find(|(item, _)| item == id.as_str()));
    let item = chosen.as_ref().zip(title.map(|(_, title)| title.as_str()));
    let map = TownMap::new(&cx, &towns, board.year, item);
    let ranking = choice.order.as_deref().filter(|order| *order == "sessions");
    let ranking = ranking.map(|_| TownRanking::new(&cx, &towns, &map, least));
    if let Some(format) = choice.format.as_deref().and_then(Format::parse) {
        if let Some(ranking) = ranking {
            return ranking.export(&cx, format);
        }
        let headers = ["town", "done", "heads"].map(|key| cx.t(&format!("plan-column-{key}"))).to_vec();
        let row = |tile: &Tile| {
            let (sessions, heads) = tile.n;
            vec![tile.name.clone().into(), Cell::Number(sessions), Cell::Number(heads)]
        };
        return cx.export(format, "towns", headers, map.tiles.iter().map(row).collect());
    }
    let form = Form::filled([
        ("plan", choice.plan.unwrap_or_default()),
        ("item", choice.item.unwrap_or_default()),
        ("year", board.year.to_string()),
        ("order", choice.order.unwrap_or_default()),
    ]);
    let years = board.period.years().map(|year| (year.to_string(), year.to_string())).collect();
    cx.page(desk(map.title.clone()), MapPage { cx: &cx, form: &form, ranking, map, items, years })
}

/// The towns in the order of their sessions. A number of sessions is a count and no sample; the interval says
/// how far chance alone would carry it in a year like this one, so that nobody reads much into a rank.
struct TownRanking {
    least: i64,
    rows: Vec<RankRow>,
}

struct RankRow {
    rank: String,
    name: String,
    n: i64,
    interval: (i64, i64),
    href: String,
}

impl TownRanking {
    fn new(cx: &Cx, of: &Towns, map: &TownMap, least: i64) -> Self {
        // a town that is no more is not compared with those that are
        let living = of.towns.iter().zip(&map.tiles).filter(|(town, _)| !of.merged.contains_key(&town.id));
        let tiles: Vec<&Tile> = living.map(|(_, tile)| tile).collect();
        let ranking = evidence::ranking::rank(tiles, least, |tile| (tile.n.0, float(tile.n.0.into())));
        let ranked = ranking.ranked.into_iter().map(|(rank, tile)| (rank.to_string(), tile));
        let too_few = ranking.too_few.into_iter().map(|tile| (cx.t("evidence-ranking-too-few"), tile));
        let row = |(rank, tile): (String, &Tile)| {
            let (lower, upper) = evidence::ranking::count_interval(tile.n.0);
            let whole = |number: f64| number.round().to_i64().unwrap_or(0);
            let (name, href) = (tile.name.clone(), tile.href.clone());
            RankRow { rank, name, n: tile.n.0, interval: (whole(lower), whole(upper)), href }
        };
        Self { least, rows: ranked.chain(too_few).map(row).collect() }
    }

    fn export(self, cx: &Cx, format: Format) -> Result {
        let keys = [
            "evidence-ranking-rank", "plan-column-town", "plan-column-done", "evidence-rate-lower",
            "evidence-rate-upper",
        ];
        let row = |row: RankRow| -> Vec<Cell> {
            let (lower, upper) = row.interval;
            vec![row.rank.into(), row.name.into(), row.n.into(), lower.into(), upper.into()]
        };
        let rows = self.rows.into_iter().map(row).collect();
        cx.export(format, "towns-ranked", keys.map(|key| cx.t(key)).to_vec(), rows)
    }
}

/// All measures to choose from, the whole first.
fn measures(cx: &Cx, board: &Board) -> Vec<(String, String)> {
    let mut all = vec![(String::new(), cx.t("plan-map-all"))];
    for measure in board.sections.iter().flat_map(|section| &section.measures) {
        let item = &measure.item;
        let title = board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title);
        all.push((item.id.to_string(), format!("{}. {title}", item.n)));
    }
    all
}
