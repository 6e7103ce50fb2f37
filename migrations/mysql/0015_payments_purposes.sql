-- What a transfer is for: '' pays somebody, 'repayment' repays one's own credit card.
alter table payments_transfer add column purpose varchar(16) not null default '';
-- What a repayment is signed with.
insert into identity_policy (act, min_amount, factors, version) values ('repayment', 0, 'password,sms', 1);
