-- Somebody without an account who wants text messages; with the end of the consent the row goes.
create table message_guest (
    district_id text not null,
    id text not null,
    phone bytea not null,
    consented_at bigint not null,
    primary key (district_id, id)
);

-- For whom a message is that no account reads.
alter table message add column guest_id text;

-- The channels that carry messages to guests, as whoever knows the channels says.
create table message_reach (
    district_id text not null,
    channel text not null,
    primary key (district_id, channel)
);
