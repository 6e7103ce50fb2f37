//! The authorize page (微信网页授权). WeChat knows whose phone it is; here a cookie tells, and when it is missing a small page
//! asks. Codes are single-use and live five minutes.

use std::collections::HashMap;
use std::fmt::Write as _;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use crate::{Sandbox, chance};

/// Names the phone in this browser's hand.
pub(crate) const COOKIE: &str = "sandbox_phone";
const CODE_LIVES_MS: i64 = 300_000;

/// Codes given out.
#[derive(Debug, Default)]
pub(crate) struct Codes(HashMap<String, Code>);

#[derive(Debug)]
struct Code {
    openid: String,
    scope: String,
    until: i64,
    used: bool,
}

impl Codes {
    pub(super) fn give(&mut self, openid: &str, scope: &str, now: i64) -> String {
        let day = 86_400_000;
        self.0.retain(|_, code| code.until + day > now);
        let code = format!("0{}", chance::hex::<15>());
        self.0.insert(
            code.clone(),
            Code {
                openid: openid.to_owned(),
                scope: scope.to_owned(),
                until: now + CODE_LIVES_MS,
                used: false,
            },
        );
        code
    }

    /// Openid and scope, or an errcode: 40029 invalid, 40163 used, 42003 expired.
    pub(super) fn redeem(&mut self, code: &str, now: i64) -> Result<(String, String), i64> {
        let code = self.0.get_mut(code).ok_or(40029)?;
        if std::mem::replace(&mut code.used, true) {
            return Err(40163);
        }
        if now >= code.until {
            return Err(42003);
        }
        Ok((code.openid.clone(), code.scope.clone()))
    }
}

#[derive(Deserialize)]
pub(crate) struct Ask {
    #[serde(default)]
    appid: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    response_type: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    state: String,
    /// Our own addition: the person chosen on the page below.
    sandbox_person: Option<String>,
}

pub(crate) async fn authorize(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Response {
    let target = match target(&sandbox, &ask) {
        Ok(target) => target,
        Err(words) => return page(StatusCode::BAD_REQUEST, words, ""),
    };
    let chosen = ask.sandbox_person.as_deref();
    let held = cookie(&headers);
    let Some(openid) = chosen
        .or(held.as_deref())
        .filter(|openid| known(&sandbox, openid))
    else {
        return choose(&sandbox, &ask);
    };
    let code = sandbox
        .world
        .state()
        .codes
        .give(openid, &ask.scope, sandbox.world.now());
    let mut target = target;
    target
        .query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &ask.state);
    let cookie = format!("{COOKIE}={openid}; Path=/; SameSite=Lax; HttpOnly");
    (
        StatusCode::FOUND,
        [
            (header::LOCATION, target.to_string()),
            (header::SET_COOKIE, cookie),
        ],
    )
        .into_response()
}

/// Where to send the browser back, if WeChat would.
fn target(sandbox: &Sandbox, ask: &Ask) -> Result<reqwest::Url, &'static str> {
    let config = &sandbox.world.config;
    if ask.appid != config.appid {
        return Err("AppID 参数错误（10013）");
    }
    if ask.response_type != "code" || !matches!(ask.scope.as_str(), "snsapi_base" | "snsapi_userinfo") {
        return Err("scope 参数错误或没有 scope 权限（10005）");
    }
    let target = reqwest::Url::parse(&ask.redirect_uri).map_err(|_| "redirect_uri 参数错误（10003）")?;
    let registered = reqwest::Url::parse(&config.callback_url).map_err(|_| "回调域名未配置（10003）")?;
    let local = |url: &reqwest::Url| {
        url.host_str()
            .is_some_and(|h| matches!(h, "localhost" | "127.0.0.1" | "[::1]"))
    };
    let same = target.host_str() == registered.host_str() || (local(&target) && local(&registered));
    if same && matches!(target.scheme(), "http" | "https") {
        Ok(target)
    } else {
        Err("redirect_uri 域名与后台配置不一致（10003）")
    }
}

fn known(sandbox: &Sandbox, openid: &str) -> bool {
    sandbox.world.state().person(openid).is_some()
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = all
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value.to_owned())
}

fn choose(sandbox: &Sandbox, ask: &Ask) -> Response {
    let mut list = String::from("<p>这个浏览器还没有拿起手机。请选择由谁来操作：</p><ul>");
    for person in sandbox.world.state().persons.clone() {
        let Ok(mut url) = reqwest::Url::parse("http://x/") else {
            break;
        };
        url.query_pairs_mut()
            .append_pair("appid", &ask.appid)
            .append_pair("redirect_uri", &ask.redirect_uri)
            .append_pair("response_type", &ask.response_type)
            .append_pair("scope", &ask.scope)
            .append_pair("state", &ask.state)
            .append_pair("sandbox_person", &person.openid);
        let query = escape(url.query().unwrap_or_default());
        let name = escape(&person.nickname);
        // Writing to a String cannot fail.
        write!(list, "<li><a href=\"?{query}\">{name}</a></li>").unwrap_or_default();
    }
    list.push_str("</ul>");
    page(StatusCode::OK, "谁拿着手机？", &list)
}

fn page(status: StatusCode, title: &str, inner: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title>\
         <style>body{{font:1.125rem/1.6 system-ui,sans-serif;max-width:32rem;margin:0 auto;padding:1.5rem;color:#1a1a1a;background:#fff}}\
         h1{{font-size:1.375rem}}ul{{list-style:none;padding:0}}a{{display:block;padding:.75rem 1rem;margin:.5rem 0;border:1px solid #767676;\
         border-radius:.5rem;color:#0b5c3b;text-decoration:none}}a:focus-visible{{outline:3px solid #0b5c3b;outline-offset:2px}}</style>\
         </head><body><main><h1>{title}</h1>{inner}</main></body></html>"
    );
    let strict = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'";
    (status, [(header::CONTENT_SECURITY_POLICY, strict)], Html(html)).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
