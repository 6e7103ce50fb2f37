-- What was booked within a span is read by reconciliation a page at a time, as it ended; what is not done stands before it
-- under its state. The new indexes stand before the old one goes: other nodes go on reading.
create index payments_transfer_booked on payments_transfer (state, done_at, id);
create index payments_topup_booked on payments_topup (state, done_at, id);
create index payments_topup_refund_booked on payments_topup_refund (state, done_at, back_id);
drop index payments_transfer_state on payments_transfer;
-- Refunds that Pay could not deliver were asked for no more; now they are, and a person is told.
insert into job (id, kind, k, payload, state, run_at, lease_until, fence, tries, last_error, created_at)
    select r.id, 'payments.topup_refund', r.id, r.id, 'ready', 0, 0, 0, 0, '', 0 from payments_topup_refund r
    where r.state = 'manual'
    and not exists (select 1 from job j where j.kind = 'payments.topup_refund' and j.k = r.id);
-- Whoever pays what only one may pay writes its row first: others wait, or are turned back when both have written.
create table payments_turn (
    k char(64) character set ascii collate ascii_bin not null primary key,
    turn bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
