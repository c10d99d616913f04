-- The leaves, kept by their places (see `clustered` in the database layer): most of a leaf is its key.
create table merkle_leaf_by_key (
  district_id text not null,
  log text not null,
  -- where its owner finds what the leaf stands for
  place bigint not null,
  hash bytea not null,
  leaf_index bigint check (leaf_index >= 0),
  primary key (district_id, log, place)
) /* clustered */;
insert into merkle_leaf_by_key (district_id, log, place, hash, leaf_index)
  select district_id, log, place, hash, leaf_index from merkle_leaf order by district_id, log, place;
drop table merkle_leaf;
alter table merkle_leaf_by_key rename to merkle_leaf;
create unique index merkle_leaf_index on merkle_leaf (district_id, log, leaf_index) where leaf_index is not null;
create index merkle_leaf_waits on merkle_leaf (district_id, log, place) where leaf_index is null;
