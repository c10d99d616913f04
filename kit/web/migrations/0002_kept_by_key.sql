-- Kept by its key, which begins with the time of the form: receipts of one moment lie side by side.
create table form_receipt_by_key (
  district_id text not null,
  form_key text not null,
  location text not null,
  answered_at bigint not null,
  primary key (district_id, form_key)
) /* clustered */;
insert into form_receipt_by_key (district_id, form_key, location, answered_at)
  select district_id, form_key, location, answered_at from form_receipt order by district_id, form_key;
drop table form_receipt;
alter table form_receipt_by_key rename to form_receipt;
create index form_receipt_by_age on form_receipt (district_id, answered_at);
