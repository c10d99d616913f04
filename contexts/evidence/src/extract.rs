//! An extract of the evidence: a number with the acts behind it and the proof that each is in the
//! log. Whoever holds the file and the public key checks it without this program's database.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::{Caller, Problem, Refusal};
use merkle::{Hash, Key, note, proof};
use serde::{Deserialize, Serialize};

use crate::fact::{Fact, Quantity};
use crate::store::list;
use crate::{Filter, Part, Sums, log, rules};

/// What the first line of the file says.
const FORM: &str = "qilin-extract-1";
/// The longest, in deliveries.
const MOST: i64 = 5_000;

/// The file, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extract {
    /// `qilin-extract-1`.
    pub form: String,
    /// The log that the proofs are of.
    pub origin: String,
    /// The public key, 64 hexadecimal digits.
    pub key: String,
    /// The signed head.
    pub head: String,
    /// When it was made, as people in China write it.
    pub made_at: String,
    /// The filter of the list, as it stands in the address.
    pub filter: BTreeMap<String, String>,
    /// Deliveries of the list.
    pub sessions: i64,
    /// Person-times; of the group, when the filter names one.
    pub person_times: i64,
    /// Minutes.
    pub minutes: i64,
    /// Verified deliveries of the list whose leaf came after the head, left out here.
    pub waiting: usize,
    /// What was counted.
    pub acts: Vec<Proved>,
}

/// An act with the proof that it is in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proved {
    /// The bytes of the leaf, as [`log::canonical`] writes them.
    pub text: String,
    /// Its number.
    pub leaf: u64,
    /// The path to the root, 64 hexadecimal digits a hash.
    pub proof: Vec<String>,
}

/// Makes the extract of the verified deliveries of a list, as the actor may see them.
///
/// # Errors
/// Invalid when the list is longer than 5,000 deliveries, or no head was signed yet.
pub fn make(tx: &mut Tx, by: &Caller, filter: &Filter) -> Result<Extract, Refusal> {
    let filter = Filter { state: Some("verified"), ..filter.clone() };
    let of = log::of(by.district());
    let head = merkle::newest_head(tx, &of)?.ok_or_else(|| Problem::new("evidence-extract-unsigned"))?;
    let lines = list::page(tx, by.district(), &rules::reading(&by.actor), &filter, (MOST + 1, 0))?;
    if lines.len() as u64 > MOST.unsigned_abs() {
        return Err(Problem::new("evidence-extract-long").with("most", MOST).into());
    }
    let (mut acts, mut facts, mut waiting) = (Vec::new(), Vec::new(), 0);
    for line in &lines {
        for logged in log::acts_of(tx, by.district(), &line.id)? {
            let Some(leaf) = logged.leaf.filter(|leaf| *leaf < head.head.size) else {
                waiting += 1;
                continue;
            };
            let proof = merkle::prove_leaf(tx, &of, leaf, head.head.size)?;
            let text = String::from_utf8_lossy(&log::canonical(&logged.act)).into_owned();
            acts.push(Proved { text, leaf, proof: proof.iter().map(|hash| hash.hex()).collect() });
            facts.extend(logged.act);
        }
    }
    let sums = sums_of(&facts, &filter);
    Ok(Extract {
        form: FORM.to_owned(),
        origin: of.origin(),
        key: Hash(by.seal.key()).hex(),
        head: head.note,
        made_at: by.now().minute_text(),
        filter: filter.pairs().into_iter().map(|(name, text)| (name.to_owned(), text)).collect(),
        sessions: sums.sessions,
        person_times: sums.person_times,
        minutes: sums.minutes,
        waiting,
        acts,
    })
}

fn sums_of(facts: &[Fact], filter: &Filter) -> Sums {
    let mut sums = Sums::default();
    for fact in facts {
        match fact.quantity {
            Quantity::Session => sums.sessions += fact.n,
            Quantity::Minute => sums.minutes += fact.n,
            Quantity::PersonTime if is_of_group(fact, filter) => {
                sums.person_times += fact.n;
            }
            Quantity::PersonTime => {}
        }
    }
    sums
}

/// Whether heads of a fact are of the groups that the list asks for.
fn is_of_group(fact: &Fact, filter: &Filter) -> bool {
    let one_of = || fact.group.is_some_and(|group| filter.groups.contains(&group));
    (filter.group.is_none() || fact.group == filter.group) && (filter.groups.is_empty() || one_of())
}

/// Whether an act belongs to the list, as far as its facts can say: the text of a search and the place
/// they do not hold.
fn belongs(act: &[Fact], filter: &Filter) -> bool {
    let Some(fact) = act.first() else { return false };
    let unit = |unit| match filter.part {
        Some(Part::Organiser) => fact.organisers.contains(unit),
        Some(Part::Supporter) => fact.supporters.contains(unit),
        None => fact.organisers.contains(unit) || fact.supporters.contains(unit),
    };
    filter.purpose.as_ref().is_none_or(|purpose| fact.purposes.contains(purpose))
        && filter.town.as_ref().is_none_or(|town| fact.town == *town)
        && filter.unit.as_ref().is_none_or(unit)
        && (filter.group.is_none() || act.iter().any(|fact| fact.group == filter.group))
        && (filter.groups.is_empty() || act.iter().any(|fact| is_of_group(fact, filter)))
        && filter.kind.is_none_or(|kind| fact.kind == kind)
        && (filter.kinds.is_empty() || filter.kinds.contains(&fact.kind))
        && filter.from.is_none_or(|from| fact.on >= from)
        && filter.to.is_none_or(|to| fact.on <= to)
}

/// What a fitting extract shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Acts, each proved to be in the log.
    pub acts: usize,
    /// Leaves of the head that signs them.
    pub size: u64,
    /// Deliveries, person-times, minutes.
    pub sums: Sums,
    /// Whether the key came from outside; one that the file itself brings proves nothing of who
    /// signed.
    pub key_is_known: bool,
}

/// Checks an extract without any database. `key` is the public key as it was kept elsewhere.
///
/// # Errors
/// The first thing that does not fit, in an English sentence.
pub fn check(text: &str, key: Option<&Key>) -> Result<Shown, String> {
    let extract: Extract = serde_json::from_str(text)
        .map_err(|error| format!("this is no extract of the evidence: line {}: {error}", error.line()))?;
    if extract.form != FORM {
        return Err(format!("this extract has the form {:?}; this program reads {FORM}", extract.form));
    }
    let own = Key::parse(&extract.key).ok_or("the public key in the file is none")?;
    if key.is_some_and(|key| *key != own) {
        return Err("the extract names another public key than the one given".to_owned());
    }
    let head = note::read(&extract.head, &extract.origin, &own).map_err(|reason| match reason {
        note::Refused::Unreadable => "the signed head cannot be read",
        note::Refused::OtherLog => "the signed head is of another log",
        note::Refused::NotSigned => "the head is not signed with the key",
    })?;
    let (filter, problems) = Filter::read(&extract.filter);
    if let Some(problem) = problems.first() {
        return Err(format!("the filter cannot be read: {}", problem.key));
    }
    let (mut facts, mut leaves) = (Vec::new(), BTreeSet::new());
    for (n, act) in (1..).zip(&extract.acts) {
        let path: Option<Vec<Hash>> = act.proof.iter().map(|hash| Hash::parse(hash)).collect();
        let leaf = Hash::of_leaf(act.text.as_bytes());
        if !path.is_some_and(|path| proof::leaf_is_in(&path, (head.size, head.root), act.leaf, leaf)) {
            return Err(format!("act {n} (leaf {}) is not in the log as it stands here", act.leaf));
        }
        if !leaves.insert(act.leaf) {
            return Err(format!("act {n} (leaf {}) stands here twice", act.leaf));
        }
        let read =
            log::parse(&act.text).ok_or_else(|| format!("act {n} (leaf {}) cannot be read", act.leaf))?;
        if !belongs(&read, &filter) {
            return Err(format!(
                "act {n} (leaf {}) does not belong to what the extract claims to list",
                act.leaf
            ));
        }
        facts.extend(read);
    }
    let sums = sums_of(&facts, &filter);
    let claimed =
        Sums { sessions: extract.sessions, person_times: extract.person_times, minutes: extract.minutes };
    if sums != claimed {
        return Err(format!("the extract claims {claimed:?}, its acts give {sums:?}"));
    }
    Ok(Shown { acts: extract.acts.len(), size: head.size, sums, key_is_known: key.is_some() })
}
