//! Instants in microseconds UTC, and civil days as China counts them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// China keeps one offset from UTC, without summer time since 1992.
const CHINA_SECONDS: i64 = 8 * 3600;

/// A moment: microseconds since 1970-01-01T00:00:00Z. Stored as `bigint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    /// From microseconds since 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This much later.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds from `earlier` to here; negative when it lies ahead.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000_000
    }

    /// Reads a moment of ISO 8601 with its offset: `2025-09-01T14:30:00+08:00`, `2025-09-01T06:30:00Z`.
    pub fn parse(text: &str) -> Option<Self> {
        let stamp: jiff::Timestamp = text.trim().parse().ok()?;
        Some(Self(stamp.as_microsecond()))
    }

    /// `2025-09-01T06:30:00Z`, to the second.
    pub fn utc_text(self) -> String {
        let stamp =
            jiff::Timestamp::from_second(self.0.div_euclid(1_000_000)).unwrap_or(jiff::Timestamp::MAX);
        stamp.to_string()
    }

    /// The civil day in China.
    pub fn day(self) -> Day {
        Day(self.civil().date())
    }

    /// `2025-09-01 14:30`, China time.
    pub fn minute_text(self) -> String {
        let civil = self.civil();
        format!("{} {:02}:{:02}", civil.date(), civil.hour(), civil.minute())
    }

    /// The minute of the civil day in China, 0 to 1439.
    pub fn minute_of_day(self) -> i64 {
        let civil = self.civil();
        i64::from(civil.hour()) * 60 + i64::from(civil.minute())
    }

    fn civil(self) -> jiff::civil::DateTime {
        jiff::Timestamp::from_second(self.0.div_euclid(1_000_000).saturating_add(CHINA_SECONDS))
            .map(|shifted| jiff::tz::Offset::UTC.to_datetime(shifted))
            .unwrap_or(jiff::civil::DateTime::MAX)
    }
}

/// A calendar year.
pub type Year = i16;

/// A civil day. Stored as text `YYYY-MM-DD`, which sorts rightly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(jiff::civil::Date);

impl Day {
    /// The day `year`-`month`-`day`, if the calendar has it.
    pub fn new(year: Year, month: i8, day: i8) -> Option<Self> {
        jiff::civil::Date::new(year, month, day).ok().map(Self)
    }

    /// Reads `2025-09-01`; also the forms clerks type: `2025/9/1`, `2025.9.1`, `20250901`,
    /// `2025年9月1日`.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().map(narrow).collect();
        let parts: Vec<&str> =
            text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
        let (year, month, day) = match parts.as_slice() {
            [all] if all.len() == 8 => (all.get(..4)?, all.get(4..6)?, all.get(6..)?),
            [year, month, day] if year.len() == 4 => (*year, *month, *day),
            _ => return None,
        };
        let only_separators = text.chars().all(|c| c.is_ascii_digit() || "-/.年月日 ".contains(c));
        if !only_separators {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// The calendar year.
    pub fn year(self) -> Year {
        self.0.year()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month.
    pub fn day_of_month(self) -> i8 {
        self.0.day()
    }

    /// `2025-09`.
    pub fn month_text(self) -> String {
        format!("{:04}-{:02}", self.year(), self.month())
    }

    /// That many days later (earlier, when negative); stays at the calendar's end.
    pub fn plus_days(self, days: i64) -> Self {
        let span = jiff::Span::new().try_days(days).unwrap_or_default();
        Self(self.0.saturating_add(span))
    }

    /// Days from `earlier` to here.
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.duration_since(earlier.0).as_hours() / 24
    }

    /// The moment at which a China clock shows this hour and minute of the day.
    pub fn at(self, hour: i8, minute: i8) -> Instant {
        let civil = self.0.at(hour.clamp(0, 23), minute.clamp(0, 59), 0, 0);
        let seconds = jiff::tz::Offset::UTC.to_timestamp(civil).map(|at| at.as_second()).unwrap_or(0);
        Instant::from_micros(seconds.saturating_sub(CHINA_SECONDS).saturating_mul(1_000_000))
    }
}

/// Full-width digits and separators as their plain forms.
fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '／' => '/',
        '－' | '—' => '-',
        '．' => '.',
        other => other,
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a day"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_the_forms_that_clerks_type() {
        for text in ["2025-09-01", "2025/9/1", "2025.9.1", "20250901", "2025年9月1日", "２０２５－９－１"]
        {
            assert_eq!(Day::parse(text), Day::new(2025, 9, 1), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "2025-02-30", "9月1日", "25-9-1", "2025-9-1x", "昨天", "2025-9"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_day_turns_at_midnight_in_china() {
        let day = Day::new(2025, 9, 1).unwrap();
        assert_eq!(day.at(0, 0).day(), day);
        assert_eq!(Instant::from_micros(day.at(0, 0).micros() - 1).day(), day.plus_days(-1));
        assert_eq!(day.at(14, 30).minute_text(), "2025-09-01 14:30");
    }

    #[test]
    fn days_between_are_counted_across_years() {
        let from = Day::new(2024, 12, 31).unwrap();
        assert_eq!(Day::new(2025, 12, 31).unwrap().days_since(from), 365);
        assert_eq!(from.plus_days(60), Day::new(2025, 3, 1).unwrap());
    }
}
