-- Collections at the counter 柜台收款. The payment of each is a row of payments_topup under the same id, with no customer
-- and with what it is for, so that one machine looks after both.
alter table payments_topup add column charge text not null default '';

create table payments_collection (
    id text not null primary key,
    charge text not null,
    remark text not null,
    code_url text not null,
    opener text not null,
    opener_name text not null,
    created_at integer not null
) strict;
create index payments_collection_newest on payments_collection (created_at, id);

-- Refunds of collections as one person proposed and another decided; an approved one goes on under the same id in
-- payments_topup_refund.
create table payments_collection_refund (
    id text not null primary key,
    collection_id text not null,
    amount integer not null,
    reason text not null,
    hash text not null,
    state text not null,
    maker text not null,
    maker_name text not null,
    checker text not null,
    checker_name text not null,
    made_at integer not null,
    checked_at integer not null
) strict;
create index payments_collection_refund_of on payments_collection_refund (collection_id);
