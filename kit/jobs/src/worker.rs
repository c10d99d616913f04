//! Takes what is due and runs it, one after the other, on the calling thread.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use db::Db;
use kernel::{Actor, Caller, Clock, DistrictId, Refusal, Rng, Seal};

use crate::store::{self, Claimed};
use crate::{Failure, JobContext, Kind, Module, Schedule, State};

/// Attempts before a job is given up: with the pauses between, more than a day.
pub const MOST_ATTEMPTS: u32 = 12;
/// How long a runner that shows no sign is believed to live.
pub(crate) const LEASE_SECONDS: i64 = 60;
/// The longest pause before a job that failed is tried again.
pub(crate) const LONGEST_PAUSE_SECONDS: i64 = 6 * 3600;
/// After a failed turn of the schedule.
const TURN_PAUSE_SECONDS: i64 = 60;
const DAY_SECONDS: i64 = 24 * 3600;

/// What a worker hands to the jobs that ask for its type; see [`JobContext::part`].
pub(crate) type Part = Arc<dyn Any + Send + Sync>;

/// Runs jobs and the schedule of some modules. Clones share what runs.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    kinds: BTreeMap<&'static str, Kind>,
    schedule: Vec<Schedule>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    seal: Arc<dyn Seal>,
    pub(crate) stopping: Arc<AtomicBool>,
    parts: Vec<Part>,
    running: Arc<Mutex<Vec<Claimed>>>,
}

impl Worker {
    /// A worker for all kinds and schedules of the modules.
    pub fn new(
        db: Db,
        modules: Vec<Module>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        seal: Arc<dyn Seal>,
    ) -> Self {
        let tidy = Schedule { name: "jobs.tidy", every_minutes: 24 * 60, action: tidy };
        let (mut kinds, mut schedule) = (BTreeMap::new(), vec![tidy]);
        for module in modules {
            kinds.extend(module.jobs.into_iter().map(|kind| (kind.name, kind)));
            schedule.extend(module.schedule);
        }
        let (stopping, running) = (Arc::default(), Arc::default());
        Self { db, kinds, schedule, clock, rng, seal, stopping, parts: Vec::new(), running }
    }

    /// With something that jobs need and that is no row: what reaches other servers, say.
    #[must_use]
    pub fn with<T: Any + Send + Sync>(mut self, part: Arc<T>) -> Self {
        self.parts.push(part);
        self
    }

    /// Does all that is due now, and gives the number of jobs that were begun: for tests and for
    /// running by hand. A job that is put back waits for its pause, so this ends.
    ///
    /// # Errors
    /// The database's fault.
    pub fn run_due(&self) -> Result<usize, Refusal> {
        self.turn()?;
        let mut begun = 0;
        while self.run_one()? {
            begun += 1;
        }
        Ok(begun)
    }

    /// Runs one job that is due; false when there is none.
    pub(crate) fn run_one(&self) -> Result<bool, Refusal> {
        let now = self.clock.now();
        if self.stopping.load(Ordering::SeqCst) || !self.db.read_now(move |tx| Ok(store::is_due(tx, now)?))? {
            return Ok(false);
        }
        let lease_until = now.plus_seconds(LEASE_SECONDS);
        let Some(claimed) = self.db.write_now(move |tx| Ok(store::claim(tx, now, lease_until)?))? else {
            return Ok(false);
        };
        self.running().push(claimed.clone());
        let outcome = self.attempt(&claimed);
        self.running().retain(|job| job.id != claimed.id || job.district != claimed.district);
        self.record(claimed, outcome).map(|()| true)
    }

    fn attempt(&self, claimed: &Claimed) -> Result<(), Failure> {
        if claimed.attempts > MOST_ATTEMPTS {
            return Err(Failure::Never("the program ended each time while it ran".to_owned()));
        }
        let kind = self.kinds.get(claimed.kind.as_str());
        let kind = kind.ok_or_else(|| Failure::Again(format!("this program knows no {}", claimed.kind)))?;
        let actor = Actor { account: claimed.enqueued_by.clone(), ..Actor::public(claimed.district.clone()) };
        let ctx = JobContext {
            db: self.db.clone(),
            by: self.caller(actor),
            claimed: claimed.clone(),
            stopping: Arc::clone(&self.stopping),
            parts: self.parts.clone(),
            shown_at: AtomicI64::new(i64::MIN),
        };
        catch_unwind(AssertUnwindSafe(|| (kind.run)(&claimed.payload, &ctx)))
            .unwrap_or_else(|_| Err(Failure::Again("the job panicked".to_owned())))
    }

    fn record(&self, job: Claimed, outcome: Result<(), Failure>) -> Result<(), Refusal> {
        let now = self.clock.now();
        if let Err(failure) = &outcome {
            tracing::warn!(kind = job.kind, id = %job.id, attempt = job.attempts, ?failure, "a job did not get done");
        }
        self.db.write_now(move |tx| {
            match &outcome {
                Ok(()) => store::end(tx, &job, State::Done, now, None).map(|_| ()),
                Err(Failure::Interrupted) => {
                    store::put_back(tx, &job, job.attempts.saturating_sub(1), now, now, None)
                }
                Err(Failure::Again(why)) if job.attempts < MOST_ATTEMPTS => {
                    let run_at = now.plus_seconds(pause_seconds(job.attempts));
                    store::put_back(tx, &job, job.attempts, now, run_at, Some(why))
                }
                Err(Failure::Again(why) | Failure::Never(why)) => {
                    store::end(tx, &job, State::Dead, now, Some(why)).map(|_| ())
                }
            }?;
            Ok(())
        })
    }

    /// Runs the actions of the schedule whose time has come.
    pub(crate) fn turn(&self) -> Result<(), Refusal> {
        for schedule in &self.schedule {
            let (Schedule { name, every_minutes, action }, now) = (*schedule, self.clock.now());
            let next = now.plus_seconds(i64::from(every_minutes.max(1)) * 60);
            if !self.db.read_now(move |tx| Ok(store::is_turn(tx, name, now, next)?))? {
                continue;
            }
            let by = self.caller(Actor::public(DistrictId::from("")));
            let done = self.db.write_now(move |tx| {
                if store::take_turn(tx, name, now, next)? { action(tx, &by) } else { Ok(()) }
            });
            if let Err(refusal) = done {
                tracing::error!(name, %refusal, "a turn of the schedule failed");
                let (why, again) = (refusal.to_string(), now.plus_seconds(TURN_PAUSE_SECONDS));
                self.db.write_now(move |tx| Ok(store::miss_turn(tx, name, again, &why)?))?;
            }
        }
        Ok(())
    }

    /// Prolongs the leases of what runs here.
    pub(crate) fn hold(&self) -> Result<(), Refusal> {
        let (running, lease_until) = (self.running().clone(), self.clock.now().plus_seconds(LEASE_SECONDS));
        if running.is_empty() {
            return Ok(());
        }
        self.db.write_now(move |tx| {
            Ok(running.iter().try_for_each(|job| store::hold(tx, job, lease_until).map(|_| ()))?)
        })
    }

    fn caller(&self, actor: Actor) -> Caller {
        Caller {
            actor,
            clock: Arc::clone(&self.clock),
            rng: Arc::clone(&self.rng),
            seal: Arc::clone(&self.seal),
            address: String::new(),
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Vec<Claimed>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 15 seconds, then four times as long each time, at most six hours.
fn pause_seconds(attempts: u32) -> i64 {
    15_i64.saturating_mul(4_i64.saturating_pow(attempts.saturating_sub(1))).min(LONGEST_PAUSE_SECONDS)
}

fn tidy(tx: &mut db::Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    let before = |days: i64| by.now().plus_seconds(-days * DAY_SECONDS);
    store::tidy(tx, before(7), before(90))?;
    crate::outbox::forget(tx, before(crate::outbox::KEPT_DAYS))?;
    Ok(())
}
