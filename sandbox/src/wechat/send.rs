//! What the platform checks before it carries a message to a phone, in WeChat's own errcodes.

use std::time::Duration;

use serde_json::{Map, Value};
use weigui_wechat::client::values;

use super::push::Happening;
use super::start;
use super::window::Closed;
use crate::Sandbox;
use crate::templates::{self, Template};
use crate::world::{Notice, Row, Shown};

/// So long the platform knows a sender's own id again.
const SAME_WITHIN_MS: i64 = 600_000;
/// Between a template message and its receipt.
const RECEIPT_AFTER: Duration = Duration::from_millis(100);

impl Sandbox {
    /// A customer message; errcode on refusal.
    pub(crate) fn take_custom(&self, body: &Value) -> Result<(), i64> {
        let openid = text(body, "touser");
        let shown = match text(body, "msgtype") {
            "text" => {
                let content = body
                    .pointer("/text/content")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                match content.len() {
                    0 => return Err(44004),
                    1..=2048 => Shown::Text(content.to_owned()),
                    _ => return Err(45002),
                }
            }
            "news" => {
                let articles = body
                    .pointer("/news/articles")
                    .and_then(Value::as_array)
                    .map_or(&[][..], Vec::as_slice);
                let [article] = articles else { return Err(45008) };
                let part = |name: &str| text(article, name).to_owned();
                Shown::News {
                    title: part("title"),
                    description: part("description"),
                    url: part("url"),
                }
            }
            _ => return Err(40008),
        };
        let now = self.world.now();
        {
            let mut state = self.world.state();
            if state.person(openid).is_none() {
                return Err(40003);
            }
            if !state.follows(openid) {
                return Err(43004);
            }
            state
                .windows
                .entry(openid.to_owned())
                .or_default()
                .take(now)
                .map_err(|closed| match closed {
                    Closed::Over => 45015,
                    Closed::Spent => 45047,
                })?;
        }
        self.world.show(openid, shown);
        Ok(())
    }

    /// A template message; its id, or an errcode with words.
    pub(crate) fn take_template(&self, body: &Value) -> Result<i64, (i64, String)> {
        let openid = text(body, "touser");
        let empty = Map::new();
        let data = body.get("data").and_then(Value::as_object).unwrap_or(&empty);
        let template =
            templates::find(text(body, "template_id")).ok_or((40037, "invalid template_id".to_owned()))?;
        let rows = rows(template, data)
            .map_err(|key| (47003, format!("argument invalid! data.{key}.value invalid")))?;
        let own = text(body, "client_msg_id");
        let now = self.world.now();
        let (id, blocked) = {
            let mut state = self.world.state();
            if state.person(openid).is_none() {
                return Err((40003, "invalid openid".to_owned()));
            }
            if !state.follows(openid) {
                return Err((43004, "require subscribe".to_owned()));
            }
            let key = format!("{openid}|{own}");
            state.template_ids.retain(|_, (_, at)| now - *at < SAME_WITHIN_MS);
            if let Some((id, _)) = state.template_ids.get(&key).filter(|_| !own.is_empty()) {
                // The same message again: the platform has sent it already.
                return Ok(*id);
            }
            let id = state.next_message_id();
            state.template_ids.insert(key, (id, now));
            (id, state.faults.wechat.block_templates)
        };
        if !blocked {
            let url = body
                .get("url")
                .and_then(Value::as_str)
                .filter(|url| !url.is_empty())
                .map(str::to_owned);
            self.world.show(
                openid,
                Shown::Notice(Notice {
                    title: template.title.to_owned(),
                    rows,
                    url,
                }),
            );
        }
        self.receipt_later(
            openid.to_owned(),
            id,
            if blocked { "failed:user block" } else { "success" },
        );
        Ok(id)
    }

    fn receipt_later(&self, openid: String, message_id: i64, status: &'static str) {
        let sandbox = self.clone();
        start(async move {
            tokio::time::sleep(RECEIPT_AFTER).await;
            sandbox
                .push(&openid, Happening::TemplateFinished { message_id, status })
                .await;
        });
    }
}

/// Every row of the template filled, or the key that is missing or wrong.
fn rows(template: &Template, data: &Map<String, Value>) -> Result<Vec<Row>, String> {
    if let Some(unknown) = data
        .keys()
        .find(|key| !template.rows.iter().any(|(known, _)| known == key))
    {
        return Err(unknown.clone());
    }
    let fill = |(key, label): &(&str, &str)| {
        let value = data
            .get(*key)
            .and_then(|entry| entry.get("value"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        values::check(key, value).map_err(|_| (*key).to_owned())?;
        Ok(Row {
            label: (*label).to_owned(),
            value: value.to_owned(),
        })
    };
    template.rows.iter().map(fill).collect()
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}
