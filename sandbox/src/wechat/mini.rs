//! The mini program beside the Official Account: login, phone number, content security, links, codes. It has its own
//! appid, secret, token and callback, and its own openids for the same persons.

use std::collections::HashMap;

use serde_json::{Value, json};
use weigui_wechat::{Account, AccountError};

use super::call::{Answer, Api, Call, On, Outcome, Which, get, post, text_of};
use super::errcode::Errcode;
use super::picture;
use super::push::Happening;
use super::user::union_of;
use crate::world::{Person, State};
use crate::{Sandbox, chance};

const CODE_LIVES_MS: i64 = 300_000;
/// A person can be judged by what they write only while they are here.
const ACTIVE_S: i64 = 7_200;
/// What the platform finds risky in this world.
const RISKY: [(&str, i64); 4] = [
    ("赌博", 20_008),
    ("代开发票", 20_003),
    ("刷单", 21_000),
    ("高利贷", 20_003),
];

pub(crate) const APIS: &[Api] = &[
    get(On::Open, "/sns/jscode2session", u32::MAX, session),
    post(On::Mini, "/wxa/business/getuserphonenumber", 1_000_000, phone),
    post(On::Both, "/wxa/msg_sec_check", 2_000_000, check_text),
    post(On::Mini, "/wxa/media_check_async", 200_000, check_media),
    post(On::Mini, "/wxa/getuserriskrank", 1_000_000, risk),
    post(On::Mini, "/wxa/generate_urllink", 500_000, url_link),
    post(On::Mini, "/wxa/generatescheme", 500_000, scheme),
    post(On::Mini, "/wxa/getwxacodeunlimit", 500_000, code_image),
];

/// How pushes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PushFormat {
    /// XML, as for every Official Account.
    #[default]
    Xml,
    /// JSON, which a mini program may choose.
    Json,
}

/// The settings of the mini program, as in the bank's configuration.
#[derive(Debug, Clone)]
pub struct MiniProgram {
    /// Appid.
    pub appid: String,
    /// App secret.
    pub secret: String,
    /// Where the bank listens.
    pub callback_url: String,
    /// Callback token.
    pub token: String,
    /// `EncodingAESKey`.
    pub aes_key: String,
    /// Original id, `gh_…`.
    pub gh: String,
    /// How pushes are written.
    pub format: PushFormat,
}

/// The mini program with its keys made ready.
#[derive(Debug)]
pub(crate) struct Mini {
    pub(crate) settings: MiniProgram,
    pub(crate) account: Account,
}

impl Mini {
    pub(crate) fn new(settings: MiniProgram) -> Result<Self, AccountError> {
        let account = Account::new(&settings.appid, &settings.token, &settings.aes_key, &settings.gh)?;
        Ok(Self { settings, account })
    }
}

/// The openid of the same person for the mini program.
pub fn mini_openid(openid: &str) -> String {
    format!("oM{}", openid.strip_prefix('o').unwrap_or(openid))
}

impl State {
    /// The person behind a mini program's openid.
    pub(crate) fn mini_person(&self, mini: &str) -> Option<&Person> {
        self.persons
            .iter()
            .find(|person| mini_openid(&person.openid) == mini)
    }
}

/// Codes for phone numbers, and who logged in how often in this minute.
#[derive(Debug, Default)]
pub(crate) struct MiniDesk {
    phone_codes: HashMap<String, (String, i64)>,
    logins: HashMap<String, (i64, u32)>,
}

impl Sandbox {
    /// `wx.login` on a person's phone: a code for the mini program's server.
    pub fn mini_login(&self, openid: &str) -> Option<String> {
        let now = self.world.now();
        let mut state = self.world.state();
        state.person(openid)?;
        state.fan(&mini_openid(openid)).active_at = now / 1_000;
        Some(state.js_codes.give(openid, "", now))
    }

    /// The person lets the mini program have the phone number: a code, good once, for five minutes.
    pub fn mini_phone_code(&self, openid: &str) -> Option<String> {
        let now = self.world.now();
        let mut state = self.world.state();
        state.person(openid)?;
        let code = chance::hex::<32>();
        let entry = (openid.to_owned(), now + CODE_LIVES_MS);
        state.mini_desk.phone_codes.insert(code.clone(), entry);
        Some(code)
    }
}

fn session(call: &Call<'_>) -> Outcome {
    if call.arg("grant_type") != "authorization_code" {
        return Err(40002.into());
    }
    let who = call.sandbox.credentials(call.arg("appid"), call.arg("secret"))?;
    if who != Which::Mini {
        return Err(48001.into());
    }
    let mut state = call.sandbox.world.state();
    let (openid, _) = state
        .js_codes
        .redeem(call.arg("js_code"), call.sandbox.world.now())?;
    let minute = call.now().div_euclid(60);
    let logins = state
        .mini_desk
        .logins
        .entry(openid.clone())
        .or_insert((minute, 0));
    if logins.0 != minute {
        *logins = (minute, 0);
    }
    logins.1 += 1;
    if logins.1 > 100 {
        return Err(45011.into());
    }
    // 24 bytes in base64 are what a session key looks like; 16 of them are used.
    let key = format!("{}==", chance::hex::<11>());
    Ok(json!({
        "openid": mini_openid(&openid), "session_key": key, "unionid": union_of(&openid),
    })
    .into())
}

fn phone(call: &Call<'_>) -> Outcome {
    let mut state = call.sandbox.world.state();
    let code = state.mini_desk.phone_codes.remove(&call.text("code"));
    let (openid, until) = code.ok_or(Errcode::from(40029))?;
    if call.sandbox.world.now() >= until {
        return Err(61010.into());
    }
    let phone = state
        .person(&openid)
        .map(|person| person.phone.clone())
        .unwrap_or_default();
    Ok(json!({
        "errcode": 0, "errmsg": "ok",
        "phone_info": {
            "phoneNumber": phone, "purePhoneNumber": phone, "countryCode": "86",
            "watermark": {"timestamp": call.now(), "appid": call.sandbox.appid_of(Which::Mini)},
        },
    })
    .into())
}

fn check_text(call: &Call<'_>) -> Outcome {
    let content = call.text("content");
    if content.is_empty() {
        return Err(44004.into());
    }
    if content.chars().count() > 2_500 {
        return Err(45002.into());
    }
    if call.number("version") != Some(2) || !(1..=4).contains(&call.number("scene").unwrap_or(0)) {
        return Err(Errcode::new(40097, "invalid args"));
    }
    let openid = call.text("openid");
    let mut state = call.sandbox.world.state();
    if state.person(&openid).is_none() && state.mini_person(&openid).is_none() {
        return Err(40003.into());
    }
    if call.now() - state.fan(&openid).active_at > ACTIVE_S {
        return Err(Errcode::new(61010, "user access record timeout"));
    }
    let whole = ["title", "nickname", "signature"]
        .iter()
        .fold(content, |all, name| all + &call.text(name));
    let hit = RISKY.iter().find(|(word, _)| whole.contains(word));
    let (suggest, label) = hit.map_or(("pass", 100), |(_, label)| ("risky", *label));
    let mut detail = vec![json!({
        "strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90,
    })];
    if let Some((word, label)) = hit {
        detail.push(json!({
            "strategy": "keyword", "errcode": 0, "suggest": "risky", "label": label, "level": 90, "keyword": word,
        }));
    }
    Ok(json!({
        "errcode": 0, "errmsg": "ok", "result": {"suggest": suggest, "label": label}, "detail": detail,
        "trace_id": trace_id(),
    })
    .into())
}

fn trace_id() -> String {
    format!(
        "{}-{}-{}",
        chance::hex::<4>(),
        chance::hex::<4>(),
        chance::hex::<4>()
    )
}

/// Answers at once with an id; the verdict comes as an event.
fn check_media(call: &Call<'_>) -> Outcome {
    let (url, openid) = (call.text("media_url"), call.text("openid"));
    if !matches!(call.number("media_type"), Some(1 | 2)) || url.is_empty() {
        return Err(Errcode::new(40097, "invalid args"));
    }
    if call.sandbox.world.state().mini_person(&openid).is_none() {
        return Err(40003.into());
    }
    let trace = trace_id();
    let happening = Happening::MediaChecked {
        trace_id: trace.clone(),
        risky: url.contains("risky"),
    };
    call.sandbox.push_soon(openid, happening);
    Ok(json!({"errcode": 0, "errmsg": "ok", "trace_id": trace}).into())
}

fn risk(call: &Call<'_>) -> Outcome {
    if call.text("appid") != call.sandbox.appid_of(Which::Mini) {
        return Err(40013.into());
    }
    let openid = call.text("openid");
    if call.sandbox.world.state().mini_person(&openid).is_none() {
        return Err(40003.into());
    }
    Ok(json!({"errcode": 0, "errmsg": "getuserriskrank succ", "risk_rank": 0, "unoin_id": 123_456}).into())
}

fn url_link(call: &Call<'_>) -> Outcome {
    if call.text("path").contains("://") {
        return Err(Errcode::new(40165, "invalid weapp pagepath"));
    }
    let link = format!("https://wxaurl.cn/{}", chance::hex::<6>());
    Ok(json!({"errcode": 0, "errmsg": "ok", "url_link": link}).into())
}

fn scheme(call: &Call<'_>) -> Outcome {
    let path = text_of(call.body.pointer("/jump_wxa/path"));
    if path.contains("://") {
        return Err(Errcode::new(40165, "invalid weapp pagepath"));
    }
    let link = format!("weixin://dl/business/?t={}", chance::hex::<6>());
    Ok(json!({"errcode": 0, "errmsg": "ok", "openlink": link}).into())
}

fn code_image(call: &Call<'_>) -> Outcome {
    if !(1..=32).contains(&call.text("scene").chars().count()) {
        return Err(40169.into());
    }
    if call.text("page").starts_with('/') {
        return Err(41030.into());
    }
    Ok(Answer::File {
        kind: "image/jpeg",
        name: "wxacode.jpg".to_owned(),
        bytes: picture(),
    })
}

impl Sandbox {
    /// Gives the world a mini program beside the Official Account; the first one stays.
    pub fn with_mini_program(self, settings: MiniProgram) -> Result<Self, AccountError> {
        let mini = Mini::new(settings)?;
        self.world.set_mini(mini);
        Ok(self)
    }
}

/// The verdict of a media check, as the event tells it.
pub(super) fn verdict(trace_id: &str, risky: bool) -> Value {
    let (suggest, label) = if risky { ("risky", 20_002) } else { ("pass", 100) };
    json!({
        "trace_id": trace_id, "version": 2, "errcode": 0, "errmsg": "ok",
        "result": {"suggest": suggest, "label": label},
        "detail": [{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}],
    })
}
