//! What an action is handed: who acts, the time, chance, and from where.

use std::sync::Arc;

use crate::{Actor, Clock, Day, DistrictId, FixedClock, Instant, Rng, Seal, SeededRng, Unsealed};

/// The hand that an action works with. An action may run twice (PostgreSQL retries a conflict),
/// so it touches nothing but its transaction, its arguments and this.
#[derive(Clone)]
pub struct Caller {
    /// Who acts.
    pub actor: Actor,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: Arc<dyn Rng>,
    /// What signs in the name of the installation.
    pub seal: Arc<dyn Seal>,
    /// The network address they come from, for the audit; empty for jobs.
    pub address: String,
}

impl Caller {
    /// A caller for tests and jobs: noon of `day`, chance from a seed.
    pub fn fixed(actor: Actor, day: &str) -> Self {
        let clock = Arc::new(FixedClock::at(day));
        Self {
            actor,
            clock,
            rng: Arc::new(SeededRng::new(1)),
            seal: Arc::new(Unsealed),
            address: String::new(),
        }
    }

    /// The district.
    pub const fn district(&self) -> &DistrictId {
        &self.actor.district
    }

    /// Now.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Today in China.
    pub fn today(&self) -> Day {
        self.clock.today()
    }

    /// A fresh id of any kind.
    pub fn id<T: From<String>>(&self) -> T {
        crate::new_ulid(&*self.clock, &*self.rng).into()
    }
}
