-- Transfers as the channel knows them; numbers, names and memos sealed.
create table payments_transfer (
    id char(36) character set ascii collate ascii_bin not null primary key,
    customer_id char(36) character set ascii collate ascii_bin not null,
    account_id char(36) character set ascii collate ascii_bin not null,
    from_no text not null,
    from_name text not null,
    to_no text not null,
    to_idx char(32) character set ascii collate ascii_bin not null,
    to_name text not null,
    amount bigint not null,
    fee bigint not null,
    memo text not null,
    state varchar(24) not null,
    reason varchar(40) not null,
    challenge_id char(36) character set ascii collate ascii_bin not null,
    bound char(64) character set ascii collate ascii_bin not null,
    expires_at bigint not null,
    business_date varchar(10) not null,
    reference varchar(64) not null,
    created_at bigint not null,
    authorised_at bigint not null,
    done_at bigint not null,
    checks bigint not null,
    next_check_at bigint not null,
    key payments_transfer_customer (customer_id, created_at, id),
    key payments_transfer_state (state, authorised_at),
    key payments_transfer_again (customer_id, to_idx, created_at),
    key payments_transfer_day (authorised_at, state, amount)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- What a customer has used of the day's limit; moves in the transaction of the transfer.
create table payments_usage (
    customer_id char(36) character set ascii collate ascii_bin not null,
    day varchar(10) not null,
    used bigint not null,
    count bigint not null,
    primary key (customer_id, day)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Limits by class, as data. Fen.
create table payments_limit (
    class varchar(24) not null primary key,
    per_transfer bigint not null,
    per_day bigint not null,
    per_day_count bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
insert into payments_limit (class, per_transfer, per_day, per_day_count) values ('standard', 5000000, 20000000, 50);

-- Whom a customer has paid.
create table payments_payee (
    customer_id char(36) character set ascii collate ascii_bin not null,
    to_idx char(32) character set ascii collate ascii_bin not null,
    id char(36) character set ascii collate ascii_bin not null,
    to_no text not null,
    to_name text not null,
    last_at bigint not null,
    times bigint not null,
    primary key (customer_id, to_idx),
    key payments_payee_recent (customer_id, last_at),
    key payments_payee_id (id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
