-- The ledger for auditors: limits in both directions kept by the table itself, holds counted on both sides,
-- a hash chain per account, linked orders, reversals. Entries written before this step stay outside the chain.
alter table ledger_account add column chain text not null default '';
alter table ledger_account add column held_in integer not null default 0;
alter table ledger_account add column capped integer not null default 0 check (
  (limited = 0 or posted - held + credit_line >= 0) and (capped = 0 or posted + held_in <= 0));
alter table ledger_transfer add column reverses text;
alter table ledger_transfer add column link text;
alter table ledger_transfer add column linked integer not null default 0;
alter table ledger_hold add column credit text not null default '';
alter table ledger_entry add column chain text not null default '';
create index ledger_hold_credit on ledger_hold (credit, state);
-- One row per reversed transfer: nothing is reversed twice.
create table ledger_reversal (
  original text    not null primary key,
  transfer text    not null,
  at       integer not null
) strict;
update ledger_hold set credit = coalesce((select t.credit from ledger_transfer t where t.id = ledger_hold.id), '');
update ledger_account set held_in = (select coalesce(sum(h.amount), 0) from ledger_hold h
  where h.credit = ledger_account.id and h.state = 'open')
  where id in (select h.credit from ledger_hold h where h.state = 'open');
