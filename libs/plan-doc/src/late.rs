//! Duties that stand apart from their items: in a table, or in an appendix that hands the work out.

use crate::doubt::{Doubt, DoubtCode};
use crate::item::tidy;
use crate::items::{Items, items};
use crate::mark::is_attachment;
use crate::outline::Outline;
use crate::reading::{Duty, Heading, Item, ItemKind, Role, Section};
use crate::span::{Span, chars, is_han};
use crate::table::{Row, Table};
use crate::ways::Ways;
use std::collections::HashMap;

/// Where the duties of a document may stand beside its items.
pub(crate) struct Apart<'t> {
    pub text: &'t str,
    pub seen: &'t str,
    pub paras: &'t [Span],
    /// Which paragraphs are rows of a table.
    pub cells: &'t [bool],
    /// One past the last paragraph of the plan proper.
    pub end: usize,
    pub ways: Ways<'t>,
}

/// Takes in the tables of the plan proper, and those and the lists behind it where the plan itself names
/// hardly anybody.
pub(crate) fn take_in(apart: &Apart<'_>, tables: Vec<Table>, made: &mut Items) {
    let measures = made.items.iter().filter(|i| i.kind == ItemKind::Measure).count();
    let owned = made.items.iter().filter(|i| !i.duties.is_empty()).count();
    let wanting = owned * 2 < measures.max(1);
    let known = Known::of(made);
    let mut late = Late { apart, made, known };
    let mut rows = 0;
    for table in tables {
        if table.first < apart.end || wanting {
            rows += table.rows.len();
            late.table(table);
        }
    }
    if wanting && rows == 0 {
        late.appendices();
    }
    order(made);
}

/// Items of the plan proper that nobody is named for, by their bare titles.
struct Known(HashMap<String, usize>);

impl Known {
    fn of(made: &Items) -> Known {
        let free = made.items.iter().enumerate().filter(|(_, i)| {
            i.duties.is_empty() && matches!(i.kind, ItemKind::Measure | ItemKind::Safeguard | ItemKind::Goal)
        });
        Known(free.map(|(at, i)| (bare(&i.title), at)).collect())
    }
}

/// A title's characters alone: 《》 and spaces differ between a plan and its table.
fn bare(title: &str) -> String {
    let words: String = title.chars().filter(|c| is_han(*c) || c.is_ascii_alphanumeric()).collect();
    words.strip_prefix("实施").filter(|w| chars(w) > 3).map(str::to_string).unwrap_or(words)
}

struct Late<'a, 't> {
    apart: &'a Apart<'t>,
    made: &'a mut Items,
    known: Known,
}

impl Late<'_, '_> {
    fn table(&mut self, table: Table) {
        let start = self.apart.paras.get(table.first).map_or(0, |p| p.start);
        let inside = table.first < self.apart.end;
        let mut chapter = self.made.chapters.iter().rposition(|c| inside && c.span.start < start);
        let mut chapters: HashMap<String, usize> = HashMap::new();
        let mut sections: HashMap<(usize, String), usize> = HashMap::new();
        for row in table.rows {
            if self.owns(&row) {
                continue;
            }
            if let Some(field) = row.field {
                chapter = Some(self.chapter(field, &mut chapters));
            }
            let at = chapter.unwrap_or_else(|| {
                self.chapter(table.caption.unwrap_or(Span::new(start, start)), &mut chapters)
            });
            chapter = Some(at);
            let section = row.group.map(|span| {
                let title = tidy(span.of(self.apart.text));
                *sections.entry((at, title.clone())).or_insert_with(|| {
                    let same = |s: &Section| s.chapter == Some(at) && s.heading.title == title;
                    self.made.sections.iter().position(same).unwrap_or_else(|| {
                        let heading = Heading { number: None, title, span };
                        self.made.sections.push(Section { chapter: Some(at), heading });
                        self.made.sections.len() - 1
                    })
                })
            });
            self.add(row, at, section);
        }
    }

    /// The chapter of that name; a new one where there is none.
    fn chapter(&mut self, span: Span, known: &mut HashMap<String, usize>) -> usize {
        let title = tidy(span.of(self.apart.text));
        *known.entry(title.clone()).or_insert_with(|| {
            self.made.chapters.push(Heading { number: None, title, span });
            self.made.chapters.len() - 1
        })
    }

    /// Gives the row's units to the item of the same title.
    fn owns(&mut self, row: &Row) -> bool {
        let title = bare(row.title.of(self.apart.text));
        let Some(&at) = self.known.0.get(&title).filter(|_| !row.duties.is_empty()) else { return false };
        self.hand(at, &row.duties, &row.clauses, &row.doubts);
        if let Some(paras) = self.made.paras.get_mut(at) {
            paras.extend(row.said.iter().skip(1));
        }
        true
    }

    fn hand(&mut self, at: usize, duties: &[Duty], clauses: &[Span], doubts: &[Doubt]) {
        let Some(item) = self.made.items.get_mut(at) else { return };
        for duty in duties {
            if item.duties.iter().all(|d| d.unit != duty.unit) {
                item.duties.push(duty.clone());
            }
        }
        item.clauses.extend(clauses);
        if item.kind == ItemKind::Goal {
            item.kind = ItemKind::Measure;
        }
        let title = item.title.clone();
        let span = item.title_span;
        self.made.doubts.retain(|d| !(d.code == DoubtCode::NoOwner && d.span == span));
        self.made.doubts.extend(doubts.iter().cloned());
        self.made.doubts.push(Doubt::new(DoubtCode::DutyElsewhere, span).with("title", &title));
        self.lead(at);
    }

    /// Says so when nobody leads an item.
    fn lead(&mut self, at: usize) {
        let Some(item) = self.made.items.get(at) else { return };
        let doubt = |code| Doubt::new(code, item.title_span).with("title", &item.title);
        if item.duties.is_empty() {
            self.made.doubts.push(doubt(DoubtCode::NoOwner));
        } else if item.duties.iter().all(|d| d.role != Role::Lead) {
            self.made.doubts.push(doubt(DoubtCode::NoLeadNamed));
        }
    }

    fn add(&mut self, row: Row, chapter: usize, section: Option<usize>) {
        let title = tidy(row.title.of(self.apart.text));
        let body: Vec<&str> = row.said.iter().map(|s| s.of(self.apart.text)).collect();
        let body = body.join("\n");
        let body =
            body.strip_prefix(&title).unwrap_or(&body).trim_start_matches(['。', '\n', '：']).to_string();
        if row.long {
            self.made.doubts.push(Doubt::new(DoubtCode::TitleLong, row.title).with("title", &title));
        }
        self.made.doubts.extend(row.doubts);
        self.made.items.push(Item {
            chapter: Some(chapter),
            section,
            kind: ItemKind::Measure,
            number: row.number,
            title,
            title_span: row.title,
            body,
            span: row.whole,
            duties: row.duties,
            clauses: row.clauses,
        });
        self.made.paras.push(row.said);
        self.lead(self.made.items.len() - 1);
    }

    /// Lists behind the plan: `附件：任务分工`, then points with their units.
    fn appendices(&mut self) {
        let Apart { seen, paras, end, .. } = *self.apart;
        let begins: Vec<usize> = (end..paras.len())
            .filter(|i| paras.get(*i).is_some_and(|p| is_attachment(p.of(seen))))
            .chain([paras.len()])
            .collect();
        for pair in begins.windows(2) {
            if let [from, to] = pair {
                self.appendix(*from + 1, *to);
            }
        }
    }

    fn appendix(&mut self, from: usize, to: usize) {
        let Apart { text, seen, paras, cells, ways, .. } = *self.apart;
        let outline = Outline::build(text, seen, paras, (from, to), ways, cells);
        let found = items(text, seen, paras, &outline);
        if found.items.iter().filter(|i| !i.duties.is_empty()).count() < 2 {
            return;
        }
        let (chapters, sections) = (self.made.chapters.len(), self.made.sections.len());
        let mut added = false;
        for (item, paras) in found.items.into_iter().zip(found.paras) {
            if item.duties.is_empty() {
                continue;
            }
            match self.known.0.get(&bare(&item.title)) {
                Some(&at) => self.hand(at, &item.duties, &item.clauses, &[]),
                None => {
                    added = true;
                    let chapter = item.chapter.map(|c| c + chapters);
                    let section = item.section.map(|s| s + sections);
                    self.made.items.push(Item { chapter, section, ..item });
                    self.made.paras.push(paras);
                }
            }
        }
        if added {
            self.made.chapters.extend(found.chapters);
            let moved = |s: Section| Section { chapter: s.chapter.map(|c| c + chapters), ..s };
            self.made.sections.extend(found.sections.into_iter().map(moved));
            self.made.doubts.extend(found.doubts);
        }
    }
}

/// Items in the order of the text.
fn order(made: &mut Items) {
    if made.items.is_sorted_by_key(|i| i.span.start) {
        return;
    }
    let mut both: Vec<(Item, Vec<Span>)> = made.items.drain(..).zip(made.paras.drain(..)).collect();
    both.sort_by_key(|(item, _)| item.span.start);
    (made.items, made.paras) = both.into_iter().unzip();
}
