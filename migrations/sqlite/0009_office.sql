-- The nodes that serve the bank, each telling of itself every few seconds.
create table office_node (
    name text not null primary key,
    version text not null,
    roles text not null,
    started_at integer not null,
    seen_at integer not null,
    cpu_percent integer not null,
    rss_mb integer not null,
    database_state text not null,
    cache_state text not null,
    core_state text not null
) strict;
