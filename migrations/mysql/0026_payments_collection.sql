-- Collections at the counter 柜台收款. The payment of each is a row of payments_topup under the same id, with no customer
-- and with what it is for, so that one machine looks after both.
alter table payments_topup add column charge varchar(80) not null default '';

create table payments_collection (
    id char(36) character set ascii collate ascii_bin not null primary key,
    charge varchar(24) not null,
    remark text not null,
    code_url varchar(512) not null,
    opener char(36) character set ascii collate ascii_bin not null,
    opener_name varchar(64) not null,
    created_at bigint not null,
    key payments_collection_newest (created_at, id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Refunds of collections as one person proposed and another decided; an approved one goes on under the same id in
-- payments_topup_refund.
create table payments_collection_refund (
    id char(36) character set ascii collate ascii_bin not null primary key,
    collection_id char(36) character set ascii collate ascii_bin not null,
    amount bigint not null,
    reason text not null,
    hash char(64) character set ascii collate ascii_bin not null,
    state varchar(24) not null,
    maker char(36) character set ascii collate ascii_bin not null,
    maker_name varchar(64) not null,
    checker varchar(36) character set ascii collate ascii_bin not null,
    checker_name varchar(64) not null,
    made_at bigint not null,
    checked_at bigint not null,
    key payments_collection_refund_of (collection_id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
