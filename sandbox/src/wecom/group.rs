//! Customer groups and the hand-over of groups, which takes effect at once.

use serde_json::{Value, json};

use super::call::{Api, Call, Errcode, Outcome, api};
use super::contact::NO_MEMBER;
use super::corp::Corp;

/// A group.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) owner: String,
    pub(super) members: Vec<String>,
    pub(super) at: i64,
    /// 0 followed up, 3 handed over; 1 comes from the owner's leaving.
    status: i64,
    version: u64,
}

impl Group {
    pub(super) const fn new(name: String, owner: String, members: Vec<String>, at: i64) -> Self {
        Self {
            name,
            owner,
            members,
            at,
            status: 0,
            version: 1,
        }
    }
}

pub(super) const APIS: &[Api] = &[
    api("/cgi-bin/externalcontact/groupchat/list", list),
    api("/cgi-bin/externalcontact/groupchat/get", get),
    api("/cgi-bin/externalcontact/groupchat/transfer", resigned),
    api("/cgi-bin/externalcontact/groupchat/onjob_transfer", on_job),
];

fn status(corp: &Corp, group: &Group) -> i64 {
    if corp.active(&group.owner) {
        group.status
    } else {
        1
    }
}

fn list(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let filter = call.number("status_filter");
    let owners = call
        .body
        .get("owner_filter")
        .and_then(|filter| filter.get("userid_list"));
    let owners: Vec<_> = owners
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let wanted = |group: &Group| {
        (filter == 0 || status(corp, group) == filter)
            && (owners.is_empty() || owners.contains(&group.owner.as_str()))
    };
    let rows: Vec<_> = corp
        .groups
        .iter()
        .filter(|(_, group)| wanted(group))
        .map(|(id, group)| json!({"chat_id": id, "status": status(corp, group)}))
        .collect();
    let (page, next) = call.page(&rows, 1_000);
    Ok(json!({"group_chat_list": page, "next_cursor": next}))
}

fn get(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let id = call.text("chat_id");
    let group = corp.groups.get(id).ok_or(Errcode(40050, "invalid chatid"))?;
    let member = |who: &String| {
        let person = corp.customers.get(who);
        json!({
            "userid": who, "type": if person.is_some() { 2 } else { 1 }, "join_time": group.at, "join_scene": 1,
            "name": person.map(|person| person.name.clone()), "unionid": person.map(|person| person.unionid.clone()),
        })
    };
    let members: Vec<_> = std::iter::once(&group.owner)
        .chain(&group.members)
        .map(member)
        .collect();
    Ok(json!({"group_chat": {
        "chat_id": id, "name": group.name, "owner": group.owner, "create_time": group.at, "notice": "",
        "member_list": members, "admin_list": [], "member_version": group.version.to_string(),
    }}))
}

fn resigned(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    transfer(corp, call, true)
}

fn on_job(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    transfer(corp, call, false)
}

fn transfer(corp: &mut Corp, call: &Call<'_>, resigned: bool) -> Outcome {
    let ids = call.some_texts("chat_id_list", 100)?;
    let owner = call.text("new_owner");
    if !corp.active(owner) {
        return Err(NO_MEMBER);
    }
    let mut failed = Vec::new();
    for id in ids {
        match corp.give_group(&id, owner, resigned) {
            Ok(()) => corp.tell(
                "change_external_chat",
                "update",
                &[("ChatId", &id), ("UpdateDetail", "change_owner")],
            ),
            Err(Errcode(code, words)) => {
                failed.push(json!({"chat_id": id, "errcode": code, "errmsg": words}));
            }
        }
    }
    Ok(json!({"failed_chat_list": failed}))
}

impl Corp {
    fn give_group(&mut self, id: &str, owner: &str, resigned: bool) -> Result<(), Errcode> {
        let left = self.groups.get(id).map(|group| !self.active(&group.owner));
        match left {
            None => return Err(Errcode(40050, "invalid chatid")),
            Some(false) if resigned => return Err(Errcode(90500, "the owner of this chat is not resigned")),
            Some(true) if !resigned => return Err(Errcode(90501, "the owner of this chat is resigned")),
            Some(_) => {}
        }
        if let Some(group) = self.groups.get_mut(id) {
            group.owner = owner.to_owned();
            group.status = 3;
            group.version += 1;
        }
        Ok(())
    }
}
