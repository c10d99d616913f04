-- What a counted indicator counts, as versions with the days on which each holds. A year is counted by
-- one version: the days of an indicator's versions never overlap and part at a year's end.
create table evidence_rule (
  district_id text not null,
  id text not null,
  indicator_id text not null,
  n bigint not null check (n >= 1),
  state text not null check (state in ('draft', 'in_force', 'superseded')),
  version bigint not null check (version >= 1),
  -- came with the indicator from its owner; nobody wrote it here
  is_ready boolean not null,
  purpose_id text not null,
  -- codes parted by spaces; empty means any
  kinds text not null,
  group_codes text not null,
  -- words as the search knows them, one a line; one of them is enough
  topics text not null,
  unit_id text not null,
  unit_role text not null check (unit_role in ('', 'organiser', 'supporter')),
  town_id text not null,
  place_id text not null,
  quantity text not null,
  valid_from text not null,
  -- before valid_from when another version took all its days
  valid_to text not null,
  why text not null,
  made_by text not null,
  made_name text not null,
  made_at bigint not null,
  put_by text,
  put_name text,
  put_at bigint,
  superseded_by bigint,
  primary key (district_id, id),
  foreign key (district_id, indicator_id) references evidence_indicator (district_id, id),
  check ((unit_id = '') = (unit_role = '')),
  check (state = 'draft' or put_at is not null),
  check ((state = 'superseded') = (superseded_by is not null))
);
create unique index evidence_rule_n on evidence_rule (district_id, indicator_id, n);
create index evidence_rule_purpose on evidence_rule (district_id, purpose_id, valid_to) where state <> 'draft';

-- An indicator that was made here, by a person of the district, and not registered by another context.
alter table evidence_indicator add column own boolean not null default false;

-- Which version counted the year.
alter table evidence_indicator_total add column rule_n bigint not null default 1;

-- What was registered before is the first version.
insert into evidence_rule (district_id, id, indicator_id, n, state, version, is_ready, purpose_id, kinds,
  group_codes, topics, unit_id, unit_role, town_id, place_id, quantity, valid_from, valid_to, why, made_by,
  made_name, made_at, put_by, put_name, put_at)
select district_id, id || '-1', id, 1, 'in_force', 1, true, purpose_id, delivery_kind, group_code, '', '', '',
  '', '', quantity, valid_from, valid_to, '', '', '', 0, '', '', 0
from evidence_indicator where kind = 'counted';
