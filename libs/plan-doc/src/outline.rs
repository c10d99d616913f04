//! Paragraphs to a tree of headings and points, whichever levels the document uses.

use crate::bounds::is_contents_line;
use crate::class::{Class, aims_label, class_of};
use crate::clause::{Clause, clauses};
use crate::doubt::Doubt;
use crate::heading::title_of;
use crate::mark::{Kind, Mark, is_label, mark};
use crate::rank::Numbering;
use crate::rank::Ranks;
use crate::span::{Piece, Span, chars, cut, first_chars};
use crate::ways::Ways;
use crate::words::{has, words};

/// One heading or point with the paragraphs that belong to it.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub kind: Kind,
    pub number: Option<u32>,
    pub title: Span,
    /// Where the words after the title begin, in the first paragraph.
    pub body: usize,
    /// Indices of its paragraphs; children's are not among them.
    pub paras: Vec<usize>,
    pub parent: Option<usize>,
    pub children: Vec<usize>,
    pub class: Class,
    /// The line 任务： or 目标： was read last: what follows under it are goals.
    pub aims: bool,
    /// The title had to be cut out of a long sentence.
    pub long: bool,
}

/// The tree, with the clauses of every paragraph.
pub(crate) struct Outline {
    pub nodes: Vec<Node>,
    pub roots: Vec<usize>,
    pub clauses: Vec<Vec<Clause>>,
    pub doubts: Vec<Doubt>,
    /// Somewhere 措施： stands beside 任务：
    measures_apart: bool,
}

impl Outline {
    /// `first..end` are the bounds; `cells` says which paragraphs are rows of a table.
    pub fn build(
        text: &str,
        seen: &str,
        paras: &[Span],
        (first, end): (usize, usize),
        ways: Ways<'_>,
        cells: &[bool],
    ) -> Outline {
        let mut out = Outline {
            nodes: Vec::new(),
            roots: Vec::new(),
            clauses: Vec::new(),
            doubts: Vec::new(),
            measures_apart: seen.contains("措施："),
        };
        out.clauses = vec![Vec::new(); paras.len()];
        let ranks = Ranks::of(seen, paras, cells, first, end);
        let mut stack: Vec<usize> = Vec::new();
        let mut numbering = Numbering::default();
        for i in first..end {
            let Some(&para) = paras.get(i) else { break };
            if cells.get(i) == Some(&true) {
                continue;
            }
            let found = clauses(text, seen, para, ways);
            let piece = Piece::new(seen, para);
            let marked = mark(piece.s)
                .filter(|m| !is_label(piece.s) && !is_clause(&found, para, m) && !is_contents_line(piece.s));
            match marked {
                Some(m) => {
                    while let Some(&top) = stack.last()
                        && out.nodes.get(top).is_some_and(|n| ranks.rank(n.kind) >= ranks.rank(m.kind))
                    {
                        stack.pop();
                    }
                    let parent = stack.last().copied();
                    out.doubts.extend(numbering.check(&out.nodes, parent, m, para));
                    stack.push(out.add(seen, para, i, m, parent, &found));
                }
                None => out.plain(seen, para, i, &mut stack, &found),
            }
            if let Some(cell) = out.clauses.get_mut(i) {
                *cell = found;
            }
        }
        out.first_on_heading(seen, paras);
        out
    }

    /// `（二）机制保障。完善责任机制。…` where more such paragraphs follow: the first stands on the heading's line.
    fn first_on_heading(&mut self, seen: &str, paras: &[Span]) {
        for at in 0..self.nodes.len() {
            let Some(node) =
                self.nodes.get(at).filter(|n| n.class == Class::Safeguard && n.kind < Kind::Digit)
            else {
                continue;
            };
            let plain =
                node.children.first().and_then(|c| self.nodes.get(*c)).is_some_and(|n| n.kind == Kind::Plain);
            let Some((&i, para)) = node.paras.first().and_then(|i| Some((i, *paras.get(*i)?))) else {
                continue;
            };
            if !plain || node.body >= para.end {
                continue;
            }
            let (title, body, long) = title_of(Piece::new(seen, Span::new(node.body, para.end)), &[]);
            if long
                || !(4..=24).contains(&chars(title.of(seen)))
                || body >= para.end
                || title.of(seen).contains('，')
            {
                continue;
            }
            let class = node.class;
            let new = self.nodes.len();
            self.nodes.push(Node {
                kind: Kind::Plain,
                number: None,
                title,
                body,
                paras: vec![i],
                parent: Some(at),
                children: Vec::new(),
                class,
                aims: false,
                long,
            });
            if let Some(node) = self.nodes.get_mut(at) {
                node.body = para.end;
                node.children.insert(0, new);
            }
        }
    }

    fn add(
        &mut self,
        seen: &str,
        para: Span,
        i: usize,
        m: Mark,
        parent: Option<usize>,
        found: &[Clause],
    ) -> usize {
        let rest = Piece::new(seen, para).cut(m.len, para.end - para.start);
        let (title, body, long) = title_of(rest, found);
        let inherited =
            parent.and_then(|p| self.nodes.get(p)).map(|n| if n.aims { Class::Goals } else { n.class });
        let class = class_of(title.of(seen), inherited);
        let at = self.nodes.len();
        self.nodes.push(Node {
            kind: m.kind,
            number: m.number,
            title,
            body,
            paras: vec![i],
            parent,
            children: Vec::new(),
            class,
            aims: false,
            long,
        });
        match parent.and_then(|p| self.nodes.get_mut(p)) {
            Some(node) => node.children.push(at),
            None => self.roots.push(at),
        }
        at
    }

    /// A paragraph without a mark: more of the last point, or a point whose mark is missing.
    fn plain(&mut self, seen: &str, para: Span, i: usize, stack: &mut Vec<usize>, found: &[Clause]) {
        let Some(&top) = stack.last() else { return };
        if let Some(aims) = aims_label(para.of(seen)) {
            while stack.len() > 1
                && stack.last().and_then(|t| self.nodes.get(*t)).is_some_and(|n| n.kind >= Kind::Digit)
            {
                stack.pop();
            }
            if let Some(node) = stack.last().and_then(|t| self.nodes.get_mut(*t)) {
                node.aims = aims && self.measures_apart;
                node.paras.push(i);
            }
            return;
        }
        let Some(node) = self.nodes.get(top) else { return };
        let rest = Piece::new(seen, para);
        let (title, body, long) = title_of(rest, found);
        let titled = !long && body < para.end && {
            let words = title.of(seen);
            (4..=24).contains(&chars(words))
                && !words.contains(['，', '：', '；'])
                && has(cut(seen, title.end, title.end + 3), words!("。"))
        };
        let owned = found
            .iter()
            .any(|c| c.span.end + 6 >= para.end && c.span.start > para.start && !c.duties.is_empty());
        let container = node.kind < Kind::Digit || node.kind == Kind::Plain;
        let done = || node.paras.iter().rev().any(|p| self.clauses.get(*p).is_some_and(|c| !c.is_empty()));
        let sibling = node.kind == Kind::Plain || (titled && owned && node.kind >= Kind::Digit && done());
        // before marked points it is their introduction
        let next = first_chars(cut(seen, para.end + 1, seen.len()), 24);
        let introduces = mark(next).is_some_and(|m| m.kind >= Kind::Digit);
        let wanted = titled
            && ((node.class == Class::Safeguard && container)
                || (node.class == Class::Goals && container && !introduces)
                || (owned && (container || sibling)));
        if !wanted {
            if let Some(node) = self.nodes.get_mut(top) {
                node.paras.push(i);
            }
            return;
        }
        let parent = if sibling { node.parent } else { Some(top) };
        if sibling {
            stack.pop();
        }
        let m = Mark { kind: Kind::Plain, number: None, lost: false, len: 0 };
        stack.push(self.add(seen, para, i, m, parent, found));
    }

    /// Whether a node's own paragraphs name anybody.
    pub fn owned(&self, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|n| {
            n.paras
                .iter()
                .any(|p| self.clauses.get(*p).is_some_and(|c| c.iter().any(|c| !c.duties.is_empty())))
        })
    }
}

/// （区科协牵头） begins with a bracket and is no heading.
fn is_clause(found: &[Clause], para: Span, m: &Mark) -> bool {
    m.lost && found.iter().any(|c| c.span.start == para.start)
}
