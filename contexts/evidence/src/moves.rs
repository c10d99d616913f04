//! From a delivery to every number that it moved: by the same pure functions that count, so that what
//! is told can never differ from what was done.

use std::collections::BTreeMap;

use kernel::{Day, Group};

use crate::fact::{Cell, Fact, Grain, Sums, add_to_totals};
use crate::totals::Period;
use crate::{Filter, Part};

/// A total that an act moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which one.
    pub cell: Cell,
    /// By how much; negative when it was taken back.
    pub by: Sums,
    /// The version of the built-in rules that moved it.
    pub rule_version: i64,
}

impl Move {
    /// The list of deliveries that the total counts.
    pub fn filter(&self) -> Filter {
        filter_of(&self.cell)
    }
}

/// Every total that these facts of one act moved: the district first, then purpose by purpose; in each
/// the year and the month, then towns, units and groups.
pub fn of_act(act: &[Fact]) -> Vec<Move> {
    let Some(first) = act.first() else { return Vec::new() };
    let mut cells = BTreeMap::new();
    add_to_totals(act, &mut cells);
    let whole = |cell: Cell, by| Move { cell, by, rule_version: first.rule_version };
    let mut moves: Vec<Move> = cells.into_iter().map(|(cell, by)| whole(cell, by)).collect();
    moves.sort_by_key(|one| (one.cell.purpose.clone(), one.cell.grain, one.cell.period.len()));
    moves
}

/// The act that stands last: the verification, or the withdrawal of what was verified.
pub fn last_act(facts: &[Fact]) -> &[Fact] {
    let acts = facts.chunk_by(|one, other| one.reverses.is_some() == other.reverses.is_some());
    acts.last().unwrap_or_default()
}

/// The list of exactly the deliveries that a cell counts.
pub fn filter_of(cell: &Cell) -> Filter {
    let mut filter = match span(&cell.period) {
        Some((from, to)) => {
            Filter { from: Some(from), to: Some(to), state: Some("verified"), ..Filter::default() }
        }
        None => Period::year(cell.period.parse().unwrap_or_default()).filter(),
    };
    filter.purpose = Some(cell.purpose.clone()).filter(|id| !id.is_empty()).map(Into::into);
    let key = || cell.key.clone();
    match cell.grain {
        Grain::All => {}
        Grain::Town => filter.town = Some(key().into()),
        Grain::Organiser => (filter.unit, filter.part) = (Some(key().into()), Some(Part::Organiser)),
        Grain::Supporter => (filter.unit, filter.part) = (Some(key().into()), Some(Part::Supporter)),
        Grain::Group => filter.group = Group::parse(&cell.key),
    }
    filter
}

/// First and last day of a month written `2025-09`; none for a year.
fn span(period: &str) -> Option<(Day, Day)> {
    let (year, month) = period.split_once('-')?;
    let (year, month): (kernel::Year, i8) = (year.parse().ok()?, month.parse().ok()?);
    let first = Day::new(year, month, 1)?;
    let next = if month == 12 { Day::new(year + 1, 1, 1)? } else { Day::new(year, month + 1, 1)? };
    Some((first, next.plus_days(-1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(period: &str, grain: Grain, key: &str) -> Cell {
        Cell { purpose: "m1".into(), period: period.into(), grain, key: key.into() }
    }

    #[test]
    fn the_list_of_a_month_ends_on_its_last_day() {
        for (month, last) in [("2024-02", "2024-02-29"), ("2025-02", "2025-02-28"), ("2025-12", "2025-12-31")]
        {
            let filter = filter_of(&cell(month, Grain::All, ""));
            assert_eq!(filter.to.map(|day| day.to_string()).as_deref(), Some(last));
            assert_eq!(filter.from.map(|day| day.to_string()), Some(format!("{month}-01")));
        }
    }

    #[test]
    fn the_list_of_a_cell_names_what_the_cell_is_broken_down_by() {
        let group = filter_of(&cell("2025", Grain::Group, "elderly"));
        assert_eq!((group.group, group.state), (Some(Group::Elderly), Some("verified")));
        let unit = filter_of(&cell("2025", Grain::Supporter, "u1"));
        assert_eq!((unit.unit, unit.part), (Some("u1".into()), Some(Part::Supporter)));
        assert_eq!(filter_of(&cell("2025", Grain::Town, "t1")).town, Some("t1".into()));
    }
}
