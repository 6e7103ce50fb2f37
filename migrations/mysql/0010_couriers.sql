-- The access token of each Official Account, shared by all nodes: leased for a refresh, fenced, sealed.
create table courier_token (
    appid varchar(64) character set ascii collate ascii_bin not null primary key,
    fence bigint not null,
    lease_until bigint not null,
    token text not null,
    fetched_at bigint not null,
    expires_at bigint not null,
    forced_day bigint not null,
    forced_count bigint not null,
    forced_at bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
