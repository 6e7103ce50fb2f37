-- Whose list a run compares with, where a kind has several: the code of a biller; and what is wrong with its file.
alter table office_recon add column party text not null default '';
alter table office_recon add column trouble text not null default '';
create index office_recon_of on office_recon (kind, party, scope, started_at);

-- What a biller has confirmed on a day.
create index payments_bill_told on payments_bill (biller, told_at);
