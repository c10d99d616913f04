-- Who signs in, what they hold, and where they are signed in.

create table account (
    district_id text not null references district (district_id),
    id text not null,
    login text not null,
    login_key text not null,
    name text not null,
    name_key text not null,
    unit_id text,
    password_hash text not null,
    must_change_password boolean not null,
    disabled_at bigint,
    created_at bigint not null,
    signed_in_at bigint,
    version bigint not null,
    primary key (district_id, id),
    foreign key (district_id, unit_id) references unit (district_id, id)
);

create unique index account_login on account (district_id, login_key);

-- A role in a unit, from a day until the day before another. ("grant" is a word of SQL.)
create table role_grant (
    district_id text not null,
    id text not null,
    account_id text not null,
    role text not null check (role in (
        'administrator', 'coordinator', 'editor', 'verifier', 'community_worker', 'viewer')),
    unit_id text not null,
    since text not null,
    until text,
    primary key (district_id, id),
    foreign key (district_id, account_id) references account (district_id, id),
    foreign key (district_id, unit_id) references unit (district_id, id),
    check (until is null or until >= since)
);

create index role_grant_account on role_grant (district_id, account_id);
create index role_grant_unit on role_grant (district_id, unit_id);
create index role_grant_role on role_grant (district_id, role);

-- The token itself is only in the browser; its SHA-256 is the key here.
create table session (
    district_id text not null,
    token_hash text not null,
    account_id text not null,
    csrf text not null,
    address text not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    view_as_role text check (view_as_role in (
        'administrator', 'coordinator', 'editor', 'verifier', 'community_worker', 'viewer')),
    view_as_unit text,
    primary key (district_id, token_hash),
    foreign key (district_id, account_id) references account (district_id, id),
    foreign key (district_id, view_as_unit) references unit (district_id, id),
    check ((view_as_role is null) = (view_as_unit is null))
);

create unique index session_token on session (token_hash);
create index session_account on session (district_id, account_id);

-- A browser from which an account has signed in before.
create table device (
    district_id text not null,
    token_hash text not null,
    account_id text not null,
    expires_at bigint not null,
    primary key (district_id, token_hash),
    foreign key (district_id, account_id) references account (district_id, id)
);

create index device_account on device (district_id, account_id);

-- How often signing in failed lately, by what it is limited by. The bucket is a hash: people type
-- passwords into the field of the login.
create table sign_in_attempt (
    district_id text not null,
    bucket text not null,
    n_failed bigint not null,
    last_at bigint not null,
    n_throttled bigint not null,
    primary key (district_id, bucket)
);
