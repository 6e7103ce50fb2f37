//! The callback as a whole: three deliveries, slow work, failing work, broken connections.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use weigui_wechat::{
    Account, Answer, Body, Callback, Claim, Content, Finished, HandOver, HttpAnswer, Inbox, InboxError, Key,
    MemoryInbox, Push, Reply, Responder, ResponderError, Setup, Ticket, xml,
};

const NOW: i64 = 1_767_225_600;

fn account() -> Account {
    Account::new(
        "wx0123456789abcdef",
        "bankDemoToken",
        "L7F2dmNtZP7o6eDpeXomqF4HTN0yjeq87ToAO3ER3l4",
        "gh_1",
    )
    .unwrap()
}

/// Answers after the number of milliseconds that the text begins with; counts what it did.
#[derive(Default)]
struct Slow {
    runs: Arc<AtomicUsize>,
    late: Mutex<Vec<Reply>>,
}

impl Responder for Slow {
    fn respond(
        &self,
        push: Arc<Push>,
        _key: Key,
    ) -> BoxFuture<'static, Result<Option<Reply>, ResponderError>> {
        let runs = Arc::clone(&self.runs);
        async move {
            let run = runs.fetch_add(1, Ordering::SeqCst) + 1;
            let Body::Message {
                content: Content::Text { text, .. },
                ..
            } = &push.body
            else {
                return Ok(None);
            };
            match text.as_str() {
                "fail" => return Err("no core".into()),
                "panic" => panic!("a fault in a command"),
                "quiet" => return Ok(None),
                _ => {}
            }
            tokio::time::sleep(Duration::from_millis(text.parse().unwrap())).await;
            Ok(Some(Reply::Text(format!("run {run}"))))
        }
        .boxed()
    }

    fn late(&self, _push: Arc<Push>, _key: Key, reply: Reply) -> BoxFuture<'static, ()> {
        self.late.lock().unwrap().push(reply);
        futures_util::future::ready(()).boxed()
    }
}

fn bank() -> (Callback, Arc<Slow>) {
    let slow = Arc::new(Slow::default());
    let inbox = Arc::new(MemoryInbox::default());
    let setup = Setup::new(account(), inbox, Arc::<Slow>::clone(&slow), Arc::new(|| NOW));
    (Callback::new(setup), slow)
}

async fn deliver(callback: &Callback, id: u32, text: &str) -> HttpAnswer {
    let clear = format!(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>oU</FromUserName><CreateTime>{NOW}</CreateTime>\
         <MsgType>text</MsgType><Content>{text}</Content><MsgId>{id}</MsgId></xml>"
    );
    let account = account();
    let encrypted = account.encrypt(clear.as_bytes(), &[3; 16]);
    let signature = account.sign(&NOW.to_string(), "n", &encrypted);
    let signature = std::str::from_utf8(&signature).unwrap();
    let query = format!("timestamp={NOW}&nonce=n&encrypt_type=aes&msg_signature={signature}");
    callback
        .post(
            &query,
            format!("<xml><Encrypt>{encrypted}</Encrypt></xml>").as_bytes(),
        )
        .await
}

/// What the follower sees; nothing for `success`.
fn said(answer: &HttpAnswer) -> Option<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    if answer.body == "success" {
        return None;
    }
    let leaf = |document: &str, name: &str| {
        xml::leaves(document)
            .unwrap()
            .into_iter()
            .find(|(path, _)| path == name)
            .unwrap()
            .1
    };
    Some(leaf(
        &account().decrypt(&leaf(&answer.body, "Encrypt")).unwrap(),
        "Content",
    ))
}

#[tokio::test(start_paused = true)]
async fn three_deliveries_at_once_have_one_effect_and_one_answer() {
    let (callback, slow) = bank();
    let (a, b, c) = tokio::join!(
        deliver(&callback, 1, "800"),
        deliver(&callback, 1, "800"),
        deliver(&callback, 1, "800")
    );
    for answer in [a, b, c, deliver(&callback, 1, "800").await] {
        assert_eq!(said(&answer).as_deref(), Some("run 1"));
    }
    assert_eq!(slow.runs.load(Ordering::SeqCst), 1);
    assert_eq!(said(&deliver(&callback, 2, "0").await).as_deref(), Some("run 2"));
}

#[tokio::test(start_paused = true)]
async fn slow_work_is_answered_in_time_and_its_result_comes_late_once() {
    let (callback, slow) = bank();
    let before = tokio::time::Instant::now();
    let (first, second) = tokio::join!(deliver(&callback, 1, "6000"), deliver(&callback, 1, "6000"));
    assert!(
        before.elapsed() <= Duration::from_millis(4_500),
        "{:?}",
        before.elapsed()
    );
    assert_eq!((said(&first), said(&second)), (None, None));
    assert!(slow.late.lock().unwrap().is_empty(), "not ready yet");
    assert_eq!(said(&deliver(&callback, 1, "6000").await), None);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(*slow.late.lock().unwrap(), [Reply::Text("run 1".into())]);
    assert_eq!(
        said(&deliver(&callback, 1, "6000").await),
        None,
        "the same answer as before"
    );
    assert_eq!(slow.runs.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn failing_and_panicking_work_is_success_without_a_second_try() {
    let (callback, slow) = bank();
    for (id, text) in [(1, "fail"), (2, "panic"), (3, "quiet")] {
        assert_eq!(said(&deliver(&callback, id, text).await), None);
        assert_eq!(said(&deliver(&callback, id, text).await), None);
    }
    assert_eq!(slow.runs.load(Ordering::SeqCst), 3);
    assert!(slow.late.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_does_not_stop_the_work_and_the_retry_gets_its_answer() {
    let (callback, slow) = bank();
    let broken = tokio::time::timeout(Duration::from_millis(100), deliver(&callback, 1, "1000")).await;
    assert!(broken.is_err());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(
        said(&deliver(&callback, 1, "1000").await).as_deref(),
        Some("run 1")
    );
    assert_eq!(slow.runs.load(Ordering::SeqCst), 1);
    assert!(slow.late.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_refusal_looks_the_same() {
    let (callback, slow) = bank();
    let stale = format!(
        "timestamp={}&nonce=n&encrypt_type=aes&msg_signature=00",
        NOW - 9_000
    );
    let answers = [
        callback.post("", b"").await,
        callback.post(&stale, b"<xml><Encrypt>x</Encrypt></xml>").await,
        callback.post("encrypt_type=aes", b"\xff").await,
        callback.get("signature=00&timestamp=1&nonce=1&echostr=1"),
        callback.get(""),
    ];
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
        assert_eq!(answer.status, 403);
    }
    assert_eq!(slow.runs.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_push_in_json_is_answered_in_json() {
    let (callback, _) = bank();
    let clear = format!(
        "{{\"ToUserName\":\"gh_1\",\"FromUserName\":\"oU\",\"CreateTime\":{NOW},\"MsgType\":\"text\",\
         \"Content\":\"0\",\"MsgId\":77}}"
    );
    let account = account();
    let encrypted = account.encrypt(clear.as_bytes(), &[3; 16]);
    let signature = account.sign(&NOW.to_string(), "n", &encrypted);
    let signature = std::str::from_utf8(&signature).unwrap();
    let query = format!("timestamp={NOW}&nonce=n&encrypt_type=aes&msg_signature={signature}");
    let body = format!("{{\"ToUserName\":\"gh_1\",\"Encrypt\":\"{encrypted}\"}}");
    let answer = callback.post(&query, body.as_bytes()).await;
    assert_eq!(
        (answer.status, answer.content_type),
        (200, "application/json; charset=utf-8")
    );
    let sealed: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let part = |name: &str| sealed[name].as_str().unwrap().to_owned();
    let expected = account.sign(&NOW.to_string(), &part("Nonce"), &part("Encrypt"));
    assert_eq!(part("MsgSignature").as_bytes(), expected);
    assert_eq!(sealed["TimeStamp"], NOW);
    let said: serde_json::Value = serde_json::from_str(&account.decrypt(&part("Encrypt")).unwrap()).unwrap();
    assert_eq!(
        (&said["ToUserName"], &said["Content"]),
        (&"oU".into(), &"run 1".into())
    );
    assert_eq!(callback.post(&query, body.as_bytes()).await.status, 200);
}

#[tokio::test]
async fn an_account_in_plaintext_mode_is_answered_in_clear() {
    let serve = |account: Account| {
        let (inbox, slow) = (Arc::new(MemoryInbox::default()), Arc::new(Slow::default()));
        Callback::new(Setup::new(account, inbox, slow, Arc::new(|| NOW)))
    };
    let body = format!(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>oU</FromUserName><CreateTime>{NOW}</CreateTime>\
         <MsgType>text</MsgType><Content>0</Content><MsgId>9</MsgId></xml>"
    );
    let query = |at: i64| {
        let signature = account().sign_plain(&at.to_string(), "n");
        let signature = std::str::from_utf8(&signature).unwrap().to_owned();
        format!("signature={signature}&timestamp={at}&nonce=n&openid=oU")
    };
    let callback = serve(account().in_plaintext());
    for _ in 0..2 {
        let answer = callback.post(&query(NOW), body.as_bytes()).await;
        assert_eq!(
            (answer.status, answer.content_type),
            (200, "text/xml; charset=utf-8")
        );
        assert!(answer.body.contains("<![CDATA[run 1]]>"), "{}", answer.body);
        assert!(!answer.body.contains("Encrypt"), "{}", answer.body);
    }
    let unsigned = format!("timestamp={NOW}&nonce=n");
    let forged = query(NOW).replace("nonce=n", "nonce=m");
    for refused in [&unsigned, &forged, &query(NOW - 3_600)] {
        assert_eq!(
            callback.post(refused, body.as_bytes()).await.status,
            403,
            "{refused}"
        );
    }
    // What comes sealed is answered sealed, as in the minutes of a switch to safe mode.
    let sealed = deliver(&callback, 10, "0").await;
    assert!(sealed.body.contains("<Encrypt>"), "{}", sealed.body);
    let safe = serve(account());
    assert_eq!(safe.post(&query(NOW), body.as_bytes()).await.status, 403);
}

/// An inbox whose store takes a second to write a result.
#[derive(Default)]
struct Sluggish(MemoryInbox);

impl Inbox for Sluggish {
    fn claim<'a>(&'a self, key: Key, push: &'a Push) -> BoxFuture<'a, Result<Claim, InboxError>> {
        self.0.claim(key, push)
    }

    fn finish<'a>(
        &'a self,
        key: Key,
        ticket: Ticket,
        answer: Option<&'a Answer>,
    ) -> BoxFuture<'a, Result<Finished, InboxError>> {
        async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.0.finish(key, ticket, answer).await
        }
        .boxed()
    }

    fn hand_over(&self, key: Key, ticket: Ticket) -> BoxFuture<'_, Result<HandOver, InboxError>> {
        self.0.hand_over(key, ticket)
    }

    fn wait(&self, key: Key) -> BoxFuture<'_, Result<(), InboxError>> {
        self.0.wait(key)
    }
}

#[tokio::test(start_paused = true)]
async fn a_result_stored_too_slowly_is_not_lost() {
    let slow = Arc::new(Slow::default());
    let inbox = Arc::new(Sluggish::default());
    let setup = Setup::new(account(), inbox, Arc::<Slow>::clone(&slow), Arc::new(|| NOW));
    let callback = Callback::new(setup);
    let before = tokio::time::Instant::now();
    assert_eq!(said(&deliver(&callback, 1, "4000").await), None);
    assert!(
        before.elapsed() <= Duration::from_millis(4_500),
        "{:?}",
        before.elapsed()
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(*slow.late.lock().unwrap(), [Reply::Text("run 1".into())]);
    assert_eq!(said(&deliver(&callback, 2, "0").await).as_deref(), Some("run 2"));
    assert_eq!(slow.late.lock().unwrap().len(), 1, "in time is never also late");
}
