//! What a rule would change, before anybody puts it in force: counted by the functions that count.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::{Caller, Reach, Refusal, Year};

use crate::fact::Fact;
use crate::indicator::{Counted, Tally};
use crate::rule::{Rule, RuleState, Told};
use crate::store::{self, list::Line};
use crate::{DeliveryId, Filter};

/// Deliveries that are compared at most, newest first.
pub const MOST: i64 = 20_000;

/// What would change.
#[derive(Clone, Debug, Default)]
pub struct DryRun {
    /// Year by year from the rule's first day: what the number is, and what it would be.
    pub years: Vec<(Year, i64, i64)>,
    /// Deliveries that would begin to count.
    pub starts: Vec<Line>,
    /// Deliveries that would stop counting.
    pub stops: Vec<Line>,
    /// Deliveries that count in both, with other heads.
    pub differs: Vec<Line>,
    /// There are more deliveries than were compared.
    pub cut: bool,
}

/// The sums of a year under one rule.
#[derive(Default)]
struct Sums {
    counted: Counted,
    persons: BTreeSet<String>,
}

impl Sums {
    fn of(&self, tally: Tally) -> i64 {
        match tally {
            Tally::Sessions => self.counted.sessions,
            Tally::PersonTimes => self.counted.person_times,
            Tally::Persons => i64::try_from(self.persons.len()).unwrap_or(i64::MAX),
        }
    }
}

/// Compares a draft with the `versions` of its indicator, over the verified deliveries of its days.
pub(crate) fn dry_run(tx: &mut Tx, by: &Caller, rule: &Rule, versions: &[Rule]) -> Result<DryRun, Refusal> {
    let today = by.today();
    let counting: Vec<&Rule> = versions
        .iter()
        .filter(|one| !matches!(one.state(), RuleState::Draft) && one.to >= rule.from)
        .collect();
    let mut candidates: BTreeMap<DeliveryId, Line> = BTreeMap::new();
    let mut cut = false;
    for one in std::iter::once(&rule).chain(&counting) {
        let from = Some(one.from.max(rule.from));
        let filter = Filter { from, to: Some(one.to.min(today)), ..one.conditions.filter() };
        let lines = store::list::page(tx, by.district(), &Reach::All, &filter, (MOST + 1, 0))?;
        cut |= lines.len() as u64 > MOST.unsigned_abs();
        let most = usize::try_from(MOST).unwrap_or(usize::MAX);
        candidates.extend(lines.into_iter().take(most).map(|line| (line.id.clone(), line)));
    }
    let mut run = DryRun { cut, ..DryRun::default() };
    let mut years: BTreeMap<Year, (Sums, Sums)> = BTreeMap::new();
    for year in rule.from.year()..=today.year().min(rule.to.year()) {
        years.insert(year, Default::default());
    }
    let ids: Vec<DeliveryId> = candidates.keys().cloned().collect();
    for part in ids.chunks(500) {
        let facts = store::fact::of_deliveries(tx, by.district(), part.iter())?;
        let told = store::rule::told(tx, by.district(), part)?;
        for act in facts.chunk_by(|one, other| one.source == other.source) {
            let Some(id) = act.first().map(|fact| fact.source.clone()) else { continue };
            let Some(line) = candidates.remove(&id) else { continue };
            let persons = persons(tx, by, (rule, &counting), act, &id)?;
            weigh(&mut run, &mut years, (rule, &counting), (act, told.get(&id)), (line, &persons));
        }
    }
    run.years =
        years.iter().map(|(year, (was, is))| (*year, was.of(rule.tally), is.of(rule.tally))).collect();
    for lines in [&mut run.starts, &mut run.stops, &mut run.differs] {
        lines.sort_by(|one, other| (other.on, &other.id).cmp(&(one.on, &one.id)));
    }
    Ok(run)
}

fn persons(
    tx: &mut Tx,
    by: &Caller,
    (rule, counting): (&Rule, &[&Rule]),
    act: &[Fact],
    id: &DeliveryId,
) -> Result<BTreeSet<String>, Refusal> {
    let asks = rule.identifies(act) || counting.iter().any(|one| one.identifies(act));
    if asks { store::person::of_delivery(tx, by.district(), id) } else { Ok(BTreeSet::new()) }
}

fn weigh(
    run: &mut DryRun,
    years: &mut BTreeMap<Year, (Sums, Sums)>,
    (rule, counting): (&Rule, &[&Rule]),
    (act, told): (&[Fact], Option<&Told>),
    (line, persons): (Line, &BTreeSet<String>),
) {
    let before = counting.iter().find_map(|one| Some((one.moved(act, told)?, one.identifies(act))));
    let after = rule.would_move(act, told).map(|moved| (moved, rule.identifies(act)));
    let (was, is) = years.entry(line.on.year()).or_default();
    for (sums, moved) in [(was, &before), (is, &after)] {
        if let Some((moved, identifies)) = moved {
            sums.counted.add(*moved);
            if *identifies {
                sums.persons.extend(persons.iter().cloned());
            }
        }
    }
    let amount = |counted: &(Counted, bool)| match rule.tally {
        Tally::Sessions => counted.0.sessions,
        Tally::PersonTimes | Tally::Persons => counted.0.person_times,
    };
    match (&before, &after) {
        (None, Some(_)) => run.starts.push(line),
        (Some(_), None) => run.stops.push(line),
        (Some(one), Some(other)) if amount(one) != amount(other) => run.differs.push(line),
        (Some(_), Some(_)) | (None, None) => {}
    }
}
