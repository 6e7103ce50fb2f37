//! One call as the platform sees it, and what every call goes through: faults, method, token, rights, body, quota.
//! HTTP 200 and an errcode for everything, as the real one answers.

use std::collections::HashMap;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::errcode::Errcode;
use super::{multipart, table};
use crate::{Sandbox, chance};

/// WeChat takes videos of ten megabytes and nothing larger.
const MOST: usize = 12 << 20;

/// Which of the two accounts a token belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Which {
    Official,
    Mini,
}

/// Who may make a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// The Official Account, with its token.
    Official,
    /// The mini program, with its token.
    Mini,
    /// Either, with its token.
    Both,
    /// Without a token: the call names its account itself.
    Open,
}

/// What a call gives.
pub(crate) enum Answer {
    Json(Value),
    File {
        kind: &'static str,
        name: String,
        bytes: Vec<u8>,
    },
}

impl From<Value> for Answer {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

pub(crate) type Outcome = Result<Answer, Errcode>;

/// One API: its path, who may call it, how often a day, how often a minute.
pub(crate) struct Api {
    pub(crate) path: &'static str,
    pub(crate) post: bool,
    pub(crate) on: On,
    pub(crate) daily: u32,
    pub(crate) per_minute: Option<u32>,
    pub(crate) run: fn(&Call<'_>) -> Outcome,
}

/// An API that is asked by GET; POST is taken too, as WeChat does.
pub(crate) const fn get(on: On, path: &'static str, daily: u32, run: fn(&Call<'_>) -> Outcome) -> Api {
    Api {
        path,
        post: false,
        on,
        daily,
        per_minute: None,
        run,
    }
}

/// An API that must be asked by POST.
pub(crate) const fn post(on: On, path: &'static str, daily: u32, run: fn(&Call<'_>) -> Outcome) -> Api {
    Api {
        post: true,
        ..get(on, path, daily, run)
    }
}

/// One call.
pub(crate) struct Call<'a> {
    pub(crate) sandbox: &'a Sandbox,
    /// Whose token it carries; the Official Account for calls without one.
    pub(crate) who: Which,
    query: &'a HashMap<String, String>,
    /// Null unless the call has a JSON body.
    pub(crate) body: &'a Value,
    parts: &'a [multipart::Part],
}

impl<'a> Call<'a> {
    /// A query parameter.
    pub(crate) fn arg(&self, name: &str) -> &'a str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// A text of the body; a number counts as its digits, because callers send ids both ways.
    pub(crate) fn text(&self, name: &str) -> String {
        text_of(self.body.get(name))
    }

    /// A whole number of the body.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        number_of(self.body.get(name))
    }

    /// A list of the body.
    pub(crate) fn list(&self, name: &str) -> &'a [Value] {
        self.body
            .get(name)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.list(name).iter().map(|item| text_of(Some(item))).collect()
    }

    /// A part of a form.
    pub(crate) fn part(&self, name: &str) -> Option<&'a multipart::Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// Seconds.
    pub(crate) fn now(&self) -> i64 {
        self.sandbox.seconds()
    }
}

/// A text, or the digits of a number.
pub(crate) fn text_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A number, or a text of digits.
pub(crate) fn number_of(value: Option<&Value>) -> Option<i64> {
    match value {
        Some(Value::String(text)) => text.parse().ok(),
        Some(value) => value.as_i64(),
        None => None,
    }
}

/// The answer of calls that have none.
pub(crate) fn ok() -> Outcome {
    Ok(json!({"errcode": 0, "errmsg": "ok"}).into())
}

/// All calls.
pub(crate) async fn dispatch(State(sandbox): State<Sandbox>, request: Request) -> Response {
    let faults = sandbox.faults().wechat;
    if faults.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(faults.delay_ms.into())).await;
    }
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let kind = head
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let outcome = match to_bytes_of(body).await {
        Ok(_) if faults.down => Err((-1).into()),
        Ok(body) => sandbox.judge(&head.method, &head.uri, kind, &body),
        Err(()) => Err(45001.into()),
    };
    if faults.lose_answers {
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    match outcome {
        Ok(Answer::Json(value)) => Json(value).into_response(),
        Ok(Answer::File { kind, name, bytes }) => {
            let disposition = format!("attachment; filename=\"{name}\"");
            let headers = [
                (header::CONTENT_TYPE, kind.to_owned()),
                (header::CONTENT_DISPOSITION, disposition),
            ];
            (headers, bytes).into_response()
        }
        Err(errcode) => sandbox.refusal(&path, errcode).into_response(),
    }
}

async fn to_bytes_of(body: Body) -> Result<axum::body::Bytes, ()> {
    to_bytes(body, MOST).await.map_err(|_| ())
}

impl Sandbox {
    /// What every call goes through before its own rules.
    fn judge(&self, method: &Method, uri: &Uri, kind: &str, bytes: &[u8]) -> Outcome {
        let api = table::find(uri.path()).ok_or(Errcode::from(48001))?;
        self.world.state().calls.note(api.path);
        if api.post && method != Method::POST {
            return Err(43002.into());
        }
        let Query(query) = Query::<HashMap<String, String>>::try_from_uri(uri)
            .map_err(|_| Errcode::new(47001, "query format error"))?;
        let token = query.get("access_token").map(String::as_str);
        let who = match api.on {
            On::Open => Which::Official,
            on => {
                let who = self.world.state().whose(token, self.seconds())?;
                let right = matches!(
                    (on, who),
                    (On::Both, _) | (On::Official, Which::Official) | (On::Mini, Which::Mini)
                );
                if !right {
                    return Err(48001.into());
                }
                who
            }
        };
        let (body, parts) = read(api, kind, bytes)?;
        self.world.state().quotas.take(who, api, self.seconds())?;
        let call = Call {
            sandbox: self,
            who,
            query: &query,
            body: &body,
            parts: &parts,
        };
        (api.run)(&call)
    }

    /// A refusal as it is written; the platform remembers it under its rid.
    fn refusal(&self, path: &str, errcode: Errcode) -> Json<Value> {
        let rid = format!(
            "{}-{}-{}",
            chance::hex::<4>(),
            chance::hex::<4>(),
            chance::hex::<4>()
        );
        self.world
            .state()
            .calls
            .refused(&rid, path, errcode.code, self.seconds());
        let mut body = json!({"errcode": errcode.code, "errmsg": format!("{} rid: {rid}", errcode.words)});
        if let (Some(fields), Some((name, value))) = (body.as_object_mut(), errcode.beside) {
            fields.insert(name.to_owned(), value);
        }
        Json(body)
    }

    /// Seconds.
    pub(crate) fn seconds(&self) -> i64 {
        self.world.now() / 1_000
    }
}

/// The body: JSON, or the parts of a form.
fn read(api: &Api, kind: &str, bytes: &[u8]) -> Result<(Value, Vec<multipart::Part>), Errcode> {
    if !api.post {
        return Ok((Value::Null, Vec::new()));
    }
    if bytes.is_empty() {
        return Err(44002.into());
    }
    if let Some(boundary) = multipart::boundary(kind) {
        return Ok((Value::Null, multipart::parts(bytes, &boundary)));
    }
    if has_escape(bytes) {
        return Err(40033.into());
    }
    let body: Value = serde_json::from_slice(bytes).map_err(|_| Errcode::from(47001))?;
    if body.is_object() {
        Ok((body, Vec::new()))
    } else {
        Err(47001.into())
    }
}

/// WeChat refuses `\uXXXX`; a backslash before the `\` makes it a text about an escape, and no escape.
fn has_escape(bytes: &[u8]) -> bool {
    let mut escaped = false;
    for byte in bytes {
        if escaped && *byte == b'u' {
            return true;
        }
        escaped = *byte == b'\\' && !escaped;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_is_seen_and_a_text_about_one_is_none() {
        assert!(has_escape(br#"{"a":"\u4f59"}"#));
        assert!(!has_escape(br#"{"a":"C:\\users"}"#));
        assert!(has_escape(br#"{"a":"\\\u4f59"}"#));
        assert!(!has_escape(br#"{"a":"\n"}"#));
    }

    #[test]
    fn ids_are_read_as_text_and_as_number() {
        let body = json!({"a": "12", "b": 12, "c": true});
        assert_eq!(text_of(body.get("b")), "12");
        assert_eq!(number_of(body.get("a")), Some(12));
        assert_eq!(
            (text_of(body.get("c")).as_str(), number_of(body.get("c"))),
            ("", None)
        );
    }
}
