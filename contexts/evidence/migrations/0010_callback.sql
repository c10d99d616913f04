-- A month's random sample of verified deliveries that somebody of another unit calls back. Seed and
-- frame stay, so that anybody can draw the same sample again.
create table evidence_callback_draw (
  district_id text not null,
  month text not null,
  seed bigint not null,
  percent bigint not null check (percent between 1 and 100),
  least bigint not null check (least between 1 and 100),
  most bigint not null check (most between 1 and 1000),
  n_drawn bigint not null,
  -- the ids it was drawn from, in their order, parted by spaces
  frame text not null,
  drawn_name text not null,
  drawn_at bigint not null,
  primary key (district_id, month)
);

create table evidence_callback (
  district_id text not null,
  id text not null,
  month text not null,
  delivery_id text not null,
  -- its host: a stratum of the month, of so many deliveries
  unit_id text not null,
  n_stratum bigint not null check (n_stratum >= 1),
  -- heads as they were verified when it was drawn
  reported bigint not null check (reported >= 0),
  state text not null check (state in ('drawn', 'assigned', 'answered')),
  version bigint not null check (version >= 1),
  drawn_at bigint not null,
  caller_unit_id text,
  -- whom to call: erased after the answer
  contact text,
  assigned_by text,
  assigned_name text,
  assigned_at bigint,
  outcome text check (outcome in ('confirmed', 'fewer', 'did_not_happen', 'not_reached')),
  heard bigint check (heard >= 0),
  source text,
  note text,
  answered_by text,
  answered_name text,
  answered_at bigint,
  primary key (district_id, id),
  foreign key (district_id, delivery_id) references evidence_delivery (district_id, id),
  check (state = 'drawn' or (caller_unit_id is not null and assigned_at is not null)),
  check ((state = 'answered') = (outcome is not null and answered_at is not null))
);
create unique index evidence_callback_delivery on evidence_callback (district_id, delivery_id);
create index evidence_callback_month on evidence_callback (district_id, month, unit_id);
create index evidence_callback_open on evidence_callback (district_id, state, caller_unit_id)
  where state <> 'answered';
