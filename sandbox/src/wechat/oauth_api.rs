//! What a page learns with its code: openid, and with the person's leave a name. These tokens are the person's and
//! have nothing to do with the account's.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::call::{Api, Call, On, Outcome, Which, get, ok};
use super::errcode::Errcode;
use super::user::union_of;
use crate::chance;

const LIVES_S: i64 = 7_200;
const REFRESH_LIVES_S: i64 = 30 * 86_400;

pub(crate) const APIS: &[Api] = &[
    Api {
        per_minute: Some(50_000),
        ..get(On::Open, "/sns/oauth2/access_token", u32::MAX, exchange)
    },
    get(On::Open, "/sns/oauth2/refresh_token", u32::MAX, refresh),
    get(On::Open, "/sns/userinfo", u32::MAX, person),
    get(On::Open, "/sns/auth", u32::MAX, check),
];

/// Tokens given to pages.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    access: HashMap<String, Grant>,
    refresh: HashMap<String, Grant>,
}

#[derive(Debug, Clone)]
struct Grant {
    openid: String,
    scope: String,
    until: i64,
}

impl Grants {
    fn give(&mut self, openid: &str, scope: &str, refresh: Option<&str>, now: i64) -> Value {
        let grant = |lives: i64| Grant {
            openid: openid.to_owned(),
            scope: scope.to_owned(),
            until: now + lives,
        };
        let access = chance::hex::<40>();
        self.access.insert(access.clone(), grant(LIVES_S));
        let refresh = refresh.map_or_else(chance::hex::<40>, str::to_owned);
        self.refresh
            .entry(refresh.clone())
            .or_insert_with(|| grant(REFRESH_LIVES_S));
        json!({
            "access_token": access, "expires_in": LIVES_S, "refresh_token": refresh, "openid": openid,
            "scope": scope,
        })
    }

    fn living(&self, access: &str, openid: &str, now: i64) -> Result<&Grant, Errcode> {
        let grant = self.access.get(access).ok_or(Errcode::from(40001))?;
        if now >= grant.until {
            return Err(42001.into());
        }
        if grant.openid != openid {
            return Err(40003.into());
        }
        Ok(grant)
    }
}

fn exchange(call: &Call<'_>) -> Outcome {
    if call.arg("grant_type") != "authorization_code" {
        return Err(40002.into());
    }
    let who = call.sandbox.credentials(call.arg("appid"), call.arg("secret"))?;
    if who != Which::Official {
        return Err(48001.into());
    }
    let now = call.sandbox.world.now();
    let mut state = call.sandbox.world.state();
    if call.arg("code").is_empty() {
        return Err(Errcode::new(41008, "missing code"));
    }
    let (openid, scope) = state.codes.redeem(call.arg("code"), now)?;
    let snapshot = state.faults.wechat.snapshot;
    // A snapshot page's user is virtual: another openid, shared by many.
    let openid = if snapshot {
        "oSnapshot0000000000000000000".to_owned()
    } else {
        openid
    };
    let mut answer = state.grants.give(&openid, &scope, None, call.now());
    if let Some(fields) = answer.as_object_mut() {
        if snapshot {
            fields.insert("is_snapshotuser".to_owned(), json!(1));
        }
        if scope == "snsapi_userinfo" {
            fields.insert("unionid".to_owned(), json!(union_of(&openid)));
        }
    }
    Ok(answer.into())
}

fn refresh(call: &Call<'_>) -> Outcome {
    if call.arg("grant_type") != "refresh_token" {
        return Err(40002.into());
    }
    if call.arg("appid") != call.sandbox.world.config.appid {
        return Err(40013.into());
    }
    let asked = call.arg("refresh_token");
    let mut state = call.sandbox.world.state();
    let grant = state.grants.refresh.get(asked).cloned();
    let grant = grant.ok_or(Errcode::from(40030))?;
    if call.now() >= grant.until {
        return Err(42002.into());
    }
    let answer = state
        .grants
        .give(&grant.openid, &grant.scope, Some(asked), call.now());
    Ok(answer.into())
}

fn person(call: &Call<'_>) -> Outcome {
    let openid = call.arg("openid");
    let state = call.sandbox.world.state();
    let grant = state
        .grants
        .living(call.arg("access_token"), openid, call.now())?;
    if grant.scope != "snsapi_userinfo" {
        return Err(48001.into());
    }
    let nickname = state
        .person(openid)
        .map_or("微信用户", |person| person.nickname.as_str());
    Ok(json!({
        "openid": openid, "nickname": nickname, "sex": 0, "language": "", "city": "", "province": "",
        "country": "", "headimgurl": "", "privilege": [], "unionid": union_of(openid),
    })
    .into())
}

fn check(call: &Call<'_>) -> Outcome {
    let state = call.sandbox.world.state();
    state
        .grants
        .living(call.arg("access_token"), call.arg("openid"), call.now())?;
    ok()
}
