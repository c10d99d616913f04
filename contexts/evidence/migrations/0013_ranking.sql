-- From how many on a unit or town is put into an order; a district without a row has the usual number.
create table evidence_ranking (
  district_id text not null,
  least_n bigint not null,
  set_name text not null,
  set_at bigint not null,
  primary key (district_id)
);
