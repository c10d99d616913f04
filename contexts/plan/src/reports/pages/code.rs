//! `/r/{code}`: where the code on a printed report leads: the cells as they were printed, the same
//! cells now, and for those who are signed in the lists behind them. Fewer than five persons, and what
//! would let them be computed, are not shown to the public.

use askama::Template;
use axum::extract::{Path, Query};
use evidence::open::{self, Told};
use evidence::suppression::{self, Shown};
use evidence::{IndicatorId, PurposeId};
use kernel::Refusal;
use people::units;
use serde::Deserialize;
use web::{Cx, Page, Result};

use super::{line_title, spaced, standing, title, value};
use crate::pages::public::{left_out, people};
use crate::reports::actions;
use crate::reports::report::{Kept, Line, LineKind, Scope, Span};

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
    let (kept, sound, now, name, told) = cx
        .read(move |tx, by| {
            let (kept, sound) = actions::find(tx, by, &code)?;
            let now = actions::draw_up(tx, by, kept.scope.clone(), kept.span)?;
            let name = match kept.scope.unit() {
                Some(unit) => {
                    units::find_any(tx, by.district(), unit, kept.at.day())?.ok_or(Refusal::NotFound)?.name
                }
                None => String::new(),
            };
            Ok((kept, sound, now, name, open::told(tx, by)?))
        })
        .await?;
    let signed = cx.signed_in.is_some();
    let told = (!signed).then_some(&told);
    let rows = rows(&cx, (&kept.lines, &now.lines), &Reader { told, scope: &kept.scope, span: kept.span });
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

/// Who reads, of what: those who are signed in see every number.
struct Reader<'a> {
    /// What everybody may be told; none for those who see all.
    told: Option<&'a Told>,
    scope: &'a Scope,
    span: Span,
}

impl Reader<'_> {
    /// Whether another public page leaves out what a line says.
    fn is_left_out(&self, told: &Told, line: &Line) -> bool {
        let (year, whole) = (self.span.year, matches!(self.scope, Scope::District));
        match line.kind {
            LineKind::Target => {
                let id = IndicatorId::from(line.key.as_str());
                told.hides_value(&id, year) || told.hides_to_date(&id, year)
            }
            LineKind::Measure if whole && self.span.quarter.is_none() => {
                let purpose = PurposeId::from(line.key.as_str());
                line.heads.is_some_and(|heads| told.person_times(&purpose, year, heads).is_none())
            }
            LineKind::Measure | LineKind::Sum => false,
        }
    }

    /// Person-times of each line as this reader may see them: all, or without what is of fewer than five
    /// and what would let these be computed.
    fn heads(&self, lines: &[Line]) -> Vec<Option<Shown>> {
        let of = |line: &Line| line.heads.filter(|_| line.kind == LineKind::Measure);
        let all: Vec<i64> = lines.iter().filter_map(of).collect();
        let Some(told) = self.told else {
            return lines.iter().map(|line| of(line).or(line.heads).map(Some)).collect();
        };
        let marked: Vec<bool> =
            lines.iter().filter(|line| of(line).is_some()).map(|line| self.is_left_out(told, line)).collect();
        let (cells, sum) = suppression::line_hiding(&all, &marked);
        let mut cells = cells.into_iter();
        lines
            .iter()
            .map(|line| match line.kind {
                LineKind::Target => None,
                LineKind::Measure => of(line).map(|_| cells.next().flatten()),
                LineKind::Sum => line.heads.map(|heads| Some(heads).filter(|_| sum.is_some() && !few(heads))),
            })
            .collect()
    }

    fn value(&self, cx: &Cx, line: &Line) -> String {
        let hidden = |told: &Told| {
            let number = line.value.filter(|_| line.persons && line.kind == LineKind::Target);
            number.is_some_and(|number| few_of(number) || self.is_left_out(told, line))
        };
        if self.told.is_some_and(hidden) { left_out(cx) } else { value(cx, line) }
    }
}

/// A line as it is counted today: what was signed, with what came since.
fn today(line: &Line) -> Line {
    let (value, heads) = line.now();
    Line { value, heads, since: None, ..line.clone() }
}

fn few(n: i64) -> bool {
    (1..suppression::FEWEST).contains(&n)
}

fn few_of(n: rust_decimal::Decimal) -> bool {
    n > 0.into() && n < suppression::FEWEST.into()
}

fn rows(cx: &Cx, (printed, now): (&[Line], &[Line]), reader: &Reader) -> Vec<Row> {
    let now: Vec<Line> = now.iter().map(today).collect();
    let (heads, heads_now) = (reader.heads(printed), reader.heads(&now));
    let words = |shown: Option<Shown>| shown.map(|shown| people(cx, shown)).unwrap_or_default();
    printed
        .iter()
        .zip(heads)
        .map(|(line, before)| {
            let at = now.iter().position(|other| other.kind == line.kind && other.key == line.key);
            let other = at.and_then(|at| now.get(at));
            let mut after = at.and_then(|at| heads_now.get(at).copied()).flatten();
            if let (Some(Some(then)), Some(Some(is))) = (before, after)
                && few((is - then).abs())
                && reader.told.is_some()
            {
                // what came since is of few, and the two numbers would tell it
                after = Some(None);
            }
            Row {
                title: line_title(cx, line),
                printed: reader.value(cx, line),
                now: other.map(|other| reader.value(cx, other)).unwrap_or_default(),
                printed_heads: words(before),
                now_heads: words(after),
                status: standing(cx, line),
                href: line.href.clone().filter(|_| reader.told.is_none()).unwrap_or_default(),
                moved: other.is_none_or(|other| other.value != line.value || other.heads != line.heads),
            }
        })
        .collect()
}
