//! How often a program may ask: so many requests of one key in a minute, counted by each program that serves.
//! Counts are in memory: they are of keys that were known, so there are never many, and one that is lost with
//! a restart harms nobody.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use kernel::{AccountId, Caller, Problem, Refusal};

/// Requests of one key in a minute: an outbox of a hotline sends some ten.
const MOST: u32 = 600;

/// The catalogue's key of what is said then.
pub(crate) const TOO_OFTEN: &str = "error-too-often";

/// By account: the minute, and how often in it.
#[derive(Default)]
pub(crate) struct Rates(Mutex<HashMap<AccountId, (i64, u32)>>);

impl Rates {
    /// Whether the caller may go on now; counts the request.
    pub(crate) fn let_in(&self, by: &Caller) -> bool {
        let Some(account) = by.actor.account.clone() else { return true };
        let minute = by.now().micros().div_euclid(60_000_000);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(account).or_insert((minute, 0));
        if count.0 != minute {
            *count = (minute, 0);
        }
        count.1 = count.1.saturating_add(1);
        count.1 <= MOST
    }
}

/// What is said to one that asks more often.
pub(crate) fn too_often() -> Refusal {
    Refusal::Conflict(Problem::new(TOO_OFTEN).with("most", MOST))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::{Actor, FixedClock};

    use super::*;

    #[test]
    fn a_key_is_stopped_after_so_many_requests_of_a_minute_and_another_is_not() {
        let rates = Rates::default();
        let of = |name: &str| {
            let actor = Actor { account: Some(name.into()), ..Actor::public("d".into()) };
            Caller::fixed(actor, "2025-11-03")
        };
        let (one, other) = (of("one"), of("other"));
        assert!((0..MOST).all(|_| rates.let_in(&one)));
        assert!(!rates.let_in(&one));
        assert!(rates.let_in(&other));
        let later = Caller { clock: Arc::new(FixedClock::at("2025-11-04")), ..one };
        assert!(rates.let_in(&later));
    }
}
