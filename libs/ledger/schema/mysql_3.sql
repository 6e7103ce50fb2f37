-- An account's entries lie in the order of their instants, which is the order of their numbers: the table itself serves
-- statements, and a posting writes one index less, at the place where its entry goes anyway.
-- Stop nodes of an older version first: they don't keep last_at.
alter table ledger_account add column last_at bigint not null default 0;
alter table ledger_entry drop primary key, drop key ledger_entry_time, add primary key (account, at, seq);
update ledger_account set last_at = coalesce((select max(e.at) from ledger_entry e where e.account = ledger_account.id), 0);
