//! Quiet hours: when messages to persons wait for the morning. Pure.

use kernel::{Instant, Problem};

/// From 21:00 until 8:00, unless the district says otherwise.
pub const DEFAULT: Quiet = Quiet { from: 21 * 60, to: 8 * 60, is_on: true, version: 0 };
/// Longer quiet would keep a message from its reader for a working day.
pub const LONGEST_HOURS: i64 = 12;

const DAY: i64 = 24 * 60;

/// A span of each day, over midnight or not, in minutes of the day in China.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// Its first minute.
    pub from: i64,
    /// The first minute after it.
    pub to: i64,
    /// Whether it holds.
    pub is_on: bool,
    /// Counts changes; 0 for the default.
    pub version: i64,
}

impl Quiet {
    /// How long it lasts, in minutes.
    pub const fn length(&self) -> i64 {
        (self.to - self.from).rem_euclid(DAY)
    }

    /// When what is to be sent now may be sent: now, or when the span that holds now ends.
    pub fn ends(&self, now: Instant) -> Instant {
        let midnight = now.day().at(0, 0);
        let seconds = now.seconds_since(midnight);
        let into = (seconds.div_euclid(60) - self.from).rem_euclid(DAY);
        if !self.is_on || into >= self.length() {
            return now;
        }
        // From the full minute on, so that the end is a full minute too.
        now.plus_seconds((self.length() - into) * 60 - seconds.rem_euclid(60))
    }

    /// As `21:00`.
    pub fn text(minute: i64) -> String {
        format!("{:02}:{:02}", minute.div_euclid(60), minute.rem_euclid(60))
    }
}

/// Reads `21:00`, `21：00`, `2100` or `21`.
///
/// # Errors
/// What is wrong, without a field.
pub fn read_minute(text: &str) -> Result<i64, Problem> {
    let bad = || Problem::new("message-quiet-time").with("value", text);
    let narrow: String = text.trim().replace('：', ":");
    let (hour, minute) = match narrow.split_once(':') {
        Some((hour, minute)) => (hour, minute),
        None if narrow.len() > 2 => narrow.split_at_checked(narrow.len() - 2).ok_or_else(bad)?,
        None => (narrow.as_str(), "0"),
    };
    let number = |text: &str, most: i64| {
        let digits = !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<i64>().ok().filter(|n| digits && *n <= most)
    };
    let hour = number(hour, 23).ok_or_else(bad)?;
    Ok(hour * 60 + number(minute, 59).ok_or_else(bad)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Day;

    fn at(text: &str) -> Instant {
        let minute = read_minute(text).unwrap();
        let (hour, minute) = (i8::try_from(minute / 60).unwrap(), i8::try_from(minute % 60).unwrap());
        Day::new(2025, 9, 1).unwrap().at(hour, minute)
    }

    #[test]
    fn what_is_told_at_night_waits_for_the_morning_and_nothing_else_waits() {
        let quiet = |from: &str, to: &str, now: &str| {
            let (from, to) = (read_minute(from).unwrap(), read_minute(to).unwrap());
            let quiet = Quiet { from, to, is_on: true, version: 1 };
            quiet.ends(at(now)).minute_text()
        };
        assert_eq!(quiet("21:00", "08:00", "20:59"), "2025-09-01 20:59");
        assert_eq!(quiet("21:00", "08:00", "21:00"), "2025-09-02 08:00");
        assert_eq!(quiet("21:00", "08:00", "00:30"), "2025-09-01 08:00");
        assert_eq!(quiet("21:00", "08:00", "08:00"), "2025-09-01 08:00");
        assert_eq!(quiet("12:00", "14:00", "13:59"), "2025-09-01 14:00");
        assert_eq!(quiet("12:00", "14:00", "14:00"), "2025-09-01 14:00");
        let late = at("23:10").plus_seconds(59);
        assert_eq!(DEFAULT.ends(late), at("08:00").plus_seconds(86_400));
        assert_eq!(Quiet { is_on: false, ..DEFAULT }.ends(late), late);
        // From and to alike is no span at all.
        assert_eq!(quiet("08:00", "08:00", "08:00"), "2025-09-01 08:00");
    }

    #[test]
    fn a_time_of_day_is_read_as_people_write_it() {
        for (text, minute) in [("21:00", 1260), ("8", 480), ("0830", 510), ("8：05", 485), ("23:59", 1439)] {
            assert_eq!(read_minute(text).ok(), Some(minute), "{text}");
        }
        for text in ["", "24:00", "8:60", "-1", "8:", "晚上九点", "1:2:3", "８:00"] {
            assert!(read_minute(text).is_err(), "{text}");
        }
    }
}
