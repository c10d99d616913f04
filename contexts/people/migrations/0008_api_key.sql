-- Keys by which other systems ask. The key itself is with them; its SHA-256 is here.
create table api_key (
    district_id text not null,
    id text not null,
    account_id text not null,
    name text not null,
    token_hash text not null,
    made_by text not null,
    made_at bigint not null,
    expires_on text not null,
    ended_at bigint,
    seen_at bigint,
    primary key (district_id, id),
    foreign key (district_id, account_id) references account (district_id, id),
    foreign key (district_id, made_by) references account (district_id, id)
);

create unique index api_key_token on api_key (token_hash);
create index api_key_account on api_key (district_id, account_id);
