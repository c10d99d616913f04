//! How heads were counted, and what became of each delivery, in the shares of the year.

use evidence::{Kind, Method};
use kernel::{Rng, SeededRng};

use super::data::{ReasonRow, ReasonStep, Volume};
use super::generate::{Fate, Planned};

/// Gives each delivery of a year its counting method. What nobody signs in to is estimated first;
/// what trains the people of a target always has a list.
pub fn assign_methods(year: &mut [Planned], volume: &Volume, rng: &SeededRng) {
    let mut order = shuffled(year.len(), rng);
    order.sort_by_key(|at| year.get(*at).map(signs_in));
    let (estimate, check_in) =
        (share(year.len(), volume.estimate_percent), share(year.len(), volume.check_in_percent));
    for (rank, at) in order.into_iter().enumerate() {
        let Some(planned) = year.get_mut(at) else { continue };
        planned.method = match rank {
            rank if rank < estimate => Method::Estimate,
            rank if rank < estimate + check_in => Method::CheckIn,
            _ => Method::SignInSheet,
        };
    }
}

/// How likely heads are to be written down: the open air least, a class of a target most.
fn signs_in(planned: &Planned) -> u8 {
    let passing = matches!(
        planned.kind,
        Kind::Exhibition | Kind::ScreenPlay | Kind::Publication | Kind::Performance | Kind::Consultation
    );
    match (passing, planned.target.is_empty()) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => 2,
    }
}

/// Gives each delivery of a year, in order of days, its fate. What is still open lies in the last
/// weeks of the year. What trains the people of a target is always verified.
pub fn assign_fates(year: &mut [Planned], volume: &Volume, reasons: &[ReasonRow], rng: &SeededRng) {
    let n = year.len();
    let free: Vec<usize> =
        (0..n).filter(|at| year.get(*at).is_some_and(|one| one.target.is_empty())).collect();
    let reason = |step: ReasonStep| {
        let fitting: Vec<&ReasonRow> = reasons.iter().filter(|row| row.step == step).collect();
        pick(&fitting, rng).map(|row| row.reason.clone()).unwrap_or_default()
    };
    let [submitted, returned, draft, withdrawn] =
        [volume.submitted_percent, volume.returned_percent, volume.draft_percent, volume.withdrawn_percent]
            .map(|percent| share(n, percent));
    let open = submitted + returned + draft;
    // A fifth more than are still open, so that some of the last ones are verified already.
    let split = free.len().saturating_sub(open + open / 5);
    let (early, late) = free.split_at_checked(split).unwrap_or((&[], &free));
    for (rank, at) in mixed(late, rng).into_iter().take(open).enumerate() {
        let fate = match rank {
            rank if rank < submitted => Fate::Submitted,
            rank if rank < submitted + returned => Fate::Returned(reason(ReasonStep::Return)),
            _ => Fate::Draft,
        };
        year.get_mut(at).into_iter().for_each(|planned| planned.fate = fate.clone());
    }
    for at in mixed(early, rng).into_iter().take(withdrawn) {
        let fate = Fate::Withdrawn(reason(ReasonStep::Withdraw));
        year.get_mut(at).into_iter().for_each(|planned| planned.fate = fate.clone());
    }
}

/// A share in percent, to the nearest whole one.
fn share(n: usize, percent: usize) -> usize {
    (n * percent + 50) / 100
}

fn pick<'a, T>(all: &[&'a T], rng: &SeededRng) -> Option<&'a T> {
    let at = rng.below(u64::try_from(all.len()).unwrap_or(0));
    all.get(usize::try_from(at).unwrap_or(0)).copied()
}

/// `0..n` in a drawn order.
fn shuffled(n: usize, rng: &SeededRng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for at in (1..n).rev() {
        let other = rng.below(u64::try_from(at + 1).unwrap_or(1));
        order.swap(at, usize::try_from(other).unwrap_or(at));
    }
    order
}

fn mixed(all: &[usize], rng: &SeededRng) -> Vec<usize> {
    shuffled(all.len(), rng).into_iter().filter_map(|at| all.get(at).copied()).collect()
}
