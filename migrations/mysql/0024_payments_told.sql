-- What a biller has confirmed on a day is read a page at a time, in the order in which it was told; what was sent to it and
-- is not confirmed is found beside it. The new index stands before the old one goes: other nodes go on reading.
create index payments_bill_day on payments_bill (biller, stage, told_at, id);
drop index payments_bill_told on payments_bill;
