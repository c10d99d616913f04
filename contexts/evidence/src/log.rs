//! The log of facts: one leaf an act (a verification, or the withdrawal of one), over bytes that
//! anyone can compute again from the facts. Nobody changes a fact unseen.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::{Caller, Day, DistrictId, Group, Instant, Refusal, Year};
use merkle::{Examined, Head, Key, Log};

use crate::fact::{Cell, Fact, Quantity};
use crate::{Kind, counting, store};

/// The first line of the bytes of an act.
const FORM: &str = "qilin-act-1";
/// Its name.
const NAME: &str = "facts";

/// The log of a district.
pub fn of(district: &DistrictId) -> Log {
    Log::of(district, NAME)
}

/// The bytes over which a leaf is made: `qilin-act-1`, then one line a fact. A line is a JSON array of
/// four: what (place, source, kind, day, host, town), whose (organisers, supporters, purposes), how
/// many (quantity, group, number, rule version), and written (account, instant in microseconds, and
/// of a reversal the place that it takes back and the reason).
pub fn canonical(act: &[Fact]) -> Vec<u8> {
    let mut text = Vec::with_capacity(400 * act.len());
    text.extend_from_slice(FORM.as_bytes());
    text.push(b'\n');
    for fact in act {
        let (reverses, reason) =
            fact.reverses.as_ref().map_or((None, None), |(seq, why)| (Some(seq), Some(why)));
        let day = fact.on.to_string();
        let line = (
            (fact.seq, &fact.source, fact.kind.code(), &day, &fact.host, &fact.town),
            (&fact.organisers, &fact.supporters, &fact.purposes),
            (fact.quantity.code(), fact.group.map(Group::code), fact.n, fact.rule_version),
            (&fact.by, fact.at.micros(), reverses, reason),
        );
        // of texts and numbers alone: writing them to memory cannot fail
        let _ = serde_json::to_writer(&mut text, &line);
        text.push(b'\n');
    }
    text
}

/// Reads what [`canonical`] wrote; `None` for anything else.
pub fn parse(text: &str) -> Option<Vec<Fact>> {
    let lines = text.strip_prefix(FORM)?.strip_prefix('\n')?;
    lines.lines().map(fact).collect()
}

fn fact(line: &str) -> Option<Fact> {
    type Ids = BTreeSet<String>;
    type Line = (
        (i64, String, String, String, String, String),
        (Ids, Ids, Ids),
        (String, Option<String>, i64, i64),
        (String, i64, Option<i64>, Option<String>),
    );
    let ((seq, source, kind, on, host, town), (organisers, supporters, purposes), counted, written): Line =
        serde_json::from_str(line).ok()?;
    let ((quantity, group, n, rule_version), (by, at, reverses, reason)) = (counted, written);
    let group = match group {
        None => None,
        Some(code) => Some(Group::parse(&code)?),
    };
    Some(Fact {
        seq,
        source: source.into(),
        kind: Kind::parse(&kind)?,
        on: Day::parse(&on)?,
        host: host.into(),
        town: town.into(),
        organisers: organisers.into_iter().map(Into::into).collect(),
        supporters: supporters.into_iter().map(Into::into).collect(),
        purposes: purposes.into_iter().map(Into::into).collect(),
        quantity: Quantity::parse(&quantity)?,
        group,
        n,
        rule_version,
        by: by.into(),
        at: Instant::from_micros(at),
        reverses: reverses.zip(reason),
    })
}

/// Writes the leaf of an act, in the transaction of its facts.
pub(crate) fn append(tx: &mut Tx, district: &DistrictId, act: &[Fact]) -> Result<(), Refusal> {
    let Some(first) = act.first() else { return Ok(()) };
    merkle::append(tx, &of(district), store::fact::place_of(first.seq), &canonical(act))
}

/// An act of a delivery with its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its facts.
    pub act: Vec<Fact>,
    /// The number of its leaf; none while it waits to be taken into the tree, at most a minute.
    pub leaf: Option<u64>,
}

/// The acts that a delivery left.
///
/// # Errors
/// As the database refuses.
pub fn acts_of(
    tx: &mut Tx,
    district: &DistrictId,
    source: &crate::DeliveryId,
) -> Result<Vec<Logged>, Refusal> {
    let facts = store::fact::list(tx, district, source)?;
    let place = |fact: &Fact| store::fact::place_of(fact.seq);
    let mut logged = Vec::new();
    for act in facts.chunk_by(|one, other| place(one) == place(other)) {
        let leaf = act.first().map(|fact| merkle::leaf_of(tx, &of(district), place(fact))).transpose()?;
        logged.push(Logged { act: act.to_vec(), leaf: leaf.flatten() });
    }
    Ok(logged)
}

/// Takes what waits into the tree; comes round every minute.
pub(crate) fn keep_up(tx: &mut Tx<'_>, _by: &Caller) -> Result<(), Refusal> {
    match people::district::served(tx)? {
        Some(served) => merkle::integrate(tx, &of(&served.id)).map(|_| ()),
        None => Ok(()),
    }
}

/// Signs the head if the tree grew; comes round each hour.
pub(crate) fn sign_head(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    match people::district::served(tx)? {
        Some(served) => merkle::sign(tx, by, &of(&served.id)).map(|_| ()),
        None => Ok(()),
    }
}

/// The first thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// In the log: a changed or missing fact, leaf or head.
    Log(merkle::Misfit),
    /// A fact that no leaf stands for: it did not come through the program.
    Unlogged {
        /// Its place.
        seq: i64,
    },
    /// A total that is not the sum of the facts.
    Total {
        /// What it is a total of.
        cell: String,
        /// What is stored.
        stored: String,
        /// What the facts say.
        computed: String,
    },
}

/// Compares every fact with its leaf, the leaves with the tree and the signed heads, and every total
/// with the facts. `outside` is a head kept elsewhere.
///
/// # Errors
/// As the database refuses.
pub fn examine(
    tx: &mut Tx,
    district: &DistrictId,
    key: &Key,
    outside: Option<Head>,
) -> Result<Result<Examined, Misfit>, Refusal> {
    let mut n_facts = 0;
    let examined = merkle::examine(tx, &of(district), key, outside, |tx, places| {
        let mut acts = store::fact::acts(tx, district, places)?;
        let mut canonical_of = |place: &i64| {
            let act = acts.remove(place)?;
            n_facts += act.len();
            Some(canonical(&act))
        };
        Ok(places.iter().map(&mut canonical_of).collect())
    })?;
    let examined = match examined {
        Ok(examined) => examined,
        Err(misfit) => return Ok(Err(Misfit::Log(misfit))),
    };
    if n_facts != store::fact::count(tx, district)?
        && let Some(seq) = unlogged(tx, district)?
    {
        return Ok(Err(Misfit::Unlogged { seq }));
    }
    Ok(compare_totals(tx, district)?.map_or(Ok(examined), Err))
}

/// The first fact without a leaf.
fn unlogged(tx: &mut Tx, district: &DistrictId) -> Result<Option<i64>, Refusal> {
    let mut after = i64::MIN;
    loop {
        let places = store::fact::list_places(tx, district, after, 10_000)?;
        let Some(last) = places.last() else { return Ok(None) };
        after = *last;
        let known = merkle::known_places(tx, &of(district), &places)?;
        if let Some(place) = places.iter().find(|place| !known.contains(place)) {
            return Ok(Some(*place + 1));
        }
    }
}

fn compare_totals(tx: &mut Tx, district: &DistrictId) -> Result<Option<Misfit>, Refusal> {
    let stored = store::total::all(tx, district)?.into_iter().collect();
    let computed = counting::totals_of_facts(tx, district)?;
    let name = |cell: &Cell| format!("{} {} {} {}", cell.purpose, cell.period, cell.grain.code(), cell.key);
    if let Some(misfit) = differing(&stored, &computed, name) {
        return Ok(Some(misfit));
    }
    let mut stored = store::indicator::totals(tx, district, Year::MAX)?;
    let mut computed = counting::indicators_of_facts(tx, district)?;
    // a year without anything has no version that made it
    for sums in [&mut stored, &mut computed] {
        sums.retain(|_, (_, counted)| *counted != crate::indicator::Counted::default());
    }
    Ok(differing(&stored, &computed, |(id, year)| format!("indicator {} {year}", id.as_str())))
}

/// The first sum that is stored otherwise than computed. One whose deliveries were all withdrawn may
/// stand with zeros or not at all.
fn differing<K: Ord, V: Copy + Default + Eq + std::fmt::Debug>(
    stored: &BTreeMap<K, V>,
    computed: &BTreeMap<K, V>,
    name: impl Fn(&K) -> String,
) -> Option<Misfit> {
    let at = |sums: &BTreeMap<K, V>, key: &K| sums.get(key).copied().unwrap_or_default();
    let differs = |key: &&K| at(stored, key) != at(computed, key);
    stored.keys().chain(computed.keys()).find(differs).map(|key| Misfit::Total {
        cell: name(key),
        stored: format!("{:?}", at(stored, key)),
        computed: format!("{:?}", at(computed, key)),
    })
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Log(misfit) => write!(f, "{misfit}"),
            Self::Unlogged { seq } => write!(f, "fact {seq} has no leaf: it was not written by the program"),
            Self::Total { cell, stored, computed } => {
                write!(f, "the total of ({cell}) is stored as {stored}, the facts give {computed}")
            }
        }
    }
}
