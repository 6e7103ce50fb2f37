//! Messages to all followers, to a tag, or to a list: at most four a month reach one follower, and the same
//! `clientmsgid` is never sent twice within a day.

use serde_json::{Value, json};

use super::call::{Api, Call, On, Outcome, ok, post, text_of};
use super::errcode::Errcode;
use super::month;
use super::push::Happening;
use crate::shown::Shown;
use crate::world::State;

const PER_MONTH: u32 = 4;
const SAME_WITHIN_S: i64 = 86_400;

pub(crate) const APIS: &[Api] = &[
    post(On::Official, "/cgi-bin/message/mass/sendall", 100, to_tag),
    post(On::Official, "/cgi-bin/message/mass/send", 100, to_list),
    post(On::Official, "/cgi-bin/message/mass/preview", 100, preview),
    post(On::Official, "/cgi-bin/message/mass/delete", 10, delete),
    post(On::Official, "/cgi-bin/message/mass/get", 10_000, state_of),
    post(On::Official, "/cgi-bin/message/mass/speed/get", 1_000, speed),
    post(On::Official, "/cgi-bin/message/mass/speed/set", 1_000, set_speed),
];

/// What was sent to many.
#[derive(Debug, Default)]
pub(crate) struct Masses {
    /// The sender's own id: our id, and the second.
    own_ids: Vec<(String, i64, i64)>,
    sent: Vec<i64>,
    deleted: Vec<i64>,
    /// 0 (80 a minute in ten thousands) to 4.
    speed: i64,
}

/// What followers will see, or an errcode.
fn shown(call: &Call<'_>, state: &State) -> Result<String, Errcode> {
    let inner = |field: &str| {
        text_of(
            call.body
                .get(call.text("msgtype"))
                .and_then(|inner| inner.get(field)),
        )
    };
    match call.text("msgtype").as_str() {
        "text" => {
            let text = inner("content");
            if text.is_empty() {
                return Err(44004.into());
            }
            Ok(text)
        }
        "mpnews" => {
            let draft = state.drafts.get(&inner("media_id")).ok_or(Errcode::from(40007))?;
            let titles: Vec<_> = draft
                .articles
                .iter()
                .map(|article| text_of(article.get("title")))
                .collect();
            Ok(titles.join("\n"))
        }
        "image" | "voice" | "mpvideo" if state.has_media(&inner("media_id"), call.now()) => {
            Ok("[媒体消息]".to_owned())
        }
        "image" | "voice" | "mpvideo" => Err(40007.into()),
        _ => Err(40008.into()),
    }
}

fn to_tag(call: &Call<'_>) -> Outcome {
    let filter = |name: &str| call.body.pointer(&format!("/filter/{name}"));
    let everybody = filter("is_to_all").and_then(Value::as_bool).unwrap_or(false);
    // The tag's older name is still understood.
    let tag = super::call::number_of(filter("tag_id").or_else(|| filter("group_id")));
    let receivers: Vec<_> = {
        let state = call.sandbox.world.state();
        if !everybody && tag.is_none_or(|tag| !state.tags.contains_key(&tag)) {
            return Err(45159.into());
        }
        let followers = state.persons.iter().filter(|person| person.following);
        let tagged = |openid: &str| {
            let fan = state.fans.get(openid);
            everybody || fan.is_some_and(|fan| tag.is_some_and(|tag| fan.tags.contains(&tag)))
        };
        followers
            .map(|person| person.openid.clone())
            .filter(|openid| tagged(openid))
            .collect()
    };
    send(call, &receivers)
}

fn to_list(call: &Call<'_>) -> Outcome {
    let receivers = call.texts("touser");
    if !(2..=10_000).contains(&receivers.len()) {
        return Err(40032.into());
    }
    send(call, &receivers)
}

fn send(call: &Call<'_>, receivers: &[String]) -> Outcome {
    let (id, finished, reached, text) = {
        let mut state = call.sandbox.world.state();
        let text = shown(call, &state)?;
        let own = call.text("clientmsgid");
        if own.len() > 64 {
            return Err(45067.into());
        }
        let now = call.now();
        state.masses.own_ids.retain(|(_, _, at)| now - at < SAME_WITHIN_S);
        let known = state.masses.own_ids.iter().find(|(known, ..)| *known == own);
        if let Some((_, id, _)) = known.filter(|_| !own.is_empty()) {
            let beside = Some(("msg_id", json!(id)));
            return Err(Errcode {
                beside,
                ..45065.into()
            });
        }
        let reached = reach(&mut state, receivers, now);
        if reached.is_empty() && receivers.iter().any(|openid| state.follows(openid)) {
            return Err(45028.into());
        }
        let id = state.next_number();
        state.masses.own_ids.push((own, id, now));
        state.masses.sent.push(id);
        let finished = Happening::MassSent {
            message_id: id,
            total: receivers.len(),
            sent: reached.len(),
        };
        (id, finished, reached, text)
    };
    for openid in reached {
        call.sandbox.world.show(&openid, Shown::Text(text.clone()));
    }
    call.sandbox.push_soon("oAdministrator".to_owned(), finished);
    Ok(json!({
        "errcode": 0, "errmsg": "send job submission success", "msg_id": id, "msg_data_id": id,
    })
    .into())
}

/// Those who follow and have not had their four of this month; counts the one they get now.
fn reach(state: &mut State, receivers: &[String], now: i64) -> Vec<String> {
    let this_month = month(now);
    let mut reached = Vec::new();
    for openid in receivers {
        if !state.follows(openid) {
            continue;
        }
        let fan = state.fan(openid);
        if fan.masses.0 != this_month {
            fan.masses = (this_month, 0);
        }
        if fan.masses.1 < PER_MONTH && !fan.black {
            fan.masses.1 += 1;
            reached.push(openid.clone());
        }
    }
    reached
}

fn preview(call: &Call<'_>) -> Outcome {
    let openid = call.text("touser");
    let text = {
        let state = call.sandbox.world.state();
        if !state.follows(&openid) {
            return Err(40003.into());
        }
        shown(call, &state)?
    };
    call.sandbox.world.show(&openid, Shown::Text(text));
    Ok(json!({"errcode": 0, "errmsg": "preview success", "msg_id": 0}).into())
}

fn asked(call: &Call<'_>, state: &State) -> Result<i64, Errcode> {
    call.number("msg_id")
        .filter(|id| state.masses.sent.contains(id))
        .ok_or(Errcode::new(40059, "invalid msg id"))
}

fn delete(call: &Call<'_>) -> Outcome {
    let mut state = call.sandbox.world.state();
    let id = asked(call, &state)?;
    state.masses.deleted.push(id);
    ok()
}

fn state_of(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let id = asked(call, &state)?;
    let word = if state.masses.deleted.contains(&id) {
        "DELETE"
    } else {
        "SEND_SUCCESS"
    };
    Ok(json!({"msg_id": id, "msg_status": word}).into())
}

fn speed(call: &Call<'_>) -> Outcome {
    let speed = call.sandbox.world.state().masses.speed;
    let real = match speed {
        0 => 80,
        1 => 60,
        2 => 45,
        3 => 30,
        _ => 10,
    };
    Ok(json!({"speed": speed, "realspeed": real}).into())
}

fn set_speed(call: &Call<'_>) -> Outcome {
    let speed = call.number("speed").filter(|speed| (0..=4).contains(speed));
    let speed = speed.ok_or(Errcode::new(45083, "set speed value is invalid"))?;
    call.sandbox.world.state().masses.speed = speed;
    ok()
}
