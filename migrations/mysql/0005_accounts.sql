-- Accounts as customers see them. Numbers and figures are sealed; *_idx are blind indexes.
create table accounts_account (
  id          char(36) character set ascii collate ascii_bin not null primary key,
  customer_id char(36) character set ascii collate ascii_bin not null,
  customer_no varchar(512) character set ascii collate ascii_bin not null,
  position    bigint not null,
  no_idx      char(32) character set ascii collate ascii_bin not null,
  account_no  varchar(512) character set ascii collate ascii_bin not null,
  card_idx    char(32) character set ascii collate ascii_bin,
  card_no     varchar(512) character set ascii collate ascii_bin,
  kind        varchar(16) character set ascii collate ascii_bin not null,
  product     varchar(64) not null,
  status      varchar(16) character set ascii collate ascii_bin not null,
  status_text varchar(200) not null,
  seen_at     bigint not null,
  unique key accounts_account_no (no_idx),
  key accounts_account_customer (customer_id, position),
  key accounts_account_card (card_idx)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
-- The last balance that the core told, for the time when it does not answer.
create table accounts_snapshot (
  account_id char(36) character set ascii collate ascii_bin not null primary key,
  figures    varchar(1024) character set ascii collate ascii_bin not null,
  version    bigint not null,
  as_of      bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
-- Loss reports (挂失). active_account is the account while the report blocks it and null
-- afterwards, so that at most one report is active per account.
create table accounts_loss (
  id             char(36) character set ascii collate ascii_bin not null primary key,
  account_id     char(36) character set ascii collate ascii_bin not null,
  active_account char(36) character set ascii collate ascii_bin,
  customer_id    char(36) character set ascii collate ascii_bin not null,
  receipt_no     varchar(32) character set ascii collate ascii_bin not null,
  state          varchar(16) character set ascii collate ascii_bin not null,
  core_confirmed bigint not null,
  lift_id        char(36) character set ascii collate ascii_bin,
  lift_key       varchar(64) character set ascii collate ascii_bin,
  lift_until     bigint not null,
  blocked_at     bigint not null,
  lifted_at      bigint,
  unique key accounts_loss_active (active_account),
  unique key accounts_loss_receipt (receipt_no),
  key accounts_loss_time (blocked_at),
  key accounts_loss_account (account_id, blocked_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
-- Issued statements, found again by the code printed on them.
create table accounts_statement (
  id          char(36) character set ascii collate ascii_bin not null primary key,
  code_idx    char(32) character set ascii collate ascii_bin not null,
  customer_id char(36) character set ascii collate ascii_bin not null,
  account_id  char(36) character set ascii collate ascii_bin not null,
  format      varchar(8) character set ascii collate ascii_bin not null,
  from_date   char(10) character set ascii collate ascii_bin not null,
  to_date     char(10) character set ascii collate ascii_bin not null,
  summary     varchar(2048) character set ascii collate ascii_bin not null,
  issued_at   bigint not null,
  unique key accounts_statement_code (code_idx)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
