-- Transfers planned for later: once, weekly or monthly. Numbers, names and memos sealed.
create table payments_schedule (
    id char(36) character set ascii collate ascii_bin not null primary key,
    customer_id char(36) character set ascii collate ascii_bin not null,
    account_id char(36) character set ascii collate ascii_bin not null,
    from_no text not null,
    to_no text not null,
    to_idx char(32) character set ascii collate ascii_bin not null,
    to_name text not null,
    bank varchar(24) not null,
    bank_name varchar(80) not null,
    amount bigint not null,
    memo text not null,
    frequency varchar(16) not null,
    first_on varchar(10) not null,
    until_on varchar(10) not null,
    next_on varchar(10) not null,
    turn bigint not null,
    due_at bigint not null,
    told_for varchar(10) not null,
    state varchar(24) not null,
    challenge_id char(36) character set ascii collate ascii_bin not null,
    bound char(64) character set ascii collate ascii_bin not null,
    expires_at bigint not null,
    created_at bigint not null,
    ended_at bigint not null,
    key payments_schedule_customer (customer_id, created_at),
    key payments_schedule_due (state, due_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- What became of each due day; one row a day, so that no day is paid twice.
create table payments_schedule_run (
    schedule_id char(36) character set ascii collate ascii_bin not null,
    due_on varchar(10) not null,
    transfer_id char(36) character set ascii collate ascii_bin not null,
    result varchar(16) not null,
    reason varchar(40) not null,
    at bigint not null,
    primary key (schedule_id, due_on)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
