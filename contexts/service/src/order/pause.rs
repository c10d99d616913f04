//! What paused a clock: from when to when the resident was asked, and how much was left. Pure.

use kernel::{Day, Instant, Workdays};

/// A line of the timeline, as far as clocks are concerned.
#[derive(Clone, Copy, Debug)]
pub struct Mark<'a> {
    /// What was done.
    pub step: &'a str,
    /// When.
    pub at: Instant,
    /// Until when the next step had to be taken.
    pub due: Option<Day>,
    /// With which words.
    pub words: &'a str,
}

/// A span in which a clock stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// When the resident was asked.
    pub from: Instant,
    /// When the answer came, or the resident withdrew; `None` while it still stands.
    pub to: Option<Instant>,
    /// Working days that were left to the community, at least one; `None` where no clock had run.
    pub n_left: Option<i64>,
    /// What was asked.
    pub question: String,
}

/// The pauses of a timeline, the oldest first. What is left is counted as at the question itself: from that
/// day to the day that was due before it.
pub fn pauses(marks: &[Mark<'_>], calendar: &Workdays) -> Vec<Pause> {
    let (mut all, mut due) = (Vec::<Pause>::new(), None);
    for mark in marks {
        match mark.step {
            "ask" => all.push(Pause {
                from: mark.at,
                to: None,
                n_left: due.map(|due| calendar.working_days_between(mark.at.day(), due).max(1)),
                question: mark.words.to_owned(),
            }),
            "answer" | "withdraw" => {
                if let Some(open) = all.last_mut().filter(|one| one.to.is_none()) {
                    open.to = Some(mark.at);
                }
            }
            _ => {}
        }
        due = mark.due.or(due);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, hour: i8) -> Instant {
        Day::parse(text).unwrap().at(hour, 0)
    }

    fn mark<'a>(step: &'a str, at: Instant, due: Option<&str>) -> Mark<'a> {
        Mark { step, at, due: due.and_then(Day::parse), words: step }
    }

    #[test]
    fn a_pause_runs_from_the_question_to_the_answer_and_keeps_what_was_left() {
        // Monday to Wednesday; asked on Monday, answered after the weekend, asked again and left open.
        let marks = [
            mark("submit", at("2025-11-03", 9), Some("2025-11-05")),
            mark("contact", at("2025-11-03", 10), None),
            mark("ask", at("2025-11-03", 11), None),
            mark("contact", at("2025-11-07", 9), None),
            mark("answer", at("2025-11-10", 8), Some("2025-11-12")),
            mark("ask", at("2025-11-14", 8), None),
        ];
        let found = pauses(&marks, &Workdays::known());
        let told: Vec<_> = found.iter().map(|one| (one.from, one.to, one.n_left)).collect();
        let first = (at("2025-11-03", 11), Some(at("2025-11-10", 8)), Some(2));
        // Beyond its day the community still has one day after the answer.
        assert_eq!(told, [first, (at("2025-11-14", 8), None, Some(1))]);
    }

    #[test]
    fn a_withdrawal_ends_a_pause_and_an_order_that_was_never_asked_has_none() {
        let asked = [mark("ask", at("2025-11-03", 9), None), mark("withdraw", at("2025-11-04", 9), None)];
        let found = pauses(&asked, &Workdays::known());
        assert_eq!((found[0].to, found[0].n_left), (Some(at("2025-11-04", 9)), None));
        let never = [
            mark("submit", at("2025-11-03", 9), Some("2025-11-04")),
            mark("answer", at("2025-11-03", 10), None),
        ];
        assert!(pauses(&never, &Workdays::known()).is_empty());
    }
}
