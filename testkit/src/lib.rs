//! The language of the stories: a bank with its own database, clock and simulated outside world, people with
//! phones, staff with authenticators.
//!
//! ```ignore
//! let bank = TestBank::open().await;
//! let wang = bank.customer("王建国").await.opens_h5().await;
//! wang.get("/api/accounts").await.ok();
//! bank.close().await;
//! ```
//!
//! **Invariant:** a story that leaves a job, an unsent event or unbalanced books behind fails.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking, and have nobody to return an error to"
)]
#![expect(clippy::return_self_not_must_use, reason = "an expectation may end a chain")]

mod acts;
mod answer;
mod bank;
mod books;
mod browser;
mod customer;
mod demo;
mod engine;
mod log;
mod real_bank;
mod staff;
mod template;
mod totp;
mod wechat;
mod world;

pub use answer::Answer;
pub use bank::TestBank;
pub use browser::{Ask, Browser};
pub use customer::{Customer, code_in};
pub use demo::WECHAT_SECRET;
pub use engine::Engine;
pub use log::so_far as log_so_far;
pub use real_bank::{Counter, RealBank};
pub use staff::Staff;
pub use template::Stored;
pub use wechat::Post;
pub use world::World;
