-- The leaves of append-only logs. A leaf is written with what it stands for; its index is given
-- afterwards, when it is taken into the tree.
create table merkle_leaf (
  district_id text not null,
  log text not null,
  -- where its owner finds what the leaf stands for
  place bigint not null,
  hash bytea not null,
  leaf_index bigint check (leaf_index >= 0),
  primary key (district_id, log, place)
);
create unique index merkle_leaf_index on merkle_leaf (district_id, log, leaf_index) where leaf_index is not null;
create index merkle_leaf_waits on merkle_leaf (district_id, log, place) where leaf_index is null;

-- The tree in tiles: up to 256 hashes one after another. Those of level 0 are leaves; a hash of
-- level k + 1 is the root over one full tile of level k.
create table merkle_tile (
  district_id text not null,
  log text not null,
  level bigint not null check (level between 0 and 7),
  n bigint not null check (n >= 0),
  hashes bytea not null,
  primary key (district_id, log, level, n)
);

-- How many leaves are in the tree. Whoever takes leaves in moves it, so that two cannot at once.
create table merkle_tree (
  district_id text not null,
  log text not null,
  size bigint not null check (size >= 0),
  primary key (district_id, log)
);

-- Signed tree heads, as they were given out.
create table merkle_head (
  district_id text not null,
  log text not null,
  size bigint not null check (size >= 0),
  signed_at bigint not null,
  note text not null,
  primary key (district_id, log, size, signed_at)
);
