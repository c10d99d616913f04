//! Many runners at once, and the threads of the serving program.

use std::sync::mpsc;

use super::{Bench, Each, both, marks};
use crate::{Failure, Job, JobContext, Kind, Module, Runner, State, enqueue};

#[test]
fn many_runners_do_each_job_exactly_once() {
    both(|bench| {
        let by = bench.by();
        bench.db.write_now(move |tx| (0..40).try_for_each(|_| enqueue(tx, &by, &Each).map(|_| ()))).unwrap();
        let begun: usize = std::thread::scope(|scope| {
            let runners: Vec<_> = (0..4).map(|_| scope.spawn(|| bench.run_due())).collect();
            runners.into_iter().map(|runner| runner.join().unwrap()).sum()
        });
        assert_eq!((begun, marks(&bench.db).len()), (40, 40));
    });
}

/// Tells the test that it runs, then goes on until the program stops.
#[derive(serde::Serialize, serde::Deserialize)]
struct Long;

static STARTED: std::sync::Mutex<Option<mpsc::Sender<()>>> = std::sync::Mutex::new(None);

impl Job for Long {
    const NAME: &'static str = "test.long";
    const DEDUPLICATED: bool = true;

    fn run(&self, ctx: &JobContext) -> Result<(), Failure> {
        if let Some(started) = STARTED.lock().unwrap().as_ref() {
            started.send(()).map_err(|error| Failure::Never(error.to_string()))?;
        }
        while !ctx.is_stopping() {
            std::thread::yield_now();
        }
        Err(Failure::Interrupted)
    }
}

#[test]
fn stopping_puts_a_long_job_back_for_the_next_start() {
    both(|bench: &Bench| {
        let (started, has_started) = mpsc::channel();
        *STARTED.lock().unwrap() = Some(started);
        let by = bench.by();
        let id = bench.db.write_now(move |tx| enqueue(tx, &by, &Long)).unwrap();
        let module = Module { jobs: vec![Kind::of::<Long>()], schedule: Vec::new() };
        let mut runner = Runner::start(crate::Worker::new(
            bench.db.clone(),
            vec![module],
            bench.clock.clone(),
            bench.rng.clone(),
            bench.by().seal,
        ));
        has_started.recv().unwrap();
        runner.stop();
        let job = bench.look(&id);
        assert_eq!((job.state, job.attempts), (State::Waiting, 0));
    });
}

/// Tells the test that it runs, and hears of no end.
#[derive(serde::Serialize, serde::Deserialize)]
struct Deaf;

static RUNS: std::sync::Mutex<Option<mpsc::Sender<()>>> = std::sync::Mutex::new(None);
static HELD: std::sync::Mutex<()> = std::sync::Mutex::new(());

impl Job for Deaf {
    const NAME: &'static str = "test.deaf";
    const DEDUPLICATED: bool = true;

    fn run(&self, _: &JobContext) -> Result<(), Failure> {
        if let Some(runs) = RUNS.lock().unwrap().as_ref() {
            runs.send(()).map_err(|error| Failure::Never(error.to_string()))?;
        }
        drop(HELD.lock().unwrap());
        Ok(())
    }
}

#[test]
fn a_job_that_hears_of_no_end_holds_no_stop_up() {
    both(|bench: &Bench| {
        let held = HELD.lock().unwrap();
        let (runs, it_runs) = mpsc::channel();
        *RUNS.lock().unwrap() = Some(runs);
        let by = bench.by();
        bench.db.write_now(move |tx| enqueue(tx, &by, &Deaf)).unwrap();
        let module = Module { jobs: vec![Kind::of::<Deaf>()], schedule: Vec::new() };
        let bench = Bench { module, ..Bench::new(&bench.db) };
        let mut runner = Runner::start(bench.worker());
        it_runs.recv().unwrap();
        runner.stop();
        drop(held);
    });
}
