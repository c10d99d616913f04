-- A visit as a team's calendar has it: it stays when the visit is called off, so that calendars take it out.
create table service_visit (
  district_id text not null,
  order_id text not null,
  round bigint not null,
  unit_id text not null,
  visit_on text not null,
  from_minute bigint not null,
  n_minutes bigint not null,
  n_sequence bigint not null check (n_sequence >= 0),
  changed_at bigint not null,
  cancelled_at bigint,
  primary key (district_id, order_id, round, unit_id),
  foreign key (district_id, order_id) references service_order (district_id, id)
);
create index service_visit_by_unit on service_visit (district_id, unit_id, visit_on);

insert into service_visit (district_id, order_id, round, unit_id, visit_on, from_minute, n_minutes, n_sequence, changed_at)
select district_id, id, n_reopened, team_id, visit_on, visit_minute, visit_minutes, 0, state_at from service_order
where visit_on is not null and team_id is not null;

-- The secret address of a team's calendar, by its hash; a new one ends the old one.
create table service_calendar (
  district_id text not null,
  unit_id text not null,
  token_hash text not null,
  made_by text not null,
  made_at bigint not null,
  primary key (district_id, unit_id)
);
create unique index service_calendar_token on service_calendar (token_hash);

-- An order that came from another system, by the number that it has there.
create table service_origin (
  district_id text not null,
  account_id text not null,
  number text not null,
  order_id text not null,
  kind text not null,
  at bigint not null,
  primary key (district_id, account_id, number),
  foreign key (district_id, order_id) references service_order (district_id, id)
);
create index service_origin_by_order on service_origin (district_id, order_id);
