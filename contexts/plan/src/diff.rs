//! What a new version changes: which of its items are the same as before, and how they differ.

use std::collections::BTreeSet;

use kernel::search_key;

use crate::{Item, Target};

/// Below this likeness two items are two items.
const ALIKE: f64 = 0.5;

/// For each new item, the old one that it continues. Same titles first, then the likest words;
/// no old item is continued twice.
pub fn same_items(old: &[Item], new: &[Item]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; new.len()];
    let mut free: BTreeSet<usize> = (0..old.len()).collect();
    for (pair, item) in pairs.iter_mut().zip(new) {
        let key = search_key(&item.title);
        let hit = free.iter().copied().find(|at| old.get(*at).is_some_and(|o| search_key(&o.title) == key));
        if let Some(at) = hit {
            free.remove(&at);
            *pair = Some(at);
        }
    }
    let mut likely: Vec<(f64, usize, usize)> = Vec::new();
    for (n, item) in new.iter().enumerate().filter(|(n, _)| pairs.get(*n) == Some(&None)) {
        for at in &free {
            if let Some(before) = old.get(*at).filter(|before| before.kind == item.kind) {
                likely.push((likeness(&words(before), &words(item)), n, *at));
            }
        }
    }
    likely.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, n, at) in likely.into_iter().filter(|(how, ..)| *how >= ALIKE) {
        if let Some(pair) = pairs.get_mut(n).filter(|pair| pair.is_none())
            && free.remove(&at)
        {
            *pair = Some(at);
        }
    }
    pairs
}

/// For each new target, the old one that it continues: of the same subject, else of the same code
/// and a subject alike. A code alone is a place in the list of its kind, and may be another promise.
pub fn same_targets(old: &[Target], new: &[Target]) -> Vec<Option<usize>> {
    let mut free: BTreeSet<usize> = (0..old.len()).collect();
    let mut pairs: Vec<Option<usize>> = vec![None; new.len()];
    let same =
        |old: &Target, new: &Target| search_key(&old.promise.subject) == search_key(&new.promise.subject);
    let alike = |old: &Target, new: &Target| {
        old.code == new.code && likeness(&old.promise.subject, &new.promise.subject) >= ALIKE
    };
    type Fits<'a> = &'a dyn Fn(&Target, &Target) -> bool;
    let rules: [Fits<'_>; 3] = [&|old, new| same(old, new) && old.code == new.code, &same, &alike];
    for fits in rules {
        for (pair, target) in pairs.iter_mut().zip(new).filter(|(pair, _)| pair.is_none()) {
            *pair = free.iter().copied().find(|at| old.get(*at).is_some_and(|old| fits(old, target)));
            pair.iter().for_each(|at| {
                free.remove(at);
            });
        }
    }
    pairs
}

fn words(item: &Item) -> String {
    search_key(&format!("{}{}", item.title, item.body))
}

/// Shared pairs of neighbouring characters, from 0 (nothing) to 1 (the same).
pub fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (pairs(a), pairs(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let shared = a.intersection(&b).count();
    2.0 * shared as f64 / (a.len() + b.len()) as f64
}

fn pairs(text: &str) -> BTreeSet<(char, char)> {
    text.chars().zip(text.chars().skip(1)).collect()
}

/// One difference between two versions.
#[allow(clippy::large_enum_variant)] // a handful at a time
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new item.
    Added(Item),
    /// An item that is gone.
    Removed(Item),
    /// Other words in title or body.
    Reworded(Item, Item),
    /// Another chapter or section.
    Moved(Item, Item),
    /// Other units, or other parts.
    Reassigned(Item, Item),
    /// A new target.
    TargetAdded(Target),
    /// A target that is gone.
    TargetRemoved(Target),
    /// Another number, or another way to read it.
    Retargeted(Target, Target),
}

impl Change {
    /// After `plan-change-` the catalogue's key.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Added(_) => "added",
            Self::Removed(_) => "removed",
            Self::Reworded(..) => "reworded",
            Self::Moved(..) => "moved",
            Self::Reassigned(..) => "reassigned",
            Self::TargetAdded(_) => "target-added",
            Self::TargetRemoved(_) => "target-removed",
            Self::Retargeted(..) => "retargeted",
        }
    }
}

/// All differences of two versions whose items and targets were given their ids already. One item
/// may show up more than once: moved and reworded.
pub fn changes(old: (&[Item], &[Target]), new: (&[Item], &[Target])) -> Vec<Change> {
    let mut changes = Vec::new();
    for item in new.0 {
        match old.0.iter().find(|before| before.id == item.id) {
            None => changes.push(Change::Added(item.clone())),
            Some(before) => item_changes(before, item, &mut changes),
        }
    }
    for before in old.0.iter().filter(|before| new.0.iter().all(|item| item.id != before.id)) {
        changes.push(Change::Removed(before.clone()));
    }
    for target in new.1 {
        match old.1.iter().find(|before| before.id == target.id) {
            None => changes.push(Change::TargetAdded(target.clone())),
            Some(before) if before.promise != target.promise => {
                changes.push(Change::Retargeted(before.clone(), target.clone()));
            }
            Some(_) => {}
        }
    }
    for before in old.1.iter().filter(|before| new.1.iter().all(|target| target.id != before.id)) {
        changes.push(Change::TargetRemoved(before.clone()));
    }
    changes
}

fn item_changes(before: &Item, item: &Item, changes: &mut Vec<Change>) {
    let pair = || (before.clone(), item.clone());
    if before.title != item.title || before.body != item.body {
        let (a, b) = pair();
        changes.push(Change::Reworded(a, b));
    }
    if (&before.chapter, &before.section) != (&item.chapter, &item.section) {
        let (a, b) = pair();
        changes.push(Change::Moved(a, b));
    }
    let parts = |item: &Item| -> BTreeSet<(String, evidence::DutyRole)> {
        item.duties
            .iter()
            .map(|d| (d.holder.unit().map_or_else(|| d.name.clone(), ToString::to_string), d.role))
            .collect()
    };
    if parts(before) != parts(item) {
        let (a, b) = pair();
        changes.push(Change::Reassigned(a, b));
    }
}

/// A stretch of a text and whether it differs from the other side.
pub type Stretch = (String, bool);

/// Stretches up to this long are compared closely whatever they share.
const SHORT: usize = 40;

/// Two texts with what differs marked on each side. Texts too long to compare closely are marked from
/// the first to the last difference.
pub fn stretches(before: &str, after: &str) -> (Vec<Stretch>, Vec<Stretch>) {
    let (a, b): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let same_end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let end = same_end.min(a.len() - start).min(b.len() - start);
    let middle = |text: &[char]| text.get(start..text.len() - end).unwrap_or_default().to_vec();
    let (x, y) = (middle(&a), middle(&b));
    let (mut kept_x, mut kept_y) = common(&x, &y);
    let n_kept = kept_x.iter().filter(|kept| **kept).count();
    if n_kept * 2 < x.len().max(y.len()) && x.len().min(y.len()) > SHORT {
        // Texts with little in common are other words, not changed ones: shreds would help nobody.
        kept_x.fill(false);
        kept_y.fill(false);
    }
    let whole = |text: &[char], kept: Vec<bool>| {
        let n_end = text.len() - start - kept.len();
        let mut kept = [vec![true; start], kept, vec![true; n_end]].concat();
        whole_numbers(text, &mut kept);
        joined(text, &kept)
    };
    (whole(&a, kept_x), whole(&b, kept_y))
}

/// A number differs as a whole or not at all.
fn whole_numbers(text: &[char], kept: &mut [bool]) {
    let digit = |c: &char| c.is_ascii_digit() || *c == '.';
    let mut from = 0;
    for run in text.chunk_by(|a, b| digit(a) == digit(b)) {
        let to = from + run.len();
        if run.first().is_some_and(digit)
            && let Some(flags) = kept.get_mut(from..to)
            && flags.contains(&false)
        {
            flags.fill(false);
        }
        from = to;
    }
}

/// Which characters of each side belong to a longest common subsequence.
fn common(a: &[char], b: &[char]) -> (Vec<bool>, Vec<bool>) {
    let (mut kept_a, mut kept_b) = (vec![false; a.len()], vec![false; b.len()]);
    if a.len().saturating_mul(b.len()) > 1_000_000 {
        return (kept_a, kept_b);
    }
    let width = b.len() + 1;
    let mut longest = vec![0u32; (a.len() + 1) * width];
    let at = |longest: &[u32], i: usize, j: usize| longest.get(i * width + j).copied().unwrap_or(0);
    for (i, x) in a.iter().enumerate().rev() {
        for (j, y) in b.iter().enumerate().rev() {
            let best = if x == y {
                at(&longest, i + 1, j + 1) + 1
            } else {
                at(&longest, i + 1, j).max(at(&longest, i, j + 1))
            };
            if let Some(cell) = longest.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if x == y {
            if let (Some(left), Some(right)) = (kept_a.get_mut(i), kept_b.get_mut(j)) {
                (*left, *right) = (true, true);
            }
            (i, j) = (i + 1, j + 1);
        } else if at(&longest, i + 1, j) >= at(&longest, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    (kept_a, kept_b)
}

fn joined(text: &[char], kept: &[bool]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (c, kept) in text.iter().zip(kept) {
        match stretches.last_mut().filter(|(_, differs)| *differs != *kept) {
            Some((words, _)) => words.push(*c),
            None => stretches.push((c.to_string(), !kept)),
        }
    }
    stretches
}
