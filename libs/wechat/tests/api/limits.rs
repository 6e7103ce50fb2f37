//! Busy answers, quotas kept on this side, alarms, and what a trace shows of a call.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::platform::{Platform, SECRET, Scripted};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use weigui_wechat::Client;
use weigui_wechat::client::{
    Action, CallError, ClientSetup, HeldWhy, Limiter, MemoryCount, Quota, TokenAlarm,
};

const SEND: &str = "/cgi-bin/message/custom/send";
const SHORT: &[Duration] = &[Duration::from_millis(1); 3];
const PATIENCE: Duration = Duration::from_secs(5);

fn refusal(code: i64) -> Value {
    json!({"errcode": code, "errmsg": "no rid: 7f-1"})
}

#[tokio::test]
async fn a_busy_platform_is_asked_again_three_times_and_no_more() {
    let platform = Platform::start().await;
    let client = Client::with(ClientSetup {
        busy_pauses: SHORT,
        ..platform.setup(PATIENCE)
    });
    for _ in 0..3 {
        platform.answers(SEND, refusal(-1));
    }
    client.send_text("oU", "x").await.unwrap();
    assert_eq!(platform.calls_to(SEND), 4);
    for _ in 0..4 {
        platform.answers(SEND, refusal(-1));
    }
    let error = client.send_text("oU", "x").await.unwrap_err();
    assert_eq!(error.action(), Some(Action::RetrySoon));
    assert_eq!(platform.calls_to(SEND), 8);
    platform.answers(SEND, refusal(45011));
    assert!(client.send_text("oU", "x").await.is_err());
    assert_eq!(platform.calls_to(SEND), 9, "only -1 is asked again");
}

#[tokio::test]
async fn a_call_beyond_its_quota_never_leaves() {
    let platform = Platform::start().await;
    let limiter = Arc::new(Limiter::new(
        &[Quota::by_minute(SEND, 5)],
        Arc::new(MemoryCount::default()),
    ));
    let client = Client::with(ClientSetup {
        limiter: Some(limiter),
        ..platform.setup(PATIENCE)
    });
    for _ in 0..5 {
        client.send_text("oU", "x").await.unwrap();
    }
    let error = client.send_text("oU", "x").await.unwrap_err();
    assert!(
        matches!(&error, CallError::Held(held) if held.why == HeldWhy::Minute && held.path == SEND),
        "{error:?}"
    );
    assert_eq!(error.action(), Some(Action::SlowDown));
    assert_eq!(platform.calls_to(SEND), 5);
    platform.world().now += 60;
    client.send_text("oU", "x").await.unwrap();
}

#[tokio::test]
async fn an_api_that_is_used_up_rests_until_midnight_or_until_it_is_cleared() {
    let platform = Platform::start().await;
    let limiter = Arc::new(Limiter::new(&[], Arc::new(MemoryCount::default())));
    let client = Client::with(ClientSetup {
        limiter: Some(limiter),
        ..platform.setup(PATIENCE)
    });
    platform.answers(SEND, refusal(45009));
    assert!(client.send_text("oU", "x").await.is_err());
    let held = client.send_text("oU", "x").await.unwrap_err();
    assert!(
        matches!(&held, CallError::Held(held) if held.why == HeldWhy::Closed),
        "{held:?}"
    );
    assert_eq!(platform.calls_to(SEND), 1);
    client.user_info("oU").await.unwrap();
    client.clear_quota().await.unwrap();
    assert_eq!(platform.last().2, "{\"appid\":\"wx1\"}");
    client.send_text("oU", "x").await.unwrap();
    assert_eq!(platform.calls_to(SEND), 2);
}

#[tokio::test]
async fn quotas_and_addresses_can_be_asked() {
    let platform = Platform::start().await;
    let client = Client::with(platform.setup(PATIENCE));
    platform.answers(
        "/cgi-bin/openapi/quota/get",
        json!({"errcode": 0, "quota": {"daily_limit": 500, "used": 3, "remain": 497}}),
    );
    assert_eq!(client.quota(SEND).await.unwrap().remain, 497);
    assert_eq!(platform.last().2, format!("{{\"cgi_path\":\"{SEND}\"}}"));
    platform.answers("/cgi-bin/getcallbackip", json!({"ip_list": ["101.226.62.77/32"]}));
    assert_eq!(client.callback_addresses().await.unwrap(), ["101.226.62.77/32"]);
    platform.answers(
        "/cgi-bin/openapi/rid/get",
        json!({"errcode": 0, "request": {"cost_in_ms": 3}}),
    );
    assert_eq!(client.explain_rid("7f-1").await.unwrap()["cost_in_ms"], 3);
    platform.answers("/cgi-bin/clear_quota/v2", refusal(48006));
    let spent = client.clear_quota_by_secret().await.unwrap_err();
    assert_eq!(spent.action(), Some(Action::Alarm));
    let (_, query, body) = platform.last();
    assert!(
        query.is_empty() && body.contains(SECRET),
        "in the body, not in the address"
    );
}

#[tokio::test]
async fn operations_hear_of_tokens_that_somebody_else_voids() {
    let platform = Platform::start().await;
    let heard: Arc<Mutex<Vec<TokenAlarm>>> = Arc::default();
    let alarms = Arc::clone(&heard);
    let client = Client::with(ClientSetup {
        alarm: Some(Arc::new(move |name, alarm| {
            assert_eq!(name, "wx1");
            alarms.lock().unwrap().push(alarm.clone());
        })),
        ..platform.setup(PATIENCE)
    });
    client.send_text("oU", "x").await.unwrap();
    assert!(heard.lock().unwrap().is_empty());
    platform.expire();
    client.send_text("oU", "x").await.unwrap();
    assert_eq!(*heard.lock().unwrap(), [TokenAlarm::RefusedEarly]);
    for _ in 0..2 {
        platform.answers(SEND, refusal(40001));
    }
    platform.expire();
    assert!(client.send_text("oU", "x").await.is_err());
    assert_eq!(heard.lock().unwrap().last(), Some(&TokenAlarm::RefusedAgain));
    platform.world().stuck = true;
    platform.world().now += 60;
    client.send_text("oU", "x").await.unwrap();
    assert_eq!(heard.lock().unwrap().last(), Some(&TokenAlarm::Forced(1)));
}

#[tokio::test]
async fn operations_hear_of_wrong_credentials_and_one_try_is_made_for_all() {
    let platform = Platform::start().await;
    let heard: Arc<Mutex<Vec<TokenAlarm>>> = Arc::default();
    let alarms = Arc::clone(&heard);
    let setup = platform.setup(PATIENCE);
    let client = Client::with(ClientSetup {
        credentials: weigui_wechat::client::Credentials {
            appid: "wx1".into(),
            secret: "wrong".into(),
        },
        alarm: Some(Arc::new(move |_, alarm| {
            alarms.lock().unwrap().push(alarm.clone());
        })),
        ..setup
    });
    let calls = (0..200).map(|_| client.send_text("oU", "x"));
    for outcome in futures_util::future::join_all(calls).await {
        assert_eq!(outcome.unwrap_err().refusal().unwrap().code, 40125);
    }
    assert_eq!(platform.world().asked, 1, "a failure is shared like a token");
    assert!(matches!(&heard.lock().unwrap()[..], [TokenAlarm::Misconfigured(error)] if error.code == 40125));
}

/// Writes down everything that is traced.
#[derive(Clone, Default)]
struct Tape(Arc<Mutex<String>>);

struct Pen<'a>(&'a mut String);

impl Visit for Pen<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Tape {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("weigui_wechat")
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut tape = self.0.lock().unwrap();
        tape.push_str(span.metadata().name());
        span.record(&mut Pen(&mut tape));
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Pen(&mut self.0.lock().unwrap()));
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Pen(&mut self.0.lock().unwrap()));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_trace_shows_path_errcode_and_rid_and_no_secret() {
    let platform = Platform::start().await;
    let client = Client::with(ClientSetup {
        busy_pauses: &[],
        ..platform.setup(Duration::from_secs(2))
    });
    let tape = Tape::default();
    let _guard = tracing::subscriber::set_default(tape.clone());
    client.send_text("oPERSON", "secret words").await.unwrap();
    platform.answers(SEND, refusal(45015));
    assert!(client.send_text("oPERSON", "secret words").await.is_err());
    platform.world().script.push_back((SEND, Scripted::Status(502)));
    assert!(client.send_text("oPERSON", "secret words").await.is_err());
    let token = platform.world().token.clone();
    let traced = tape.0.lock().unwrap().clone();
    for word in [
        "wechat_call",
        "account=\"wx1\"",
        SEND,
        "errcode=0",
        "errcode=45015",
        "rid=\"7f-1\"",
    ] {
        assert!(traced.contains(word), "{word} in {traced}");
    }
    for secret in [SECRET, token.as_str(), "oPERSON", "secret words"] {
        assert!(!traced.contains(secret), "{secret} in {traced}");
    }
}
