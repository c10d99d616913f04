//! Working days as China keeps them: Monday to Friday, without the public holidays and with the
//! weekend days that are worked instead, both as the State Council's notice for the year says.
//!
//! They cannot be computed: each autumn a notice arranges the next year. What the notices say is in
//! `data/workdays.csv`; further years are entered by a person. A year that nobody entered counts
//! Monday to Friday, and [`Workdays::unknown_years`] says so, so that a page can.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Day, Year};

/// The notices that the program brings along.
const KNOWN: &str = include_str!("../data/workdays.csv");
/// Days looked at before a search ends, so that a damaged calendar cannot hang it.
const MOST_DAYS: i64 = 40_000;

/// A run of days that a notice frees or turns into working days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// For which festival; empty when nobody said.
    pub name: String,
}

/// What the notice for one year says. Its days may lie in the last days of the year before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// The notice, by its number.
    pub source: String,
    /// Days off.
    pub off: Vec<Run>,
    /// Weekend days that are worked.
    pub make_up: Vec<Run>,
}

/// The calendar: one arrangement a year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workdays {
    years: BTreeMap<Year, Arrangement>,
    off: BTreeSet<Day>,
    make_up: BTreeSet<Day>,
}

/// Monday is 0.
fn weekday(day: Day) -> i64 {
    // The first Monday of 1970 was the 5th.
    Day::new(1970, 1, 5).map_or(0, |monday| day.days_since(monday).rem_euclid(7))
}

fn days(runs: &[Run]) -> impl Iterator<Item = Day> + '_ {
    let long = |run: &Run| run.to.days_since(run.from).clamp(-1, 60);
    runs.iter().flat_map(move |run| (0..=long(run)).map(|n| run.from.plus_days(n)))
}

impl Workdays {
    /// The years whose notices the program brings along.
    pub fn known() -> Self {
        let mut years: BTreeMap<Year, Arrangement> = BTreeMap::new();
        for line in KNOWN.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let [year, kind, from, to, name] = cells.as_slice() else { continue };
            let Ok(year) = year.parse() else { continue };
            let arrangement = years.entry(year).or_default();
            let run = || Some(Run { from: Day::parse(from)?, to: Day::parse(to)?, name: (*name).to_owned() });
            match *kind {
                "off" => arrangement.off.extend(run()),
                "work" => arrangement.make_up.extend(run()),
                _ => arrangement.source = (*name).to_owned(),
            }
        }
        Self { years, ..Self::default() }.counted()
    }

    /// With another arrangement for a year, in place of what was known of it.
    #[must_use]
    pub fn with(mut self, year: Year, arrangement: Arrangement) -> Self {
        self.years.insert(year, arrangement);
        self.counted()
    }

    fn counted(mut self) -> Self {
        self.off = self.years.values().flat_map(|year| days(&year.off)).collect();
        self.make_up = self.years.values().flat_map(|year| days(&year.make_up)).collect();
        self
    }

    /// The years with their arrangements.
    pub const fn years(&self) -> &BTreeMap<Year, Arrangement> {
        &self.years
    }

    /// Whether people work on that day.
    pub fn is_working_day(&self, day: Day) -> bool {
        self.make_up.contains(&day) || (weekday(day) < 5 && !self.off.contains(&day))
    }

    /// The `n`-th working day after `from`, whether `from` is one or not. For 0 or less `from` itself.
    pub fn add_working_days(&self, from: Day, n: i64) -> Day {
        let (mut day, mut left) = (from, n);
        for _ in 0..MOST_DAYS {
            if left <= 0 {
                break;
            }
            day = day.plus_days(1);
            left -= i64::from(self.is_working_day(day));
        }
        day
    }

    /// Working days after `from`, up to and with `to`; negative when `to` lies before.
    pub fn working_days_between(&self, from: Day, to: Day) -> i64 {
        if to < from {
            return -self.working_days_between(to, from);
        }
        let long = to.days_since(from).min(MOST_DAYS);
        let worked = (1..=long).filter(|n| self.is_working_day(from.plus_days(*n)));
        i64::try_from(worked.count()).unwrap_or(MOST_DAYS)
    }

    /// The years that touch this span and that nobody entered: Monday to Friday counts in them.
    pub fn unknown_years(&self, from: Day, to: Day) -> Vec<Year> {
        (from.year()..=to.year()).filter(|year| !self.years.contains_key(year)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn every_line_of_the_notices_is_read_and_each_year_has_as_many_days_as_its_notice() {
        let calendar = Workdays::known();
        let read: usize = calendar.years.values().map(|year| year.off.len() + year.make_up.len() + 1).sum();
        assert_eq!(read, KNOWN.lines().count() - 1);
        let n = |year: &Arrangement| (days(&year.off).count(), days(&year.make_up).count());
        let counts: Vec<_> = calendar.years.iter().map(|(year, about)| (*year, n(about))).collect();
        let stated = [(2021, (31, 7)), (2022, (31, 7)), (2023, (27, 7)), (2024, (28, 8)), (2025, (28, 5))];
        assert_eq!(counts[..5], stated);
        assert_eq!(counts[5..], [(2026, (33, 6))]);
        assert!(calendar.years.values().all(|year| year.source.starts_with("国办发明电〔")));
        assert!(calendar.make_up.iter().all(|day| weekday(*day) >= 5), "only weekend days are made up");
        assert!(calendar.make_up.is_disjoint(&calendar.off));
    }

    #[test]
    fn a_holiday_is_none_and_the_weekend_that_makes_up_for_it_is_one() {
        let calendar = Workdays::known();
        for (text, works) in [
            ("2025-10-01", false),
            ("2025-10-08", false),
            ("2025-10-09", true),
            ("2025-10-11", true),
            ("2025-10-12", false),
            ("2022-12-31", false),
            ("2023-01-02", false),
            ("2026-02-14", true),
        ] {
            assert_eq!(calendar.is_working_day(day(text)), works, "{text}");
        }
        // 248 days were worked in 2025.
        assert_eq!(calendar.working_days_between(day("2024-12-31"), day("2025-12-31")), 248);
    }

    #[test]
    fn ten_working_days_from_before_the_national_holiday_end_long_after_it() {
        let calendar = Workdays::known();
        assert_eq!(calendar.add_working_days(day("2025-09-26"), 10), day("2025-10-16"));
        assert_eq!(calendar.add_working_days(day("2025-10-04"), 1), day("2025-10-09"));
        assert_eq!(calendar.add_working_days(day("2025-10-04"), 0), day("2025-10-04"));
    }

    #[test]
    fn a_year_that_nobody_entered_counts_monday_to_friday_and_is_named() {
        let calendar = Workdays::known();
        assert_eq!(calendar.unknown_years(day("2026-12-20"), day("2027-01-05")), [2027]);
        assert!(calendar.is_working_day(day("2027-10-01")), "a Friday");
        let run = |from: &str, to: &str| Run { from: day(from), to: day(to), name: "国庆节".into() };
        let entered = Arrangement {
            source: "通知".into(),
            off: vec![run("2027-10-01", "2027-10-07")],
            make_up: vec![run("2027-10-09", "2027-10-09")],
        };
        let calendar = calendar.with(2027, entered);
        assert!(calendar.unknown_years(day("2026-12-20"), day("2027-01-05")).is_empty());
        assert!(!calendar.is_working_day(day("2027-10-01")));
        assert!(calendar.is_working_day(day("2027-10-09")), "a Saturday");
    }

    fn any_day() -> impl Strategy<Value = Day> {
        (0..3_500_i64).prop_map(|n| day("2020-06-01").plus_days(n))
    }

    proptest! {
        #[test]
        fn counting_back_what_was_added_gives_the_same_number(from in any_day(), n in 0..400_i64) {
            let calendar = Workdays::known();
            let to = calendar.add_working_days(from, n);
            prop_assert_eq!(calendar.working_days_between(from, to), n);
            prop_assert!(n == 0 || calendar.is_working_day(to));
        }

        #[test]
        fn two_spans_have_as_many_days_as_the_whole(a in any_day(), b in any_day(), c in any_day()) {
            let calendar = Workdays::known();
            let between = |from, to| calendar.working_days_between(from, to);
            prop_assert_eq!(between(a, b) + between(b, c), between(a, c));
        }

        #[test]
        fn one_more_day_never_ends_earlier(from in any_day(), n in 0..100_i64) {
            let calendar = Workdays::known();
            prop_assert!(calendar.add_working_days(from, n) < calendar.add_working_days(from, n + 1));
        }
    }
}
