//! The one thread that writes: takes what waits, commits once, then answers all.

use std::sync::{Arc, OnceLock};

use kernel::Refusal;

use crate::action::{Action, attempt};
use crate::queue::Queue;
use crate::sqlite::{Follower, Session};
use crate::{Error, Tx};

/// Actions that share a commit. Sixty-four make the wait for the disk negligible for each.
const GROUP: usize = 64;
/// Bytes of the write-ahead log above which it is folded into the file with some insistence.
const LONG_LOG: u64 = 64 << 20;
/// How often the log's length is looked at, in groups.
const GROUPS_A_LOOK: u32 = 64;

/// Writes until the queue is closed and empty. Once a copy is kept, its follower says when the log is folded.
pub(crate) fn write_from(queue: &Queue<Box<dyn Action>>, session: Session, copy: &OnceLock<Arc<Follower>>) {
    let mut writer = Writer { session, suspect: false };
    let (mut groups, mut is_followed) = (0_u32, false);
    while let Some(group) = queue.take(GROUP) {
        let follower = copy.get();
        let prepared = match follower {
            Some(_) if !is_followed => writer.session.script("pragma wal_autocheckpoint = 0;"),
            Some(_) | None => Ok(()),
        };
        is_followed = follower.is_some();
        writer.write(group);
        groups = groups.wrapping_add(1);
        let folded = prepared.and_then(|()| match follower {
            Some(follower) => follower.fold_if_long(&writer.session),
            None if groups.is_multiple_of(GROUPS_A_LOOK) => writer.session.fold_log(LONG_LOG),
            None => Ok(()),
        });
        if let Err(error) = folded {
            tracing::warn!(%error, "the write-ahead log could not be folded into the database");
        }
    }
    if let Err(error) = writer.session.script("pragma optimize;") {
        tracing::warn!(%error, "the statistics were not refreshed on closing");
    }
    // the log goes with the last connection
    if let Some(follower) = copy.get() {
        follower.catch_up();
    }
}

/// What can be undone. A savepoint makes SQLite copy each page that its action changes, which costs a
/// fifth of a write, and nearly all who refuse do so before they write. So a group runs without, and
/// anew with a savepoint for each action when one refused after it had written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Undo {
    All,
    Each,
}

struct Writer {
    session: Session,
    /// The last commit failed at the disk: what the file holds is not known to be durable, so
    /// nothing is written until a trial write gets through.
    suspect: bool,
}

impl Writer {
    fn write(&mut self, mut group: Vec<Box<dyn Action>>) {
        match self.commit(&mut group) {
            Ok(outcomes) => group.into_iter().zip(outcomes).for_each(|(action, done)| action.answer(done)),
            // A deferred rule fails the commit of all for the fault of one: each for itself, then.
            Err(Error::Conflict(_)) if group.len() > 1 => {
                group.into_iter().for_each(|action| self.write(vec![action]));
            }
            Err(error) => {
                tracing::error!(%error, actions = group.len(), "a group of writes was not committed");
                group.into_iter().for_each(|action| action.answer(Err(error.clone().into())));
            }
        }
    }

    /// Runs the actions in one transaction. The outcomes count only because the commit succeeded; when it did not, nobody is told that anything happened, not even
    /// that something was refused, since that may rest on a neighbour's lost write.
    fn commit(&mut self, group: &mut [Box<dyn Action>]) -> Result<Vec<Result<(), Refusal>>, Error> {
        if self.suspect {
            self.session.transact(trial).map_err(|_| Error::ReadOnly)?;
            self.suspect = false;
            tracing::info!("the disk takes writes again");
        }
        let done = self.try_group(group, Undo::All).and_then(|done| match done {
            Some(outcomes) => Ok(outcomes),
            None => {
                self.session.roll_back();
                let lost = || Error::Database("a group of writes came to no end".to_owned());
                self.try_group(group, Undo::Each)?.ok_or_else(lost)
            }
        });
        if let Err(error) = &done {
            self.session.roll_back();
            self.suspect = !matches!(error, Error::Busy | Error::Full | Error::Conflict(_));
        }
        done
    }

    /// `None` when an action was refused after it had written, which cannot be undone alone.
    fn try_group(
        &self,
        group: &mut [Box<dyn Action>],
        undo: Undo,
    ) -> Result<Option<Vec<Result<(), Refusal>>>, Error> {
        self.session.execute("begin immediate", &[])?;
        let mut outcomes = Vec::with_capacity(group.len());
        for action in group {
            match self.run(&mut **action, undo)? {
                Some(outcome) => outcomes.push(outcome),
                None => return Ok(None),
            }
        }
        self.session.execute("commit", &[])?;
        Ok(Some(outcomes))
    }

    /// One action. An outer error means that the whole transaction is lost.
    fn run(&self, action: &mut dyn Action, undo: Undo) -> Result<Option<Result<(), Refusal>>, Error> {
        let before = self.session.written();
        if undo == Undo::Each {
            self.session.execute("savepoint action", &[])?;
        }
        let mut tx = self.session.tx();
        let outcome = attempt(action, &mut tx);
        if !self.session.in_transaction() {
            // A full or failing disk makes SQLite roll back everything at once.
            let lost = || Error::Database("the action ended its transaction".to_owned());
            return Err(tx.failure().cloned().unwrap_or_else(lost));
        }
        let untouched = tx.failure().is_none() && self.session.written() == before;
        match undo {
            Undo::All => Ok((outcome.is_ok() || untouched).then_some(outcome)),
            Undo::Each => {
                if outcome.is_err() {
                    self.session.execute("rollback to action", &[])?;
                }
                self.session.execute("release action", &[])?;
                Ok(Some(outcome))
            }
        }
    }
}

/// A write that changes nothing anybody reads, but reaches the disk.
fn trial(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.next("trial").map(|_| ())
}
