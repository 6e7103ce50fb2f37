//! Messages to many: they wait for the member's confirmation; a customer receives one of the bank's a day.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call::{Api, Call, Errcode, Outcome, api, invalid, ok};
use super::contact::NO_MEMBER;
use super::corp::Corp;
use super::greet::fits;

/// A message, and what became of it.
#[derive(Debug, Clone)]
pub(super) struct Broadcast {
    group: bool,
    at: i64,
    message: Value,
    /// By member: whether and when it was confirmed.
    tasks: BTreeMap<String, Option<i64>>,
    /// Member, customer or group, status, second.
    rows: Vec<(String, String, i64, i64)>,
    reminders: Vec<i64>,
    cancelled: bool,
}

pub(super) const APIS: &[Api] = &[
    api("/cgi-bin/externalcontact/add_msg_template", add),
    api("/cgi-bin/externalcontact/remind_groupmsg_send", remind),
    api("/cgi-bin/externalcontact/cancel_groupmsg_send", cancel),
    api("/cgi-bin/externalcontact/get_groupmsg_list_v2", list),
    api("/cgi-bin/externalcontact/get_groupmsg_task", tasks),
    api("/cgi-bin/externalcontact/get_groupmsg_send_result", results),
];

const NO_MESSAGE: Errcode = Errcode(41063, "invalid msgid");
const DAY_S: i64 = 86_400;

fn add(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    fits(call)?;
    let (customers, groups) = (call.texts("external_userid"), call.texts("chat_id_list"));
    let (sender, group) = (call.text("sender"), call.text("chat_type") == "group");
    if customers.len() > 10_000 || groups.len() > 2_000 || (sender.is_empty() && customers.is_empty()) {
        return Err(invalid());
    }
    if !sender.is_empty() && !corp.active(sender) {
        return Err(NO_MEMBER);
    }
    let mut rows = Vec::new();
    let mut fail = Vec::new();
    if group {
        let owned = corp
            .groups
            .iter()
            .filter(|(id, group)| group.owner == sender && (groups.is_empty() || groups.contains(id)));
        rows.extend(owned.map(|(id, _)| (sender.to_owned(), id.clone(), 0, 0)));
    } else if customers.is_empty() {
        rows.extend(tagged(corp, call, sender));
    } else {
        for id in customers {
            match corp.sender_of(&id, sender) {
                Some(user) => rows.push((user, id, 0, 0)),
                None => fail.push(id),
            }
        }
    }
    if rows.is_empty() {
        return Err(Errcode(41048, "no receiver"));
    }
    let id = corp.id("msg");
    let tasks = rows.iter().map(|(user, _, _, _)| (user.clone(), None)).collect();
    let broadcast = Broadcast {
        group,
        at: call.now,
        message: call.body.clone(),
        tasks,
        rows,
        reminders: Vec::new(),
        cancelled: false,
    };
    corp.broadcasts.insert(id.clone(), broadcast);
    Ok(json!({"fail_list": fail, "msgid": id}))
}

/// A member's customers who have one tag of each list.
fn tagged(corp: &Corp, call: &Call<'_>, sender: &str) -> Vec<(String, String, i64, i64)> {
    let filter = call
        .body
        .get("tag_filter")
        .and_then(|filter| filter.get("group_list"));
    let lists = filter.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let wanted = |tags: &std::collections::BTreeSet<String>| {
        lists.iter().all(|list| {
            let any = list.get("tag_list").and_then(Value::as_array);
            any.is_some_and(|any| any.iter().filter_map(Value::as_str).any(|tag| tags.contains(tag)))
        })
    };
    let mine = corp
        .relations
        .iter()
        .filter(|((user, _), relation)| user == sender && wanted(&relation.tags));
    mine.map(|((user, id), _)| (user.clone(), id.clone(), 0, 0))
        .collect()
}

impl Corp {
    /// Who sends to a customer: the one named, or the one who added the customer first.
    fn sender_of(&self, customer: &str, sender: &str) -> Option<String> {
        let friends = self.relations.iter().filter(|((user, id), _)| {
            id == customer && self.active(user) && (sender.is_empty() || user == sender)
        });
        friends
            .min_by_key(|(_, relation)| relation.created_at)
            .map(|((user, _), _)| user.clone())
    }

    /// The member taps 发送: what each customer gets, by friendship and by what was received today.
    pub(super) fn confirm(&mut self, user: &str, id: &str, now: i64) -> bool {
        let Some(mut broadcast) = self.broadcasts.get(id).cloned() else {
            return false;
        };
        let open = !broadcast.cancelled && broadcast.tasks.get(user) == Some(&None);
        if !open {
            return false;
        }
        broadcast.tasks.insert(user.to_owned(), Some(now));
        for (member, receiver, status, at) in &mut broadcast.rows {
            if member != user {
                continue;
            }
            let friends = broadcast.group || self.relation(user, receiver).is_some();
            let today =
                self.broadcasts
                    .values()
                    .flat_map(|other| &other.rows)
                    .any(|(_, other, status, at)| {
                        other == receiver
                            && *status == 1
                            && (now + 28_800).div_euclid(DAY_S) == (at + 28_800).div_euclid(DAY_S)
                    });
            *at = now;
            *status = match (friends, today) {
                (false, _) => 2,
                (true, true) => 3,
                (true, false) => 1,
            };
            if *status == 1 {
                let seen = json!({"from": user, "kind": "broadcast", "message": broadcast.message});
                self.inboxes.push((receiver.clone(), seen));
            }
        }
        self.broadcasts.insert(id.to_owned(), broadcast);
        true
    }
}

fn remind(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let now = call.now;
    let broadcast = corp.broadcasts.get_mut(call.text("msgid")).ok_or(NO_MESSAGE)?;
    broadcast.reminders.retain(|at| now - at < DAY_S);
    if broadcast.reminders.len() >= 3 {
        return Err(Errcode(45009, "api freq out of limit"));
    }
    broadcast.reminders.push(now);
    ok()
}

fn cancel(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let broadcast = corp.broadcasts.get_mut(call.text("msgid")).ok_or(NO_MESSAGE)?;
    broadcast.cancelled = true;
    ok()
}

fn list(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let group = call.text("chat_type") == "group";
    let (from, to) = (call.number("start_time"), call.number("end_time"));
    if to < from || to - from > 31 * DAY_S {
        return Err(invalid());
    }
    let found = corp
        .broadcasts
        .iter()
        .filter(|(_, b)| b.group == group && (from..=to).contains(&b.at));
    let rows: Vec<_> = found
        .map(|(id, b)| {
            json!({"msgid": id, "creator": "admin", "create_time": b.at.to_string(), "create_type": 0,
                   "text": b.message.get("text"), "attachments": b.message.get("attachments")})
        })
        .collect();
    let (page, next) = call.page(&rows, 100);
    Ok(json!({"group_msg_list": page, "next_cursor": next}))
}

fn tasks(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let broadcast = corp.broadcasts.get(call.text("msgid")).ok_or(NO_MESSAGE)?;
    let rows: Vec<_> = broadcast
        .tasks
        .iter()
        .map(
            |(user, at)| json!({"userid": user, "status": if at.is_some() { 2 } else { 0 }, "send_time": at}),
        )
        .collect();
    let (page, next) = call.page(&rows, 1_000);
    Ok(json!({"task_list": page, "next_cursor": next}))
}

fn results(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let broadcast = corp.broadcasts.get(call.text("msgid")).ok_or(NO_MESSAGE)?;
    let name = if broadcast.group {
        "chat_id"
    } else {
        "external_userid"
    };
    let user = call.text("userid");
    let mine = broadcast.rows.iter().filter(|(member, _, _, _)| member == user);
    let rows: Vec<_> = mine
        .map(|(user, receiver, status, at)| {
            json!({name: receiver, "userid": user, "status": status, "send_time": at})
        })
        .collect();
    let (page, next) = call.page(&rows, 1_000);
    Ok(json!({"send_list": page, "next_cursor": next}))
}
