-- A number of one of five kinds. Rules are data with a version and dates.
create table evidence_indicator (
  district_id text not null,
  id text not null,
  kind text not null check (kind in ('counted', 'registered', 'measured', 'financial', 'attested')),
  title text not null,
  title_en text,
  unit_text text not null,
  unit_text_en text,
  -- counted: the filter over deliveries and the quantity; empty text means any
  purpose_id text not null,
  delivery_kind text not null,
  group_code text not null,
  quantity text not null,
  -- registered: 'count' or 'coverage', and how many entries make a town covered
  form text not null,
  per_town bigint not null,
  rule_version bigint not null,
  valid_from text not null,
  valid_to text not null,
  position bigint not null,
  retired boolean not null,
  primary key (district_id, id)
);

-- What a counted indicator shows, by year, kept in the transaction of the facts.
create table evidence_indicator_total (
  district_id text not null,
  indicator_id text not null,
  year bigint not null,
  sessions bigint not null,
  person_times bigint not null,
  minutes bigint not null,
  -- distinct persons of the year; those of them not seen in an earlier year; person-times with identity
  persons bigint not null,
  persons_new bigint not null,
  identified bigint not null,
  primary key (district_id, indicator_id, year)
);

-- How often a person (hash) was counted for an indicator in a year.
create table evidence_indicator_person (
  district_id text not null,
  indicator_id text not null,
  person_hash text not null,
  year bigint not null,
  refs bigint not null check (refs >= 0),
  primary key (district_id, indicator_id, person_hash, year)
);

-- A dated entry of a registered stock: a venue, a commissioner, an appointment.
create table evidence_entry (
  district_id text not null,
  id text not null,
  indicator_id text not null,
  state text not null check (state in ('recorded', 'verified', 'ended', 'withdrawn')),
  version bigint not null check (version >= 1),
  title text not null,
  unit_id text not null,
  town_id text,
  valid_from text not null,
  valid_to text,
  proof text not null,
  is_demo boolean not null,
  recorded_by text not null,
  recorded_name text not null,
  recorded_at bigint not null,
  verified_by text,
  verified_name text,
  verified_at bigint,
  closed_by text,
  closed_name text,
  closed_at bigint,
  closed_reason text,
  primary key (district_id, id),
  check (state not in ('verified', 'ended') or verified_at is not null),
  check (state <> 'ended' or (closed_at is not null and valid_to is not null)),
  check (state <> 'withdrawn' or (closed_at is not null and closed_reason is not null))
);
create index evidence_entry_indicator on evidence_entry (district_id, indicator_id, valid_from);

-- A signed narrative: one signs, another confirms.
create table evidence_attestation (
  district_id text not null,
  id text not null,
  indicator_id text not null,
  state text not null check (state in ('signed', 'confirmed', 'withdrawn')),
  version bigint not null check (version >= 1),
  year bigint not null,
  unit_id text not null,
  body text not null,
  evidence text not null,
  is_demo boolean not null,
  signed_by text not null,
  signed_name text not null,
  signed_at bigint not null,
  confirmed_by text,
  confirmed_name text,
  confirmed_at bigint,
  closed_by text,
  closed_name text,
  closed_at bigint,
  closed_reason text,
  primary key (district_id, id),
  check (state <> 'confirmed' or confirmed_at is not null),
  check (state <> 'withdrawn' or (closed_at is not null and closed_reason is not null))
);
create index evidence_attestation_indicator on evidence_attestation (district_id, indicator_id, year);
-- What waits for a second person: few among many.
create index evidence_entry_open on evidence_entry (district_id, recorded_at) where state = 'recorded';
create index evidence_attestation_open on evidence_attestation (district_id, signed_at) where state = 'signed';
