-- When each person came to a visit and left it, as it was noted at the door; the report may say otherwise.
create table service_door (
  district_id text not null,
  order_id text not null,
  round bigint not null,
  person_id text not null,
  in_minute bigint not null check (in_minute between 0 and 1439),
  out_minute bigint check (out_minute between 0 and 1439),
  noted_by text not null,
  noted_at bigint not null,
  primary key (district_id, order_id, round, person_id),
  foreign key (district_id, order_id) references service_order (district_id, id),
  foreign key (district_id, person_id) references service_person (district_id, id),
  check (out_minute is null or out_minute >= in_minute)
);

-- Whether the resident's code was told at the door, and how often a wrong one was.
create table service_door_code (
  district_id text not null,
  order_id text not null,
  round bigint not null,
  n_wrong bigint not null check (n_wrong >= 0),
  told_by text,
  told_at bigint,
  primary key (district_id, order_id, round),
  foreign key (district_id, order_id) references service_order (district_id, id)
);
