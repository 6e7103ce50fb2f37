//! The address book, notices to members, media, tickets.

use serde_json::{Value, json};

use super::call::{Api, Call, Errcode, Outcome, api, invalid, ok};
use super::contact::NO_MEMBER;
use super::corp::{Corp, Member};

pub(super) const APIS: &[Api] = &[
    api("/cgi-bin/user/get", user),
    api("/cgi-bin/user/list", users),
    api("/cgi-bin/user/simplelist", users),
    api("/cgi-bin/user/list_id", ids),
    api("/cgi-bin/department/list", departments),
    api("/cgi-bin/message/send", send),
    api("/cgi-bin/message/recall", recall),
    api("/cgi-bin/media/upload", upload),
    api("/cgi-bin/media/uploadimg", upload_picture),
    api("/cgi-bin/get_jsapi_ticket", ticket),
    api("/cgi-bin/ticket/get", ticket),
];

fn shown(member: &Member) -> Value {
    json!({
        "userid": member.person.user_id, "name": member.person.name, "department": [member.person.department],
        "main_department": member.person.department, "status": 1, "position": "", "is_leader_in_dept": [0],
        "direct_leader": [],
    })
}

fn user(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let id = call.arg("userid");
    let member = corp.staff.get(id).filter(|_| corp.active(id)).ok_or(NO_MEMBER)?;
    Ok(shown(member))
}

fn users(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let department: i64 = call.arg("department_id").parse().map_err(|_| invalid())?;
    let below = call.arg("fetch_child") == "1" && department == 1;
    let here = corp
        .staff
        .values()
        .filter(|m| m.left_at.is_none() && (below || m.person.department == department));
    Ok(json!({"userlist": here.map(shown).collect::<Vec<_>>()}))
}

fn ids(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let here = corp.staff.values().filter(|member| member.left_at.is_none());
    let rows: Vec<_> = here
        .map(|m| json!({"userid": m.person.user_id, "department": m.person.department}))
        .collect();
    let (page, next) = call.page(&rows, 10_000);
    Ok(json!({"dept_user": page, "next_cursor": next}))
}

fn departments(corp: &mut Corp, _: &Call<'_>) -> Outcome {
    let mut all: Vec<_> = corp
        .staff
        .values()
        .map(|member| member.person.department)
        .collect();
    all.push(1);
    all.sort_unstable();
    all.dedup();
    let row = |id: &i64| json!({"id": id, "name": format!("部门{id}"), "parentid": i64::from(*id != 1), "order": 0, "department_leader": []});
    Ok(json!({"department": all.iter().map(row).collect::<Vec<_>>()}))
}

fn send(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    if call.number("agentid") != call.agent {
        return Err(Errcode(40056, "invalid agentid"));
    }
    let kind = call.text("msgtype");
    let known = [
        "text",
        "textcard",
        "markdown",
        "news",
        "image",
        "voice",
        "video",
        "file",
        "template_card",
        "mpnews",
    ];
    if !known.contains(&kind) {
        return Err(Errcode(40008, "invalid message type"));
    }
    let content = call.body.get(kind).ok_or(Errcode(44004, "empty content"))?;
    if kind == "text"
        && content
            .get("content")
            .and_then(Value::as_str)
            .is_none_or(str::is_empty)
    {
        return Err(Errcode(44004, "empty content"));
    }
    let to = call.text("touser");
    let asked: Vec<_> = to
        .split('|')
        .filter(|user| !user.is_empty())
        .map(str::to_owned)
        .collect();
    if asked.is_empty() || asked.len() > 1_000 {
        return Err(invalid());
    }
    let everybody: Vec<_> = corp
        .staff
        .keys()
        .filter(|user| corp.active(user))
        .cloned()
        .collect();
    let all = to == "@all";
    let (known, unknown): (Vec<_>, Vec<_>) = if all {
        (everybody, Vec::new())
    } else {
        asked.into_iter().partition(|user| corp.active(user))
    };
    if known.is_empty() {
        return Err(Errcode(81013, "user & party & tag all invalid"));
    }
    for user in known {
        corp.notices.push((user, call.body.clone()));
    }
    let id = corp.id("MSG");
    Ok(json!({"msgid": id, "invaliduser": unknown.join("|"), "invalidparty": "", "invalidtag": ""}))
}

fn recall(_: &mut Corp, call: &Call<'_>) -> Outcome {
    if call.text("msgid").is_empty() {
        Err(invalid())
    } else {
        ok()
    }
}

fn upload(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let kind = call.arg("type");
    if !["image", "voice", "video", "file"].contains(&kind) {
        return Err(Errcode(40004, "invalid media type"));
    }
    let file = call
        .file
        .filter(|file| file.bytes.len() > 5)
        .ok_or(Errcode(41005, "media data missing"))?;
    let id = corp.id("MEDIA");
    corp.media
        .insert(id.clone(), (kind.to_owned(), file.bytes.clone()));
    Ok(json!({"type": kind, "media_id": id, "created_at": call.now.to_string()}))
}

fn upload_picture(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    call.file
        .filter(|file| file.bytes.len() > 5)
        .ok_or(Errcode(41005, "media data missing"))?;
    let id = corp.id("pic");
    Ok(json!({"url": format!("https://wework.qpic.cn/wwpic/{id}/0")}))
}

/// Stays the same for the corporation or the app.
fn ticket(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let owner = match call.arg("type") {
        "agent_config" => call.agent.to_string(),
        _ => "corp".to_owned(),
    };
    Ok(json!({"ticket": format!("ticket-{}-{owner}", corp.corpid), "expires_in": 7_200}))
}
