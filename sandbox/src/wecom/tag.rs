//! Corporate tags.

use serde_json::{Value, json};

use super::call::{Api, Call, Errcode, Outcome, api, invalid, ok};
use super::contact::NO_FRIENDS;
use super::corp::Corp;

#[derive(Debug, Clone)]
pub(super) struct TagGroup {
    id: String,
    name: String,
    at: i64,
    /// Id and name.
    tags: Vec<(String, String)>,
}

pub(super) const APIS: &[Api] = &[
    api("/cgi-bin/externalcontact/get_corp_tag_list", list),
    api("/cgi-bin/externalcontact/add_corp_tag", add),
    api("/cgi-bin/externalcontact/edit_corp_tag", edit),
    api("/cgi-bin/externalcontact/del_corp_tag", delete),
    api("/cgi-bin/externalcontact/mark_tag", mark),
];

const NO_TAG: Errcode = Errcode(40068, "invalid tagid");

fn shown(group: &TagGroup, only: impl Fn(&str) -> bool) -> Value {
    let tags = group.tags.iter().filter(|(id, _)| only(id));
    let tags: Vec<_> = tags
        .map(|(id, name)| json!({"id": id, "name": name, "create_time": group.at, "order": 0}))
        .collect();
    json!({"group_id": group.id, "group_name": group.name, "create_time": group.at, "order": 0, "tag": tags})
}

impl Corp {
    /// A tag as a customer's file shows it.
    pub(super) fn tag(&self, id: &str) -> Option<Value> {
        let found = self.tags.iter().find_map(|group| {
            let tag = group.tags.iter().find(|(tag, _)| tag == id)?;
            Some((group, tag))
        });
        found.map(|(group, (id, name))| {
            json!({"group_name": group.name, "tag_name": name, "tag_id": id, "type": 1})
        })
    }
}

fn list(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let (tags, groups) = (call.texts("tag_id"), call.texts("group_id"));
    let wanted = |group: &&TagGroup| {
        let by_tag = group.tags.iter().any(|(id, _)| tags.contains(id));
        (tags.is_empty() && groups.is_empty()) || groups.contains(&group.id) || by_tag
    };
    let found: Vec<_> = corp
        .tags
        .iter()
        .filter(wanted)
        .map(|group| shown(group, |_| true))
        .collect();
    Ok(json!({"tag_group": found}))
}

fn add(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let names: Vec<_> = call
        .list("tag")
        .iter()
        .filter_map(|tag| tag.get("name")?.as_str())
        .collect();
    if names.is_empty()
        || names
            .iter()
            .any(|name| name.is_empty() || name.chars().count() > 30)
    {
        return Err(invalid());
    }
    let (id, name) = (call.text("group_id"), call.text("group_name"));
    let by_id = |group: &TagGroup| !id.is_empty() && group.id == id;
    let by_name = |group: &TagGroup| id.is_empty() && !name.is_empty() && group.name == name;
    let known = corp.tags.iter().position(|group| by_id(group) || by_name(group));
    if known.is_none() && (!id.is_empty() || name.is_empty()) {
        return Err(NO_TAG);
    }
    let made: Vec<_> = names
        .iter()
        .map(|name| (corp.id("et"), (*name).to_owned()))
        .collect();
    let group_id = corp.id("et");
    let at = known.unwrap_or(corp.tags.len());
    if known.is_none() {
        corp.tags.push(TagGroup {
            id: group_id,
            name: name.to_owned(),
            at: call.now,
            tags: Vec::new(),
        });
    }
    let group = corp.tags.get_mut(at).ok_or(NO_TAG)?;
    if group
        .tags
        .iter()
        .any(|(_, known)| names.contains(&known.as_str()))
    {
        return Err(Errcode(40071, "tag name already exist"));
    }
    group.tags.extend(made.iter().cloned());
    let answer = shown(group, |id| made.iter().any(|(new, _)| new == id));
    for (id, _) in &made {
        corp.tell("change_external_tag", "create", &[("Id", id), ("TagType", "tag")]);
    }
    Ok(json!({"tag_group": answer}))
}

fn edit(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let (id, name) = (call.text("id"), call.text("name").to_owned());
    for group in &mut corp.tags {
        if group.id == id {
            group.name = name;
            return ok();
        }
        if let Some((_, known)) = group.tags.iter_mut().find(|(tag, _)| tag == id) {
            *known = name;
            return ok();
        }
    }
    Err(NO_TAG)
}

fn delete(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let (mut tags, groups) = (call.texts("tag_id"), call.texts("group_id"));
    for group in corp.tags.iter().filter(|group| groups.contains(&group.id)) {
        tags.extend(group.tags.iter().map(|(id, _)| id.clone()));
    }
    if tags.is_empty() && groups.is_empty() {
        return Err(invalid());
    }
    for group in &mut corp.tags {
        group.tags.retain(|(id, _)| !tags.contains(id));
    }
    // A group without tags ends with its last tag.
    corp.tags.retain(|group| !group.tags.is_empty());
    for relation in corp.relations.values_mut() {
        relation.tags.retain(|id| !tags.contains(id));
    }
    for id in &tags {
        corp.tell("change_external_tag", "delete", &[("Id", id), ("TagType", "tag")]);
    }
    ok()
}

fn mark(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let (add, remove) = (call.texts("add_tag"), call.texts("remove_tag"));
    if add.is_empty() && remove.is_empty() {
        return Err(invalid());
    }
    if add.iter().any(|id| corp.tag(id).is_none()) {
        return Err(NO_TAG);
    }
    let (user, id) = (call.text("userid"), call.text("external_userid"));
    let relation = corp.relation(user, id).ok_or(NO_FRIENDS)?;
    relation.tags.retain(|tag| !remove.contains(tag));
    relation.tags.extend(add);
    let parts = [("UserID", user), ("ExternalUserID", id)];
    corp.tell("change_external_contact", "edit_external_contact", &parts);
    ok()
}
