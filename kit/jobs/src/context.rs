//! What a running job is handed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use db::{Db, Tx};
use kernel::{Caller, Instant, Refusal};

use crate::store::{self, Claimed};
use crate::worker::{LEASE_SECONDS, Part};
use crate::{Failure, JobId, State};

/// Progress is stored at most this often.
const PROGRESS_MICROS: i64 = 500_000;

/// A running job's hand: the database, the caller it acts as, its key.
pub struct JobContext {
    pub(crate) db: Db,
    pub(crate) by: Caller,
    pub(crate) claimed: Claimed,
    pub(crate) stopping: Arc<AtomicBool>,
    pub(crate) parts: Vec<Part>,
    pub(crate) shown_at: AtomicI64,
}

impl JobContext {
    /// As whom it acts: the district, and the account that enqueued it, without any role.
    pub const fn by(&self) -> &Caller {
        &self.by
    }

    /// The same on every attempt: another system is given it, to tell a repeated request.
    pub const fn key(&self) -> &JobId {
        &self.claimed.id
    }

    /// Which attempt this is, from 1.
    pub const fn attempt(&self) -> u32 {
        self.claimed.attempts
    }

    /// Whether the program wants to stop: a long job then ends with [`crate::Failure::Interrupted`].
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// What the worker was given with [`crate::Worker::with`].
    ///
    /// # Errors
    /// [`Failure::Again`] when it was given none of this type: another program that serves the same
    /// database may have it.
    pub fn part<T: Send + Sync + 'static>(&self) -> Result<&T, Failure> {
        let found = self.parts.iter().find_map(|part| part.downcast_ref::<T>());
        found.ok_or_else(|| Failure::Again(format!("this program has no {}", std::any::type_name::<T>())))
    }

    /// Reads.
    ///
    /// # Errors
    /// What `action` refuses, or the database's fault.
    pub fn read<T: Send + 'static>(
        &self,
        action: impl Fn(&mut Tx<'_>, &Caller) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let by = self.by.clone();
        self.db.read_now(move |tx| action(tx, &by))
    }

    /// Writes, if the job is still this runner's. A later attempt may do it again.
    ///
    /// # Errors
    /// What `action` refuses, or the database's fault; `Unavailable` when another runner has the job.
    pub fn write<T: Send + 'static>(
        &self,
        action: impl Fn(&mut Tx<'_>, &Caller) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (by, claimed) = (self.by.clone(), self.claimed.clone());
        self.db.write_now(move |tx| {
            held(store::hold(tx, &claimed, by.now().plus_seconds(LEASE_SECONDS))?)?;
            action(tx, &by)
        })
    }

    /// Writes and ends the job in the same transaction: exactly once, whatever happens to the runner.
    ///
    /// # Errors
    /// As [`JobContext::write`].
    pub fn finish<T: Send + 'static>(
        &self,
        action: impl Fn(&mut Tx<'_>, &Caller) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (by, claimed) = (self.by.clone(), self.claimed.clone());
        self.db.write_now(move |tx| {
            held(store::end(tx, &claimed, State::Done, by.now(), None)?)?;
            action(tx, &by)
        })
    }

    /// Shows that `done` of `total` pieces are done; stored at most twice a second.
    ///
    /// # Errors
    /// As [`JobContext::write`].
    pub fn progress(&self, done: i64, total: i64) -> Result<(), Refusal> {
        let now: Instant = self.by.now();
        let since = now.micros().saturating_sub(self.shown_at.load(Ordering::SeqCst));
        if done < total && (0..PROGRESS_MICROS).contains(&since) {
            return Ok(());
        }
        self.shown_at.store(now.micros(), Ordering::SeqCst);
        let claimed = self.claimed.clone();
        self.write(move |tx, _| Ok(store::progress(tx, &claimed, done, total)?))
    }
}

fn held(held: bool) -> Result<(), Refusal> {
    if held { Ok(()) } else { Err(Refusal::Unavailable("another runner has the job".into())) }
}
