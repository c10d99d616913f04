//! What a context declares: its kinds of jobs and what comes round by the clock.

use db::Tx;
use kernel::{Caller, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::JobContext;

/// Work for later. The value is stored as JSON: ids and parameters, not data.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Its name in the store, such as `evidence.rebuild`; never changed once used.
    const NAME: &'static str;
    /// Whether one waiting job of equal value is enough: enqueueing a second one does nothing.
    const DEDUPLICATED: bool;

    /// Does the work. It may have been begun before, by a runner that died.
    ///
    /// # Errors
    /// [`Failure`], which says whether to try again.
    fn run(&self, ctx: &JobContext) -> Result<(), Failure>;
}

/// Why a job did not get done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It may go well later.
    Again(String),
    /// It can never go well.
    Never(String),
    /// The program stops; the job goes on after the next start, and this attempt does not count.
    Interrupted,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound | Refusal::Forbidden | Refusal::Invalid(_) => Self::Never(refusal.to_string()),
            Refusal::Conflict(_) | Refusal::Unavailable(_) | Refusal::Broken(_) => {
                Self::Again(refusal.to_string())
            }
        }
    }
}

impl From<db::Error> for Failure {
    fn from(error: db::Error) -> Self {
        Self::Again(error.to_string())
    }
}

/// A kind of job that the runner knows.
#[derive(Clone, Copy)]
pub struct Kind {
    /// As [`Job::NAME`].
    pub name: &'static str,
    pub(crate) run: fn(&str, &JobContext) -> Result<(), Failure>,
}

impl Kind {
    /// The kind of `J`.
    pub const fn of<J: Job>() -> Self {
        Self { name: J::NAME, run: run::<J> }
    }
}

fn run<J: Job>(payload: &str, ctx: &JobContext) -> Result<(), Failure> {
    let job: J = serde_json::from_str(payload)
        .map_err(|error| Failure::Never(format!("the stored job cannot be read: {error}")))?;
    job.run(ctx)
}

/// An action that comes round by the clock: in one transaction, once a period however many
/// programs run. Long work it enqueues.
#[derive(Clone, Copy)]
pub struct Schedule {
    /// Its name in the store, such as `people.sessions`.
    pub name: &'static str,
    /// The period in minutes, at least 1.
    pub every_minutes: u32,
    /// What to do. The caller is the installation itself: its district is empty.
    pub action: fn(&mut Tx<'_>, &Caller) -> Result<(), Refusal>,
}

/// What a context brings.
#[derive(Clone, Default)]
pub struct Module {
    /// Its kinds of jobs.
    pub jobs: Vec<Kind>,
    /// What comes round.
    pub schedule: Vec<Schedule>,
}
