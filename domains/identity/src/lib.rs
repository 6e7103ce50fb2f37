//! Identity 身份: customers and the WeChat users who act for them, sessions, proofs, staff and roles.
//!
//! **Invariant:** an openid reaches an account only through a living, signed, unexpired binding;
//! a snapshot user (虚拟账号) never gets a session.
//! **Invariant:** a proof is bound to one act and its content, guessed at most five times, used once.
//! **Invariant:** what guards identity (codes, tries, sessions, OAuth states) lives in SQL.
//! **Invariant:** one-time codes and passwords are never stored in clear, logged or shown.

mod error;
mod http;
mod jobs;
pub mod mask;
mod model;
mod service;
mod store;

pub use error::Error;
pub use http::{doors, guard, router};
pub use jobs::{jobs, tidy_up};
pub use model::challenge::{Challenge, ChallengeView, Factor, NewChallenge, Proof, Proven};
pub use model::forms;
pub use model::people::{Customer, CustomerId, Preferences, SessionId, Staff, StaffId, Visitor};
pub use model::roles::{Role, permissions};
pub use service::introduce::Introduction;
pub use service::office::{CustomerFile, CustomerRow, RevealField, SearchBy};
pub use service::staff::NewStaff;
pub use service::{Identity, Settings};
pub use store::SEALED;
