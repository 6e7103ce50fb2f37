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
