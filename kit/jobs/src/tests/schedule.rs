//! What comes round by the clock.

use db::Tx;
use kernel::{Caller, Clock, Refusal};

use super::{Bench, both, mark, marks};
use crate::Schedule;

fn round(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    mark(tx, by, "round")
}

fn fails(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    mark(tx, by, "half a round")?;
    Err(Refusal::Broken("on purpose".into()))
}

fn with(bench: &Bench, schedule: Vec<Schedule>) -> Bench {
    Bench { module: crate::Module { schedule, ..bench.module.clone() }, ..Bench::new(&bench.db) }
}

#[test]
fn an_action_comes_round_once_a_period() {
    both(|bench| {
        let bench = with(bench, vec![Schedule { name: "test.round", every_minutes: 10, action: round }]);
        bench.run_due();
        bench.run_due();
        assert_eq!(marks(&bench.db).len(), 1);
        bench.clock.advance_seconds(599);
        bench.run_due();
        assert_eq!(marks(&bench.db).len(), 1);
        bench.clock.advance_seconds(1);
        bench.run_due();
        assert_eq!(marks(&bench.db).len(), 2);
    });
}

#[test]
fn of_many_runners_one_takes_the_turn() {
    both(|bench| {
        let bench = with(bench, vec![Schedule { name: "test.round", every_minutes: 10, action: round }]);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| bench.run_due());
            }
        });
        assert_eq!(marks(&bench.db).len(), 1);
    });
}

#[test]
fn a_turn_that_fails_leaves_nothing_is_tried_again_and_stops_no_other() {
    both(|bench| {
        let failing = Schedule { name: "test.fails", every_minutes: 10, action: fails };
        let sound = Schedule { name: "test.round", every_minutes: 10, action: round };
        let bench = with(bench, vec![failing, sound]);
        bench.run_due();
        assert_eq!(marks(&bench.db), ["round"]);
        let why = "select last_error from job_schedule where name = 'test.fails'";
        let why = |bench: &Bench| {
            bench.db.read_now(move |tx| Ok(tx.one(why, &[])?.get::<Option<String>>("last_error")?)).unwrap()
        };
        assert!(why(&bench).is_some_and(|why| why.contains("on purpose")));
        bench.clock.advance_seconds(60);
        let mended = Schedule { name: "test.fails", every_minutes: 10, action: round };
        let bench = Bench { module: crate::Module { schedule: vec![mended], ..Default::default() }, ..bench };
        bench.run_due();
        assert_eq!((marks(&bench.db).len(), why(&bench)), (2, None));
    });
}

#[test]
fn jobs_that_ended_are_removed_after_a_week() {
    both(|bench| {
        bench.enqueue("hello");
        let given_up = bench.enqueue("never");
        bench.run_due();
        bench.clock.advance_seconds(8 * 24 * 3600);
        bench.run_due();
        let ids = bench.db.read_now(|tx| Ok(tx.query("select id from job", &[])?)).unwrap();
        assert_eq!(ids.iter().map(|row| row.get("id").unwrap()).collect::<Vec<crate::JobId>>(), [given_up]);
    });
}

#[test]
fn a_clock_that_stood_ahead_for_one_look_keeps_nothing_waiting() {
    both(|bench| {
        let bench = with(bench, vec![Schedule { name: "test.round", every_minutes: 10, action: round }]);
        let right = bench.clock.now();
        bench.clock.advance_seconds(400 * 24 * 3600);
        bench.run_due();
        let waiting = bench.enqueue("hello");
        let (by, worker) = (bench.by(), bench.worker());
        let id = bench.db.write_now(move |tx| crate::enqueue(tx, &by, &super::Each)).unwrap();
        let lease = bench.clock.now().plus_seconds(60);
        let ahead = bench.clock.now();
        let taken = bench.db.write_now(move |tx| Ok(crate::store::claim(tx, ahead, lease)?)).unwrap();
        assert!(taken.is_some());
        bench.clock.set(right.plus_seconds(1));
        assert_eq!(worker.run_due().unwrap(), 2);
        for job in [waiting, id] {
            assert_eq!(bench.look(&job).state, crate::State::Done);
        }
        assert_eq!(marks(&bench.db).iter().filter(|word| *word == "round").count(), 2);
        bench.run_due();
        assert_eq!(marks(&bench.db).iter().filter(|word| *word == "round").count(), 2);
    });
}
