//! Closing a month or a year: the snapshot that is signed, the order in which periods close, and the
//! check of a snapshot by somebody who has nothing but the file. Pure.

use kernel::{Day, Instant, Problem, Value, Year};
use merkle::{Hash, Head, Key, note};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::fact::{Cell, Sums};
use crate::{Indicator, Stamp};

/// The first line of a snapshot, and the form of its file.
const FORM: &str = "qilin-close-1";

/// A month or a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// A month, 1 to 12.
    Month(Year, i8),
    /// A year.
    Year(Year),
}

impl Period {
    /// Reads `2025-11` or `2025`.
    pub fn parse(text: &str) -> Option<Self> {
        let year = |text: &str| text.parse().ok().filter(|_| text.len() == 4);
        match text.split_once('-') {
            None => Some(Self::Year(year(text)?)),
            Some((of, month)) => {
                let month = month.parse().ok().filter(|n| month.len() == 2 && (1..=12).contains(n))?;
                Some(Self::Month(year(of)?, month))
            }
        }
    }

    /// First and last day; `None` for a year that the calendar does not have.
    pub fn days(self) -> Option<(Day, Day)> {
        match self {
            Self::Year(year) => Some((Day::new(year, 1, 1)?, Day::new(year, 12, 31)?)),
            Self::Month(year, month) => {
                let next =
                    if month == 12 { Day::new(year + 1, 1, 1)? } else { Day::new(year, month + 1, 1)? };
                Some((Day::new(year, month, 1)?, next.plus_days(-1)))
            }
        }
    }

    /// Whether its last day lies between these: whether what holds from one to the other is counted in it.
    pub fn ends_within(self, (from, to): (Day, Option<Day>)) -> bool {
        self.days().is_some_and(|(_, last)| from <= last && to.is_none_or(|to| last <= to))
    }

    /// The month after a month.
    const fn next_month(year: Year, month: i8) -> Self {
        if month == 12 { Self::Month(year + 1, 1) } else { Self::Month(year, month + 1) }
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Year(year) => write!(f, "{year:04}"),
        }
    }
}

/// What may be closed now, earliest first: the month after the last closed one (or the first with anything
/// in it), and the year after the last closed one once its December is closed. Neither before it is over.
pub fn next(closed: &[Period], first: Option<Period>, today: Day) -> Vec<Period> {
    let months = closed.iter().filter(|one| matches!(one, Period::Month(..))).max();
    let month = match months {
        Some(Period::Month(year, month)) => Some(Period::next_month(*year, *month)),
        Some(Period::Year(_)) | None => first,
    };
    let years = closed.iter().filter(|one| matches!(one, Period::Year(_))).max();
    let year = match (years, first) {
        (Some(Period::Year(year)), _) => Some(Period::Year(year + 1)),
        (_, Some(Period::Month(year, _))) => Some(Period::Year(year)),
        (_, Some(Period::Year(_)) | None) => None,
    };
    let ready = |one: &Period| match one {
        Period::Month(..) => true,
        Period::Year(year) => closed.contains(&Period::Month(*year, 12)),
    };
    let over = |one: &Period| one.days().is_some_and(|(_, last)| last < today);
    [month, year].into_iter().flatten().filter(|one| ready(one) && over(one)).collect()
}

/// Whether a period may be closed, and if not, why.
///
/// # Errors
/// It runs still, is closed, or an earlier one is open.
pub fn may_close(
    period: Period,
    closed: &[Period],
    first: Option<Period>,
    today: Day,
) -> Result<(), Problem> {
    if closed.contains(&period) {
        return Err(Problem::new("evidence-close-done").at("period").with("period", period));
    }
    if period.days().is_none_or(|(_, last)| last >= today) {
        return Err(Problem::new("evidence-close-runs").at("period").with("period", period));
    }
    let open = next(closed, first, today);
    if open.contains(&period) {
        return Ok(());
    }
    let first = open.first().map(ToString::to_string).unwrap_or_default();
    Err(Problem::new("evidence-close-order").at("period").with("period", period).with("first", first))
}

/// An indicator's figure of a month or a year at its close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedIndicator {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The figure's digits; none when it was not filled.
    pub value: Option<String>,
    /// The digits from the indicator's first day to the end of a year; none of a month.
    pub to_date: Option<String>,
    /// What stood behind it.
    pub n: i64,
    /// The version of the rule that made it; none where no rule counts.
    pub rule: Option<i64>,
}

impl ClosedIndicator {
    /// With these values, of so many records and by this version of its rule.
    pub(crate) fn of(one: &Indicator, value: Value, to_date: Value, n: i64, rule: Option<i64>) -> Self {
        let digits = |value| match value {
            Value::Number(value) => Some(value.normalize().to_string()),
            Value::NotApplicable | Value::NotCollected | Value::Suppressed | Value::Counting => None,
        };
        let (id, title) = (one.id.to_string(), one.title.clone());
        Self { id, title, value: digits(value), to_date: digits(to_date), n, rule }
    }
}

/// Everything that a snapshot says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Month or year.
    pub period: String,
    /// The log.
    pub origin: String,
    /// Its tree at the close.
    pub head: Head,
    /// When.
    pub closed_at: Instant,
    /// Deliveries that waited for a second person and were left out.
    pub n_left_out: i64,
    /// The version of the built-in rules.
    pub rule_version: i64,
    /// Every total of the period, in order; of a month those of the towns too.
    pub cells: Vec<(Cell, Sums)>,
    /// Every indicator.
    pub indicators: Vec<ClosedIndicator>,
}

impl Snapshot {
    /// The text that is signed: `qilin-close-1`, then one JSON array a line.
    pub fn canonical(&self) -> String {
        let mut text = format!("{FORM}\n");
        let mut line = |line: serde_json::Value| {
            text.push_str(&line.to_string());
            text.push('\n');
        };
        line(json!(["period", self.period]));
        line(json!(["log", self.origin, self.head.size, self.head.root.hex()]));
        line(json!(["closed", self.closed_at.micros(), self.n_left_out, self.rule_version]));
        for (cell, sums) in &self.cells {
            let Sums { sessions, person_times, minutes } = *sums;
            line(json!(["cell", cell.purpose, cell.grain.code(), cell.key, sessions, person_times, minutes]));
        }
        for one in &self.indicators {
            line(json!(["indicator", one.id, one.title, one.value, one.n, one.rule, one.to_date]));
        }
        text
    }

    /// Reads what [`Self::canonical`] wrote; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_prefix(FORM)?.strip_prefix('\n')?.lines();
        let ("period", period) = serde_json::from_str::<(String, String)>(lines.next()?)
            .ok()
            .as_ref()
            .map(|(tag, period)| (tag.as_str(), period.clone()))?
        else {
            return None;
        };
        let (tag, origin, size, root): (String, String, u64, String) =
            serde_json::from_str(lines.next()?).ok()?;
        let (closed, micros, n_left_out, rule_version): (String, i64, i64, i64) =
            serde_json::from_str(lines.next()?).ok()?;
        if tag != "log" || closed != "closed" {
            return None;
        }
        let head = Head { size, root: Hash::parse(&root)? };
        let (mut cells, mut indicators) = (Vec::new(), Vec::new());
        for line in lines {
            if line.starts_with("[\"cell\"") {
                cells.push(cell(line, &period)?);
            } else {
                indicators.push(indicator(line)?);
            }
        }
        let closed_at = Instant::from_micros(micros);
        Some(Self { period, origin, head, closed_at, n_left_out, rule_version, cells, indicators })
    }

    /// The total of a purpose (empty: the district) that is not broken down.
    pub fn total(&self, purpose: &str) -> Sums {
        let all = |cell: &Cell| cell.purpose == purpose && cell.key.is_empty();
        self.cells.iter().find(|(cell, _)| all(cell)).map(|(_, sums)| *sums).unwrap_or_default()
    }
}

fn cell(line: &str, period: &str) -> Option<(Cell, Sums)> {
    type Line = (String, String, String, String, i64, i64, i64);
    let (_, purpose, grain, key, sessions, person_times, minutes): Line = serde_json::from_str(line).ok()?;
    let grain = crate::fact::Grain::parse(&grain)?;
    Some((Cell { purpose, period: period.to_owned(), grain, key }, Sums { sessions, person_times, minutes }))
}

fn indicator(line: &str) -> Option<ClosedIndicator> {
    type Line = (String, String, String, Option<String>, i64, Option<i64>, Option<String>);
    let (tag, id, title, value, n, rule, to_date): Line = serde_json::from_str(line).ok()?;
    (tag == "indicator").then_some(ClosedIndicator { id, title, value, to_date, n, rule })
}

/// SHA-256 of a snapshot's text.
pub fn hash(body: &str) -> Hash {
    Hash(Sha256::digest(body.as_bytes()).into())
}

/// The name under which a snapshot is signed: no head of the log can be taken for it.
pub fn origin(log: &str, period: &str) -> String {
    format!("{log}/close/{period}")
}

/// A closed period as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// Month or year.
    pub period: String,
    /// The text that was signed.
    pub body: String,
    /// The signed note: size of the log and hash of the body.
    pub note: String,
    /// The district's total as it was.
    pub total: Sums,
    /// Deliveries left out.
    pub n_left_out: i64,
    /// Who closed it.
    pub closed: Stamp,
}

/// What kind of record moved a closed period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateKind {
    /// A delivery.
    Delivery,
    /// An entry of a registered stock.
    Entry,
    /// A figure from outside.
    Figure,
    /// A signed statement.
    Attestation,
}

impl LateKind {
    const ALL: [Self; 4] = [Self::Delivery, Self::Entry, Self::Figure, Self::Attestation];

    /// The word in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Entry => "entry",
            Self::Figure => "figure",
            Self::Attestation => "attestation",
        }
    }

    /// Reads what [`Self::code`] wrote.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Something that moved a closed period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// The record: its kind and its id.
    pub source: (LateKind, String),
    /// By how much, if it is a delivery; what the others move is counted by no total.
    pub moved: Sums,
    /// Why so late.
    pub reason: String,
    /// Who acted, and when.
    pub acted: Stamp,
}

/// The file that a close page gives out, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseFile {
    /// `qilin-close-1`.
    pub form: String,
    /// The public key, 64 hexadecimal digits.
    pub key: String,
    /// The signed note.
    pub note: String,
    /// The text that it signs.
    pub body: String,
}

impl CloseFile {
    /// The file of a closed period.
    pub fn new(close: &Close, key: [u8; 32]) -> Self {
        let (note, body) = (close.note.clone(), close.body.clone());
        Self { form: FORM.to_owned(), key: Hash(key).hex(), note, body }
    }
}

/// What a fitting file shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownClose {
    /// Everything that it says.
    pub snapshot: Snapshot,
    /// Whether the key came from outside.
    pub key_is_known: bool,
}

/// Checks a file without any database; `None` when it is of another form. `key` is the public key as it
/// was kept elsewhere.
///
/// # Errors
/// The first thing that does not fit, in an English sentence.
pub fn check_file(text: &str, key: Option<&Key>) -> Option<Result<ShownClose, String>> {
    let file: CloseFile = serde_json::from_str(text).ok()?;
    (file.form == FORM).then(|| {
        let own = Key::parse(&file.key).ok_or("the public key in the file is none")?;
        if key.is_some_and(|key| *key != own) {
            return Err("the snapshot names another public key than the one given".to_owned());
        }
        let snapshot = check(&file.body, &file.note, &own)?;
        Ok(ShownClose { snapshot, key_is_known: key.is_some() })
    })
}

/// Checks a snapshot against its signed note.
///
/// # Errors
/// The first thing that does not fit, in an English sentence.
pub fn check(body: &str, signed: &str, key: &Key) -> Result<Snapshot, String> {
    let snapshot = Snapshot::parse(body).ok_or("the snapshot cannot be read")?;
    let period = &snapshot.period;
    let head = note::read(signed, &origin(&snapshot.origin, period), key).map_err(|reason| match reason {
        note::Refused::Unreadable => format!("the note of {period} cannot be read"),
        note::Refused::OtherLog => format!("the note of {period} is of something else"),
        note::Refused::NotSigned => format!("the close of {period} is not signed with the key"),
    })?;
    if head.root != hash(body) {
        return Err(format!("the numbers of {period} are not those that were signed"));
    }
    if head.size != snapshot.head.size {
        return Err(format!("the close of {period} names another size of the log than its note"));
    }
    Ok(snapshot)
}
