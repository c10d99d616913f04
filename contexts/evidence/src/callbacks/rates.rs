//! What the call-backs of a year say of each unit.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use web::{Cell, Cx, Form, Format, Page, ui};

use super::actions;
use super::estimate::{FEWEST_CALLS, OverReporting};
use crate::pages::names::Names;
use crate::ranking::{self, Ranking};

#[derive(Template)]
#[template(path = "callbacks/rates.html")]
struct Rates<'a> {
    cx: &'a Cx,
    form: Form,
    lines: Vec<(String, Line)>,
    fewest: i64,
    least: i64,
    /// Whether the calls behind a rate open for the reader.
    may_open: bool,
}

struct Line {
    unit: String,
    href: String,
    said: OverReporting,
    words: String,
}

/// `GET /desk/callbacks/rates`
pub(super) async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> web::Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let text = |name: &str| query.get(name).map_or("", |text| text.trim());
    let year = text("year").parse().ok().filter(|year| (2000..=2100).contains(year));
    let year = year.unwrap_or(cx.by.today().year());
    let (rates, names, least) = cx
        .read(move |tx, by| {
            let rates = actions::rates(tx, by.district(), year)?;
            let names = Names::load(tx, by, rates.keys())?;
            Ok((rates, names, ranking::least(tx, by.district())?))
        })
        .await?;
    let lines = rates.into_iter().map(|(unit, said)| Line {
        unit: names.unit(&cx, &unit),
        href: format!("/desk/callbacks?state=answered&unit={unit}"),
        words: words(&cx, &said),
        said,
    });
    // fewer calls than it takes to say anything are too few for a rank as well
    let least = least.max(FEWEST_CALLS);
    let of = |line: &Line| (line.said.n, line.said.rate.map_or(-1.0, |rate| rate.value));
    let Ranking { ranked, too_few } = ranking::rank(lines.collect(), least, of);
    let ranked = ranked.into_iter().map(|(rank, line)| (rank.to_string(), line));
    let unranked = too_few.into_iter().map(|line| (cx.t("evidence-ranking-too-few"), line));
    let lines: Vec<(String, Line)> = ranked.chain(unranked).collect();
    if let Some(format) = Format::parse(text("format")) {
        return file(&cx, format, lines);
    }
    let form = Form::new().and("year", year.to_string());
    let may_open = cx.may(super::pages::CALL);
    let body = Rates { cx: &cx, form, lines, fewest: FEWEST_CALLS, least, may_open };
    cx.page(Page::new(cx.t("evidence-rates")), body)
}

/// The rate of a unit in a sentence, with its interval and n; or that nothing can be said.
pub fn words(cx: &Cx, said: &OverReporting) -> String {
    let percent = |share: f64| format!("{:.0}%", share * 100.0);
    let n = ("n", cx.number(said.n));
    match said.rate {
        Some(rate) => {
            let args = [
                n,
                ("rate", percent(rate.value)),
                ("lower", percent(rate.lower)),
                ("upper", percent(rate.upper)),
            ];
            cx.with("evidence-rate", &args)
        }
        None => cx.with("evidence-rate-cannot-say", &[n, ("least", cx.number(FEWEST_CALLS))]),
    }
}

fn file(cx: &Cx, format: Format, lines: Vec<(String, Line)>) -> web::Result {
    let keys = [
        "evidence-ranking-rank", "evidence-unit", "evidence-rate-n", "evidence-rate-not-reached",
        "evidence-rate-over", "evidence-rate-share", "evidence-rate-lower", "evidence-rate-upper",
        "evidence-callback-reported", "evidence-callback-heard",
    ];
    let row = |(rank, line): (String, Line)| -> Vec<Cell> {
        let share = |pick: fn(super::estimate::Rate) -> f64| {
            line.said.rate.map_or(Cell::Empty, |rate| Cell::Decimal(format!("{:.3}", pick(rate))))
        };
        vec![
            rank.into(),
            line.unit.clone().into(),
            line.said.n.into(),
            line.said.not_reached.into(),
            line.said.over.into(),
            share(|rate| rate.value),
            share(|rate| rate.lower),
            share(|rate| rate.upper),
            line.said.heads.0.into(),
            line.said.heads.1.into(),
        ]
    };
    let rows = lines.into_iter().map(row).collect();
    cx.export(format, "over-reporting", keys.map(|key| cx.t(key)).to_vec(), rows)
}
