//! The server side of a WeChat Official Account (公众号 / 服务号), usable without anything else of this house.
//!
//! - [`Account`]: safe-mode callbacks: URL verification, signature, freshness, decryption, sealed answers.
//! - [`Push`], [`Reply`]: what followers do, and what may be answered, typed.
//! - [`Inbox`]: de-duplication as a state machine (`processing → done(reply)`), so that three deliveries of
//!   one message have one effect and one answer; [`MemoryInbox`] for one process.
//! - [`Callback`]: all of it behind one `get` and one `post`, with WeChat's 5-second deadline kept and late
//!   answers handed to another channel; feature `axum` makes a router of it.
//! - [`pay::Pay`]: WeChat Pay v3 微信支付, with RSA or the national algorithms; [`crypto`] is what it signs with.
//! - [`Client`]: the API towards WeChat with a token keeper that refreshes once, however many ask.
//! - [`wecom`], [`kf`]: WeCom (企业微信) and its 微信客服, callback and API.
//!
//! # Invariants
//! - Safe mode only. A plaintext push is refused: its signature does not cover its body.
//! - Whatever is wrong with a request, the outside sees one and the same 4xx; the reason goes to the log.
//! - Nothing here reads a clock of its own: the caller passes the time.
//! - No secret and no access token is ever in an error, a log line or a `Debug` output.

mod account;
pub mod callback;
pub mod client;
pub mod crypto;
mod dedupe;
#[cfg(feature = "axum")]
mod http;
pub mod kf;
mod message;
pub mod pay;
mod random;
mod reply;
mod routes;
mod serve;
pub mod wecom;
pub mod xml;

pub use account::{Account, AccountError, AesKey, DEFAULT_FRESHNESS_S};
pub use callback::{MAX_BODY, Query, Reject};
pub use client::Client;
pub use dedupe::{Answer, Claim, Finished, HandOver, Inbox, InboxError, MemoryInbox, Ticket};
#[cfg(feature = "axum")]
pub use http::router;
pub use message::{
    Body, CardEvent, Content, Event, Format, Key, MassOutcome, PictureSource, PublishOutcome, Push, Raw,
    ReviewOutcome, ScannedCode, SentNotice, Subscription, TemplateOutcome,
};
pub use random::{Random, RandomError, SystemRandom};
pub use reply::{Article, MAX_ARTICLES, MAX_TEXT_BYTES, Music, Reply, ReplyError};
pub use routes::{Heard, IntoReply, Routes};
pub use serve::{Callback, Clock, HttpAnswer, Refused, Responder, ResponderError, Setup, Spawner};
