//! Who sat in the courses of a target: so many come for the first time in a year, the others have
//! come before. Persons run behind person-times, as they do in life.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Group, Rng, SeededRng};

use super::data::Volume;
use super::generate::Planned;

/// How many persons of each target have come until now.
pub type Known = BTreeMap<String, u32>;

/// Writes the sign-in lists of a year, whose deliveries stand in order of their days.
///
/// # Errors
/// When the year's newcomers do not fit into its courses.
pub fn assign(
    year: &mut [Planned],
    volume: &Volume,
    known: &mut Known,
    rng: &SeededRng,
) -> Result<(), String> {
    for (target, newcomers) in
        [("science-teachers-trained", volume.teachers), ("farmers-trained", volume.farmers)]
    {
        let known = known.entry(target.to_owned()).or_default();
        let mut courses: Vec<&mut Planned> =
            year.iter_mut().filter(|planned| planned.target == target).collect();
        let mut left = newcomers;
        let mut courses_left = u32::try_from(courses.len()).unwrap_or(u32::MAX);
        for planned in &mut courses {
            let seats: u32 = planned.heads.values().sum::<i64>().try_into().unwrap_or(0);
            let fair = left.div_ceil(courses_left.max(1));
            // The first course of all has nobody who came before.
            let new = fair.max(seats.saturating_sub(*known)).min(seats).min(left);
            let again = draw(*known, seats - new, rng);
            let list = again.into_iter().chain(*known..*known + new);
            let lines: Vec<String> = list.map(|n| name(target, n)).collect();
            fill(planned, lines.len());
            planned.persons = lines.join("\n");
            *known += new;
            left -= new;
            courses_left = courses_left.saturating_sub(1);
        }
        if left > 0 {
            return Err(format!("{target}: {left} newcomers of {} find no seat", volume.year));
        }
    }
    Ok(())
}

/// `n` different numbers of `0..known`, or all of them.
fn draw(known: u32, n: u32, rng: &SeededRng) -> BTreeSet<u32> {
    let mut drawn = BTreeSet::new();
    while drawn.len() < n.min(known).try_into().unwrap_or(0) {
        drawn.insert(u32::try_from(rng.below(u64::from(known))).unwrap_or(0));
    }
    drawn
}

/// A course has as many heads as its list has lines.
fn fill(planned: &mut Planned, lines: usize) {
    let group = planned.heads.keys().next().copied().unwrap_or(Group::Other);
    planned.heads = BTreeMap::from([(group, i64::try_from(lines).unwrap_or(0))]);
}

/// Nobody's name.
fn name(target: &str, n: u32) -> String {
    let word = if target == "farmers-trained" { "演示农民" } else { "演示教师" };
    format!("{word} {:04}", n + 1)
}
