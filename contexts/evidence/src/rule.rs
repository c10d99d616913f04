//! Rules: what a counted indicator counts, as versions with the days on which each holds. Pure.

use std::collections::BTreeSet;

use kernel::{Day, Group, Problem, Refusal, UnitId, Year};

use crate::fact::{Fact, Quantity};
use crate::indicator::{Counted, Tally};
use crate::{Filter, IndicatorId, Kind, Part, PurposeId, RuleId, Stamp};

/// Which deliveries count. Everything absent or empty means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Done for this purpose.
    pub purpose: Option<PurposeId>,
    /// Of one of these kinds.
    pub kinds: BTreeSet<Kind>,
    /// Heads of these groups only; a delivery that reached none of them does not count.
    pub groups: BTreeSet<Group>,
    /// Title, topic or venue hold one of these words, written as the search knows them.
    pub topics: BTreeSet<String>,
    /// This unit organised, or supported.
    pub unit: Option<(UnitId, Part)>,
    /// In this town.
    pub town: Option<UnitId>,
    /// At this registered place.
    pub place: Option<UnitId>,
}

/// What a rule may ask of a delivery that its facts do not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Title, topic and venue as the search knows them.
    pub search_key: String,
    /// The registered place.
    pub place: Option<UnitId>,
}

impl Conditions {
    /// Whether facts alone cannot say if a delivery counts.
    pub fn asks_told(&self) -> bool {
        !self.topics.is_empty() || self.place.is_some()
    }

    /// Whether heads of a group count.
    fn counts_group(&self, group: Option<Group>) -> bool {
        self.groups.is_empty() || group.is_some_and(|group| self.groups.contains(&group))
    }

    /// Whether the delivery of an act counts.
    fn hold(&self, act: &[Fact], told: Option<&Told>) -> bool {
        let Some(fact) = act.first() else { return false };
        let by_unit = |(unit, part): &(UnitId, Part)| match part {
            Part::Organiser => fact.organisers.contains(unit),
            Part::Supporter => fact.supporters.contains(unit),
        };
        let about = |told: &Told| {
            (self.topics.is_empty() || self.topics.iter().any(|word| told.search_key.contains(word)))
                && (self.place.is_none() || told.place == self.place)
        };
        self.purpose.as_ref().is_none_or(|purpose| fact.purposes.contains(purpose))
            && (self.kinds.is_empty() || self.kinds.contains(&fact.kind))
            && (self.groups.is_empty() || act.iter().any(|fact| self.counts_group(fact.group)))
            && self.unit.as_ref().is_none_or(by_unit)
            && self.town.as_ref().is_none_or(|town| fact.town == *town)
            && (!self.asks_told() || told.is_some_and(about))
    }

    /// The list of the deliveries that count, of all days.
    pub fn filter(&self) -> Filter {
        let only = |n: usize| n == 1;
        Filter {
            purpose: self.purpose.clone(),
            town: self.town.clone(),
            unit: self.unit.as_ref().map(|(unit, _)| unit.clone()),
            part: self.unit.as_ref().map(|(_, part)| *part),
            group: self.groups.first().copied().filter(|_| only(self.groups.len())),
            groups: if only(self.groups.len()) { BTreeSet::new() } else { self.groups.clone() },
            kind: self.kinds.first().copied().filter(|_| only(self.kinds.len())),
            kinds: if only(self.kinds.len()) { BTreeSet::new() } else { self.kinds.clone() },
            topics: self.topics.clone(),
            place: self.place.clone(),
            state: Some("verified"),
            ..Filter::default()
        }
    }
}

/// Where a version is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleState {
    /// Being written; counts nothing.
    Draft,
    /// The newest that counts.
    InForce {
        /// Who put it in force.
        put: Stamp,
    },
    /// A later one counts from some day on; this one still counts the days before.
    Superseded {
        /// Who had put it in force.
        put: Stamp,
        /// The version that followed.
        by: i64,
    },
}

impl RuleState {
    /// The codes, in the order of a life.
    pub const CODES: [&'static str; 3] = ["draft", "in_force", "superseded"];

    /// The word in the store and, after `evidence-rule-state-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InForce { .. } => "in_force",
            Self::Superseded { .. } => "superseded",
        }
    }
}

/// One version of what an indicator counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Id.
    pub id: RuleId,
    /// Of which indicator.
    pub indicator: IndicatorId,
    /// The number of the version, from 1.
    pub n: i64,
    /// Which deliveries.
    pub conditions: Conditions,
    /// What of them is counted.
    pub tally: Tally,
    /// First day on which it counts.
    pub from: Day,
    /// Last day; before the first when another version took all its days.
    pub to: Day,
    /// Why it was written; empty for one that came with the indicator.
    pub why: String,
    /// It came with the indicator from its owner.
    pub is_ready: bool,
    /// Who wrote it.
    pub made: Stamp,
    /// Where it is in its life. Only the transitions below write it.
    pub(crate) state: RuleState,
    /// Rises with every change.
    pub version: i64,
}

impl Rule {
    /// Where it is in its life.
    pub const fn state(&self) -> &RuleState {
        &self.state
    }

    /// Whether it counts what happened on a day.
    pub fn counts_on(&self, on: Day) -> bool {
        !matches!(self.state, RuleState::Draft) && self.from <= on && on <= self.to
    }

    /// Puts a draft in force.
    ///
    /// # Errors
    /// Conflict unless it is a draft.
    pub fn put_in_force(self, put: Stamp) -> Result<Self, Refusal> {
        match &self.state {
            RuleState::Draft => Ok(Self { state: RuleState::InForce { put }, ..self }),
            RuleState::InForce { put } | RuleState::Superseded { put, .. } => {
                let problem = Problem::new("evidence-rule-conflict-in-force").with("name", &put.name);
                Err(Refusal::Conflict(problem.with("at", put.at.minute_text())))
            }
        }
    }

    /// Gives the days from `next.from` on to the version that follows; `None` when it counts none of them.
    pub fn followed_by(self, next: &Self) -> Option<Self> {
        if self.to < next.from {
            return None;
        }
        let put = match self.state {
            RuleState::Draft => return None,
            RuleState::InForce { put } | RuleState::Superseded { put, .. } => put,
        };
        let to = next.from.max(self.from).plus_days(-1);
        Some(Self { to, state: RuleState::Superseded { put, by: next.n }, ..self })
    }

    /// What the facts of one act (a verification, or the withdrawal of one) move; `None` when the rule
    /// does not count the delivery.
    pub fn moved(&self, act: &[Fact], told: Option<&Told>) -> Option<Counted> {
        if !self.counts_on(act.first()?.on) {
            return None;
        }
        self.would_move(act, told)
    }

    /// The same for a draft, whatever the day.
    pub fn would_move(&self, act: &[Fact], told: Option<&Told>) -> Option<Counted> {
        if !self.conditions.hold(act, told) {
            return None;
        }
        let mut counted = Counted::default();
        for fact in act {
            match fact.quantity {
                Quantity::Session => counted.sessions += fact.n,
                Quantity::Minute => counted.minutes += fact.n,
                Quantity::PersonTime if self.conditions.counts_group(fact.group) => {
                    counted.person_times += fact.n;
                }
                Quantity::PersonTime => {}
            }
        }
        Some(counted)
    }

    /// Whether the sign-in list of an act says who the heads are that the rule counts. With groups,
    /// only a delivery for them alone can say so: the list does not tell groups apart.
    pub fn identifies(&self, act: &[Fact]) -> bool {
        self.tally == Tally::Persons
            && act.iter().all(|fact| fact.group.is_none() || self.conditions.counts_group(fact.group))
    }

    /// The list of the deliveries that it counts in a year.
    pub fn filter(&self, year: Year) -> Filter {
        let whole = crate::Period::year(year).filter();
        Filter {
            from: whole.from.max(Some(self.from)),
            to: whole.to.min(Some(self.to)),
            ..self.conditions.filter()
        }
    }
}

/// What the rules of rules know of the world.
#[derive(Clone, Debug)]
pub struct RuleWorld {
    /// First and last day of the indicator.
    pub span: (Day, Day),
    /// The newest version that counts; none for an indicator that is being made.
    pub current: Option<Rule>,
    /// The last closed year; its figures were signed as the rules of then made them.
    pub closed: Option<Year>,
    /// Whether the purpose is registered.
    pub knows_purpose: bool,
    /// Whether the unit, the town and the place exist on the first day.
    pub knows: [bool; 3],
}

/// Words to look for at most.
const MOST_TOPICS: usize = 10;

/// What must hold before a rule is put in force, each with its place in the form.
pub fn problems(rule: &Rule, world: &RuleWorld) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (first, last) = world.span;
    if rule.from < first || rule.from > last {
        let problem = Problem::new("evidence-rule-from-outside").at("from");
        problems.push(problem.with("from", first).with("to", last));
    } else if rule.from != first && (rule.from.month(), rule.from.day_of_month()) != (1, 1) {
        // the figure of a year is made by one version; else nobody could say what it counts
        problems.push(Problem::new("evidence-rule-from-inside-year").at("from"));
    }
    if let Some(closed) = world.closed.filter(|closed| rule.from.year() <= *closed) {
        problems.push(Problem::new("evidence-rule-from-closed").at("from").with("year", closed));
    }
    if !world.knows_purpose {
        problems.push(Problem::new("evidence-purpose-unknown").at("purpose"));
    }
    for (field, known) in ["unit", "town", "place"].into_iter().zip(world.knows) {
        if !known {
            problems.push(Problem::new("evidence-unit-unknown").at(field).with("on", rule.from));
        }
    }
    let topics = &rule.conditions.topics;
    if topics.len() > MOST_TOPICS {
        problems.push(Problem::new("evidence-rule-topics-many").at("topics").with("most", MOST_TOPICS));
    }
    if let Some(short) = topics.iter().find(|word| word.chars().count() < 2) {
        problems.push(Problem::new("evidence-rule-topic-short").at("topics").with("word", short));
    }
    if let Some(current) = &world.current {
        if current.tally != rule.tally {
            problems.push(Problem::new("evidence-rule-quantity-differs").at("quantity"));
        }
        if current.conditions == rule.conditions && current.from <= rule.from {
            problems.push(Problem::new("evidence-rule-same").with("n", current.n));
        }
    }
    problems
}
