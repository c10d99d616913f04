//! What changed between two versions of a plan.
//!
//! Items are matched by their titles: first the same title in the same section, then the same title
//! anywhere, then the most similar title, nearer sections first. Duties and targets are compared inside
//! matched items.

use crate::reading::{Item, Reading, Role, Target};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// One difference. `old` and `new` are indices into [`Reading::items`] of the two versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// Title or period is another one.
    Retitled {
        /// The old title and period.
        old: String,
        /// The new title and period.
        new: String,
    },
    /// An item that was not there.
    ItemAdded {
        /// Index in the new version.
        new: usize,
    },
    /// An item that is gone.
    ItemRemoved {
        /// Index in the old version.
        old: usize,
    },
    /// The same item in other words.
    ItemReworded {
        /// Index in the old version.
        old: usize,
        /// Index in the new version.
        new: usize,
        /// Whether the title changed too, and not only the body.
        title: bool,
    },
    /// The same item under another heading.
    ItemMoved {
        /// Index in the old version.
        old: usize,
        /// Index in the new version.
        new: usize,
    },
    /// A unit that had no part in the item has one.
    DutyAdded {
        /// Index in the new version.
        new: usize,
        /// The unit.
        unit: String,
        /// Its part.
        role: Role,
    },
    /// A unit has no part in the item any more.
    DutyRemoved {
        /// Index in the old version.
        old: usize,
        /// The unit.
        unit: String,
        /// The part it had.
        role: Role,
    },
    /// A unit leads where it helped, or the other way round.
    DutyChanged {
        /// Index in the new version.
        new: usize,
        /// The unit.
        unit: String,
        /// Its part now.
        role: Role,
    },
    /// A target that was not there. Indices into [`Reading::targets`].
    TargetAdded {
        /// Index in the new version.
        new: usize,
    },
    /// A target that is gone.
    TargetRemoved {
        /// Index in the old version.
        old: usize,
    },
    /// The same subject with another number, comparison, unit, form, area or date.
    TargetChanged {
        /// Index in the old version.
        old: usize,
        /// Index in the new version.
        new: usize,
    },
}

/// Titles or bodies at least this alike, in hundredths, are taken for the same item reworded.
const ALIKE: usize = 55;
/// Under another heading they have to be that much more alike.
const NEAR: usize = 10;
/// What an item is known by: its title, and its headings where they count.
type Key<'r> = (&'r str, Option<(&'r str, &'r str)>);
/// Beyond so many unmatched items on a side, similarity is not looked for.
const MANY: usize = 600;

/// Lists the differences, items in the order of the new version, removed ones last.
pub fn diff(old: &Reading, new: &Reading) -> Vec<Change> {
    let mut out = Vec::new();
    let name = |r: &Reading| {
        let title = r.title.as_ref().map_or("", |t| t.text.as_str());
        format!("{title}{}", r.period.as_ref().map_or(String::new(), |p| format!("（{}）", p.written())))
    };
    if name(old) != name(new) {
        out.push(Change::Retitled { old: name(old), new: name(new) });
    }
    let pairs = matched(old, new);
    let back: HashMap<usize, usize> = pairs.iter().map(|(o, n)| (*n, *o)).collect();
    for (n, item) in new.items.iter().enumerate() {
        match back.get(&n).and_then(|o| old.items.get(*o).map(|i| (*o, i))) {
            Some((o, before)) => compare(old, new, (o, before), (n, item), &mut out),
            None => out.push(Change::ItemAdded { new: n }),
        }
    }
    out.extend(
        (0..old.items.len()).filter(|o| !pairs.contains_key(o)).map(|o| Change::ItemRemoved { old: o }),
    );
    targets(old, new, &pairs, &mut out);
    out
}

/// The headings that an item stands under.
fn place<'r>(reading: &'r Reading, item: &Item) -> (&'r str, &'r str) {
    let chapter = item.chapter.and_then(|c| reading.chapters.get(c)).map_or("", |c| c.title.as_str());
    let section = item.section.and_then(|s| reading.sections.get(s)).map_or("", |s| s.heading.title.as_str());
    (chapter, section)
}

/// Old index to new index.
fn matched(old: &Reading, new: &Reading) -> HashMap<usize, usize> {
    let mut pairs = HashMap::new();
    let mut taken = HashSet::new();
    // the same title: in the same place first, then anywhere; each new item is used once
    for exact_place in [true, false] {
        let mut waiting: HashMap<Key<'_>, Vec<usize>> = HashMap::new();
        for (n, item) in new.items.iter().enumerate().rev().filter(|(n, _)| !taken.contains(n)) {
            waiting.entry((item.title.as_str(), exact_place.then(|| place(new, item)))).or_default().push(n);
        }
        for (o, item) in old.items.iter().enumerate() {
            if pairs.contains_key(&o) {
                continue;
            }
            let key = (item.title.as_str(), exact_place.then(|| place(old, item)));
            if let Some(n) = waiting.get_mut(&key).and_then(Vec::pop) {
                pairs.insert(o, n);
                taken.insert(n);
            }
        }
    }
    let left: Vec<usize> = (0..old.items.len()).filter(|o| !pairs.contains_key(o)).collect();
    let right: Vec<usize> = (0..new.items.len()).filter(|n| !taken.contains(n)).collect();
    if left.len() > MANY || right.len() > MANY {
        return pairs;
    }
    let mut scored: Vec<(usize, usize, usize)> = Vec::new();
    for &o in &left {
        for &n in &right {
            if let (Some(a), Some(b)) = (old.items.get(o), new.items.get(n)) {
                let near = usize::from(place(old, a).1 == place(new, b).1) * NEAR;
                let score = alike(&a.title, &b.title).max(alike(&a.body, &b.body)) + near;
                if score >= ALIKE + NEAR {
                    scored.push((score, o, n));
                }
            }
        }
    }
    scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    for (_, o, n) in scored {
        if !pairs.contains_key(&o) && taken.insert(n) {
            pairs.insert(o, n);
        }
    }
    pairs
}

/// Shared pairs of neighbouring characters, in hundredths (Dice).
fn alike(a: &str, b: &str) -> usize {
    let grams = |s: &str| -> HashMap<(char, char), usize> {
        let mut out = HashMap::new();
        for pair in s.chars().zip(s.chars().skip(1)).take(400) {
            *out.entry(pair).or_insert(0) += 1;
        }
        out
    };
    let (a, b) = (grams(a), grams(b));
    let total: usize = a.values().sum::<usize>() + b.values().sum::<usize>();
    let shared: usize = a.iter().map(|(g, n)| *n.min(b.get(g).unwrap_or(&0))).sum();
    (200 * shared).checked_div(total).unwrap_or(0)
}

fn compare(
    old: &Reading,
    new: &Reading,
    (o, before): (usize, &Item),
    (n, after): (usize, &Item),
    out: &mut Vec<Change>,
) {
    if place(old, before) != place(new, after) {
        out.push(Change::ItemMoved { old: o, new: n });
    }
    let title = before.title != after.title;
    if title || before.body != after.body || before.kind != after.kind {
        out.push(Change::ItemReworded { old: o, new: n, title });
    }
    let part = |item: &Item| -> HashMap<String, Role> {
        item.duties.iter().map(|d| (d.unit.clone(), d.role)).collect()
    };
    let (had, has) = (part(before), part(after));
    for duty in &after.duties {
        match had.get(&duty.unit) {
            None => out.push(Change::DutyAdded { new: n, unit: duty.unit.clone(), role: duty.role }),
            Some(role) if *role != duty.role => {
                out.push(Change::DutyChanged { new: n, unit: duty.unit.clone(), role: duty.role });
            }
            Some(_) => {}
        }
    }
    for duty in before.duties.iter().filter(|d| !has.contains_key(&d.unit)) {
        out.push(Change::DutyRemoved { old: o, unit: duty.unit.clone(), role: duty.role });
    }
}

/// Targets of the same subject in matched items, in order.
fn targets(old: &Reading, new: &Reading, pairs: &HashMap<usize, usize>, out: &mut Vec<Change>) {
    let mut waiting: HashMap<(Option<usize>, &str), Vec<usize>> = HashMap::new();
    for (i, target) in new.targets.iter().enumerate().rev() {
        waiting.entry((target.item, target.subject.as_str())).or_default().push(i);
    }
    let mut kept = HashSet::new();
    let mut removed = Vec::new();
    for (i, before) in old.targets.iter().enumerate() {
        let item = before.item.and_then(|o| pairs.get(&o).copied());
        let found = waiting
            .get_mut(&(item, before.subject.as_str()))
            .filter(|_| before.item.is_none() || item.is_some())
            .and_then(Vec::pop);
        match found.and_then(|n| new.targets.get(n).map(|t| (n, t))) {
            Some((n, after)) => {
                kept.insert(n);
                if said(before) != said(after) {
                    out.push(Change::TargetChanged { old: i, new: n });
                }
            }
            None => removed.push(i),
        }
    }
    out.extend((0..new.targets.len()).filter(|n| !kept.contains(n)).map(|n| Change::TargetAdded { new: n }));
    out.extend(removed.into_iter().map(|o| Change::TargetRemoved { old: o }));
}

/// Everything that a target promises, without its places.
fn said(t: &Target) -> impl PartialEq + '_ {
    (t.kind, t.form, t.comparator, &t.value, &t.unit, &t.per, &t.by, (&t.scope, &t.strength, t.approximate))
}
