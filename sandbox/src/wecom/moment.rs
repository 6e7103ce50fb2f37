//! Moments: made by a job, published by members, seen by customers. And who agrees to the archive of messages.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call::{Api, Call, Errcode, Outcome, api, invalid, ok};
use super::contact::NO_MEMBER;
use super::corp::Corp;

/// A moment.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    at: i64,
    message: Value,
    /// By member: whether it was published.
    publishers: BTreeMap<String, bool>,
    cancelled: bool,
}

pub(super) const APIS: &[Api] = &[
    api("/cgi-bin/externalcontact/add_moment_task", add),
    api("/cgi-bin/externalcontact/get_moment_task_result", job),
    api("/cgi-bin/externalcontact/cancel_moment_task", cancel),
    api("/cgi-bin/externalcontact/get_moment_list", list),
    api("/cgi-bin/externalcontact/get_moment_task", publishers),
    api("/cgi-bin/externalcontact/get_moment_comments", echo),
    api("/cgi-bin/msgaudit/get_permit_user_list", archived),
    api("/cgi-bin/msgaudit/check_single_agree", consents),
];

const NO_MOMENT: Errcode = Errcode(41064, "invalid moment id");

fn add(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    super::greet::fits(call)?;
    let range = call
        .body
        .get("visible_range")
        .and_then(|range| range.get("sender_list"));
    let named = range
        .and_then(|list| list.get("user_list"))
        .and_then(Value::as_array);
    let named: Vec<_> = named
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let publishers: BTreeMap<_, _> = corp
        .staff
        .keys()
        .filter(|user| corp.active(user) && (named.is_empty() || named.contains(&user.as_str())))
        .map(|user| (user.clone(), false))
        .collect();
    if publishers.is_empty() {
        return Err(NO_MEMBER);
    }
    let id = corp.id("mom");
    let moment = Moment {
        at: call.now,
        message: call.body.clone(),
        publishers,
        cancelled: false,
    };
    corp.moments.insert(id.clone(), moment);
    // The job's number is the moment's behind a prefix: the simulation makes it at once.
    Ok(json!({"jobid": format!("job-{id}")}))
}

fn job(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let id = call
        .arg("jobid")
        .strip_prefix("job-")
        .ok_or(Errcode(40063, "invalid jobid"))?;
    corp.moments.get(id).ok_or(Errcode(40063, "invalid jobid"))?;
    let result = json!({"errcode": 0, "errmsg": "ok", "moment_id": id});
    Ok(json!({"status": 3, "type": "add_moment_task", "result": result}))
}

fn cancel(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    corp.moments
        .get_mut(call.text("moment_id"))
        .ok_or(NO_MOMENT)?
        .cancelled = true;
    ok()
}

fn list(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let (from, to) = (call.number("start_time"), call.number("end_time"));
    if to < from || to - from > 30 * 86_400 {
        return Err(invalid());
    }
    let found = corp
        .moments
        .iter()
        .filter(|(_, moment)| (from..=to).contains(&moment.at));
    let rows: Vec<_> = found
        .map(|(id, moment)| {
            json!({"moment_id": id, "creator": "admin", "create_time": moment.at.to_string(), "create_type": 0,
                   "visible_type": 1, "text": moment.message.get("text")})
        })
        .collect();
    let (page, next) = call.page(&rows, 20);
    Ok(json!({"moment_list": page, "next_cursor": next}))
}

fn publishers(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let moment = corp.moments.get(call.text("moment_id")).ok_or(NO_MOMENT)?;
    let rows = moment.publishers.iter();
    let rows: Vec<_> = rows
        .map(|(user, published)| json!({"userid": user, "publish_status": i64::from(*published)}))
        .collect();
    let (page, next) = call.page(&rows, 1_000);
    Ok(json!({"task_list": page, "next_cursor": next}))
}

fn echo(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    corp.moments.get(call.text("moment_id")).ok_or(NO_MOMENT)?;
    Ok(json!({"comment_list": [], "like_list": []}))
}

impl Corp {
    /// The member taps 发表: every customer of the member sees it.
    pub(super) fn publish(&mut self, user: &str, id: &str) -> bool {
        let Some(moment) = self.moments.get_mut(id).filter(|moment| !moment.cancelled) else {
            return false;
        };
        if moment.publishers.get(user) != Some(&false) {
            return false;
        }
        moment.publishers.insert(user.to_owned(), true);
        let seen = json!({"from": user, "kind": "moment", "message": moment.message});
        let mine = self.relations.keys().filter(|(member, _)| member == user);
        let told: Vec<_> = mine
            .map(|(_, customer)| (customer.clone(), seen.clone()))
            .collect();
        self.inboxes.extend(told);
        true
    }
}

/// All members are archived.
fn archived(corp: &mut Corp, _: &Call<'_>) -> Outcome {
    Ok(json!({"ids": corp.staff.keys().collect::<Vec<_>>()}))
}

/// Customers agree as long as they are friends.
fn consents(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let pairs = call.list("info");
    if !(1..=100).contains(&pairs.len()) {
        return Err(invalid());
    }
    let text = |pair: &Value, name: &str| {
        pair.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut rows = Vec::new();
    for pair in pairs {
        let (user, customer) = (text(pair, "userid"), text(pair, "exteranalopenid"));
        let relation = corp
            .relation(&user, &customer)
            .map(|relation| relation.created_at);
        rows.push(json!({
            "userid": user, "exteranalopenid": customer, "status_change_time": relation.unwrap_or_default(),
            "agree_status": if relation.is_some() { "Agree" } else { "Disagree" },
        }));
    }
    Ok(json!({"agreeinfo": rows}))
}
