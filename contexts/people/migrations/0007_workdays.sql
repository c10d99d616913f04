-- Years whose days off a person entered: those after the notices that the program brings along, or in
-- place of one of them.
create table workday_year (
  district_id text not null,
  year bigint not null,
  source text not null,
  entered_by text not null,
  entered_name text not null,
  entered_at bigint not null,
  n_version bigint not null check (n_version >= 1),
  primary key (district_id, year)
);

-- Runs of days off, and of weekend days that are worked instead.
create table workday_run (
  district_id text not null,
  year bigint not null,
  from_day text not null,
  to_day text not null,
  kind text not null check (kind in ('off', 'work')),
  name text not null,
  primary key (district_id, year, from_day),
  check (from_day <= to_day),
  foreign key (district_id, year) references workday_year (district_id, year)
);
