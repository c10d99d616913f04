//! The versions of one unit, one after another: pure.

use kernel::{Day, Problem, UnitId};

/// What may change from one day to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The official name.
    pub name: String,
    /// How people call it; may be empty.
    pub short_name: String,
    /// The English name.
    pub name_en: Option<String>,
    /// What it lies under.
    pub parent: Option<UnitId>,
    /// The official code.
    pub code: Option<String>,
}

/// Facts that hold from a day until the day before another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// First day.
    pub from: Day,
    /// First day after the last.
    pub to: Option<Day>,
    /// What holds.
    pub facts: Facts,
}

/// All versions of a unit: in order of their days, none overlapping, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    earlier: Vec<Version>,
    last: Version,
}

impl History {
    /// A unit that begins.
    pub const fn begin(from: Day, facts: Facts) -> Self {
        Self { earlier: Vec::new(), last: Version { from, to: None, facts } }
    }

    /// Stored versions, in order of their days; `None` when there are none or two overlap.
    pub fn read(mut versions: Vec<Version>) -> Option<Self> {
        let last = versions.pop()?;
        let mut next = last.from;
        for version in versions.iter().rev() {
            if version.to.is_none_or(|to| to > next) {
                return None;
            }
            next = version.from;
        }
        Some(Self { earlier: versions, last })
    }

    /// All versions, the earliest first.
    pub fn versions(&self) -> impl DoubleEndedIterator<Item = &Version> {
        self.earlier.iter().chain(std::iter::once(&self.last))
    }

    /// The newest version.
    pub const fn last(&self) -> &Version {
        &self.last
    }

    /// The first day of all.
    pub fn begins(&self) -> Day {
        self.earlier.first().unwrap_or(&self.last).from
    }

    /// The version that holds on the day.
    pub fn on(&self, day: Day) -> Option<&Version> {
        self.versions().find(|version| version.from <= day && version.to.is_none_or(|to| day < to))
    }

    /// Other facts from a day on. What held before that day stays.
    ///
    /// # Errors
    /// The unit is closed, or the day does not lie after its beginning or lies before a change that
    /// is already there. A second change on the day of the newest one joins it.
    pub fn change(mut self, from: Day, change: impl FnOnce(&mut Facts)) -> Result<Self, Problem> {
        self.open()?;
        if from == self.last.from && !self.earlier.is_empty() {
            change(&mut self.last.facts);
            return Ok(self);
        }
        self.later(from)?;
        let mut facts = self.last.facts.clone();
        change(&mut facts);
        self.last.to = Some(from);
        self.earlier.push(std::mem::replace(&mut self.last, Version { from, to: None, facts }));
        Ok(self)
    }

    /// Mends what was written wrongly in the newest version; no day changes.
    ///
    /// # Errors
    /// The unit is closed.
    pub fn correct(mut self, mend: impl FnOnce(&mut Facts)) -> Result<Self, Problem> {
        self.open()?;
        mend(&mut self.last.facts);
        Ok(self)
    }

    /// Ends the unit: it holds for the last time on the day before.
    ///
    /// # Errors
    /// As for [`History::change`].
    pub fn close(mut self, on: Day) -> Result<Self, Problem> {
        self.open()?;
        self.later(on)?;
        self.last.to = Some(on);
        Ok(self)
    }

    fn open(&self) -> Result<(), Problem> {
        match self.last.to {
            None => Ok(()),
            Some(to) => Err(Problem::new("people-unit-is-closed").with("day", to)),
        }
    }

    fn later(&self, day: Day) -> Result<(), Problem> {
        if day > self.last.from {
            return Ok(());
        }
        let key = if self.earlier.is_empty() { "people-unit-not-begun" } else { "people-unit-changed-later" };
        Err(Problem::new(key).at("on").with("day", self.last.from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn facts(name: &str) -> Facts {
        Facts { name: name.into(), short_name: String::new(), name_en: None, parent: None, code: None }
    }

    fn renamed() -> History {
        let begun = History::begin(day("2021-01-01"), facts("教育局"));
        begun.change(day("2024-03-01"), |facts| facts.name = "教育体育局".into()).unwrap()
    }

    #[test]
    fn a_change_holds_from_its_day_and_not_before() {
        let history = renamed();
        let name = |on: &str| history.on(day(on)).map(|version| version.facts.name.clone());
        assert_eq!(name("2020-12-31"), None);
        assert_eq!(name("2021-01-01").as_deref(), Some("教育局"));
        assert_eq!(name("2024-02-29").as_deref(), Some("教育局"));
        assert_eq!(name("2024-03-01").as_deref(), Some("教育体育局"));
    }

    #[test]
    fn a_change_before_another_is_refused_so_that_history_stays() {
        let refused = renamed().change(day("2023-01-01"), |_| {}).unwrap_err();
        assert_eq!(refused.key, "people-unit-changed-later");
        let refused = History::begin(day("2021-01-01"), facts("a")).change(day("2021-01-01"), |_| {});
        assert_eq!(refused.unwrap_err().key, "people-unit-not-begun");
    }

    #[test]
    fn a_second_change_of_the_same_day_joins_the_first() {
        let moved = renamed().change(day("2024-03-01"), |facts| facts.parent = Some("gov".into())).unwrap();
        assert_eq!(moved.versions().count(), 2);
        assert_eq!(moved.last().facts.name, "教育体育局");
        assert_eq!(moved.last().facts.parent, Some("gov".into()));
    }

    #[test]
    fn a_closed_unit_takes_no_step_more() {
        let closed = renamed().close(day("2025-01-01")).unwrap();
        assert_eq!(closed.on(day("2025-01-01")), None);
        assert!(closed.on(day("2024-12-31")).is_some());
        assert_eq!(closed.clone().close(day("2026-01-01")).unwrap_err().key, "people-unit-is-closed");
        assert_eq!(closed.clone().correct(|_| {}).unwrap_err().key, "people-unit-is-closed");
        assert_eq!(closed.change(day("2026-01-01"), |_| {}).unwrap_err().key, "people-unit-is-closed");
    }

    #[test]
    fn a_correction_keeps_every_day() {
        let mended = renamed().correct(|facts| facts.name = "教体局".into()).unwrap();
        assert_eq!(mended.versions().count(), 2);
        assert_eq!(mended.last().from, day("2024-03-01"));
        assert_eq!(mended.on(day("2022-01-01")).unwrap().facts.name, "教育局");
    }

    #[test]
    fn stored_versions_that_overlap_are_not_read() {
        let mut versions: Vec<Version> = renamed().versions().cloned().collect();
        assert!(History::read(versions.clone()).is_some());
        versions[0].to = Some(day("2024-03-02"));
        assert_eq!(History::read(versions.clone()), None);
        versions[0].to = None;
        assert_eq!(History::read(versions), None);
        assert_eq!(History::read(Vec::new()), None);
    }
}
