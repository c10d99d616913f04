-- What a unit is asked to set right, from being raised to being closed by the other side.
create table supervision (
  district_id text not null,
  id text not null,
  year bigint not null,
  n bigint not null,
  unit_id text not null,
  cause text not null check (cause in ('behind', 'missed', 'manual', 'finding')),
  subject_kind text not null check (subject_kind in ('target', 'measure', 'line', 'inspection', 'other')),
  subject_id text not null,
  subject_title text not null,
  request text not null,
  -- the figures at the moment at which it was raised, as the arguments of a sentence of the catalogue
  reason text not null,
  reason_args text not null,
  evidence_href text not null,
  raised_by text,
  raised_name text not null,
  raised_at bigint not null,
  due_on text not null,
  state text not null
    check (state in ('raised', 'acknowledged', 'extending', 'replied', 'returned', 'closed', 'withdrawn')),
  paused_on text,
  until_on text,
  replied_by text,
  held_level bigint not null check (held_level >= 0),
  held_unit_id text not null,
  held_on text not null,
  ended_by text,
  ended_name text,
  ended_at bigint,
  words text not null,
  n_version bigint not null check (n_version >= 1),
  is_demo boolean not null,
  primary key (district_id, id),
  check (state not in ('extending', 'replied') or paused_on is not null),
  check (state <> 'extending' or until_on is not null),
  check (state <> 'replied' or replied_by is not null),
  check (state not in ('closed', 'withdrawn') or (ended_at is not null and ended_by is not null))
);
create unique index supervision_number on supervision (district_id, year, n);
-- Once for a unit, cause and subject while it is open.
create unique index supervision_once on supervision (district_id, unit_id, cause, subject_kind, subject_id)
  where state not in ('closed', 'withdrawn') and cause in ('behind', 'missed');
create index supervision_by_unit on supervision (district_id, unit_id, due_on);
create index supervision_by_state on supervision (district_id, state, due_on);

-- Every step with its words: the timeline.
create table supervision_step (
  district_id text not null,
  supervision_id text not null,
  n bigint not null,
  step text not null,
  by_id text,
  by_name text not null,
  at bigint not null,
  words text not null,
  due_on text,
  primary key (district_id, supervision_id, n),
  foreign key (district_id, supervision_id) references supervision (district_id, id)
);

-- Deliveries that a reply names.
create table supervision_delivery (
  district_id text not null,
  supervision_id text not null,
  delivery_id text not null,
  n_step bigint not null,
  primary key (district_id, supervision_id, delivery_id),
  foreign key (district_id, supervision_id) references supervision (district_id, id)
);

-- Photos and scans behind a reply or an inspection.
create table plan_proof (
  district_id text not null,
  id text not null,
  subject_kind text not null check (subject_kind in ('supervision', 'inspection')),
  subject_id text not null,
  content_type text not null,
  sha256 text not null,
  bytes bytea not null,
  added_by text not null,
  added_name text not null,
  added_at bigint not null,
  primary key (district_id, id)
);
create index plan_proof_subject on plan_proof (district_id, subject_kind, subject_id);

-- What a district set for a cause, in place of the program's own figures.
create table supervision_setting (
  district_id text not null,
  cause text not null check (cause in ('behind', 'missed', 'manual', 'finding')),
  active boolean not null,
  n_days bigint not null check (n_days between 1 and 250),
  n_percent bigint not null check (n_percent between 0 and 100),
  n_grace bigint not null check (n_grace between 0 and 60),
  n_rest bigint not null check (n_rest between 0 and 250),
  n_escalate bigint not null check (n_escalate between 1 and 250),
  set_by text not null,
  set_name text not null,
  set_at bigint not null,
  primary key (district_id, cause)
);
