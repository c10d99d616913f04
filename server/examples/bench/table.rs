//! What was measured, beside what it is measured against.

use crate::load::Cost;

/// One figure.
struct Row {
    what: String,
    measured: f64,
    unit: &'static str,
    against: Option<Against>,
    p99_ms: Option<f64>,
    /// Whether the limit is one from below.
    least: bool,
}

/// A yardstick of the same unit, and how many times as much is allowed; infinite where nothing was agreed.
pub struct Against {
    /// What the yardstick is.
    pub name: &'static str,
    /// Its figure, measured here and now where it can be.
    pub value: f64,
    /// The largest ratio allowed.
    pub limit: f64,
}

/// All figures of a run.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
    notes: Vec<String>,
    missing: Vec<String>,
}

impl Table {
    /// A figure without a limit.
    pub fn figure(&mut self, what: impl Into<String>, measured: f64, unit: &'static str) {
        self.rows.push(Row { what: what.into(), measured, unit, against: None, p99_ms: None, least: false });
    }

    /// A figure with its yardstick.
    pub fn ratio(&mut self, what: impl Into<String>, measured: f64, unit: &'static str, against: Against) {
        let (what, against) = (what.into(), Some(against));
        self.rows.push(Row { what, measured, unit, against, p99_ms: None, least: false });
    }

    /// A rate with its yardstick, of which at least a part is to be reached.
    pub fn at_least(&mut self, what: impl Into<String>, measured: f64, unit: &'static str, against: Against) {
        self.ratio(what, measured, unit, against);
        if let Some(row) = self.rows.last_mut() {
            row.least = true;
        }
    }

    /// Something to be said beneath the table.
    pub fn note(&mut self, what: &str) {
        self.notes.push(what.to_owned());
    }

    /// A page: its processor time with its yardstick, and how long one waits for it.
    pub fn page(&mut self, what: impl Into<String>, cost: Cost, against: Against) {
        let (measured, p99_ms) = (cost.cpu_ms, Some(cost.p99_ms));
        let (what, against) = (what.into(), Some(against));
        self.rows.push(Row { what, measured, unit: "ms", against, p99_ms, least: false });
    }

    /// Takes over what another holds.
    pub fn extend(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.notes.extend(other.notes);
        self.missing.extend(other.missing);
    }

    /// Something that could not be measured, and why; the run fails.
    pub fn missing(&mut self, what: &str, why: &str) {
        self.missing.push(format!("not measured: {what}: {why}"));
    }

    /// Whether everything was measured and stays within its limit.
    pub fn holds(&self) -> bool {
        self.missing.is_empty() && self.rows.iter().all(Row::holds)
    }
}

impl Row {
    fn holds(&self) -> bool {
        self.against.as_ref().is_none_or(|against| {
            let limit = against.value * against.limit;
            if self.least { self.measured >= limit } else { self.measured <= limit }
        })
    }

    fn cells(&self) -> [String; 7] {
        let figure = |value: f64| format!("{} {}", digits(value), self.unit);
        let Some(against) = &self.against else {
            let blank = String::new;
            return [self.what.clone(), figure(self.measured), blank(), blank(), blank(), blank(), blank()];
        };
        let ratio = if against.value > 0.0 { digits(self.measured / against.value) } else { "?".to_owned() };
        [
            self.what.clone(),
            figure(self.measured),
            format!("{} {}", against.name, figure(against.value)),
            ratio,
            if against.limit.is_finite() { digits(against.limit) } else { String::new() },
            match (self.holds(), against.limit.is_finite()) {
                (_, false) => "",
                (true, true) => "holds",
                (false, true) if self.least => "TOO LITTLE",
                (false, true) => "TOO MUCH",
            }
            .to_owned(),
            self.p99_ms.map(|p99| format!("{} ms", digits(p99))).unwrap_or_default(),
        ]
    }
}

/// Three digits that count.
fn digits(value: f64) -> String {
    let places = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.places$}")
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let head = ["what", "measured", "yardstick", "ratio", "limit", "", "p99 of 32 connections"]
            .map(str::to_owned);
        let lines: Vec<[String; 7]> = std::iter::once(head).chain(self.rows.iter().map(Row::cells)).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 7] = std::array::from_fn(width);
        for (n, line) in lines.iter().enumerate() {
            let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            writeln!(f, "| {} |", cells.collect::<Vec<_>>().join(" | "))?;
            if n == 0 {
                writeln!(f, "|{}|", widths.map(|width| "-".repeat(width + 2)).join("|"))?;
            }
        }
        writeln!(
            f,
            "Measured: processor time for what has a yardstick, of the process that answers, the least of a few"
        )?;
        writeln!(f, "short runs that take turns; the yardstick was run between them.")?;
        self.notes.iter().chain(&self.missing).try_for_each(|line| writeln!(f, "{line}"))
    }
}
