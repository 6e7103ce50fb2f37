-- Transfers to other banks, and transfers that wait: the payee's bank, when the order leaves, the hold in the core.
alter table payments_transfer add column bank text not null default '';
alter table payments_transfer add column bank_name text not null default '';
alter table payments_transfer add column arrival text not null default 'realtime';
alter table payments_transfer add column cooling integer not null default 0;
alter table payments_transfer add column execute_at integer not null default 0;
alter table payments_transfer add column hold text not null default '';
alter table payments_transfer add column hold_id text not null default '';
alter table payments_transfer add column void_id text not null default '';
alter table payments_transfer add column schedule_id text not null default '';
alter table payments_transfer add column sent_at integer not null default 0;
alter table payments_transfer add column accepted_at integer not null default 0;

-- The payee book: a payee may be saved under an alias before it was ever paid (times = 0).
alter table payments_payee add column bank text not null default '';
alter table payments_payee add column bank_name text not null default '';
alter table payments_payee add column alias text not null default '';
alter table payments_payee add column saved integer not null default 0;

-- Limits of a year beside those of a day. In payments_usage a row counts one window of one subject: customer_id is
-- the customer, or the account where the account's class has limits of its own; day is a day, or a year.
alter table payments_limit add column per_year integer not null default 0;
alter table payments_limit add column per_year_count integer not null default 0;
update payments_limit set per_year = 500000000, per_year_count = 20000 where class = 'standard';
insert into payments_limit (class, per_transfer, per_day, per_day_count, per_year, per_year_count) values
    ('class_2', 1000000, 1000000, 50, 20000000, 5000),
    ('class_3', 200000, 200000, 50, 5000000, 5000);

-- Accounts of class II and III (银发〔2018〕16号); an account without a row is of class I.
create table payments_account_class (
    account_id text not null primary key,
    class text not null
) strict;

-- Receipts found again by the code that is printed on them.
create table payments_receipt (
    code_idx text not null primary key,
    transfer_id text not null,
    issued_at integer not null
) strict;
