-- Why an annual plan was changed after its year had ended.
create table annual_plan_correction (
  district_id text not null,
  id text not null,
  unit_id text not null,
  year bigint not null,
  reason text not null,
  n_before bigint not null check (n_before >= 0),
  n_after bigint not null check (n_after >= 0),
  corrected_by text not null,
  corrected_at bigint not null,
  primary key (district_id, id),
  foreign key (district_id, unit_id, year) references annual_plan (district_id, unit_id, year)
);
create index annual_plan_correction_by_unit on annual_plan_correction (district_id, unit_id, year);
