//! How often an account may call: per API and day (China time), and per minute. The account may set all counters
//! back ten times a month. Also what the platform remembers of calls, for support by rid.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::json;

use super::call::{Api, Call, On, Outcome, Which, ok, post};
use super::errcode::Errcode;
use super::{month, table};

/// China's day begins eight hours before UTC's.
const CHINA_OFFSET_S: i64 = 8 * 3_600;
const DAY_S: i64 = 86_400;
const CLEARS_PER_MONTH: u32 = 10;
/// Refusals remembered.
const KEEP: usize = 1_000;

pub(crate) const APIS: &[Api] = &[
    post(On::Both, "/cgi-bin/clear_quota", u32::MAX, clear),
    post(On::Open, "/cgi-bin/clear_quota/v2", u32::MAX, clear_by_secret),
    post(On::Both, "/cgi-bin/openapi/quota/get", u32::MAX, read),
    post(On::Both, "/cgi-bin/openapi/rid/get", u32::MAX, rid),
];

/// The day of a second in China, counted from 1970.
pub(crate) const fn day(now: i64) -> i64 {
    (now + CHINA_OFFSET_S).div_euclid(DAY_S)
}

#[derive(Debug, Default)]
pub(crate) struct Quotas {
    /// (day, used)
    days: HashMap<(Which, &'static str), (i64, u32)>,
    /// (minute, used)
    minutes: HashMap<(Which, &'static str), (i64, u32)>,
    /// (month, times)
    clears: HashMap<Which, (i64, u32)>,
}

impl Quotas {
    /// Counts a call, or refuses it.
    pub(crate) fn take(&mut self, who: Which, api: &Api, now: i64) -> Result<(), Errcode> {
        if let Some(most) = api.per_minute {
            let used = counter(&mut self.minutes, (who, api.path), now.div_euclid(60));
            if *used >= most {
                return Err(45011.into());
            }
            *used += 1;
        }
        let used = counter(&mut self.days, (who, api.path), day(now));
        if *used >= api.daily {
            return Err(45009.into());
        }
        *used = used.saturating_add(1);
        Ok(())
    }

    fn used(&self, who: Which, path: &'static str, now: i64) -> u32 {
        self.days
            .get(&(who, path))
            .filter(|(counted, _)| *counted == day(now))
            .map_or(0, |(_, used)| *used)
    }

    /// As if the account had made all its calls of today.
    pub(crate) fn spend(&mut self, who: Which, api: &Api, now: i64) {
        *counter(&mut self.days, (who, api.path), day(now)) = api.daily;
    }

    fn clear(&mut self, who: Which, now: i64) -> Result<(), Errcode> {
        let times = counter(&mut self.clears, who, month(now));
        if *times >= CLEARS_PER_MONTH {
            return Err(48006.into());
        }
        *times += 1;
        self.days.retain(|(owner, _), _| *owner != who);
        Ok(())
    }
}

/// The counter of this period; a new period begins with zero.
fn counter<K: std::hash::Hash + Eq>(map: &mut HashMap<K, (i64, u32)>, key: K, period: i64) -> &mut u32 {
    let (counted, used) = map.entry(key).or_insert((period, 0));
    if *counted != period {
        *counted = period;
        *used = 0;
    }
    used
}

/// What the platform remembers of calls.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    counts: BTreeMap<&'static str, u64>,
    /// rid, path, errcode, second.
    refusals: VecDeque<(String, String, i64, i64)>,
}

impl Calls {
    pub(crate) fn note(&mut self, path: &'static str) {
        *self.counts.entry(path).or_default() += 1;
    }

    pub(crate) fn refused(&mut self, rid: &str, path: &str, code: i64, now: i64) {
        if self.refusals.len() == KEEP {
            self.refusals.pop_front();
        }
        self.refusals
            .push_back((rid.to_owned(), path.to_owned(), code, now));
    }

    /// How often each API was called.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.counts.clone()
    }

    /// How often a call was refused with this code, among those remembered.
    pub(crate) fn refusals(&self, code: i64) -> usize {
        self.refusals
            .iter()
            .filter(|(_, _, refused, _)| *refused == code)
            .count()
    }
}

fn clear(call: &Call<'_>) -> Outcome {
    if call.text("appid") != call.sandbox.appid_of(call.who) {
        return Err(40013.into());
    }
    call.sandbox.world.state().quotas.clear(call.who, call.now())?;
    ok()
}

fn clear_by_secret(call: &Call<'_>) -> Outcome {
    let who = call
        .sandbox
        .credentials(&call.text("appid"), &call.text("appsecret"))?;
    call.sandbox.world.state().quotas.clear(who, call.now())?;
    ok()
}

fn read(call: &Call<'_>) -> Outcome {
    let api = table::find(&call.text("cgi_path")).ok_or(Errcode::from(76021))?;
    let used = call
        .sandbox
        .world
        .state()
        .quotas
        .used(call.who, api.path, call.now());
    let quota = json!({"daily_limit": api.daily, "used": used, "remain": api.daily.saturating_sub(used)});
    let mut answer = json!({"errcode": 0, "errmsg": "ok", "quota": quota});
    if let (Some(most), Some(fields)) = (api.per_minute, answer.as_object_mut()) {
        fields.insert(
            "rate_limit".to_owned(),
            json!({"call_count": most, "refresh_second": 60}),
        );
    }
    Ok(answer.into())
}

fn rid(call: &Call<'_>) -> Outcome {
    let asked = call.text("rid");
    let state = call.sandbox.world.state();
    let found = state.calls.refusals.iter().find(|(rid, ..)| *rid == asked);
    let (_, path, code, at) = found.ok_or(Errcode::from(76001))?;
    let answer = json!({
        "errcode": 0, "errmsg": "ok",
        "request": {
            "invoke_time": at, "cost_in_ms": 1, "request_url": format!("access_token=***&path={path}"),
            "request_body": "", "response_body": format!("{{\"errcode\":{code}}}"), "client_ip": "127.0.0.1",
        },
    });
    Ok(answer.into())
}
