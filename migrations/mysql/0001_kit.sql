-- Claimed idempotency keys and the answers given to them.
create table idem (
    scope varchar(120) not null,
    k varchar(64) not null,
    hash varchar(64) not null,
    state varchar(16) not null,
    answer text not null,
    lease_until bigint not null,
    created_at bigint not null,
    primary key (scope, k),
    key idem_created (created_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Work for later: leased, fenced, done at least once.
create table job (
    id char(36) character set ascii collate ascii_bin not null primary key,
    kind varchar(60) not null,
    k varchar(120) not null,
    payload text not null,
    state varchar(16) not null,
    run_at bigint not null,
    lease_until bigint not null,
    fence bigint not null,
    tries bigint not null,
    last_error text not null,
    created_at bigint not null,
    unique key job_key (kind, k),
    key job_due (state, run_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Facts, as published.
create table event (
    id char(36) character set ascii collate ascii_bin not null primary key,
    topic varchar(60) not null,
    k varchar(120) not null,
    body text not null,
    at bigint not null,
    unique key event_key (topic, k)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Data keys, wrapped under the master key.
create table crypto_key (
    kid bigint not null primary key,
    purpose varchar(16) not null,
    wrapped text not null,
    state varchar(16) not null,
    active_from bigint not null,
    created_at bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
