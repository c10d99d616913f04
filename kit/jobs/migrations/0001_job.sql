-- Work that waits, runs, is done or was given up.
create table job (
    district_id text not null,
    id text not null,
    kind text not null,
    payload text not null,
    -- equal for jobs of which one waiting is enough; the job's own id otherwise
    dedup_key text not null,
    state text not null check (state in ('waiting', 'running', 'done', 'dead')),
    run_at bigint not null,
    attempts bigint not null,
    -- while running: until when the runner is believed to live
    lease_until bigint,
    n_done bigint not null,
    n_total bigint not null,
    last_error text,
    enqueued_by text,
    enqueued_at bigint not null,
    started_at bigint,
    finished_at bigint,
    primary key (district_id, id),
    check (state <> 'running' or (lease_until is not null and started_at is not null)),
    check (state not in ('done', 'dead') or finished_at is not null)
);

create unique index job_waits_once on job (district_id, kind, dedup_key) where state = 'waiting';
create index job_due on job (run_at) where state in ('waiting', 'running');
create index job_of_kind on job (district_id, kind, enqueued_at);

-- What comes round by the clock. It belongs to the installation: its district is empty.
create table job_schedule (
    district_id text not null,
    name text not null,
    due_at bigint not null,
    ran_at bigint,
    last_error text,
    primary key (district_id, name)
);
