-- Top-ups 充值 from WeChat Pay; the id without dashes is our number at Pay, with dashes our id at the core.
create table payments_topup (
    id char(36) character set ascii collate ascii_bin not null primary key,
    customer_id char(36) character set ascii collate ascii_bin not null,
    account_id char(36) character set ascii collate ascii_bin not null,
    openid text not null,
    account_no text not null,
    amount bigint not null,
    refunded bigint not null,
    state varchar(24) not null,
    reason varchar(40) not null,
    transaction_id varchar(64) not null,
    business_date varchar(10) not null,
    reference varchar(64) not null,
    created_at bigint not null,
    expires_at bigint not null,
    paid_at bigint not null,
    done_at bigint not null,
    checks bigint not null,
    key payments_topup_customer (customer_id, created_at, id),
    key payments_topup_paid (paid_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- What goes back to WeChat Pay; the sum of those that did not fail is payments_topup.refunded.
create table payments_topup_refund (
    id char(36) character set ascii collate ascii_bin not null primary key,
    topup_id char(36) character set ascii collate ascii_bin not null,
    back_id char(36) character set ascii collate ascii_bin not null,
    amount bigint not null,
    debits bigint not null,
    state varchar(24) not null,
    reason varchar(40) not null,
    business_date varchar(10) not null,
    created_at bigint not null,
    sent_at bigint not null,
    done_at bigint not null,
    checks bigint not null,
    key payments_topup_refund_topup (topup_id),
    key payments_topup_refund_asked (sent_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
