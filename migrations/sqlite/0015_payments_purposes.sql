-- What a transfer is for: '' pays somebody, 'repayment' repays one's own credit card, 'bill' pays a biller.
alter table payments_transfer add column purpose text not null default '';
-- What these are signed with.
insert into identity_policy (act, min_amount, factors, version) values
    ('repayment', 0, 'password,sms', 1),
    ('bill', 0, 'password,sms', 1);

-- Billers 缴费单位: whom customers can pay, and the account of each at this bank.
create table payments_biller (
    code text not null primary key,
    name text not null,
    kind text not null,
    number_label text not null,
    digits integer not null,
    settle_no text not null,
    place integer not null,
    active integer not null
) strict;

-- What a transfer with the purpose 'bill' pays, and what the biller has said of it; the number is sealed.
create table payments_bill (
    id text not null primary key,
    biller text not null,
    bill_no text not null,
    number text not null,
    period text not null,
    stage text not null,
    reference text not null,
    told_at integer not null
) strict;
create index payments_bill_of on payments_bill (biller, bill_no);
