//! The list of indicators: of which kind each is, its newest figure and the rule that made it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::Value;
use web::{Cell, Cx, Form, Format, Page, ui};

use super::kind_words;
use crate::indicator::Series;
use crate::indicators;
use crate::pages::entries::title;
use crate::pages::names::or_any;
use crate::pages::rules::version;

/// The five kinds, in the order in which they are offered.
pub(crate) const KINDS: [&str; 5] = ["counted", "registered", "measured", "financial", "attested"];

#[derive(Template)]
#[template(path = "pages/indicators/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: Form,
    kinds: Vec<(String, String)>,
    lines: Vec<Line>,
    may_write: bool,
}

struct Line {
    kind: String,
    title: String,
    href: String,
    value: String,
    rule: String,
}

/// A figure with its unit; why there is none, in words.
pub(crate) fn figure(cx: &Cx, value: Value, unit: &str) -> String {
    match value {
        Value::Number(number) => format!("{} {unit}", number.normalize()).trim_end().to_owned(),
        Value::NotCollected => cx.t("evidence-unfilled"),
        Value::Counting => cx.t("evidence-counting"),
        Value::NotApplicable => cx.t("evidence-not-applicable"),
        Value::Suppressed => cx.t("evidence-suppressed"),
    }
}

/// `GET /desk/indicators`
pub async fn show(cx: Cx, Query(query): Query<BTreeMap<String, String>>) -> web::Result {
    let kind = query.get("kind").filter(|kind| KINDS.contains(&kind.as_str())).cloned().unwrap_or_default();
    let series = cx.read(|tx, by| indicators::values(tx, by, by.today().year())).await?;
    let of_kind = |one: &&Series| kind.is_empty() || one.indicator.source.code() == kind;
    let lines: Vec<Line> = series.iter().filter(of_kind).map(|one| line(&cx, one)).collect();
    if let Some(format) = query.get("format").and_then(|text| Format::parse(text)) {
        let keys = [
            "evidence-indicator-kind", "evidence-indicator", "evidence-indicator-newest",
            "evidence-moves-rule",
        ];
        let headers = keys.map(|key| cx.t(key)).to_vec();
        let row = |line: Line| [line.kind, line.title, line.value, line.rule].map(Cell::from).to_vec();
        return cx.export(format, "indicators", headers, lines.into_iter().map(row).collect());
    }
    let kinds = KINDS.iter().map(|kind| ((*kind).to_owned(), kind_words(&cx, kind))).collect();
    let body = Index {
        cx: &cx,
        form: Form::new().and("kind", kind),
        kinds: or_any(&cx, "evidence-any", kinds),
        lines,
        may_write: cx.may(crate::pages::KEEP_RULES),
    };
    cx.page(Page::new(cx.t("evidence-indicators")), body)
}

fn line(cx: &Cx, series: &Series) -> Line {
    let one = &series.indicator;
    let last = series.points.last();
    let rule = last.and_then(|point| point.rule);
    Line {
        kind: kind_words(cx, one.source.code()),
        title: title(cx, one),
        href: format!("/desk/indicators/{}", one.id),
        value: last.map(|point| figure(cx, point.value, &one.unit)).unwrap_or_default(),
        rule: rule.map(|(n, from)| version(cx, n, from)).unwrap_or_default(),
    }
}
