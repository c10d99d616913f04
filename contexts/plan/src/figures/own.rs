//! How a unit's own part in an item stands: judged by its own submitted annual plan and its own verified
//! sessions, never by what others did or left undone (`docs/decisions/0010-behind-with-a-reason.md`).

use kernel::{Day, Year};

use crate::rules::{self, Status, Year12, asked_by};
use crate::{AnnualPlan, ItemId, Line};

/// A unit's own part in an item in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Own {
    /// How it stands.
    pub status: Status,
    /// Sessions by month that its submitted plan arranges, January first.
    pub planned: [i64; 12],
    /// Its verified sessions.
    pub done: i64,
    /// Sessions that only its draft speaks of.
    pub n_drafted: i64,
}

impl Own {
    /// Sessions of the year that its submitted plan arranges.
    pub fn n_planned(&self) -> i64 {
        self.planned.iter().sum()
    }

    /// Sessions that its submitted plan asks for by a day.
    pub fn asked(&self, year: Year, on: Day) -> i64 {
        asked_by(year, on, &self.planned)
    }
}

/// Judges `done` sessions of a unit by its annual plan. What waits for verification is not known unit by
/// unit, so that it cannot excuse one.
pub fn own(annual: Option<&AnnualPlan>, item: &ItemId, done: i64, (year, today): (Year, Day)) -> Own {
    let mut written = [0; 12];
    let lines = annual.iter().flat_map(|plan| &plan.lines).filter(|line| line.item == *item);
    for line in lines {
        written.iter_mut().zip(line.months).for_each(|(sum, n)| *sum += n);
    }
    let submitted = annual.is_some_and(AnnualPlan::is_submitted);
    let (planned, n_drafted) = if submitted { (written, 0) } else { ([0; 12], written.iter().sum()) };
    let status = rules::measure_status(year, today, &Year12 { planned, done, waiting: 0 });
    Own { status, planned, done, n_drafted }
}

/// What a submitted plan asked for by a day, and what was held of it: sessions beyond those of one item
/// make up for nothing of another.
pub fn kept(plan: &AnnualPlan, today: Day, done: impl Fn(&ItemId) -> i64) -> (i64, i64) {
    let mut items: Vec<&ItemId> = plan.lines.iter().map(|line| &line.item).collect();
    items.sort_unstable();
    items.dedup();
    items.into_iter().fold((0, 0), |(asked, held), item| {
        let of_item = |line: &&Line| line.item == *item;
        let due = |line: &Line| asked_by(plan.year, today, &line.months);
        let n: i64 = plan.lines.iter().filter(of_item).map(due).sum();
        (asked + n, held + done(item).min(n))
    })
}

#[cfg(test)]
mod tests {
    use kernel::{Day, Instant};

    use super::own;
    use crate::rules::Status;
    use crate::{AnnualPlan, AnnualState, ItemId, Line};

    #[test]
    fn a_unit_is_judged_by_its_own_submitted_plan_and_a_draft_of_its_own_counts_for_nothing() {
        let item = ItemId::from("i");
        let line =
            Line { id: "l".into(), item: item.clone(), what: "w".into(), months: [1; 12], n_heads: None };
        let draft = AnnualPlan { lines: vec![line.clone(), line], ..AnnualPlan::open("u".into(), 2024) };
        let state = AnnualState::Submitted { by: "a".into(), at: Instant::from_micros(0) };
        let submitted = AnnualPlan { state, ..draft.clone() };
        let at = (2024, Day::new(2024, 7, 1).unwrap());
        let judged = |plan: Option<&AnnualPlan>, done: i64| {
            let own = own(plan, &item, done, at);
            (own.status, own.asked(at.0, at.1), own.n_planned(), own.n_drafted)
        };
        assert_eq!(judged(Some(&submitted), 12), (Status::OnCourse, 12, 24, 0));
        assert_eq!(judged(Some(&submitted), 11), (Status::Behind, 12, 24, 0));
        assert_eq!(judged(Some(&draft), 11), (Status::CannotSay, 0, 0, 24));
        assert_eq!(judged(None, 0), (Status::Unfilled, 0, 0, 0));
        let other = own(Some(&submitted), &"other".into(), 3, at);
        assert_eq!(other.n_planned(), 0, "what is planned for one item asks for nothing of another");
    }
}
