//! 微信客服: what customers write, the doorbell, pulls with a cursor, answers within the window, states.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value, json};

use super::call::{Api, Call, Errcode, Outcome, api, invalid};
use super::contact::NO_CUSTOMER;
use super::corp::{Corp, Pair};

/// Messages after each message of the customer, and for how long.
const PER_WINDOW: u32 = 5;
const WINDOW_S: i64 = 48 * 3_600;
/// A doorbell's token.
const TOKEN_LIVES_S: i64 = 600;
/// Messages are kept for three days.
const KEEP_S: i64 = 3 * 86_400;

/// Everything of 微信客服.
#[derive(Debug, Default)]
pub(super) struct Kf {
    pub(super) accounts: BTreeMap<String, Account>,
    /// Doorbell tokens and when they end.
    tokens: HashMap<String, i64>,
    /// Account and customer.
    pub(super) talks: HashMap<Pair, Talk>,
    /// Codes of events: account, customer, until.
    codes: HashMap<String, (String, String, i64)>,
}

/// An account.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) name: String,
    /// Userid, and whether the person receives customers.
    pub(super) servicers: BTreeMap<String, bool>,
    /// Second and message, oldest first.
    log: Vec<(i64, Value)>,
    sent: HashSet<String>,
}

/// A conversation.
#[derive(Debug, Clone, Default)]
pub(super) struct Talk {
    pub(super) state: i64,
    pub(super) servicer: String,
    opened_at: i64,
    left: u32,
    pub(super) sessions: i64,
}

pub(super) const APIS: &[Api] = &[
    api("/cgi-bin/kf/sync_msg", sync),
    api("/cgi-bin/kf/send_msg", send),
    api("/cgi-bin/kf/send_msg_on_event", send_on_event),
    api("/cgi-bin/kf/service_state/get", state),
    api("/cgi-bin/kf/service_state/trans", change),
];

pub(super) const NO_ACCOUNT: Errcode = Errcode(95000, "invalid open_kfid");

fn sync(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let token = call.text("token");
    if !token.is_empty() && corp.kf.tokens.get(token).is_none_or(|until| call.now > *until) {
        return Err(Errcode(95007, "invalid msg token"));
    }
    let account = corp.kf.accounts.get(call.text("open_kfid")).ok_or(NO_ACCOUNT)?;
    let limit = usize::try_from(call.number("limit")).unwrap_or(0);
    if limit > 1_000 {
        return Err(invalid());
    }
    let limit = if limit == 0 { 1_000 } else { limit };
    let start: usize = match call.text("cursor") {
        "" => 0,
        cursor => cursor
            .trim_start_matches('c')
            .parse()
            .map_err(|_| Errcode(95010, "invalid cursor"))?,
    };
    let window: Vec<_> = account.log.iter().skip(start).take(limit).collect();
    let end = start + window.len();
    let fresh = window.iter().filter(|(at, _)| call.now - at <= KEEP_S);
    let messages: Vec<_> = fresh.map(|(_, message)| message.clone()).collect();
    let more = end < account.log.len();
    Ok(json!({"next_cursor": format!("c{end}"), "has_more": i64::from(more), "msg_list": messages}))
}

fn send(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let (account, customer) = (call.text("open_kfid"), call.text("touser"));
    check(
        call,
        &[
            "text",
            "image",
            "voice",
            "video",
            "file",
            "link",
            "miniprogram",
            "msgmenu",
            "location",
            "business_card",
            "ca_link",
        ],
    )?;
    if !corp.customers.contains_key(customer) {
        return Err(NO_CUSTOMER);
    }
    if !corp.kf.accounts.contains_key(account) {
        return Err(NO_ACCOUNT);
    }
    let id = corp.own_id(call)?;
    let known = corp
        .kf
        .accounts
        .get(account)
        .is_some_and(|account| account.sent.contains(&id));
    if known {
        return Ok(json!({"msgid": id}));
    }
    let pair = (account.to_owned(), customer.to_owned());
    let talk = corp
        .kf
        .talks
        .get_mut(&pair)
        .ok_or(Errcode(95002, "message time out of limit"))?;
    if !matches!(talk.state, 0 | 1) {
        return Err(Errcode(95018, "send msg session status invalid"));
    }
    if call.now - talk.opened_at >= WINDOW_S {
        return Err(Errcode(95002, "message time out of limit"));
    }
    talk.left = talk
        .left
        .checked_sub(1)
        .ok_or(Errcode(95001, "send msg count limit"))?;
    corp.show(account, customer, &id, call.body);
    Ok(json!({"msgid": id}))
}

fn send_on_event(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    check(call, &["text", "msgmenu"])?;
    let id = corp.own_id(call)?;
    let code = call.text("code");
    let found = corp
        .kf
        .codes
        .get(code)
        .filter(|(_, _, until)| call.now <= *until)
        .cloned();
    let (account, customer, _) = found.ok_or(Errcode(95003, "invalid code"))?;
    corp.kf.codes.remove(code);
    corp.show(&account, &customer, &id, call.body);
    Ok(json!({"msgid": id}))
}

fn check(call: &Call<'_>, kinds: &[&str]) -> Result<(), Errcode> {
    let kind = call.text("msgtype");
    if !kinds.contains(&kind) {
        return Err(Errcode(40008, "invalid message type"));
    }
    let content = call.body.get(kind).ok_or(Errcode(44004, "empty content"))?;
    let words = content.get("content").and_then(Value::as_str).unwrap_or_default();
    if words.len() > 2_048 {
        return Err(Errcode(45002, "content size out of limit"));
    }
    if kind == "text" && words.is_empty() {
        return Err(Errcode(44004, "empty content"));
    }
    Ok(())
}

fn state(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let talk = corp.talk(call)?;
    Ok(json!({"service_state": talk.state, "servicer_userid": talk.servicer}))
}

fn change(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let (next, who) = (call.number("service_state"), call.text("servicer_userid"));
    let talk = corp.talk(call)?.clone();
    let allowed = matches!((talk.state, next), (0, 1..=3) | (1, 2 | 3) | (2, 3) | (3, 3 | 4));
    if !allowed {
        return Err(Errcode(95013, "conversation state transition not allowed"));
    }
    let account = call.text("open_kfid");
    if next == 3 {
        let receiving = corp
            .kf
            .accounts
            .get(account)
            .and_then(|account| account.servicers.get(who));
        if receiving != Some(&true) || !corp.active(who) {
            return Err(Errcode(95014, "invalid servicer state"));
        }
    }
    let pair = (account.to_owned(), call.text("external_userid").to_owned());
    let code = corp.hand(&pair, next, who, call.now);
    Ok(json!({"msg_code": code}))
}

impl Corp {
    fn own_id(&mut self, call: &Call<'_>) -> Result<String, Errcode> {
        let own = call.text("msgid");
        let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if own.len() > 32 || !own.bytes().all(legal) {
            return Err(invalid());
        }
        Ok(if own.is_empty() {
            self.id("kfm")
        } else {
            own.to_owned()
        })
    }

    fn talk(&mut self, call: &Call<'_>) -> Result<&mut Talk, Errcode> {
        let (account, customer) = (call.text("open_kfid"), call.text("external_userid"));
        if !self.kf.accounts.contains_key(account) {
            return Err(NO_ACCOUNT);
        }
        if !self.customers.contains_key(customer) {
            return Err(NO_CUSTOMER);
        }
        Ok(self
            .kf
            .talks
            .entry((account.to_owned(), customer.to_owned()))
            .or_default())
    }

    /// The customer sees it; it is never given back by a pull.
    fn show(&mut self, account: &str, customer: &str, id: &str, body: &Value) {
        if let Some(account) = self.kf.accounts.get_mut(account) {
            account.sent.insert(id.to_owned());
        }
        let seen = json!({"from": account, "kind": "kf", "message": body});
        self.inboxes.push((customer.to_owned(), seen));
    }

    /// A conversation changes hands; the code to say something at its end.
    pub(super) fn hand(&mut self, pair: &Pair, next: i64, who: &str, now: i64) -> Option<String> {
        let talk = self.kf.talks.entry(pair.clone()).or_default();
        let old = std::mem::replace(
            &mut talk.servicer,
            if next == 3 { who.to_owned() } else { String::new() },
        );
        let was = std::mem::replace(&mut talk.state, next);
        let change_type = match (was, next) {
            (3, 3) => 2,
            (_, 4) => 3,
            (_, 3) => 1,
            _ => return None,
        };
        let code = (next == 4).then(|| self.code(pair, now));
        let event = json!({
            "event_type": "session_status_change", "open_kfid": pair.0, "external_userid": pair.1,
            "change_type": change_type, "old_servicer_userid": old, "new_servicer_userid": who, "msg_code": code,
        });
        self.ring(
            &pair.0,
            json!({"origin": 4, "msgtype": "event", "event": event}),
            now,
        );
        code
    }

    fn code(&mut self, (account, customer): &Pair, now: i64) -> String {
        let code = self.id("kfc");
        let entry = (account.clone(), customer.clone(), now + 20);
        self.kf.codes.insert(code.clone(), entry);
        code
    }

    /// The customer opens the chat.
    pub(super) fn kf_enter(&mut self, pair: &Pair, scene: &str, param: &str, now: i64) -> Option<String> {
        self.kf.accounts.get(&pair.0)?;
        self.customers.get(&pair.1)?;
        let fresh = self
            .kf
            .talks
            .get(pair)
            .is_none_or(|talk| now - talk.opened_at >= WINDOW_S);
        let code = fresh.then(|| self.code(pair, now));
        let event = json!({
            "event_type": "enter_session", "open_kfid": pair.0, "external_userid": pair.1, "scene": scene,
            "scene_param": param, "welcome_code": code,
        });
        self.ring(
            &pair.0,
            json!({"origin": 4, "msgtype": "event", "event": event}),
            now,
        );
        Some(code.unwrap_or_default())
    }

    /// The customer writes: five messages again; an ended conversation begins anew.
    pub(super) fn kf_write(&mut self, pair: &Pair, words: &str, now: i64) -> bool {
        if !self.kf.accounts.contains_key(&pair.0) || !self.customers.contains_key(&pair.1) {
            return false;
        }
        let talk = self.kf.talks.entry(pair.clone()).or_default();
        if talk.state == 4 || talk.sessions == 0 {
            talk.sessions += 1;
        }
        if talk.state == 4 {
            talk.state = 0;
        }
        talk.opened_at = now;
        talk.left = PER_WINDOW;
        let message = json!({
            "external_userid": pair.1, "origin": 3, "msgtype": "text", "text": {"content": words},
        });
        self.ring(&pair.0, message, now);
        true
    }

    /// Puts a message into the account's log and rings the bell.
    pub(super) fn ring(&mut self, account: &str, mut message: Value, now: i64) {
        let (id, token) = (self.id("kfi"), self.id("ENC"));
        if let Some(fields) = message.as_object_mut() {
            fields.insert("msgid".to_owned(), json!(id));
            fields.insert("open_kfid".to_owned(), json!(account));
            fields.insert("send_time".to_owned(), json!(now));
        }
        if let Some(account) = self.kf.accounts.get_mut(account) {
            account.log.push((now, message));
        }
        self.kf.tokens.insert(token.clone(), now + TOKEN_LIVES_S);
        self.tell("kf_msg_or_event", "", &[("Token", &token), ("OpenKfId", account)]);
    }
}
