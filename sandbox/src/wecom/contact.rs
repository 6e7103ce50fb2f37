//! Customers: lists, details, remarks; links between ids.

use serde_json::{Value, json};

use super::call::{Api, Call, Errcode, Outcome, api, invalid, ok};
use super::corp::{Corp, Relation};

pub(super) const APIS: &[Api] = &[
    api("/cgi-bin/externalcontact/get_follow_user_list", members),
    api("/cgi-bin/externalcontact/list", list),
    api("/cgi-bin/externalcontact/get", get),
    api("/cgi-bin/externalcontact/batch/get_by_user", batch),
    api("/cgi-bin/externalcontact/remark", remark),
    api("/cgi-bin/externalcontact/convert_to_openid", openid),
    api("/cgi-bin/externalcontact/get_user_behavior_data", behaviour),
    api("/cgi-bin/idconvert/unionid_to_external_userid", from_unionid),
];

/// 84061: they are no friends.
pub(super) const NO_FRIENDS: Errcode = Errcode(84061, "not external contact");
/// 40096: there is no such customer.
pub(super) const NO_CUSTOMER: Errcode = Errcode(40096, "invalid external userid");
/// 60111: there is no such member.
pub(super) const NO_MEMBER: Errcode = Errcode(60111, "userid not found");

fn members(corp: &mut Corp, _: &Call<'_>) -> Outcome {
    let active: Vec<_> = corp.staff.keys().filter(|user| corp.active(user)).collect();
    Ok(json!({"follow_user": active}))
}

fn list(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let user = call.arg("userid");
    if !corp.active(user) {
        return Err(NO_MEMBER);
    }
    let pairs = corp.relations.keys().filter(|(member, _)| member == user);
    let ids: Vec<_> = pairs.map(|(_, customer)| customer.clone()).collect();
    if ids.is_empty() {
        return Err(NO_FRIENDS);
    }
    Ok(json!({"external_userid": ids}))
}

fn customer(corp: &Corp, id: &str) -> Result<Value, Errcode> {
    let person = corp.customers.get(id).ok_or(NO_CUSTOMER)?;
    Ok(json!({
        "external_userid": id, "name": person.name, "avatar": "", "type": 1, "gender": 0,
        "unionid": person.unionid,
    }))
}

fn get(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let id = call.arg("external_userid");
    let contact = customer(corp, id)?;
    let mut follows = Vec::new();
    for ((user, owner), relation) in &corp.relations {
        if owner == id {
            let mut row = follow(user, relation);
            let tags: Vec<_> = relation.tags.iter().filter_map(|tag| corp.tag(tag)).collect();
            put(&mut row, "tags", json!(tags));
            follows.push(row);
        }
    }
    if follows.is_empty() {
        return Err(NO_FRIENDS);
    }
    Ok(json!({"external_contact": contact, "follow_user": follows, "next_cursor": ""}))
}

fn follow(user: &str, relation: &Relation) -> Value {
    json!({
        "userid": user, "remark": relation.remark, "description": relation.description,
        "createtime": relation.created_at, "remark_mobiles": relation.mobiles, "add_way": relation.add_way,
        "oper_userid": user, "state": relation.state,
    })
}

fn put(row: &mut Value, name: &str, value: Value) {
    if let Some(fields) = row.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

fn batch(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let users = call.some_texts("userid_list", 100)?;
    if call.number("limit") > 100 {
        return Err(invalid());
    }
    let mut rows = Vec::new();
    for ((user, id), relation) in &corp.relations {
        if users.contains(user) && corp.active(user) {
            let mut info = follow(user, relation);
            put(&mut info, "tag_id", json!(relation.tags));
            rows.push(json!({"external_contact": customer(corp, id)?, "follow_info": info}));
        }
    }
    if rows.is_empty() {
        return Err(NO_FRIENDS);
    }
    let (page, next) = call.page(&rows, 50);
    Ok(json!({"external_contact_list": page, "next_cursor": next}))
}

fn remark(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let (user, id) = (call.text("userid"), call.text("external_userid"));
    let relation = corp.relation(user, id).ok_or(NO_FRIENDS)?;
    let given = |name: &str| call.body.get(name).and_then(Value::as_str);
    if let Some(text) = given("remark") {
        relation.remark = text.to_owned();
    }
    if let Some(text) = given("description") {
        relation.description = text.to_owned();
    }
    if call.body.get("remark_mobiles").is_some() {
        relation.mobiles = call.list("remark_mobiles").to_vec();
    }
    let parts = [("UserID", user), ("ExternalUserID", id)];
    corp.tell("change_external_contact", "edit_external_contact", &parts);
    ok()
}

fn openid(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let person = corp
        .customers
        .get(call.text("external_userid"))
        .ok_or(NO_CUSTOMER)?;
    Ok(json!({"openid": person.openid}))
}

fn from_unionid(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let (unionid, openid) = (call.text("unionid"), call.text("openid"));
    let same = |id: &&String| {
        let person = corp.customers.get(*id);
        person.is_some_and(|person| person.unionid == unionid && person.openid == openid)
    };
    let id = corp.customers.keys().find(same).ok_or(NO_FRIENDS)?;
    Ok(json!({"external_userid": id}))
}

fn behaviour(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let users = call.some_texts("userid", 100)?;
    let (from, to) = (call.number("start_time"), call.number("end_time"));
    if to < from || to - from > 30 * 86_400 {
        return Err(invalid());
    }
    let day = |start: i64| {
        let new = corp.relations.iter().filter(|((user, _), relation)| {
            users.contains(user) && (start..start + 86_400).contains(&relation.created_at)
        });
        json!({"stat_time": start, "chat_cnt": 0, "message_cnt": 0, "negative_feedback_cnt": 0,
               "new_apply_cnt": 0, "new_contact_cnt": new.count()})
    };
    let days = (0..=(to - from) / 86_400).map(|n| day(from + n * 86_400));
    Ok(json!({"behavior_data": days.collect::<Vec<_>>()}))
}
