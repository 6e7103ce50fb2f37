-- Auto-repay agreements 信用卡自动还款. A change is a new agreement that takes the place of the old one.
create table payments_autorepay (
    id char(36) character set ascii collate ascii_bin not null primary key,
    customer_id char(36) character set ascii collate ascii_bin not null,
    account_id char(36) character set ascii collate ascii_bin not null,
    card_id char(36) character set ascii collate ascii_bin not null,
    kind varchar(16) not null,
    -- Bills that fall due after this day are repaid.
    from_on varchar(10) not null,
    told_for varchar(10) not null,
    done_for varchar(10) not null,
    tries bigint not null,
    look_at bigint not null,
    turn bigint not null,
    state varchar(24) not null,
    reason varchar(40) not null,
    challenge_id char(36) character set ascii collate ascii_bin not null,
    bound char(64) character set ascii collate ascii_bin not null,
    expires_at bigint not null,
    created_at bigint not null,
    ended_at bigint not null,
    key payments_autorepay_card (card_id, state),
    key payments_autorepay_due (state, look_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- What became of each bill; one row a card and due day, so that no bill is repaid twice.
create table payments_autorepay_run (
    card_id char(36) character set ascii collate ascii_bin not null,
    due_on varchar(10) not null,
    agreement_id char(36) character set ascii collate ascii_bin not null,
    attempt bigint not null,
    transfer_id char(36) character set ascii collate ascii_bin not null,
    amount bigint not null,
    result varchar(16) not null,
    reason varchar(40) not null,
    at bigint not null,
    primary key (card_id, due_on)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- What signing it is proved with.
insert into identity_policy (act, min_amount, factors, version) values
    ('autorepay', 0, 'password,sms', 1);
