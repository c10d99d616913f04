//! What other parts may do with the queue: enqueue, look, try again.

use db::Tx;
use kernel::{AccountId, Caller, DistrictId, Instant, Refusal};
use sha2::{Digest, Sha256};

use crate::{Job, JobId, store};

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for its time and a runner.
    Waiting,
    /// A runner has it.
    Running,
    /// Done.
    Done,
    /// Given up; a person must look.
    Dead,
}

impl State {
    /// All.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Running, Self::Done, Self::Dead];

    /// The word in the store and, after `job-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }

    /// The state of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A job as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enqueued {
    /// Which.
    pub id: JobId,
    /// Its [`Job::NAME`].
    pub kind: String,
    /// Where it stands.
    pub state: State,
    /// Times it was begun.
    pub attempts: u32,
    /// Not before.
    pub run_at: Instant,
    /// Pieces done, of `total`.
    pub done: i64,
    /// Pieces in all; 0 while unknown.
    pub total: i64,
    /// Why the last attempt failed, for staff.
    pub last_error: Option<String>,
    /// Who asked for it.
    pub enqueued_by: Option<AccountId>,
    /// When it was asked for.
    pub enqueued_at: Instant,
    /// When the last attempt began.
    pub started_at: Option<Instant>,
    /// When it was done or given up.
    pub finished_at: Option<Instant>,
}

impl Enqueued {
    /// Seconds left at the pace so far; `None` when nothing can be said yet.
    pub fn seconds_left(&self, now: Instant) -> Option<i64> {
        let running = self.state == State::Running && self.done > 0 && self.total >= self.done;
        let spent = now.seconds_since(self.started_at.filter(|_| running)?).max(0);
        spent.checked_mul(self.total - self.done)?.checked_div(self.done)
    }
}

/// Puts a job into the queue, in the transaction of the action that wants it. Gives its id, or
/// that of the equal one that already waits.
///
/// # Errors
/// What the database says.
pub fn enqueue<J: Job>(tx: &mut Tx<'_>, by: &Caller, job: &J) -> Result<JobId, Refusal> {
    enqueue_at(tx, by, job, by.now())
}

/// As [`enqueue`], to run not before `at`.
///
/// # Errors
/// What the database says.
pub fn enqueue_at<J: Job>(tx: &mut Tx<'_>, by: &Caller, job: &J, at: Instant) -> Result<JobId, Refusal> {
    let payload = serde_json::to_string(job).map_err(|error| Refusal::Broken(Box::new(error)))?;
    let id: JobId = by.id();
    let key = if J::DEDUPLICATED { digest(&payload) } else { id.to_string() };
    Ok(store::insert(tx, by, &store::New { id, kind: J::NAME, payload, key, run_at: at })?)
}

/// Puts a job into the queue whose kind another crate knows; each one counts.
pub(crate) fn enqueue_named<T: serde::Serialize>(
    tx: &mut Tx<'_>,
    by: &Caller,
    kind: &'static str,
    value: &T,
) -> Result<JobId, Refusal> {
    let payload = serde_json::to_string(value).map_err(|error| Refusal::Broken(Box::new(error)))?;
    let id: JobId = by.id();
    let key = id.to_string();
    Ok(store::insert(tx, by, &store::New { id, kind, payload, key, run_at: by.now() })?)
}

/// A job of the district.
///
/// # Errors
/// What the database says.
pub fn find(tx: &mut Tx<'_>, district: &DistrictId, id: &JobId) -> Result<Option<Enqueued>, Refusal> {
    Ok(store::find(tx, district, id)?)
}

/// The job of this kind that was enqueued last, for a page that watches it.
///
/// # Errors
/// What the database says.
pub fn latest<J: Job>(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Option<Enqueued>, Refusal> {
    Ok(store::latest(tx, district, J::NAME)?)
}

/// The jobs that were given up, latest first, at most 200.
///
/// # Errors
/// What the database says.
pub fn dead(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<Enqueued>, Refusal> {
    Ok(store::dead(tx, district)?)
}

/// Lets a job that was given up run once more, with all its attempts, and gives its kind. Where an
/// equal one waits already, that one does the work, and this one is done.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such dead job in the district.
pub fn run_again(tx: &mut Tx<'_>, by: &Caller, id: &JobId) -> Result<String, Refusal> {
    let found = store::find(tx, by.district(), id)?.filter(|job| job.state == State::Dead);
    let job = found.ok_or(Refusal::NotFound)?;
    if !store::revive(tx, by.district(), id, by.now())? {
        store::leave_to_equal(tx, by.district(), id)?;
    }
    Ok(job.kind)
}

/// A turn of the clock that failed and has not gone well since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The name of its [`crate::Schedule`].
    pub name: String,
    /// Why, for staff.
    pub error: String,
    /// When it is tried again by itself.
    pub due_at: Instant,
    /// When it last went well; none if it never did.
    pub ran_at: Option<Instant>,
}

/// What comes round by the clock and failed at its last turn. It is of the whole installation.
///
/// # Errors
/// What the database says.
pub fn missed(tx: &mut Tx<'_>) -> Result<Vec<Missed>, Refusal> {
    Ok(store::missed(tx)?)
}

fn digest(payload: &str) -> String {
    kernel::hex(Sha256::digest(payload))
}
