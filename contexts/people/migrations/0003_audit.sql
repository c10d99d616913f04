-- What was done, by whom, in the order of seq (clocks jump). Rows are only added, and removed when
-- they are older than the district keeps them.

create table audit_entry (
    district_id text not null,
    seq bigint not null,
    at bigint not null,
    account_id text,
    account_name text not null,
    name_key text not null,
    action text not null,
    subject_kind text not null,
    subject_id text not null,
    detail text not null,
    address text not null,
    primary key (district_id, seq)
);

create index audit_entry_account on audit_entry (district_id, account_id, seq);
create index audit_entry_action on audit_entry (district_id, action, seq);
create index audit_entry_subject on audit_entry (district_id, subject_kind, subject_id, seq);
