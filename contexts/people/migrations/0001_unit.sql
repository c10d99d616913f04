-- The district and its dated tree of units.

create table district (
    district_id text not null primary key,
    name text not null,
    code text not null,
    is_demo boolean not null,
    audit_days bigint not null check (audit_days >= 180),
    created_at bigint not null,
    version bigint not null
);

create table unit (
    district_id text not null references district (district_id),
    id text not null,
    kind text not null check (kind in (
        'district', 'department', 'town', 'community', 'school', 'hospital',
        'enterprise', 'society', 'team', 'venue')),
    created_at bigint not null,
    version bigint not null,
    primary key (district_id, id)
);

-- A district has one root.
create unique index unit_root on unit (district_id) where kind = 'district';

-- What a unit was from one day until the day before another. The actions keep them from overlapping.
create table unit_version (
    district_id text not null,
    unit_id text not null,
    valid_from text not null,
    valid_to text,
    name text not null,
    name_key text not null,
    short_name text not null,
    name_en text,
    parent_id text,
    code text,
    primary key (district_id, unit_id, valid_from),
    foreign key (district_id, unit_id) references unit (district_id, id),
    foreign key (district_id, parent_id) references unit (district_id, id),
    check (valid_to is null or valid_to > valid_from)
);

create index unit_version_parent on unit_version (district_id, parent_id);
create index unit_version_name on unit_version (district_id, name_key);

-- Another way in which a unit is written.
create table unit_alias (
    district_id text not null,
    name_key text not null,
    unit_id text not null,
    written text not null,
    primary key (district_id, name_key),
    foreign key (district_id, unit_id) references unit (district_id, id)
);

create index unit_alias_unit on unit_alias (district_id, unit_id);

-- What became of a unit, and why. For a merge and a split, successor_id names the other unit.
create table unit_succession (
    district_id text not null,
    id text not null,
    unit_id text not null,
    kind text not null check (kind in ('create', 'rename', 'correct', 'move', 'merge', 'close', 'split')),
    on_day text not null,
    successor_id text,
    reason text not null,
    account_name text not null,
    recorded_at bigint not null,
    primary key (district_id, id),
    foreign key (district_id, unit_id) references unit (district_id, id),
    foreign key (district_id, successor_id) references unit (district_id, id)
);

create index unit_succession_unit on unit_succession (district_id, unit_id);
create index unit_succession_successor on unit_succession (district_id, successor_id);
