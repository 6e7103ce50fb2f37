-- WeChat users who follow the account, or did: kept over an unfollow.
create table outreach_fan (
    openid varchar(64) not null primary key,
    following bigint not null,
    follows bigint not null,
    scene varchar(128) not null,
    followed_at bigint not null,
    unfollowed_at bigint not null,
    last_message_at bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- How many customer messages WeChat would still take for a user, and until when.
create table outreach_window (
    openid varchar(64) not null,
    kind varchar(16) not null,
    expires_at bigint not null,
    left_count bigint not null,
    primary key (openid, kind)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- What a customer is to be told, whichever way it goes. The content is sealed, and emptied when it
-- is no longer needed.
create table outreach_notice (
    id char(36) character set ascii collate ascii_bin not null primary key,
    dedupe_key varchar(160) character set ascii collate ascii_bin not null,
    customer_id char(36) character set ascii collate ascii_bin not null,
    kind varchar(24) not null,
    content text not null,
    state varchar(16) not null,
    code varchar(40) not null,
    created_at bigint not null,
    done_at bigint not null,
    unique key outreach_notice_dedupe (dedupe_key),
    key outreach_notice_state (state, created_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- One message to one address. doubt_at is the first try whose outcome is not known.
create table outreach_send (
    id char(36) character set ascii collate ascii_bin not null primary key,
    dedupe_key varchar(160) character set ascii collate ascii_bin not null,
    notice_id char(36) character set ascii collate ascii_bin not null,
    customer_id char(36) character set ascii collate ascii_bin not null,
    openid varchar(64) not null,
    kind varchar(24) not null,
    channel varchar(24) not null,
    content text not null,
    client_msg_id char(32) character set ascii collate ascii_bin not null,
    state varchar(16) not null,
    code varchar(40) not null,
    msgid varchar(64) not null,
    quota varchar(16) not null,
    tries bigint not null,
    doubt_at bigint not null,
    created_at bigint not null,
    sent_at bigint not null,
    done_at bigint not null,
    unique key outreach_send_dedupe (dedupe_key),
    key outreach_send_notice (notice_id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Where a sent message and its receipt meet, whichever comes first.
create table outreach_receipt (
    msgid varchar(64) not null primary key,
    send_id char(36) character set ascii collate ascii_bin not null,
    status varchar(64) not null,
    at bigint not null,
    key outreach_receipt_at (at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
