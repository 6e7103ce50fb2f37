//! Greetings of new customers: 20 seconds, once, and not when they have begun to chat.

use serde_json::{Value, json};

use super::call::{Api, Call, Errcode, Outcome, api, invalid, ok};
use super::corp::Corp;

pub(super) const APIS: &[Api] = &[api("/cgi-bin/externalcontact/send_welcome_msg", welcome)];

/// The most attachments of one message.
const MAX_ATTACHMENTS: usize = 9;

/// Whether a message has something to say, and no more than it may.
pub(super) fn fits(call: &Call<'_>) -> Result<(), Errcode> {
    let words = call
        .body
        .get("text")
        .and_then(|text| text.get("content"))
        .and_then(Value::as_str);
    let attachments = call.list("attachments").len();
    // The older form, with one attachment under its kind's name, is taken as well.
    let older = ["image", "link", "miniprogram"]
        .iter()
        .any(|kind| call.body.get(*kind).is_some());
    if words.is_some_and(|words| words.len() > 4_000) {
        return Err(Errcode(45002, "content size out of limit"));
    }
    if attachments > MAX_ATTACHMENTS || (words.is_none_or(str::is_empty) && attachments == 0 && !older) {
        return Err(invalid());
    }
    Ok(())
}

fn welcome(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    fits(call)?;
    let code = call.text("welcome_code");
    let found = corp.welcomes.get(code).cloned();
    let welcome = found.ok_or(Errcode(41050, "invalid welcome_code"))?;
    let chatting = corp
        .relation(&welcome.user, &welcome.customer)
        .is_none_or(|relation| relation.chatting);
    if chatting {
        return Err(Errcode(41051, "externaluser has started chatting"));
    }
    if welcome.used || call.now > welcome.until {
        return Err(Errcode(41050, "invalid welcome_code"));
    }
    if let Some(welcome) = corp.welcomes.get_mut(code) {
        welcome.used = true;
    }
    let seen = json!({"from": welcome.user, "kind": "welcome", "message": call.body});
    corp.inboxes.push((welcome.customer, seen));
    ok()
}
