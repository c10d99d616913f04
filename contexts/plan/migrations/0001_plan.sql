-- The official plan: what was uploaded, what was understood, who owes what, and what was arranged for the year.

create table plan_document (
  district_id text not null,
  id text not null,
  name text not null,
  sha256 text not null,
  text_sha256 text,
  n_bytes bigint not null,
  state text not null check (state in ('reading', 'read', 'refused')),
  n_percent bigint not null default 0 check (n_percent between 0 and 100),
  reason text,
  reason_args text,
  body text,
  uploaded_by text not null,
  uploaded_at bigint not null,
  finished_at bigint,
  primary key (district_id, id),
  check (state <> 'refused' or reason is not null),
  check (state <> 'read' or (body is not null and text_sha256 is not null))
);
create unique index plan_document_same_file on plan_document (district_id, sha256) where state <> 'refused';

-- The bytes as they came, so that anyone can check the reading.
create table plan_document_file (
  district_id text not null,
  document_id text not null,
  bytes bytea not null,
  primary key (district_id, document_id),
  foreign key (district_id, document_id) references plan_document (district_id, id)
);

create table plan (
  district_id text not null,
  id text not null,
  document_id text not null,
  replaces_id text,
  title text not null,
  from_year bigint,
  to_year bigint,
  state text not null check (state in ('draft', 'published', 'superseded')),
  n_version bigint not null default 1,
  created_at bigint not null,
  published_at bigint,
  published_by text,
  superseded_at bigint,
  primary key (district_id, id),
  foreign key (district_id, document_id) references plan_document (district_id, id),
  foreign key (district_id, replaces_id) references plan (district_id, id),
  check ((from_year is null) = (to_year is null)),
  check (to_year >= from_year),
  check (state = 'draft' or (published_at is not null and from_year is not null)),
  check (state <> 'superseded' or superseded_at is not null)
);
create index plan_by_state on plan (district_id, state);
create unique index plan_of_document on plan (district_id, document_id);

create table plan_section (
  district_id text not null,
  plan_id text not null,
  n bigint not null,
  chapter text not null,
  title text not null,
  kind text not null check (kind in ('action', 'project', 'other')),
  span_from bigint,
  span_to bigint,
  primary key (district_id, plan_id, n),
  foreign key (district_id, plan_id) references plan (district_id, id)
);

-- An item keeps its id through the versions of a plan: what was done for it stays with it.
create table plan_item (
  district_id text not null,
  plan_id text not null,
  id text not null,
  n bigint not null,
  chapter text not null,
  section text not null,
  kind text not null check (kind in ('goal', 'measure', 'safeguard', 'principle')),
  title text not null,
  body text not null,
  span_from bigint,
  span_to bigint,
  primary key (district_id, plan_id, id),
  foreign key (district_id, plan_id) references plan (district_id, id)
);

-- `name` is what the document writes. `standing`: matched to a unit, still unmatched, or kept as
-- text because it names no unit (all member units).
create table plan_duty (
  district_id text not null,
  plan_id text not null,
  item_id text not null,
  n bigint not null,
  role text not null check (role in ('lead', 'joint_lead', 'support')),
  name text not null,
  standing text not null check (standing in ('matched', 'unmatched', 'text')),
  unit_id text,
  primary key (district_id, plan_id, item_id, n),
  foreign key (district_id, plan_id, item_id) references plan_item (district_id, plan_id, id),
  check ((standing = 'matched') = (unit_id is not null))
);
create index plan_duty_by_unit on plan_duty (district_id, unit_id, plan_id);

create table plan_target (
  district_id text not null,
  plan_id text not null,
  id text not null,
  n bigint not null,
  code text not null,
  item_id text,
  section text not null,
  kind text not null check (kind in ('counted', 'registered', 'measured', 'financial', 'attested')),
  form text not null check (form in ('level', 'cumulative', 'yearly', 'yearly-step', 'increase', 'decrease', 'coverage', 'monotone')),
  subject text not null,
  comparator text not null check (comparator in ('>=', '>', '<=', '<', '=', 'rising', 'falling')),
  target_value text,
  unit text not null,
  per text not null,
  due text not null,
  approximate boolean not null default false,
  scope text not null,
  strength text not null,
  tally text not null check (tally in ('sessions', 'person_times', 'persons')),
  delivery_kind text,
  audience text,
  sentence text not null,
  span_from bigint,
  span_to bigint,
  state text not null check (state in ('proposed', 'confirmed')),
  confirmed_by text,
  confirmed_at bigint,
  primary key (district_id, plan_id, id),
  foreign key (district_id, plan_id) references plan (district_id, id),
  check (target_value is not null or comparator in ('rising', 'falling')),
  check (state = 'proposed' or (confirmed_by is not null and confirmed_at is not null))
);

-- Our own words beside the document's: titles in English, plain words for the public. They hang on
-- the thing itself (an item's or target's id, a heading's text) and so outlive a version.
create table plan_wording (
  district_id text not null,
  kind text not null check (kind in ('title', 'chapter', 'section', 'item', 'target')),
  key text not null,
  title_en text not null,
  plain_zh text not null,
  plain_en text not null,
  primary key (district_id, kind, key)
);

-- The path a person entered for a target, with where it was decided. Without one, pages draw a
-- straight line as a reference and store nothing.
create table plan_trajectory (
  district_id text not null,
  target_id text not null,
  year bigint not null,
  planned_value text not null,
  source text not null,
  entered_by text not null,
  entered_at bigint not null,
  primary key (district_id, target_id, year)
);

create table plan_doubt (
  district_id text not null,
  plan_id text not null,
  id text not null,
  n bigint not null,
  key text not null,
  detail text not null,
  item_id text,
  target_id text,
  span_from bigint,
  span_to bigint,
  blocking boolean not null,
  state text not null check (state in ('open', 'settled')),
  settled_by text,
  settled_at bigint,
  primary key (district_id, plan_id, id),
  foreign key (district_id, plan_id) references plan (district_id, id),
  check (state = 'open' or (settled_by is not null and settled_at is not null))
);

create table annual_plan (
  district_id text not null,
  unit_id text not null,
  year bigint not null,
  state text not null check (state in ('draft', 'submitted')),
  n_version bigint not null default 1,
  submitted_by text,
  submitted_at bigint,
  handed_back_reason text,
  primary key (district_id, unit_id, year),
  check (state <> 'submitted' or (submitted_by is not null and submitted_at is not null))
);

create table annual_plan_line (
  district_id text not null,
  id text not null,
  unit_id text not null,
  year bigint not null,
  item_id text not null,
  what text not null,
  n_sessions bigint not null check (n_sessions >= 0),
  n_heads bigint check (n_heads >= 0),
  primary key (district_id, id),
  foreign key (district_id, unit_id, year) references annual_plan (district_id, unit_id, year)
);
create index annual_plan_line_by_unit on annual_plan_line (district_id, unit_id, year);
create index annual_plan_line_by_item on annual_plan_line (district_id, year, item_id);

create table annual_plan_month (
  district_id text not null,
  line_id text not null,
  month bigint not null check (month between 1 and 12),
  n_sessions bigint not null check (n_sessions > 0),
  primary key (district_id, line_id, month),
  foreign key (district_id, line_id) references annual_plan_line (district_id, id)
);
