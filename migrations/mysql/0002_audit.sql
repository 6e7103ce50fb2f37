-- Who did what to what, with what result. Rows are only ever added; seq and hash are filled once,
-- when the row is linked into the chain.
create table audit_log (
    id char(36) character set ascii collate ascii_bin not null primary key,
    at bigint not null,
    actor_kind varchar(16) not null,
    actor varchar(64) not null,
    action varchar(60) not null,
    subject varchar(120) not null,
    result varchar(40) not null,
    detail text not null,
    trace varchar(32) not null,
    tag char(64) character set ascii collate ascii_bin not null,
    seq bigint,
    hash char(64) character set ascii collate ascii_bin,
    unique key audit_seq (seq),
    key audit_time (at, id),
    key audit_actor (actor, at, id),
    key audit_action (action, at, id),
    key audit_subject (subject, at, id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- The end of the chain; one row.
create table audit_head (
    id bigint not null primary key,
    seq bigint not null,
    hash char(64) character set ascii collate ascii_bin not null,
    tag char(64) character set ascii collate ascii_bin not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
