-- What a unit offers: an expert, a team's programme, a venue, a work. The menu is made of these.
create table service_resource (
  district_id text not null,
  id text not null,
  unit_id text not null,
  kind text not null check (kind in ('expert', 'team', 'venue', 'work', 'vehicle')),
  title text not null,
  summary text not null,
  topic text not null,
  -- codes of groups, of towns and of languages, each between commas; empty for all
  groups text not null,
  towns text not null,
  languages text not null,
  minutes bigint not null check (minutes between 10 and 600),
  lead_days bigint not null check (lead_days between 0 and 90),
  from_month bigint not null check (from_month between 1 and 12),
  to_month bigint not null check (to_month between 1 and 12),
  weekdays text not null,
  n_per_day bigint not null check (n_per_day between 1 and 20),
  n_per_month bigint not null check (n_per_month between 1 and 200),
  purpose_id text,
  state text not null check (state in ('open', 'paused', 'withdrawn')),
  n_version bigint not null check (n_version >= 1),
  changed_by text not null,
  changed_at bigint not null,
  is_demo boolean not null,
  primary key (district_id, id)
);
create index service_resource_by_state on service_resource (district_id, state, topic);

-- What a resident asks for, and how far it is.
create table service_order (
  district_id text not null,
  id text not null,
  year bigint not null,
  n bigint not null,
  draft_key text not null,
  state text not null check (state in ('draft', 'submitted', 'returned', 'refused', 'dispatched', 'claimed',
    'recruiting', 'accepted', 'scheduled', 'in_delivery', 'awaiting', 'feedback', 'closed', 'withdrawn',
    'merged', 'passed_on')),
  resource_id text,
  title text not null,
  need text not null,
  topic text not null,
  group_code text,
  town_id text,
  community_id text,
  -- the street and house, with the name and the number, sealed with the installation's key
  contact bytea,
  phone_mac text not null,
  wanted_on text,
  day_part text not null check (day_part in ('morning', 'afternoon', 'evening', 'any')),
  n_heads bigint,
  language text not null,
  channel text not null check (channel in ('web', 'phone', 'counter')),
  entered_by text,
  department_id text,
  team_id text,
  visit_on text,
  visit_minute bigint,
  visit_minutes bigint,
  began_at bigint,
  delivery_id text,
  merged_into text,
  words text not null,
  ended_by text,
  ended_name text,
  ended_at bigint,
  due_on text,
  n_left bigint,
  held_level bigint not null check (held_level >= 0),
  held_unit_id text,
  n_reopened bigint not null,
  created_at bigint not null,
  submitted_at bigint,
  state_at bigint not null,
  n_version bigint not null check (n_version >= 1),
  is_demo boolean not null,
  primary key (district_id, id),
  check (state = 'draft' or (submitted_at is not null and community_id is not null and town_id is not null)),
  check (state not in ('claimed', 'recruiting', 'accepted', 'scheduled', 'in_delivery', 'awaiting', 'feedback',
    'closed') or department_id is not null),
  check (state not in ('accepted', 'scheduled', 'in_delivery', 'awaiting', 'feedback', 'closed')
    or team_id is not null),
  check (state not in ('scheduled', 'in_delivery', 'awaiting', 'feedback', 'closed')
    or (visit_on is not null and visit_minute is not null and visit_minutes is not null)),
  check (state not in ('awaiting', 'feedback', 'closed') or delivery_id is not null),
  check (state <> 'merged' or merged_into is not null)
);
create unique index service_order_number on service_order (district_id, year, n);
create unique index service_order_draft on service_order (district_id, draft_key);
create index service_order_by_state on service_order (district_id, state, due_on, id);
create index service_order_by_phone on service_order (district_id, phone_mac, created_at);
create index service_order_by_visit on service_order (district_id, resource_id, visit_on);
create index service_order_by_wish on service_order (district_id, resource_id, wanted_on);
create index service_order_by_team on service_order (district_id, team_id, state);
create index service_order_by_submission on service_order (district_id, submitted_at);

-- Which units have a part in an order, and whether they were only asked.
create table service_party (
  district_id text not null,
  order_id text not null,
  part text not null check (part in ('community', 'department', 'team', 'above')),
  unit_id text not null,
  state text not null check (state in ('offered', 'holds', 'declined', 'lapsed')),
  reason text not null,
  at bigint not null,
  primary key (district_id, order_id, part, unit_id),
  foreign key (district_id, order_id) references service_order (district_id, id)
);
create index service_party_by_unit on service_party (district_id, unit_id, order_id);

-- Every step with its words: the timeline, for both sides.
create table service_step (
  district_id text not null,
  order_id text not null,
  n bigint not null,
  step text not null,
  side text not null check (side in ('resident', 'staff', 'program')),
  by_id text,
  by_name text not null,
  unit_id text,
  at bigint not null,
  words text not null,
  due_on text,
  primary key (district_id, order_id, n),
  foreign key (district_id, order_id) references service_order (district_id, id)
);
create index service_step_by_kind on service_step (district_id, step, at);

-- Both sides' word on how it was.
create table service_rating (
  district_id text not null,
  order_id text not null,
  round bigint not null,
  side text not null check (side in ('resident', 'team')),
  n_stars bigint not null check (n_stars between 1 and 5),
  words text not null,
  by_id text,
  at bigint not null,
  primary key (district_id, order_id, round, side),
  foreign key (district_id, order_id) references service_order (district_id, id)
);

-- A call after a low rating or none, by somebody who had no part in the delivery.
create table service_call (
  district_id text not null,
  order_id text not null,
  round bigint not null,
  cause text not null check (cause in ('low', 'missing')),
  opened_at bigint not null,
  answered_by text,
  answered_name text,
  answered_at bigint,
  outcome text check (outcome in ('content', 'again', 'unreached')),
  words text not null,
  primary key (district_id, order_id, round),
  foreign key (district_id, order_id) references service_order (district_id, id),
  check (answered_at is null or (answered_by is not null and outcome is not null))
);

-- What a team can do, and how much at a time.
create table service_team (
  district_id text not null,
  unit_id text not null,
  topics text not null,
  languages text not null,
  towns text not null,
  n_load bigint not null check (n_load between 0 and 100),
  n_version bigint not null,
  changed_by text not null,
  changed_at bigint not null,
  primary key (district_id, unit_id)
);

-- Experts and volunteers of a team.
create table service_person (
  district_id text not null,
  id text not null,
  unit_id text not null,
  name text not null,
  kind text not null check (kind in ('expert', 'volunteer')),
  topics text not null,
  languages text not null,
  proof_code text not null,
  state text not null check (state in ('active', 'left')),
  n_version bigint not null,
  added_at bigint not null,
  is_demo boolean not null,
  primary key (district_id, id)
);
create unique index service_person_proof on service_person (district_id, proof_code);
create index service_person_by_unit on service_person (district_id, unit_id, state);

-- Who goes to which visit, and from when to when they were there.
create table service_duty (
  district_id text not null,
  order_id text not null,
  round bigint not null,
  person_id text not null,
  visit_on text not null,
  from_minute bigint not null,
  to_minute bigint not null,
  in_minute bigint,
  out_minute bigint,
  primary key (district_id, order_id, round, person_id),
  foreign key (district_id, order_id) references service_order (district_id, id),
  foreign key (district_id, person_id) references service_person (district_id, id),
  check (out_minute is null or (in_minute is not null and out_minute >= in_minute))
);
create index service_duty_by_person on service_duty (district_id, person_id, visit_on);

-- Working days a step may take, where the district set its own.
create table service_setting (
  district_id text not null,
  clock text not null,
  n_days bigint not null check (n_days between 1 and 60),
  set_by text not null,
  set_at bigint not null,
  primary key (district_id, clock)
);

-- Wrong codes, by the address they came from.
create table service_guess (
  district_id text not null,
  origin text not null,
  n bigint not null,
  since bigint not null,
  primary key (district_id, origin)
);

-- What is to be told to a unit or to the resident; one row a message.
create table service_message (
  district_id text not null,
  id text not null,
  order_id text not null,
  unit_id text,
  key text not null,
  at bigint not null,
  primary key (district_id, id)
);
create index service_message_by_order on service_message (district_id, order_id, at);
