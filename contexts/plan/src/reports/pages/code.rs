//! `/r/{code}`: where the code on a printed report leads: the cells as they were printed, the same
//! cells now, and for those who are signed in the lists behind them. Fewer than five persons, and what
//! would let them be computed, are not shown to the public.

use askama::Template;
use axum::extract::{Path, Query};
use evidence::suppression;
use kernel::Refusal;
use people::units;
use serde::Deserialize;
use web::{Cx, Page, Result};

use super::{line_title, spaced, standing, title, value};
use crate::pages::public::{people, promised};
use crate::reports::actions;
use crate::reports::report::{Kept, Line, LineKind};

#[derive(Template)]
#[template(path = "reports/pages/code.html")]
struct CodePage<'a> {
    cx: &'a Cx,
    title: String,
    code: String,
    kept: &'a Kept,
    at: String,
    sound: bool,
    signed: bool,
    rows: Vec<Row>,
    n_moved: usize,
}

#[derive(Template)]
#[template(path = "reports/pages/ask.html")]
struct AskPage<'a> {
    cx: &'a Cx,
}

struct Row {
    title: String,
    printed: String,
    now: String,
    printed_heads: String,
    now_heads: String,
    status: String,
    href: String,
    moved: bool,
}

/// What is typed into the form.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    code: String,
}

/// `GET /r`: a form for the code, and the way to what it leads to.
pub async fn ask(cx: Cx, Query(typed): Query<Typed>) -> Result {
    let code: String = typed.code.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    if code.is_empty() {
        return cx.page(public(cx.t("plan-code-ask")), AskPage { cx: &cx });
    }
    cx.redirect(&format!("/r/{code}"))
}

fn public(title: String) -> Page {
    Page::new(title).public().style(crate::pages::STYLE)
}

/// `GET /r/{code}`
pub async fn show(cx: Cx, Path(code): Path<String>) -> Result {
    let (kept, sound, now, name) = cx
        .read(move |tx, by| {
            let (kept, sound) = actions::find(tx, by, &code)?;
            let now = actions::draw_up(tx, by, kept.scope.clone(), kept.span)?;
            let name = match kept.scope.unit() {
                Some(unit) => {
                    units::find_any(tx, by.district(), unit, kept.at.day())?.ok_or(Refusal::NotFound)?.name
                }
                None => String::new(),
            };
            Ok((kept, sound, now, name))
        })
        .await?;
    let signed = cx.signed_in.is_some();
    let rows = rows(&cx, &kept.lines, &now.lines, signed);
    let page = CodePage {
        cx: &cx,
        title: title(&cx, &kept.scope, kept.span, &name),
        code: spaced(&kept.code),
        at: kept.at.minute_text(),
        n_moved: rows.iter().filter(|row| row.moved).count(),
        kept: &kept,
        sound,
        signed,
        rows,
    };
    cx.page(public(page.title.clone()), page)
}

/// Person-times of each line as this reader may see them: all, or without what is of fewer than five.
fn shown_heads(cx: &Cx, lines: &[Line], signed: bool) -> Vec<String> {
    let all: Vec<i64> = lines
        .iter()
        .filter(|line| line.kind == LineKind::Measure)
        .map(|line| line.heads.unwrap_or(0))
        .collect();
    let (cells, sum) = suppression::line(&all);
    let mut cells = cells.into_iter();
    let hidden = || cx.with("plan-suppressed", &[("n", suppression::FEWEST.to_string())]);
    lines
        .iter()
        .map(|line| match (line.kind, line.heads) {
            (LineKind::Target, _) => String::new(),
            (LineKind::Sum, Some(heads)) if signed || sum.is_some() => people(cx, heads),
            (LineKind::Sum, Some(_)) => hidden(),
            (LineKind::Measure, Some(heads)) => {
                let may = cells.next().flatten().is_some();
                if signed {
                    cx.number(heads)
                } else if may {
                    people(cx, heads)
                } else {
                    hidden()
                }
            }
            (LineKind::Measure | LineKind::Sum, None) => {
                cells.next();
                String::new()
            }
        })
        .collect()
}

fn shown_value(cx: &Cx, line: &Line, signed: bool) -> String {
    match line.value.filter(|_| line.persons && !signed) {
        Some(number) => promised(cx, number, true),
        None => value(cx, line),
    }
}

fn rows(cx: &Cx, printed: &[Line], now: &[Line], signed: bool) -> Vec<Row> {
    let heads = shown_heads(cx, printed, signed);
    let heads_now = shown_heads(cx, now, signed);
    printed
        .iter()
        .zip(heads)
        .map(|(line, printed_heads)| {
            let at = now.iter().position(|other| other.kind == line.kind && other.key == line.key);
            let other = at.and_then(|at| now.get(at));
            Row {
                title: line_title(cx, line),
                printed: shown_value(cx, line, signed),
                now: other.map(|other| shown_value(cx, other, signed)).unwrap_or_default(),
                printed_heads,
                now_heads: at.and_then(|at| heads_now.get(at).cloned()).unwrap_or_default(),
                status: standing(cx, line),
                href: line.href.clone().filter(|_| signed).unwrap_or_default(),
                moved: other.is_none_or(|other| other.value != line.value || other.heads != line.heads),
            }
        })
        .collect()
}
