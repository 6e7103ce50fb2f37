-- Customers as the channel knows them; every personal field sealed, found by blind index.
create table identity_customer (
    id char(36) character set ascii collate ascii_bin not null primary key,
    customer_no text not null,
    customer_no_idx char(32) character set ascii collate ascii_bin not null,
    name text not null,
    name_idx char(32) character set ascii collate ascii_bin not null,
    phone text not null,
    phone_idx char(32) character set ascii collate ascii_bin not null,
    id_no text not null,
    id_no_idx char(32) character set ascii collate ascii_bin not null,
    elder bigint not null,
    balance_notice bigint not null,
    balance_notice_min bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique key identity_customer_customer_no_idx (customer_no_idx),
    key identity_customer_phone (phone_idx),
    key identity_customer_name (name_idx, id),
    key identity_customer_id_no (id_no_idx)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- What only the customer knows, as a hash, with the count of wrong tries.
create table identity_credential (
    customer_id char(36) character set ascii collate ascii_bin not null,
    kind varchar(16) not null,
    hash text not null,
    failures bigint not null,
    locked_until bigint not null,
    changed_at bigint not null,
    primary key (customer_id, kind)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Which WeChat user acts for which customer. active_openid is the openid while the binding lasts,
-- so that one openid has one living binding.
create table identity_binding (
    id char(36) character set ascii collate ascii_bin not null primary key,
    openid varchar(64) not null,
    active_openid varchar(64),
    customer_id char(36) character set ascii collate ascii_bin not null,
    state varchar(16) not null,
    bound_at bigint not null,
    valid_until bigint not null,
    ended_at bigint not null,
    tag varchar(64) character set ascii collate ascii_bin not null,
    unique key identity_binding_active_openid (active_openid),
    key identity_binding_customer (customer_id, bound_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- A binding under way, between the form and the code.
create table identity_enrolment (
    id char(36) character set ascii collate ascii_bin not null primary key,
    openid varchar(64) not null,
    customer_id char(36) character set ascii collate ascii_bin not null,
    challenge_id char(36) character set ascii collate ascii_bin not null,
    state varchar(16) not null,
    expires_at bigint not null,
    created_at bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

create table identity_session (
    id char(36) character set ascii collate ascii_bin not null primary key,
    token_hash varchar(64) character set ascii collate ascii_bin not null,
    kind varchar(16) not null,
    subject varchar(80) not null,
    customer_id char(36) character set ascii collate ascii_bin,
    device varchar(80) not null,
    device_hash varchar(64) character set ascii collate ascii_bin not null,
    level bigint not null,
    level_until bigint not null,
    created_at bigint not null,
    last_seen_at bigint not null,
    idle_ms bigint not null,
    absolute_at bigint not null,
    revoked_at bigint not null,
    revoke_reason varchar(60) not null,
    unique key identity_session_token_hash (token_hash),
    key identity_session_customer (customer_id, created_at),
    key identity_session_subject (subject, created_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

create table identity_oauth_state (
    state_hash varchar(64) character set ascii collate ascii_bin not null primary key,
    browser_hash varchar(64) character set ascii collate ascii_bin not null,
    to_path varchar(300) not null,
    created_at bigint not null,
    used_at bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- A proof asked of a customer, bound to exactly one act and its content. The code is kept sealed
-- until it has been handed to the SMS gateway, afterwards only as a keyed tag.
create table identity_challenge (
    id char(36) character set ascii collate ascii_bin not null primary key,
    customer_id char(36) character set ascii collate ascii_bin not null,
    act varchar(40) not null,
    bound varchar(64) character set ascii collate ascii_bin not null,
    summary text not null,
    factors varchar(60) not null,
    code_tag varchar(64) character set ascii collate ascii_bin not null,
    code_sealed text not null,
    sends bigint not null,
    sent_at bigint not null,
    attempts bigint not null,
    state varchar(16) not null,
    expires_at bigint not null,
    created_at bigint not null,
    key identity_challenge_customer (customer_id, created_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Which factors an act needs from which amount on: data, versioned.
create table identity_policy (
    act varchar(40) not null,
    min_amount bigint not null,
    factors varchar(60) not null,
    version bigint not null,
    primary key (act, min_amount)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
insert into identity_policy (act, min_amount, factors, version) values
    ('accounts.view', 0, '', 1),
    ('accounts.export', 0, 'sms', 1),
    ('loss.report', 0, '', 1),
    ('loss.lift', 0, 'password,sms', 1),
    ('password.set', 0, 'sms', 1),
    ('binding.first', 0, 'sms', 1),
    ('binding.another', 0, 'password,sms', 1),
    ('transfer', 0, 'password,sms', 1);

create table identity_staff (
    id char(36) character set ascii collate ascii_bin not null primary key,
    login varchar(40) not null,
    name text not null,
    password_hash text not null,
    totp text not null,
    totp_step bigint not null,
    roles varchar(120) not null,
    failures bigint not null,
    locked_until bigint not null,
    state varchar(16) not null,
    created_at bigint not null,
    unique key identity_staff_login (login)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Counters that guard identity, in SQL because a cache may vanish.
create table identity_throttle (
    bucket varchar(40) not null,
    k varchar(80) not null,
    window_start bigint not null,
    used bigint not null,
    primary key (bucket, k)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
