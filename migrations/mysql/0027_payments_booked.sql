-- What was booked within a span is read by reconciliation a page at a time, as it ended; what is not done stands before it
-- under its state. The new indexes stand before the old one goes: other nodes go on reading.
create index payments_transfer_booked on payments_transfer (state, done_at, id);
create index payments_topup_booked on payments_topup (state, done_at, id);
create index payments_topup_refund_booked on payments_topup_refund (state, done_at, back_id);
drop index payments_transfer_state on payments_transfer;
