//! All SQL of the queue and the schedule.

use db::{Error, Row, Tx, params};
use kernel::{Caller, DistrictId, Instant};

use crate::worker::{LEASE_SECONDS, LONGEST_PAUSE_SECONDS};
use crate::{Enqueued, JobId, Missed, State};

/// A job to insert.
pub(crate) struct New {
    pub id: JobId,
    pub kind: &'static str,
    pub payload: String,
    pub key: String,
    pub run_at: Instant,
}

/// A job that a runner took. `attempts` tells this taking from an earlier or later one.
#[derive(Clone, Debug)]
pub(crate) struct Claimed {
    pub district: DistrictId,
    pub id: JobId,
    pub kind: String,
    pub payload: String,
    pub attempts: u32,
    pub enqueued_by: Option<kernel::AccountId>,
}

const SHOWN: &str = "id, kind, state, attempts, run_at, n_done, n_total, last_error, enqueued_by, enqueued_at, started_at, finished_at";

/// Inserts the job unless an equal one waits; gives the id of the one that waits.
pub(crate) fn insert(tx: &mut Tx<'_>, by: &Caller, new: &New) -> Result<JobId, Error> {
    let inserted = tx.execute(
        "insert into job (district_id, id, kind, payload, dedup_key, state, run_at, attempts, n_done, n_total,
                          enqueued_by, enqueued_at)
         values ($1, $2, $3, $4, $5, 'waiting', $6, 0, 0, 0, $7, $8)
         on conflict (district_id, kind, dedup_key) where state = 'waiting' do nothing",
        params![by.district(), &new.id, new.kind, &new.payload, &new.key, new.run_at, &by.actor.account, by.now()],
    )?;
    if inserted == 1 {
        return Ok(new.id.clone());
    }
    // The earlier of the two times counts.
    let waiting = tx.one(
        "update job set run_at = case when run_at > $4 then $4 else run_at end
         where district_id = $1 and kind = $2 and dedup_key = $3 and state = 'waiting' returning id",
        params![by.district(), new.kind, &new.key, new.run_at],
    )?;
    waiting.get("id")
}

/// What a runner may take at $1: what waits and has come to its time, and what runs under a lease that
/// is over. A time beyond $2, or a lease beyond $3, was written by a clock that stood ahead, and keeps
/// nothing waiting.
const DUE: &str = "((state = 'waiting' and (run_at <= $1 or run_at > $2))
    or (state = 'running' and (lease_until <= $1 or lease_until > $3)))";

/// The parameters of [`DUE`].
fn due_at(now: Instant) -> [Instant; 3] {
    [now, now.plus_seconds(2 * LONGEST_PAUSE_SECONDS), now.plus_seconds(10 * LEASE_SECONDS)]
}

/// Whether a runner would find something to take.
pub(crate) fn is_due(tx: &mut Tx<'_>, now: Instant) -> Result<bool, Error> {
    let [now, pause, lease] = due_at(now);
    let sql = format!("select id from job where {DUE} order by run_at limit 1");
    Ok(tx.find(&sql, params![now, pause, lease])?.is_some())
}

/// Takes the job that is due longest, or whose runner is gone.
pub(crate) fn claim(tx: &mut Tx<'_>, now: Instant, lease_until: Instant) -> Result<Option<Claimed>, Error> {
    let sql = format!(
        "select district_id, id, kind, payload, attempts, enqueued_by from job
         where {DUE} order by run_at, id limit 1{}",
        tx.skip_locked()
    );
    let [_, pause, lease] = due_at(now);
    let Some(row) = tx.find(&sql, params![now, pause, lease])? else { return Ok(None) };
    let claimed = Claimed {
        district: row.get("district_id")?,
        id: row.get("id")?,
        kind: row.get("kind")?,
        payload: row.get("payload")?,
        attempts: row.get::<u32>("attempts")?.saturating_add(1),
        enqueued_by: row.get("enqueued_by")?,
    };
    tx.execute(
        "update job set state = 'running', attempts = $3, lease_until = $4, started_at = $5, n_done = 0, n_total = 0
         where district_id = $1 and id = $2",
        params![&claimed.district, &claimed.id, claimed.attempts, lease_until, now],
    )?;
    Ok(Some(claimed))
}

/// Prolongs the lease; false when the job is no longer this runner's.
pub(crate) fn hold(tx: &mut Tx<'_>, job: &Claimed, lease_until: Instant) -> Result<bool, Error> {
    let held = tx.execute(
        "update job set lease_until = $4 where district_id = $1 and id = $2 and attempts = $3 and state = 'running'",
        params![&job.district, &job.id, job.attempts, lease_until],
    )?;
    Ok(held == 1)
}

pub(crate) fn progress(tx: &mut Tx<'_>, job: &Claimed, done: i64, total: i64) -> Result<(), Error> {
    let sql = "update job set n_done = $3, n_total = $4 where district_id = $1 and id = $2";
    tx.execute(sql, params![&job.district, &job.id, done, total]).map(|_| ())
}

/// Ends the job if it is still this runner's.
pub(crate) fn end(
    tx: &mut Tx<'_>,
    job: &Claimed,
    state: State,
    now: Instant,
    error: Option<&str>,
) -> Result<bool, Error> {
    let ended = tx.execute(
        "update job set state = $4, finished_at = $5, last_error = coalesce($6, last_error), lease_until = null
         where district_id = $1 and id = $2 and attempts = $3 and state = 'running'",
        params![&job.district, &job.id, job.attempts, state.code(), now, error],
    )?;
    Ok(ended == 1)
}

/// Puts the job back into the queue with `attempts`; where an equal one waits already, that one
/// does the work and this one is done.
pub(crate) fn put_back(
    tx: &mut Tx<'_>,
    job: &Claimed,
    attempts: u32,
    now: Instant,
    run_at: Instant,
    error: Option<&str>,
) -> Result<(), Error> {
    let equal = tx.find(
        "select w.id from job w join job j
            on j.district_id = w.district_id and j.kind = w.kind and j.dedup_key = w.dedup_key
         where j.district_id = $1 and j.id = $2 and w.state = 'waiting'",
        params![&job.district, &job.id],
    )?;
    if equal.is_some() {
        return end(tx, job, State::Done, now, error).map(|_| ());
    }
    tx.execute(
        "update job set state = 'waiting', attempts = $4, run_at = $5, last_error = coalesce($6, last_error),
                lease_until = null
         where district_id = $1 and id = $2 and attempts = $3 and state = 'running'",
        params![&job.district, &job.id, job.attempts, attempts, run_at, error],
    )
    .map(|_| ())
}

pub(crate) fn revive(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &JobId,
    now: Instant,
) -> Result<bool, Error> {
    let revived = tx.execute(
        "update job set state = 'waiting', attempts = 0, run_at = $3, finished_at = null
         where district_id = $1 and id = $2 and state = 'dead' and not exists
            (select 1 from job w where w.district_id = job.district_id and w.kind = job.kind
                and w.dedup_key = job.dedup_key and w.state = 'waiting')",
        params![district, id, now],
    )?;
    Ok(revived == 1)
}

/// Ends a job that was given up, since an equal one waits.
pub(crate) fn leave_to_equal(tx: &mut Tx<'_>, district: &DistrictId, id: &JobId) -> Result<(), Error> {
    let sql = "update job set state = 'done' where district_id = $1 and id = $2 and state = 'dead'";
    tx.execute(sql, params![district, id]).map(|_| ())
}

/// The turns that failed last time.
pub(crate) fn missed(tx: &mut Tx<'_>) -> Result<Vec<Missed>, Error> {
    let rows = tx.query(
        "select name, last_error, due_at, ran_at from job_schedule
         where district_id = '' and last_error is not null order by name",
        params![],
    )?;
    let missed = |row: &Row| {
        Ok(Missed {
            name: row.get("name")?,
            error: row.get("last_error")?,
            due_at: row.get("due_at")?,
            ran_at: row.get("ran_at")?,
        })
    };
    rows.iter().map(missed).collect()
}

pub(crate) fn find(tx: &mut Tx<'_>, district: &DistrictId, id: &JobId) -> Result<Option<Enqueued>, Error> {
    let sql = format!("select {SHOWN} from job where district_id = $1 and id = $2");
    tx.find(&sql, params![district, id])?.map(|row| shown(&row)).transpose()
}

pub(crate) fn latest(tx: &mut Tx<'_>, district: &DistrictId, kind: &str) -> Result<Option<Enqueued>, Error> {
    let sql = format!(
        "select {SHOWN} from job where district_id = $1 and kind = $2 order by enqueued_at desc, id desc limit 1"
    );
    tx.find(&sql, params![district, kind])?.map(|row| shown(&row)).transpose()
}

pub(crate) fn dead(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<Enqueued>, Error> {
    let sql = format!(
        "select {SHOWN} from job where district_id = $1 and state = 'dead' order by finished_at desc, id limit 200"
    );
    tx.query(&sql, params![district])?.iter().map(shown).collect()
}

/// Removes what ended before `done_before`, or was given up before `dead_before`.
pub(crate) fn tidy(tx: &mut Tx<'_>, done_before: Instant, dead_before: Instant) -> Result<u64, Error> {
    tx.execute(
        "delete from job where (state = 'done' and finished_at < $1) or (state = 'dead' and finished_at < $2)",
        params![done_before, dead_before],
    )
}

fn shown(row: &Row) -> Result<Enqueued, Error> {
    Ok(Enqueued {
        id: row.get("id")?,
        kind: row.get("kind")?,
        state: row.parse("job", "state", State::parse)?,
        attempts: row.get("attempts")?,
        run_at: row.get("run_at")?,
        done: row.get("n_done")?,
        total: row.get("n_total")?,
        last_error: row.get("last_error")?,
        enqueued_by: row.get("enqueued_by")?,
        enqueued_at: row.get("enqueued_at")?,
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
    })
}

/// The time from which on a turn was set by a clock that stood ahead: further away than two periods,
/// since the clocks of several machines are never quite alike.
fn beyond(now: Instant, next: Instant) -> Instant {
    next.plus_seconds(next.seconds_since(now))
}

/// Makes the turn this caller's when it is due, and sets the next; false when it is not due.
pub(crate) fn take_turn(tx: &mut Tx<'_>, name: &str, now: Instant, next: Instant) -> Result<bool, Error> {
    let taken = tx.execute(
        "insert into job_schedule (district_id, name, due_at, ran_at) values ('', $1, $3, $2)
         on conflict (district_id, name) do update set due_at = excluded.due_at, ran_at = excluded.ran_at,
            last_error = null
         where job_schedule.due_at <= $2 or job_schedule.due_at > $4",
        params![name, now, next, beyond(now, next)],
    )?;
    Ok(taken == 1)
}

/// Whether a turn has come, read only.
pub(crate) fn is_turn(tx: &mut Tx<'_>, name: &str, now: Instant, next: Instant) -> Result<bool, Error> {
    let row =
        tx.find("select due_at from job_schedule where district_id = '' and name = $1", params![name])?;
    let Some(row) = row else { return Ok(true) };
    let due_at: Instant = row.get("due_at")?;
    Ok(due_at <= now || due_at > beyond(now, next))
}

/// Notes why a turn failed and when it is tried again.
pub(crate) fn miss_turn(tx: &mut Tx<'_>, name: &str, due_at: Instant, error: &str) -> Result<(), Error> {
    tx.execute(
        "insert into job_schedule (district_id, name, due_at, last_error) values ('', $1, $2, $3)
         on conflict (district_id, name) do update set due_at = excluded.due_at, last_error = excluded.last_error",
        params![name, due_at, error],
    )
    .map(|_| ())
}
