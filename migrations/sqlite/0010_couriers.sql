-- The access token of each Official Account, shared by all nodes: leased for a refresh, fenced, sealed.
create table courier_token (
    appid text not null primary key,
    fence integer not null,
    lease_until integer not null,
    token text not null,
    fetched_at integer not null,
    expires_at integer not null,
    forced_day integer not null,
    forced_count integer not null,
    forced_at integer not null
) strict;
