//! Messages that a person has agreed to (订阅通知 and the mini program's 订阅消息): templates from the public
//! library, consent per person and template, one message per consent unless it was given for good.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::call::{Api, Call, On, Outcome, Which, get, number_of, ok, post, text_of};
use super::errcode::Errcode;
use super::push::Happening;
use super::template::{RECEIPT_AFTER, rows};
use crate::shown::Shown;
use crate::world::{Notice, State};
use crate::{Sandbox, chance};

/// A template of the public library: number, title, whether consent is for good, and keywords with their kinds.
struct Public {
    tid: i64,
    title: &'static str,
    for_good: bool,
    keywords: &'static [(i64, &'static str, &'static str)],
}

const LIBRARY: [Public; 3] = [
    Public {
        tid: 401,
        title: "动账提醒",
        for_good: true,
        keywords: &[
            (1, "phrase", "交易类型"),
            (2, "amount", "交易金额"),
            (3, "time", "交易时间"),
            (4, "character_string", "账户尾号"),
        ],
    },
    Public {
        tid: 402,
        title: "业务办理进度通知",
        for_good: false,
        keywords: &[
            (1, "thing", "业务名称"),
            (2, "phrase", "办理状态"),
            (3, "time", "更新时间"),
        ],
    },
    Public {
        tid: 403,
        title: "预约提醒",
        for_good: false,
        keywords: &[
            (1, "thing", "预约网点"),
            (2, "time", "预约时间"),
            (3, "thing", "温馨提示"),
        ],
    },
];
const CATEGORY: i64 = 616;
const MOST: usize = 25;

pub(crate) const APIS: &[Api] = &[
    get(On::Both, "/wxaapi/newtmpl/getcategory", 10_000, categories),
    get(On::Both, "/wxaapi/newtmpl/getpubtemplatetitles", 10_000, titles),
    get(
        On::Both,
        "/wxaapi/newtmpl/getpubtemplatekeywords",
        10_000,
        keywords,
    ),
    post(On::Both, "/wxaapi/newtmpl/addtemplate", 1_000, add),
    get(On::Both, "/wxaapi/newtmpl/gettemplate", 10_000, list),
    post(On::Both, "/wxaapi/newtmpl/deltemplate", 1_000, delete),
    post(
        On::Official,
        "/cgi-bin/message/subscribe/bizsend",
        1_000_000,
        send,
    ),
    post(On::Mini, "/cgi-bin/message/subscribe/send", 10_000_000, send),
];

/// A template that an account has chosen.
#[derive(Debug, Clone)]
struct Own {
    who: Which,
    title: &'static str,
    for_good: bool,
    rows: Vec<(String, &'static str)>,
}

/// One person's consent to one template.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Consent {
    left: u32,
    for_good: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    own: BTreeMap<String, Own>,
    consents: HashMap<(String, String), Consent>,
}

impl Subscriptions {
    /// The person was asked and has answered; false for a template that no account has.
    fn answer(&mut self, openid: &str, template: &str, accept: bool) -> bool {
        let Some(own) = self.own.get(template) else {
            return false;
        };
        let key = (openid.to_owned(), template.to_owned());
        let consent = self.consents.entry(key).or_default();
        if !accept {
            *consent = Consent::default();
        } else if own.for_good {
            consent.for_good = true;
        } else {
            consent.left += 1;
        }
        true
    }

    fn use_one(&mut self, openid: &str, template: &str) -> Result<(), Errcode> {
        let key = (openid.to_owned(), template.to_owned());
        let consent = self.consents.get_mut(&key).ok_or(Errcode::from(43101))?;
        if consent.for_good {
            return Ok(());
        }
        consent.left = consent.left.checked_sub(1).ok_or(Errcode::from(43101))?;
        Ok(())
    }
}

impl Sandbox {
    /// A page asks a person for consent to templates, and the person answers each; the bank is told.
    pub async fn consent(&self, openid: &str, answers: &[(&str, bool)]) -> bool {
        if !self.note_consent(openid, answers) {
            return false;
        }
        let happening = Happening::ConsentAsked(owned(answers));
        self.push(openid, happening).await;
        true
    }

    /// A person withdraws consent in WeChat's own settings; the bank is told.
    pub async fn withdraw_consent(&self, openid: &str, template: &str) -> bool {
        let Some(happening) = self.note_withdrawal(openid, template) else {
            return false;
        };
        self.push(openid, happening).await;
        true
    }

    pub(crate) fn note_withdrawal(&self, openid: &str, template: &str) -> Option<Happening> {
        let answers = [(template, false)];
        self.note_consent(openid, &answers)
            .then(|| Happening::ConsentChanged(owned(&answers)))
    }

    fn note_consent(&self, openid: &str, answers: &[(&str, bool)]) -> bool {
        let mut state = self.world.state();
        answers
            .iter()
            .all(|(template, accept)| state.subscriptions.answer(openid, template, *accept))
    }
}

fn owned(answers: &[(&str, bool)]) -> Vec<(String, bool)> {
    answers
        .iter()
        .map(|(template, accept)| ((*template).to_owned(), *accept))
        .collect()
}

fn categories(_: &Call<'_>) -> Outcome {
    Ok(json!({"errcode": 0, "errmsg": "ok", "data": [{"id": CATEGORY, "name": "银行"}]}).into())
}

fn titles(_: &Call<'_>) -> Outcome {
    let one = |public: &Public| {
        let kind = if public.for_good { 3 } else { 2 };
        json!({"tid": public.tid, "title": public.title, "type": kind, "categoryId": CATEGORY.to_string()})
    };
    let data: Vec<_> = LIBRARY.iter().map(one).collect();
    Ok(json!({"errcode": 0, "errmsg": "ok", "count": data.len(), "data": data}).into())
}

fn public(tid: Option<i64>) -> Result<&'static Public, Errcode> {
    LIBRARY
        .iter()
        .find(|public| Some(public.tid) == tid)
        .ok_or(Errcode::new(200_014, "template tid error"))
}

fn keywords(call: &Call<'_>) -> Outcome {
    let public = public(call.arg("tid").parse().ok())?;
    let one = |(kid, rule, name): &(i64, &str, &str)| json!({"kid": kid, "name": name, "example": "", "rule": rule});
    let data: Vec<_> = public.keywords.iter().map(one).collect();
    Ok(json!({"errcode": 0, "errmsg": "ok", "count": data.len(), "data": data}).into())
}

fn add(call: &Call<'_>) -> Outcome {
    let public = public(call.number("tid"))?;
    let chosen: Option<Vec<_>> = call
        .list("kidList")
        .iter()
        .map(|kid| {
            let kid = number_of(Some(kid));
            public.keywords.iter().find(|(known, ..)| Some(*known) == kid)
        })
        .collect();
    let chosen = chosen
        .filter(|chosen| (2..=5).contains(&chosen.len()))
        .ok_or(Errcode::new(200_020, "invalid keyword list"))?;
    if call.text("sceneDesc").chars().count() > 15 {
        return Err(Errcode::new(200_021, "invalid sceneDesc"));
    }
    let rows = chosen
        .iter()
        .map(|(kid, rule, name)| (format!("{rule}{kid}"), *name))
        .collect();
    let mut state = call.sandbox.world.state();
    let mine = state.subscriptions.own.values().filter(|own| own.who == call.who);
    if mine.count() >= MOST {
        return Err(Errcode::new(200_012, "private template count exceeds limit"));
    }
    let id = chance::hex::<21>();
    let own = Own {
        who: call.who,
        title: public.title,
        for_good: public.for_good,
        rows,
    };
    state.subscriptions.own.insert(id.clone(), own);
    Ok(json!({"errcode": 0, "errmsg": "ok", "priTmplId": id}).into())
}

fn list(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    let mine = state
        .subscriptions
        .own
        .iter()
        .filter(|(_, own)| own.who == call.who);
    let one = |(id, own): (&String, &Own)| {
        let content: Vec<_> = own
            .rows
            .iter()
            .map(|(key, label)| format!("{label}:{{{{{key}.DATA}}}}"))
            .collect();
        let kind = if own.for_good { 3 } else { 2 };
        json!({"priTmplId": id, "title": own.title, "content": content.join("\n"), "example": "", "type": kind})
    };
    let data: Vec<_> = mine.map(one).collect();
    Ok(json!({"errcode": 0, "errmsg": "ok", "data": data}).into())
}

fn delete(call: &Call<'_>) -> Outcome {
    let id = call.text("priTmplId");
    let mut state = call.sandbox.world.state();
    own(&state, call.who, &id)?;
    state.subscriptions.own.remove(&id);
    ok()
}

fn own(state: &State, who: Which, id: &str) -> Result<Own, Errcode> {
    let found = state.subscriptions.own.get(id).filter(|own| own.who == who);
    found.cloned().ok_or(Errcode::from(40037))
}

fn send(call: &Call<'_>) -> Outcome {
    let (openid, template) = (call.text("touser"), call.text("template_id"));
    let page = text_of(call.body.get("page"));
    if call.who == Which::Mini && page.contains("://") {
        return Err(41030.into());
    }
    let empty = Map::new();
    let data = call.body.get("data").and_then(Value::as_object).unwrap_or(&empty);
    let (id, notice) = {
        let mut state = call.sandbox.world.state();
        let own = own(&state, call.who, &template)?;
        let rows = rows(own.rows.iter().map(|(key, label)| (key.as_str(), *label)), data)?;
        state.may_write(&openid)?;
        state.subscriptions.use_one(&openid, &template)?;
        let url = Some(page).filter(|page| !page.is_empty());
        let notice = Notice {
            title: own.title.to_owned(),
            rows,
            url,
        };
        (state.next_message_id(), notice)
    };
    call.sandbox.world.show(&openid, Shown::Notice(notice));
    let sent = Happening::ConsentUsed {
        template,
        message_id: id,
    };
    call.sandbox.push_after(RECEIPT_AFTER, openid, sent);
    Ok(json!({"errcode": 0, "errmsg": "ok", "msgid": id}).into())
}
