-- The reference core: payments to other banks on their way through the clearing, the feed of changes,
-- the closed files of business days.
create table core_clearing (
  id         text    not null primary key,
  state      text    not null,
  bank_code  text    not null,
  amount     integer not null,
  detail     text    not null,
  asks       integer not null,
  next_at    integer not null,
  reason     text    not null,
  return_id  text,
  started_at integer not null,
  ended_at   integer
) strict;
create index core_clearing_due on core_clearing (state, next_at, id);
create index core_clearing_ended on core_clearing (ended_at, id);
create index core_clearing_return on core_clearing (return_id);
create index core_order_time on core_order (at, id);
-- One row per entry of a customer's account; feed is null until the entry has its place in the feed.
create table core_change (
  account  text    not null,
  seq      integer not null,
  transfer text    not null,
  feed     integer,
  primary key (account, seq)
) strict, without rowid;
create index core_change_feed on core_change (feed, account, seq);
create table core_feed (
  id   integer not null primary key,
  head integer not null
) strict;
insert into core_feed (id, head) values (1, 0);
create table core_statement (
  business_date text    not null primary key,
  header        text    not null,
  made_at       integer not null
) strict;
create table core_statement_page (
  id            text    not null primary key,
  business_date text    not null,
  page          integer not null,
  body          text    not null,
  unique (business_date, page)
) strict;
