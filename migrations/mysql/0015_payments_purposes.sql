-- What a transfer is for: '' pays somebody, 'repayment' repays one's own credit card, 'bill' pays a biller.
alter table payments_transfer add column purpose varchar(16) not null default '';
-- What these are signed with.
insert into identity_policy (act, min_amount, factors, version) values
    ('repayment', 0, 'password,sms', 1),
    ('bill', 0, 'password,sms', 1);

-- Billers 缴费单位: whom customers can pay, and the account of each at this bank.
create table payments_biller (
    code varchar(24) not null primary key,
    name varchar(80) not null,
    kind varchar(24) not null,
    number_label varchar(24) not null,
    digits bigint not null,
    settle_no varchar(40) not null,
    place bigint not null,
    active bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- What a transfer with the purpose 'bill' pays, and what the biller has said of it; the number is sealed.
create table payments_bill (
    id char(36) character set ascii collate ascii_bin not null primary key,
    biller varchar(24) not null,
    bill_no varchar(80) not null,
    number varchar(1024) not null,
    period varchar(24) not null,
    stage varchar(16) not null,
    reference varchar(80) not null,
    told_at bigint not null,
    key payments_bill_of (biller, bill_no)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
