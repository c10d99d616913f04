//! Work that happens after the answer: a queue, a schedule and an outbox in the database.
//!
//! A job is enqueued in the transaction of the action that wants it, so the two are kept or lost
//! together. It is run at least once; what it does through [`JobContext::finish`] happens exactly
//! once. A job that fails is run again after a growing pause and given up after [`MOST_ATTEMPTS`].

mod context;
mod job;
pub mod outbox;
mod queue;
mod runner;
mod store;
mod worker;

pub use context::JobContext;
pub use job::{Failure, Job, Kind, Module, Schedule};
pub use queue::{Enqueued, Missed, State, dead, enqueue, enqueue_at, find, latest, missed, run_again};
pub use runner::Runner;
pub use worker::{MOST_ATTEMPTS, Worker};

kernel::id!(
    /// A message: what people are told of one thing that happened.
    MessageId
);
kernel::id!(
    /// One message on its way by one channel; also the key by which the other side tells a repetition.
    SendingId
);
kernel::id!(
    /// A job; also the key by which another system can tell a repeated request.
    JobId
);

/// The tables of this crate.
pub const STREAM: db::Stream = db::Stream {
    context: "jobs",
    files: &[
        ("0001_job.sql", include_str!("../migrations/0001_job.sql")),
        ("0002_given_up.sql", include_str!("../migrations/0002_given_up.sql")),
        ("0003_message.sql", include_str!("../migrations/0003_message.sql")),
        ("0004_guest.sql", include_str!("../migrations/0004_guest.sql")),
    ],
};

#[cfg(test)]
mod tests;
