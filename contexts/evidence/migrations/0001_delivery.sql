-- What really happened, entered once.
create table evidence_delivery (
  district_id text not null,
  id text not null,
  client_key text not null,
  state text not null check (state in ('draft', 'returned', 'submitted', 'verified', 'withdrawn')),
  version bigint not null check (version >= 1),
  kind text not null,
  topic text not null,
  title text not null,
  search_key text not null,
  occurred_on text not null,
  start_minute bigint check (start_minute between 0 and 1439),
  minutes bigint not null check (minutes > 0),
  venue text not null,
  town_id text not null,
  place_id text,
  host_id text not null,
  method text not null,
  heads bigint not null check (heads >= 0),
  works text not null,
  note text not null,
  is_demo boolean not null,
  recorded_by text not null,
  recorded_name text not null,
  recorded_at bigint not null,
  submitted_by text,
  submitted_name text,
  submitted_at bigint,
  verified_by text,
  verified_name text,
  verified_at bigint,
  -- who returned or withdrew it, when and why
  closed_by text,
  closed_name text,
  closed_at bigint,
  closed_reason text,
  primary key (district_id, id),
  check (state <> 'submitted' or submitted_at is not null),
  check (state <> 'verified' or (submitted_at is not null and verified_at is not null)),
  check (state not in ('returned', 'withdrawn') or (closed_at is not null and closed_reason is not null))
);
-- A form sent twice from a phone acts once.
create unique index evidence_delivery_client on evidence_delivery (district_id, client_key);
-- Also holds what the list's text filter looks in, so that a search reads no more than this.
create index evidence_delivery_day on evidence_delivery (district_id, occurred_on, id, search_key);
create index evidence_delivery_kind on evidence_delivery (district_id, kind, occurred_on, id);
-- What waits for somebody: few among many.
create index evidence_delivery_open on evidence_delivery (district_id, state, occurred_on, id)
  where state <> 'verified';

-- What a delivery belongs to: the purposes it served, the units that organised or supported it,
-- the town it happened in and the groups it reached. One table, so that a delivery is written and
-- read with one statement and every filter of the list walks the same kind of index.
create table evidence_delivery_link (
  district_id text not null,
  delivery_id text not null,
  kind text not null check (kind in ('purpose', 'organiser', 'supporter', 'town', 'group')),
  key text not null,
  -- heads of a group; 0 for the others
  n bigint not null check (n >= 0),
  occurred_on text not null,
  primary key (district_id, delivery_id, kind, key),
  foreign key (district_id, delivery_id) references evidence_delivery (district_id, id)
);
create index evidence_delivery_link_key on evidence_delivery_link (district_id, kind, key, occurred_on, delivery_id);

-- Who signed in, as keyed hashes; the names were never stored.
create table evidence_delivery_person (
  district_id text not null,
  delivery_id text not null,
  person_hash text not null,
  primary key (district_id, delivery_id, person_hash),
  foreign key (district_id, delivery_id) references evidence_delivery (district_id, id)
);

-- The key of those hashes.
create table evidence_secret (
  district_id text not null,
  secret text not null,
  primary key (district_id)
);

-- Photos and other proofs of a delivery, an entry or an attestation.
create table evidence_proof (
  district_id text not null,
  id text not null,
  subject_kind text not null check (subject_kind in ('delivery', 'entry', 'attestation')),
  subject_id text not null,
  content_type text not null,
  sha256 text not null,
  bytes bytea not null,
  -- read from the photo before its metadata were stripped
  taken_on text,
  latitude double precision,
  longitude double precision,
  added_by text not null,
  added_name text not null,
  added_at bigint not null,
  primary key (district_id, id)
);
create index evidence_proof_subject on evidence_proof (district_id, subject_kind, subject_id);
create index evidence_proof_sha256 on evidence_proof (district_id, sha256);

-- The box of degrees inside which the district's photos are expected.
create table evidence_area (
  district_id text not null,
  south double precision not null,
  west double precision not null,
  north double precision not null,
  east double precision not null,
  source text not null,
  primary key (district_id)
);
