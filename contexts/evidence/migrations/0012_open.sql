-- The open tables as they were last made, once a day: what anybody downloads, and what its fingerprint is of.
create table evidence_open (
  district_id text not null,
  -- deliveries, measures, targets or units
  name text not null,
  year bigint not null,
  -- the rows as JSON; what is left out is left out here already
  body text not null,
  n_rows bigint not null,
  n_left_out bigint not null,
  -- SHA-256 over columns and rows
  fingerprint text not null,
  made_on text not null,
  primary key (district_id, name, year)
);
