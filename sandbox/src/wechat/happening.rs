//! What the platform tells the bank, and how it is written: XML, or JSON with its own irregularities.

use serde_json::{Map, Value, json};
use weigui_wechat::xml;

use super::mini::{PushFormat, verdict};
use super::qr::Scene;

/// Something a person did, or a receipt of the platform.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    Subscribe(Option<Scene>),
    Unsubscribe,
    Scan(Scene),
    Text(String),
    /// An answer tapped in a question that the account asked: its words and its id.
    Picked {
        words: String,
        id: String,
    },
    Click(String),
    /// A page opened from the menu.
    View(String),
    TemplateFinished {
        message_id: i64,
        status: &'static str,
    },
    MassSent {
        message_id: i64,
        total: usize,
        sent: usize,
    },
    Published {
        publish_id: String,
        article_id: String,
        urls: Vec<String>,
    },
    /// Templates and whether the person agreed.
    ConsentAsked(Vec<(String, bool)>),
    ConsentChanged(Vec<(String, bool)>),
    ConsentUsed {
        template: String,
        message_id: i64,
    },
    ServiceBegan {
        account: String,
    },
    ServiceEnded {
        account: String,
    },
    MediaChecked {
        trace_id: String,
        risky: bool,
    },
    /// Any other event, with flat fields.
    Other {
        event: String,
        fields: Vec<(String, String)>,
    },
}

impl Happening {
    /// Whether it is a message, which has a `MsgId`; everything else is an event.
    pub(crate) const fn is_message(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Picked { .. })
    }

    /// Whether a person waits for an answer to it.
    pub(crate) const fn is_by_person(&self) -> bool {
        matches!(
            self,
            Self::Subscribe(_)
                | Self::Scan(_)
                | Self::Text(_)
                | Self::Picked { .. }
                | Self::Click(_)
                | Self::View(_)
        )
    }

    /// The fields after the common ones.
    fn fields(&self, format: PushFormat) -> Vec<(String, Value)> {
        let event = |name: &str, more: Value| {
            let mut fields = vec![("Event".to_owned(), json!(name))];
            fields.extend(pairs(more));
            fields
        };
        match self {
            Self::Text(text) => pairs(json!([["Content", text]])),
            Self::Picked { words, id } => pairs(json!([["Content", words], ["bizmsgmenuid", id]])),
            Self::Subscribe(None) => event("subscribe", json!([["EventKey", ""]])),
            Self::Subscribe(Some(scene)) => {
                let key = format!("qrscene_{}", scene.key());
                event("subscribe", json!([["EventKey", key], ["Ticket", scene.ticket]]))
            }
            Self::Unsubscribe => event("unsubscribe", json!([["EventKey", ""]])),
            Self::Scan(scene) => event(
                "SCAN",
                json!([["EventKey", scene.key()], ["Ticket", scene.ticket]]),
            ),
            Self::Click(key) => event("CLICK", json!([["EventKey", key]])),
            Self::View(url) => event("VIEW", json!([["EventKey", url]])),
            Self::TemplateFinished { message_id, status } => event(
                "TEMPLATESENDJOBFINISH",
                json!([["MsgID", message_id], ["Status", status]]),
            ),
            Self::Other { event: name, fields } => {
                let fields: Vec<_> = fields.iter().map(|(key, value)| json!([key, value])).collect();
                event(name, Value::Array(fields))
            }
            other => other.platform_fields(format),
        }
    }

    /// The same for what the platform tells on its own.
    fn platform_fields(&self, format: PushFormat) -> Vec<(String, Value)> {
        let (name, more) = match self {
            Self::MassSent {
                message_id,
                total,
                sent,
            } => {
                let counts = json!([
                    ["MsgID", message_id],
                    ["Status", "send success"],
                    ["TotalCount", total],
                    ["FilterCount", sent],
                    ["SentCount", sent],
                    ["ErrorCount", 0],
                ]);
                ("MASSSENDJOBFINISH", counts)
            }
            Self::Published {
                publish_id,
                article_id,
                urls,
            } => {
                let items: Vec<_> = urls
                    .iter()
                    .zip(1..)
                    .map(|(url, index)| json!({"idx": index, "article_url": url}))
                    .collect();
                let info = json!({
                    "publish_id": publish_id, "publish_status": 0, "article_id": article_id,
                    "article_detail": {"count": items.len(), "item": items},
                });
                ("PUBLISHJOBFINISH", json!([["PublishEventInfo", info]]))
            }
            Self::ConsentAsked(_) | Self::ConsentChanged(_) | Self::ConsentUsed { .. } => {
                self.consent_fields(format)
            }
            Self::ServiceBegan { account } => ("kf_create_session", json!([["KfAccount", account]])),
            Self::ServiceEnded { account } => (
                "kf_close_session",
                json!([["KfAccount", account], ["CloseType", "KF"]]),
            ),
            Self::MediaChecked { trace_id, risky } => {
                let fields = verdict(trace_id, *risky);
                let list: Vec<_> = fields
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(key, value)| json!([key, value]))
                    .collect();
                ("wxa_media_check", Value::Array(list))
            }
            _ => ("", Value::Null),
        };
        let mut fields = vec![("Event".to_owned(), json!(name))];
        fields.extend(pairs(more));
        fields
    }

    /// The same for what a person agreed to.
    fn consent_fields(&self, format: PushFormat) -> (&'static str, Value) {
        match self {
            Self::ConsentAsked(answers) => {
                let items = answers.iter().map(|(template, accept)| {
                    json!({
                        "TemplateId": template, "SubscribeStatusString": word(*accept), "PopupScene": "1",
                    })
                });
                (
                    "subscribe_msg_popup_event",
                    consent("SubscribeMsgPopupEvent", items, format),
                )
            }
            Self::ConsentChanged(answers) => {
                let items = answers.iter().map(|(template, accept)| {
                    json!({"TemplateId": template, "SubscribeStatusString": word(*accept)})
                });
                (
                    "subscribe_msg_change_event",
                    consent("SubscribeMsgChangeEvent", items, format),
                )
            }
            Self::ConsentUsed { template, message_id } => {
                let sent = json!({
                    "TemplateId": template, "MsgID": message_id.to_string(), "ErrorCode": "0",
                    "ErrorStatus": "success",
                });
                (
                    "subscribe_msg_sent_event",
                    consent("SubscribeMsgSentEvent", std::iter::once(sent), format),
                )
            }
            _ => ("", Value::Null),
        }
    }
}

fn word(accept: bool) -> &'static str {
    if accept { "accept" } else { "reject" }
}

/// The lists of consent: in XML below an element of their own; in JSON at the top, and one item is no list.
fn consent(element: &str, items: impl Iterator<Item = Value>, format: PushFormat) -> Value {
    let items: Vec<Value> = items.collect();
    match (format, items.as_slice()) {
        (PushFormat::Xml, _) => json!([[element, {"List": items}]]),
        (PushFormat::Json, [one]) => json!([["List", one]]),
        (PushFormat::Json, _) => json!([["List", items]]),
    }
}

/// A list of `[name, value]`.
fn pairs(list: Value) -> Vec<(String, Value)> {
    let Value::Array(list) = list else {
        return Vec::new();
    };
    let pair = |item: Value| match item {
        Value::Array(mut pair) => {
            let value = pair.pop()?;
            Some((pair.pop()?.as_str()?.to_owned(), value))
        }
        _ => None,
    };
    list.into_iter().filter_map(pair).collect()
}

/// Who tells whom, when.
pub(crate) struct Envelope<'a> {
    pub(crate) to: &'a str,
    pub(crate) from: &'a str,
    /// Second.
    pub(crate) at: i64,
    pub(crate) message_id: i64,
}

/// The clear text of a push.
pub(crate) fn write(happening: &Happening, envelope: &Envelope<'_>, format: PushFormat) -> String {
    let kind = if happening.is_message() { "text" } else { "event" };
    let mut fields = vec![
        ("ToUserName".to_owned(), json!(envelope.to)),
        ("FromUserName".to_owned(), json!(envelope.from)),
        ("CreateTime".to_owned(), json!(envelope.at)),
        ("MsgType".to_owned(), json!(kind)),
    ];
    fields.extend(happening.fields(format));
    if happening.is_message() {
        fields.push(("MsgId".to_owned(), json!(envelope.message_id)));
    }
    match format {
        PushFormat::Json => Value::Object(fields.into_iter().collect::<Map<_, _>>()).to_string(),
        PushFormat::Xml => {
            let mut out = String::with_capacity(400);
            xml::open(&mut out, "xml");
            for (name, value) in &fields {
                write_xml(&mut out, name, value);
            }
            xml::close(&mut out, "xml");
            out
        }
    }
}

fn write_xml(out: &mut String, name: &str, value: &Value) {
    match value {
        // A list is its element, repeated.
        Value::Array(items) => items.iter().for_each(|item| write_xml(out, name, item)),
        Value::Object(fields) => {
            xml::open(out, name);
            for (name, value) in fields {
                write_xml(out, name, value);
            }
            xml::close(out, name);
        }
        Value::String(text) => xml::write_cdata(out, name, text),
        other => {
            xml::open(out, name);
            out.push_str(&other.to_string());
            xml::close(out, name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENVELOPE: Envelope<'static> = Envelope {
        to: "gh_1",
        from: "oA",
        at: 1,
        message_id: 7,
    };

    #[test]
    fn consent_in_xml_stands_below_an_element_and_in_json_at_the_top() {
        let one = Happening::ConsentAsked(vec![("T".into(), true)]);
        assert!(write(&one, &ENVELOPE, PushFormat::Xml).contains(
            "<SubscribeMsgPopupEvent><List><PopupScene><![CDATA[1]]></PopupScene>\
             <SubscribeStatusString><![CDATA[accept]]></SubscribeStatusString>\
             <TemplateId><![CDATA[T]]></TemplateId></List></SubscribeMsgPopupEvent>"
        ));
        let read = |happening: &Happening| -> Value {
            serde_json::from_str(&write(happening, &ENVELOPE, PushFormat::Json)).unwrap()
        };
        assert_eq!(read(&one)["List"]["TemplateId"], "T", "one is an object");
        let two = Happening::ConsentAsked(vec![("T".into(), true), ("U".into(), false)]);
        assert_eq!(read(&two)["List"][1]["SubscribeStatusString"], "reject");
    }

    #[test]
    fn a_message_has_an_id_and_an_event_none() {
        let text = write(&Happening::Text("a]]>b".into()), &ENVELOPE, PushFormat::Xml);
        assert!(text.ends_with("<MsgId>7</MsgId></xml>"), "{text}");
        let event = write(&Happening::Unsubscribe, &ENVELOPE, PushFormat::Json);
        assert!(
            !event.contains("MsgId") && event.contains("\"CreateTime\":1"),
            "{event}"
        );
    }
}
