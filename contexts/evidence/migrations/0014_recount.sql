-- An indicator that is being counted anew, a slice at a time: deliveries up to this one, in the order of
-- their days, are in its sums; those after it are still to come.
create table evidence_recount (
  district_id text not null,
  indicator_id text not null,
  after_on text not null,
  after_id text not null,
  begun_at bigint not null,
  primary key (district_id, indicator_id),
  foreign key (district_id, indicator_id) references evidence_indicator (district_id, id)
);
