//! Enqueueing, attempts, leases.

use kernel::{Actor, Caller, Refusal};

use super::{Each, Mark, both, marks};
use crate::store;
use crate::{MOST_ATTEMPTS, State, enqueue, enqueue_at, run_again};

#[test]
fn a_job_runs_after_its_action_and_once() {
    both(|bench| {
        let id = bench.enqueue("hello");
        assert_eq!(bench.look(&id).state, State::Waiting);
        assert_eq!((bench.run_due(), bench.run_due()), (1, 0));
        assert_eq!(marks(&bench.db), ["hello"]);
        let job = bench.look(&id);
        assert_eq!((job.state, job.attempts, job.enqueued_by), (State::Done, 1, Some("a1".into())));
    });
}

#[test]
fn a_job_is_lost_with_the_action_that_wanted_it() {
    both(|bench| {
        let by = bench.by();
        let refused = bench.db.write_now(move |tx| {
            enqueue(tx, &by, &Mark::new("hello"))?;
            Err::<(), _>(Refusal::Forbidden)
        });
        assert!(matches!(refused, Err(Refusal::Forbidden)));
        assert_eq!(bench.run_due(), 0);
    });
}

#[test]
fn of_equal_jobs_one_waits_unless_each_counts() {
    both(|bench| {
        assert_eq!(bench.enqueue("hello"), bench.enqueue("hello"));
        assert_ne!(bench.enqueue("hello"), bench.enqueue("another"));
        let by = bench.by();
        bench.db.write_now(move |tx| Ok([enqueue(tx, &by, &Each)?, enqueue(tx, &by, &Each)?])).unwrap();
        bench.run_due();
        let mut marks = marks(&bench.db);
        marks.sort();
        assert_eq!(marks, ["another", "each", "each", "hello"]);
        // What was done once may be wanted again.
        bench.enqueue("hello");
        assert_eq!(bench.run_due(), 1);
    });
}

#[test]
fn a_job_for_later_waits_for_its_time_and_an_equal_one_for_now_brings_it_forward() {
    both(|bench| {
        let (by, later) = (bench.by(), bench.by().now().plus_seconds(3600));
        bench.db.write_now(move |tx| enqueue_at(tx, &by, &Mark::new("hello"), later)).unwrap();
        assert_eq!(bench.run_due(), 0);
        bench.enqueue("hello");
        assert_eq!(bench.run_due(), 1);
    });
}

#[test]
fn a_job_that_fails_is_tried_again_after_a_growing_pause() {
    both(|bench| {
        let id = bench.enqueue("fails once");
        assert_eq!((bench.run_due(), bench.run_due()), (1, 0));
        let job = bench.look(&id);
        assert_eq!((job.state, job.last_error.as_deref()), (State::Waiting, Some("the first time")));
        let pause = bench.seconds_to_run(&id);
        assert_eq!(pause, 15);
        bench.clock.advance_seconds(pause);
        assert_eq!(bench.run_due(), 1);
        assert_eq!((bench.look(&id).state, marks(&bench.db)), (State::Done, vec!["fails once".to_owned()]));
    });
}

#[test]
fn a_job_that_fails_each_time_is_given_up_and_can_be_run_again() {
    both(|bench| {
        let id = bench.enqueue("fails");
        let mut pauses = Vec::new();
        for _ in 0..MOST_ATTEMPTS {
            assert_eq!(bench.run_due(), 1);
            pauses.push(bench.seconds_to_run(&id));
            bench.clock.advance_seconds(pauses.last().copied().unwrap_or_default());
        }
        assert_eq!(pauses.pop(), Some(0), "no pause after the last");
        assert!(pauses.is_sorted() && pauses.iter().sum::<i64>() > 24 * 3600, "{pauses:?}");
        assert_eq!((bench.look(&id).state, bench.run_due()), (State::Dead, 0));
        let dead = bench.db.read_now(|tx| crate::dead(tx, &"d".into())).unwrap();
        assert_eq!(dead.iter().map(|job| &job.id).collect::<Vec<_>>(), [&id]);
        let (by, again) = (bench.by(), id.clone());
        bench.db.write_now(move |tx| run_again(tx, &by, &again)).unwrap();
        assert_eq!((bench.run_due(), bench.look(&id).attempts), (1, 1));
    });
}

#[test]
fn nobody_runs_a_dead_job_of_another_district_again() {
    both(|bench| {
        let id = bench.enqueue("never");
        bench.run_due();
        assert_eq!(bench.look(&id).state, State::Dead);
        let stranger = Caller { actor: Actor::public("other".into()), ..bench.by() };
        let refused = bench.db.write_now(move |tx| run_again(tx, &stranger, &id));
        assert!(matches!(refused, Err(Refusal::NotFound)));
    });
}

#[test]
fn a_panic_is_a_failure_and_the_next_job_runs() {
    both(|bench| {
        let id = bench.enqueue("panics");
        bench.enqueue("hello");
        assert_eq!(bench.run_due(), 2);
        assert_eq!(marks(&bench.db), ["hello"]);
        assert_eq!(bench.look(&id).last_error.as_deref(), Some("the job panicked"));
    });
}

#[test]
fn an_interrupted_attempt_does_not_count() {
    both(|bench| {
        let id = bench.enqueue("interrupted");
        let worker = bench.worker();
        assert!(worker.run_one().unwrap());
        let job = bench.look(&id);
        assert_eq!((job.state, job.attempts, bench.seconds_to_run(&id)), (State::Waiting, 0, 0));
    });
}

#[test]
fn a_job_whose_runner_died_is_taken_over_once_its_lease_is_over() {
    both(|bench| {
        let id = bench.enqueue("hello");
        let now = bench.by().now();
        let taken = bench.db.write_now(move |tx| Ok(store::claim(tx, now, now.plus_seconds(60))?)).unwrap();
        assert!(taken.is_some());
        bench.clock.advance_seconds(59);
        assert_eq!(bench.run_due(), 0, "its runner may still live");
        bench.clock.advance_seconds(1);
        assert_eq!(bench.run_due(), 1);
        assert_eq!((bench.look(&id).attempts, marks(&bench.db).len()), (2, 1));
    });
}

#[test]
fn a_runner_that_lost_its_job_can_neither_write_nor_end_it() {
    both(|bench| {
        let id = bench.enqueue("hello");
        let now = bench.by().now();
        let claim = move |tx: &mut db::Tx<'_>| Ok(store::claim(tx, now, now)?);
        let lost = bench.db.write_now(claim).unwrap().unwrap();
        assert_eq!(bench.run_due(), 1);
        let (held, ended) = bench
            .db
            .write_now(move |tx| {
                Ok((store::hold(tx, &lost, now)?, store::end(tx, &lost, State::Dead, now, None)?))
            })
            .unwrap();
        assert_eq!((held, ended, bench.look(&id).state), (false, false, State::Done));
        assert_eq!(marks(&bench.db).len(), 1);
    });
}

#[test]
fn a_job_that_ended_its_program_each_time_is_given_up() {
    both(|bench| {
        let id = bench.enqueue("hello");
        for _ in 0..MOST_ATTEMPTS {
            let now = bench.by().now();
            assert!(bench.db.write_now(move |tx| Ok(store::claim(tx, now, now)?)).unwrap().is_some());
        }
        assert_eq!(bench.run_due(), 1);
        assert_eq!((bench.look(&id).state, marks(&bench.db).len()), (State::Dead, 0));
    });
}

#[test]
fn a_failed_job_gives_way_to_an_equal_one_that_was_enqueued_meanwhile() {
    both(|bench| {
        let first = bench.enqueue("fails");
        let now = bench.by().now();
        let claimed = bench.db.write_now(move |tx| Ok(store::claim(tx, now, now)?)).unwrap().unwrap();
        let second = bench.enqueue("fails");
        assert_ne!(first, second);
        bench.db.write_now(move |tx| Ok(store::put_back(tx, &claimed, 1, now, now, Some("why"))?)).unwrap();
        assert_eq!((bench.look(&first).state, bench.look(&second).state), (State::Done, State::Waiting));
    });
}

#[test]
fn progress_says_how_long_it_still_takes() {
    both(|bench| {
        let id = bench.enqueue("counts");
        let now = bench.by().now();
        let job = bench.db.write_now(move |tx| {
            let job = store::claim(tx, now, now.plus_seconds(60))?;
            job.iter().try_for_each(|job| store::progress(tx, job, 3, 12))?;
            Ok(job)
        });
        assert!(job.unwrap().is_some());
        bench.clock.advance_seconds(10);
        let job = bench.look(&id);
        assert_eq!((job.done, job.total, job.seconds_left(bench.by().now())), (3, 12, Some(30)));
    });
}

#[test]
fn what_a_job_wrote_before_it_failed_stays() {
    both(|bench| {
        bench.enqueue("marks and fails");
        let id = bench.enqueue("counts");
        assert_eq!(bench.run_due(), 2);
        assert_eq!(marks(&bench.db).len(), 2);
        assert_eq!((bench.look(&id).done, bench.look(&id).total), (3, 12));
    });
}
