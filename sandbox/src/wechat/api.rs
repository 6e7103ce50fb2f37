//! The platform's API: HTTP 200 and an errcode for everything, as the real one answers.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Sandbox, chance};

/// The query parameters of all calls.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    access_token: Option<String>,
    openid: String,
    appid: String,
    secret: String,
    code: String,
    grant_type: String,
}

/// A refusal: errcode and words.
struct Errcode(i64, String);

impl From<i64> for Errcode {
    fn from(code: i64) -> Self {
        let words = match code {
            -1 => "system error",
            40001 => "invalid credential, access_token is invalid or not latest",
            40003 => "invalid openid",
            40013 => "invalid appid",
            40029 => "invalid code",
            40125 => "invalid appsecret",
            40163 => "code been used",
            41001 => "access_token missing",
            42001 => "access_token expired",
            42003 => "code expired",
            43004 => "require subscribe",
            45009 => "reach max api daily quota limit",
            45011 => "api minute-quota reach limit mustslower",
            45015 => "response out of time limit or subscription is canceled",
            45047 => "out of response count limit",
            47001 => "data format error",
            48001 => "api unauthorized",
            _ => "refused",
        };
        Self(code, words.to_owned())
    }
}

impl IntoResponse for Errcode {
    fn into_response(self) -> Response {
        let rid = chance::hex::<12>();
        Json(json!({"errcode": self.0, "errmsg": format!("{} rid: {rid}", self.1)})).into_response()
    }
}

impl Sandbox {
    /// Runs a call under the switched faults.
    async fn under_faults(&self, call: impl FnOnce(&Self) -> Result<Value, Errcode>) -> Response {
        let faults = self.faults().wechat;
        if faults.delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(faults.delay_ms.into())).await;
        }
        if faults.down {
            return Errcode::from(-1).into_response();
        }
        let outcome = call(self);
        if faults.lose_answers {
            return StatusCode::GATEWAY_TIMEOUT.into_response();
        }
        match outcome {
            Ok(value) => Json(value).into_response(),
            Err(errcode) => errcode.into_response(),
        }
    }

    /// Seconds.
    fn seconds(&self) -> i64 {
        (self.world.clock())() / 1_000
    }

    fn with_token(&self, params: &Params) -> Result<(), Errcode> {
        Ok(self
            .world
            .state()
            .tokens
            .check(params.access_token.as_deref(), self.seconds())?)
    }

    fn credentials(&self, appid: &str, secret: &str) -> Result<(), Errcode> {
        let config = &self.world.config;
        if appid != config.appid {
            return Err(40013.into());
        }
        if secret != config.secret {
            return Err(40125.into());
        }
        Ok(())
    }

    /// How many access tokens the platform has issued.
    pub fn tokens_issued(&self) -> u32 {
        self.world.state().tokens.issued()
    }
}

/// The body as JSON; WeChat refuses `\u` escapes.
fn json_of(body: &[u8]) -> Result<Value, Errcode> {
    if body.windows(2).any(|pair| pair == b"\\u") {
        return Err(Errcode(40033, "invalid charset".to_owned()));
    }
    serde_json::from_slice(body).map_err(|_| 47001.into())
}

fn ok() -> Value {
    json!({"errcode": 0, "errmsg": "ok"})
}

pub(crate) async fn stable_token(State(sandbox): State<Sandbox>, body: Bytes) -> Response {
    let call = |s: &Sandbox| {
        let ask = json_of(&body)?;
        let part = |name: &str| ask.get(name).and_then(Value::as_str).unwrap_or_default();
        if part("grant_type") != "client_credential" {
            return Err(Errcode(40002, "invalid grant_type".to_owned()));
        }
        s.credentials(part("appid"), part("secret"))?;
        let force = ask.get("force_refresh").and_then(Value::as_bool).unwrap_or(false);
        let now = s.seconds();
        let (token, expires_in) = s.world.state().tokens.grant(now, force)?;
        Ok(json!({"access_token": token, "expires_in": expires_in}))
    };
    sandbox.under_faults(call).await
}

pub(crate) async fn custom_send(
    State(sandbox): State<Sandbox>,
    Query(params): Query<Params>,
    body: Bytes,
) -> Response {
    let call = |s: &Sandbox| {
        s.with_token(&params)?;
        s.take_custom(&json_of(&body)?)?;
        Ok(ok())
    };
    sandbox.under_faults(call).await
}

pub(crate) async fn template_send(
    State(sandbox): State<Sandbox>,
    Query(params): Query<Params>,
    body: Bytes,
) -> Response {
    let call = |s: &Sandbox| {
        s.with_token(&params)?;
        let id = s
            .take_template(&json_of(&body)?)
            .map_err(|(code, words)| Errcode(code, words))?;
        Ok(json!({"errcode": 0, "errmsg": "ok", "msgid": id}))
    };
    sandbox.under_faults(call).await
}

pub(crate) async fn user_info(State(sandbox): State<Sandbox>, Query(params): Query<Params>) -> Response {
    let call = |s: &Sandbox| {
        s.with_token(&params)?;
        let state = s.world.state();
        let person = state.person(&params.openid).ok_or(40003)?;
        if !person.following {
            return Ok(json!({"subscribe": 0, "openid": person.openid}));
        }
        Ok(json!({
            "subscribe": 1, "openid": person.openid, "language": "zh_CN", "subscribe_time": s.seconds(),
            "remark": "", "groupid": 0, "tagid_list": [], "subscribe_scene": "ADD_SCENE_SEARCH",
            "qr_scene": 0, "qr_scene_str": "",
        }))
    };
    sandbox.under_faults(call).await
}

pub(crate) async fn menu_create(
    State(sandbox): State<Sandbox>,
    Query(params): Query<Params>,
    body: Bytes,
) -> Response {
    let call = |s: &Sandbox| {
        s.with_token(&params)?;
        let menu = json_of(&body)?;
        let buttons = menu
            .get("button")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        if !(1..=3).contains(&buttons.len()) {
            return Err(Errcode(40017, "invalid button size".to_owned()));
        }
        s.world.state().menu = buttons;
        Ok(ok())
    };
    sandbox.under_faults(call).await
}

pub(crate) async fn menu_get(State(sandbox): State<Sandbox>, Query(params): Query<Params>) -> Response {
    let call = |s: &Sandbox| {
        s.with_token(&params)?;
        let buttons = s.world.state().menu.clone();
        Ok(json!({"menu": {"button": buttons}}))
    };
    sandbox.under_faults(call).await
}

pub(crate) async fn oauth_access_token(
    State(sandbox): State<Sandbox>,
    Query(params): Query<Params>,
) -> Response {
    let call = |s: &Sandbox| {
        if params.grant_type != "authorization_code" {
            return Err(Errcode(40002, "invalid grant_type".to_owned()));
        }
        s.credentials(&params.appid, &params.secret)?;
        let now = s.world.now();
        let openid = s.world.state().codes.redeem(&params.code, now)?;
        let mut answer = json!({
            "access_token": chance::hex::<32>(), "expires_in": 7200, "refresh_token": chance::hex::<32>(),
            "openid": openid, "scope": "snsapi_base",
        });
        if s.faults().wechat.snapshot
            && let Some(fields) = answer.as_object_mut()
        {
            // A snapshot page's user is virtual: another openid, shared by many.
            fields.insert("openid".to_owned(), json!("oSnapshot0000000000000000000"));
            fields.insert("is_snapshotuser".to_owned(), json!(1));
        }
        Ok(answer)
    };
    sandbox.under_faults(call).await
}

pub(crate) async fn unknown() -> Response {
    Errcode::from(48001).into_response()
}
