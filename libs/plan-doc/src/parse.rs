//! From text to reading: the order of the steps.

use crate::bounds::bounds;
use crate::doubt::{Doubt, DoubtCode};
use crate::fold::fold;
use crate::front::{front, place};
use crate::items::{Items, items};
use crate::late::{Apart, take_in};
use crate::normalise::normalise;
use crate::outline::Outline;
use crate::reading::{ItemKind, NotAPlan, Reading, Verdict};
use crate::span::Span;
use crate::table::tables;
use crate::target::{Scope, Source, targets};
use crate::verdict::judge;
use crate::ways::Ways;
use crate::words::{has, words};

/// Reads a document. Never fails; what is unsure is in [`Reading::doubts`].
pub fn parse(raw: &str) -> Reading {
    let normal = normalise(raw);
    let seen = fold(&normal.text);
    let text = normal.text;
    let paras = normal.paras;
    let mut ways = Ways::of(&seen, None);
    let rows = tables(&text, &seen, &paras, ways);
    let mut cells = vec![false; paras.len()];
    for table in &rows {
        cells.iter_mut().take(table.end).skip(table.first).for_each(|c| *c = true);
    }
    let edges = bounds(&seen, &paras, &cells);
    let until = rows.first().map_or(edges.0, |t| edges.0.min(t.first));
    let head = front(&text, &seen, paras.get(..until).unwrap_or(&paras));
    let place = head.title.as_ref().and_then(|t| place(&t.text));
    ways.place = place.as_deref();
    let outline = Outline::build(&text, &seen, &paras, edges, ways, &cells);
    let mut made = items(&text, &seen, &paras, &outline);
    let rows = if rows.is_empty() { rows } else { tables(&text, &seen, &paras, ways) };
    let apart = Apart { text: &text, seen: &seen, paras: &paras, cells: &cells, end: edges.1, ways };
    take_in(&apart, rows, &mut made);
    let mut doubts = normal.doubts;
    doubts.extend(outline.doubts.iter().cloned());
    doubts.extend(made.doubts.iter().cloned());
    doubts.extend(brackets(&seen, &paras, edges));
    if head.title.is_none() {
        doubts.push(Doubt::new(DoubtCode::TitleMissing, Span::default()));
    }
    if let (Some(span), Some(title)) = (head.twice, &head.title) {
        doubts.push(Doubt::new(DoubtCode::TitleTwice, span).with("title", &title.text));
    }
    match &head.period {
        None => doubts.push(Doubt::new(DoubtCode::PeriodMissing, Span::default())),
        Some(p) if head.inferred => {
            doubts.push(Doubt::new(DoubtCode::PeriodInferred, Span::default()).with("period", p.written()));
        }
        Some(_) => {}
    }
    let region = head.title.as_ref().is_some_and(|t| has(&fold(&t.text), words!("自治区")));
    let scope = Scope { text: &text, seen: &seen, period: head.period.as_ref(), region };
    let (found, more) = targets(&scope, &sources(&made, &head.preamble, &seen));
    doubts.extend(more);
    doubts.sort_by_key(|d| d.span.start);
    let mut reading = Reading {
        text: String::new(),
        verdict: Verdict::NotAPlan { reason: NotAPlan::Empty },
        title: head.title,
        period: head.period,
        metadata: head.metadata,
        chapters: made.chapters,
        sections: made.sections,
        items: made.items,
        targets: found,
        doubts,
    };
    reading.verdict = judge(&reading, &seen, &paras);
    reading.text = text;
    reading
}

/// Everything that may say a number, in the order of the text.
fn sources(made: &Items, preamble: &[Span], seen: &str) -> Vec<Source> {
    let mut out: Vec<Source> = preamble
        .iter()
        .filter(|p| has(p.of(seen), words!("到20")))
        .map(|p| Source { para: *p, item: None, section: None, title: String::new() })
        .collect();
    out.extend(made.loose.iter().map(|(para, section)| Source {
        para: *para,
        item: None,
        section: *section,
        title: String::new(),
    }));
    for (i, (item, paras)) in made.items.iter().zip(&made.paras).enumerate() {
        if item.kind == ItemKind::Principle {
            continue;
        }
        out.extend(paras.iter().map(|p| Source {
            para: *p,
            item: Some(i),
            section: item.section,
            title: item.title.clone(),
        }));
    }
    out.sort_by_key(|s| s.para.start);
    out
}

/// Brackets without a partner, paragraph by paragraph.
fn brackets(seen: &str, paras: &[Span], (first, end): (usize, usize)) -> Vec<Doubt> {
    let mut out = Vec::new();
    for para in paras.iter().take(end).skip(first) {
        let mut open: Vec<usize> = Vec::new();
        for (at, c) in para.of(seen).char_indices() {
            let place = para.start + at;
            match c {
                '（' => open.push(place),
                '）' if open.pop().is_none() => {
                    out.push(
                        Doubt::new(DoubtCode::BracketUnbalanced, Span::new(place, place + 3))
                            .with("bracket", c),
                    );
                }
                _ => {}
            }
        }
        out.extend(
            open.iter().map(|p| {
                Doubt::new(DoubtCode::BracketUnbalanced, Span::new(*p, p + 3)).with("bracket", "（")
            }),
        );
    }
    out
}
