//! WeChat for Rust, server side. This page is the manual; the README has a table beside other libraries.
//!
//! # A bot in five steps
//!
//! 1. **The account**: appid, callback token, `EncodingAESKey` and original id from WeChat's console, set to
//!    safe mode (安全模式). Pushes may be XML or JSON: [`Format`] is found out by looking.
//! 2. **The routes**: which message or event goes to which async function ([`Routes`]). A handler answers with
//!    text, a [`Reply`], nothing, or a `Result` of these.
//! 3. **The inbox** ([`Inbox`]): where three deliveries of one push become one effect. [`MemoryInbox`] for one
//!    process; a table or Redis for several.
//! 4. **The callback** ([`Callback`]): `get` and `post` take query and body and never fail. Feature `axum`: a
//!    router of it.
//! 5. **The client** ([`Client`]) for everything that the account does on its own.
//!
//! ```
//! use std::sync::Arc;
//! use weigui_wechat::{Account, Callback, Heard, MemoryInbox, Routes, Setup};
//!
//! struct Bank;
//!
//! async fn balance(heard: Heard<Bank>) -> String {
//!     format!("余额 of {}", heard.openid())
//! }
//!
//! # fn seconds() -> i64 { 1_767_225_600 }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let routes = Routes::new(Bank)
//!     .command("余额", balance)
//!     .click("BALANCE", balance)
//!     .event("subscribe", async |_| "欢迎关注")
//!     .text(async |heard: Heard<Bank>| format!("没听懂：{}", heard.text()));
//! let account = Account::new(
//!     "wx0123456789abcdef",
//!     "callbackToken",
//!     "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
//!     "gh_0123456789ab",
//! )?;
//! let inbox = Arc::new(MemoryInbox::default());
//! let callback = Callback::new(Setup::new(account, inbox, Arc::new(routes), Arc::new(seconds)));
//! let answer = callback.get("signature=00&timestamp=1&nonce=1&echostr=1");
//! assert_eq!(answer.status, 403, "not WeChat");
//! # Ok(())
//! # }
//! ```
//!
//! # What a callback does
//!
//! Signature → freshness (±[`DEFAULT_FRESHNESS_S`]) → decryption → appid → message: in this order, and whatever is
//! wrong, the outside sees one and the same 403 while [`Reject`] goes to the log. The work runs detached from the
//! request, so a broken connection never leaves a command half done. WeChat hangs up after 5 s and delivers up to
//! three times: the answer leaves after 4.5 s at the latest, as `success` when there is none yet; the reply then
//! goes to [`Responder::late`], once. Answers: [`Reply`] of every kind, at most [`MAX_TEXT_BYTES`] of text.
//!
//! # What a client does
//!
//! One access token for all calls and all nodes ([`client::TokenKeeper`]): a thousand callers refresh it once, a
//! token is dropped only if it is the one that failed, forced refreshes are counted (20 a day). [`client::TokenAlarm`]
//! tells operations when another system voids the token. Calls that WeChat is too busy for (-1) are repeated;
//! quotas can be kept on this side ([`client::Limiter`]). [`client::CallError`] tells apart what had no effect from
//! what may have had one, and [`client::Action`] says what an errcode asks for. Each call runs in a span
//! `wechat_call` with account, path, errcode and rid. What has no type here goes by [`Client::call`].
//!
//! | to do | look at |
//! |---|---|
//! | menus, also personalised | [`Client::create_menu`], [`Client::add_conditional_menu`] |
//! | notices | [`Client::send_template`], [`Client::send_subscribe_notice`], [`Client::send_subscribe_message`], [`client::values`] |
//! | customer messages, servicers | [`Client::send_custom`], [`Client::servicers`] |
//! | followers, tags, QR codes | [`Client::followers`], [`Client::create_tag`], [`Client::create_qr_code`] |
//! | materials, drafts, publishing, mass sending | [`Client::upload_media`], [`Client::add_draft`], [`Client::publish`], [`Client::send_mass`] |
//! | pages: login, JS-SDK | [`Client::authorize_url`], [`Client::exchange_code`], [`client::JsSdk`] |
//! | mini program | [`Client::code_to_session`], [`Client::phone_number`], [`Client::url_link`], [`Client::check_text`], [`Client::verify_soter`] |
//! | pay, be paid, read notices of payments | [`pay::Pay`], with RSA or the national algorithms ([`crypto`]) |
//! | WeCom 企业微信 and its 微信客服, callback and API | [`wecom`], [`kf`] |
//! | quotas and addresses | [`Client::quota`], [`Client::clear_quota`], [`Client::callback_addresses`] |
//!
//! # Invariants
//! - A plaintext push is refused, because its signature does not cover its body, unless the account says that
//!   it is in plaintext mode ([`Account::in_plaintext`], for test accounts).
//! - Whatever is wrong with a request, the outside sees one and the same 4xx; the reason goes to the log.
//! - Every account is an explicit value; nothing is ambient, so two accounts can't be mixed up.
//! - Nothing here reads a clock of its own: the caller passes the time, in seconds.
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
