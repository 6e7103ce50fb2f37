-- The reference core: customers, accounts, restrictions, orders. Names, numbers and memos are
-- sealed; *_ix columns are blind indexes. Amounts live in the ledger tables below, as integers.
create table core_customer (
  id          char(36) character set ascii collate ascii_bin not null primary key,
  no_ix       varchar(64) character set ascii collate ascii_bin not null,
  customer_no varchar(512) character set ascii collate ascii_bin not null,
  id_ix       varchar(64) character set ascii collate ascii_bin not null,
  id_no       varchar(512) character set ascii collate ascii_bin not null,
  name        varchar(512) character set ascii collate ascii_bin not null,
  phone       varchar(512) character set ascii collate ascii_bin not null,
  created_at  bigint not null,
  unique key core_customer_no (no_ix),
  unique key core_customer_id_no (id_ix)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
create table core_account (
  id          char(36) character set ascii collate ascii_bin not null primary key,
  customer_id char(36) character set ascii collate ascii_bin not null,
  position    bigint not null,
  no_ix       varchar(64) character set ascii collate ascii_bin not null,
  account_no  varchar(512) character set ascii collate ascii_bin not null,
  card_ix     varchar(64) character set ascii collate ascii_bin,
  card_no     varchar(512) character set ascii collate ascii_bin,
  kind        varchar(16) character set ascii collate ascii_bin not null,
  product     varchar(64) not null,
  ccy         char(3) character set ascii collate ascii_bin not null,
  opened_on   char(10) character set ascii collate ascii_bin not null,
  unique key core_account_no (no_ix),
  unique key core_account_card (card_ix),
  key core_account_customer (customer_id, position)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
create table core_restriction (
  account_id char(36) character set ascii collate ascii_bin not null,
  kind       varchar(16) character set ascii collate ascii_bin not null,
  source     varchar(16) character set ascii collate ascii_bin not null,
  order_id   char(36) character set ascii collate ascii_bin not null,
  since      bigint not null,
  primary key (account_id, kind, source)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
-- One row per order id: what it asked for (as a hash) and what it was answered.
create table core_order (
  id        char(36) character set ascii collate ascii_bin not null primary key,
  op        varchar(16) character set ascii collate ascii_bin not null,
  hash      char(64) character set ascii collate ascii_bin not null,
  state     varchar(16) character set ascii collate ascii_bin not null,
  refusal   varchar(32) character set ascii collate ascii_bin,
  reference varchar(32) character set ascii collate ascii_bin not null,
  at        bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
-- Who paid whom, where and why, sealed; same id as the ledger transfer.
create table core_posting (
  id     char(36) character set ascii collate ascii_bin not null primary key,
  detail text character set ascii collate ascii_bin not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
create table ledger_account (
  id          char(36) character set ascii collate ascii_bin not null primary key,
  ccy         char(3)  character set ascii collate ascii_bin not null,
  limited     bigint   not null,
  credit_line bigint   not null,
  posted      bigint   not null,
  held        bigint   not null,
  seq         bigint   not null,
  version     bigint   not null,
  closed      bigint   not null,
  opened_at   bigint   not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
create table ledger_transfer (
  id            char(36) character set ascii collate ascii_bin not null primary key,
  kind          varchar(8) character set ascii collate ascii_bin not null,
  debit         char(36) character set ascii collate ascii_bin not null,
  credit        char(36) character set ascii collate ascii_bin not null,
  amount        bigint   not null,
  ccy           char(3)  character set ascii collate ascii_bin not null,
  hold_id       char(36) character set ascii collate ascii_bin,
  timeout_ms    bigint,
  code          bigint   not null,
  reference     varchar(64) not null,
  fingerprint   char(64) character set ascii collate ascii_bin not null,
  business_date char(10) character set ascii collate ascii_bin not null,
  value_date    char(10) character set ascii collate ascii_bin not null,
  created_at    bigint   not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
create table ledger_hold (
  id          char(36) character set ascii collate ascii_bin not null primary key,
  account     char(36) character set ascii collate ascii_bin not null,
  amount      bigint   not null,
  state       varchar(8) character set ascii collate ascii_bin not null,
  expires_at  bigint   not null,
  resolved_by char(36) character set ascii collate ascii_bin,
  resolved_at bigint,
  key ledger_hold_due (state, expires_at, id),
  key ledger_hold_account (account, state)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
create table ledger_entry (
  account       char(36) character set ascii collate ascii_bin not null,
  seq           bigint   not null,
  transfer      char(36) character set ascii collate ascii_bin not null,
  amount        bigint   not null,
  balance_after bigint   not null,
  code          bigint   not null,
  business_date char(10) character set ascii collate ascii_bin not null,
  value_date    char(10) character set ascii collate ascii_bin not null,
  at            bigint   not null,
  primary key (account, seq),
  key ledger_entry_time (account, at, seq),
  key ledger_entry_transfer (transfer, account)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
