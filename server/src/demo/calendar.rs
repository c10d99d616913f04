//! On which days and at what time of day events happen.

use kernel::{Day, Rng, SeededRng, Year};

use super::generate::between;

/// Venues where families come, on a weekend.
const WEEKEND: [&str; 3] = ["museum", "park", "scenic_spot"];

/// `n` days of the months, spread evenly over them: one is drawn from each of `n` equal parts.
pub fn days(year: Year, months: &[i8], venue: &str, n: u64, rng: &SeededRng) -> Vec<Day> {
    let weekend = WEEKEND.contains(&venue);
    let open: Vec<Day> = months
        .iter()
        .flat_map(|month| (1..=31).filter_map(|day| Day::new(year, *month, day)))
        .filter(|day| is_weekend(*day) == weekend)
        .collect();
    let long = u64::try_from(open.len()).unwrap_or(0);
    let edge = |part: u64| long.saturating_mul(part).checked_div(n).unwrap_or(0);
    let draw = |part: u64| {
        let (from, to) = (edge(part), edge(part + 1));
        let at = from + rng.below(to - from);
        open.get(usize::try_from(at).unwrap_or(usize::MAX)).copied()
    };
    (0..n).filter_map(draw).collect()
}

fn is_weekend(day: Day) -> bool {
    // The first Monday of 1970 was the 5th.
    Day::new(1970, 1, 5).is_some_and(|monday| day.days_since(monday).rem_euclid(7) >= 5)
}

/// The minute of the day at which something of this length begins, so that it ends by five o'clock.
pub fn start(minutes: i64, rng: &SeededRng) -> i64 {
    let (nine, five) = (9 * 60, 17 * 60);
    let halves = (five - nine - minutes).max(0) / 30;
    nine + 30 * between(0, halves, rng)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_spread_over_their_months_and_fit_the_venue() {
        let rng = SeededRng::new(1);
        let lectures = days(2025, &[3, 9], "school", 20, &rng);
        assert_eq!(lectures.len(), 20);
        assert_eq!(lectures.iter().filter(|day| day.month() == 3).count(), 10);
        assert!(lectures.iter().all(|day| !is_weekend(*day)));
        let walks = days(2025, &[5], "park", 6, &rng);
        assert!(walks.iter().all(|day| is_weekend(*day) && day.month() == 5));
    }

    #[test]
    fn known_days_are_told_apart() {
        let weekend = |text| is_weekend(Day::parse(text).unwrap());
        assert!(weekend("2025-11-22") && weekend("2025-11-23"));
        assert!(!weekend("2025-11-21") && !weekend("2025-11-24"));
    }

    #[test]
    fn everything_ends_by_five_unless_it_takes_longer_than_the_day() {
        let rng = SeededRng::new(2);
        for minutes in (15..480).step_by(5) {
            let start = start(minutes, &rng);
            assert!(start >= 540 && start + minutes <= 1020, "{start} {minutes}");
        }
    }
}
