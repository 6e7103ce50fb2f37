-- Transfers as the channel knows them; numbers, names and memos sealed.
create table payments_transfer (
    id text not null primary key,
    customer_id text not null,
    account_id text not null,
    from_no text not null,
    from_name text not null,
    to_no text not null,
    to_idx text not null,
    to_name text not null,
    amount integer not null,
    fee integer not null,
    memo text not null,
    state text not null,
    reason text not null,
    challenge_id text not null,
    bound text not null,
    expires_at integer not null,
    business_date text not null,
    reference text not null,
    created_at integer not null,
    authorised_at integer not null,
    done_at integer not null,
    checks integer not null,
    next_check_at integer not null
) strict;
create index payments_transfer_customer on payments_transfer (customer_id, created_at, id);
create index payments_transfer_state on payments_transfer (state, authorised_at);
create index payments_transfer_again on payments_transfer (customer_id, to_idx, created_at);
create index payments_transfer_day on payments_transfer (authorised_at, state, amount);

-- What a customer has used of the day's limit; moves in the transaction of the transfer.
create table payments_usage (
    customer_id text not null,
    day text not null,
    used integer not null,
    count integer not null,
    primary key (customer_id, day)
) strict;

-- Limits by class, as data. Fen.
create table payments_limit (
    class text not null primary key,
    per_transfer integer not null,
    per_day integer not null,
    per_day_count integer not null
) strict;
insert into payments_limit (class, per_transfer, per_day, per_day_count) values ('standard', 5000000, 20000000, 50);

-- Whom a customer has paid.
create table payments_payee (
    customer_id text not null,
    to_idx text not null,
    id text not null,
    to_no text not null,
    to_name text not null,
    last_at integer not null,
    times integer not null,
    primary key (customer_id, to_idx)
) strict;
create index payments_payee_recent on payments_payee (customer_id, last_at);
create index payments_payee_id on payments_payee (id);
