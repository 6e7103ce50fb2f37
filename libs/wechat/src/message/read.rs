//! From fields to types, kind by kind.

use super::Content;
use super::event::{
    CardEvent, Event, MassOutcome, PictureSource, PublishOutcome, ReviewOutcome, ScannedCode, SentNotice,
    Subscription, TemplateOutcome,
};
use super::fields::Fields;
use crate::callback::Reject;

pub(super) fn content(kind: String, mut f: Fields<'_>) -> Content {
    match kind.as_str() {
        "text" => Content::Text {
            text: f.text("Content"),
            menu_id: f.take("bizmsgmenuid"),
        },
        "image" => Content::Image {
            url: f.text("PicUrl"),
            media_id: f.text("MediaId"),
        },
        "voice" => Content::Voice {
            media_id: f.text("MediaId"),
            format: f.text("Format"),
            recognition: f.take("Recognition").filter(|text| !text.is_empty()),
        },
        "video" | "shortvideo" => Content::Video {
            media_id: f.text("MediaId"),
            thumb_media_id: f.text("ThumbMediaId"),
            short: kind == "shortvideo",
        },
        "location" => Content::Location {
            latitude: f.text("Location_X"),
            longitude: f.text("Location_Y"),
            scale: f.text("Scale"),
            label: f.text("Label"),
        },
        "link" => Content::Link {
            title: f.text("Title"),
            description: f.text("Description"),
            url: f.text("Url"),
        },
        "miniprogrampage" => Content::MiniProgramPage {
            title: f.text("Title"),
            appid: f.text("AppId"),
            page: f.text("PagePath"),
            thumb_url: f.text("ThumbUrl"),
            thumb_media_id: f.text("ThumbMediaId"),
        },
        _ => Content::Other { kind, raw: f.raw() },
    }
}

pub(super) fn event(mut f: Fields<'_>) -> Result<Event, Reject> {
    let name = f.need("Event")?;
    let key = f.text("EventKey");
    Ok(match name.as_str() {
        "subscribe" => {
            let scene = key.strip_prefix("qrscene_").map(str::to_owned);
            Event::Subscribe {
                scene: scene.filter(|scene| !scene.is_empty()),
            }
        }
        "unsubscribe" => Event::Unsubscribe,
        "SCAN" => Event::Scan { scene: key },
        "CLICK" => Event::Click { key },
        "VIEW" => Event::View { url: key },
        "view_miniprogram" => Event::ViewMiniProgram {
            page: key,
            menu_id: f.text("MenuId"),
        },
        "scancode_push" | "scancode_waitmsg" => Event::ScanCode(ScannedCode {
            key,
            waits: name == "scancode_waitmsg",
            kind: f.text("ScanCodeInfo/ScanType"),
            result: f.text("ScanCodeInfo/ScanResult"),
        }),
        "pic_sysphoto" => pictures(key, PictureSource::Camera, &f),
        "pic_photo_or_album" => pictures(key, PictureSource::CameraOrAlbum, &f),
        "pic_weixin" => pictures(key, PictureSource::Album, &f),
        "location_select" => Event::LocationSelected {
            key,
            latitude: f.text("SendLocationInfo/Location_X"),
            longitude: f.text("SendLocationInfo/Location_Y"),
            scale: f.text("SendLocationInfo/Scale"),
            label: f.text("SendLocationInfo/Label"),
            poi: f.text("SendLocationInfo/Poiname"),
        },
        "LOCATION" => Event::Location {
            latitude: f.text("Latitude"),
            longitude: f.text("Longitude"),
            precision: f.text("Precision"),
        },
        "user_info_modified" => Event::UserInfoModified { raw: f.raw() },
        "user_authorization_revoke" => Event::AuthorizationRevoked { raw: f.raw() },
        _ => return outcome(name, key, f),
    })
}

fn pictures(key: String, source: PictureSource, f: &Fields<'_>) -> Event {
    Event::Pictures {
        key,
        source,
        md5: f.every("PicMd5Sum"),
    }
}

/// What became of something that was begun before.
fn outcome(name: String, key: String, mut f: Fields<'_>) -> Result<Event, Reject> {
    Ok(match name.as_str() {
        // Documented with a capital D, unlike the MsgId of messages.
        "TEMPLATESENDJOBFINISH" => Event::TemplateFinished {
            message_id: f.need("MsgID")?,
            outcome: TemplateOutcome::parse(&f.text("Status")),
        },
        "MASSSENDJOBFINISH" => Event::MassFinished(MassOutcome {
            message_id: f.take("MsgID").or_else(|| f.take("MsgId")).unwrap_or_default(),
            status: f.text("Status"),
            total: f.number("TotalCount"),
            filtered: f.number("FilterCount"),
            sent: f.number("SentCount"),
            failed: f.number("ErrorCount"),
        }),
        "PUBLISHJOBFINISH" => Event::Published(PublishOutcome {
            urls: f.every("article_url"),
            failed: f.every("fail_idx"),
            publish_id: f.text("PublishEventInfo/publish_id"),
            status: f.number("PublishEventInfo/publish_status"),
            article_id: f.text("PublishEventInfo/article_id"),
        }),
        "subscribe_msg_popup_event" => Event::SubscribePopup(subscriptions(&f)),
        "subscribe_msg_change_event" => Event::SubscribeChanged(subscriptions(&f)),
        "subscribe_msg_sent_event" => Event::SubscribeSent(sent(&f)),
        "wxa_media_check" => Event::MediaChecked {
            trace_id: f.text("trace_id"),
            suggest: f.text("result/suggest"),
            label: f.text("result/label"),
        },
        "wxa_privacy_apply" => Event::PrivacyApplied { raw: f.raw() },
        "weapp_audit_success" => reviewed(ReviewOutcome::Passed, f),
        "weapp_audit_fail" => reviewed(ReviewOutcome::Refused, f),
        "weapp_audit_delay" => reviewed(ReviewOutcome::Delayed, f),
        "wxa_illegal_record" => Event::IllegalRecord {
            record_id: f.text("illegal_record_id"),
            raw: f.raw(),
        },
        "wxa_appeal_record" => Event::AppealRecord {
            record_id: f.text("appeal_record_id"),
            raw: f.raw(),
        },
        _ => service_or_card(name, key, f),
    })
}

fn service_or_card(name: String, key: String, mut f: Fields<'_>) -> Event {
    match name.as_str() {
        "kf_create_session" => Event::ServiceOpened {
            account: f.text("KfAccount"),
        },
        "kf_close_session" => Event::ServiceClosed {
            account: f.text("KfAccount"),
            close_type: f.text("CloseType"),
        },
        "kf_switch_session" => Event::ServiceSwitched {
            from: f.text("FromKfAccount"),
            to: f.text("ToKfAccount"),
        },
        "user_enter_tempsession" => Event::ServiceEntered {
            session_from: f.text("SessionFrom"),
        },
        other if is_about_cards(other) => {
            let (card_id, code) = (f.text("CardId"), f.text("UserCardCode"));
            Event::Card(CardEvent {
                name,
                card_id,
                code,
                raw: f.raw(),
            })
        }
        _ => Event::Other {
            name,
            key,
            raw: f.raw(),
        },
    }
}

fn is_about_cards(name: &str) -> bool {
    name.starts_with("card_") || name.starts_with("user_") && name.ends_with("_card")
}

fn reviewed(outcome: ReviewOutcome, mut f: Fields<'_>) -> Event {
    Event::Reviewed {
        outcome,
        reason: f.take("Reason").or_else(|| f.take("reason")).unwrap_or_default(),
    }
}

fn subscriptions(f: &Fields<'_>) -> Vec<Subscription> {
    let one = |mut item: super::fields::Item| Subscription {
        template_id: item.text("TemplateId"),
        accepted: item.text("SubscribeStatusString") == "accept",
        scene: item.text("PopupScene"),
    };
    f.items("List").into_iter().map(one).collect()
}

fn sent(f: &Fields<'_>) -> Vec<SentNotice> {
    let one = |mut item: super::fields::Item| SentNotice {
        template_id: item.text("TemplateId"),
        message_id: item.text("MsgID"),
        error_code: item.text("ErrorCode").parse().unwrap_or_default(),
        status: item.text("ErrorStatus"),
    };
    f.items("List").into_iter().map(one).collect()
}
