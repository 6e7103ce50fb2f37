//! One call of the API: faults, token, table, quota; HTTP 200 and an errcode for everything.

use std::collections::HashMap;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Query, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::corp::Corp;
use super::{WeCom, broadcast, contact, greet, group, handover, kf, kf_admin, moment, staff, tag, way};
use crate::chance;
use crate::wechat::multipart;

/// Files of twenty megabytes and nothing larger.
const MOST: usize = 21 << 20;
/// Calls of one corporation to one API in one minute.
const PER_MINUTE: u64 = 10_000;
const TOKEN_LIVES_S: i64 = 7_200;

/// A refusal: errcode and words.
pub(super) struct Errcode(pub(super) i64, pub(super) &'static str);

pub(super) type Outcome = Result<Value, Errcode>;

/// One API.
pub(super) struct Api {
    pub(super) path: &'static str,
    pub(super) run: fn(&mut Corp, &Call<'_>) -> Outcome,
}

pub(super) const fn api(path: &'static str, run: fn(&mut Corp, &Call<'_>) -> Outcome) -> Api {
    Api { path, run }
}

const ALL: [&[Api]; 11] = [
    contact::APIS,
    tag::APIS,
    way::APIS,
    greet::APIS,
    broadcast::APIS,
    moment::APIS,
    handover::APIS,
    group::APIS,
    staff::APIS,
    kf::APIS,
    kf_admin::APIS,
];

/// One call.
pub(super) struct Call<'a> {
    query: &'a HashMap<String, String>,
    pub(super) body: &'a Value,
    pub(super) file: Option<&'a multipart::Part>,
    /// Seconds.
    pub(super) now: i64,
    /// The app whose token it carries.
    pub(super) agent: i64,
}

impl<'a> Call<'a> {
    pub(super) fn arg(&self, name: &str) -> &'a str {
        self.query.get(name).map_or("", String::as_str)
    }

    pub(super) fn text(&self, name: &str) -> &'a str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn number(&self, name: &str) -> i64 {
        self.body.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    pub(super) fn list(&self, name: &str) -> &'a [Value] {
        let list = self.body.get(name).and_then(Value::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let texts = self.list(name).iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    /// A list of 1 to `most` texts, or 40058.
    pub(super) fn some_texts(&self, name: &str, most: usize) -> Result<Vec<String>, Errcode> {
        let texts = self.texts(name);
        if (1..=most).contains(&texts.len()) {
            Ok(texts)
        } else {
            Err(invalid())
        }
    }

    /// A page of a list: the rows, and where the next page starts (empty at the end).
    pub(super) fn page<T: Clone>(&self, rows: &[T], most: usize) -> (Vec<T>, String) {
        let start: usize = self.text("cursor").parse().unwrap_or(0);
        let asked = usize::try_from(self.number("limit")).unwrap_or(0);
        let size = if asked == 0 { most } else { asked.min(most) };
        let page: Vec<T> = rows.iter().skip(start).take(size).cloned().collect();
        let end = start + page.len();
        let next = if end < rows.len() {
            end.to_string()
        } else {
            String::new()
        };
        (page, next)
    }
}

/// 40058: a parameter is missing, empty or too large.
pub(super) const fn invalid() -> Errcode {
    Errcode(40058, "invalid Request Parameter")
}

/// The answer of calls that have none.
pub(super) fn ok() -> Outcome {
    Ok(json!({}))
}

/// Tokens by app.
#[derive(Default)]
pub(super) struct Tokens {
    living: HashMap<i64, (String, i64)>,
    dead: Vec<String>,
    pub(super) issued: u64,
}

impl Tokens {
    /// The living token of an app, or a new one.
    fn grant(&mut self, agent: i64, now: i64) -> (String, i64) {
        if let Some((token, until)) = self.living.get(&agent).filter(|(_, until)| now < *until) {
            return (token.clone(), until - now);
        }
        self.issued += 1;
        let token = format!("{agent}_{}", chance::hex::<64>());
        let old = self.living.insert(agent, (token.clone(), now + TOKEN_LIVES_S));
        self.dead.extend(old.map(|(token, _)| token));
        (token, TOKEN_LIVES_S)
    }

    fn whose(&self, token: &str, now: i64) -> Result<i64, Errcode> {
        if token.is_empty() {
            return Err(Errcode(41001, "access_token missing"));
        }
        let found = self.living.iter().find(|(_, (known, _))| known == token);
        match found {
            Some((agent, (_, until))) if now < *until => Ok(*agent),
            Some(_) => Err(Errcode(42001, "access_token expired")),
            None if self.dead.iter().any(|known| known == token) => {
                Err(Errcode(42001, "access_token expired"))
            }
            None => Err(Errcode(40014, "invalid access_token")),
        }
    }

    /// Ends the life of every token now.
    pub(super) fn expire(&mut self) {
        self.dead.extend(self.living.drain().map(|(_, (token, _))| token));
    }
}

pub(super) async fn dispatch(
    State(wecom): State<WeCom>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let path = head
        .uri
        .path()
        .strip_prefix("/wecom")
        .unwrap_or_default()
        .to_owned();
    let Ok(bytes) = to_bytes(body, MOST).await else {
        return refusal(&Errcode(45001, "media size out of limit")).into_response();
    };
    let kind = head
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let form = multipart::boundary(kind.unwrap_or_default());
    let parts = form
        .map(|boundary| multipart::parts(&bytes, &boundary))
        .unwrap_or_default();
    let read = if head.method == Method::POST && parts.is_empty() {
        read(&bytes)
    } else {
        Ok(Value::Null)
    };
    let faults = wecom.corp().faults;
    let outcome = match read {
        _ if faults.down => Err(Errcode(-1, "system busy")),
        Err(error) => Err(error),
        Ok(body) => wecom.judge(&path, &query, &body, parts.first()),
    };
    wecom.send_events();
    if faults.lose_answers {
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    match outcome {
        Ok(Value::Object(fields)) => Json(accepted(fields)).into_response(),
        Ok(other) => Json(other).into_response(),
        Err(error) => refusal(&error).into_response(),
    }
}

fn accepted(fields: Map<String, Value>) -> Value {
    let mut answer = json!({"errcode": 0, "errmsg": "ok"});
    if let Some(all) = answer.as_object_mut() {
        all.extend(fields);
    }
    leave_out_nulls(&mut answer);
    answer
}

/// WeCom leaves out what it does not have.
fn leave_out_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(leave_out_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_nulls),
        _ => {}
    }
}

fn refusal(Errcode(code, words): &Errcode) -> Json<Value> {
    let hint = chance::below(10_000_000_000);
    Json(json!({
        "errcode": code,
        "errmsg": format!("{words}, hint: [{hint}], from ip: 127.0.0.1, more info at \
                           https://open.work.weixin.qq.com/devtool/query?e={code}"),
    }))
}

/// Raw UTF-8 JSON objects only.
fn read(bytes: &[u8]) -> Result<Value, Errcode> {
    let body: Value = serde_json::from_slice(bytes).map_err(|_| Errcode(47001, "data format error"))?;
    if body.is_object() {
        Ok(body)
    } else {
        Err(Errcode(47001, "data format error"))
    }
}

impl WeCom {
    fn judge(
        &self,
        path: &str,
        query: &HashMap<String, String>,
        body: &Value,
        file: Option<&multipart::Part>,
    ) -> Outcome {
        let now = self.now();
        let mut corp = self.corp();
        *corp.calls.entry(path.to_owned()).or_default() += 1;
        let mut call = Call {
            query,
            body,
            file,
            now,
            agent: 0,
        };
        if path == "/cgi-bin/gettoken" {
            return token(&mut corp, &call);
        }
        call.agent = corp.tokens.whose(call.arg("access_token"), now)?;
        let found = ALL.iter().copied().flatten().find(|api| api.path == path);
        let api = found.ok_or(Errcode(48002, "api forbidden"))?;
        corp.count(path, now)?;
        (api.run)(&mut corp, &call)
    }
}

impl Corp {
    fn count(&mut self, path: &str, now: i64) -> Result<(), Errcode> {
        let minute = now.div_euclid(60);
        if self.minute.0 != minute {
            self.minute = (minute, HashMap::new());
        }
        let used = self.minute.1.entry(path.to_owned()).or_default();
        *used += 1;
        if *used > PER_MINUTE {
            return Err(Errcode(45009, "api freq out of limit"));
        }
        Ok(())
    }
}

fn token(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    if call.arg("corpid") != corp.corpid {
        return Err(Errcode(40013, "invalid corpid"));
    }
    let secret = call.arg("corpsecret");
    let app = corp.apps.iter().find(|(_, known)| known == secret);
    let agent = app
        .map(|(agent, _)| *agent)
        .ok_or(Errcode(40001, "invalid credential"))?;
    let (token, lives) = corp.tokens.grant(agent, call.now);
    Ok(json!({"access_token": token, "expires_in": lives}))
}
