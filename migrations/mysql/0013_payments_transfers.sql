-- Transfers to other banks, and transfers that wait: the payee's bank, when the order leaves, the hold in the core.
alter table payments_transfer add column bank varchar(24) not null default '';
alter table payments_transfer add column bank_name varchar(80) not null default '';
alter table payments_transfer add column arrival varchar(16) not null default 'realtime';
alter table payments_transfer add column cooling bigint not null default 0;
alter table payments_transfer add column execute_at bigint not null default 0;
alter table payments_transfer add column hold varchar(16) not null default '';
alter table payments_transfer add column hold_id char(36) character set ascii collate ascii_bin not null default '';
alter table payments_transfer add column void_id char(36) character set ascii collate ascii_bin not null default '';
alter table payments_transfer add column schedule_id char(36) character set ascii collate ascii_bin not null default '';
alter table payments_transfer add column sent_at bigint not null default 0;
alter table payments_transfer add column accepted_at bigint not null default 0;

-- The payee book: a payee may be saved under an alias before it was ever paid (times = 0).
alter table payments_payee add column bank varchar(24) not null default '';
alter table payments_payee add column bank_name varchar(80) not null default '';
alter table payments_payee add column alias varchar(1024) not null default '';
alter table payments_payee add column saved bigint not null default 0;

-- Limits of a year beside those of a day. In payments_usage a row counts one window of one subject: customer_id is
-- the customer, or the account where the account's class has limits of its own; day is a day, or a year.
alter table payments_limit add column per_year bigint not null default 0;
alter table payments_limit add column per_year_count bigint not null default 0;
update payments_limit set per_year = 500000000, per_year_count = 20000 where class = 'standard';
insert into payments_limit (class, per_transfer, per_day, per_day_count, per_year, per_year_count) values
    ('class_2', 1000000, 1000000, 50, 20000000, 5000),
    ('class_3', 200000, 200000, 50, 5000000, 5000);

-- Accounts of class II and III (银发〔2018〕16号); an account without a row is of class I.
create table payments_account_class (
    account_id char(36) character set ascii collate ascii_bin not null primary key,
    class varchar(24) not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Receipts found again by the code that is printed on them.
create table payments_receipt (
    code_idx char(32) character set ascii collate ascii_bin not null primary key,
    transfer_id char(36) character set ascii collate ascii_bin not null,
    issued_at bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
