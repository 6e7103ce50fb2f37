-- Accounts as customers see them. Numbers and figures are sealed; *_idx are blind indexes.
create table accounts_account (
  id          text    not null primary key,
  customer_id text    not null,
  customer_no text    not null,
  position    integer not null,
  no_idx      text    not null unique,
  account_no  text    not null,
  card_idx    text,
  card_no     text,
  kind        text    not null,
  product     text    not null,
  status      text    not null,
  status_text text    not null,
  seen_at     integer not null
) strict;
create index accounts_account_customer on accounts_account (customer_id, position);
create index accounts_account_card on accounts_account (card_idx);
-- The last balance that the core told, for the time when it does not answer.
create table accounts_snapshot (
  account_id text    not null primary key,
  figures    text    not null,
  version    integer not null,
  as_of      integer not null
) strict;
-- Loss reports (挂失). active_account is the account while the report blocks it and null
-- afterwards, so that at most one report is active per account.
create table accounts_loss (
  id             text    not null primary key,
  account_id     text    not null,
  active_account text    unique,
  customer_id    text    not null,
  receipt_no     text    not null unique,
  state          text    not null,
  core_confirmed integer not null,
  lift_id        text,
  lift_key       text,
  lift_until     integer not null,
  blocked_at     integer not null,
  lifted_at      integer
) strict;
create index accounts_loss_time on accounts_loss (blocked_at);
create index accounts_loss_account on accounts_loss (account_id, blocked_at);
-- Issued statements, found again by the code printed on them.
create table accounts_statement (
  id          text    not null primary key,
  code_idx    text    not null unique,
  customer_id text    not null,
  account_id  text    not null,
  format      text    not null,
  from_date   text    not null,
  to_date     text    not null,
  summary     text    not null,
  issued_at   integer not null
) strict;
