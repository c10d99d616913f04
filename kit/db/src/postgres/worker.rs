//! A thread with its own connection: each action is a transaction, run again when it met another.

use std::time::{Duration, Instant};

use kernel::{Refusal, Rng, SystemRng};

use crate::Error;
use crate::action::{Action, attempt};
use crate::postgres::{Again, Session};
use crate::queue::Queue;

/// How long a lost connection is looked for again before callers are told.
const PATIENCE: Duration = Duration::from_secs(5);
/// Runs of one action before it is given up as too contended.
const RUNS: u32 = 40;

/// Runs actions until the queue is closed and empty.
pub(crate) fn work_from(queue: &Queue<Box<dyn Action>>, mut session: Session) {
    while let Some(actions) = queue.take(1) {
        for mut action in actions {
            let outcome = session.perform(&mut *action);
            action.answer(outcome);
        }
    }
}

impl Session {
    fn perform(&mut self, action: &mut dyn Action) -> Result<(), Refusal> {
        let patience = Instant::now() + PATIENCE;
        let mut taken = 0;
        for run in 0.. {
            self.again = None;
            let outcome = self.once(action);
            let (Err(refusal), Some(again)) = (&outcome, self.again) else { return outcome };
            tracing::debug!(?again, run, %refusal, "a transaction is run again");
            taken += u32::from(again == Again::Taken);
            let give_up = match again {
                Again::Conflict | Again::Stale => run >= RUNS,
                Again::Taken => taken > 2,
                Again::Lost => Instant::now() >= patience,
            };
            if give_up {
                return outcome;
            }
            std::thread::sleep(pause(again, run));
        }
        Err(Error::Busy.into())
    }

    /// One run in a transaction of its own.
    fn once(&mut self, action: &mut dyn Action) -> Result<(), Refusal> {
        self.connect()?;
        self.begins = true;
        let outcome = attempt(action, &mut self.tx());
        if outcome.is_err() || self.read_only {
            // What made the action fail decides whether it is run again, not what the rollback says.
            let again = self.again;
            self.roll_back();
            self.again = again;
            return outcome;
        }
        if std::mem::take(&mut self.begins) {
            return Ok(()); // it asked nothing
        }
        let committed = self.script("commit");
        if self.again == Some(Again::Lost) {
            // It may have been committed: running it again could do it twice.
            self.again = None;
        }
        if committed.is_err() {
            let again = self.again;
            self.roll_back();
            self.again = again;
        }
        Ok(committed?)
    }
}

/// A growing, random wait, so that those who met do not meet again.
fn pause(again: Again, run: u32) -> Duration {
    match again {
        Again::Lost => Duration::from_millis(100),
        Again::Conflict | Again::Taken | Again::Stale => {
            Duration::from_micros(SystemRng.below(500 << run.min(7)))
        }
    }
}
