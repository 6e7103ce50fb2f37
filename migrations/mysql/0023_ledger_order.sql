-- An account's entries lie in the order of their instants, which is the order of their numbers: the table itself serves
-- statements, and a posting writes one index less, at the place where its entry goes anyway.
alter table ledger_account add column last_at bigint not null default 0;
create table ledger_entry_ordered (
  account       char(36) character set ascii collate ascii_bin not null,
  seq           bigint   not null,
  transfer      char(36) character set ascii collate ascii_bin not null,
  amount        bigint   not null,
  balance_after bigint   not null,
  code          bigint   not null,
  business_date char(10) character set ascii collate ascii_bin not null,
  value_date    char(10) character set ascii collate ascii_bin not null,
  at            bigint   not null,
  chain         char(64) character set ascii collate ascii_bin not null default '',
  primary key (account, at, seq)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
insert into ledger_entry_ordered (account, seq, transfer, amount, balance_after, code, business_date, value_date, at, chain)
  select account, seq, transfer, amount, balance_after, code, business_date, value_date, at, chain from ledger_entry;
drop table ledger_entry;
alter table ledger_entry_ordered rename to ledger_entry;
create index ledger_entry_transfer on ledger_entry (transfer, account);
update ledger_account set last_at = coalesce((select max(e.at) from ledger_entry e where e.account = ledger_account.id), 0);
