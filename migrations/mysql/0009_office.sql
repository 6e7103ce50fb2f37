-- The nodes that serve the bank, each telling of itself every few seconds.
create table office_node (
    name varchar(80) not null primary key,
    version varchar(40) not null,
    roles varchar(80) not null,
    started_at bigint not null,
    seen_at bigint not null,
    cpu_percent bigint not null,
    rss_mb bigint not null,
    database_state varchar(40) not null,
    cache_state varchar(40) not null,
    core_state varchar(40) not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
