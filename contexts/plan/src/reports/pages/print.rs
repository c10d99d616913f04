//! A kept report as PDF: the cells that its code leads back to.

use axum::extract::Path;
use kernel::Refusal;
use paper::{Align, Bar, Block, Column, Document, Fonts};
use people::units;
use web::{Cx, Result};

use super::{GROUPS, counted, heads, line_title, since, spaced, standing, title, value, why};
use crate::pages::thousandths;
use crate::printing;
use crate::reports::actions;
use crate::reports::report::{Kept, Line, LineKind};

/// `GET /desk/plan/reports/{code}/pdf`
pub async fn pdf(cx: Cx, Path(code): Path<String>) -> Result {
    let (kept, name) = cx
        .read(move |tx, by| {
            let (kept, _) = actions::find(tx, by, &code)?;
            let name = match kept.scope.unit() {
                Some(unit) => {
                    units::find_any(tx, by.district(), unit, kept.at.day())?.ok_or(Refusal::NotFound)?.name
                }
                None => String::new(),
            };
            Ok((kept, name))
        })
        .await?;
    let document = document(&cx, &kept, &name);
    printing::answer(&format!("report-{}", kept.code), paper::report(Fonts::here(), &document))
}

fn document(cx: &Cx, kept: &Kept, name: &str) -> Document {
    let title = title(cx, &kept.scope, kept.span, name);
    let mut blocks = vec![Block::Title(title.clone())];
    let at = cx.with("plan-report-printed-at", &[("at", kept.at.minute_text())]);
    blocks.push(Block::Centred(at));
    if cx.is_demo() {
        blocks.push(Block::Centred(cx.t("plan-print-demo")));
    }
    summary(cx, kept, &mut blocks);
    let of = |kind: LineKind| kept.lines.iter().filter(move |line| line.kind == kind);
    let targets: Vec<&Line> = of(LineKind::Target).collect();
    let bars: Vec<Bar> = targets.iter().filter_map(|line| bar(cx, line)).collect();
    if !bars.is_empty() {
        blocks.push(Block::Bars { caption: cx.t("plan-report-chart"), bars });
    }
    if !targets.is_empty() {
        blocks.push(table(cx, cx.t("plan-report-targets"), &targets, false));
    }
    let measures: Vec<&Line> = of(LineKind::Measure).chain(of(LineKind::Sum)).collect();
    blocks.push(table(cx, cx.t("plan-report-measures"), &measures, true));
    let code = spaced(&kept.code);
    Document {
        title,
        issuer: cx.district_name(),
        language: cx.locale.tag().to_owned(),
        foot: Some(cx.with("plan-report-foot", &[("code", code)])),
        blocks,
    }
}

/// One page for a leader: what is behind and why, what is waited for, what is on course.
fn summary(cx: &Cx, kept: &Kept, blocks: &mut Vec<Block>) {
    for (key, statuses) in GROUPS {
        let stands = |line: &&Line| line.standing().is_some_and(|status| statuses.contains(&status));
        let lines: Vec<&Line> = kept.lines.iter().filter(stands).collect();
        let n = lines.len();
        blocks.push(Block::Heading(2, cx.with(&format!("plan-report-{key}"), &[("n", n.to_string())])));
        if lines.is_empty() {
            blocks.push(Block::Text(cx.t(&format!("plan-report-{key}-none"))));
        }
        for line in lines.iter().take(8) {
            let words = if key == "behind" { why(cx, line) } else { standing(cx, line) };
            let args = [("title", line_title(cx, line)), ("words", words)];
            blocks.push(Block::Text(cx.with("plan-report-said", &args)));
        }
        if n > 8 {
            blocks.push(Block::Text(cx.with("plan-report-more", &[("n", (n - 8).to_string())])));
        }
    }
}

/// A bar against what is asked for; `None` without a figure or without anything asked.
fn bar(cx: &Cx, line: &Line) -> Option<Bar> {
    let (asked, now) = line.asked.zip(line.value)?;
    let length = u16::try_from(thousandths(now, asked)).unwrap_or(1000);
    let figures = format!("{} / {}", value(cx, line), counted(cx, line, asked));
    Some(Bar { label: line_title(cx, line), value: figures, length, mark: None })
}

fn table(cx: &Cx, caption: String, lines: &[&Line], with_heads: bool) -> Block {
    let head = |key: &str| cx.t(&format!("plan-report-column-{key}"));
    let mut columns = vec![Column::words(head("line"), 8)];
    let first = if with_heads { cx.t("plan-column-done") } else { head("value") };
    columns.push(Column::numbers(first, 3));
    columns.push(Column::numbers(head("asked"), 3));
    if with_heads {
        columns.push(Column::numbers(head("heads"), 3));
    }
    columns.push(Column { head: head("status"), share: 3, align: Align::Left });
    let row = |line: &&Line| {
        let moved = since(cx, line);
        let said = if moved.is_empty() { value(cx, line) } else { format!("{}{moved}", value(cx, line)) };
        let mut cells = vec![line_title(cx, line), said];
        cells.push(line.asked.map(|asked| counted(cx, line, asked)).unwrap_or_default());
        if with_heads {
            cells.push(heads(cx, line));
        }
        cells.push(standing(cx, line));
        cells
    };
    Block::Table { caption, columns, rows: lines.iter().map(row).collect() }
}
