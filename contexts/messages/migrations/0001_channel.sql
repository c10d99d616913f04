-- How a district sends messages further.
create table message_channel (
    district_id text not null,
    channel text not null check (channel in ('email', 'sms', 'webhook', 'wecom', 'dingtalk')),
    is_on boolean not null,
    -- whether only urgent messages go to the group
    only_urgent boolean not null,
    -- what is no secret, by the names of the form's fields
    fields text not null,
    -- what is one, veiled
    secret bytea,
    changed_at bigint not null,
    changed_name text not null,
    version bigint not null,
    primary key (district_id, channel)
);

-- When personal messages wait for the morning: minutes of the day in China.
create table message_quiet (
    district_id text not null,
    from_minute bigint not null check (from_minute between 0 and 1439),
    to_minute bigint not null check (to_minute between 0 and 1439),
    is_on boolean not null,
    version bigint not null,
    primary key (district_id)
);

-- Where a person wants to be reached, by their own consent.
create table message_contact (
    district_id text not null,
    account_id text not null,
    channel text not null check (channel in ('email', 'sms')),
    -- veiled; empty once the consent was taken back
    address bytea,
    locale text not null,
    consented_at bigint,
    withdrawn_at bigint,
    version bigint not null,
    primary key (district_id, account_id, channel),
    check (consented_at is null or address is not null)
);
