//! Followers: who they are, what the account calls them, their tags, and whom it will not hear.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::call::{Api, Call, On, Outcome, get, ok, post, text_of};
use super::errcode::Errcode;
use crate::world::State;

const PAGE: usize = 10_000;
const TAG_PER_CALL: usize = 50;
const TAGS_PER_FAN: usize = 20;
const MOST_TAGS: usize = 100;
const BLACK_PER_CALL: usize = 20;

pub(crate) const APIS: &[Api] = &[
    get(On::Official, "/cgi-bin/user/info", 5_000_000, info),
    post(On::Official, "/cgi-bin/user/info/batchget", 500_000, infos),
    get(On::Official, "/cgi-bin/user/get", 500_000, openids),
    post(On::Official, "/cgi-bin/user/info/updateremark", 10_000, remark),
    post(On::Official, "/cgi-bin/tags/create", 1_000, tag_create),
    get(On::Official, "/cgi-bin/tags/get", 1_000, tag_list),
    post(On::Official, "/cgi-bin/tags/update", 1_000, tag_update),
    post(On::Official, "/cgi-bin/tags/delete", 1_000, tag_delete),
    post(
        On::Official,
        "/cgi-bin/tags/members/batchtagging",
        100_000,
        tag_on,
    ),
    post(
        On::Official,
        "/cgi-bin/tags/members/batchuntagging",
        100_000,
        tag_off,
    ),
    post(On::Official, "/cgi-bin/tags/getidlist", 100_000, tags_of),
    post(On::Official, "/cgi-bin/user/tag/get", 1_000, fans_of),
    post(
        On::Official,
        "/cgi-bin/tags/members/getblacklist",
        10_000,
        black_list,
    ),
    post(
        On::Official,
        "/cgi-bin/tags/members/batchblacklist",
        10_000,
        black_on,
    ),
    post(
        On::Official,
        "/cgi-bin/tags/members/batchunblacklist",
        10_000,
        black_off,
    ),
];

/// What the platform knows of a follower for this account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fan {
    /// Second of following.
    pub(crate) since: i64,
    pub(crate) came_by: &'static str,
    pub(crate) scene: i64,
    pub(crate) scene_str: String,
    pub(crate) remark: String,
    pub(crate) tags: BTreeSet<i64>,
    pub(crate) black: bool,
    /// Second of the last thing the person did here.
    pub(crate) active_at: i64,
    /// Mass messages received: (month, how many).
    pub(crate) masses: (i64, u32),
}

impl State {
    /// A follower's page in the account's book.
    pub(crate) fn fan(&mut self, openid: &str) -> &mut Fan {
        self.fans.entry(openid.to_owned()).or_default()
    }

    fn info(&self, openid: &str) -> Result<Value, Errcode> {
        let person = self.person(openid).ok_or(40003)?;
        if !person.following {
            return Ok(json!({"subscribe": 0, "openid": person.openid}));
        }
        let fan = self.fans.get(openid).cloned().unwrap_or_default();
        let came_by = if fan.came_by.is_empty() {
            "ADD_SCENE_SEARCH"
        } else {
            fan.came_by
        };
        Ok(json!({
            "subscribe": 1, "openid": person.openid, "language": "zh_CN", "subscribe_time": fan.since,
            "unionid": union_of(openid), "remark": fan.remark, "groupid": fan.tags.first().copied().unwrap_or(0),
            "tagid_list": fan.tags, "subscribe_scene": came_by, "qr_scene": fan.scene,
            "qr_scene_str": fan.scene_str,
        }))
    }

    fn followers(&self) -> Vec<&str> {
        let mut list: Vec<_> = self
            .persons
            .iter()
            .filter(|person| person.following)
            .map(|person| person.openid.as_str())
            .collect();
        list.sort_unstable();
        list
    }
}

/// The id of a person for all accounts of the bank.
pub(crate) fn union_of(openid: &str) -> String {
    format!("oU{}", openid.strip_prefix('o').unwrap_or(openid))
}

fn info(call: &Call<'_>) -> Outcome {
    Ok(call.sandbox.world.state().info(call.arg("openid"))?.into())
}

fn infos(call: &Call<'_>) -> Outcome {
    let asked = call.list("user_list");
    if !(1..=100).contains(&asked.len()) {
        return Err(40032.into());
    }
    let state = call.sandbox.world.state();
    let list: Result<Vec<_>, _> = asked
        .iter()
        .map(|one| state.info(&text_of(one.get("openid"))))
        .collect();
    Ok(json!({"user_info_list": list?}).into())
}

/// A page of a sorted list after `after`: the answer in WeChat's shape.
fn page(all: &[&str], after: &str, most: usize) -> Value {
    let from = all.partition_point(|openid| *openid <= after);
    let page: Vec<_> = all.iter().skip(from).take(most).copied().collect();
    match page.last() {
        Some(last) => json!({
            "total": all.len(), "count": page.len(), "data": {"openid": page}, "next_openid": last,
        }),
        None => json!({"total": all.len(), "count": 0, "next_openid": ""}),
    }
}

fn openids(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    Ok(page(&state.followers(), call.arg("next_openid"), PAGE).into())
}

fn remark(call: &Call<'_>) -> Outcome {
    let (openid, remark) = (call.text("openid"), call.text("remark"));
    if remark.chars().count() >= 30 {
        return Err(Errcode::new(45003, "remark size out of limit"));
    }
    let mut state = call.sandbox.world.state();
    if !state.follows(&openid) {
        return Err(40003.into());
    }
    state.fan(&openid).remark = remark;
    ok()
}

fn tag_create(call: &Call<'_>) -> Outcome {
    let name = tag_name(call);
    let mut state = call.sandbox.world.state();
    check_name(&state, &name)?;
    if state.tags.len() >= MOST_TAGS {
        return Err(45056.into());
    }
    // 0 to 2 are the platform's own; the account's begin at 100.
    let id = state.tags.keys().max().map_or(100, |last| (last + 1).max(100));
    state.tags.insert(id, name.clone());
    Ok(json!({"tag": {"id": id, "name": name}}).into())
}

fn tag_name(call: &Call<'_>) -> String {
    text_of(call.body.pointer("/tag/name"))
}

fn check_name(state: &State, name: &str) -> Result<(), Errcode> {
    if name.is_empty() || name.len() > 30 {
        return Err(45158.into());
    }
    if state.tags.values().any(|known| known == name) {
        return Err(45157.into());
    }
    Ok(())
}

fn tag_list(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let count = |id: &i64| state.fans.values().filter(|fan| fan.tags.contains(id)).count();
    let list: Vec<_> = state
        .tags
        .iter()
        .map(|(id, name)| json!({"id": id, "name": name, "count": count(id)}))
        .collect();
    Ok(json!({"tags": list}).into())
}

/// A tag that the account may change.
fn own_tag(state: &State, id: Option<i64>) -> Result<i64, Errcode> {
    match id {
        Some(0..=2) => Err(45058.into()),
        Some(id) if state.tags.contains_key(&id) => Ok(id),
        _ => Err(45159.into()),
    }
}

fn tag_update(call: &Call<'_>) -> Outcome {
    let name = tag_name(call);
    let mut state = call.sandbox.world.state();
    let id = own_tag(&state, call.body.pointer("/tag/id").and_then(Value::as_i64))?;
    check_name(&state, &name)?;
    state.tags.insert(id, name);
    ok()
}

fn tag_delete(call: &Call<'_>) -> Outcome {
    let mut state = call.sandbox.world.state();
    let id = own_tag(&state, call.body.pointer("/tag/id").and_then(Value::as_i64))?;
    state.tags.remove(&id);
    for fan in state.fans.values_mut() {
        fan.tags.remove(&id);
    }
    ok()
}

/// The followers that the call names, and the tag.
fn tagging(call: &Call<'_>, state: &State) -> Result<(Vec<String>, i64), Errcode> {
    let openids = call.texts("openid_list");
    if !(1..=TAG_PER_CALL).contains(&openids.len()) {
        return Err(40032.into());
    }
    let tag = call
        .number("tagid")
        .filter(|tag| state.tags.contains_key(tag))
        .ok_or(45159)?;
    if openids.iter().any(|openid| !state.follows(openid)) {
        return Err(40003.into());
    }
    Ok((openids, tag))
}

fn tag_on(call: &Call<'_>) -> Outcome {
    let mut state = call.sandbox.world.state();
    let (openids, tag) = tagging(call, &state)?;
    let full = |openid: &String| {
        state
            .fans
            .get(openid)
            .is_some_and(|fan| fan.tags.len() >= TAGS_PER_FAN && !fan.tags.contains(&tag))
    };
    if openids.iter().any(full) {
        return Err(45059.into());
    }
    for openid in openids {
        state.fan(&openid).tags.insert(tag);
    }
    ok()
}

fn tag_off(call: &Call<'_>) -> Outcome {
    let mut state = call.sandbox.world.state();
    let (openids, tag) = tagging(call, &state)?;
    for openid in openids {
        state.fan(&openid).tags.remove(&tag);
    }
    ok()
}

fn tags_of(call: &Call<'_>) -> Outcome {
    let openid = call.text("openid");
    let mut state = call.sandbox.world.state();
    if !state.follows(&openid) {
        return Err(40003.into());
    }
    Ok(json!({"tagid_list": state.fan(&openid).tags}).into())
}

fn fans_of(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let tag = call
        .number("tagid")
        .filter(|tag| state.tags.contains_key(tag))
        .ok_or(45159)?;
    let mut all = state.followers();
    all.retain(|openid| state.fans.get(*openid).is_some_and(|fan| fan.tags.contains(&tag)));
    Ok(page(&all, &call.text("next_openid"), PAGE).into())
}

fn black_list(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let mut all: Vec<_> = state
        .fans
        .iter()
        .filter(|(_, fan)| fan.black)
        .map(|(openid, _)| openid.as_str())
        .collect();
    all.sort_unstable();
    Ok(page(&all, &call.text("begin_openid"), PAGE).into())
}

fn blacken(call: &Call<'_>, black: bool) -> Outcome {
    let openids = call.texts("openid_list");
    if !(1..=BLACK_PER_CALL).contains(&openids.len()) {
        return Err(40032.into());
    }
    let mut state = call.sandbox.world.state();
    if openids.iter().any(|openid| state.person(openid).is_none()) {
        return Err(40003.into());
    }
    for openid in openids {
        state.fan(&openid).black = black;
    }
    ok()
}

fn black_on(call: &Call<'_>) -> Outcome {
    blacken(call, true)
}

fn black_off(call: &Call<'_>) -> Outcome {
    blacken(call, false)
}
