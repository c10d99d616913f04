-- What inspectors look at, with points that add up. A version never changes; the next one stands beside it.
create table checklist (
  district_id text not null,
  id text not null,
  family_id text not null,
  n bigint not null check (n >= 1),
  title text not null,
  total bigint not null check (total >= 1),
  made_by text not null,
  made_name text not null,
  made_at bigint not null,
  primary key (district_id, id)
);
create unique index checklist_version on checklist (district_id, family_id, n);

create table checklist_item (
  district_id text not null,
  checklist_id text not null,
  n bigint not null check (n >= 1),
  words text not null,
  kind text not null check (kind in ('points', 'yes_no')),
  points bigint not null check (points >= 1),
  primary key (district_id, checklist_id, n),
  foreign key (district_id, checklist_id) references checklist (district_id, id)
);

create table inspection (
  district_id text not null,
  id text not null,
  checklist_id text not null,
  unit_id text not null,
  planned_on text not null,
  inspector_id text not null,
  inspector_name text not null,
  state text not null check (state in ('planned', 'done', 'cancelled')),
  planned_by text not null,
  planned_name text not null,
  planned_at bigint not null,
  ended_by text,
  ended_name text,
  ended_at bigint,
  reason text not null,
  comment_by text,
  comment_name text,
  comment_at bigint,
  comment_words text not null,
  n_version bigint not null check (n_version >= 1),
  is_demo boolean not null,
  primary key (district_id, id),
  foreign key (district_id, checklist_id) references checklist (district_id, id),
  check (state = 'planned' or (ended_by is not null and ended_at is not null)),
  check (comment_words = '' or comment_at is not null)
);
create index inspection_by_unit on inspection (district_id, unit_id, planned_on);
create index inspection_by_state on inspection (district_id, state, planned_on);

create table inspection_answer (
  district_id text not null,
  inspection_id text not null,
  n bigint not null,
  given bigint not null check (given >= 0),
  finding text not null,
  supervision_id text,
  primary key (district_id, inspection_id, n),
  foreign key (district_id, inspection_id) references inspection (district_id, id)
);
