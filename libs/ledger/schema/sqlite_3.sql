-- An account's entries lie in the order of their instants, which is the order of their numbers: the table itself serves
-- statements, and a posting writes one index less, at the place where its entry goes anyway.
-- Stop nodes of an older version first: they don't keep last_at.
alter table ledger_account add column last_at integer not null default 0;
create table ledger_entry_ordered (
  account       text    not null,
  seq           integer not null,
  transfer      text    not null,
  amount        integer not null,
  balance_after integer not null,
  code          integer not null,
  business_date text    not null,
  value_date    text    not null,
  at            integer not null,
  chain         text    not null default '',
  primary key (account, at, seq)
) strict, without rowid;
insert into ledger_entry_ordered (account, seq, transfer, amount, balance_after, code, business_date, value_date, at, chain)
  select account, seq, transfer, amount, balance_after, code, business_date, value_date, at, chain from ledger_entry;
drop table ledger_entry;
alter table ledger_entry_ordered rename to ledger_entry;
create index ledger_entry_transfer on ledger_entry (transfer, account);
update ledger_account set last_at = coalesce((select max(e.at) from ledger_entry e where e.account = ledger_account.id), 0);
