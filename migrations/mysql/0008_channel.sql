-- What WeChat has pushed: de-duplicated, owned by one node at a time, answered once. Push and reply
-- are sealed; both are emptied when they are no longer needed.
create table channel_inbox (
    k char(40) character set ascii collate ascii_bin not null primary key,
    state varchar(16) not null,
    fence bigint not null,
    lease_until bigint not null,
    push mediumtext not null,
    reply text not null,
    created_at bigint not null,
    done_at bigint not null,
    key channel_inbox_state (state, lease_until),
    key channel_inbox_created (created_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
