//! Which mark stands inside which, and whether the numbers follow each other.

use crate::doubt::{Doubt, DoubtCode};
use crate::mark::{Kind, Mark, mark};
use crate::outline::Node;
use crate::span::Span;

/// Who stands inside whom.
pub(crate) struct Ranks {
    article_inside: bool,
    digit_outside: bool,
}

impl Ranks {
    pub fn of(seen: &str, paras: &[Span], cells: &[bool], first: usize, end: usize) -> Ranks {
        let kinds: Vec<Kind> = paras
            .iter()
            .zip(cells)
            .take(end)
            .skip(first)
            .filter(|(_, cell)| !**cell)
            .filter_map(|(p, _)| mark(p.of(seen)))
            .map(|m| m.kind)
            .collect();
        let at = |kind: Kind| kinds.iter().position(|k| *k == kind);
        let before = |a: Kind, b: Kind| match (at(a), at(b)) {
            (Some(a), Some(b)) => a < b,
            _ => false,
        };
        Ranks {
            article_inside: before(Kind::ParenHan, Kind::Article),
            digit_outside: at(Kind::Han).is_none()
                && at(Kind::Part).is_none()
                && before(Kind::Digit, Kind::ParenHan),
        }
    }

    pub fn rank(&self, kind: Kind) -> u8 {
        match kind {
            Kind::Part => 0,
            Kind::Han => 1,
            Kind::Clause => 2,
            Kind::Article if self.article_inside => 6,
            Kind::Article => 4,
            Kind::ParenHan => 5,
            Kind::Digit if self.digit_outside => 3,
            Kind::Digit => 7,
            Kind::Dotted => 8,
            Kind::Dash => 9,
            Kind::Bullet | Kind::Plain => 10,
            Kind::ParenDigit => 11,
            Kind::Circle => 12,
        }
    }
}

/// Watches the numbers: under one heading, or numbered on through all of them.
#[derive(Default)]
pub(crate) struct Numbering {
    last: Vec<(Kind, u32)>,
}

impl Numbering {
    pub fn check(&mut self, nodes: &[Node], parent: Option<usize>, m: Mark, para: Span) -> Option<Doubt> {
        if m.lost {
            return Some(Doubt::new(DoubtCode::DigitsLost, para).with("before", "").with("after", ""));
        }
        let number = m.number?;
        let sibling = parent.map_or_else(
            || nodes.iter().rev().find(|n| n.parent.is_none() && n.kind == m.kind),
            |p| nodes.get(p)?.children.iter().rev().filter_map(|c| nodes.get(*c)).find(|n| n.kind == m.kind),
        );
        let through = self.last.iter().find(|(k, _)| *k == m.kind).map(|(_, n)| *n);
        match self.last.iter_mut().find(|(k, _)| *k == m.kind) {
            Some(cell) => cell.1 = number,
            None => self.last.push((m.kind, number)),
        }
        let before = sibling.map_or(Some(0), |s| s.number)?;
        let follows = number == before + 1 || through.is_some_and(|n| number == n + 1);
        let doubt = match () {
            () if follows => return None,
            () if number == before && before > 0 => {
                Doubt::new(DoubtCode::NumberedTwice, para).with("number", number)
            }
            () => {
                Doubt::new(DoubtCode::NumberSkipped, para).with("expected", before + 1).with("found", number)
            }
        };
        Some(doubt)
    }
}
