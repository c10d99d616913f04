-- Dated numbers from outside: a survey's share, the accounts' spending, a population, where a plan began.
create table evidence_figure (
  district_id text not null,
  id text not null,
  -- an indicator's value, its value when the plan began, or a population
  subject text not null check (subject in ('value', 'baseline', 'resident', 'registered')),
  -- empty for a population
  indicator_id text not null,
  state text not null check (state in ('recorded', 'confirmed', 'withdrawn')),
  version bigint not null check (version >= 1),
  as_of text not null,
  -- decimal digits
  value text not null,
  low text,
  high text,
  method text not null,
  source text not null,
  publisher text not null,
  unit_id text not null,
  is_demo boolean not null,
  recorded_by text not null,
  recorded_name text not null,
  recorded_at bigint not null,
  confirmed_by text,
  confirmed_name text,
  confirmed_at bigint,
  closed_by text,
  closed_name text,
  closed_at bigint,
  closed_reason text,
  primary key (district_id, id),
  check ((low is null) = (high is null)),
  check ((subject in ('value', 'baseline')) = (indicator_id <> '')),
  check (state <> 'confirmed' or confirmed_at is not null),
  check (state <> 'withdrawn' or (closed_at is not null and closed_reason is not null))
);
create index evidence_figure_subject on evidence_figure (district_id, indicator_id, as_of);
create index evidence_figure_open on evidence_figure (district_id, recorded_at) where state = 'recorded';

-- What the plan's other promises say that the indicator was when the plan began; a person confirms it.
alter table evidence_indicator add column implied text;
alter table evidence_indicator add column implied_on text;
