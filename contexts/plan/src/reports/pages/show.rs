//! `/desk/plan/reports`: a report with today's figures: what is on course, what is behind and why, what
//! is waited for, and the cells.

use askama::Template;
use axum::extract::Query;
use kernel::{Refusal, Year};
use people::units::{self, UnitKind};
use serde::Deserialize;
use web::ui::Bar;
use web::{Cell, Cx, Form, Format, Result, Safe, ui};

use super::{GROUPS, counted, heads, line_title, since, standing, tag, title, value, why};
use crate::figures;
use crate::pages::{desk, thousandths, unit_name};
use crate::reports::report::{Line, LineKind, Report, Scope, Span};
use crate::reports::{actions, store};

#[derive(Template)]
#[template(path = "reports/pages/show.html")]
struct ShowPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    title: String,
    on: String,
    targets_on: String,
    closed: bool,
    of: Vec<(String, String)>,
    years: Vec<(String, String)>,
    quarters: Vec<(String, String)>,
    groups: Vec<Group>,
    tables: Vec<Table>,
    sum: Option<Row>,
    kept: Vec<(String, String, String)>,
}

/// One answer to a leader's question.
struct Group {
    title: String,
    rows: Vec<(String, String, String)>,
    more: usize,
    none: String,
}

struct Table {
    title: String,
    targets: bool,
    rows: Vec<Row>,
}

struct Row {
    title: String,
    value: String,
    since: String,
    asked: String,
    heads: String,
    state: Safe,
    bar: Safe,
    href: String,
}

/// What may be chosen in the address.
#[derive(Clone, Deserialize)]
pub struct Choice {
    #[serde(default)]
    of: String,
    year: Option<Year>,
    #[serde(default)]
    quarter: String,
    format: Option<String>,
}

struct Loaded {
    report: Report,
    years: Vec<Year>,
    of: Vec<(String, String)>,
    kept: Vec<(String, Scope, Span, String, kernel::Instant)>,
}

/// Shows a report, or gives its cells as a file.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let format = choice.format.as_deref().and_then(Format::parse);
    let Some(loaded) = load(&cx, choice.of, choice.year, choice.quarter).await? else {
        return cx.redirect("/desk/plan");
    };
    match format {
        Some(format) => export(&cx, &loaded.report, format),
        None => draw(&cx, &loaded, Form::new()),
    }
}

async fn load(
    cx: &Cx,
    of: String,
    year: Option<Year>,
    quarter: String,
) -> std::result::Result<Option<Loaded>, Refusal> {
    let scope = super::scope(&of).ok_or(Refusal::NotFound)?;
    let quarter: Option<i8> = quarter.parse().ok().filter(|quarter| (1..=4).contains(quarter));
    let (whole, locale_cx) = (cx.t("plan-report-scope-district"), cx.clone());
    cx.read(move |tx, by| {
        let Some(period) = figures::shown(tx, by, None)?.and_then(|plan| plan.period) else {
            return Ok(None);
        };
        let span = Span { year: figures::year_of(period, year, by.today()), quarter };
        let report = actions::draw_up(tx, by, scope.clone(), span)?;
        let mut of = vec![("district".to_owned(), whole.clone())];
        let all = units::list(tx, by.district(), report.on)?;
        for (code, town) in [("town", true), ("unit", false)] {
            let kind = if town { UnitKind::Town } else { UnitKind::Department };
            let wanted = all.iter().filter(|unit| unit.kind == kind);
            of.extend(wanted.map(|unit| (format!("{code}:{}", unit.id), unit_name(&locale_cx, unit, false))));
        }
        let mut kept = Vec::new();
        for (code, scope, span, at) in store::newest(tx, by.district(), KEPT)? {
            let unit = scope.unit().map(|unit| units::find_any(tx, by.district(), unit, at.day()));
            let name = unit.transpose()?.flatten().map(|unit| unit.name).unwrap_or_default();
            kept.push((code, scope, span, name, at));
        }
        Ok(Some(Loaded { report, years: period.years().collect(), of, kept }))
    })
    .await
}

fn draw(cx: &Cx, loaded: &Loaded, form: Form) -> Result {
    let report = &loaded.report;
    let quarter = report.span.quarter.map(|quarter| quarter.to_string()).unwrap_or_default();
    let form = form
        .and("of", super::of(&report.scope))
        .and("year", report.span.year.to_string())
        .and("quarter", quarter);
    let mut quarters = vec![(String::new(), cx.t("plan-report-whole-year"))];
    quarters.extend((1..=4).map(|n: i8| (n.to_string(), cx.with("plan-report-q", &[("n", n.to_string())]))));
    let page = ShowPage {
        cx,
        form: &form,
        title: title(cx, &report.scope, report.span, &report.name),
        on: report.on.to_string(),
        targets_on: report.targets_on.to_string(),
        closed: report.closed,
        of: loaded.of.clone(),
        years: loaded.years.iter().map(|year| (year.to_string(), year.to_string())).collect(),
        quarters,
        groups: groups(cx, report),
        tables: tables(cx, report),
        sum: report.of(LineKind::Sum).next().map(|line| row(cx, line)),
        kept: loaded
            .kept
            .iter()
            .map(|(code, scope, span, name, at)| {
                (format!("/r/{code}"), title(cx, scope, *span, name), at.minute_text())
            })
            .collect(),
    };
    cx.page(desk(page.title.clone()).of_form(&form), page)
}

/// How many printed reports stand below.
const KEPT: i64 = 20;
/// How many lines stand in a group before the rest is only counted.
const FIRST: usize = 8;

/// The lines of a report by the questions of a leader.
fn groups(cx: &Cx, report: &Report) -> Vec<Group> {
    GROUPS
        .into_iter()
        .map(|(key, statuses)| {
            let lines = report.standing(statuses);
            let said = |line: &&Line| {
                let words = if key == "behind" { why(cx, line) } else { standing(cx, line) };
                (line_title(cx, line), words, line.href.clone().unwrap_or_default())
            };
            Group {
                title: cx.with(&format!("plan-report-{key}"), &[("n", lines.len().to_string())]),
                rows: lines.iter().take(FIRST).map(said).collect(),
                more: lines.len().saturating_sub(FIRST),
                none: cx.t(&format!("plan-report-{key}-none")),
            }
        })
        .collect()
}

fn tables(cx: &Cx, report: &Report) -> Vec<Table> {
    [(LineKind::Target, "plan-report-targets", true), (LineKind::Measure, "plan-report-measures", false)]
        .into_iter()
        .map(|(kind, key, targets)| Table {
            title: cx.t(key),
            targets,
            rows: report.of(kind).map(|line| row(cx, line)).collect(),
        })
        .filter(|table| !table.rows.is_empty())
        .collect()
}

fn row(cx: &Cx, line: &Line) -> Row {
    let value = value(cx, line);
    let bar = line.asked.zip(line.value).map(|(asked, now)| {
        ui::bar(
            Bar { done: thousandths(now, asked), due: None },
            &format!("{} {value}", line_title(cx, line)),
        )
    });
    Row {
        title: line_title(cx, line),
        since: since(cx, line),
        asked: line.asked.map(|asked| counted(cx, line, asked)).unwrap_or_default(),
        heads: heads(cx, line),
        state: tag(cx, line),
        bar: bar.unwrap_or_default(),
        href: line.href.clone().unwrap_or_default(),
        value,
    }
}

/// `POST`: keeps the report and goes to what its code leads to.
pub async fn print(cx: Cx, form: Form) -> Result {
    let scope = super::scope(form.text("of")).ok_or(Refusal::NotFound)?;
    let year: Year = form.text("year").parse().map_err(|_| Refusal::NotFound)?;
    let quarter: Option<i8> = form.text("quarter").parse().ok();
    let span = Span { year, quarter };
    let done =
        cx.submit(&form, move |tx, by| Ok(format!("/r/{}", actions::print(tx, by, scope.clone(), span)?)));
    Ok(done.await?)
}

fn export(cx: &Cx, report: &Report, format: Format) -> Result {
    let headers = ["line", "value", "unit", "asked", "heads", "status", "since"];
    let headers = headers.map(|key| cx.t(&format!("plan-report-column-{key}"))).to_vec();
    let row = |line: &Line| {
        let decimal = |value: rust_decimal::Decimal| Cell::Decimal(value.normalize().to_string());
        let sessions = || cx.t("plan-letter-sessions");
        vec![
            line_title(cx, line).into(),
            line.value.map_or(Cell::Empty, decimal),
            if line.kind == LineKind::Target { line.unit.clone() } else { sessions() }.into(),
            line.asked.map_or(Cell::Empty, decimal),
            line.heads.map_or(Cell::Empty, Cell::Number),
            standing(cx, line).into(),
            line.since.map_or(Cell::Empty, |(sessions, _)| Cell::Number(sessions)),
        ]
    };
    let scope = match report.scope {
        Scope::District => "report-district",
        Scope::Unit(_) => "report-unit",
        Scope::Town(_) => "report-town",
    };
    cx.export(format, scope, headers, report.lines.iter().map(row).collect())
}
