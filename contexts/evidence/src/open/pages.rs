//! `/open`: what is published, how to read it, and the files.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use kernel::{Permission, Refusal, Year};
use serde_json::json;
use web::{Cx, Format, Locale, Page, Routes};

use super::Column;
use super::store::{self, Made};
use super::tables::{Cell, Published, Table};
use crate::{log, suppression};

/// Adds them.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/open", Permission::Public, show).get("/open/{table}", Permission::Public, file)
}

#[derive(Template)]
#[template(path = "open/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    years: Vec<(Year, bool)>,
    fewest: i64,
    made_on: String,
    head: Option<String>,
    tables: Vec<Shown>,
}

/// A table as shown.
struct Shown {
    code: &'static str,
    title: String,
    lead: String,
    size: String,
    href: String,
    fingerprint: String,
    columns: Vec<Described>,
}

/// A column in the reader's words.
struct Described {
    code: &'static str,
    name: String,
    means: String,
    unit: String,
    source: String,
    rule: String,
}

fn described(cx: &Cx, locale: Locale, column: &Column) -> Described {
    let words = cx.app.words(locale);
    let fewest = [("n", suppression::FEWEST.to_string())];
    let (name, means) = match column.group {
        None => (
            words.text(&format!("evidence-open-column-{}", column.code)),
            words.text(&format!("evidence-open-means-{}", column.code)),
        ),
        Some(group) => {
            let name = words.text(&format!("group-{}", group.code()));
            (name.clone(), words.with("evidence-open-means-group", &[("group", name)]))
        }
    };
    Described {
        code: column.code,
        name,
        means,
        unit: words.text(&format!("evidence-open-unit-{}", column.unit)),
        source: words.text(&format!("evidence-open-source-{}", column.source)),
        rule: words.with(&format!("evidence-open-rule-{}", column.rule), &fewest),
    }
}

fn year_asked(query: &BTreeMap<String, String>) -> Option<Year> {
    query.get("year").and_then(|text| text.trim().parse().ok())
}

/// `GET /open?year=`: without a year, or with one of which nothing was made, the newest.
async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> web::Result {
    let asked = year_asked(&query.into_iter().collect());
    let (made, head) = cx
        .read(|tx, by| {
            let head = merkle::newest_head(tx, &log::of(by.district()))?;
            Ok((store::list(tx, by.district())?, head))
        })
        .await?;
    let mut years: Vec<Year> = made.iter().map(|one| one.year).collect();
    years.sort_unstable_by(|a, b| b.cmp(a));
    years.dedup();
    let year = asked.filter(|year| years.contains(year)).or(store::newest(&made));
    let of_year: Vec<&Made> = made.iter().filter(|one| Some(one.year) == year).collect();
    let known = |table: &Table| of_year.iter().find(|one| one.table == *table).copied();
    let body = Index {
        cx: &cx,
        years: years.into_iter().map(|one| (one, Some(one) == year)).collect(),
        fewest: suppression::FEWEST,
        made_on: of_year.first().map(|one| one.made_on.to_string()).unwrap_or_default(),
        head: head.map(|head| head.head.root.hex()),
        tables: Table::ALL.iter().filter_map(known).map(|one| shown(&cx, one)).collect(),
    };
    cx.page(Page::new(cx.t("evidence-open")).public().for_everybody(), body)
}

fn shown(cx: &Cx, one: &Made) -> Shown {
    let code = one.table.code();
    let size = [("n", cx.number(one.n_rows)), ("out", cx.number(one.n_left_out))];
    let describe = |column: &Column| described(cx, cx.locale, column);
    Shown {
        code,
        title: cx.t(&format!("evidence-open-table-{code}")),
        lead: cx.t(&format!("evidence-open-lead-{code}")),
        size: cx.with("evidence-open-size", &size),
        href: format!("/open/{code}?year={}", one.year),
        fingerprint: one.fingerprint.clone(),
        columns: one.table.columns().iter().map(describe).collect(),
    }
}

/// `GET /open/{table}?year=&format=`: `csv`, `csv-gb`, `xlsx`, or JSON.
async fn file(cx: Cx, Path(table): Path<String>, Query(query): Query<Vec<(String, String)>>) -> web::Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let format = query.get("format").and_then(|format| Format::parse(format));
    if table == "dictionary" {
        return dictionary(&cx, format);
    }
    let (table, year) = (Table::parse(&table).ok_or(Refusal::NotFound)?, year_asked(&query));
    let (made, one) = cx
        .read(move |tx, by| {
            let newest =
                || -> Result<Option<Year>, Refusal> { Ok(store::newest(&store::list(tx, by.district())?)) };
            let Some(year) = year.map_or_else(newest, |year| Ok(Some(year)))? else { return Ok(None) };
            store::find(tx, by.district(), table, year)
        })
        .await?
        .ok_or(Refusal::NotFound)?;
    match format {
        Some(format) => {
            let name = |column: &Column| described(&cx, cx.locale, column).name;
            let headers = table.columns().iter().map(name).collect();
            let rows = one.rows.iter().map(|row| row.iter().map(|cell| sheet(&cx, cell)).collect()).collect();
            cx.export(format, &format!("open-{}-{}", table.code(), made.year), headers, rows)
        }
        None => as_json(&cx, &made, &one),
    }
}

fn sheet(cx: &Cx, cell: &Cell) -> web::Cell {
    match cell {
        Cell::Text(text) => text.clone().into(),
        Cell::Word(key) => cx.t(key).into(),
        Cell::Number(digits) => web::Cell::Decimal(digits.clone()),
        Cell::Suppressed => "*".into(),
        Cell::Empty => web::Cell::Empty,
    }
}

fn as_json(cx: &Cx, made: &Made, one: &Published) -> web::Result {
    let table = one.table.code();
    let cell = |cell: &Cell| match cell {
        Cell::Number(digits) => serde_json::from_str(digits).unwrap_or_else(|_| json!(digits)),
        Cell::Text(_) | Cell::Word(_) | Cell::Suppressed => json!(cell.plain()),
        Cell::Empty => serde_json::Value::Null,
    };
    let columns: Vec<_> = one.table.columns().iter().map(|column| explained(cx, column)).collect();
    let rows: Vec<Vec<_>> = one.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let body = json!({
        "table": table,
        "district": cx.district_name(),
        "year": made.year,
        "made_on": made.made_on,
        "licence": "CC-BY-4.0",
        "demonstration": cx.is_demo(),
        "left_out": "*",
        "sha256": made.fingerprint,
        "columns": columns,
        "rows": rows,
    });
    answer(&format!("open-{table}-{}", made.year), &body)
}

fn answer(name: &str, body: &serde_json::Value) -> web::Result {
    let name = format!("attachment; filename=\"{name}.json\"");
    let headers = [(CONTENT_TYPE, "application/json; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, body.to_string()).into_response())
}

/// A column with its words in both languages.
fn explained(cx: &Cx, column: &Column) -> serde_json::Value {
    let in_words = |locale| {
        let words = described(cx, locale, column);
        json!({
            "name": words.name, "meaning": words.means, "unit": words.unit, "source": words.source,
            "left_out_when": words.rule,
        })
    };
    json!({ "code": column.code, "zh-CN": in_words(Locale::Zh), "en": in_words(Locale::En) })
}

/// What every column of every table means, in both languages.
fn dictionary(cx: &Cx, format: Option<Format>) -> web::Result {
    let all = || Table::ALL.iter().flat_map(|table| table.columns().into_iter().map(|one| (*table, one)));
    let Some(format) = format else {
        let of = |table: &Table| -> Vec<_> { table.columns().iter().map(|one| explained(cx, one)).collect() };
        let tables: BTreeMap<&str, _> = Table::ALL.iter().map(|table| (table.code(), of(table))).collect();
        return answer("open-dictionary", &json!(tables));
    };
    let keys = ["name", "means", "unit", "source", "rule"];
    let mut headers = vec![cx.t("evidence-open-table"), cx.t("evidence-open-code")];
    for locale in [Locale::Zh, Locale::En] {
        headers.extend(keys.map(|key| cx.app.words(locale).text(&format!("evidence-open-{key}"))));
    }
    let row = |(table, column): (Table, Column)| -> Vec<web::Cell> {
        let mut row: Vec<web::Cell> = vec![table.code().into(), column.code.into()];
        for locale in [Locale::Zh, Locale::En] {
            let Described { name, means, unit, source, rule, .. } = described(cx, locale, &column);
            row.extend([name, means, unit, source, rule].map(web::Cell::from));
        }
        row
    };
    cx.export(format, "open-dictionary", headers, all().map(row).collect())
}
