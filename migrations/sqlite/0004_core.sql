-- The reference core: customers, accounts, restrictions, orders. Names, numbers and memos are
-- sealed; *_ix columns are blind indexes. Amounts live in the ledger tables below, as integers.
create table core_customer (
  id          text    not null primary key,
  no_ix       text    not null unique,
  customer_no text    not null,
  id_ix       text    not null unique,
  id_no       text    not null,
  name        text    not null,
  phone       text    not null,
  created_at  integer not null
) strict;
create table core_account (
  id          text    not null primary key,
  customer_id text    not null,
  position    integer not null,
  no_ix       text    not null unique,
  account_no  text    not null,
  card_ix     text    unique,
  card_no     text,
  kind        text    not null,
  product     text    not null,
  ccy         text    not null,
  opened_on   text    not null
) strict;
create index core_account_customer on core_account (customer_id, position);
create table core_restriction (
  account_id text    not null,
  kind       text    not null,
  source     text    not null,
  order_id   text    not null,
  since      integer not null,
  primary key (account_id, kind, source)
) strict, without rowid;
-- One row per order id: what it asked for (as a hash) and what it was answered.
create table core_order (
  id        text    not null primary key,
  op        text    not null,
  hash      text    not null,
  state     text    not null,
  refusal   text,
  reference text    not null,
  at        integer not null
) strict;
-- Who paid whom, where and why, sealed; same id as the ledger transfer.
create table core_posting (
  id     text not null primary key,
  detail text not null
) strict;
create table ledger_account (
  id          text    not null primary key,
  ccy         text    not null,
  limited     integer not null,
  credit_line integer not null,
  posted      integer not null,
  held        integer not null,
  seq         integer not null,
  version     integer not null,
  closed      integer not null,
  opened_at   integer not null
) strict;
create table ledger_transfer (
  id            text    not null primary key,
  kind          text    not null,
  debit         text    not null,
  credit        text    not null,
  amount        integer not null,
  ccy           text    not null,
  hold_id       text,
  timeout_ms    integer,
  code          integer not null,
  reference     text    not null,
  fingerprint   text    not null,
  business_date text    not null,
  value_date    text    not null,
  created_at    integer not null
) strict;
create table ledger_hold (
  id          text    not null primary key,
  account     text    not null,
  amount      integer not null,
  state       text    not null,
  expires_at  integer not null,
  resolved_by text,
  resolved_at integer
) strict;
create index ledger_hold_due on ledger_hold (state, expires_at, id);
create index ledger_hold_account on ledger_hold (account, state);
create table ledger_entry (
  account       text    not null,
  seq           integer not null,
  transfer      text    not null,
  amount        integer not null,
  balance_after integer not null,
  code          integer not null,
  business_date text    not null,
  value_date    text    not null,
  at            integer not null,
  primary key (account, seq)
) strict, without rowid;
create index ledger_entry_time on ledger_entry (account, at, seq);
create index ledger_entry_transfer on ledger_entry (transfer, account);
