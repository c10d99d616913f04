//! The threads that run jobs while the program serves.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use kernel::Refusal;

use crate::Worker;

/// Jobs that run at the same time.
const THREADS: usize = 2;
/// How often the queue is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// How often leases are prolonged, in looks: every ten seconds.
const LOOKS_A_HOLD: u32 = 20;
/// How long jobs that run may take to end when the program stops.
const LAST: Duration = Duration::from_secs(1);

/// Runs jobs on threads of its own until it is stopped or dropped.
pub struct Runner {
    worker: Worker,
    bell: Arc<Bell>,
    threads: Vec<JoinHandle<()>>,
    /// Held by every thread until it ends.
    alive: Option<mpsc::Sender<()>>,
    ended: mpsc::Receiver<()>,
}

/// Wakes the threads early when the program stops.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    ringing: Condvar,
}

impl Bell {
    /// Waits for a while; true once it was rung.
    fn wait(&self) -> bool {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.ringing.wait_timeout_while(rung, LOOK, |rung| !*rung);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ringing.notify_all();
    }
}

impl Runner {
    /// Starts the threads.
    pub fn start(worker: Worker) -> Self {
        let (alive, ended) = mpsc::channel();
        let (bell, threads) = (Arc::default(), Vec::new());
        let mut runner = Self { worker, bell, threads, alive: Some(alive), ended };
        runner.spawn("jobs-clock", |worker, bell| {
            while !bell.wait() {
                note(worker.turn());
            }
        });
        // Of its own: a turn may take longer than a lease lasts, and the jobs still live.
        runner.spawn("jobs-hold", |worker, bell| {
            let mut looks = 0_u32;
            while !bell.wait() {
                looks = looks.wrapping_add(1);
                if looks.is_multiple_of(LOOKS_A_HOLD) {
                    note(worker.hold());
                }
            }
        });
        for _ in 0..THREADS {
            runner.spawn("jobs-run", |worker, bell| {
                while !bell.wait() {
                    while worker.run_one().unwrap_or_else(|refusal| note(Err(refusal))) {}
                }
            });
        }
        runner
    }

    /// Takes no further job, and tells those that run to end; does not wait. A long job ends early by
    /// asking [`crate::JobContext::is_stopping`].
    pub fn begin_to_stop(&self) {
        self.worker.stopping.store(true, Ordering::SeqCst);
        self.bell.ring();
    }

    /// Stops, and waits a second at most for what runs. A job that does not end by then is taken over at
    /// the next start, once its lease is over.
    pub fn stop(&mut self) {
        self.begin_to_stop();
        self.alive = None;
        // Nobody sends: the wait is over when the last thread has dropped its end, or too long.
        if let Err(mpsc::RecvTimeoutError::Timeout) = self.ended.recv_timeout(LAST) {
            tracing::warn!("a job still runs; it is taken over at the next start");
            self.threads.clear();
        }
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a job thread panicked");
            }
        }
    }

    fn spawn(&mut self, name: &str, work: impl Fn(&Worker, &Bell) + Send + 'static) {
        let (worker, bell, alive) = (self.worker.clone(), Arc::clone(&self.bell), self.alive.clone());
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            work(&worker, &bell);
            drop(alive);
        });
        match thread {
            Ok(thread) => self.threads.push(thread),
            Err(error) => tracing::error!(%error, "no thread for jobs"),
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Says in the log what kept the queue from being served; the next look tries again.
fn note(outcome: Result<(), Refusal>) -> bool {
    if let Err(refusal) = outcome {
        tracing::error!(%refusal, "the job queue could not be served");
    }
    false
}
