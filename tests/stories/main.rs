//! What the bank promises, told as stories through HTTP. One binary, so that the bank is linked once; the
//! engine is chosen by `WEIGUI_TEST_ENGINE` (`sqlite`, or `mysql` for MariaDB and Redis).

#![cfg(test)]
#![expect(
    clippy::similar_names,
    reason = "payer and payee, bank and back are the words"
)]

mod accounts;
mod audit_trail;
mod authz;
mod bank_kill;
mod binding;
mod callbacks;
mod canary;
mod chat;
mod core_faults;
mod documents;
mod hang_up;
mod keys;
mod loss;
mod migrations;
mod notices;
mod oauth;
mod office;
mod openapi;
mod operations;
mod redis_gone;
mod sessions;
mod step_up;
mod transfer_refusals;
mod transfers;
