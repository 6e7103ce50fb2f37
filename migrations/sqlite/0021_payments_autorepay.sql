-- Auto-repay agreements 信用卡自动还款. A change is a new agreement that takes the place of the old one.
create table payments_autorepay (
    id text not null primary key,
    customer_id text not null,
    account_id text not null,
    card_id text not null,
    kind text not null,
    -- Bills that fall due after this day are repaid.
    from_on text not null,
    told_for text not null,
    done_for text not null,
    tries integer not null,
    look_at integer not null,
    turn integer not null,
    state text not null,
    reason text not null,
    challenge_id text not null,
    bound text not null,
    expires_at integer not null,
    created_at integer not null,
    ended_at integer not null
) strict;
create index payments_autorepay_card on payments_autorepay (card_id, state);
create index payments_autorepay_due on payments_autorepay (state, look_at);

-- What became of each bill; one row a card and due day, so that no bill is repaid twice.
create table payments_autorepay_run (
    card_id text not null,
    due_on text not null,
    agreement_id text not null,
    attempt integer not null,
    transfer_id text not null,
    amount integer not null,
    result text not null,
    reason text not null,
    at integer not null,
    primary key (card_id, due_on)
) strict;

-- What signing it is proved with.
insert into identity_policy (act, min_amount, factors, version) values
    ('autorepay', 0, 'password,sms', 1);
