-- What WeChat has pushed: de-duplicated, owned by one node at a time, answered once. Push and reply
-- are sealed; both are emptied when they are no longer needed.
create table channel_inbox (
    k text not null primary key,
    state text not null,
    fence integer not null,
    lease_until integer not null,
    push text not null,
    reply text not null,
    created_at integer not null,
    done_at integer not null
) strict;
create index channel_inbox_state on channel_inbox (state, lease_until);
create index channel_inbox_created on channel_inbox (created_at);
