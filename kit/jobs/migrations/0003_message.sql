-- What people are told: one row for what happened, one for each person who is to read it, and one for each
-- way by which it is sent further.
create table message (
    district_id text not null,
    id text not null,
    -- of what happened: telling it again tells nothing
    event_key text not null,
    kind text not null,
    args text not null,
    href text not null,
    is_urgent boolean not null,
    told_at bigint not null,
    told_by text,
    primary key (district_id, id)
);

create unique index message_once on message (district_id, event_key);
create index message_told on message (told_at);

create table message_reader (
    district_id text not null,
    account_id text not null,
    message_id text not null,
    told_at bigint not null,
    read_at bigint,
    primary key (district_id, account_id, message_id)
);

create index message_unread on message_reader (district_id, account_id, told_at) where read_at is null;
create index message_reader_of on message_reader (district_id, message_id);

create table message_sending (
    district_id text not null,
    id text not null,
    message_id text not null,
    channel text not null,
    -- to whom; empty where the channel reaches a group
    account_id text not null,
    state text not null check (state in ('waiting', 'sent', 'failed', 'timed_out')),
    n_attempts bigint not null,
    -- what the other side said last
    answer text,
    made_at bigint not null,
    deadline_at bigint not null,
    tried_at bigint,
    ended_at bigint,
    primary key (district_id, id),
    check ((state = 'waiting') = (ended_at is null))
);

create unique index message_sent_once on message_sending (district_id, message_id, channel, account_id);
create index message_sending_waits on message_sending (deadline_at) where state = 'waiting';
create index message_sending_made on message_sending (district_id, made_at, id);
