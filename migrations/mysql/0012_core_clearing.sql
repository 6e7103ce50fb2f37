-- The reference core: payments to other banks on their way through the clearing, the feed of changes,
-- the closed files of business days.
create table core_clearing (
  id         char(36) character set ascii collate ascii_bin not null primary key,
  state      varchar(16) character set ascii collate ascii_bin not null,
  bank_code  varchar(16) character set ascii collate ascii_bin not null,
  amount     bigint not null,
  detail     text character set ascii collate ascii_bin not null,
  asks       bigint not null,
  next_at    bigint not null,
  reason     varchar(32) character set ascii collate ascii_bin not null,
  return_id  char(36) character set ascii collate ascii_bin,
  started_at bigint not null,
  ended_at   bigint,
  key core_clearing_due (state, next_at, id),
  key core_clearing_ended (ended_at, id),
  key core_clearing_return (return_id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
create index core_order_time on core_order (at, id);
-- One row per entry of a customer's account; feed is null until the entry has its place in the feed.
create table core_change (
  account  char(36) character set ascii collate ascii_bin not null,
  seq      bigint not null,
  transfer char(36) character set ascii collate ascii_bin not null,
  feed     bigint,
  primary key (account, seq),
  key core_change_feed (feed, account, seq)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
create table core_feed (
  id   bigint not null primary key,
  head bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
insert into core_feed (id, head) values (1, 0);
create table core_statement (
  business_date char(10) character set ascii collate ascii_bin not null primary key,
  header        text character set ascii collate ascii_bin not null,
  made_at       bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
create table core_statement_page (
  id            char(36) character set ascii collate ascii_bin not null primary key,
  business_date char(10) character set ascii collate ascii_bin not null,
  page          bigint not null,
  body          mediumtext character set ascii collate ascii_bin not null,
  unique key core_statement_page_of (business_date, page)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
