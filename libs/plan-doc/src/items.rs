//! The tree of headings to chapters, sections and items with their duties.

use crate::class::Class;
use crate::clause::Clause;
use crate::doubt::{Doubt, DoubtCode};
use crate::item::kind_of;
use crate::item::{body, tidy};
use crate::mark::Kind;
use crate::outline::{Node, Outline};
use crate::reading::{Duty, Heading, Item, ItemKind, Role, Section};
use crate::span::Span;
use crate::words::{has, words};

/// What was made of the tree.
#[derive(Default)]
pub(crate) struct Items {
    pub chapters: Vec<Heading>,
    pub sections: Vec<Section>,
    pub items: Vec<Item>,
    pub doubts: Vec<Doubt>,
    /// Paragraphs outside of items that may hold targets, with their section.
    pub loose: Vec<(Span, Option<usize>)>,
    /// Paragraphs of each item, in the order of `items`.
    pub paras: Vec<Vec<Span>>,
}

struct Builder<'t> {
    text: &'t str,
    seen: &'t str,
    paras: &'t [Span],
    outline: &'t Outline,
    /// In most sections only the last item names units: they are meant for all.
    shared: bool,
    /// For each node, whether one of its children has children.
    deeper: Vec<bool>,
    out: Items,
}

pub(crate) fn items(text: &str, seen: &str, paras: &[Span], outline: &Outline) -> Items {
    let mut deeper = vec![false; outline.nodes.len()];
    for node in outline.nodes.iter().filter(|n| !n.children.is_empty()) {
        if let Some(cell) = node.parent.and_then(|p| deeper.get_mut(p)) {
            *cell = true;
        }
    }
    let mut builder = Builder { text, seen, paras, outline, shared: false, deeper, out: Items::default() };
    builder.shared = builder.shares();
    for &root in &outline.roots {
        builder.root(root);
    }
    builder.out
}

impl<'t> Builder<'t> {
    fn node(&self, at: usize) -> Option<&'t Node> {
        self.outline.nodes.get(at)
    }

    fn heading(&self, node: &Node) -> Heading {
        Heading { number: node.number, title: tidy(node.title.of(self.text)), span: node.title }
    }

    fn root(&mut self, at: usize) {
        let Some(node) = self.node(at) else { return };
        let point = matches!(
            node.kind,
            Kind::Digit
                | Kind::Dotted
                | Kind::Dash
                | Kind::Bullet
                | Kind::ParenDigit
                | Kind::Circle
                | Kind::Article
                | Kind::Plain
        );
        if (node.children.is_empty() && (point || self.outline.owned(at))) || (point && self.one_item(at)) {
            self.item(at, None, None, &[]);
            return;
        }
        let chapter = self.out.chapters.len();
        self.out.chapters.push(self.heading(node));
        self.loose(node, None);
        if node.children.is_empty() && node.paras.len() < 2 && node.body >= self.para_end(node) {
            self.out.doubts.push(
                Doubt::new(DoubtCode::HeadingEmpty, node.title).with("title", node.title.of(self.text)),
            );
        }
        let given = self.section_clauses(at);
        for &child in &node.children {
            self.child(child, chapter, None, &given);
        }
    }

    fn para_end(&self, node: &Node) -> usize {
        node.paras.first().and_then(|p| self.paras.get(*p)).map_or(0, |p| p.end)
    }

    fn child(&mut self, at: usize, chapter: usize, section: Option<usize>, given: &[Clause]) {
        let Some(node) = self.node(at) else { return };
        if node.children.is_empty() {
            if self.leaf_is_section(at) {
                let section = self.section(node, chapter);
                self.loose(node, Some(section));
            } else {
                self.item(at, Some(chapter), section, given);
            }
            return;
        }
        if self.one_item(at) {
            self.item(at, Some(chapter), section, given);
            return;
        }
        let section = self.section(node, chapter);
        self.loose(node, Some(section));
        let own = self.section_clauses(at);
        let given = if own.is_empty() { given } else { &own };
        for &child in &node.children {
            self.child(child, chapter, Some(section), given);
        }
    }

    fn section(&mut self, node: &Node, chapter: usize) -> usize {
        self.out.sections.push(Section { chapter: Some(chapter), heading: self.heading(node) });
        self.out.sections.len() - 1
    }

    /// （一）指导思想 with its text is a section; （一）青少年行动 with its text is an item.
    fn leaf_is_section(&self, at: usize) -> bool {
        let Some(node) = self.node(at) else { return false };
        if self.outline.owned(at)
            || !matches!(node.kind, Kind::Han | Kind::Clause | Kind::ParenHan | Kind::Digit | Kind::Dotted)
        {
            return false;
        }
        let parent = node.parent.and_then(|p| self.node(p));
        let parent_class = parent.map_or(Class::Action, |p| p.class);
        let deeper = node.parent.is_some_and(|p| self.deeper.get(p) == Some(&true));
        let in_section = parent.is_some_and(|p| p.parent.is_some());
        match parent_class {
            Class::Goals | Class::Ground => {
                let ground = |n: &Node| {
                    has(n.title.of(self.seen), words!("原则 思想 思路 要求 现状 形势 背景 依据 意义"))
                };
                // 1. alone under the goals is a goal; beside 1.指导思想 it is a section
                let beside = || {
                    parent
                        .is_some_and(|p| p.children.iter().take(8).any(|c| self.node(*c).is_some_and(ground)))
                };
                let named = ground(node)
                    || (node.title.of(self.seen).contains("目标")
                        && (node.kind <= Kind::ParenHan || beside()));
                !in_section
                    && (node.kind <= Kind::ParenHan || named)
                    && (named || node.class != Class::Goals || deeper)
            }
            Class::Safeguard => !in_section && deeper,
            Class::Action => false,
        }
    }

    /// `1.` whose （1） and （2） have no units of their own is one item.
    fn one_item(&self, at: usize) -> bool {
        let Some(node) = self.node(at) else { return false };
        if node.children.is_empty() || node.kind < Kind::Article || node.kind == Kind::ParenHan {
            return false;
        }
        if !matches!(node.kind, Kind::Article)
            && node.parent.is_none_or(|p| self.node(p).is_some_and(|n| n.parent.is_none()))
        {
            // directly under a chapter it may stand for a section
            let owned = node.children.iter().filter(|c| self.outline.owned(**c)).count();
            let last = node.children.last().is_some_and(|c| self.outline.owned(*c));
            let titled = node
                .children
                .iter()
                .all(|c| self.node(*c).is_some_and(|n| !n.long && n.body < self.para_end(n)));
            return self.outline.owned(at) || (owned <= 1 && (owned == 0 || last) && !(titled && owned == 0));
        }
        let owned = node.children.iter().filter(|c| self.outline.owned(**c)).count();
        owned < 2 && (owned == 0 || node.children.last().is_some_and(|c| self.outline.owned(*c)))
    }

    /// The last child, when its siblings have no clause and it has one.
    fn only_last(&self, node: &Node) -> Option<usize> {
        let last = *node.children.last()?;
        let others = node.children.iter().filter(|c| **c != last);
        let leaf = self.node(last).is_some_and(|n| n.children.is_empty());
        (node.children.len() > 1
            && leaf
            && self.outline.owned(last)
            && others
                .clone()
                .all(|c| !self.outline.owned(*c) && self.node(*c).is_some_and(|n| n.children.is_empty())))
        .then_some(last)
    }

    fn shares(&self) -> bool {
        let parents: Vec<&Node> = self
            .outline
            .nodes
            .iter()
            .filter(|n| n.children.len() > 1 && n.class == Class::Action && n.parent.is_some())
            .collect();
        let only = parents.iter().filter(|n| self.only_last(n).is_some()).count();
        only >= 2 && only * 2 > parents.len()
    }

    /// Clauses of a heading that hold for every point under it.
    fn section_clauses(&self, at: usize) -> Vec<Clause> {
        let Some(node) = self.node(at) else { return Vec::new() };
        let own: Vec<Clause> = self.clauses_of(node).into_iter().filter(|c| !c.duties.is_empty()).collect();
        if !own.is_empty() {
            return own;
        }
        let Some(last) = self.only_last(node).and_then(|l| self.node(l)) else { return Vec::new() };
        // on a line of its own after the last point, or so in all sections
        let apart = last.paras.iter().skip(1).any(|p| {
            let whole = self.paras.get(*p).copied().unwrap_or_default();
            self.outline.clauses.get(*p).is_some_and(|c| {
                c.first().is_some_and(|c| c.span.start <= whole.start + 3 && c.span.end + 4 >= whole.end)
            })
        });
        if apart || self.shared { self.clauses_of(last) } else { Vec::new() }
    }

    fn clauses_of(&self, node: &Node) -> Vec<Clause> {
        node.paras.iter().filter_map(|p| self.outline.clauses.get(*p)).flatten().cloned().collect()
    }

    /// Text under a heading that is no item: still may say a number.
    fn loose(&mut self, node: &Node, section: Option<usize>) {
        if node.class == Class::Ground {
            return;
        }
        for (i, p) in node.paras.iter().enumerate() {
            if let Some(para) = self.paras.get(*p) {
                let from = if i == 0 { node.body.min(para.end) } else { para.start };
                self.out.loose.push((Span::new(from, para.end), section));
            }
        }
    }

    /// A node and everything under it.
    fn below(&self, at: usize) -> Vec<&'t Node> {
        let mut out = Vec::new();
        let mut todo = vec![at];
        while let Some(node) = todo.pop().and_then(|at| self.node(at)) {
            out.push(node);
            todo.extend(node.children.iter().rev());
        }
        out
    }

    /// Own paragraphs, then those of everything below.
    fn all_paras(&self, at: usize, into: &mut Vec<usize>) {
        for node in self.below(at) {
            into.extend(&node.paras);
        }
    }

    fn item(&mut self, at: usize, chapter: Option<usize>, section: Option<usize>, given: &[Clause]) {
        let Some(node) = self.node(at) else { return };
        let mut ids = Vec::new();
        self.all_paras(at, &mut ids);
        let heads: std::collections::HashMap<usize, usize> =
            self.below(at).into_iter().filter_map(|n| n.paras.first().map(|p| (*p, n.title.start))).collect();
        // for numbers: without the marks
        let said = ids
            .iter()
            .filter_map(|p| {
                self.paras.get(*p).map(|s| Span::new(heads.get(p).copied().unwrap_or(s.start), s.end))
            })
            .collect();
        let paras: Vec<Span> = ids.iter().filter_map(|p| self.paras.get(*p).copied()).collect();
        let own: Vec<Clause> =
            ids.iter().filter_map(|p| self.outline.clauses.get(*p)).flatten().cloned().collect();
        let named = own.iter().any(|c| !c.duties.is_empty());
        let given = if node.class == Class::Goals { &[] } else { given };
        let clauses: Vec<Clause> = if named || given.is_empty() { own } else { given.to_vec() };
        let title = tidy(node.title.of(self.text));
        let mut duties = self.duties(&clauses);
        let section_title =
            section.and_then(|s| self.out.sections.get(s)).map_or("", |s| s.heading.title.as_str());
        let kind = kind_of(node, section_title, &duties);
        if kind == ItemKind::Principle {
            duties.clear();
        }
        let span = paras
            .iter()
            .copied()
            .reduce(|a, b| Span::new(a.start.min(b.start), a.end.max(b.end)))
            .unwrap_or_default();
        self.doubt(node, &title, kind, &duties, &clauses, !named && !given.is_empty());
        let spans: Vec<Span> = clauses.iter().map(|c| c.span).collect();
        let body = body(self.text, &paras, node.body, &spans);
        self.out.items.push(Item {
            chapter,
            section,
            kind,
            number: node.number,
            title,
            title_span: node.title,
            body,
            span,
            duties,
            clauses: spans,
        });
        self.out.paras.push(said);
    }

    /// All clauses of an item in one list; a unit named twice keeps its first, or its leading, part.
    fn duties(&mut self, clauses: &[Clause]) -> Vec<Duty> {
        let mut out: Vec<Duty> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for duty in clauses.iter().flat_map(|c| &c.duties) {
            match places.get(&duty.unit).and_then(|at: &usize| out.get_mut(*at)) {
                Some(before) => {
                    if duty.role == Role::Lead {
                        before.role = Role::Lead;
                    }
                    self.out
                        .doubts
                        .push(Doubt::new(DoubtCode::UnitTwice, duty.span).with("unit", &duty.unit));
                }
                None => {
                    places.insert(duty.unit.clone(), out.len());
                    out.push(duty.clone());
                }
            }
        }
        out
    }

    fn doubt(
        &mut self,
        node: &Node,
        title: &str,
        kind: ItemKind,
        duties: &[Duty],
        clauses: &[Clause],
        shared: bool,
    ) {
        let doubts = &mut self.out.doubts;
        if !shared {
            doubts.extend(clauses.iter().flat_map(|c| c.doubts.iter().cloned()));
        }
        if shared && !duties.is_empty() {
            doubts.push(Doubt::new(DoubtCode::ClauseShared, node.title).with("title", title));
        }
        if kind == ItemKind::Measure && duties.is_empty() {
            doubts.push(Doubt::new(DoubtCode::NoOwner, node.title).with("title", title));
        }
        if !duties.is_empty() && duties.iter().all(|d| d.role != Role::Lead) {
            doubts.push(Doubt::new(DoubtCode::NoLeadNamed, node.title).with("title", title));
        }
        if node.long {
            doubts.push(Doubt::new(DoubtCode::TitleLong, node.title).with("title", title));
        }
    }
}
