//! Events: what happened without anybody writing a message.

use serde::{Deserialize, Serialize};

use super::Raw;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Event {
    /// A new or returning follower; `scene` when it came by a parametric QR code (without `qrscene_`).
    Subscribe { scene: Option<String> },
    /// The follower left.
    Unsubscribe,
    /// A follower scanned a parametric QR code.
    Scan { scene: String },
    /// A click on a menu button.
    Click { key: String },
    /// A menu button opened a page.
    View { url: String },
    /// A menu button opened a mini program's page.
    ViewMiniProgram { page: String, menu_id: String },
    /// A menu button scanned a code.
    ScanCode(ScannedCode),
    /// A menu button took or chose pictures, which follow as messages.
    Pictures {
        key: String,
        source: PictureSource,
        /// MD5 of each picture, in hex.
        md5: Vec<String>,
    },
    /// A menu button chose a place.
    LocationSelected {
        key: String,
        latitude: String,
        longitude: String,
        scale: String,
        label: String,
        poi: String,
    },
    /// The position reported on entering the chat.
    Location {
        latitude: String,
        longitude: String,
        precision: String,
    },
    /// The outcome of a template message.
    TemplateFinished {
        message_id: String,
        outcome: TemplateOutcome,
    },
    /// The outcome of mass sending.
    MassFinished(MassOutcome),
    /// The outcome of publishing a draft.
    Published(PublishOutcome),
    /// The user answered a question for 订阅通知 or subscribe messages: one more sending for each accepted
    /// one-off template.
    SubscribePopup(Vec<Subscription>),
    /// The user changed subscriptions in the settings.
    SubscribeChanged(Vec<Subscription>),
    /// The outcome of subscribe messages.
    SubscribeSent(Vec<SentNotice>),
    /// The user changed their data with WeChat: what was copied from there is out of date.
    UserInfoModified { raw: Raw },
    /// The user withdrew an authorisation: data obtained with it must be deleted.
    AuthorizationRevoked { raw: Raw },
    /// A servicer took over a conversation (客服会话).
    ServiceOpened { account: String },
    /// A conversation with a servicer ended.
    ServiceClosed { account: String, close_type: String },
    /// A conversation went from one servicer to another.
    ServiceSwitched { from: String, to: String },
    /// The user opened a mini program's customer service.
    ServiceEntered { session_from: String },
    /// The outcome of a content check of a picture or a sound: `suggest` is `pass`, `review` or `risky`.
    MediaChecked {
        trace_id: String,
        suggest: String,
        label: String,
    },
    /// The outcome of an application for a privacy interface.
    PrivacyApplied { raw: Raw },
    /// The outcome of a mini program's review.
    Reviewed { outcome: ReviewOutcome, reason: String },
    /// The mini program broke a rule.
    IllegalRecord { record_id: String, raw: Raw },
    /// News of an appeal against such a record.
    AppealRecord { record_id: String, raw: Raw },
    /// Anything about a WeChat card or coupon.
    Card(CardEvent),
    /// Any other event.
    Other { name: String, key: String, raw: Raw },
}

/// A code scanned from the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannedCode {
    /// The button's key.
    pub key: String,
    /// The user waits for an answer (`scancode_waitmsg`).
    pub waits: bool,
    /// `qrcode` or `barcode`.
    pub kind: String,
    /// What the code says.
    pub result: String,
}

/// Where pictures come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PictureSource {
    /// `pic_sysphoto`: the camera.
    Camera,
    /// `pic_photo_or_album`: camera or album.
    CameraOrAlbum,
    /// `pic_weixin`: WeChat's album.
    Album,
}

/// What became of a template message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TemplateOutcome {
    /// Delivered.
    Delivered,
    /// The follower refuses messages of this account.
    UserBlocked,
    /// WeChat failed, with its own words.
    Failed(String),
}

impl TemplateOutcome {
    /// Reads WeChat's status text; the blank after the colon varies.
    pub(super) fn parse(status: &str) -> Self {
        match status
            .split_once(':')
            .map(|(head, tail)| (head.trim(), tail.trim()))
        {
            None if status.trim() == "success" => Self::Delivered,
            Some(("failed", "user block")) => Self::UserBlocked,
            _ => Self::Failed(status.to_owned()),
        }
    }
}

/// What became of mass sending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MassOutcome {
    /// The sending's id.
    pub message_id: String,
    /// `send success`, `send fail`, `err(10001)` …
    pub status: String,
    /// Followers addressed.
    pub total: i64,
    /// Of these, left after WeChat's filters: sent plus failed.
    pub filtered: i64,
    /// Delivered.
    pub sent: i64,
    /// Not delivered.
    pub failed: i64,
}

/// What became of publishing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishOutcome {
    /// The publishing's id.
    pub publish_id: String,
    /// 0 published, 1 under way, 2 not original, 3 failed, 4 refused by review, 5 all deleted, 6 all banned.
    pub status: i64,
    /// The article's id, when published.
    pub article_id: String,
    /// Addresses of the articles.
    pub urls: Vec<String>,
    /// Numbers (from 1) of the articles that were refused.
    pub failed: Vec<String>,
}

/// A user's word on one template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The template's id in this account.
    pub template_id: String,
    /// Accepted; otherwise refused, and what was accepted before is void.
    pub accepted: bool,
    /// 1 an H5 page, 2 an article; empty elsewhere.
    pub scene: String,
}

/// What became of one subscribe message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentNotice {
    /// The template's id in this account.
    pub template_id: String,
    /// The message's id.
    pub message_id: String,
    /// 0 when delivered.
    pub error_code: i64,
    /// `success`, or why not.
    pub status: String,
}

/// A mini program's review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReviewOutcome {
    /// `weapp_audit_success`
    Passed,
    /// `weapp_audit_fail`
    Refused,
    /// `weapp_audit_delay`
    Delayed,
}

/// Something about a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardEvent {
    /// WeChat's name of the event.
    pub name: String,
    /// The kind of card.
    pub card_id: String,
    /// The one card, where there is one.
    pub code: String,
    /// Everything that came with it.
    pub raw: Raw,
}

impl Event {
    /// WeChat's name of the event.
    pub fn name(&self) -> &str {
        self.identity().0
    }

    /// Name, event key, and the ids of what the event speaks of.
    pub(super) fn identity(&self) -> (&str, &str, Vec<&str>) {
        match self {
            Self::Subscribe { scene } => ("subscribe", scene.as_deref().unwrap_or(""), vec![]),
            Self::Unsubscribe => ("unsubscribe", "", vec![]),
            Self::Scan { scene } => ("SCAN", scene, vec![]),
            Self::Click { key } => ("CLICK", key, vec![]),
            Self::View { url } => ("VIEW", url, vec![]),
            Self::ViewMiniProgram { page, .. } => ("view_miniprogram", page, vec![]),
            Self::ScanCode(code) if code.waits => ("scancode_waitmsg", &code.key, vec![]),
            Self::ScanCode(code) => ("scancode_push", &code.key, vec![]),
            Self::Pictures { key, source, .. } => (source.name(), key, vec![]),
            Self::LocationSelected { key, .. } => ("location_select", key, vec![]),
            Self::Location { .. } => ("LOCATION", "", vec![]),
            Self::TemplateFinished { message_id, .. } => ("TEMPLATESENDJOBFINISH", "", vec![message_id]),
            Self::MassFinished(mass) => ("MASSSENDJOBFINISH", "", vec![&mass.message_id]),
            Self::Published(job) => ("PUBLISHJOBFINISH", "", vec![&job.publish_id]),
            Self::SubscribePopup(list) => ("subscribe_msg_popup_event", "", templates(list)),
            Self::SubscribeChanged(list) => ("subscribe_msg_change_event", "", templates(list)),
            Self::SubscribeSent(list) => {
                let ids = list.iter().map(|sent| sent.message_id.as_str()).collect();
                ("subscribe_msg_sent_event", "", ids)
            }
            _ => self.identity_of_the_rest(),
        }
    }

    fn identity_of_the_rest(&self) -> (&str, &str, Vec<&str>) {
        match self {
            Self::UserInfoModified { .. } => ("user_info_modified", "", vec![]),
            Self::AuthorizationRevoked { .. } => ("user_authorization_revoke", "", vec![]),
            Self::ServiceOpened { account } => ("kf_create_session", "", vec![account]),
            Self::ServiceClosed { account, .. } => ("kf_close_session", "", vec![account]),
            Self::ServiceSwitched { from, to } => ("kf_switch_session", "", vec![from, to]),
            Self::ServiceEntered { .. } => ("user_enter_tempsession", "", vec![]),
            Self::MediaChecked { trace_id, .. } => ("wxa_media_check", "", vec![trace_id]),
            Self::PrivacyApplied { .. } => ("wxa_privacy_apply", "", vec![]),
            Self::Reviewed { outcome, .. } => (outcome.name(), "", vec![]),
            Self::IllegalRecord { record_id, .. } => ("wxa_illegal_record", "", vec![record_id]),
            Self::AppealRecord { record_id, .. } => ("wxa_appeal_record", "", vec![record_id]),
            Self::Card(card) => (&card.name, "", vec![&card.card_id, &card.code]),
            Self::Other { name, key, raw } => {
                let about = raw.iter().find(|(path, _)| path.eq_ignore_ascii_case("MsgID"));
                (name, key, about.map(|(_, id)| id.as_str()).into_iter().collect())
            }
            _ => ("", "", vec![]),
        }
    }
}

fn templates(list: &[Subscription]) -> Vec<&str> {
    list.iter().map(|one| one.template_id.as_str()).collect()
}

impl PictureSource {
    const fn name(self) -> &'static str {
        match self {
            Self::Camera => "pic_sysphoto",
            Self::CameraOrAlbum => "pic_photo_or_album",
            Self::Album => "pic_weixin",
        }
    }
}

impl ReviewOutcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Passed => "weapp_audit_success",
            Self::Refused => "weapp_audit_fail",
            Self::Delayed => "weapp_audit_delay",
        }
    }
}
