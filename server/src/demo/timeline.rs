//! Who does what to the planned deliveries, and when: one list in order of time. Pure.

use std::collections::BTreeMap;

use kernel::{Instant, Rng, Role, SeededRng};

use super::data::Tables;
use super::generate::{Fate, Planned, between};

/// One step of one delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Instant,
    /// Which of the planned deliveries.
    pub of: usize,
    /// The login of whoever does it.
    pub by: String,
    /// What.
    pub what: What,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Written down, and handed on at once unless it stays a draft.
    Record {
        /// Whether it is handed on.
        submit: bool,
    },
    /// Sent back.
    SendBack(String),
    /// Counted.
    Verify,
    /// Counted no longer.
    Withdraw(String),
}

/// The steps of all deliveries, the earliest first.
pub fn acts(tables: &Tables, planned: &[Planned], rng: &SeededRng) -> Vec<Act> {
    let people = People::of(tables);
    let mut acts = Vec::new();
    for (of, one) in planned.iter().enumerate() {
        let recorded = recorded_at(one, rng);
        let act = |at, by: &str, what| Act { at, of, by: by.to_owned(), what };
        let (first, second) = people.pair(&one.host);
        acts.push(act(recorded, first, What::Record { submit: one.fate != Fate::Draft }));
        let looked_at = later(recorded, 1, 5, rng);
        match &one.fate {
            Fate::Draft | Fate::Submitted => {}
            Fate::Returned(reason) => acts.push(act(looked_at, second, What::SendBack(reason.clone()))),
            Fate::Verified => acts.push(act(looked_at, second, What::Verify)),
            Fate::Withdrawn(reason) => {
                acts.push(act(looked_at, second, What::Verify));
                acts.push(act(later(looked_at, 5, 30, rng), second, What::Withdraw(reason.clone())));
            }
        }
    }
    acts.sort_by_key(|act| (act.at, act.of));
    acts
}

/// Some write it down before they leave, some the next morning.
fn recorded_at(planned: &Planned, rng: &SeededRng) -> Instant {
    if rng.below(3) == 0 {
        return later(planned.on.at(0, 0), 1, 2, rng);
    }
    let minutes = planned.start + planned.minutes + between(5, 90, rng);
    planned.on.at(0, 0).plus_seconds(minutes * 60 + between(0, 59, rng))
}

/// In office hours, so many days later.
fn later(at: Instant, least: i64, most: i64, rng: &SeededRng) -> Instant {
    let day = at.day().plus_days(between(least, most, rng));
    day.at(9, 0).plus_seconds(between(0, 8 * 3600, rng))
}

/// Who records and who verifies for a unit.
pub struct People<'a> {
    parents: BTreeMap<&'a str, &'a str>,
    accounts: Vec<(&'a str, Role, &'a str)>,
}

impl<'a> People<'a> {
    /// Of these tables.
    pub fn of(tables: &'a Tables) -> Self {
        let parents = tables.units.iter().map(|unit| (unit.key.as_str(), unit.parent_key.as_str())).collect();
        let accounts = &tables.accounts;
        Self {
            parents,
            accounts: accounts
                .iter()
                .map(|row| (row.login.as_str(), row.role, row.unit_key.as_str()))
                .collect(),
        }
    }

    /// The logins of two persons: who records for a unit, and who verifies. Those of the unit itself,
    /// else of one above it, else the two coordinators.
    pub fn pair(&self, unit: &str) -> (&'a str, &'a str) {
        let coordinator = |nth: usize| {
            let mut all = self.accounts.iter().filter(|(_, role, _)| *role == Role::Coordinator);
            all.nth(nth).map_or("", |(login, _, _)| *login)
        };
        let records = self.nearest(unit, &[Role::CommunityWorker, Role::Editor]);
        let verifies = self.nearest(unit, &[Role::Verifier]);
        (records.unwrap_or_else(|| coordinator(0)), verifies.unwrap_or_else(|| coordinator(1)))
    }

    fn nearest(&self, unit: &str, roles: &[Role]) -> Option<&'a str> {
        let mut at = Some(unit);
        while let Some(key) = at.filter(|key| !key.is_empty()) {
            let here = |(_, role, unit): &&(&str, Role, &str)| *unit == key && roles.contains(role);
            if let Some((login, _, _)) = self.accounts.iter().find(here) {
                return Some(login);
            }
            at = self.parents.get(key).copied();
        }
        None
    }
}
