//! The desk from which members of staff and customers are played, and from which a test sees what they see. WeCom has
//! no such door.

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::WeCom;
use super::corp::{Corp, Faults};
use super::group::Group;

pub(super) fn router() -> Router<WeCom> {
    Router::new()
        .route("/customers/{id}/{act}", post(customer))
        .route("/staff/{id}/{act}", post(member))
        .route("/inbox/{id}", get(inbox))
        .route("/notices/{id}", get(notices))
        .route("/overview", get(overview))
        .route("/expire", post(expire))
        .route("/faults", post(faults))
        .route("/tick", post(tick))
}

type Act = Result<Json<Value>, (StatusCode, Json<Value>)>;

/// What was asked for cannot happen.
fn cannot() -> (StatusCode, Json<Value>) {
    let detail = "现在做不到：人物不存在，或者状态不对。";
    (
        StatusCode::CONFLICT,
        Json(json!({"code": "wecom.cannot", "detail": detail})),
    )
}

fn done(happened: bool) -> Act {
    if happened {
        Ok(Json(json!({"ok": true})))
    } else {
        Err(cannot())
    }
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Something that a customer does: `add`, `remove`, `say`, `refuse`, `kf-enter`, `kf-write`.
async fn customer(
    State(wecom): State<WeCom>,
    Path((id, act)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Act {
    let now = wecom.now();
    let outcome = customer_act(&mut wecom.corp(), (&id, &act), &body, now);
    wecom.send_events();
    outcome
}

fn customer_act(corp: &mut Corp, (id, act): (&str, &str), body: &Value, now: i64) -> Act {
    let with = |user: &str| (user.to_owned(), id.to_owned());
    let account = (text(body, "open_kfid").to_owned(), id.to_owned());
    match act {
        "add" => {
            let (user, state) = match corp.way(text(body, "config_id")) {
                Some(found) => found,
                None => (text(body, "user").to_owned(), text(body, "state").to_owned()),
            };
            let pair = with(&user);
            let possible =
                corp.active(&user) && corp.customers.contains_key(id) && !corp.relations.contains_key(&pair);
            if !possible {
                return Err(cannot());
            }
            let code = corp.befriend(&pair, &state, 1, now);
            Ok(Json(json!({"welcome_code": code})))
        }
        "say" => {
            let relation = corp.relation(text(body, "user"), id);
            let happened = relation.map(|relation| relation.chatting = true).is_some();
            done(happened)
        }
        "remove" => {
            let user = text(body, "user");
            let happened = corp.relations.remove(&with(user)).is_some();
            if happened {
                let parts = [("UserID", user), ("ExternalUserID", id)];
                corp.tell("change_external_contact", "del_follow_user", &parts);
            }
            done(happened)
        }
        "refuse" => done(corp.refuse_hand_over(id)),
        "kf-enter" => {
            let code = corp.kf_enter(&account, text(body, "scene"), text(body, "scene_param"), now);
            code.map(|code| Json(json!({"welcome_code": code})))
                .ok_or_else(cannot)
        }
        "kf-write" => done(corp.kf_write(&account, text(body, "text"), now)),
        _ => Err(cannot()),
    }
}

/// Something that a member does: `leave`, `fill`, `confirm`, `publish`, `group`, `kf-end`, `kf-pause`.
async fn member(
    State(wecom): State<WeCom>,
    Path((id, act)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Act {
    let now = wecom.now();
    let outcome = member_act(&mut wecom.corp(), (&id, &act), &body, now);
    wecom.send_events();
    outcome
}

fn member_act(corp: &mut Corp, (id, act): (&str, &str), body: &Value, now: i64) -> Act {
    if !corp.active(id) {
        return Err(cannot());
    }
    match act {
        "leave" => {
            if let Some(member) = corp.staff.get_mut(id) {
                member.left_at = Some(now);
            }
            corp.tell("change_contact", "delete_user", &[("UserID", id)]);
            done(true)
        }
        "fill" => {
            if let Some(member) = corp.staff.get_mut(id) {
                member.full = true;
            }
            done(true)
        }
        "confirm" => done(corp.confirm(id, text(body, "msgid"), now)),
        "publish" => done(corp.publish(id, text(body, "moment_id"))),
        "group" => {
            let chat = corp.id("wr");
            let members = body.get("members").and_then(Value::as_array);
            let members =
                members.map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect());
            let group = Group::new(
                text(body, "name").to_owned(),
                id.to_owned(),
                members.unwrap_or_default(),
                now,
            );
            corp.groups.insert(chat.clone(), group);
            corp.tell("change_external_chat", "create", &[("ChatId", &chat)]);
            Ok(Json(json!({"chat_id": chat})))
        }
        "kf-end" => {
            let pair = (
                text(body, "open_kfid").to_owned(),
                text(body, "external_userid").to_owned(),
            );
            let serves = corp
                .kf
                .talks
                .get(&pair)
                .is_some_and(|talk| talk.state == 3 && talk.servicer == id);
            if !serves {
                return Err(cannot());
            }
            let code = corp.hand(&pair, 4, id, now);
            Ok(Json(json!({"msg_code": code})))
        }
        "kf-pause" => {
            let account = corp.kf.accounts.get_mut(text(body, "open_kfid"));
            let receiving = account.and_then(|account| account.servicers.get_mut(id));
            done(receiving.map(|on| *on = false).is_some())
        }
        _ => Err(cannot()),
    }
}

async fn inbox(State(wecom): State<WeCom>, Path(id): Path<String>) -> Json<Value> {
    let corp = wecom.corp();
    let mine = corp.inboxes.iter().filter(|(owner, _)| *owner == id);
    Json(json!(
        mine.map(|(_, message)| message.clone()).collect::<Vec<_>>()
    ))
}

async fn notices(State(wecom): State<WeCom>, Path(id): Path<String>) -> Json<Value> {
    let corp = wecom.corp();
    let mine = corp.notices.iter().filter(|(owner, _)| *owner == id);
    Json(json!(
        mine.map(|(_, message)| message.clone()).collect::<Vec<_>>()
    ))
}

async fn overview(State(wecom): State<WeCom>) -> Json<Value> {
    let corp = wecom.corp();
    let mut relations: HashMap<&str, Vec<&str>> = HashMap::new();
    for (user, customer) in corp.relations.keys() {
        relations.entry(user).or_default().push(customer);
    }
    let waiting = corp.hand_overs.iter().filter(|h| h.status == 2).count();
    Json(json!({
        "customers": relations, "hand_overs_waiting": waiting, "calls": corp.calls, "tokens_issued": corp.tokens.issued,
        "accounts": corp.kf.accounts.keys().collect::<Vec<_>>(),
    }))
}

/// Ends the life of every access token now.
async fn expire(State(wecom): State<WeCom>) -> Act {
    wecom.corp().tokens.expire();
    done(true)
}

async fn faults(State(wecom): State<WeCom>, Json(faults): Json<Faults>) -> Json<Faults> {
    wecom.corp().faults = faults;
    Json(faults)
}

/// Does what the clock has made due, and tells the bank.
async fn tick(State(wecom): State<WeCom>) -> Act {
    drop(wecom.corp());
    wecom.send_events();
    done(true)
}
