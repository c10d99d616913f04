//! What comes round by the clock.

use ::jobs::{Module, Schedule};

use crate::actions::late;

/// The jobs of this context: every hour what is late goes up, what was silent ends, what is no longer
/// needed is erased.
pub fn jobs() -> Module {
    let keep_up = Schedule { name: "service.clocks", every_minutes: 60, action: late::keep_up };
    Module { jobs: Vec::new(), schedule: vec![keep_up] }
}
