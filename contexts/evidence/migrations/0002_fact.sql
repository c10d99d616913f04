-- What a delivery may be done for: registered by the context that owns it.
create table evidence_purpose (
  district_id text not null,
  id text not null,
  code text not null,
  title text not null,
  title_en text,
  valid_from text not null,
  valid_to text not null,
  position bigint not null,
  retired boolean not null,
  primary key (district_id, id)
);

create table evidence_purpose_duty (
  district_id text not null,
  purpose_id text not null,
  unit_id text not null,
  role text not null check (role in ('lead', 'joint_lead', 'support')),
  primary key (district_id, purpose_id, unit_id),
  foreign key (district_id, purpose_id) references evidence_purpose (district_id, id)
);
create index evidence_purpose_duty_unit on evidence_purpose_duty (district_id, unit_id);

-- Counted rows. Never updated, never deleted: a correction is a reversal with its reason. Each is
-- whole in itself, so that the totals can be computed from this table alone.
create table evidence_fact (
  district_id text not null,
  seq bigint not null,
  source_id text not null,
  kind text not null,
  occurred_on text not null,
  month text not null,
  host_id text not null,
  town_id text not null,
  -- ids in rising order, parted by spaces
  organisers text not null,
  supporters text not null,
  purposes text not null,
  quantity text not null check (quantity in ('session', 'minute', 'person_time')),
  -- of person-times; empty for the others
  group_code text not null,
  n bigint not null,
  rule_version bigint not null,
  recorded_by text not null,
  recorded_at bigint not null,
  reverses bigint,
  reason text,
  primary key (district_id, seq),
  check ((reverses is null) = (reason is null))
);
create index evidence_fact_source on evidence_fact (district_id, source_id);
create unique index evidence_fact_reverses on evidence_fact (district_id, reverses) where reverses is not null;

-- The sums that pages show, kept in the transaction of the facts. Purpose '' is the whole district.
create table evidence_total (
  district_id text not null,
  purpose_id text not null,
  -- 2025 or 2025-09
  period text not null,
  grain text not null check (grain in ('all', 'town', 'organiser', 'supporter', 'group')),
  key text not null,
  sessions bigint not null,
  person_times bigint not null,
  minutes bigint not null,
  primary key (district_id, purpose_id, grain, period, key)
);
