-- Customers as the channel knows them; every personal field sealed, found by blind index.
create table identity_customer (
    id text not null primary key,
    customer_no text not null,
    customer_no_idx text not null,
    name text not null,
    name_idx text not null,
    phone text not null,
    phone_idx text not null,
    id_no text not null,
    id_no_idx text not null,
    elder integer not null,
    balance_notice integer not null,
    balance_notice_min integer not null,
    created_at integer not null,
    updated_at integer not null,
    unique (customer_no_idx)
) strict;
create index identity_customer_phone on identity_customer (phone_idx);
create index identity_customer_name on identity_customer (name_idx, id);
create index identity_customer_id_no on identity_customer (id_no_idx);

-- What only the customer knows, as a hash, with the count of wrong tries.
create table identity_credential (
    customer_id text not null,
    kind text not null,
    hash text not null,
    failures integer not null,
    locked_until integer not null,
    changed_at integer not null,
    primary key (customer_id, kind)
) strict;

-- Which WeChat user acts for which customer. active_openid is the openid while the binding lasts,
-- so that one openid has one living binding.
create table identity_binding (
    id text not null primary key,
    openid text not null,
    active_openid text,
    customer_id text not null,
    state text not null,
    bound_at integer not null,
    valid_until integer not null,
    ended_at integer not null,
    tag text not null,
    unique (active_openid)
) strict;
create index identity_binding_customer on identity_binding (customer_id, bound_at);

-- A binding under way, between the form and the code.
create table identity_enrolment (
    id text not null primary key,
    openid text not null,
    customer_id text not null,
    challenge_id text not null,
    state text not null,
    expires_at integer not null,
    created_at integer not null
) strict;

create table identity_session (
    id text not null primary key,
    token_hash text not null,
    kind text not null,
    subject text not null,
    customer_id text,
    device text not null,
    device_hash text not null,
    level integer not null,
    level_until integer not null,
    created_at integer not null,
    last_seen_at integer not null,
    idle_ms integer not null,
    absolute_at integer not null,
    revoked_at integer not null,
    revoke_reason text not null,
    unique (token_hash)
) strict;
create index identity_session_customer on identity_session (customer_id, created_at);
create index identity_session_subject on identity_session (subject, created_at);

create table identity_oauth_state (
    state_hash text not null primary key,
    browser_hash text not null,
    to_path text not null,
    created_at integer not null,
    used_at integer not null
) strict;

-- A proof asked of a customer, bound to exactly one act and its content. The code is kept sealed
-- until it has been handed to the SMS gateway, afterwards only as a keyed tag.
create table identity_challenge (
    id text not null primary key,
    customer_id text not null,
    act text not null,
    bound text not null,
    summary text not null,
    factors text not null,
    code_tag text not null,
    code_sealed text not null,
    sends integer not null,
    sent_at integer not null,
    attempts integer not null,
    state text not null,
    expires_at integer not null,
    created_at integer not null
) strict;
create index identity_challenge_customer on identity_challenge (customer_id, created_at);

-- Which factors an act needs from which amount on: data, versioned.
create table identity_policy (
    act text not null,
    min_amount integer not null,
    factors text not null,
    version integer not null,
    primary key (act, min_amount)
) strict;
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
    id text not null primary key,
    login text not null,
    name text not null,
    password_hash text not null,
    totp text not null,
    totp_step integer not null,
    roles text not null,
    failures integer not null,
    locked_until integer not null,
    state text not null,
    created_at integer not null,
    unique (login)
) strict;

-- Counters that guard identity, in SQL because a cache may vanish.
create table identity_throttle (
    bucket text not null,
    k text not null,
    window_start integer not null,
    used integer not null,
    primary key (bucket, k)
) strict;
