-- Who did what to what, with what result. Rows are only ever added; seq and hash are filled once,
-- when the row is linked into the chain.
create table audit_log (
    id text not null primary key,
    at integer not null,
    actor_kind text not null,
    actor text not null,
    action text not null,
    subject text not null,
    result text not null,
    detail text not null,
    trace text not null,
    tag text not null,
    seq integer,
    hash text,
    unique (seq)
) strict;
create index audit_time on audit_log (at, id);
create index audit_actor on audit_log (actor, at, id);
create index audit_action on audit_log (action, at, id);
create index audit_subject on audit_log (subject, at, id);

-- The end of the chain; one row.
create table audit_head (
    id integer not null primary key,
    seq integer not null,
    hash text not null,
    tag text not null
) strict;
