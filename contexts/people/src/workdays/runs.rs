//! Days off as people type them: one run a line. Pure.

use kernel::workdays::Run;
use kernel::{Day, Problem, Year};

/// More days off than this in a year are a slip of the finger.
const MOST_DAYS: i64 = 60;
/// The longest name of a festival, in characters.
const MOST_NAME: usize = 30;

/// Reads lines such as `2027-01-01`, `2027-01-01 2027-01-03 元旦` and `2027-01-01 至 2027-01-03 元旦`.
/// Days lie in the year, or in the last month of the year before, as in notices.
///
/// # Errors
/// The problem at the field, naming the line that cannot be read.
pub fn read_runs(text: &str, year: Year, field: &'static str) -> Result<Vec<Run>, Problem> {
    let mut runs: Vec<Run> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let unreadable = || Problem::new("people-workdays-line").at(field).with("line", line);
        let run = read_run(line).ok_or_else(unreadable)?;
        let first = Day::new(year.saturating_sub(1), 12, 1).ok_or_else(unreadable)?;
        let last = Day::new(year, 12, 31).ok_or_else(unreadable)?;
        if run.from < first || run.to > last {
            return Err(Problem::new("people-workdays-year").at(field).with("line", line).with("year", year));
        }
        if runs.iter().any(|other| run.from <= other.to && other.from <= run.to) {
            return Err(Problem::new("people-workdays-twice").at(field).with("line", line));
        }
        runs.push(run);
    }
    let n: i64 = runs.iter().map(|run| run.to.days_since(run.from) + 1).sum();
    if n > MOST_DAYS {
        return Err(Problem::new("people-workdays-many").at(field).with("n", n).with("most", MOST_DAYS));
    }
    runs.sort_by_key(|run| run.from);
    Ok(runs)
}

fn read_run(line: &str) -> Option<Run> {
    let spaced = line.replace(['至', '到', '~', '～', '，', ','], " ");
    let mut words = spaced.split_whitespace().peekable();
    let from = Day::parse(words.next()?)?;
    let to = words.peek().and_then(|word| Day::parse(word));
    if to.is_some() {
        words.next();
    }
    let name: Vec<&str> = words.collect();
    let name = name.join(" ");
    let to = to.unwrap_or(from);
    (from <= to && name.chars().count() <= MOST_NAME).then_some(Run { from, to, name })
}

/// A run as [`read_runs`] reads it.
pub fn run_text(run: &Run) -> String {
    let days = if run.from == run.to { run.from.to_string() } else { format!("{} {}", run.from, run.to) };
    format!("{days} {}", run.name).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_read_as_people_write_them_and_read_back() {
        let text = "2027-01-01 至 2027-01-03 元旦\n\n2027年2月5日\n2027/10/1 2027/10/7 国庆节\n2026-12-31";
        let runs = read_runs(text, 2027, "off").unwrap();
        let texts: Vec<String> = runs.iter().map(run_text).collect();
        let kept = ["2026-12-31", "2027-01-01 2027-01-03 元旦", "2027-02-05", "2027-10-01 2027-10-07 国庆节"];
        assert_eq!(texts, kept);
        assert_eq!(read_runs(&texts.join("\n"), 2027, "off").unwrap(), runs);
    }

    #[test]
    fn what_is_no_run_of_the_year_is_refused_with_its_line() {
        let key = |text: &str| read_runs(text, 2027, "off").unwrap_err().key;
        assert_eq!(key("元旦放假三天"), "people-workdays-line");
        assert_eq!(key("2027-01-03 2027-01-01"), "people-workdays-line");
        assert_eq!(key("2028-01-01"), "people-workdays-year");
        assert_eq!(key("2027-01-01 2027-01-03\n2027-01-03"), "people-workdays-twice");
        assert_eq!(key("2027-01-01 2027-05-03"), "people-workdays-many");
    }
}
