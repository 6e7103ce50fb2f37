-- The ledger for auditors: limits in both directions kept by the table itself, holds counted on both sides,
-- a hash chain per account, linked orders, reversals. Entries written before this step stay outside the chain.
alter table ledger_account add column chain char(64) character set ascii collate ascii_bin not null default '';
alter table ledger_account add column held_in bigint not null default 0;
alter table ledger_account add column capped bigint not null default 0;
alter table ledger_transfer add column reverses char(36) character set ascii collate ascii_bin;
alter table ledger_transfer add column link char(36) character set ascii collate ascii_bin;
alter table ledger_transfer add column linked bigint not null default 0;
alter table ledger_hold add column credit char(36) character set ascii collate ascii_bin not null default '';
alter table ledger_entry add column chain char(64) character set ascii collate ascii_bin not null default '';
create index ledger_hold_credit on ledger_hold (credit, state);
-- One row per reversed transfer: nothing is reversed twice.
create table ledger_reversal (
  original char(36) character set ascii collate ascii_bin not null primary key,
  transfer char(36) character set ascii collate ascii_bin not null,
  at       bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
update ledger_hold set credit = coalesce((select t.credit from ledger_transfer t where t.id = ledger_hold.id), '');
update ledger_account set held_in = (select coalesce(sum(h.amount), 0) from ledger_hold h
  where h.credit = ledger_account.id and h.state = 'open')
  where id in (select h.credit from ledger_hold h where h.state = 'open');
alter table ledger_account add constraint ledger_account_limits check (
  (limited = 0 or posted - held + credit_line >= 0) and (capped = 0 or posted + held_in <= 0));
