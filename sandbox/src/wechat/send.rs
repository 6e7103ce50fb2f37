//! Customer messages, and "the other side is typing": what the platform checks before it carries a message to a
//! phone.

use serde_json::Value;

use super::call::{Api, Call, On, Outcome, ok, post, text_of};
use super::errcode::Errcode;
use super::window::Closed;
use crate::shown::Shown;
use crate::world::State;

/// A text, in bytes.
const LONGEST: usize = 2_048;
const TYPING_S: i64 = 15;

pub(crate) const APIS: &[Api] = &[
    post(On::Both, "/cgi-bin/message/custom/send", 500_000, custom),
    post(On::Both, "/cgi-bin/message/custom/typing", 500_000, typing),
];

fn custom(call: &Call<'_>) -> Outcome {
    let openid = call.text("touser");
    let shown = {
        let mut state = call.sandbox.world.state();
        let shown = content(call, &state)?;
        let servant = text_of(call.body.pointer("/customservice/kf_account"));
        if !servant.is_empty() && !state.desk.knows(&servant) {
            return Err(65401.into());
        }
        state.may_write(&openid)?;
        let now = call.sandbox.world.now();
        let window = state.windows.entry(openid.clone()).or_default();
        window.take(now).map_err(|closed| match closed {
            Closed::Over => Errcode::from(45015),
            Closed::Spent => Errcode::from(45047),
        })?;
        state.typing.remove(&openid);
        shown
    };
    call.sandbox.world.show(&openid, shown);
    ok()
}

impl State {
    /// Whether the account may write to this person at all: known, and following (the mini program's customers
    /// need not follow anything).
    pub(crate) fn may_write(&self, openid: &str) -> Result<(), Errcode> {
        if self.mini_person(openid).is_some() || self.follows(openid) {
            return Ok(());
        }
        Err(match self.person(openid) {
            Some(_) => 43004.into(),
            None => 40003.into(),
        })
    }
}

/// What the phone will show, or an errcode.
fn content(call: &Call<'_>, state: &State) -> Result<Shown, Errcode> {
    let kind = call.text("msgtype");
    let inner = call.body.get(&kind).unwrap_or(&Value::Null);
    let part = |name: &str| text_of(inner.get(name));
    let placeholder = |text: &str| Ok(Shown::Text(text.to_owned()));
    match kind.as_str() {
        "text" => match part("content").len() {
            0 => Err(44004.into()),
            1..=LONGEST => Ok(Shown::Text(part("content"))),
            _ => Err(45002.into()),
        },
        "news" => article(inner),
        "image" | "voice" | "video" | "music" => {
            let name = if kind == "music" {
                "thumb_media_id"
            } else {
                "media_id"
            };
            if !state.has_media(&part(name), call.now()) {
                return Err(40007.into());
            }
            placeholder(match kind.as_str() {
                "image" => "[图片]",
                "voice" => "[语音]",
                "video" => "[视频]",
                _ => "[音乐]",
            })
        }
        "mpnews" if state.drafts.contains_key(&part("media_id")) => placeholder("[图文消息]"),
        "mpnewsarticle" if state.published.contains_key(&part("article_id")) => placeholder("[图文消息]"),
        "mpnews" | "mpnewsarticle" => Err(40007.into()),
        "msgmenu" => menu(inner),
        "miniprogrampage" => Ok(Shown::Text(format!("[小程序]{}", part("title")))),
        "link" => Ok(Shown::News {
            title: part("title"),
            description: part("description"),
            url: part("url"),
        }),
        _ => Err(40008.into()),
    }
}

fn article(inner: &Value) -> Result<Shown, Errcode> {
    let articles = inner.get("articles").and_then(Value::as_array);
    let [article] = articles.map_or(&[][..], Vec::as_slice) else {
        return Err(45008.into());
    };
    let part = |name: &str| text_of(article.get(name));
    Ok(Shown::News {
        title: part("title"),
        description: part("description"),
        url: part("url"),
    })
}

/// A question with answers to tap; each is a link that the phone sends back as a text with its id.
fn menu(inner: &Value) -> Result<Shown, Errcode> {
    let list = inner.get("list").and_then(Value::as_array);
    let list = list.filter(|list| !list.is_empty()).ok_or(Errcode::from(44004))?;
    let mut text = text_of(inner.get("head_content"));
    for item in list {
        let (id, words) = (text_of(item.get("id")), text_of(item.get("content")));
        text.push_str(&format!(
            "\n<a href=\"weixin://bizmsgmenu?msgmenucontent={words}&msgmenuid={id}\">{words}</a>"
        ));
    }
    let tail = text_of(inner.get("tail_content"));
    if !tail.is_empty() {
        text.push('\n');
        text.push_str(&tail);
    }
    Ok(Shown::Text(text))
}

fn typing(call: &Call<'_>) -> Outcome {
    let openid = call.text("touser");
    let now = call.sandbox.world.now();
    let mut state = call.sandbox.world.state();
    state.may_write(&openid)?;
    match call.text("command").as_str() {
        "Typing" => {
            if !state
                .windows
                .get(&openid)
                .is_some_and(|window| window.is_open(now))
            {
                return Err(45080.into());
            }
            let until = call.now() + TYPING_S;
            match state.typing.insert(openid, until) {
                Some(before) if call.now() < before => Err(45081.into()),
                _ => ok(),
            }
        }
        "CancelTyping" => {
            state.typing.remove(&openid);
            ok()
        }
        _ => Err(45072.into()),
    }
}
