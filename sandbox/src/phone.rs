//! The phones: what a person does (follow, type, click) and what they see. The simulator page calls this over
//! HTTP; tests call the same functions and wait for the platform to finish.

use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::Sandbox;
use crate::shown::Shown;
use crate::wechat::{COOKIE, Happening, Scene, start};
use crate::world::ChatItem;

/// Longest silence of a long poll.
const LONGEST_WAIT_MS: u64 = 25_000;
/// What WeChat's client lets a person type.
const MAX_TYPED: usize = 2_048;

/// Why a phone does not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Nobody,
    NotFollowing,
    BadText,
    BadRequest,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, detail) = match self {
            Self::Nobody => (StatusCode::NOT_FOUND, "phone.unknown", "没有这位演示人物。"),
            Self::NotFollowing => (
                StatusCode::CONFLICT,
                "phone.not_following",
                "请先关注公众号，再发送消息。",
            ),
            Self::BadText => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "phone.bad_text",
                "消息不能为空，也不能超过2048个字节。",
            ),
            Self::BadRequest => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "phone.bad_request",
                "请求的格式不对。",
            ),
        };
        let body = json!({"status": status.as_u16(), "code": code, "title": detail, "detail": detail});
        (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body.to_string(),
        )
            .into_response()
    }
}

pub(crate) type Answer = Result<Json<Value>, Refusal>;

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/persons", get(persons))
        .route("/{openid}/follow", post(follow))
        .route("/{openid}/unfollow", post(unfollow))
        .route("/{openid}/text", post(text))
        .route("/{openid}/click", post(click))
        .route("/{openid}/open", post(open))
        .route("/{openid}/chat", get(chat))
        .route("/{openid}/sms", get(sms))
        .route("/{openid}/menu", get(menu))
        .merge(crate::acts::router())
}

impl Sandbox {
    /// A person follows the account, by a QR code when `scene` is given. Returns when the platform is done with
    /// it. A follower who scans a code again makes a scan.
    pub async fn follow(&self, openid: &str, scene: Option<&str>) {
        let scene = scene.filter(|scene| !scene.is_empty()).map(Scene::printed);
        if let Some(happening) = self.begin_follow(openid, scene) {
            self.push(openid, happening).await;
        }
    }

    /// A person stops following.
    pub async fn unfollow(&self, openid: &str) {
        if self.begin_unfollow(openid) {
            self.push(openid, Happening::Unsubscribe).await;
        }
    }

    /// A person types a text; what the account answered passively and all that arrived meanwhile.
    pub async fn say(&self, openid: &str, content: &str) -> Vec<ChatItem> {
        let seen = self.last_of(openid);
        self.push(openid, Happening::Text(content.to_owned())).await;
        self.chat_of(openid, seen)
    }

    /// A person clicks a menu button.
    pub async fn click(&self, openid: &str, key: &str) -> Vec<ChatItem> {
        let seen = self.last_of(openid);
        self.push(openid, Happening::Click(key.to_owned())).await;
        self.chat_of(openid, seen)
    }

    /// A person's chat after `seq`.
    pub fn chat_of(&self, openid: &str, seq: u64) -> Vec<ChatItem> {
        self.world
            .state()
            .chats
            .get(openid)
            .map(|log| log.after(seq))
            .unwrap_or_default()
    }

    /// The number of the last item in a person's chat.
    pub fn last_of(&self, openid: &str) -> u64 {
        self.world
            .state()
            .chats
            .get(openid)
            .map_or(0, crate::world::Log::last)
    }

    /// Whether the person follows the account.
    pub fn follows(&self, openid: &str) -> bool {
        self.world.state().follows(openid)
    }

    pub(crate) fn begin_follow(&self, openid: &str, scene: Option<Scene>) -> Option<Happening> {
        let now = self.seconds();
        let mut state = self.world.state();
        let person = state.persons.iter_mut().find(|person| person.openid == openid)?;
        if person.following {
            return scene.map(Happening::Scan);
        }
        person.following = true;
        let fan = state.fan(openid);
        fan.since = now;
        fan.came_by = if scene.is_some() {
            "ADD_SCENE_QR_CODE"
        } else {
            "ADD_SCENE_SEARCH"
        };
        fan.scene = scene.as_ref().map_or(0, |scene| scene.id);
        fan.scene_str = scene.as_ref().map(|scene| scene.text.clone()).unwrap_or_default();
        Some(Happening::Subscribe(scene))
    }

    fn begin_unfollow(&self, openid: &str) -> bool {
        let was = {
            let mut state = self.world.state();
            state.windows.remove(openid);
            state.fans.remove(openid);
            let person = state.persons.iter_mut().find(|person| person.openid == openid);
            person.is_some_and(|person| std::mem::take(&mut person.following))
        };
        if was {
            self.world.show(
                openid,
                Shown::Line {
                    text: "你已取消关注".to_owned(),
                    failed: false,
                },
            );
        }
        was
    }

    pub(crate) fn known(&self, openid: &str) -> Result<(), Refusal> {
        self.world
            .state()
            .person(openid)
            .map(|_| ())
            .ok_or(Refusal::Nobody)
    }

    pub(crate) fn following(&self, openid: &str) -> Result<(), Refusal> {
        self.known(openid)?;
        if self.follows(openid) {
            Ok(())
        } else {
            Err(Refusal::NotFollowing)
        }
    }

    pub(crate) fn push_later(&self, openid: String, happening: Happening) -> Json<Value> {
        let sandbox = self.clone();
        start(async move { sandbox.push(&openid, happening).await });
        Json(json!({"ok": true}))
    }
}

async fn persons(State(sandbox): State<Sandbox>) -> Json<Value> {
    let persons = sandbox.world.state().persons.clone();
    let config = &sandbox.world.config;
    Json(json!({"persons": persons, "account": {"name": config.name, "gh": config.gh}}))
}

#[derive(Default, Deserialize)]
struct Follow {
    scene: Option<String>,
}

async fn follow(
    State(sandbox): State<Sandbox>,
    Path(openid): Path<String>,
    body: Option<Json<Follow>>,
) -> Answer {
    sandbox.known(&openid)?;
    let Json(Follow { scene }) = body.unwrap_or_default();
    let scene = scene.filter(|scene| !scene.is_empty());
    match sandbox.begin_follow(&openid, scene.as_deref().map(Scene::printed)) {
        Some(happening) => Ok(sandbox.push_later(openid, happening)),
        None => Ok(Json(json!({"ok": true}))),
    }
}

async fn unfollow(State(sandbox): State<Sandbox>, Path(openid): Path<String>) -> Answer {
    sandbox.known(&openid)?;
    if sandbox.begin_unfollow(&openid) {
        return Ok(sandbox.push_later(openid, Happening::Unsubscribe));
    }
    Ok(Json(json!({"ok": true})))
}

#[derive(Deserialize)]
struct Typed {
    content: String,
}

async fn text(
    State(sandbox): State<Sandbox>,
    Path(openid): Path<String>,
    Json(typed): Json<Typed>,
) -> Answer {
    sandbox.following(&openid)?;
    let content = typed.content.trim().to_owned();
    if content.is_empty() || content.len() > MAX_TYPED {
        return Err(Refusal::BadText);
    }
    Ok(sandbox.push_later(openid, Happening::Text(content)))
}

#[derive(Deserialize)]
struct Clicked {
    key: String,
}

async fn click(
    State(sandbox): State<Sandbox>,
    Path(openid): Path<String>,
    Json(clicked): Json<Clicked>,
) -> Answer {
    sandbox.following(&openid)?;
    Ok(sandbox.push_later(openid, Happening::Click(clicked.key)))
}

/// Puts the phone into this browser's hand.
async fn open(State(sandbox): State<Sandbox>, Path(openid): Path<String>) -> Result<Response, Refusal> {
    sandbox.known(&openid)?;
    let cookie = format!("{COOKIE}={openid}; Path=/; SameSite=Lax; HttpOnly");
    Ok(([(header::SET_COOKIE, cookie)], Json(json!({"ok": true}))).into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Poll {
    after: u64,
    wait_ms: u64,
}

impl Sandbox {
    /// Waits until `look` finds something, at most so long.
    async fn wait_for<T>(&self, wait_ms: u64, look: impl Fn(&Self) -> (Vec<T>, u64)) -> (Vec<T>, u64) {
        let until = Instant::now() + Duration::from_millis(wait_ms.min(LONGEST_WAIT_MS));
        loop {
            let arrived = self.world.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            let (items, last) = look(self);
            if !items.is_empty() || timeout_at(until, arrived).await.is_err() {
                return (items, last);
            }
        }
    }
}

async fn chat(
    State(sandbox): State<Sandbox>,
    Path(openid): Path<String>,
    Query(poll): Query<Poll>,
) -> Answer {
    sandbox.known(&openid)?;
    let look = |s: &Sandbox| (s.chat_of(&openid, poll.after), s.last_of(&openid));
    let (items, last) = sandbox.wait_for(poll.wait_ms, look).await;
    Ok(Json(json!({"items": items, "last": last})))
}

async fn sms(State(sandbox): State<Sandbox>, Path(openid): Path<String>, Query(poll): Query<Poll>) -> Answer {
    sandbox.known(&openid)?;
    let phone = sandbox
        .world
        .state()
        .person(&openid)
        .map(|person| person.phone.clone())
        .unwrap_or_default();
    let look = |s: &Sandbox| {
        let items = s.sms_of(&phone, poll.after);
        let last = items.last().map_or(poll.after, |item| item.seq);
        (items, last)
    };
    let (items, last) = sandbox.wait_for(poll.wait_ms, look).await;
    Ok(Json(json!({"items": items, "last": last})))
}

async fn menu(State(sandbox): State<Sandbox>, Path(openid): Path<String>) -> Answer {
    sandbox.known(&openid)?;
    let buttons = sandbox.world.state().menu_of(&openid).to_vec();
    Ok(Json(json!({"buttons": buttons})))
}
