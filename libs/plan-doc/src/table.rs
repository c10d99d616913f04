//! Duties in a table: a header that names units, and its rows.

use crate::duty_list;
use crate::heading::title_of;
use crate::mark::{Kind, mark};
use crate::reading::{Duty, Role};
use crate::roles::{Said, label_role};
use crate::span::{Piece, Span, chars, is_han};
use crate::ways::Ways;
use crate::words::{has, words};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Number,
    /// What the tasks are gathered under.
    Group,
    Task,
    Units(Said),
    Other,
}

/// A table of duties: where it stands and what its rows say.
pub(crate) struct Table {
    /// Indices of its paragraphs.
    pub first: usize,
    pub end: usize,
    /// The line above, when it reads like a title.
    pub caption: Option<Span>,
    pub rows: Vec<Row>,
}

/// One task with its units.
pub(crate) struct Row {
    pub number: Option<u32>,
    /// What its group stands under, where the table has both.
    pub field: Option<Span>,
    pub group: Option<Span>,
    pub title: Span,
    /// The title had to be cut out of a long sentence.
    pub long: bool,
    /// Everything of the row that speaks of the task.
    pub said: Vec<Span>,
    pub whole: Span,
    pub duties: Vec<Duty>,
    pub clauses: Vec<Span>,
    pub doubts: Vec<crate::doubt::Doubt>,
}

/// Cells of a line; one alone when it is no row.
fn cells<'t>(line: Piece<'t>) -> Vec<Piece<'t>> {
    let sign = if line.s.contains('\t') { '\t' } else { '|' };
    let mut out = Vec::new();
    let mut from = 0;
    for (at, _) in line.s.match_indices(sign) {
        out.push(line.cut(from, at).trim());
        from = at + sign.len_utf8();
    }
    out.push(line.cut(from, line.s.len()).trim());
    // | a | b | has an empty cell on either side
    if sign == '|' && out.len() > 2 && line.s.trim().starts_with('|') {
        out.remove(0);
        if line.s.trim().ends_with('|') {
            out.pop();
        }
    }
    out
}

/// Whether a line is the header of a table of duties.
pub(crate) fn is_header(line: &str) -> bool {
    (line.contains('\t') || line.contains('|')) && columns(Piece { s: line, at: 0 }).is_some()
}

/// The columns that a header names; none when it names no units or no tasks.
fn columns(line: Piece<'_>) -> Option<Vec<Column>> {
    if line.s.len() > 600 || !has(line.s, words!("单位 部门 分工 牵头 主体")) {
        return None;
    }
    let mut out: Vec<Column> = cells(line).iter().map(|c| column(c.s)).collect();
    let led = out.contains(&Column::Units(Said::Lead));
    let first = out.iter().position(|c| matches!(c, Column::Units(_)))?;
    for (at, cell) in out.iter_mut().enumerate() {
        // beside leads, those who are responsible help
        if led && *cell == Column::Units(Said::Responsible) && at != first {
            *cell = Column::Units(Said::Support);
        }
    }
    if !out.contains(&Column::Task) {
        let group = out.iter().position(|c| *c == Column::Group)?;
        if let Some(cell) = out.get_mut(group) {
            *cell = Column::Task;
        }
    }
    (out.len() > 1).then_some(out)
}

fn column(cell: &str) -> Column {
    let bare: String = cell.chars().filter(|c| *c != ' ').collect();
    let bare = bare.split('（').next().unwrap_or("");
    if chars(bare) > 12 {
        return Column::Other;
    }
    match bare {
        "序号" | "编号" | "项号" | "No." | "NO." => Column::Number,
        "主要责任单位" | "主要责任部门" | "首要责任单位" => Column::Units(Said::Lead),
        "责任人" | "责任领导" | "分管领导" | "牵头领导" | "联系人" | "备注" => {
            Column::Other
        }
        "类别" | "分类" | "领域" | "板块" | "行动" | "工程" | "行动名称" | "专项行动" | "方面"
        | "一级任务" | "任务类别" | "重点领域" | "工作类别" | "重点行动" | "大项" | "类型" => {
            Column::Group
        }
        _ if has(bare, words!("时限 时间 进度 期限 节点")) => Column::Other,
        _ => match label_role(bare) {
            Some(said) if !bare.starts_with("任务") && !bare.starts_with("重点") => Column::Units(said),
            _ if has(bare, words!("任务 内容 措施 举措 项目 事项 目标 指标 工作 要点 要求")) => {
                Column::Task
            }
            _ => Column::Other,
        },
    }
}

/// Every table of duties in the document.
pub(crate) fn tables(text: &str, seen: &str, paras: &[Span], ways: Ways<'_>) -> Vec<Table> {
    let mut out: Vec<Table> = Vec::new();
    let mut at = 0;
    while let Some(&para) = paras.get(at) {
        let line = Piece::new(seen, para);
        let Some(found) = is_header(line.s).then(|| columns(line)).flatten() else {
            at += 1;
            continue;
        };
        let above = at.checked_sub(1).and_then(|i| paras.get(i)).copied();
        let caption = above.filter(|p| is_caption(p.of(seen)));
        let mut table = Table { first: at, end: at + 1, caption, rows: Vec::new() };
        at = table.read(text, seen, paras, found, ways);
        out.push(table);
    }
    out
}

fn is_caption(line: &str) -> bool {
    (4..=60).contains(&chars(line))
        && !line.contains(['\t', '。', '|'])
        && has(line, words!("表 清单 分工 分解 任务 台账"))
}

impl Table {
    /// Reads rows up to the first line that is none; gives the index behind them.
    fn read(
        &mut self,
        text: &str,
        seen: &str,
        paras: &[Span],
        mut columns: Vec<Column>,
        ways: Ways<'_>,
    ) -> usize {
        let mut at = self.first + 1;
        let mut group: Option<Span> = None;
        let mut rows: Vec<(Vec<Span>, Option<Span>)> = Vec::new();
        while let Some(&para) = paras.get(at) {
            let line = Piece::new(seen, para);
            let parts = cells(line);
            if is_header(line.s) {
                // the second line of a header, or the header again on a new page
                columns = self::columns(line).unwrap_or(columns);
            } else if parts.len() < 2 {
                // 一、青少年行动 across the whole table
                let heading = mark(line.s).filter(|m| m.kind <= Kind::ParenHan && chars(line.s) <= 40);
                let more = paras.get(at + 1).is_some_and(|p| p.of(seen).contains(['\t', '|']));
                if !more || (heading.is_none() && chars(line.s) > 30) {
                    break;
                }
                group = Some(words_of(line));
            } else if parts.iter().all(|p| p.s.chars().all(|c| matches!(c, '-' | ':' | '—' | ' '))) {
                // | --- | --- | under a header
            } else if let Some(title) = group_row(&parts) {
                group = Some(title);
            } else {
                rows.push((parts.iter().map(Piece::span).collect(), group));
            }
            at += 1;
        }
        self.end = at;
        let tasks: Vec<usize> =
            (0..columns.len()).filter(|i| columns.get(*i) == Some(&Column::Task)).collect();
        let nested = tasks.len() > 1 && repeats(seen, &rows, tasks.first().copied().unwrap_or(0));
        let mut above = Above::default();
        for (parts, group) in &rows {
            let row = Reader { text, seen, columns: &columns, ways, nested }.row(parts, *group, &mut above);
            self.rows.extend(row);
        }
        self.end
    }
}

/// `一 | 青少年行动`: a figure and a name alone gather the rows under them.
fn group_row(parts: &[Piece<'_>]) -> Option<Span> {
    let filled: Vec<&Piece<'_>> = parts.iter().filter(|p| !p.s.is_empty()).collect();
    match filled.as_slice() {
        [one] if chars(one.s) <= 40 && one.s.chars().any(is_han) => Some(words_of(**one)),
        [figure, name] => {
            let bare = figure.s.trim_matches(['（', '）', '、', '.', ' ']);
            let han = !bare.is_empty() && bare.chars().all(|c| "一二三四五六七八九十".contains(c));
            (han && chars(name.s) <= 40).then(|| words_of(**name))
        }
        _ => None,
    }
}

/// A cell's words without the mark in front.
fn words_of(cell: Piece<'_>) -> Span {
    let from = mark(cell.s).map_or(0, |m| m.len);
    cell.cut(from, cell.s.len()).trim_any(&['。', '：', '；', ' ']).span()
}

/// Whether the first column of tasks says the same for several rows, so that it only gathers them.
fn repeats(seen: &str, rows: &[(Vec<Span>, Option<Span>)], column: usize) -> bool {
    let cell = |row: &(Vec<Span>, Option<Span>)| row.0.get(column).map_or("", |s| s.of(seen)).to_string();
    rows.windows(2).any(|w| match w {
        [a, b] => cell(b).is_empty() || cell(a) == cell(b),
        _ => false,
    })
}

/// What the rows above said for those below: an empty cell goes on with it.
#[derive(Default)]
struct Above {
    group: Option<Span>,
    task: Option<Span>,
}

struct Reader<'t> {
    text: &'t str,
    seen: &'t str,
    columns: &'t [Column],
    ways: Ways<'t>,
    nested: bool,
}

impl Reader<'_> {
    fn of(&self, parts: &[Span], wanted: Column) -> Vec<Span> {
        let filled = |(i, _): &(usize, &Column)| parts.get(*i).copied().filter(|s| !s.is_empty());
        self.columns.iter().enumerate().filter(|(_, c)| **c == wanted).filter_map(|c| filled(&c)).collect()
    }

    fn row(&self, parts: &[Span], group: Option<Span>, above: &mut Above) -> Option<Row> {
        let whole = Span::new(parts.first()?.start, parts.last()?.end);
        let mut tasks = self.of(parts, Column::Task);
        above.group = self.of(parts, Column::Group).first().map(|s| self.words(*s)).or(above.group);
        let mut group = above.group.or(group);
        let mut field = None;
        if self.nested {
            let first = self.columns.iter().position(|c| *c == Column::Task)?;
            if parts.get(first).is_some_and(|s| !s.is_empty()) {
                above.task = Some(tasks.remove(0));
            }
            field = group;
            group = above.task.map(|s| self.words(s)).or(group);
            if tasks.is_empty() {
                tasks.extend(above.task);
            }
        }
        let &cell = tasks.first()?;
        let piece = Piece::new(self.seen, cell);
        let found = mark(piece.s);
        let words = piece.cut(found.map_or(0, |m| m.len), piece.s.len());
        let (title, _, long) = title_of(words, &[]);
        let number = self.of(parts, Column::Number).first().and_then(|s| s.of(self.seen).parse().ok());
        let mut row = Row {
            number: number.or(found.and_then(|m| m.number)),
            field,
            group,
            title,
            long,
            said: std::iter::once(Span::new(title.start, cell.end))
                .chain(tasks.iter().skip(1).copied())
                .collect(),
            whole,
            duties: Vec::new(),
            clauses: Vec::new(),
            doubts: Vec::new(),
        };
        for (i, column) in self.columns.iter().enumerate() {
            if let (Column::Units(said), Some(cell)) = (column, parts.get(i)) {
                self.units(*said, *cell, &mut row);
            }
        }
        // a line that broke off from the row above says no task of its own
        (parts.len() + 1 >= self.columns.len() || !row.duties.is_empty()).then_some(row)
    }

    fn words(&self, cell: Span) -> Span {
        words_of(Piece::new(self.seen, cell))
    }

    fn units(&self, said: Said, cell: Span, row: &mut Row) {
        let content = Piece::new(self.seen, cell);
        let Some(clause) = duty_list::read_cell(self.text, content, said, self.ways) else { return };
        row.clauses.push(clause.span);
        row.doubts.extend(clause.doubts);
        for duty in clause.duties {
            match row.duties.iter_mut().find(|d| d.unit == duty.unit) {
                Some(before) if duty.role == Role::Lead => before.role = Role::Lead,
                Some(_) => {}
                None => row.duties.push(duty),
            }
        }
    }
}
