//! Indicators: numbers of five kinds, never mixed. The rules of the counted ones, pure.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Day, Group, Value, Year};
use rust_decimal::Decimal;

use crate::{IndicatorId, Kind, PurposeId, words::codes};

codes!(
    /// What a counted indicator counts.
    Tally {
        /// Distinct deliveries.
        Sessions = "sessions",
        /// Heads, each time they came.
        PersonTimes = "person_times",
        /// Distinct persons, by hashed identity.
        Persons = "persons",
    }
);

/// How a number comes about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// From verified deliveries.
    Counted {
        /// Done for this purpose; any when absent.
        purpose: Option<PurposeId>,
        /// Of this kind; any when absent.
        kind: Option<Kind>,
        /// Heads of this group only; all when absent.
        group: Option<Group>,
        /// What is counted.
        tally: Tally,
    },
    /// Verified entries of a stock on a day.
    Registered,
    /// Towns that have at least this many verified entries on a day.
    Coverage {
        /// At least 1.
        per_town: i64,
    },
    /// A sample survey, from figures that a second person confirmed.
    Measured,
    /// The accounts, from figures that a second person confirmed.
    Financial,
    /// A signed narrative with evidence.
    Attested,
}

impl Source {
    /// One of the five kinds: the word in the store and, after `evidence-indicator-`, in the
    /// catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Counted { .. } => "counted",
            Self::Registered | Self::Coverage { .. } => "registered",
            Self::Measured => "measured",
            Self::Financial => "financial",
            Self::Attested => "attested",
        }
    }
}

/// One number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// Id, given by the owner.
    pub id: IndicatorId,
    /// Title in Chinese.
    pub title: String,
    /// Title in English.
    pub title_en: Option<String>,
    /// Unit of the value in Chinese: 人, 处, %.
    pub unit: String,
    /// The same in English.
    pub unit_en: Option<String>,
    /// How it comes about.
    pub source: Source,
    /// First day on which it counts.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// What its owner's other promises say that it was on a day: to be confirmed, never a source.
    pub implied: Option<(Day, Decimal)>,
}

/// The sums of a counted indicator in a year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Distinct deliveries.
    pub sessions: i64,
    /// Heads.
    pub person_times: i64,
    /// Minutes.
    pub minutes: i64,
    /// Distinct persons of the year.
    pub persons: i64,
    /// Those of them that no earlier year has.
    pub persons_new: i64,
    /// Person-times whose person is known.
    pub identified: i64,
}

impl Counted {
    /// Adds another's.
    pub const fn add(&mut self, other: Self) {
        self.sessions += other.sessions;
        self.person_times += other.person_times;
        self.minutes += other.minutes;
        self.persons += other.persons;
        self.persons_new += other.persons_new;
        self.identified += other.identified;
    }
}

/// One more (or, with `sign` -1, one less) appearance of a person in a year: how the counts of the
/// years move. `refs` are the person's appearances by year and are brought up to date.
pub fn appear(refs: &mut BTreeMap<Year, i64>, year: Year, sign: i64, counts: &mut BTreeMap<Year, Counted>) {
    let first = |refs: &BTreeMap<Year, i64>| refs.iter().find(|(_, n)| **n > 0).map(|(year, _)| *year);
    let (was_there, first_before) = (refs.get(&year).is_some_and(|n| *n > 0), first(refs));
    *refs.entry(year).or_default() += sign;
    let (is_there, first_after) = (refs.get(&year).is_some_and(|n| *n > 0), first(refs));
    counts.entry(year).or_default().identified += sign;
    counts.entry(year).or_default().persons += i64::from(is_there) - i64::from(was_there);
    if first_before != first_after {
        if let Some(before) = first_before {
            counts.entry(before).or_default().persons_new -= 1;
        }
        if let Some(after) = first_after {
            counts.entry(after).or_default().persons_new += 1;
        }
    }
}

/// A year of an indicator, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The year.
    pub year: Year,
    /// In the year (counted), or at its end or today (registered).
    pub value: Value,
    /// From the indicator's first day until the end of the year (counted); the same as `value` for
    /// the other kinds.
    pub to_date: Value,
    /// Deliveries, entries or narratives behind it.
    pub n: i64,
    /// Person-times of the year whose person is not known; only where persons are counted.
    pub unidentified: Option<i64>,
    /// The list that `value` was counted from, without the locale; none where there is no list.
    pub href: Option<String>,
    /// The list that `to_date` was counted from.
    pub href_to_date: Option<String>,
    /// The version of the rule that counted the year, and its first day; only where rules count.
    pub rule: Option<(i64, Day)>,
    /// From where to where the value to date may lie; only of a survey that says so.
    pub interval: Option<(Decimal, Decimal)>,
    /// The day for which the value to date holds; only of a figure from outside.
    pub as_of: Option<Day>,
}

/// The series of one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What.
    pub indicator: Indicator,
    /// One point a year, from the first year to the year asked for.
    pub points: Vec<Point>,
}

/// How many towns are covered: those of `towns` that have at least `per_town` entries.
pub fn covered<'a, T: Ord + 'a>(
    entries: impl IntoIterator<Item = (&'a T, i64)>,
    towns: &BTreeSet<&T>,
    per_town: i64,
) -> usize {
    let mut sums: BTreeMap<&T, i64> = BTreeMap::new();
    for (town, n) in entries.into_iter().filter(|(town, _)| towns.contains(town)) {
        *sums.entry(town).or_default() += n;
    }
    sums.values().filter(|n| **n >= per_town).count()
}
