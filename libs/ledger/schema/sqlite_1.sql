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
