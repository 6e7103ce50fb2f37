//! The rarer things that a person does with the phone: scan a code, answer a question, agree to messages, open the
//! mini program.

use axum::extract::{Path, State};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::Sandbox;
use crate::phone::{Answer, Refusal};
use crate::shown::Shown;
use crate::wechat::{Happening, start};
use crate::world::ChatItem;

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/{openid}/scan", post(scan))
        .route("/{openid}/pick", post(pick))
        .route("/{openid}/view", post(view))
        .route("/{openid}/event", post(event))
        .route("/{openid}/consent", post(consent))
        .route("/{openid}/withdraw", post(withdraw))
        .route("/{openid}/mini/login", post(login))
        .route("/{openid}/mini/phone-code", post(phone_code))
}

impl Sandbox {
    /// A person scans a code of the account by its ticket; false when it has expired.
    pub async fn scan(&self, openid: &str, ticket: &str) -> bool {
        let Some(scene) = self.scene_of(ticket) else {
            self.world.show(
                openid,
                Shown::Line {
                    text: "二维码已过期".to_owned(),
                    failed: true,
                },
            );
            return false;
        };
        if let Some(happening) = self.begin_follow(openid, Some(scene)) {
            self.push(openid, happening).await;
        }
        true
    }

    /// A person taps an answer of a question that the account asked.
    pub async fn pick(&self, openid: &str, words: &str, id: &str) -> Vec<ChatItem> {
        let seen = self.last_of(openid);
        let picked = Happening::Picked {
            words: words.to_owned(),
            id: id.to_owned(),
        };
        self.push(openid, picked).await;
        self.chat_of(openid, seen)
    }

    /// Any event that has no act of its own here.
    pub async fn event(&self, openid: &str, event: &str, fields: &[(&str, &str)]) {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let event = event.to_owned();
        self.push(openid, Happening::Other { event, fields }).await;
    }
}

#[derive(Deserialize)]
struct Scanned {
    ticket: String,
}

async fn scan(
    State(sandbox): State<Sandbox>,
    Path(openid): Path<String>,
    Json(scanned): Json<Scanned>,
) -> Answer {
    sandbox.known(&openid)?;
    Ok(Json(json!({"ok": sandbox.scan(&openid, &scanned.ticket).await})))
}

#[derive(Deserialize)]
struct Picked {
    content: String,
    id: String,
}

async fn pick(
    State(sandbox): State<Sandbox>,
    Path(openid): Path<String>,
    Json(picked): Json<Picked>,
) -> Answer {
    sandbox.following(&openid)?;
    let happening = Happening::Picked {
        words: picked.content,
        id: picked.id,
    };
    Ok(sandbox.push_later(openid, happening))
}

#[derive(Deserialize)]
struct Viewed {
    url: String,
}

async fn view(
    State(sandbox): State<Sandbox>,
    Path(openid): Path<String>,
    Json(viewed): Json<Viewed>,
) -> Answer {
    sandbox.following(&openid)?;
    Ok(sandbox.push_later(openid, Happening::View(viewed.url)))
}

#[derive(Deserialize)]
struct Event {
    event: String,
    #[serde(default)]
    fields: Vec<(String, String)>,
}

async fn event(
    State(sandbox): State<Sandbox>,
    Path(openid): Path<String>,
    Json(event): Json<Event>,
) -> Answer {
    let Event { event, fields } = event;
    Ok(sandbox.push_later(openid, Happening::Other { event, fields }))
}

#[derive(Deserialize)]
struct Asked {
    /// Template ids and answers.
    answers: Vec<(String, bool)>,
}

/// `openid` may be the mini program's; the bank is told before this answers.
async fn consent(
    State(sandbox): State<Sandbox>,
    Path(openid): Path<String>,
    Json(asked): Json<Asked>,
) -> Answer {
    let answers: Vec<_> = asked
        .answers
        .iter()
        .map(|(template, accept)| (template.as_str(), *accept))
        .collect();
    if sandbox.consent(&openid, &answers).await {
        Ok(Json(json!({"ok": true})))
    } else {
        Err(Refusal::BadRequest)
    }
}

#[derive(Deserialize)]
struct Withdrawn {
    template: String,
}

async fn withdraw(
    State(sandbox): State<Sandbox>,
    Path(openid): Path<String>,
    Json(withdrawn): Json<Withdrawn>,
) -> Answer {
    let known = sandbox.note_withdrawal(&openid, &withdrawn.template);
    let Some(happening) = known else {
        return Err(Refusal::BadRequest);
    };
    start(async move { sandbox.push(&openid, happening).await });
    Ok(Json(json!({"ok": true})))
}

async fn login(State(sandbox): State<Sandbox>, Path(openid): Path<String>) -> Answer {
    let code = sandbox.mini_login(&openid).ok_or(Refusal::Nobody)?;
    Ok(Json(json!({"code": code})))
}

async fn phone_code(State(sandbox): State<Sandbox>, Path(openid): Path<String>) -> Answer {
    let code = sandbox.mini_phone_code(&openid).ok_or(Refusal::Nobody)?;
    Ok(Json(json!({"code": code})))
}
