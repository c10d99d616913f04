-- Reports as they were printed: the cells, so that the code on the paper leads back to them.

create table plan_report (
  district_id text not null,
  code text not null,
  scope text not null check (scope in ('district', 'unit', 'town')),
  unit_id text,
  year bigint not null,
  quarter bigint check (quarter between 1 and 4),
  cells text not null,
  sha256 text not null,
  printed_by text not null,
  printed_at bigint not null,
  primary key (district_id, code),
  check ((scope = 'district') = (unit_id is null))
);
create index plan_report_by_time on plan_report (district_id, printed_at);
