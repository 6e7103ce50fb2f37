//! Codes with a scene: made by the account, scanned by phones.

use serde_json::json;

use super::call::{Api, Call, On, Outcome, get, number_of, post, text_of};
use super::{Answer, picture};
use crate::Sandbox;
use crate::chance;

const LONGEST_S: i64 = 2_592_000;
const DEFAULT_S: i64 = 60;

pub(crate) const APIS: &[Api] = &[
    post(On::Official, "/cgi-bin/qrcode/create", 100_000, create),
    get(On::Open, "/cgi-bin/showqrcode", u32::MAX, show),
];

/// A code's scene, as the event names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scene {
    pub(crate) id: i64,
    pub(crate) text: String,
    pub(crate) ticket: String,
}

impl Scene {
    /// As it stands in `EventKey`.
    pub(crate) fn key(&self) -> String {
        if self.text.is_empty() {
            self.id.to_string()
        } else {
            self.text.clone()
        }
    }

    /// Of a code that nobody made here: a printed one.
    pub(crate) fn printed(text: &str) -> Self {
        Self {
            id: 0,
            text: text.to_owned(),
            ticket: "gQEg7zwAAAAAAAAA".to_owned(),
        }
    }
}

/// A code: its scene, and the second it ends.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    scene: Scene,
    until: Option<i64>,
}

impl Sandbox {
    /// The scene of a code that can still be scanned.
    pub(crate) fn scene_of(&self, ticket: &str) -> Option<Scene> {
        let now = self.seconds();
        let state = self.world.state();
        let code = state.qrs.get(ticket)?;
        code.until
            .is_none_or(|until| now < until)
            .then(|| code.scene.clone())
    }
}

fn create(call: &Call<'_>) -> Outcome {
    let scene = call.body.pointer("/action_info/scene");
    let text = text_of(scene.and_then(|scene| scene.get("scene_str")));
    let id = number_of(scene.and_then(|scene| scene.get("scene_id"))).unwrap_or(0);
    let by_text = (1..=64).contains(&text.len());
    let (good, temporary) = match call.text("action_name").as_str() {
        "QR_SCENE" => ((1..=i64::from(u32::MAX)).contains(&id), true),
        "QR_STR_SCENE" => (by_text, true),
        "QR_LIMIT_SCENE" => ((1..=100_000).contains(&id), false),
        "QR_LIMIT_STR_SCENE" => (by_text, false),
        _ => return Err(40052.into()),
    };
    let lives = call.number("expire_seconds").unwrap_or(DEFAULT_S);
    if !good || (temporary && !(1..=LONGEST_S).contains(&lives)) {
        return Err(40053.into());
    }
    let ticket = format!("gQ{}==", chance::hex::<40>());
    let until = temporary.then(|| call.now() + lives);
    let by_number = call.text("action_name").ends_with("T_SCENE") || call.text("action_name") == "QR_SCENE";
    let scene = Scene {
        id: if by_number { id } else { 0 },
        text: if by_number { String::new() } else { text },
        ticket: ticket.clone(),
    };
    call.sandbox
        .world
        .state()
        .qrs
        .insert(ticket.clone(), Code { scene, until });
    let url = format!("http://weixin.qq.com/q/02{}", chance::hex::<10>());
    let mut answer = json!({"ticket": ticket, "url": url});
    if let (true, Some(fields)) = (temporary, answer.as_object_mut()) {
        fields.insert("expire_seconds".to_owned(), json!(lives));
    }
    Ok(answer.into())
}

fn show(call: &Call<'_>) -> Outcome {
    if call.sandbox.scene_of(call.arg("ticket")).is_none() {
        return Err(super::Errcode::new(-1, "invalid ticket"));
    }
    Ok(Answer::File {
        kind: "image/png",
        name: "qrcode.png".to_owned(),
        bytes: picture(),
    })
}
