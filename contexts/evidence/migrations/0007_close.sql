-- Closed months and years: what every number of the period was, signed. Never updated, never deleted.
create table evidence_close (
  district_id text not null,
  -- 2025-11 or 2025
  period text not null,
  -- the canonical text of all numbers
  body text not null,
  -- a signed note over the hash of the body and the size of the log
  note text not null,
  -- the district's total as it was
  sessions bigint not null,
  person_times bigint not null,
  minutes bigint not null,
  -- leaves of the log at the close
  n_leaves bigint not null,
  -- what waited for a second person and was left out
  n_left_out bigint not null,
  closed_by text not null,
  closed_name text not null,
  closed_at bigint not null,
  primary key (district_id, period)
);

-- What moved a closed period afterwards, and why.
create table evidence_late (
  district_id text not null,
  period text not null,
  id text not null,
  source_id text not null,
  sessions bigint not null,
  person_times bigint not null,
  minutes bigint not null,
  reason text not null,
  acted_by text not null,
  acted_name text not null,
  acted_at bigint not null,
  primary key (district_id, period, id)
);
