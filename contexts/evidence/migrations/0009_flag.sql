-- Who gave the lecture or the training, one person a line with the role: told if it is known.
alter table evidence_delivery add column deliverers text not null default '';

-- The same persons by name, to find one of them elsewhere on the same day.
create table evidence_deliverer (
  district_id text not null,
  delivery_id text not null,
  -- width, case and spaces of the name do not matter
  name_key text not null,
  occurred_on text not null,
  primary key (district_id, delivery_id, name_key),
  foreign key (district_id, delivery_id) references evidence_delivery (district_id, id)
);
create index evidence_deliverer_day on evidence_deliverer (district_id, name_key, occurred_on);

-- How a photo looks, in 64 bits and in four bands of 16 of them: a look-up asks each band for its
-- nearest values.
create table evidence_look (
  district_id text not null,
  proof_id text not null,
  subject_kind text not null check (subject_kind in ('delivery', 'entry', 'attestation')),
  subject_id text not null,
  look bigint not null,
  band_a bigint not null,
  band_b bigint not null,
  band_c bigint not null,
  band_d bigint not null,
  primary key (district_id, proof_id),
  foreign key (district_id, proof_id) references evidence_proof (district_id, id)
);
create index evidence_look_a on evidence_look (district_id, band_a);
create index evidence_look_b on evidence_look (district_id, band_b);
create index evidence_look_c on evidence_look (district_id, band_c);
create index evidence_look_d on evidence_look (district_id, band_d);
create index evidence_look_subject on evidence_look (district_id, subject_kind, subject_id);

-- What was recorded by one account within minutes.
create index evidence_delivery_recorded on evidence_delivery (district_id, recorded_by, recorded_at);

-- What a verifier should look at: never a refusal and never an accusation.
create table evidence_flag (
  district_id text not null,
  delivery_id text not null,
  rule text not null,
  other_kind text not null check (other_kind in ('delivery', 'entry', 'attestation')),
  other_id text not null,
  -- what was found, in numbers and a name, for the sentence
  n bigint not null,
  called text not null,
  -- of the delivery, for the list
  host_id text not null,
  occurred_on text not null,
  state text not null check (state in ('open', 'answered', 'gone')),
  raised_at bigint not null,
  answer text,
  answered_by text,
  answered_name text,
  answered_at bigint,
  primary key (district_id, delivery_id, rule, other_id),
  foreign key (district_id, delivery_id) references evidence_delivery (district_id, id),
  check ((state = 'answered') = (answer is not null and answered_at is not null))
);
create index evidence_flag_open on evidence_flag (district_id, state, raised_at, delivery_id);
create index evidence_flag_other on evidence_flag (district_id, other_id);

-- From where on something is flagged; without a row the stated defaults hold.
create table evidence_flag_limits (
  district_id text not null,
  version bigint not null,
  photo_bits bigint not null check (photo_bits between 0 and 10),
  travel_minutes bigint not null check (travel_minutes between 0 and 600),
  burst_n bigint not null check (burst_n between 2 and 1000),
  burst_minutes bigint not null check (burst_minutes between 1 and 1440),
  same_heads_n bigint not null check (same_heads_n between 2 and 1000),
  same_heads_days bigint not null check (same_heads_days between 1 and 366),
  list_percent bigint not null check (list_percent between 50 and 100),
  primary key (district_id)
);
