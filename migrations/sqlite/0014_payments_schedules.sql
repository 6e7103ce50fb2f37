-- Transfers planned for later: once, weekly or monthly. Numbers, names and memos sealed.
create table payments_schedule (
    id text not null primary key,
    customer_id text not null,
    account_id text not null,
    from_no text not null,
    to_no text not null,
    to_idx text not null,
    to_name text not null,
    bank text not null,
    bank_name text not null,
    amount integer not null,
    memo text not null,
    frequency text not null,
    first_on text not null,
    until_on text not null,
    next_on text not null,
    turn integer not null,
    due_at integer not null,
    told_for text not null,
    state text not null,
    challenge_id text not null,
    bound text not null,
    expires_at integer not null,
    created_at integer not null,
    ended_at integer not null
) strict;
create index payments_schedule_customer on payments_schedule (customer_id, created_at);
create index payments_schedule_due on payments_schedule (state, due_at);

-- What became of each due day; one row a day, so that no day is paid twice.
create table payments_schedule_run (
    schedule_id text not null,
    due_on text not null,
    transfer_id text not null,
    result text not null,
    reason text not null,
    at integer not null,
    primary key (schedule_id, due_on)
) strict;
