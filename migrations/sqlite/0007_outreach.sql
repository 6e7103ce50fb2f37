-- WeChat users who follow the account, or did: kept over an unfollow.
create table outreach_fan (
    openid text not null primary key,
    following integer not null,
    follows integer not null,
    scene text not null,
    followed_at integer not null,
    unfollowed_at integer not null,
    last_message_at integer not null
) strict;

-- How many customer messages WeChat would still take for a user, and until when.
create table outreach_window (
    openid text not null,
    kind text not null,
    expires_at integer not null,
    left_count integer not null,
    primary key (openid, kind)
) strict;

-- What a customer is to be told, whichever way it goes. The content is sealed, and emptied when it
-- is no longer needed.
create table outreach_notice (
    id text not null primary key,
    dedupe_key text not null,
    customer_id text not null,
    kind text not null,
    content text not null,
    state text not null,
    code text not null,
    created_at integer not null,
    done_at integer not null,
    unique (dedupe_key)
) strict;
create index outreach_notice_state on outreach_notice (state, created_at);

-- One message to one address. doubt_at is the first try whose outcome is not known.
create table outreach_send (
    id text not null primary key,
    dedupe_key text not null,
    notice_id text not null,
    customer_id text not null,
    openid text not null,
    kind text not null,
    channel text not null,
    content text not null,
    client_msg_id text not null,
    state text not null,
    code text not null,
    msgid text not null,
    quota text not null,
    tries integer not null,
    doubt_at integer not null,
    created_at integer not null,
    sent_at integer not null,
    done_at integer not null,
    unique (dedupe_key)
) strict;
create index outreach_send_notice on outreach_send (notice_id);

-- Where a sent message and its receipt meet, whichever comes first.
create table outreach_receipt (
    msgid text not null primary key,
    send_id text not null,
    status text not null,
    at integer not null
) strict;
create index outreach_receipt_at on outreach_receipt (at);
