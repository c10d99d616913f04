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
        let (whole, groups) = sums_of(act);
        let (year, month) = (format!("{:04}", fact.on.year()), fact.on.month_text());
        for purpose in std::iter::once("").chain(fact.purposes.iter().map(PurposeId::as_str)) {
            let mut add = |period: &str, grain, key: &str, moved| {
                let cell = Cell { purpose: purpose.into(), period: period.into(), grain, key: key.into() };
                cells.entry(cell).or_default().add(moved);
            };
            add(&year, Grain::All, "", whole);
            add(&month, Grain::All, "", whole);
            add(&year, Grain::Town, fact.town.as_str(), whole);
            fact.organisers.iter().for_each(|unit| add(&year, Grain::Organiser, unit.as_str(), whole));
            fact.supporters.iter().for_each(|unit| add(&year, Grain::Supporter, unit.as_str(), whole));
            groups.iter().for_each(|(group, moved)| add(&year, Grain::Group, group, *moved));
        }
    }
}

/// What the facts of one act come to, and what of it each group gets: its own person-times, and the
/// delivery's session and minutes.
fn sums_of(act: &[Fact]) -> (Sums, BTreeMap<&'static str, Sums>) {
    let (mut whole, mut groups) = (Sums::default(), BTreeMap::<&str, Sums>::new());
    for fact in act {
        let of = match fact.quantity {
            Quantity::Session => &mut whole.sessions,
            Quantity::Minute => &mut whole.minutes,
            Quantity::PersonTime => &mut whole.person_times,
        };
        *of += fact.n;
        if let Some(group) = fact.group {
            groups.entry(group.code()).or_default().person_times += fact.n;
        }
    }
    for sums in groups.values_mut() {
        (sums.sessions, sums.minutes) = (whole.sessions, whole.minutes);
    }
    (whole, groups)
}

/// Whether two facts were left by the same act: the verification of a delivery, or its withdrawal.
pub(crate) fn same_act(one: &Fact, other: &Fact) -> bool {
    one.source == other.source && one.reverses.is_some() == other.reverses.is_some()
}
