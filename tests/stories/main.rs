//! What the bank promises, told as stories through HTTP. One binary, so that the bank is linked once; the
//! engine is chosen by `WEIGUI_TEST_ENGINE` (`sqlite`, or `mysql` for MariaDB and Redis).

#![cfg(test)]
#![expect(
    clippy::similar_names,
    reason = "payer and payee, bank and back are the words"
)]

mod accounts;
mod at_once;
mod audit_trail;
mod authz;
mod autorepay;
mod bad_orders;
mod bank_kill;
mod biller_recon;
mod bills;
mod binding;
mod booked;
mod callbacks;
mod canary;
mod cases;
mod chat;
mod collections;
mod collections_refund;
mod core_doubt;
mod core_faults;
mod disputes;
mod documents;
mod feed;
mod hang_up;
mod interbank;
mod keys;
mod limits;
mod long_jobs;
mod loss;
mod migrations;
mod notices;
mod oauth;
mod office;
mod openapi;
mod operations;
mod payees;
mod payin_stuck;
mod power_cut;
mod recon;
mod redis_gone;
mod repayments;
mod saga_kill;
mod schedules;
mod sessions;
mod step_up;
mod summary;
mod tokens;
mod topup;
mod topup_once;
mod transfer_later;
mod transfer_refusals;
mod transfers;
