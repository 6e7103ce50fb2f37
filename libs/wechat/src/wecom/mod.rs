//! WeCom (企业微信): its callback, and its API as far as a bank's relationship managers need it.
//!
//! - [`Receiver`], [`Callback`], [`Listener`]: pushes verified, decrypted, typed ([`Event`]) and taken at least once.
//! - [`Client`]: one app of one corporation. Customers, tags, contact ways, greetings, group messages, moments,
//!   hand-over of customers and groups with results, notices to staff, media, page signatures, acquisition links,
//!   the message archive, the address book; anything else by path ([`Client::api`]).
//! - [`limits`]: the base limits and quotas to keep them.
//!
//! 微信客服 speaks through the same corporation: see [`crate::kf`].
//!
//! # Invariants
//! - A push is believed only after signature, freshness and corpid; whatever is wrong, the outside sees one 403.
//! - What WeCom would refuse for its size (100 customers a call, nine attachments …) is refused here before it leaves.
//! - A greeting is not sent after its 20 seconds.

mod archive;
mod attachment;
mod behaviour;
mod broadcast;
mod callback;
mod change;
mod client;
mod customer;
mod directory;
mod event;
mod fields;
mod group;
mod handover;
mod jssdk;
pub mod limits;
mod link;
mod media;
mod message;
mod moment;
mod push;
mod receiver;
mod tag;
mod way;
mod welcome;
pub(crate) mod wire;

pub use archive::{
    ArchiveError, Archived, Consent, KeyBox, MAX_PULL, MemoryKeys, MemoryVault, Pulled, SealedRecord, Vault,
    pull,
};
pub use attachment::{Attachment, Link, MAX_ATTACHMENTS, Media, MiniProgram, Picture};
pub use behaviour::Behaviour;
pub use broadcast::{
    Audience, Broadcast, BroadcastHead, BroadcastId, BroadcastPage, SenderTask, Sent, SentPage, TaskPage,
};
#[cfg(feature = "axum")]
pub use callback::router;
pub use callback::{Callback, CallbackSetup, Listener, MAX_REPLY};
pub use change::{
    AcquisitionChange, ChatChange, CustomerChange, FailReason, Relation, StaffChange, TagChange,
};
pub use client::{API, App, BATCH, Client, ClientSetup};
pub(crate) use client::{counted, measured};
pub use customer::{Customer, CustomerFile, CustomerOf, CustomerPage, Follow, FollowTag, Remark};
pub use directory::{Department, Seat, SeatPage, Staff, Visitor};
pub use event::{Approval, BatchJob, CardUse, Event};
pub use group::{FailedGroup, Group, GroupHead, GroupMember, GroupPage, GroupState, Member};
pub use handover::{
    HandOver, HandOverPage, LEFT_AT_MOST_S, MAX_CUSTOMERS, ON_JOB_AT_MOST, ON_JOB_WITHIN_S, Outcome, Pair,
    TAKES_EFFECT_AFTER_S, Taken, Unassigned, UnassignedPage, may_hand_over,
};
pub use jssdk::{AgentConfig, AgentSdk};
pub use link::{AcquisitionLink, LinkCustomer, LinkCustomerPage, LinkFile, LinkPage, LinkQuota, LinkRange};
pub use media::{MediaKind, Uploaded};
pub use message::{Delivery, News, Notice, NoticeSent, TextCard, To};
pub use moment::{
    Echo, Moment, MomentHead, MomentJob, MomentMade, MomentPage, Publisher, PublisherPage, Voice,
};
pub use push::{Body, Content, Push};
pub use receiver::Receiver;
pub use tag::{Tag, TagGroup, TagPlace};
pub use way::{Conclusions, ContactWay, MAX_STATE, NewWay, WayId, WayPage, Words};
pub use welcome::{WELCOME_WITHIN_S, WelcomeCode};
