//! The promises of the queue, each as a test on both databases.

mod outbox;
mod queue;
mod runner;
mod schedule;

use std::sync::Arc;

use db::{Db, Stream, Tx, params};
use kernel::{Actor, Caller, Clock, FixedClock, Refusal, SeededRng};
use serde::{Deserialize, Serialize};

use crate::{Enqueued, Failure, Job, JobContext, JobId, Kind, Module, STREAM, Worker};

const MARKS: Stream = Stream {
    context: "marks",
    files: &[(
        "0001_mark.sql",
        "create table mark (district_id text not null, id bigint not null, word text not null,
            primary key (district_id, id));",
    )],
};

/// A job whose behaviour its word decides; every run leaves a mark.
#[derive(Serialize, Deserialize)]
struct Mark {
    word: String,
}

impl Mark {
    fn new(word: &str) -> Self {
        Self { word: word.to_owned() }
    }
}

impl Job for Mark {
    const NAME: &'static str = "test.mark";
    const DEDUPLICATED: bool = true;

    fn run(&self, ctx: &JobContext) -> Result<(), Failure> {
        let word = self.word.clone();
        match self.word.as_str() {
            "fails once" if ctx.attempt() == 1 => Err(Failure::Again("the first time".into())),
            "fails" => Err(Failure::Again("each time".into())),
            "never" => Err(Failure::Never("no use".into())),
            "panics" => panic!("on purpose"),
            "interrupted" if ctx.attempt() == 1 && !ctx.is_stopping() => Err(Failure::Interrupted),
            "marks and fails" => {
                ctx.write(move |tx, by| mark(tx, by, &word))?;
                Err(Failure::Again("after the mark".into()))
            }
            "counts" => {
                ctx.progress(3, 12)?;
                ctx.write(move |tx, by| mark(tx, by, &word))?;
                Err(Failure::Again("to be looked at".into()))
            }
            _ => Ok(ctx.finish(move |tx, by| mark(tx, by, &word))?),
        }
    }
}

/// A job of which each one counts.
#[derive(Serialize, Deserialize)]
struct Each;

impl Job for Each {
    const NAME: &'static str = "test.each";
    const DEDUPLICATED: bool = false;

    fn run(&self, ctx: &JobContext) -> Result<(), Failure> {
        Ok(ctx.finish(|tx, by| mark(tx, by, "each"))?)
    }
}

fn mark(tx: &mut Tx<'_>, by: &Caller, word: &str) -> Result<(), Refusal> {
    let id = tx.next("mark")?;
    let insert = "insert into mark (district_id, id, word) values ($1, $2, $3)";
    tx.execute(insert, params![by.district(), id, word])?;
    Ok(())
}

fn marks(db: &Db) -> Vec<String> {
    let rows = db.read_now(|tx| Ok(tx.query("select word from mark order by id", &[])?)).unwrap();
    rows.iter().map(|row| row.get("word").unwrap()).collect()
}

/// A worker with a clock that the test moves.
struct Bench {
    db: Db,
    clock: Arc<FixedClock>,
    rng: Arc<SeededRng>,
    module: Module,
}

impl Bench {
    fn new(db: &Db) -> Self {
        let module = Module { jobs: vec![Kind::of::<Mark>(), Kind::of::<Each>()], schedule: Vec::new() };
        let (clock, rng) = (Arc::new(FixedClock::at("2025-09-01")), Arc::new(SeededRng::new(5)));
        Self { db: db.clone(), clock, rng, module }
    }

    fn by(&self) -> Caller {
        let actor = Actor { account: Some("a1".into()), ..Actor::public("d".into()) };
        Caller {
            actor,
            clock: self.clock.clone(),
            rng: self.rng.clone(),
            seal: std::sync::Arc::new(kernel::Unsealed),
            address: String::new(),
        }
    }

    fn enqueue(&self, word: &'static str) -> JobId {
        let by = self.by();
        self.db.write_now(move |tx| crate::enqueue(tx, &by, &Mark::new(word))).unwrap()
    }

    fn worker(&self) -> Worker {
        Worker::new(
            self.db.clone(),
            vec![self.module.clone()],
            self.clock.clone(),
            self.rng.clone(),
            self.by().seal,
        )
    }

    fn run_due(&self) -> usize {
        self.worker().run_due().unwrap()
    }

    fn look(&self, id: &JobId) -> Enqueued {
        let id = id.clone();
        self.db.read_now(move |tx| crate::find(tx, &"d".into(), &id)).unwrap().unwrap()
    }

    fn seconds_to_run(&self, id: &JobId) -> i64 {
        self.look(id).run_at.seconds_since(self.clock.now())
    }
}

fn both(test: impl Fn(&Bench)) {
    testkit::both(&[STREAM, MARKS], |db| test(&Bench::new(db)));
}
