//! From what was typed to what is told: one reader for the form and for the spreadsheet, so that
//! both refuse the same things in the same words.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Day, Group, Problem, Problems, Refusal, UnitId, search_key};

use crate::{Details, Kind, Method, PurposeId, deliverer};

/// The most heads of one group that one delivery can have.
pub const MAX_HEADS: i64 = 200_000;
/// The longest delivery, in minutes: a week.
pub const MAX_MINUTES: i64 = 7 * 24 * 60;

/// Typed texts by field name. A field may be given more than once.
#[derive(Clone, Debug, Default)]
pub struct Typed(BTreeMap<String, Vec<String>>);

impl Typed {
    /// From pairs of name and text; texts are trimmed and empty ones left out.
    pub fn new<N: Into<String>, T: AsRef<str>>(pairs: impl IntoIterator<Item = (N, T)>) -> Self {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, text) in pairs {
            let text = text.as_ref().trim();
            if !text.is_empty() {
                fields.entry(name.into()).or_default().push(text.to_owned());
            }
        }
        Self(fields)
    }

    /// The first text of a field, or empty.
    pub fn text(&self, name: &str) -> &str {
        self.all(name).first().map_or("", String::as_str)
    }

    /// All texts of a field.
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    fn ids<T: From<String> + Ord>(&self, name: &str) -> BTreeSet<T> {
        self.all(name).iter().cloned().map(T::from).collect()
    }
}

/// The name of the field that holds a group's heads.
pub const fn heads_field(group: Group) -> &'static str {
    match group {
        Group::Youth => "heads_youth",
        Group::Farmers => "heads_farmers",
        Group::Workers => "heads_workers",
        Group::Elderly => "heads_elderly",
        Group::Officials => "heads_officials",
        Group::Other => "heads_other",
    }
}

/// Reads what was typed. Says nothing yet about units, purposes and days: see [`crate::rules`].
///
/// # Errors
/// Invalid, with all that cannot be read, each at its field.
pub fn details(typed: &Typed) -> Result<Details, Refusal> {
    let mut problems = Problems::new();
    let kind = problems.take(choice(typed, "kind", Kind::parse));
    let title = problems.take(required(typed, "title", 100));
    let on = problems.take(day(typed, "on"));
    let start = problems.take(start(typed));
    let minutes = problems.take(minutes(typed));
    let town = problems.take(required(typed, "town", 64));
    let host = problems.take(required(typed, "host", 64));
    let method = problems.take(choice(typed, "method", Method::parse));
    let topic = problems.take(at_most(typed, "topic", 60));
    let venue = problems.take(at_most(typed, "venue", 100));
    let works = problems.take(at_most(typed, "works", 300));
    let note = problems.take(at_most(typed, "note", 1000));
    let deliverers = problems.take(deliverer::read(typed.text("deliverers")));
    let purposes = problems.take(purposes(typed));
    let heads = heads(typed, &mut problems);
    problems.check()?;
    let read = || {
        Some(Details {
            kind: kind?,
            topic: topic?,
            title: title?,
            on: on?,
            start: start?,
            minutes: minutes?,
            venue: venue?,
            town: town?.into(),
            place: Some(typed.text("place")).filter(|id| !id.is_empty()).map(UnitId::from),
            host: host?.into(),
            co_hosts: typed.ids("co_host"),
            supporters: typed.ids("supporter"),
            heads,
            method: method?,
            purposes: purposes?,
            deliverers: deliverers?,
            works: works?,
            note: note?,
        })
    };
    read().ok_or(Refusal::NotFound) // cannot be: every problem was checked above
}

/// A day typed in one of the forms that clerks use.
///
/// # Errors
/// Missing, or no day of the calendar.
pub fn day(typed: &Typed, field: &'static str) -> Result<Day, Problem> {
    match typed.text(field) {
        "" => Err(Problem::new("error-missing").at(field)),
        text => Day::parse(text).ok_or_else(|| Problem::new("error-not-a-day").at(field).with("value", text)),
    }
}

/// A text that must be there.
///
/// # Errors
/// Missing, or longer than `limit` characters.
pub fn required(typed: &Typed, field: &'static str, limit: usize) -> Result<String, Problem> {
    match typed.text(field) {
        "" => Err(Problem::new("error-missing").at(field)),
        _ => at_most(typed, field, limit),
    }
}

/// A text that may be empty.
///
/// # Errors
/// Longer than `limit` characters.
pub fn at_most(typed: &Typed, field: &'static str, limit: usize) -> Result<String, Problem> {
    let text = typed.text(field);
    let n = text.chars().count();
    if n > limit {
        return Err(Problem::new("error-too-long").at(field).with("most", limit).with("long", n));
    }
    Ok(text.to_owned())
}

/// A whole number from 0. What is no number is named, never read as zero.
///
/// # Errors
/// No number, negative, or a fraction.
pub fn count(text: &str, field: &'static str) -> Result<i64, Problem> {
    let plain: String = search_key(text).chars().filter(|c| *c != ',').collect();
    let refuse = |key| Problem::new(key).at(field).with("value", text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain.strip_prefix('-').is_some_and(digits) {
        return Err(refuse("error-negative"));
    }
    if !digits(&plain) {
        return Err(refuse("error-not-a-number"));
    }
    // more digits than a number holds are more heads than any limit
    Ok(plain.parse().unwrap_or(i64::MAX))
}

fn choice<T>(typed: &Typed, field: &'static str, parse: fn(&str) -> Option<T>) -> Result<T, Problem> {
    match typed.text(field) {
        "" => Err(Problem::new("error-missing").at(field)),
        text => {
            parse(text).ok_or_else(|| Problem::new("evidence-choice-unknown").at(field).with("typed", text))
        }
    }
}

fn start(typed: &Typed) -> Result<Option<i64>, Problem> {
    let text = typed.text("start");
    if text.is_empty() {
        return Ok(None);
    }
    let minute = || {
        let (hour, minute) = text.split_once([':', '：'])?;
        let (hour, minute): (i64, i64) = (hour.trim().parse().ok()?, minute.trim().parse().ok()?);
        ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
    };
    let unreadable = || Problem::new("evidence-time-unreadable").at("start").with("typed", text);
    minute().map(Some).ok_or_else(unreadable)
}

fn minutes(typed: &Typed) -> Result<i64, Problem> {
    let text = typed.text("minutes");
    if text.is_empty() {
        return Err(Problem::new("error-missing").at("minutes"));
    }
    let minutes = count(text, "minutes")?;
    if (1..=MAX_MINUTES).contains(&minutes) {
        return Ok(minutes);
    }
    Err(Problem::new("evidence-minutes-range").at("minutes").with("typed", text).with("limit", MAX_MINUTES))
}

fn purposes(typed: &Typed) -> Result<BTreeSet<PurposeId>, Problem> {
    let purposes: BTreeSet<PurposeId> = typed.ids("purpose");
    if purposes.is_empty() {
        return Err(Problem::new("evidence-purpose-missing").at("purpose"));
    }
    Ok(purposes)
}

fn heads(typed: &Typed, problems: &mut Problems) -> BTreeMap<Group, i64> {
    let mut heads = BTreeMap::new();
    let mut unread = false;
    for group in Group::ALL {
        let field = heads_field(group);
        let text = typed.text(field);
        if text.is_empty() {
            continue;
        }
        match problems.take(count(text, field)) {
            None => unread = true,
            Some(0) => {}
            Some(n) if n > MAX_HEADS => {
                unread = true;
                let problem = Problem::new("evidence-heads-too-many").at(field);
                problems.add(problem.with("n", n).with("limit", MAX_HEADS));
            }
            Some(n) => {
                heads.insert(group, n);
            }
        }
    }
    if heads.is_empty() && !unread {
        problems.add(Problem::new("evidence-heads-missing").at(heads_field(Group::Youth)));
    }
    heads
}
