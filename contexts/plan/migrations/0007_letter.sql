-- Responsibility letters: what a unit owes in a year, signed by both sides, scored at the year's end.

create table plan_letter (
  district_id text not null,
  id text not null,
  unit_id text not null,
  year bigint not null,
  number bigint not null check (number > 0),
  preamble text not null,
  n_total bigint not null check (n_total > 0),
  state text not null check (state in ('draft', 'issued', 'unit_signed', 'in_force', 'scoring', 'self_scored',
    'reviewed', 'appealed', 'closed')),
  n_version bigint not null default 1,
  primary key (district_id, id)
);
create unique index plan_letter_of_unit on plan_letter (district_id, unit_id, year);
create unique index plan_letter_number on plan_letter (district_id, year, number);
create index plan_letter_by_state on plan_letter (district_id, state);

-- Points in hundredths. `asked_value` is what the year asks of a target; without one the clause is
-- judged by sessions, or by a person.
create table plan_letter_clause (
  district_id text not null,
  letter_id text not null,
  n bigint not null,
  item_id text not null,
  target_id text,
  role text not null check (role in ('lead', 'joint_lead', 'support')),
  body text not null,
  asked_value text,
  asked_unit text not null,
  n_points bigint not null check (n_points >= 0),
  basis text check (basis in ('reached', 'share', 'contributed', 'not_collected', 'cannot_say')),
  now_value text,
  n_proposed bigint,
  n_own bigint,
  own_words text not null default '',
  n_reviewed bigint,
  review_words text not null default '',
  n_final bigint,
  primary key (district_id, letter_id, n),
  foreign key (district_id, letter_id) references plan_letter (district_id, id)
);

-- What was done with a letter, in order; only added to. Signatures are steps.
create table plan_letter_step (
  district_id text not null,
  letter_id text not null,
  n bigint not null,
  kind text not null check (kind in ('issue', 'hand_back', 'sign_unit', 'sign_association', 'supplement',
    'supplement_sign_unit', 'supplement_sign_association', 'supplement_refuse', 'open_scoring', 'score_self',
    'review', 'accept', 'appeal', 'answer')),
  supplement bigint,
  done_by text not null,
  name text not null,
  done_at bigint not null,
  words text not null,
  primary key (district_id, letter_id, n),
  foreign key (district_id, letter_id) references plan_letter (district_id, id)
);

create table plan_letter_supplement (
  district_id text not null,
  letter_id text not null,
  n bigint not null check (n > 0),
  reason text not null,
  state text not null check (state in ('issued', 'unit_signed', 'in_force', 'refused')),
  primary key (district_id, letter_id, n),
  foreign key (district_id, letter_id) references plan_letter (district_id, id)
);

-- What a supplement puts in the place of a clause.
create table plan_letter_change (
  district_id text not null,
  letter_id text not null,
  supplement bigint not null,
  clause bigint not null,
  body text not null,
  asked_value text,
  n_points bigint not null check (n_points >= 0),
  primary key (district_id, letter_id, supplement, clause),
  foreign key (district_id, letter_id, supplement)
    references plan_letter_supplement (district_id, letter_id, n)
);
