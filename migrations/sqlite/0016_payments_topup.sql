-- Top-ups 充值 from WeChat Pay; the id without dashes is our number at Pay, with dashes our id at the core.
create table payments_topup (
    id text not null primary key,
    customer_id text not null,
    account_id text not null,
    openid text not null,
    account_no text not null,
    amount integer not null,
    refunded integer not null,
    state text not null,
    reason text not null,
    transaction_id text not null,
    business_date text not null,
    reference text not null,
    created_at integer not null,
    expires_at integer not null,
    paid_at integer not null,
    done_at integer not null,
    checks integer not null
) strict;
create index payments_topup_customer on payments_topup (customer_id, created_at, id);
create index payments_topup_paid on payments_topup (paid_at);

-- What goes back to WeChat Pay; the sum of those that did not fail is payments_topup.refunded.
create table payments_topup_refund (
    id text not null primary key,
    topup_id text not null,
    back_id text not null,
    amount integer not null,
    debits integer not null,
    state text not null,
    reason text not null,
    business_date text not null,
    created_at integer not null,
    sent_at integer not null,
    done_at integer not null,
    checks integer not null
) strict;
create index payments_topup_refund_topup on payments_topup_refund (topup_id);
create index payments_topup_refund_asked on payments_topup_refund (sent_at);
