-- Claimed idempotency keys and the answers given to them.
create table idem (
    scope text not null,
    k text not null,
    hash text not null,
    state text not null,
    answer text not null,
    lease_until integer not null,
    created_at integer not null,
    primary key (scope, k)
) strict;
create index idem_created on idem (created_at);

-- Work for later: leased, fenced, done at least once.
create table job (
    id text not null primary key,
    kind text not null,
    k text not null,
    payload text not null,
    state text not null,
    run_at integer not null,
    lease_until integer not null,
    fence integer not null,
    tries integer not null,
    last_error text not null,
    created_at integer not null,
    unique (kind, k)
) strict;
create index job_due on job (state, run_at);

-- Facts, as published.
create table event (
    id text not null primary key,
    topic text not null,
    k text not null,
    body text not null,
    at integer not null,
    unique (topic, k)
) strict;

-- Data keys, wrapped under the master key.
create table crypto_key (
    kid integer not null primary key,
    purpose text not null,
    wrapped text not null,
    state text not null,
    active_from integer not null,
    created_at integer not null
) strict;
