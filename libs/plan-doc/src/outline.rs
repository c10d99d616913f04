//! Paragraphs to a tree of headings and points, whichever levels the document uses.

use crate::clause::{Clause, clauses};
use crate::doubt::{Doubt, DoubtCode};
use crate::mark::{Kind, Mark, is_attachment, is_label, mark};
use crate::span::{Piece, Span, chars, cut, is_han};
use crate::words::{has, words};

/// What kind of thing a heading is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Goals.
    Goals,
    /// Guiding thought, principles, the present state.
    Ground,
    /// Work.
    Action,
    /// Organisation, money, checking.
    Safeguard,
}

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

/// Index of the first heading, and one past the last paragraph of the plan proper.
pub(crate) fn bounds(seen: &str, paras: &[Span]) -> (usize, usize) {
    let line = |i: usize| paras.get(i).map_or("", |p| p.of(seen));
    let heading = |i: usize| mark(line(i)).filter(|m| m.kind <= Kind::Dotted && !is_contents_line(line(i)));
    let any = |from: usize| (from..paras.len()).find(|i| heading(*i).is_some());
    let mut first = any(0);
    // a table of contents: the headings come again after it
    let contents =
        (0..paras.len().min(60)).find(|i| line(*i).chars().filter(|c| *c != ' ').eq("目录".chars()));
    if let (Some(at), Some(_)) = (contents, first)
        && let Some(entry) = any(at)
        && let Some(m) = mark(line(entry))
    {
        let words = |i: usize, m: Mark| {
            cut(line(i), m.len, line(i).len()).trim_end_matches(|c: char| !is_han(c)).to_string()
        };
        let name = words(entry, m);
        let again = (entry + 1..paras.len()).find(|i| {
            mark(line(*i))
                .is_some_and(|n| (n.kind, n.number) == (m.kind, m.number) && words(*i, n).starts_with(&name))
        });
        first = again.or(first);
    }
    let first = first.or_else(|| (0..paras.len()).find(|i| mark(line(*i)).is_some())).unwrap_or(paras.len());
    let mut end = (first + 1..paras.len())
        .find(|i| is_attachment(line(*i)) || line(*i).starts_with("抄送："))
        .unwrap_or(paras.len());
    while end > first + 1 && is_signature(line(end - 1)) {
        end -= 1;
    }
    (first, end)
}

/// `一、总体要求…………3`
fn is_contents_line(line: &str) -> bool {
    let numbered = line.trim_end().ends_with(|c: char| c.is_ascii_digit());
    numbered && (line.contains("……") || line.contains("....") || line.contains('\t') || line.contains("····"))
}

/// A date or an issuer at the end.
fn is_signature(line: &str) -> bool {
    let line = line.trim();
    crate::front::is_date(line)
        || line.is_empty()
        || (chars(line) <= 24
            && mark(line).is_none()
            && !is_label(line)
            && !line.contains(['。', '，', '；', '：'])
            && line.ends_with(['府', '室', '会', '局', '协', '委', '组', '发'])
            && !line.contains('、'))
        || (line.starts_with("（此件") || line.starts_with("（联系人"))
}

impl Outline {
    /// `first..end` are the bounds; `place` is the district's bare name.
    pub fn build(
        text: &str,
        seen: &str,
        paras: &[Span],
        (first, end): (usize, usize),
        place: Option<&str>,
    ) -> Outline {
        let mut out = Outline {
            nodes: Vec::new(),
            roots: Vec::new(),
            clauses: Vec::new(),
            doubts: Vec::new(),
            measures_apart: seen.contains("措施："),
        };
        out.clauses = vec![Vec::new(); paras.len()];
        let ranks = Ranks::of(seen, paras, first, end);
        let mut stack: Vec<usize> = Vec::new();
        let mut numbering = Numbering::default();
        for i in first..end {
            let Some(&para) = paras.get(i) else { break };
            let found = clauses(text, seen, para, place);
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
        out
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
        let wanted =
            titled && ((node.class == Class::Safeguard && container) || (owned && (container || sibling)));
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

/// 任务： on a line of its own opens a list of aims, 措施： one of measures.
fn aims_label(line: &str) -> Option<bool> {
    let bare = line.trim_matches(['（', '）', '【', '】', ' ', '：', ':']);
    let whole = line.ends_with(['：', ':']) || line.starts_with('【');
    match bare {
        "任务" | "目标" | "工作目标" | "主要目标" | "目标任务" | "工作任务" if whole => {
            Some(true)
        }
        "措施" | "主要措施" | "具体措施" | "工作措施" | "重点措施" | "工作内容" if whole => {
            Some(false)
        }
        _ => None,
    }
}

/// （区科协牵头） begins with a bracket and is no heading.
fn is_clause(found: &[Clause], para: Span, m: &Mark) -> bool {
    m.lost && found.iter().any(|c| c.span.start == para.start)
}

/// Title, where the body begins, and whether the title was cut from a long sentence.
fn title_of(rest: Piece<'_>, found: &[Clause]) -> (Span, usize, bool) {
    let clause = found.iter().map(|c| c.span.start).filter(|s| *s > rest.at).min();
    let limit = clause.map_or(rest.s.len(), |at| at - rest.at);
    let head = cut(rest.s, 0, limit);
    let stop = sentence_end(head).unwrap_or(head.len());
    let mut end = stop;
    let mut long = false;
    let colon = head.find('：').filter(|at| {
        chars(cut(head, 0, *at)) <= 16
            && *at < stop
            && !cut(head, 0, *at).contains(['，', '。', '（'])
            && *at + 3 < head.len()
    });
    let space = head.find(' ').filter(|at| {
        let before = cut(head, 0, *at);
        (4..=20).contains(&chars(before))
            && !before.contains(['，', '、', '：'])
            && chars(cut(head, *at, head.len())) > 30
    });
    let known = run_on(head).filter(|at| chars(cut(head, 0, stop)) > at / 3 + 8);
    if let Some(at) = colon.or(space).or(known).filter(|at| *at < stop) {
        end = at;
    } else if chars(cut(head, 0, stop)) > 42 {
        long = true;
        let first =
            cut(head, 0, stop).find(['，', '；']).filter(|at| (4..=42).contains(&chars(cut(head, 0, *at))));
        end = first.unwrap_or(stop);
    }
    let title = rest.cut(0, end).trim().trim_any(&['。', '：', '；', '，', ':', ' ', '.']);
    let after = cut(rest.s, end, rest.s.len());
    let skip = after.len() - after.trim_start_matches(['。', '：', '；', '，', ' ', ':']).len();
    (title.span(), rest.at + end + skip, long)
}

/// A usual heading that the text was run on to: 一、指导思想坚持…
fn run_on(head: &str) -> Option<usize> {
    let words = words!(
        "指导思想和目标 指导思想 总体要求 工作目标 总体目标 主要目标 基本原则 目标任务 重点任务
        主要任务 保障措施 组织保障 机制保障 条件保障 组织实施 工作要求 提升行动 重点工程 工作原则
        总体思路"
    );
    let word = crate::words::starts(head, words)?;
    let next = cut(head, word.len(), head.len()).chars().next()?;
    (is_han(next) && !"和与及的、工行措".contains(next)).then_some(word.len())
}

/// The first 。 or ； outside of brackets and quotation marks.
fn sentence_end(s: &str) -> Option<usize> {
    let mut depth = 0i32;
    for (at, c) in s.char_indices() {
        match c {
            '（' | '“' | '《' | '【' => depth += 1,
            '）' | '”' | '》' | '】' => depth = (depth - 1).max(0),
            '。' | '！' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    s.find('。')
}

/// What a heading is about; points under it are about the same unless they say otherwise.
pub(crate) fn class_of(title: &str, parent: Option<Class>) -> Class {
    let title: String = title.chars().filter(|c| *c != ' ').collect();
    let title = title.as_str();
    let safeguard = words!(
        "保障 组织实施 组织领导 工作要求 实施要求 组织机构 监督检查 督导考核 监测评估 条件支撑
        支撑条件 组织管理 监督管理 考核评价 加强领导"
    );
    let action = words!("行动 工程 任务 举措 重点工作 主要工作 工作内容 工作措施 主要措施 职责 分工");
    let ground = words!(
        "指导思想 原则 背景 现状 形势 意义 总体思路 前言 基础 成效 工作思路 问题 依据 成绩 回顾
        总则 附则"
    );
    let goals = words!("目标 总体要求 愿景");
    match parent {
        // points inside a heading keep its kind
        Some(Class::Safeguard) => Class::Safeguard,
        Some(Class::Action) if has(title, words!("保障措施 组织保障 保障机制 组织实施")) => {
            Class::Safeguard
        }
        Some(Class::Action) if has(title, words!("总体目标 工作目标 主要目标 年度目标 发展目标")) => {
            Class::Goals
        }
        Some(Class::Action) => Class::Action,
        Some(_) if has(title, words!("目标")) => Class::Goals,
        Some(_) if has(title, ground) => Class::Ground,
        Some(class) => class,
        None if has(title, safeguard) => Class::Safeguard,
        None if has(title, words!("指导思想 总体要求 总体思路")) => Class::Goals,
        None if title.ends_with("目标任务") && !has(title, words!("重点 行动 工程")) => {
            Class::Goals
        }
        None if has(title, action) => Class::Action,
        None if has(title, goals) => Class::Goals,
        None if has(title, ground) => Class::Ground,
        None => Class::Action,
    }
}

/// Who stands inside whom.
struct Ranks {
    article_inside: bool,
    digit_outside: bool,
}

impl Ranks {
    fn of(seen: &str, paras: &[Span], first: usize, end: usize) -> Ranks {
        let kinds: Vec<Kind> =
            paras.iter().take(end).skip(first).filter_map(|p| mark(p.of(seen))).map(|m| m.kind).collect();
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

    fn rank(&self, kind: Kind) -> u8 {
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
struct Numbering {
    last: Vec<(Kind, u32)>,
}

impl Numbering {
    fn check(&mut self, nodes: &[Node], parent: Option<usize>, m: Mark, para: Span) -> Option<Doubt> {
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
