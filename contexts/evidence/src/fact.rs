//! Facts: the immutable rows that a verified delivery leaves, and how they move the totals.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AccountId, Day, Group, Instant, UnitId};

use crate::{Delivery, DeliveryId, Kind, Part, PurposeId, words::codes};

/// The version of the built-in counting rules.
pub const RULE_VERSION: i64 = 1;

codes!(
    /// What a fact counts.
    Quantity {
        /// 场次
        Session = "session",
        /// 分钟
        Minute = "minute",
        /// 人次
        PersonTime = "person_time",
    }
);

/// One counted row. Whole in itself: the totals can be computed from facts alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its place in the order of facts.
    pub seq: i64,
    /// The delivery.
    pub source: DeliveryId,
    /// Kind of the delivery.
    pub kind: Kind,
    /// The day on which it happened.
    pub on: Day,
    /// The unit that held it.
    pub host: UnitId,
    /// The town.
    pub town: UnitId,
    /// Host and co-hosts.
    pub organisers: BTreeSet<UnitId>,
    /// Supporters.
    pub supporters: BTreeSet<UnitId>,
    /// What it was done for.
    pub purposes: BTreeSet<PurposeId>,
    /// What is counted.
    pub quantity: Quantity,
    /// Whom; only person-times have one.
    pub group: Option<Group>,
    /// How many; negative in a reversal.
    pub n: i64,
    /// Under which rules.
    pub rule_version: i64,
    /// The account whose act made it count.
    pub by: AccountId,
    /// When.
    pub at: Instant,
    /// The fact that it takes back, and why.
    pub reverses: Option<(i64, String)>,
}

/// What a verified delivery leaves: one session, its minutes, and person-times by group. `seq` is
/// the first free place; the facts take the ones that follow.
pub fn facts_of(
    delivery: &Delivery,
    by: &AccountId,
    at: Instant,
    mut next: impl FnMut() -> i64,
) -> Vec<Fact> {
    let details = &delivery.details;
    let single = [(Quantity::Session, None, 1), (Quantity::Minute, None, details.minutes)];
    let groups = details.heads.iter().map(|(group, heads)| (Quantity::PersonTime, Some(*group), *heads));
    single
        .into_iter()
        .chain(groups)
        .map(|(quantity, group, n)| Fact {
            seq: next(),
            source: delivery.id.clone(),
            kind: details.kind,
            on: details.on,
            host: details.host.clone(),
            town: details.town.clone(),
            organisers: details.organisers(),
            supporters: details.supporters.clone(),
            purposes: details.purposes.clone(),
            quantity,
            group,
            n,
            rule_version: RULE_VERSION,
            by: by.clone(),
            at,
            reverses: None,
        })
        .collect()
}

/// Takes facts back: the same rows with the opposite sign, each naming the one that it reverses.
pub fn reversals_of(
    facts: &[Fact],
    reason: &str,
    by: &AccountId,
    at: Instant,
    mut next: impl FnMut() -> i64,
) -> Vec<Fact> {
    let back = |fact: &Fact| Fact {
        seq: next(),
        n: -fact.n,
        by: by.clone(),
        at,
        reverses: Some((fact.seq, reason.to_owned())),
        ..fact.clone()
    };
    facts.iter().map(back).collect()
}

/// A cell of the totals. `purpose` is empty for the whole district, `key` for the grain `all`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Purpose or empty.
    pub purpose: String,
    /// `2025` or `2025-09`.
    pub period: String,
    /// What the key is.
    pub grain: Grain,
    /// Town, unit or group.
    pub key: String,
}

codes!(
    /// What a total is broken down by.
    Grain {
        /// Not at all.
        All = "all",
        /// By town.
        Town = "town",
        /// By unit that organised.
        Organiser = "organiser",
        /// By unit that supported.
        Supporter = "supporter",
        /// By group.
        Group = "group",
    }
);

impl From<Part> for Grain {
    fn from(part: Part) -> Self {
        match part {
            Part::Organiser => Self::Organiser,
            Part::Supporter => Self::Supporter,
        }
    }
}

/// The three sums of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Distinct deliveries.
    pub sessions: i64,
    /// Heads, counted each time they came.
    pub person_times: i64,
    /// Minutes of the deliveries.
    pub minutes: i64,
}

impl Sums {
    /// Adds another's.
    pub const fn add(&mut self, other: Self) {
        self.sessions += other.sessions;
        self.person_times += other.person_times;
        self.minutes += other.minutes;
    }
}

/// Adds what facts move to `cells`. The facts of one act stand together: a group's cell counts the
/// session and the minutes once when the group was reached.
pub fn add_to_totals(facts: &[Fact], cells: &mut BTreeMap<Cell, Sums>) {
    for act in facts.chunk_by(same_act) {
        let Some(fact) = act.first() else { continue };
        let mut moved = Moved::default();
        act.iter().for_each(|fact| moved.add_fact(fact.quantity, fact.group, fact.n));
        moved.end_act();
        let (month, ids) = (fact.on.month_text(), |units: &BTreeSet<UnitId>| {
            units.iter().map(UnitId::to_string).collect::<Vec<_>>()
        });
        let footprint = Footprint {
            month: &month,
            town: fact.town.as_str(),
            organisers: ids(&fact.organisers),
            supporters: ids(&fact.supporters),
            purposes: fact.purposes.iter().map(PurposeId::to_string).collect(),
        };
        footprint.add(&moved, cells);
    }
}

/// All that says to which cells an act belongs; acts alike in it move the same cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footprint<'a> {
    /// `2025-09`.
    pub month: &'a str,
    /// The town.
    pub town: &'a str,
    /// Host and co-hosts.
    pub organisers: Vec<String>,
    /// Supporters.
    pub supporters: Vec<String>,
    /// What it was done for.
    pub purposes: Vec<String>,
}

impl Footprint<'_> {
    /// Adds what acts with this footprint moved to their cells.
    pub fn add(&self, moved: &Moved, cells: &mut BTreeMap<Cell, Sums>) {
        let year = self.month.get(..4).unwrap_or(self.month);
        for purpose in std::iter::once("").chain(self.purposes.iter().map(String::as_str)) {
            let mut add = |period: &str, grain, key: &str, sums| {
                let cell = Cell { purpose: purpose.into(), period: period.into(), grain, key: key.into() };
                cells.entry(cell).or_default().add(sums);
            };
            add(year, Grain::All, "", moved.whole);
            add(self.month, Grain::All, "", moved.whole);
            add(year, Grain::Town, self.town, moved.whole);
            self.organisers.iter().for_each(|unit| add(year, Grain::Organiser, unit, moved.whole));
            self.supporters.iter().for_each(|unit| add(year, Grain::Supporter, unit, moved.whole));
            moved.groups.iter().for_each(|(group, sums)| add(year, Grain::Group, group.code(), *sums));
        }
    }
}

/// What acts come to, and what of it each group gets: its own person-times, and the sessions and
/// minutes of the acts that reached it.
#[derive(Clone, Debug, Default)]
pub struct Moved {
    whole: Sums,
    groups: BTreeMap<Group, Sums>,
    /// The act that is being added, and the groups that it reached.
    act: Sums,
    reached: BTreeSet<Group>,
}

impl Moved {
    /// Adds one fact of an act.
    pub fn add_fact(&mut self, quantity: Quantity, group: Option<Group>, n: i64) {
        match quantity {
            Quantity::Session => self.act.sessions += n,
            Quantity::Minute => self.act.minutes += n,
            Quantity::PersonTime => self.act.person_times += n,
        }
        if let Some(group) = group {
            self.groups.entry(group).or_default().person_times += n;
            self.reached.insert(group);
        }
    }

    /// Ends the act whose facts were added.
    pub fn end_act(&mut self) {
        let act = std::mem::take(&mut self.act);
        self.whole.add(act);
        for group in std::mem::take(&mut self.reached) {
            self.groups.entry(group).or_default().add(Sums { person_times: 0, ..act });
        }
    }
}

/// Whether two facts were left by the same act: the verification of a delivery, or its withdrawal.
pub(crate) fn same_act(one: &Fact, other: &Fact) -> bool {
    one.source == other.source && one.reverses.is_some() == other.reverses.is_some()
}
