-- What a form answered the first time, so that the same form sent again acts once.
create table form_receipt (
  district_id text not null,
  form_key text not null,
  location text not null,
  answered_at bigint not null,
  primary key (district_id, form_key)
);
create index form_receipt_by_age on form_receipt (district_id, answered_at);
