-- The busiest tables, kept by their keys (see `clustered` in the database layer), so that a row is
-- written once where it was written twice.

create table evidence_delivery_link_by_key (
  district_id text not null,
  delivery_id text not null,
  kind text not null check (kind in ('purpose', 'organiser', 'supporter', 'town', 'group')),
  key text not null,
  -- heads of a group; 0 for the others
  n bigint not null check (n >= 0),
  occurred_on text not null,
  primary key (district_id, delivery_id, kind, key),
  foreign key (district_id, delivery_id) references evidence_delivery (district_id, id)
) /* clustered */;
insert into evidence_delivery_link_by_key (district_id, delivery_id, kind, key, n, occurred_on)
  select district_id, delivery_id, kind, key, n, occurred_on from evidence_delivery_link
  order by district_id, delivery_id, kind, key;
drop table evidence_delivery_link;
alter table evidence_delivery_link_by_key rename to evidence_delivery_link;
create index evidence_delivery_link_key on evidence_delivery_link (district_id, kind, key, occurred_on, delivery_id);

create table evidence_fact_by_key (
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
) /* clustered */;
insert into evidence_fact_by_key (district_id, seq, source_id, kind, occurred_on, month, host_id, town_id,
    organisers, supporters, purposes, quantity, group_code, n, rule_version, recorded_by, recorded_at, reverses,
    reason)
  select district_id, seq, source_id, kind, occurred_on, month, host_id, town_id, organisers, supporters,
    purposes, quantity, group_code, n, rule_version, recorded_by, recorded_at, reverses, reason
  from evidence_fact order by district_id, seq;
drop table evidence_fact;
alter table evidence_fact_by_key rename to evidence_fact;
create unique index evidence_fact_reverses on evidence_fact (district_id, reverses) where reverses is not null;
-- An act begins with its session; its other facts follow at the next places. So one entry an act is
-- enough to find all that a delivery left.
create index evidence_fact_source on evidence_fact (district_id, source_id, seq) where quantity = 'session';

-- What an act moves for one purpose in one year stands together: a page or two, where it was one for
-- each grain.
create table evidence_total_by_key (
  district_id text not null,
  purpose_id text not null,
  -- 2025 or 2025-09
  period text not null,
  grain text not null check (grain in ('all', 'town', 'organiser', 'supporter', 'group')),
  key text not null,
  sessions bigint not null,
  person_times bigint not null,
  minutes bigint not null,
  primary key (district_id, purpose_id, period, grain, key)
) /* clustered */;
insert into evidence_total_by_key (district_id, purpose_id, period, grain, key, sessions, person_times, minutes)
  select district_id, purpose_id, period, grain, key, sessions, person_times, minutes from evidence_total
  order by district_id, purpose_id, period, grain, key;
drop table evidence_total;
alter table evidence_total_by_key rename to evidence_total;
