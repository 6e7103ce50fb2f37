//! Customer-service accounts (客服) and the sessions between them and followers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call::{Api, Call, On, Outcome, get, ok, post};
use super::errcode::Errcode;
use super::push::Happening;

const MOST_ACCOUNTS: usize = 100;

pub(crate) const APIS: &[Api] = &[
    post(On::Official, "/customservice/kfaccount/add", 1_000, add),
    post(On::Official, "/customservice/kfaccount/update", 1_000, update),
    post(
        On::Official,
        "/customservice/kfaccount/inviteworker",
        1_000,
        invite,
    ),
    post(
        On::Official,
        "/customservice/kfaccount/uploadheadimg",
        1_000,
        portrait,
    ),
    get(On::Official, "/customservice/kfaccount/del", 1_000, delete),
    get(On::Official, "/cgi-bin/customservice/getkflist", 100_000, list),
    get(
        On::Official,
        "/cgi-bin/customservice/getonlinekflist",
        100_000,
        online,
    ),
    post(On::Official, "/customservice/kfsession/create", 100_000, create),
    post(On::Official, "/customservice/kfsession/close", 100_000, close),
    get(
        On::Official,
        "/customservice/kfsession/getsession",
        100_000,
        session,
    ),
    get(
        On::Official,
        "/customservice/kfsession/getsessionlist",
        100_000,
        sessions,
    ),
    get(
        On::Official,
        "/customservice/kfsession/getwaitcase",
        100_000,
        waiting,
    ),
    post(
        On::Official,
        "/customservice/msgrecord/getmsglist",
        100_000,
        records,
    ),
];

/// The service desk of the account.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// By account name (`anna@bank`).
    accounts: BTreeMap<String, Agent>,
    /// By openid: whose, and since which second.
    sessions: BTreeMap<String, (String, i64)>,
    /// Followers who wait, since which second.
    waiting: BTreeMap<String, i64>,
    /// (second, openid, account, 2001 in / 2002 out / 2003 opened …, text)
    records: Vec<(i64, String, String, i64, String)>,
}

#[derive(Debug, Clone)]
struct Agent {
    id: i64,
    nickname: String,
    invited: String,
}

impl Desk {
    pub(crate) fn knows(&self, account: &str) -> bool {
        self.accounts.contains_key(account)
    }

    /// The bank has handed a follower over: to this account, or to whoever comes first.
    pub(crate) fn hand_over(&mut self, openid: &str, now: i64) {
        if !self.sessions.contains_key(openid) {
            self.waiting.insert(openid.to_owned(), now);
        }
    }
}

fn add(call: &Call<'_>) -> Outcome {
    let name = call.text("kf_account");
    let (person, domain) = name.split_once('@').unwrap_or((&name, ""));
    if person.is_empty() || person.len() > 10 {
        return Err(61454.into());
    }
    let word = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !word(person) || domain.is_empty() || !word(domain) {
        return Err(61455.into());
    }
    let mut state = call.sandbox.world.state();
    if state.desk.accounts.len() >= MOST_ACCOUNTS {
        return Err(61456.into());
    }
    if state.desk.knows(&name) {
        return Err(61453.into());
    }
    let id = 1_001 + i64::try_from(state.desk.accounts.len()).unwrap_or(0);
    let agent = Agent {
        id,
        nickname: call.text("nickname"),
        invited: String::new(),
    };
    state.desk.accounts.insert(name, agent);
    ok()
}

fn with_agent(call: &Call<'_>, change: impl FnOnce(&mut Agent)) -> Outcome {
    let mut state = call.sandbox.world.state();
    let agent = state.desk.accounts.get_mut(&call.text("kf_account"));
    change(agent.ok_or(Errcode::from(61452))?);
    ok()
}

fn update(call: &Call<'_>) -> Outcome {
    with_agent(call, |agent| agent.nickname = call.text("nickname"))
}

fn invite(call: &Call<'_>) -> Outcome {
    with_agent(call, |agent| agent.invited = call.text("invite_wx"))
}

fn portrait(call: &Call<'_>) -> Outcome {
    let picture = call.part("media").ok_or(Errcode::from(41005))?;
    if !picture.file_name.to_ascii_lowercase().ends_with(".jpg") {
        return Err(Errcode::new(61457, "invalid image type"));
    }
    if call.sandbox.world.state().desk.knows(call.arg("kf_account")) {
        ok()
    } else {
        Err(61452.into())
    }
}

fn delete(call: &Call<'_>) -> Outcome {
    let name = call.arg("kf_account");
    let mut state = call.sandbox.world.state();
    state.desk.accounts.remove(name).ok_or(Errcode::from(61452))?;
    state.desk.sessions.retain(|_, (whose, _)| whose != name);
    ok()
}

fn list(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let one = |(name, agent): (&String, &Agent)| {
        json!({
            "kf_account": name, "kf_nick": agent.nickname, "kf_id": agent.id, "kf_headimgurl": "",
            "invite_wx": agent.invited,
        })
    };
    Ok(json!({"kf_list": state.desk.accounts.iter().map(one).collect::<Vec<_>>()}).into())
}

fn online(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let serving = |name: &String| {
        state
            .desk
            .sessions
            .values()
            .filter(|(whose, _)| whose == name)
            .count()
    };
    let one = |(name, agent): (&String, &Agent)| json!({"kf_account": name, "status": 1, "kf_id": agent.id, "accepted_case": serving(name)});
    Ok(json!({"kf_online_list": state.desk.accounts.iter().map(one).collect::<Vec<_>>()}).into())
}

fn create(call: &Call<'_>) -> Outcome {
    let (name, openid) = (call.text("kf_account"), call.text("openid"));
    {
        let mut state = call.sandbox.world.state();
        if !state.desk.knows(&name) {
            return Err(65401.into());
        }
        if !state.follows(&openid) {
            return Err(40003.into());
        }
        match state.desk.sessions.get(&openid) {
            Some((whose, _)) if *whose == name => return ok(),
            Some(_) => return Err(65414.into()),
            None => {}
        }
        state.desk.waiting.remove(&openid);
        state
            .desk
            .sessions
            .insert(openid.clone(), (name.clone(), call.now()));
        state
            .desk
            .records
            .push((call.now(), openid.clone(), name.clone(), 2_003, String::new()));
    }
    call.sandbox
        .push_soon(openid, Happening::ServiceBegan { account: name });
    ok()
}

fn close(call: &Call<'_>) -> Outcome {
    let (name, openid) = (call.text("kf_account"), call.text("openid"));
    {
        let mut state = call.sandbox.world.state();
        let session = state.desk.sessions.get(&openid);
        if session.is_none_or(|(whose, _)| *whose != name) {
            return Err(65413.into());
        }
        state.desk.sessions.remove(&openid);
        state
            .desk
            .records
            .push((call.now(), openid.clone(), name.clone(), 2_004, String::new()));
    }
    call.sandbox
        .push_soon(openid, Happening::ServiceEnded { account: name });
    ok()
}

fn session(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let (name, since) = state
        .desk
        .sessions
        .get(call.arg("openid"))
        .cloned()
        .unwrap_or_default();
    Ok(json!({"errcode": 0, "errmsg": "ok", "kf_account": name, "createtime": since}).into())
}

fn sessions(call: &Call<'_>) -> Outcome {
    let name = call.arg("kf_account");
    let state = call.sandbox.world.state();
    if !state.desk.knows(name) {
        return Err(65401.into());
    }
    let list: Vec<Value> = state
        .desk
        .sessions
        .iter()
        .filter(|(_, (whose, _))| whose == name)
        .map(|(openid, (_, since))| json!({"openid": openid, "createtime": since}))
        .collect();
    Ok(json!({"sessionlist": list}).into())
}

fn waiting(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let list: Vec<Value> = state
        .desk
        .waiting
        .iter()
        .take(100)
        .map(|(openid, since)| json!({"openid": openid, "latest_time": since}))
        .collect();
    Ok(json!({"count": state.desk.waiting.len(), "waitcaselist": list}).into())
}

fn records(call: &Call<'_>) -> Outcome {
    let (from, to) = (call.number("starttime"), call.number("endtime"));
    let (Some(from), Some(to)) = (from, to) else {
        return Err(Errcode::new(65416, "invalid argument"));
    };
    if to < from || to - from > 86_400 {
        return Err(Errcode::new(65416, "time range is more than a day"));
    }
    let after = usize::try_from(call.number("msgid").unwrap_or(1).saturating_sub(1)).unwrap_or(0);
    let most = usize::try_from(call.number("number").unwrap_or(10_000).clamp(0, 10_000)).unwrap_or(0);
    let state = call.sandbox.world.state();
    let within: Vec<Value> = state
        .desk
        .records
        .iter()
        .filter(|(at, ..)| (from..=to).contains(at))
        .skip(after)
        .take(most)
        .map(|(at, openid, worker, code, text)| {
            json!({"openid": openid, "opercode": code, "text": text, "time": at, "worker": worker})
        })
        .collect();
    Ok(json!({"recordlist": within, "number": within.len(), "msgid": after + within.len() + 1}).into())
}
